"""The pictures of the evidence as data: facts in words, rows with their places, the Vega-Lite specification."""

from django.http import Http404

from ..ask import charts
from ..charts import gallery
from ..pure.documents import dumps
from . import schema
from .base import PublicView


@schema.described("charts", "All pictures of the evidence", schema.chart_parameters(), schema.plain())
class ChartList(PublicView):
    """Every picture of the rows that the filters find. `window` names a document whose recommended window is shown."""

    def body(self, request, revision):
        asked = charts.asked(request.GET, revision)
        pictures = [gallery.document(gallery.picture(name, asked), _origin(request)) for name in gallery.DRAW]
        return f'{_head(asked)[:-1]},"results":[{",".join(pictures)}]}}'


@schema.described(
    "charts", "One picture of the evidence", schema.chart_parameters(gallery.DRAW), schema.record("charts")
)
class Chart(PublicView):
    """Facts in words, rows with their places, the Vega-Lite specification: null where nothing can be drawn."""

    def body(self, request, revision, name):
        if name not in gallery.DRAW:
            raise Http404
        asked = charts.asked(request.GET, revision)
        return f"{_head(asked)[:-1]},{gallery.document(gallery.picture(name, asked), _origin(request))[1:]}"


def _head(asked) -> str:
    told = {"revision": asked.revision, "filter": asked.filters.sentence(asked.pile), "pile": asked.pile}
    return dumps(told | {"window": asked.window or None})


def _origin(request) -> str:
    return request.build_absolute_uri("/")[:-1]
