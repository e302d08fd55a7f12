"""The product started as a user starts it: `manage.py start` in a folder of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, **more) -> dict:
    of_the_tests = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE")
    env = {k: v for k, v in os.environ.items() if k not in of_the_tests}
    return env | {"CARTOGRAPHER_VAR": str(folder), "PYTHONUNBUFFERED": "1"} | more


def manage(env: dict, *arguments, check=False) -> subprocess.CompletedProcess:
    """One management command, to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=check)


class Server:
    """A started product; `lines` is what it said so far."""

    def __init__(self, env: dict, port: int | None = None):
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "manage.py", "start", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def wait_for(self, text: str, seconds: float = 300):
        """Wait until it says a text; raises with all it said where it ends or takes too long. A first start makes and
        loads the base: minutes, where much else is done at the same time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(text in line for line in self.lines):
                return self
            if self.process.poll() is not None:
                time.sleep(0.2)
                if any(text in line for line in self.lines):
                    return self
                raise AssertionError("it ended:\n" + "\n".join(self.lines))
            time.sleep(0.05)
        raise AssertionError(f"it never said “{text}”:\n" + "\n".join(self.lines))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        self.process.wait(30)
