"""The product's base, grown: the real evidence through its own door, then copies of it until there are enough rows.

Run in a process with the product's environment: `python -m tests.bench.synthetic <rows> <rows file>`. A copy is the
whole base again under other names, so a subgroup keeps its cohort and a study its publication. What the plain app
needs to know of every row is written to the rows file, one JSON object a line.
"""

import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import django

SEED = 20
CHUNK = 500
WORDS_A_TEXT = 150
YEARS = range(2010, 2026)
COPIES_A_STUDY = 2  # which makes one study of about three courses
# Two words that no document has: how often they occur, and so how many entries a search finds, is known.
COMMON, COMMON_EVERY = "zanthoxylum", 20
RARE, RARE_TEXTS = "quillwort", 40
TITLED_EVERY = 400  # some titles bear the common word, so that it is in the lexicon as most searched words are
ACCESSION = r"(?:COU|COH|STU|PUB)-\d{5}"
RENAMED = {
    "row", "parent_row", "study", "publication", "course", "cohort", "root_cohort", "above", "overlaps", "accession",
    "slug", "document",
}  # fmt: skip


def main(rows: int, path: str):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evidence.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    call_command("load_evidence", if_empty=True, stdout=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)
    with transaction.atomic():
        _copy_base(rows)
        entries = _write_search(rows)
    _tell_rows(Path(path), entries)
    with connection.cursor() as cursor:
        # As autovacuum leaves a base in use: without it PostgreSQL reads no index alone, and words one by one.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class Copier:
    """Copies a public row under other names. Its texts are cut up once, where they name a course, cohort, study or
    publication: copying is then a matter of joining."""

    def __init__(self, original, slugs: set[str]):
        # Constructs have slugs that begin alike, so a slug counts where it stands alone.
        names = rf"({ACCESSION}|(?<![\w-])(?:{'|'.join(map(re.escape, slugs))})(?![\w-]))"
        self.model = type(original)
        self.values = {
            field.attname: getattr(original, field.attname)
            for field in original._meta.concrete_fields
            if not field.primary_key
        }
        self.pieces = {name: re.split(names, self.values[name]) for name in RENAMED & set(self.values)}

    def copy(self, number: int):
        told = {name: _renamed(pieces, number) for name, pieces in self.pieces.items()}
        # All rows of a study are of one year.
        year = random.Random(f"{SEED} {told['study'] or told['slug']}").choice(YEARS)
        told["document"] = re.sub(r'"year":(\d+|null)', f'"year":{year}', told["document"], count=1)
        return self.model(**self.values | told | {"year": year})


def _renamed(pieces: list[str], copy: int) -> str:
    """The pieces joined; every second one is a name, and gets the number of the copy."""
    pieces = pieces.copy()
    pieces[1::2] = [
        f"{name[:4]}{copy * 100_000 + int(name[4:])}"
        if re.fullmatch(ACCESSION, name)
        else f"{name}-{copy // COPIES_A_STUDY}"
        for name in pieces[1::2]
    ]
    return "".join(pieces)


