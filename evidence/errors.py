"""Errors outside any view: an address that leads nowhere, a fault of ours. The API answers in its own form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studies.api.problems import failed, missing
from studies.ask import current
from studies.views.common import page


def not_found(request: HttpRequest, exception) -> HttpResponse:
    """404 with a search box, or a problem document under /api/."""
    if request.path.startswith("/api/"):
        return missing(request)
    return page(request, current.revision(), "studies/not_found.html", {}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; it asks the database nothing."""
    if request.path.startswith("/api/"):
        return failed()
    return render(request, "studies/server_error.html", status=500)
