"""Which model an accession belongs to."""

from collections import defaultdict
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


def get_records(accessions) -> list[Record]:
    """The records of accessions, in their order; what has none is left out. Raises KeyError for an unknown kind."""
    accessions, by_kind = list(accessions), defaultdict(list)
    for accession in accessions:
        by_kind[accession.partition("-")[0]].append(accession)
    found = {}
    for kind, of_kind in by_kind.items():
        found |= model_of_kind(kind).objects.in_bulk(of_kind)
    return [found[accession] for accession in accessions if accession in found]


def get_record(accession: str) -> Record:
    """The record of an accession. Raises KeyError or the model's DoesNotExist."""
    return model_of_kind(accession.partition("-")[0]).objects.get(pk=accession)
