"""What pages and API share of HTTP: entity tags and addresses with changed parameters."""

import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

FOLDER = Path(__file__).resolve().parent


@cache
def code_version() -> str:
    """A short number of all code and templates, so that an update is never mistaken for an unchanged page."""
    sources = [*FOLDER.rglob("*.py"), *FOLDER.rglob("static/**/*.*"), *(FOLDER.parent / "templates").rglob("*.html")]
    digest = 0
    for path in sorted(sources):
        digest = zlib.crc32(path.read_bytes(), digest)
    return f"{digest:x}"


def entity_tag(request: HttpRequest, revision: int) -> str:
    """One tag per revision, code version and address; a page and its twin have different addresses."""
    address = zlib.crc32(request.get_full_path().encode("utf-8", "surrogatepass"))
    return f'"{code_version()}-{revision}-{address:x}"'


def unchanged(request: HttpRequest, tag: str) -> bool:
    """Whether the reader holds this answer already."""
    given = request.headers.get("If-None-Match", "")
    return bool(given) and tag in (part.strip().removeprefix("W/") for part in given.split(","))


def tagged(request: HttpRequest, revision: int, make: Callable[[], HttpResponse]) -> HttpResponse:
    """What `make` answers, with the entity tag; 304, and nothing made, for a reader who holds it already."""
    tag = entity_tag(request, revision)
    response = HttpResponseNotModified() if unchanged(request, tag) else make()
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response


def query_with(request: HttpRequest, **changes) -> str:
    """The query with some parameters changed (None takes one away, a list gives several values).

    The cursor never survives a change, and empty values, which a form sends too, are left out."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query.setlist(name, [] if value is None else value if isinstance(value, list) else [value])
    for name, values in list(query.lists()):
        query.setlist(name, [value for value in values if value])
    return f"?{query.urlencode()}"
