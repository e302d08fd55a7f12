"""How the public rows are asked: one grammar for pages and API. Nothing here reads the write side."""
