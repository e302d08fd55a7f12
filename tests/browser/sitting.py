"""A curator at the page of a case: types what a fixture says, row by row, as fast as a page takes it."""

from studies.entry.sections import MODELS
from studies.fixture_files import Node, read
from studies.loading import RENAMED

from ..conftest import ROOT

SECTION = {model._meta.model_name: name for name, model in MODELS.items()}
LABELS = {
    (vocabulary, term["code"]): term["label"]
    for vocabulary, terms in read(ROOT / "fixtures/vocabularies.yaml").items()
    for term in terms
}


def records_of(fixture: str) -> list[tuple[str, Node, str]]:
    """Every record of a fixture file: its kind, its node, the report it hangs below; in the order of accessions."""
    found = []
    for node in read(ROOT / "fixtures" / fixture)["records"]:
        found.append((next(iter(node)), node, ""))
        found += [(next(iter(row)), row, node["report"]) for row in node.get("records", [])]
    return sorted(found, key=lambda record: record[1][record[0]])


class Sitting:
    """One curator with one page open. `keys` says under which key the page has a record of the fixture."""

    def __init__(self, page):
        self.page, self.keys = page, {}

    def field(self, prefix: str, name: str):
        return self.page.locator(f'[name="{prefix}-{name}"]')

    def add_row(self, section: str) -> str:
        """Add a row by the keyboard; returns its prefix."""
        self.page.locator(f"#section-{section} > .adding > button.add").press("Enter")
        return self.page.locator(f"#section-{section} > .row").last.get_attribute("id")

    def open_row(self, accession: str) -> str:
        line = self.page.locator(f'.row[data-key="{accession}"]')
        line.locator("summary").press("Enter")
        prefix = line.get_attribute("id")
        self.page.locator(f"#{prefix}:not([data-closed])").wait_for()
        return prefix

    def add_part(self, prefix: str, kind: str) -> str:
        self.page.locator(f'#{prefix} > .parts[data-kind="{kind}"] > button.add').press("Enter")
        return self.page.locator(f'#{prefix} > .parts[data-kind="{kind}"] > .part').last.get_attribute("id")

    def type_row(self, prefix: str, kind: str, node: dict):
        """Everything a record of the fixture says, its places and parts too."""
        for key, value in node.items():
            name = RENAMED.get(key, key)
            if key in (kind, "records", "places", "authors", "sides", "publication"):
                continue
            self.type_value(prefix, name, value)
        for part in (*node.get("authors", []),):
            self.type_part(prefix, "authors", part)
        for part in (*node.get("sides", []),):
            self.type_part(prefix, "sides", part)
        for attribute, entries in node.get("places", {}).items():
            for entry in entries if isinstance(entries, list) else [entries]:
                self.type_part(prefix, "places", {"attribute": RENAMED.get(attribute, attribute)} | entry)

    def type_part(self, prefix: str, kind: str, entry: dict):
        part = self.add_part(prefix, kind)
        for key, value in entry.items():
            self.type_value(part, RENAMED.get(key, key), value)

    def type_value(self, prefix: str, name: str, value):
        field = self.field(prefix, name)
        if name == "topics":
            for code in value:
                self.page.locator(f"#{prefix}").get_by_label(LABELS["topic", code], exact=True).check()
            return
        text = "\n".join(value) if isinstance(value, list) else value
        kind = field.evaluate("node => node.type")
        text = self.keys.get(text, text) if name == "record" else text
        if kind == "checkbox":
            field.set_checked(value == "true")
        elif kind == "select-one":
            field.select_option(self.keys.get(text, text))
        else:
            field.fill(text)

    def save(self):
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Control+s")
        refused = self.page.locator("#reasons li").all_text_contents()
        assert not refused, refused
