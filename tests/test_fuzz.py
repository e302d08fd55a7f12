"""The whole API under generated queries, sound and unsound: every answer is as its schema says, and never a 500."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

pytestmark = pytest.mark.django_db
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
# What a sound type alone can't promise: the names of fields and the codes that a filter takes depend on the base.
NOT_PROMISED = [CHECKS.get_one("positive_data_acceptance")]


@pytest.fixture(autouse=True)
def one_connection():
    """Every request is served in the test's own transaction, as Django's test client does it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.path for operation in OPERATIONS])
def test_every_answer_is_as_the_schema_says(operation):
    queries = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(queries)
    @settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def asked(case):
        case.call_and_validate(excluded_checks=NOT_PROMISED)

    asked()
