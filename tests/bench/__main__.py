"""One run of the benchmark: `python -m tests.bench`. docs/benchmark.md tells what is compared with what."""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from . import servers
from .cases import Case, Variant, cases
from .measure import Answer, WrongAnswer, fetch, requests_per_second, warm
from .report import Result, table, verdicts, write
from .servers import PYTHON, Processes

CONNECTIONS = 8


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="evidence rows of the base (at least 5000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case, of which the median counts")
    parser.add_argument("--seconds", type=int, default=1, help="seconds of each variant in a round")
    parser.add_argument("--output", type=Path, help="a file that the results are written to as JSON")
    asked = parser.parse_args()
    if asked.rows < 5000 or asked.rounds < 1 or asked.seconds < 1:
        parser.error("--rows is at least 5000, so that every list has pages; --rounds and --seconds are at least 1")
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed. On Debian: apt-get install wrk; on macOS: brew install wrk")
    return asked


def main() -> int:
    asked = arguments()
    began = time.monotonic()
    # Ended from outside as by Ctrl-C: servers stopped, folders removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cartographer-bench-")))
        product_address, plain_address = stack.enter_context(servers.postgresql(folder / "postgresql"))
        processes = Processes(folder)
        stack.callback(processes.stop)
        bases = {
            "SQLite": Base(folder / "sqlite"),
            "PostgreSQL": Base(folder / "postgresql-base", product_address, plain_address),
        }
        _say(f"making {asked.rows} rows on both databases …", began)
        _fill(processes, bases, asked.rows)
        results, judged = [], []
        try:
            for database, base in bases.items():
                number, row = base.record(asked.rows)
                for case in cases(base.serve(processes), number, row):
                    _say(f"{database}: {case.name}", began)
                    found = _measure(case, database, base.addresses, asked)
                    results += found
                    judged += verdicts(found, case.targets)
                processes.stop()
        except WrongAnswer as wrong:
            print(f"Wrong answer: {wrong}", file=sys.stderr)
            return 1
    about = {"rows": asked.rows, "rounds": asked.rounds, "seconds": asked.seconds, "processors": os.cpu_count()}
    if asked.output:
        write(asked.output, about, results, judged)
    print(table(results, judged))
    _say("done", began)
    return 0


class Base:
    """One database with the product's and the plain app's tables, and the servers over it."""

    def __init__(self, folder: Path, product: str = "", plain: str = ""):
        folder.mkdir()
        self.rows_file = folder / "rows.jsonl"
        self.files = {"product": folder / "evidence.sqlite3", "plain": folder / "plain.sqlite3"}
        self.product = {"CARTOGRAPHER_VAR": str(folder)} | ({"DATABASE_URL": product} if product else {})
        self.plain = {"DATABASE_URL": plain} if plain else {"PLAIN_DATABASE": str(self.files["plain"])}
        self.limit = {"LIMIT_PRODUCT": product or str(self.files["product"])}
        self.limit["LIMIT_PLAIN"] = plain or str(self.files["plain"])
        self.embedded = not product
        self.addresses: dict[str, str] = {}

    def record(self, rows: int) -> tuple[int, str]:
        """The number and name of a row in the middle."""
        with self.rows_file.open() as lines:
            return rows // 2, json.loads(next(islice(lines, rows // 2 - 1, None)))["row"]

    def serve(self, processes: Processes) -> dict[str, str]:
        """Start all servers over it: name → address."""
        self.addresses = {
            "product": servers.product(processes, self.product),
            "plain": servers.plain(processes, self.plain),
            "limit": servers.limit(processes, self.limit),
        }
        if self.embedded:
            self.addresses["datasette"] = servers.datasette(processes, self.files["plain"])
        return self.addresses


def _fill(processes: Processes, bases: dict[str, Base], rows: int):
    """Both databases at once, so that no processor is idle: first the product, then the plain app from its rows."""
    module = [*PYTHON, "tests.bench.synthetic", str(rows)]
    processes.finish(
        *(processes.start([*module, str(base.rows_file)], **base.product) for base in bases.values()),
    )
    module = [*PYTHON, "tests.bench.plain.fill"]
    processes.finish(*(processes.start([*module, str(base.rows_file)], **base.plain) for base in bases.values()))


def _measure(case: Case, database: str, addresses: dict[str, str], asked: argparse.Namespace) -> list[Result]:
    """Every variant looked at once, then all of them in turns, round by round."""
    _compared(case, [_looked_at(variant, addresses)[1] for variant in case.looked_at])
    first, said = {}, []
    headers = {variant.name: _headers(variant, addresses) for variant in case.variants}
    for variant in case.variants:
        first[variant.name], told = _looked_at(variant, addresses, headers[variant.name])
        said.append(told)
    _compared(case, said)
    for variant in case.variants:
        warm(addresses[variant.server] + variant.path, headers[variant.name], CONNECTIONS)
    speed: dict[str, list[float]] = {variant.name: [] for variant in case.variants}
    for _ in range(asked.rounds):
        for variant in case.variants:
            address = addresses[variant.server] + variant.path
            speed[variant.name].append(requests_per_second(address, headers[variant.name], CONNECTIONS, asked.seconds))
    return [
        Result(
            case.name, database, name, round(statistics.median(found), 1), round(first[name].seconds, 4),
            len(first[name].body),
        )
        for name, found in speed.items()
    ]  # fmt: skip


def _headers(variant: Variant, addresses: dict[str, str]) -> dict[str, str]:
    """What the reader sends along: nothing, or the tag of the answer that it holds."""
    if not variant.unchanged:
        return {}
    tag = fetch(addresses[variant.server] + variant.path, {}).headers["ETag"]
    if not tag:
        raise WrongAnswer(f"{variant.path} has no entity tag")
    return {"If-None-Match": tag}


def _looked_at(
    variant: Variant, addresses: dict[str, str], headers: dict[str, str] | None = None
) -> tuple[Answer, object]:
    """One answer, and what it says that all variants must say alike."""
    answer = fetch(addresses[variant.server] + variant.path, headers or {})
    wanted = 304 if variant.unchanged else 200
    if answer.status != wanted:
        raise WrongAnswer(f"{variant.name}: {variant.path} answers {answer.status}, not {wanted}: {answer.body[:500]}")
    try:
        return answer, variant.look(answer.body.decode())
    except (WrongAnswer, ValueError, KeyError, IndexError, TypeError) as error:
        raise WrongAnswer(f"{variant.name}: {variant.path}: {type(error).__name__} {error}") from error


def _compared(case: Case, said: list):
    told = [one for one in said if one is not None]
    if any(one != told[0] for one in told):
        raise WrongAnswer(f"{case.name}: the variants do not say the same: {told}")


def _say(text: str, began: float):
    print(f"[{time.monotonic() - began:4.0f} s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