def _copy_base(wanted: int):
    """Copies of all evidence rows, one copy of the base after another, and of the studies and publications named."""
    from studies.models import EvidenceRow, PublicRecord

    real = list(EvidenceRow.objects.current().filter(preferred=True).order_by("course", "pk"))
    slugs = {row.study for row in real} | {row.publication for row in real}
    copiers = {row.pk: Copier(row, slugs) for row in real}
    missing = max(wanted - len(real), 0)
    copies = range(COPIES_A_STUDY, COPIES_A_STUDY - (-missing // len(real)))
    for told in _chunks(islice(((number, pk) for number in copies for pk in copiers), missing)):
        rows = EvidenceRow.objects.bulk_create([copiers[pk].copy(number) for number, pk in told])
        _copy_terms_and_doses([(pk, row) for (_, pk), row in zip(told, rows, strict=True)])
    records = PublicRecord.objects.current().filter(collection__in=("studies", "publications"), slug__in=slugs)
    makers = [Copier(record, slugs) for record in records.order_by("pk")]
    for chunk in _chunks(maker.copy(number) for number in copies[::COPIES_A_STUDY] for maker in makers):
        PublicRecord.objects.bulk_create(chunk)


def _copy_terms_and_doses(copied: list[tuple]):
    """Of pairs of an original's key and its copy. The copy's study and publication are terms of it too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO studies_evidenceterm (row_id, field, value) SELECT %s, field, "
            "CASE field WHEN 'study' THEN %s WHEN 'publication' THEN %s ELSE value END "
            "FROM studies_evidenceterm WHERE row_id = %s",
            [(row.pk, row.study, row.publication, original) for original, row in copied],
        )
        cursor.executemany(
            "INSERT INTO studies_evidencedose (row_id, unit, low, high) "
            "SELECT %s, unit, low, high FROM studies_evidencedose WHERE row_id = %s",
            [(row.pk, original) for original, row in copied],
        )


def _write_search(wanted: int) -> list[tuple[str, str]]:
    """One search entry per row, of words drawn as often as the real texts have them, indexed as the door does it.
    Gives title and text of each."""
    from studies.models import SearchText
    from studies.publishing.search_entries import index
    from studies.pure.wording import tokens

    real = list(SearchText.objects.current().order_by("pk"))
    counted = Counter(word for entry in real for word in entry.text.split() if word.isalpha())
    words = sorted(counted, key=lambda word: (-counted[word], word))
    token_of = {word: " ".join(tokens(word)) for word in (*words, COMMON, RARE)}
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    draw, made = random.Random(SEED), []
    for numbers in _chunks(range(wanted)):
        entries = []
        for number in numbers:
            like = real[number % len(real)]
            told = draw.choices(words, weights, k=WORDS_A_TEXT)
            if number % COMMON_EVERY == 0:
                told[draw.randrange(WORDS_A_TEXT)] = COMMON
            if number % max(wanted // RARE_TEXTS, 1) == 0:
                told[draw.randrange(WORDS_A_TEXT)] = RARE
            title = f"{COMMON}: {like.title}"[:300] if number % TITLED_EVERY == 0 else like.title
            entries.append(
                SearchText(
                    owner=like.owner, valid_from=like.valid_from, kind=like.kind, weight=like.weight, title=title,
                    address=f"{like.address}-{number}", title_words=f" {' '.join(tokens(title))} "[:400],
                    text=" ".join(told), words=" ".join(["|", *filter(None, map(token_of.get, told)), "|"]),
                )
            )  # fmt: skip
        index(SearchText.objects.bulk_create(entries))
        made += [(entry.title, entry.text) for entry in entries]
    return made


def _tell_rows(path: Path, entries: list[tuple[str, str]]):
    """What the plain app is filled with, parents before their subgroups."""
    from studies.models import EvidenceRow, EvidenceTerm

    single = ("disease_only", "collected_from", "genetic_origin", "intent")
    terms: dict[int, dict[str, str]] = {}
    for row, field, value in EvidenceTerm.objects.filter(field__in=single).values_list("row", "field", "value"):
        terms.setdefault(row, {})[field] = value
    with path.open("w") as file:
        rows = EvidenceRow.objects.current().filter(preferred=True).order_by("pk")
        for row, (title, text) in zip(rows.iterator(chunk_size=CHUNK), entries, strict=True):
            document = json.loads(row.document)
            told = {
                "row": row.row,
                "parent": row.parent_row,
                "study": row.study,
                "publication": {name: document["publication"][name] for name in ("slug", "name", "kind", "citation")},
                "label": document["cohort_label"] or "",
                "n": row.n,
                "year": row.year,
                "disease": terms[row.pk].get("disease_only", ""),
                **{name: terms[row.pk][name] for name in single[1:]},
                "title": title,
                "text": text,
            }
            file.write(json.dumps(told) + "\n")


def _chunks(values) -> Iterator[list]:
    values = iter(values)
    while chunk := list(islice(values, CHUNK)):
        yield chunk


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
