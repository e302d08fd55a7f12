"""What a run found: a table for people, and the same as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .cases import Target


@dataclass
class Result:
    """One variant of one case on one database."""

    case: str
    database: str
    variant: str
    requests_per_second: float
    first_answer_seconds: float
    bytes: int


@dataclass
class Verdict:
    """One target of performance, and how far it is reached."""

    case: str
    database: str
    variant: str
    over: str
    ratio: float
    target: float
    reached: bool

    def beside(self) -> str:
        """The variant in whose line it stands: the one that is compared with the product."""
        return self.variant if self.over == "product" else self.over

    def word(self) -> str:
        return "reached" if self.reached else "MISSED"


def verdicts(results: list[Result], targets: list[Target]) -> list[Verdict]:
    """The targets of one case on one database, judged."""
    speed = {result.variant: result.requests_per_second for result in results}
    found = []
    for target in targets:
        ratio = speed[target.variant] / speed[target.over]
        about = (results[0].case, results[0].database, target.variant, target.over)
        found.append(Verdict(*about, round(ratio, 3), round(target.at_least, 3), ratio >= target.at_least))
    return found


def table(results: list[Result], judged: list[Verdict]) -> str:
    """All variants with their speed, then the product's ratio to each and whether it is enough."""
    lines = ["| case | database | variant | requests/s | kB | ratio | target | |", "|---|---|---|--:|--:|--:|--:|---|"]
    verdict_of = {(v.case, v.database, v.beside()): v for v in judged}
    product = {(r.case, r.database): r.requests_per_second for r in results if r.variant == "product"}
    for result in results:
        place = (result.case, result.database)
        verdict = verdict_of.get((*place, result.variant))
        ratio = verdict.ratio if verdict else product[place] / result.requests_per_second
        judgement = ["", ""] if verdict is None else [f"≥ {verdict.target:g}", verdict.word()]
        cells = [
            *place,
            result.variant,
            f"{result.requests_per_second:,.0f}",
            f"{result.bytes / 1000:,.1f}",
            "" if result.variant == "product" else f"{ratio:.2f}",
            *judgement,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    missed = [v for v in judged if not v.reached]
    lines.append("")
    lines += [f"MISSED {v.case}, {v.database}: {v.variant} ÷ {v.over} is {v.ratio:g}, not {v.target:g}" for v in missed]
    lines.append(f"{len(judged) - len(missed)} of {len(judged)} targets reached.")
    return "\n".join(lines)


def write(path: Path, about: dict, results: list[Result], judged: list[Verdict]):
    told = about | {"results": [asdict(r) for r in results], "targets": [asdict(v) for v in judged]}
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
