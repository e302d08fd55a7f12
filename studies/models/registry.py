"""Which model an accession belongs to."""

from functools import cache

from django.apps import apps

from .base import Record


def record_models() -> list[type[Record]]:
    """All models with accessions, in the order of the app's definition."""
    return [model for model in apps.get_app_config("studies").get_models() if issubclass(model, Record)]


@cache
def model_of_kind(kind: str) -> type[Record]:
    """The model whose accessions start with these three letters. Raises KeyError for an unknown kind."""
    return {model.KIND: model for model in record_models()}[kind]


def get_record(accession: str) -> Record:
    """The record of an accession. Raises KeyError or the model's DoesNotExist."""
    return model_of_kind(accession.partition("-")[0]).objects.get(pk=accession)
