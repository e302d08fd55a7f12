"""What is asked of whom, what an answer must hold to be timed, and what the product has to reach."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from .measure import WrongAnswer, fetch
from .synthetic import COMMON, RARE

FILTER = {"disease": "CLL", "intent": "treats_relapse"}
FACETS = ["collected_from", "genetic_origin", "intent"]
COHORTS = "/plain/plain_cohort"  # Datasette's address of the plain app's table
PAGE = 50
HITS = 20


@dataclass(frozen=True)
class Variant:
    """One address of one server. `look` refuses an answer that is not what was asked for, and gives what it says that
    every variant must say alike (None where it says nothing of the kind)."""

    name: str
    server: str
    path: str
    look: Callable[[str], object]
    unchanged: bool = False  # whether it is asked by a reader who holds the answer already


@dataclass(frozen=True)
class Target:
    """The product (or another `variant`) is at least so many times as fast as the variant named by `over`."""

    over: str
    at_least: float
    variant: str = "product"


@dataclass(frozen=True)
class Case:
    """Variants measured side by side. Those of `looked_at` are only compared with each other."""

    name: str
    variants: list[Variant]
    targets: list[Target]
    looked_at: list[Variant] = field(default_factory=list)


def cases(addresses: dict[str, str], number: int, row: str) -> list[Case]:
    """All cases. `row` is the name of the record asked for, `number` its key in the plain app's table."""
    asked, facets = urlencode(FILTER), urlencode([("_facet", name) for name in FACETS])
    deep = _last_page(addresses["product"], f"/api/v1/evidence/?{asked}")
    every = [
        Case(
            "list, 50 nested rows, 2 filters",
            [
                Variant("product", "product", f"/api/v1/evidence/?{asked}", _product_list),
                Variant("product, last page", "product", deep, _product_list),
                Variant("plain", "plain", f"/api/cohorts/?{asked}", _plain_list),
                Variant("datasette", "datasette", f"{COHORTS}.json?{asked}&_size={PAGE}&{facets}", _datasette_list),
                Variant("one SQL", "limit", f"/nested?{asked}", _bare_list),
                Variant("limit", "limit", f"/list?{asked}", _bare_list),
            ],
            [
                Target("plain", 15),
                Target("datasette", 10),
                Target("one SQL", 1.5),
                Target("limit", 0.5),
                Target("product", 1 / 1.5, variant="product, last page"),
            ],
        ),
        Case(
            "one record",
            [
                Variant("product", "product", f"/api/v1/evidence/{row}/", _record(row)),
                Variant("plain", "plain", f"/api/cohorts/{row}/", _record(row)),
                Variant("datasette", "datasette", f"{COHORTS}/{number}.json?_shape=array", _datasette_record(row)),
                Variant("limit", "limit", f"/record?row={row}", _record(row)),
            ],
            [Target("plain", 7), Target("datasette", 3), Target("limit", 0.55)],
        ),
        Case(
            "three facets",
            [
                Variant(
                    "product", "product", f"/api/v1/evidence/?page_size=1&facets={','.join(FACETS)}", _product_facets
                ),
                Variant("plain", "plain", "/api/facets/", _plain_facets),
                Variant("datasette", "datasette", f"{COHORTS}.json?_size=1&{facets}", _datasette_facets),
            ],
            [Target("plain", 6), Target("datasette", 3)],
        ),
        Case(
            "search",
            [
                Variant("product", "product", f"/api/v1/search/?q={COMMON}", _product_search),
                Variant("plain", "plain", f"/api/search/?q={COMMON}&page_size={HITS}", _plain_search),
                Variant("datasette", "datasette", f"{COHORTS}.json?_search={COMMON}&_size={HITS}", _datasette_search),
                Variant("limit", "limit", f"/search?q={COMMON}", _bare_search),
            ],
            [Target("plain", 15), Target("limit", 0.65)],
            looked_at=[
                Variant("product", "product", f"/api/v1/search/?q={RARE}", _count),
                Variant("plain", "plain", f"/api/search/?q={RARE}", _count),
            ],
        ),
        Case(
            "page of the list with facets",
            [
                Variant("product", "product", "/evidence/", _page(r"<strong>(\d+) courses")),
                Variant("plain", "plain", "/cohorts/", _page(r"<p>(\d+) cohorts")),
                Variant("datasette", "datasette", f"{COHORTS}?_size={PAGE}&{facets}", _datasette_page),
            ],
            [Target("plain", 2.4), Target("datasette", 2)],
        ),
        Case(
            "an unchanged answer",
            [
                Variant("product", "product", f"/api/v1/evidence/?{asked}", _empty, unchanged=True),
                Variant("limit", "limit", "/empty", _empty),
            ],
            [Target("limit", 0.65)],
        ),
    ]
    return [_of_servers(case, addresses) for case in every]


