"""Answers of registries and files of citation managers into drafts. One file per source, each deletable on its own."""
