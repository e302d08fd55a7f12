"""A list and a record view for each collection of stored documents."""

from ..ask import collections
from . import schema
from .base import LISTED, PublicView, RecordView, listing


def _list_view(collection: str) -> type[PublicView]:
    def body(self, request, revision):
        found = collections.ask(collection, request.GET, revision, extra=LISTED)
        documents = [row.document for row in found.page.rows]
        return listing(request, revision, collection, found.count, found.page, documents)

    view = type(f"{collection.title()}List", (PublicView,), {"body": body, "__doc__": schema.ABOUT[collection]})
    parameters = schema.collection_parameters(collection)
    return schema.described(collection, f"{collection.capitalize()}", parameters, schema.listing(collection))(view)


def _record_view(collection: str) -> type[RecordView]:
    view = type(
        f"{collection.title()}Record", (RecordView,), {"collection": collection, "__doc__": schema.ABOUT[collection]}
    )
    parameters = schema.record_parameters("Slug or accession.", dated=True)
    return schema.described(collection, f"One of the {collection}", parameters, schema.record(collection))(view)


LISTS = {name: _list_view(name) for name in collections.COLLECTIONS if name != "flow"}  # its list bears the counts
RECORDS = {name: _record_view(name) for name in collections.COLLECTIONS}
