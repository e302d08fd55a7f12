"""How papers come into the base: the flow of PRISMA 2020, counted from the reading queue, and the papers in it."""

import json
from dataclasses import dataclass, field

from ..ask import collections, current
from ..ask import flow as asked
from ..models.choices import ExclusionReason, FlowPlace, FoundBy
from .common import filled, page, public_page
from .records import list_context


@dataclass
class Box:
    """A box of the flow: what it counts, how many, what PRISMA 2020 calls it, and where its papers are listed."""

    label: str
    count: int | None  # None: nobody counted
    prisma: str
    place: str = ""
    parts: list[tuple[str, int]] = field(default_factory=list)
    note: str = ""


@dataclass
class Step:
    """A line of the flow: what goes on, and what leaves it there."""

    phase: str
    boxes: list[Box]
    leaves: list[Box]


@public_page
def flow(request, revision):
    """The flow, the searches behind it, and the papers, all or those that stand at one place."""
    query = filled(request.GET)
    found = collections.ask("flow", query, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    counts = asked.counts(revision)
    context = list_context(request, found, documents) | {
        "counts": counts,
        "steps": _steps(counts) if counts else [],
        "papers": current.names(revision, "publications"),
        "ways": {way.value: way.label for way in FoundBy},
        "places": list(FlowPlace),
        "reasons": list(ExclusionReason),
        "place": query.get("place", ""),
        "reason": query.get("reason", ""),
    }
    return page(request, revision, "studies/flow.html", context)


def _steps(counts: dict) -> list[Step]:
    found = counts["found"]
    lists = counts["reference_lists"]
    other = [
        ("given at the beginning", found["given"]),
        (f"entries of {lists} reference list{'s'[: lists != 1]}", found["reference_list"]),
        ("suggested by readers", found["reader"]),
        ("suggested by curators", found["curator"]),
        ("imported", found["look_up"]),
    ]
    unscreened = counts["read_before"]
    were = "was read before it" if unscreened == 1 else "were read before they"
    skipped = f"{unscreened} {were} came into the queue, screened by nobody." if unscreened else ""
    taken_out = Box("Withdrawn from the base", counts["taken_out"], "no box", FlowPlace.TAKEN_OUT)
    return [
        Step(
            "Identification",
            [
                Box("Found by searches", found["search"], "Records identified from databases", note=counts["said"]),
                Box(
                    "Found in other ways",
                    sum(n for _, n in other),
                    "Records identified from other methods",
                    parts=other,
                ),
            ],
            [Box("Repeats taken out", counts["duplicates"], "Duplicate records removed")],
        ),
        Step(
            "Screening",
            [Box("Papers", counts["papers"], "no box")],
            [Box("Not screened yet", counts["waiting"], "no box", FlowPlace.WAITING)],
        ),
        Step(
            "",
            [Box("Screened by title and abstract", counts["screened"], "Records screened", note=skipped)],
            [_excluded("Excluded", counts, "Records excluded", FlowPlace.EXCLUDED_BY_ABSTRACT)],
        ),
        Step(
            "",
            [Box("Wanted in full", counts["sought"], "Reports sought for retrieval")],
            [
                Box("Not retrieved", counts["not_retrieved"], "Reports not retrieved", FlowPlace.NOT_RETRIEVED),
                Box("Being read", counts["being_read"], "no box", FlowPlace.BEING_READ),
            ],
        ),
        Step(
            "",
            [Box("Assessed in full", counts["assessed"], "Reports assessed for eligibility")],
            [
                _excluded("Excluded", counts, "Reports excluded, with reasons", FlowPlace.EXCLUDED_BY_FULL_TEXT),
                *([taken_out] if counts["taken_out"] else []),
            ],
        ),
        Step(
            "Included",
            [
                Box("Documents of the base", counts["included"], "Reports of included studies", FlowPlace.INCLUDED),
                Box("Studies they report or retell", counts["studies"], "Studies included in review"),
            ],
            [],
        ),
    ]


def _excluded(label: str, counts: dict, prisma: str, place: FlowPlace) -> Box:
    parts = [(reason["label"], reason["count"]) for reason in counts["reasons"][place]]
    return Box(label, counts[str(place)], prisma, place, parts)
