"""The cells of the best response in a row of the evidence table: categories, bar, and what is not told of it."""

from .cell import SILENT, Cell, Silences, all_sources, at_time, percent_interval


def responses(response: dict | None, site: bool = False) -> list[Cell]:
    """Best response by category, with its site where it is not that of the whole patient."""
    if response is None:
        return []
    return [
        Cell(
            f"{_category_name(category)} {category['n']}" + (f" of {response['of']}" if site else ""),
            sources=all_sources(category["sources"], "n"),
            remark=" · ".join(part for part in _remarks(category, response, site) if part),
            doubts=category["discrepancies"],
            label=response["site"] if site else "",
        )
        for category in _in_order(response)
    ]


def _remarks(category: dict, response: dict, site: bool) -> tuple[str, ...]:
    """What stands behind a category; at a site of its own when it was found, as it may be later than the others."""
    when = at_time(category) if site else ""
    return when, _counted_again(category, response), _unless_stated(category)


def _in_order(response: dict) -> list[dict]:
    """The categories of a response; one that counts patients of another again stands behind it."""
    whole = {"CR", "CRi", "CHR"}
    return sorted(response["categories"], key=lambda c: 0 if c["code"] in whole else 1 if _is_closer(c) else 2)


def _is_closer(category: dict) -> bool:
    """Whether it says more closely what some of the complete remissions beside it were."""
    return category["again"] and category["code"] != "remission_any"


def _counted_again(category: dict, response: dict) -> str:
    """“CR 4 · MRD-neg-CR 4 among them” is four patients, not eight."""
    if not category["again"] or response["of"] == 1:
        return ""
    return "among them" if _is_closer(category) else "in all"


def _unless_stated(category: dict) -> str:
    return "" if category["basis"] == "stated" else category["basis"]


def _category_name(category: dict) -> str:
    """Haematologists read CR and PD; a category without an abbreviation is said in words."""
    return category["label"] if "_" in category["code"] else category["code"]


def response_silence(row: dict, silences: Silences) -> Cell:
    """What is not told of the best response. Of a subgroup its cohort may tell more, and MRD may be told without it."""
    if row["is_subgroup"]:
        return Cell("not reported for the subgroup", SILENT)
    return silences.cell("response", "category of response" if any(item["n"] for item in row["mrd"]) else "response")


def bar(response: dict | None) -> dict | None:
    """The responses as a bar whose counts are printed in it, and the responders with their interval."""
    if response is None:
        return None
    offset, segments = 0.0, []
    for category in response["categories"]:
        if category["again"]:
            continue
        share = 100 * category["n"] / response["of"] if response["of"] else 0
        segments.append(
            {
                "css": category["code"].lower(),
                "x": f"{offset:.2f}",
                "width": f"{share:.2f}",
                "middle": f"{offset + share / 2:.2f}",
                "text": f"{_category_name(category)} {category['n']}" if share >= 25 else str(category["n"]),
            }
        )
        offset += share
    responded = response["responded"] if response["of"] > 1 else None
    return {
        "segments": segments,
        "label": ", ".join(f"{c['label']} {c['n']} {_counted_again(c, response)}".strip() for c in _in_order(response))
        + f" of {response['of']}",
        "of": response["of"],
        "site": "" if response["site"] in ("overall", "not_reported") else response["site"],
        "responded": responded,
        "interval": percent_interval(responded),
    }