def _of_servers(case: Case, addresses: dict[str, str]) -> Case:
    """The case without the variants whose server does not run; targets over them go too."""
    variants = [variant for variant in case.variants if variant.server in addresses]
    named = {variant.name for variant in variants}
    return Case(case.name, variants, [t for t in case.targets if t.over in named], case.looked_at)


def _last_page(address: str, path: str) -> str:
    """The address of the last full page of a list, found by following the cursors."""
    follow, last = f"{path}&page_size=500", path
    while True:
        found = json.loads(fetch(address + follow, {}).body)
        _hold(len(found["results"]) >= PAGE or follow != path, f"{follow} has no full page")
        if not found["next"]:
            return last
        cursor = parse_qs(urlsplit(found["next"]).query)["cursor"][0]
        follow = f"{path}&page_size=500&cursor={cursor}"
        if len(json.loads(fetch(f"{address}{path}&cursor={cursor}", {}).body)["results"]) == PAGE:
            last = f"{path}&cursor={cursor}"


def _hold(true: bool, wrong: str):
    if not true:
        raise WrongAnswer(wrong)


def _product_list(body: str) -> int:
    found = json.loads(body)
    _hold(len(found["results"]) == PAGE, "the product's list has no full page")
    for row in found["results"]:
        _hold(
            row["intent"] == FILTER["intent"] and bool(row["sources"]), "a row of the product does not fit the filter"
        )
    return found["count"]


def _plain_list(body: str) -> int:
    found = json.loads(body)
    _hold(len(found["results"]) == PAGE, "the plain list has no full page")
    for row in found["results"]:
        _hold({name: row[name] for name in FILTER} == FILTER, "a row of the plain app does not fit the filter")
        told = (len(row["infusions"]), len(row["toxicities"]), len(row["outcomes"]))
        _hold(told == (2, 4, 3) and bool(row["publication"]["slug"]), "a row of the plain app is not whole")
    return found["count"]


def _bare_list(body: str):
    rows = json.loads(body)
    _hold(len(rows) == PAGE, "the limit's list has no full page")
    _hold(all(r["intent"] == FILTER["intent"] and r["infusions"] is not None for r in rows), "a row does not fit")


def _datasette_list(body: str):
    """It knows no cohorts and subgroups, so the number of its rows is its own."""
    found = json.loads(body)
    _hold(len(found["rows"]) == PAGE, "Datasette's list has no full page")
    _datasette_facets(body)


def _record(row: str) -> Callable[[str], None]:
    def look(body: str):
        _hold(json.loads(body)["row"] == row, f"the record is not {row}")

    return look


def _datasette_record(row: str) -> Callable[[str], None]:
    def look(body: str):
        _hold(json.loads(body)[0]["row"] == row, f"Datasette's record is not {row}")

    return look


def _product_facets(body: str) -> dict:
    facets = json.loads(body)["facets"]
    _hold(set(facets) == set(FACETS) and all(facets.values()), "the product's facets are not whole")
    return facets


def _plain_facets(body: str) -> dict:
    return json.loads(body)


def _datasette_facets(body: str):
    found = json.loads(body)["facet_results"]
    _hold(set(found) == set(FACETS) and all(f["results"] for f in found.values()), "Datasette's facets are not whole")


def _product_search(body: str):
    found = json.loads(body)
    _hold(len(found["results"]) == HITS and found["more"], "the product's search found too little")
    _hold(all(COMMON in hit["snippet"] for hit in found["results"]), "a hit does not show the word")


def _plain_search(body: str):
    found = json.loads(body)
    _hold(found["count"] > HITS and len(found["results"]) == HITS, "the plain search found too little")
    _hold(all(COMMON in hit["text"] for hit in found["results"]), "a hit does not hold the word")


def _datasette_search(body: str):
    found = json.loads(body)
    _hold(
        found["filtered_table_rows_count"] > HITS and len(found["rows"]) == HITS, "Datasette's search found too little"
    )


def _bare_search(body: str):
    found = json.loads(body)
    _hold(len(found) == HITS and all(COMMON in hit["text"] for hit in found), "the limit's search found too little")


def _count(body: str) -> int:
    found = json.loads(body)["count"]
    _hold(found > 0, f"{RARE} is not found")
    return min(found, HITS)


def _page(number: str) -> Callable[[str], int]:
    def look(body: str) -> int:
        found = re.search(number, body)
        _hold(found is not None and body.count("<tr") > PAGE, "the page has no full table")
        return int(found[1])

    return look


def _datasette_page(body: str):
    _hold(body.count("<tr") > PAGE and all(f"facet-{name}" in body for name in FACETS), "Datasette's page is not whole")


def _empty(body: str):
    _hold(not body, "an empty answer is not empty")
