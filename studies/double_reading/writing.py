"""Bundles written as text: that of an adjudication, and the one with which a reading begins."""

import yaml

from ..fixture_files import Node
from ..models import Publication


class _Dumper(yaml.SafeDumper):
    """Plain text out of nodes; a list stands within its key, and nothing is written as an alias."""

    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


_Dumper.add_representer(Node, yaml.representer.SafeRepresenter.represent_dict)


def written(content: Node) -> str:
    """A bundle as text. Every value is text, so what YAML would take for a number or a date is quoted."""
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4000)


UNKNOWN = """\
    name: ""                      # as people cite it: “Li Hua 2025”
    kind: case_report
    year: ""
"""
TEMPLATE = """\
# A reading of {slug}. Accessions (TOX-00001) are this bundle's own: any number, each once.
# docs/fixtures.md shows the format. Everything below a report has its place and its wording.
records:
  - publication: PUB-00001
    slug: {slug}
{named}    # places:
    #   title: {{place: Title, wording: "…"}}

  - sourceread: SRC-00001
    publication: {slug}
    read_as: full_text            # or abstract, slides, registry_page …
    parts_read: [Abstract, Text]
    parts_not_at_hand: []
    checksum: ""                  # SHA-256 of the text that was read
    read_on: ""
    reader: a curator

  - study: STU-00001
    slug: {slug}
    name: {name}
    year: {year}

  - report: REP-00001
    publication: {slug}
    study: {slug}
    role: primary
    records:
      # studydescription, cohort, characteristic, transplant, therapy, construct, course, interval, lymphodepletion,
      # infusion, toxicity, outcome, measurement, event; then what was looked for and not found:
      - coverage: COV-00001
        absence: not_reported
        topics: []
        parts_searched: [Text]

  # discrepancies, and a report of role own_words for the document's claims
"""


def template(slug: str) -> str:
    """The bundle with which a reading begins. Of a publication that the base knows, its name and year are there."""
    known = Publication.objects.filter(slug=slug).first()
    name, year = (known.name, known.year) if known else ('""', '""')
    named = "" if known else UNKNOWN
    return TEMPLATE.format(slug=slug, name=name, year=year, named=named)
