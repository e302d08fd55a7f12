"""The API's documentation page: Swagger UI from its package, under our own policy."""

from .common import page, public_page


@public_page
def docs(request, revision):
    """The schema, shown."""
    return page(request, revision, "studies/api_docs.html", {})
