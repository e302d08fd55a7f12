"""The pictures of the evidence, with their downloads."""

import json
from xml.etree import ElementTree  # nosec: what is parsed is our own

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe

from ..ask import charts, current, evidence, strict
from ..ask.charts import Asked
from ..charts import gallery
from ..charts.picture import ORIGIN, table, vega_lite
from ..pure.numbers import in_words
from ..web import query_with
from .common import page, public_page, site
from .evidence import chips, of_results

TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json", "csv": "text/csv; charset=utf-8"}
WIDER = {"than-a-desk": 900, "than-a-phone": 356}  # as the stylesheet knows them, and dots of a drawing


@public_page
def chart_list(request, revision):
    """All pictures of what the address asks."""
    asked = charts.asked(request.GET, revision)
    shown = [_shown(request, asked, name) for name in gallery.DRAW]
    return page(request, revision, "studies/charts.html", _frame(request, asked) | {"pictures": shown})


@public_page
def chart(request, revision, name):
    """One picture with its table, or as a file."""
    if name not in gallery.DRAW:
        raise Http404
    asked = charts.asked(request.GET, revision, extra={"format"})
    form = strict.one_of(request.GET, "format", ("html", *TYPES), "html")
    if form != "html":
        return _file(request, asked, name, form)
    shown = _shown(request, asked, name)
    rows = [
        {
            "link": row["link"].replace(ORIGIN, ""),
            "cells": [(column, row.get(column)) for column in shown["picture"].columns if column != "link"],
        }
        for row in shown["picture"].rows
    ]
    context = {"shown": shown, "rows": rows, "titles": gallery.TITLES.items()}
    return page(request, revision, "studies/chart.html", _frame(request, asked) | context)


def _frame(request, asked: Asked) -> dict:
    return {
        "totals": evidence.totals(asked.filters, asked.revision, asked.pile),
        "pile": asked.pile,
        "chips": chips(request, asked.filters),
        "of_results": of_results(asked.filters),
        "query": query_with(request, format=None),
        "evidence_link": reverse("studies:evidence") + query_with(request, window=None, format=None),
    }


def _shown(request, asked: Asked, name: str) -> dict:
    """A picture as the templates show it."""
    picture = gallery.picture(name, asked)
    drawn = gallery.drawing(name, asked, alone=False)
    return {
        "picture": picture,
        "svg": mark_safe(drawn),  # noqa: S308, made by us: every text in it is escaped by the writer of the drawing
        "wider": _wider(drawn),
        "beside": [item | {"href": item["href"].replace(ORIGIN, "")} for item in picture.beside],
        "address": reverse("studies:chart", args=[name]) + query_with(request, format=None),
        "files": [
            {"name": label, "link": reverse("studies:chart", args=[name]) + query_with(request, format=form)}
            for form, label in (("svg", "SVG"), ("png", "PNG"), ("json", "Vega-Lite"), ("csv", "CSV"))
            if drawn or form == "csv"
        ],
        "windows": _windows(request, asked) if name == "intervals" else [],
    }


def _wider(drawn: str) -> str:
    """Than which screens a drawing may be wider: its page then says that it scrolls."""
    width = float(ElementTree.fromstring(drawn).get("width")) if drawn else 0  # noqa: S314
    return next((name for name, least in WIDER.items() if width > least), "")


def _windows(request, asked: Asked) -> list[dict]:
    """The windows that documents recommend, each with the address that shows it or takes it away."""
    names = current.names(asked.revision, "publications")
    return [
        {
            "name": names.get(slug, slug),
            "shown": slug == asked.window,
            "link": query_with(request, window=None if slug == asked.window else slug),
        }
        for slug in charts.windows(asked.revision)
    ]


def _file(request, asked: Asked, name: str, form: str) -> HttpResponse:
    picture, origin = gallery.picture(name, asked), request.build_absolute_uri("/")[:-1]
    if picture.specification is None and form != "csv":
        raise Http404
    read = in_words(site(asked.revision)["documents_read"])
    about = {
        "filter": asked.filters.sentence(asked.pile),
        "source": f"CARTographer, revision {asked.revision}",
        "address": request.build_absolute_uri(),
        "base": f"{read} documents read, not a systematic search. Evidence, not advice.",
    }
    make = {
        "svg": lambda: gallery.drawing(name, asked, origin),
        "png": lambda: gallery.image(name, asked),
        "json": lambda: json.dumps(vega_lite(picture, origin, **about), ensure_ascii=False),
        "csv": lambda: table(picture, origin, list(about.values())),
    }
    response = HttpResponse(make[form](), content_type=TYPES[form])
    extension = "vl.json" if form == "json" else form
    response["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return response
