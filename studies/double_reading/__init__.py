"""Two independent readings of a document: bundles taken in, compared, adjudicated, and made into drafts."""
