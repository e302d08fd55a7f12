"""What an importer found: values for our fields, each with where it stood and how it was printed."""

from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from ..models import Author, EligibilityCriterion, Publication, Registration, RegistrationDescription
from ..pure.citations import comparable_title, partial_date, plain, problem_with_text

# The part of a find → the record that takes it. Parts named “criterion …” are criteria of entry.
RECORDS = {"publication": Publication, "registration": Registration, "plan": RegistrationDescription}


class ImportFailed(Exception):
    """Nothing was imported; the message says in a curator's words why, and what can be done."""


@dataclass
class Fault:
    """One reason why a file or an answer was refused: which entry, which field of it, what it holds, the rule."""

    entry: str
    field: str
    given: str
    rule: str

    def __str__(self):
        given = f" “{self.given[:80]}{'…' if len(self.given) > 80 else ''}”" if self.given else ""
        return f"{self.entry} · {self.field}{given}: {self.rule}"


class Refused(ImportFailed):
    """A file was refused whole; `faults` says every reason."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        count = f"{len(faults)} reason{'s'[: len(faults) > 1]}"
        super().__init__(f"Refused whole, nothing was imported ({count}).")


@dataclass
class Source:
    """What was read: the service or the kind of file, its address or the file's name, the SHA-256 of what it held,
    when (UTC, ISO 8601), and which entry of it."""

    name: str
    address: str
    checksum: str
    fetched_at: str
    entry: str = ""

    @classmethod
    def of(cls, name: str, address: str, content: bytes, entry: str = "") -> "Source":
        """The source of bytes that were read just now."""
        return cls(name, address, sha256(content).hexdigest(), timezone.now().isoformat(timespec="seconds"), entry)

    @property
    def day(self) -> str:
        """The day of the look-up."""
        return self.fetched_at[:10]

    def entry_named(self, entry: str) -> "Source":
        return replace(self, entry=entry)

    def __str__(self):
        return f"{self.name}, {self.entry}" if self.entry else self.name


@dataclass
class Value:
    """A value for one field. `place` is the source's own name of where it stands, `as_given` its text as printed;
    `derivation` says how one became the other, where it is not the same text made plain.

    A value without a field is told to the curator and kept, and no field takes it.
    """

    field: str
    value: str
    place: str
    as_given: str
    derivation: str = ""
    part: str = "publication"


@dataclass
class Person:
    """An author as printed."""

    family_name: str
    given_names: str = ""
    affiliation: str = ""

    def __str__(self):
        return f"{self.family_name} {self.given_names}".strip()


@dataclass
class Found:
    """One publication or registration that was found, not yet stored anywhere.

    `read_as` says how its text was read where single letters may be wrong, `guessed` that nobody chose this reading.
    """

    source: Source
    values: list[Value] = field(default_factory=list)
    authors: list[Person] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    read_as: str = ""
    guessed: bool = False

    def take(self, name: str, text, place: str, derivation: str = "", as_given: str | None = None, part="publication"):
        """Take a value over, made plain; an empty one is left out. `as_given` where the value is not the text."""
        value = str(text if text is not None else "")
        value = "\n".join(filter(None, map(plain, value.splitlines()))) if name == "keywords" else plain(value)
        if value:
            given = as_given if as_given is not None else str(text)
            self.values.append(Value(name, value, place, given, derivation, part))

    def take_date(self, name: str, text, place: str):
        """A date at the precision it has; without a year it is kept and told."""
        text = str(text or "").strip()
        day = partial_date(text)
        if day:
            self.take(name, day, place, "" if day == text else f"“{text}” written as {day}", as_given=text)
        elif text:
            self.keep(text, place, f"“{text}” is no date that could be taken over")

    def take_year(self, text, place: str):
        """The year of publication: the first four digits of a date."""
        text = str(text or "").strip()
        self.take("year", partial_date(text)[:4] or text, place, as_given=text)

    def keep(self, text: str, place: str, remark: str):
        """Keep what no field takes, and tell the curator."""
        self.values.append(Value("", "", place, text))
        self.remarks.append(remark)

    def read_by_choice(self, read_as: str, remark: str, guessed: bool):
        """Say of every value with more than ASCII how it was read, and keep the remark with the values."""
        self.read_as, self.guessed = read_as, guessed
        for value in self.values:
            value.derivation = self.derivation_of(value.as_given, value.derivation)
        self.keep(read_as, "the file's encoding", remark)

    def derivation_of(self, as_given: str, derivation: str = "") -> str:
        return "; ".join(filter(None, [derivation, "" if as_given.isascii() else self.read_as]))

    def take_author(self, family_name: str, given_names: str = "", affiliation: str = "", place: str = "authors"):
        """The next author. A group's name that is too long for one is kept and told, not cut."""
        person = Person(plain(family_name), plain(given_names), plain(affiliation))
        if not person.family_name:
            return
        longest = Author._meta.get_field("family_name").max_length
        if len(person.family_name) > longest:
            self.keep(family_name, place, f"The author “{person}” is longer than {longest} letters: enter it by hand")
        else:
            self.authors.append(person)

    def get(self, name: str, part: str = "publication") -> str:
        """The value for a field, or an empty text."""
        return next((v.value for v in self.values if v.field == name and v.part == part), "")

    @property
    def is_registration(self) -> bool:
        return bool(self.get("identifier", "registration"))

    @property
    def title(self) -> str:
        return self.get("title") or self.get("identifier", "registration") or "without a title"

    @property
    def same_as(self) -> str:
        """Equal for two entries that are one and the same document."""
        identity = self.get("identifier", "registration") or self.get("doi").lower() or self.get("pmid")
        return identity or f"{comparable_title(self.title)} {self.get('year')}"

    def values_of(self, part: str) -> dict[str, str]:
        return {value.field: value.value for value in self.values if value.part == part and value.field}

    @property
    def parts(self) -> list[str]:
        return list(dict.fromkeys(value.part for value in self.values))

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Found":
        return cls(
            Source(**data["source"]),
            [Value(**value) for value in data["values"]],
            [Person(**person) for person in data["authors"]],
            data["remarks"],
            data.get("read_as", ""),
            data.get("guessed", False),
        )


