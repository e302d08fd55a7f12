"""The vocabularies of a fixture: terms and their codes, each saved only where it changed and no curator edited it."""

from django.forms import model_to_dict

from .fixture_files import Node
from .models import Grade, Mapping, Term
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
        if key in ("label", "abbreviation", "expansion", "definition", "source", "verified"):
            setattr(term, key, value)
        elif key == "synonyms":
            term.synonyms = "\n".join(value)
        elif key == "parent":
            term.parent = loader.terms.get((vocabulary, value))
            if term.parent is None:
                loader.refuse(entry, name, "parent", f"“{value}” is not a term above this one.")
        elif key not in ("code", "grades", "mappings"):
            loader.refuse(entry, name, key, "A term has no such field.")
    if (term.pk is None or model_to_dict(term) != before) and not loader.saved(entry, name, term):
        return
    loader.terms[vocabulary, code] = term
    _load_grades(loader, name, term, entry)
    for mapping in entry.get("mappings", []):
        values = {k: v for k, v in mapping.items() if k not in ("system", "code")}
        values["verified"] = values.get("verified") == "true"
        Mapping.objects.update_or_create(term=term, system=mapping["system"], code=mapping["code"], defaults=values)


def _load_grades(loader, name: str, term: Term, entry: Node):
    """The grades of a scale, as the fixture has them now."""
    loaded = []
    for position, grade in enumerate(entry.get("grades", [])):
        values = {"meaning": grade.get("meaning", ""), "cases": "\n".join(grade.get("cases", [])), "position": position}
        found = Grade.objects.filter(term=term, of=grade.get("of", ""), grade=grade.get("grade", "")).first()
        row = found or Grade(term=term, of=grade.get("of", ""), grade=grade.get("grade", ""))
        before = model_to_dict(row)
        for key, value in values.items():
            setattr(row, key, value)
        if row.pk is None or model_to_dict(row) != before:
            loader.saved(grade, f"{name} grade {row}", row)
        loaded.append(row.pk)
    if entry.get("grades") or term.pk and term.grades.exists():
        term.grades.exclude(pk__in=loaded).delete()
