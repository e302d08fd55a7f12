"""Errors as application/problem+json (RFC 9457)."""

import json

from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException

from ..ask.strict import BadQuery

CONTENT_TYPE = "application/problem+json"
ABOUT = "/api/v1/docs/#problem-"


def problem(status: int, name: str, title: str, detail: str, **more) -> HttpResponse:
    """One problem document; `name` makes its type, `more` its extension members."""
    body = {"type": f"{ABOUT}{name}", "title": title, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def bad_query(error: BadQuery) -> HttpResponse:
    """400: the query was not understood. Each error names the parameter, the reason and the nearest valid names."""
    errors = [{"parameter": f.parameter, "reason": f.reason, "nearest": f.nearest} for f in error.faults]
    return problem(400, "query", "The query was not understood", str(error), errors=errors)


def missing(request) -> HttpResponse:
    """404: there is no such record or address."""
    return problem(404, "missing", "There is no such record", f"Nothing public is at {request.path[:200]}.")


def gone(tombstone: dict) -> HttpResponse:
    """410: it was public and was taken out. `since`, `successor` and the reason are told."""
    named = tombstone["name"] or tombstone["slug"]
    more = {key: tombstone[key] for key in ("state", "since", "reason", "successor")}
    detail = f"{named} was {tombstone['state']} on {tombstone['since']}: {tombstone['reason']}"
    return problem(410, "gone", "It is no longer public", detail, **more)


def failed() -> HttpResponse:
    """500: the fault is ours."""
    return problem(500, "server", "Something went wrong here", "The fault is ours and has been logged.")


def handle(exception, context) -> HttpResponse:
    """Django REST framework's exceptions in the same form; anything else is a fault of ours and is raised."""
    if isinstance(exception, BadQuery):
        return bad_query(exception)
    if isinstance(exception, Http404):
        return missing(context["request"])
    if isinstance(exception, APIException):
        return problem(exception.status_code, "request", "The request was not understood", str(exception.detail))
    return None
