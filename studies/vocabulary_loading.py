"""The vocabularies of a fixture: terms and their codes, each saved only where it changed and no curator edited it."""

from django.forms import model_to_dict

from .fixture_files import Node
from .models import Mapping, Term
from .models.vocabulary import VOCABULARIES


def load(content: Node, loader):
    """Load the vocabularies of a fixture; `loader` keeps the terms, what was left alone, and every refusal."""
    loader.terms = {(term.vocabulary, term.code): term for term in Term.objects.select_related("parent")}
    if not isinstance(content, Node):
        loader.refuse(Node(), "vocabularies.yaml", "", "It is a mapping from vocabularies to lists of terms.")
        return
    for vocabulary, entries in content.items():
        if vocabulary not in VOCABULARIES:
            known = ", ".join(VOCABULARIES)
            loader.refuse(content, vocabulary, "", f"There is no such vocabulary; there are {known}.")
            continue
        if not isinstance(entries, list) or not all(isinstance(entry, Node) for entry in entries):
            loader.refuse(content, vocabulary, "", "A vocabulary is a list of terms, each a mapping.")
            continue
        for position, entry in enumerate(entries):
            _load_term(loader, vocabulary, position, entry)


def _load_term(loader, vocabulary: str, position: int, entry: Node):
    code = entry.get("code", "")
    name = f"{vocabulary} {code}"
    term = loader.terms.get((vocabulary, code)) or Term(vocabulary=vocabulary, code=code)
    if term.edited:
        loader.done.kept.append(name)
        return
    before = model_to_dict(term)
    term.position = position
    for key, value in entry.items():
        if key in ("label", "definition", "source"):
            setattr(term, key, value)
        elif key == "synonyms":
            term.synonyms = "\n".join(value)
        elif key == "parent":
            term.parent = loader.terms.get((vocabulary, value))
            if term.parent is None:
                loader.refuse(entry, name, "parent", f"“{value}” is not a term above this one.")
        elif key not in ("code", "mappings"):
            loader.refuse(entry, name, key, "A term has no such field.")
    if (term.pk is None or model_to_dict(term) != before) and not loader.saved(entry, name, term):
        return
    loader.terms[vocabulary, code] = term
    for mapping in entry.get("mappings", []):
        values = {k: v for k, v in mapping.items() if k not in ("system", "code")}
        values["verified"] = values.get("verified") == "true"
        Mapping.objects.update_or_create(term=term, system=mapping["system"], code=mapping["code"], defaults=values)
