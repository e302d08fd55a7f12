"""The page of one case: every row of a report, of its document and of its study, as saved and as typed."""

import re
from collections import defaultdict
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import QueryDict

from ..models import Accession, Change, Coverage, Discrepancy, Place, Report
from ..models.choices import ReportRole
from ..publishing.dossier import Dossier
from .fields import Terms
from .rows import OFFERED, WITHIN, Row
from .sections import OWN_WORDS, sections_of


class CasePage:
    """One case as it is saved, or, with `data`, as it was typed. `user` asks and saves."""

    def __init__(self, report: Report, user, data: QueryDict | None = None):
        self.report, self.user, self.data = report, user, data
        self.publication = report.publication
        self.terms = Terms()
        self._slugs: dict[str, str] = {}
        self._indexes = self._read_indexes()
        saved = self._saved()
        self._parts = self._saved_parts([record for records in saved.values() for record in records])
        self.sections = sections_of(report)
        self.rows: dict[str, Row] = {}
        for section in self.sections:
            self._fill(section, saved[section.name])
        self.stamp = self.newest_change()

    # What is saved

    def _saved(self) -> dict[str, list]:
        self.dossier = Dossier(self.report)
        saved = defaultdict(list, self.dossier.rows)
        self.own_words_report = Report.objects.filter(publication=self.publication, role=ReportRole.OWN_WORDS).first()
        if self.own_words_report and self.own_words_report != self.report:
            words = Dossier(self.own_words_report).rows
            saved |= {name: words[name] for name in OWN_WORDS}
        saved["publication"], saved["report"] = [self.publication], [self.report]
        saved["study"], saved["registration"] = [self.report.study], [self.report.registration]
        saved["sources"] = list(self.publication.sources_read.order_by("accession"))
        saved["coverage"] = list(Coverage.objects.filter(report=self.report).order_by("accession"))
        saved["discrepancies"] = self._discrepancies(
            {record.pk for rows in saved.values() for record in rows if record}
        )
        return saved

    def saved_dossier(self) -> Dossier:
        """The case as saved: forms that were typed have changed the records they were made of."""
        return self.dossier if self.data is None else self._fresh_dossier

    @cached_property
    def _fresh_dossier(self) -> Dossier:
        return Dossier(Report.objects.get(pk=self.report.pk))

    def _discrepancies(self, shown: set[str]) -> list[Discrepancy]:
        """Those of the document that touch this case: the others are on the pages of its other reports."""
        found = Discrepancy.objects.filter(publication=self.publication).prefetch_related("sides").order_by("accession")
        touching = []
        for discrepancy in found:
            records = {side.record_id for side in discrepancy.sides.all() if side.record_id}
            if not records or records & shown:
                touching.append(discrepancy)
        return touching

    def _saved_parts(self, records) -> dict:
        """The rows within all rows, by kind and holder."""
        accessions, parts = [record.pk for record in records if record], defaultdict(list)
        for kind, (model, holder, counter) in WITHIN.items():
            order = ("attribute", counter) if model is Place else (counter,)
            for part in model.objects.filter(**{f"{holder}__in": accessions}).order_by(*order):
                parts[kind, getattr(part, f"{holder}_id")].append(part)
        return parts

    def parts_of(self, kind: str, accession: str) -> list:
        return self._parts[kind, accession]

    def newest_change(self) -> int:
        """The last change there was: what is saved after the page was made, was saved meanwhile."""
        return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0

    # What was typed

    def _read_indexes(self) -> dict[str, list[int]]:
        """The rows of the page and of each row, by the fields that name them."""
        found = defaultdict(set)
        for name in self.data or ():
            match = re.fullmatch(r"([a-z_]+(?:-\d+-[a-z]+)?)-(\d{1,6})-(?:accession|id)", name)
            if match:
                found[match[1]].add(int(match[2]))
        return {prefix: sorted(indexes) for prefix, indexes in found.items()}

    def indexes(self, prefix: str) -> list[int]:
        return self._indexes.get(prefix, [])

    def _fill(self, section, records):
        """The saved rows in their order, those being edited as they were typed, then the new ones."""
        indexes = self.indexes(section.name)
        posted = {self.data.get(f"{section.name}-{index}-accession", ""): index for index in indexes}
        fresh = max(indexes, default=-1)
        for record in filter(None, records):
            if record.pk in posted:
                self._add(section, posted[record.pk], record, data=self.data)
            else:
                fresh += 1
                self._add(section, fresh, record, closed=True)
        for index in indexes:
            if not self.data.get(f"{section.name}-{index}-accession") and not section.single:
                self._add(section, index, data=self.data)

    def open_row(self, key: str, prefix: str = "") -> Row | None:
        """Unfold a saved row, to be edited."""
        row = self.rows.get(key)
        if row is not None:
            row.closed, row.prefix = False, prefix or row.prefix
        return row

    def _add(self, section, index, record=None, **kwargs) -> Row:
        row = Row(self, section, index, record, **kwargs)
        section.rows.append(row)
        self.rows[row.key] = row
        return row

    # Rows that are offered

    def section(self, name: str):
        return next((section for section in self.sections if section.name == name), None)

    def offer_row(self, name: str) -> Row:
        """Add an empty row to a section, with place, patients and number that go on from the row before it."""
        section = self.section(name)
        return self._add(
            section, max((row.index for row in section.rows), default=-1) + 1, initial=self._offer(section)
        )

    def _offer(self, section) -> dict:
        before = section.rows[-1] if section.rows else None
        offer = {name: before.typed(name) for name in OFFERED if before}
        for name in ("order", "number"):
            if name in section.form.base_fields:
                taken = [row.typed(name) for row in section.rows]
                offer[name] = max((int(text) for text in taken if text.isdigit()), default=0) + 1
        if not offer.get("cohort") and self.section("cohorts") and self.section("cohorts").rows:
            offer["cohort"] = self.section("cohorts").rows[0].key
        return offer

    def offer_table(self) -> dict:
        """What a table of measurements goes on from: the patients and the last course."""
        offer = {name: self.section(f"{name}s").rows for name in ("cohort", "course") if self.section(f"{name}s")}
        return {name: rows[-1].key for name, rows in offer.items() if rows}

    def blank_row(self, section) -> Row:
        """A row that is not on the page: the pattern of those that the script adds."""
        return Row(self, section, "__n__", initial=self._offer(section))

    # What fields of rows ask

    def names_of(self, model) -> list[tuple[str, str]]:
        """The rows that a field may choose from, saved or not."""
        return [
            (row.key, row.title)
            for section in self.sections
            if section.model is model
            for row in section.rows
            if not row.removed
        ]

    def every_name(self) -> list[tuple[str, str]]:
        return [(row.key, row.title) for row in self.rows.values()]

    def places(self) -> list[str]:
        """Every place that the case names so far, in the order of the page."""
        told = [row.place for row in self.rows.values()]
        return list(dict.fromkeys(filter(None, told)))

    def slug_of(self, model, accession: str) -> str:
        if accession == self.publication.pk:
            return self.publication.slug
        if accession not in self._slugs:
            self._slugs[accession] = model.objects.filter(pk=accession).values_list("slug", flat=True).first() or ""
        return self._slugs[accession]

    def accession_of(self, text: str) -> Accession:
        """The accession of a row of the page, new or saved, or of any other record. Raises ValidationError."""
        row = self.rows.get(text)
        if row is not None and row.is_new and row.instance.accession_id:
            return row.instance.accession
        found = Accession.objects.filter(pk=text).first()
        if found is None:
            raise ValidationError(f"“{text}” is neither a record nor a row of this page.")
        return found

    def settled(self, model, key: str):
        """The record that a row's key names, saved before whatever names it. Raises ValidationError."""
        row = self.rows.get(key)
        if row is None:
            record = model.objects.filter(pk=key).first()
            if record is None:
                raise ValidationError(f"“{key}” is not a row of this page.")
            return record
        if row.section.model is not model:
            raise ValidationError(f"“{row.title}” is no {model._meta.verbose_name}.")
        if row.removed:
            raise ValidationError(f"“{row.title}” is about to be removed.")
        if row.is_new and (row.data is None or row.blank):
            raise ValidationError(f"“{row.title}” is empty.")
        if row.state == "busy":
            raise ValidationError(f"“{row.title}” and this row name each other.")
        if row.data is not None and (row.is_new or row.changed):
            row.commit()
        if row.state == "refused":
            raise ValidationError(f"“{row.title}” must be put right first.")
        return row.instance

    def may(self, action: str, model) -> bool:
        return self.user.has_perm(f"studies.{action}_{model._meta.model_name}")

    def own_words(self) -> Report:
        """The report of the document's own words, made when the first of them is saved."""
        if self.own_words_report is None:
            self.own_words_report = Report(publication=self.publication, role=ReportRole.OWN_WORDS)
            self.own_words_report.full_clean()
            self.own_words_report.save()
        return self.own_words_report
