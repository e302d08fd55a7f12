"""Datachecks: what must not be refused on saving, since a draft may be incomplete and an odd value may be right.

What a field or a record alone can refuse is a constraint or `clean()` in studies/models/. Each file here is one
subject; frame.py says what a check is, docs/datachecks.md lists them all.
"""

from .documented import documented
from .registry import CHECKS
from .run import Checked, Found, run

__all__ = ["CHECKS", "Checked", "Found", "documented", "run"]
