"""The curators' side: one file per family of records, base.py for what they share."""

from . import clinical, documents, problems, queue, statements, vocabulary  # noqa: F401  (importing registers)