def model_of(part: str):
    return RECORDS.get(part, EligibilityCriterion)


def faults_of(found: Found) -> list[Fault]:
    """Why a find cannot become a draft: texts that were read wrong, and what the models' own rules refuse."""
    faults = []

    def refuse(place, given, rule):
        faults.append(Fault(found.source.entry or found.source.name, place, given, rule))

    texts = [(value.place, value.as_given) for value in found.values]
    texts += [("authors", f"{a} {a.affiliation}".strip()) for a in found.authors]
    for place, text in texts:
        problem = problem_with_text(text)
        if problem:
            refuse(place, text, problem)
    if not found.get("title"):
        refuse("title", "", "there is none")
    if not found.get("year"):
        refuse("year", "", "there is no year of publication; enter it in the citation manager, or this one by hand")
    for part in found.parts:
        given = found.values_of(part)
        record = model_of(part)(**given)
        places = {value.field: (value.place, value.as_given) for value in found.values if value.part == part}
        for name, rules in _refused(record, set(given)).items():
            for rule in rules:
                place, text = places.get(name, (name, ""))
                refuse(place, text, rule)
    for person in found.authors:
        record = Author(family_name=person.family_name, given_names=person.given_names, position=1)
        for rules in _refused(record, {"family_name", "given_names"}).values():
            for rule in rules:
                refuse("authors", str(person), rule)
    return faults


def _refused(record, given: set[str]) -> dict[str, list[str]]:
    """What the model says against the fields that were given."""
    problems = {}
    exclude = {f.name for f in record._meta.fields} - given
    for check in (lambda: record.clean_fields(exclude=exclude), record.clean):
        try:
            check()
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
            problems |= {name: rules for name, rules in told.items() if name not in problems and name in given}
    return problems
