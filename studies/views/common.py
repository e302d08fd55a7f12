"""What every public page shares: the revision, the entity tag, the answer to a query that was not understood."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from ..ask import current, problems
from ..ask.history import Gone
from ..ask.strict import BadQuery
from ..models import PublicRecord, Revision
from ..pure.document_names import document_name
from ..web import tagged


def public_page(view):
    """A page of public rows: `view(request, revision, …)` returns a response. Unchanged pages answer 304."""

    @require_safe
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        revision = current.revision()

        def make():
            response = tagged(request, revision, lambda: view(request, revision, *args, **kwargs))
            patch_vary_headers(response, ["Accept-Encoding"])
            return response

        return or_why_not(request, revision, make)

    return wrapped


def or_why_not(request: HttpRequest, revision: int, make: Callable[[], HttpResponse]) -> HttpResponse:
    """What `make` answers, or the page that says why there is no answer: not understood, gone, never there."""
    try:
        return make()
    except BadQuery as error:
        return page(request, revision, "studies/bad_query.html", {"faults": error.faults}, status=400)
    except Gone as error:
        return page(request, revision, "studies/gone.html", {"gone": error.tombstone}, status=410)
    except Http404:
        return page(request, revision, "studies/not_found.html", {}, status=404)


def filled(query: QueryDict) -> QueryDict:
    """A query without its empty fields: a form sends them too, and they ask nothing."""
    query = query.copy()
    for name in [name for name, values in query.lists() if values == [""]]:
        del query[name]
    return query


def page(request: HttpRequest, revision: int, template: str, context: dict, status: int = 200) -> HttpResponse:
    """A rendered page with what the frame around it shows."""
    return render(request, template, context | {"site": site(revision), "path": request.path}, status=status)


def site(revision: int) -> dict:
    """The frame's own: how many documents were read, the revision, the answers to readers, what abbreviations mean,
    what papers and studies are called."""
    return {
        "revision": revision,
        "at": current.kept(revision, "date of the revision", lambda: _date(revision)),
        "documents_read": current.kept(revision, "documents read", _documents_read),
        "answers": problems.answers(revision),
        "glossary": current.glossary(revision),
        "papers": current.names(revision, "publications"),  # a study may bear the slug of a paper, and another name
        "studies": current.names(revision, "studies"),
    }


def called(revision: int, collection: str, slug: str) -> str:
    """A public record by its name; a study or publication without one by its slug in words."""
    named = current.names(revision, collection).get(slug)
    return named or (document_name(slug) if collection in ("studies", "publications") else slug)


def _date(revision: int):
    return Revision.objects.filter(id=revision).values_list("at", flat=True).first() or ""


def _documents_read() -> int:
    return PublicRecord.objects.current().filter(collection="publications").exclude(read_as="").count()
