"""One answer looked at, and many of them counted."""

import re
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPMessage

PATIENCE = 4  # more seconds for what is slow


class WrongAnswer(Exception):
    """An answer that must not be timed."""


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes
    seconds: float


def fetch(address: str, headers: dict[str, str]) -> Answer:
    """One GET, whatever its status."""
    began = time.perf_counter()
    try:
        response = urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        body = response.read()
        return Answer(response.status, response.headers, body, time.perf_counter() - began)


def warm(address: str, headers: dict[str, str], connections: int):
    """Answers enough that every worker has made what it keeps."""
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda _: fetch(address, headers), range(2 * connections)))


def requests_per_second(address: str, headers: dict[str, str], connections: int, seconds: int) -> float:
    """As many answers as wrk gets; asked again for longer where it gets fewer than one for each connection.

    Raises WrongAnswer where one was an error, or none came.
    """
    answers, speed = _wrk(address, headers, connections, seconds)
    if answers < connections:
        answers, speed = _wrk(address, headers, connections, seconds + PATIENCE)
    if not answers:
        raise WrongAnswer(f"{address} did not answer {connections} readers within {seconds + PATIENCE} seconds")
    return speed


def _wrk(address: str, headers: dict[str, str], connections: int, seconds: int) -> tuple[int, float]:
    """The number of answers, and how many a second."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    # What wrk left unanswered is answered first: it must not run on beside the next variant.
    fetch(address, headers)
    if "Non-2xx" in said or "Socket errors" in said:
        raise WrongAnswer(f"{address} answered errors while it was timed:\n{said}")
    return int(re.search(r"(\d+) requests in", said)[1]), float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1])
