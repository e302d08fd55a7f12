"""The tray of a comparison, which the address of every list keeps: the rows chosen, and the way of a row into it."""

from urllib.parse import urlencode

from ..ask import comparison
from ..web import query_with


def tray(request, revision: int) -> dict:
    """The rows chosen, each with the address without it. Raises BadQuery for too many."""
    names = comparison.chosen(request.GET, "compare")
    titles = comparison.titles(names, revision)
    rows = [
        {"title": titles.get(name, name), "without": query_with(request, compare=[n for n in names if n != name])}
        for name in names
    ]
    return {"names": names, "rows": rows, "link": "/compare/?" + urlencode({"row": names}, doseq=True)}


def compare_link(request, name: str, title: str, names: list[str]) -> dict:
    """The way of a row into the tray, or out of it; none where the tray is full."""
    if name in names:
        link = query_with(request, compare=[chosen for chosen in names if chosen != name])
        return {"text": "in the comparison ×", "label": f"Take {title} out of the comparison", "link": link}
    if len(names) >= comparison.MOST:
        return {}
    return {"text": "compare", "label": f"Compare {title}", "link": query_with(request, compare=[*names, name])}


def links_of_studies(request, revision: int, slugs: list[str], names: list[str]) -> dict[str, list[dict]]:
    """Study → the ways of its courses into the tray; a study of several courses numbers them."""
    found = {}
    for slug, rows in comparison.of_studies(slugs, revision).items():
        links = [compare_link(request, name, title, names) for name, title in rows]
        for number, link in enumerate(links, start=1):
            if link and len(links) > 1:
                link["text"] = f"{link['text']} (course {number})"
        found[slug] = [link for link in links if link]
    return found


def chosen_of_studies(request, revision: int, slugs: list[str]) -> dict:
    """What a page needs that names some studies: the tray, and the ways of their courses into it."""
    chosen = tray(request, revision)
    return {"tray": chosen, "ways": links_of_studies(request, revision, sorted(set(slugs)), chosen["names"])}
