"""The API's documentation page: Swagger UI from its package, under our own policy."""

from ..ask import strict
from .common import page, public_page


@public_page
def docs(request, revision):
    """The schema, shown."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/api_docs.html", {})
