"""The form of a bundle, looked at before anything of it is loaded: every refusal with its line."""

from ..fixture_files import FixtureSyntaxError, Node, parse
from ..loading import CHILDREN, KINDS, Refusal
from ..models import Accession

FILE = "bundle.yaml"
LARGEST = 2_000_000  # characters; the four documents are a fifth of it at most
MOST_VALUES = 200_000  # an alias may name a whole that holds aliases: the text is short, what it stands for endless
LISTS = {"records", "agents", "checked", *CHILDREN}
# What a bundle holds beside its reports, and the field that says of which document it is.
OF_THE_DOCUMENT = {
    "sourceread": "publication", "discrepancy": "publication", "publishedtable": "publication", "report": "publication",
    "citation": "citing",
}  # fmt: skip
BESIDE = {*OF_THE_DOCUMENT, "publication", "study", "registration", "cohortoverlap"}
EITHER = "appraisal"  # of a report, whether it stands below it or names it


def read(text: str, slug: str) -> tuple[Node | None, list[Refusal]]:
    """The nodes of a bundle on one publication, and all that is wrong with its form; None where it is no YAML."""
    if len(text) > LARGEST:
        return None, [Refusal(FILE, 1, "the bundle", "", f"It is longer than {LARGEST:,} characters.")]
    try:
        content = parse(text, FILE)
    except FixtureSyntaxError as error:
        return None, [Refusal(FILE, error.line, "the bundle", "", str(error))]
    shape = _Shape(slug)
    try:
        shape.look_at(content)
    except _Endless:
        return None, [Refusal(FILE, 1, "the bundle", "", f"It holds more than {MOST_VALUES:,} values.")]
    return content, shape.refusals


class _Endless(Exception):
    pass


class _Shape:
    def __init__(self, slug: str):
        self.slug, self.refusals, self.names = slug, [], {}
        self.seen, self.publications = 0, 0

    def look_at(self, content):
        records = content.get("records") if isinstance(content, Node) else None
        if not isinstance(records, list) or not records:
            rule = "A bundle is a mapping with a list of records under “records:”."
            self.refuse(content, "the bundle", "records", rule)
            return
        if set(content) != {"records"}:
            others = ", ".join(str(key) for key in content if key != "records")
            self.refuse(content, "the bundle", "", f"It holds “records:” and nothing else, but here is {others[:80]}.")
        for node in records:
            self._record(node, content)
        if self.publications != 1:
            rule = f"It holds the record of its publication, “{self.slug}”, once; here are {self.publications}."
            self.refuse(content, "the bundle", "publication", rule)

    def _record(self, node, within, below_report=False):
        kind = next(iter(node), "") if isinstance(node, Node) else ""
        model = KINDS.get(kind)
        if model is None:
            known = ", ".join(sorted(KINDS))
            rule = f"A record begins with its kind, not with “{str(kind)[:40]}”; the kinds are {known}."
            self.refuse(node if isinstance(node, Node) else within, str(kind)[:40] or "a record", "", rule)
            return
        name = node[kind]
        try:
            Accession.number_in(name if isinstance(name, str) else "", model.KIND)
        except Exception:  # of whatever kind: it is no accession
            rule = f"“{str(name)[:40]}” is no accession of this kind: write any {model.KIND}-00001, the bundle's own."
            self.refuse(node, str(name)[:40], kind, rule)
            return
        if name in self.names:
            self.refuse(node, name, kind, f"The accession stands twice, first at line {self.names[name]}.")
        self.names[name] = node.line
        self._belongs(kind, name, node, below_report)
        for key, value in node.items():
            if key in LISTS:
                self._list(key, value, name, node)
            elif key == "places":
                self._places(value, name, node)
            elif self._is_text(value, name, key, node):
                continue
            elif not (isinstance(value, list) and all(self._is_text(v, name, key, node) for v in value)):
                self.refuse(node, name, key, "A text, or a list of texts, is expected here.")

    def _belongs(self, kind: str, name: str, node: Node, below_report: bool):
        if not below_report and kind not in (*BESIDE, EITHER):
            self.refuse(node, name, kind, "It stands under “records:” of its report.")
        if below_report and kind in BESIDE:
            self.refuse(node, name, kind, "It stands beside the reports, not below one.")
        of = {"publication": "slug"}.get(kind) or OF_THE_DOCUMENT.get(kind)
        if of and node.get(of) != self.slug:
            self.refuse(node, name, of, f"A bundle is of one publication: this one is of “{self.slug}”.")
        self.publications += kind == "publication"

    def _list(self, key: str, value, name: str, node: Node):
        if not isinstance(value, list) or not all(isinstance(entry, Node) for entry in value):
            self.refuse(node, name, key, "A list of mappings is expected here.")
            return
        for entry in value:
            if key in ("records", "agents"):
                self._record(entry, node, below_report=True)
            else:
                self._entry(entry, name, key)

    def _places(self, value, name: str, node: Node):
        if not isinstance(value, Node):
            self.refuse(node, name, "places", "A mapping from fields to places is expected here.")
            return
        for field, entries in value.items():
            entries = entries if isinstance(entries, list) else [entries]
            if not all(isinstance(entry, Node) for entry in entries):
                self.refuse(node, name, f"places {field}", "A place is a mapping, or a list of them: place, wording …")
                continue
            for entry in entries:
                self._entry(entry, name, f"places {field}")

    def _entry(self, entry: Node, name: str, key: str):
        for field, value in entry.items():
            if not self._is_text(value, name, f"{key} {field}", entry):
                self.refuse(entry, name, f"{key} {field}", "A single text is expected here.")

    def _is_text(self, value, name: str, key: str, node: Node) -> bool:
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise _Endless
        if not isinstance(value, str):
            return False
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            self.refuse(node, name, key, "It holds a character that no text has.")
        return True

    def refuse(self, node, record: str, field: str, rule: str):
        self.refusals.append(Refusal(FILE, getattr(node, "line", 1) or 1, record, field, rule))
