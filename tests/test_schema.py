"""The OpenAPI document: version 3.1, valid, without warnings, and true to the addresses."""

import io
import re

import pytest
from django.core.management import call_command
from openapi_spec_validator import validate

from studies.api.urls import urlpatterns

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_openapi_3_1(api):
    schema = api("/schema/")
    assert schema["openapi"] == "3.1.0"
    validate(schema)


def test_it_is_made_without_a_warning():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_every_address_of_the_api_is_in_it(api):
    paths = {path.removeprefix("/api/v1/") for path in api("/schema/")["paths"]}
    for pattern in urlpatterns:
        address = re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        assert address in paths or address == "schema/", address


def test_every_parameter_that_is_taken_is_told(api):
    from studies.ask.filters import EvidenceFilterSet

    told = {p["name"] for p in api("/schema/")["paths"]["/api/v1/evidence/"]["get"]["parameters"]}
    assert told >= EvidenceFilterSet.parameters() | {"page_size", "cursor", "ordering", "fields", "facets", "pile"}
