"""Errors outside any view: an address that leads nowhere, a fault of ours. The API answers in its own form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studies.api.problems import failed, missing
from studies.ask import current
from studies.views import problems
from studies.views.common import page


def not_found(request: HttpRequest, exception) -> HttpResponse:
    """404 with a search box, or a problem document under /api/."""
    if request.path.startswith("/api/"):
        return missing(request)
    return page(request, current.revision(), "studies/not_found.html", {}, status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without the mark of this site. A reader's report is shown again, with what was typed."""
    match = request.resolver_match
    if match is not None and match.view_name == "studies:report":
        return problems.lapsed(request, **match.kwargs)
    return page(request, current.revision(), "studies/csrf_failed.html", {}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; it asks the database nothing."""
    if request.path.startswith("/api/"):
        return failed()
    return render(request, "studies/server_error.html", status=500)
