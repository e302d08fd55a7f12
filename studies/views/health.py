"""For whoever watches the server."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthz(request):
    """The process is alive."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request):
    """The database answers and its migrations are those of the code."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    if pending:
        return HttpResponse("migrations are pending: run manage.py migrate\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")
