"""What a page or a table shows of documents: texts in one of four looks, each with its places."""
