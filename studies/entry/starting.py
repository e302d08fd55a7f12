"""The start of a case: the publication and the study are found or made, then the report that joins them."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ..help_texts import help_of
from ..models import Publication, Report, Study, Typed, acting
from ..models.choices import ExtractionState, PublicationKind, ReportRole
from ..pure.identifiers import kind_of, normalised
from .copying import skeleton
from .fields import WholeNumberField, named
from .kept import new_tab


class StartForm(forms.Form):
    """Which document tells of which study. Both are looked up by what identifies them, or made."""

    publication = forms.CharField(
        label="Publication",
        help_text="Its slug, DOI, PMID or accession. One that is not in the base yet: a new slug, and the next three.",
        widget=forms.TextInput(attrs={"list": "publication"}),
    )
    publication_name = forms.CharField(
        label="Short name",
        required=False,
        max_length=80,
        help_text="Of a new publication, as people cite it: “Li Hua 2025”.",
    )
    publication_year = WholeNumberField(label="Year", required=False, help_text="Of a new publication.")
    publication_kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "—"), *PublicationKind.choices],
        help_text=help_of(Publication._meta.get_field("kind")),
    )  # fmt: skip
    study = forms.CharField(
        label="Study",
        required=False,
        help_text="Its slug, or a new one. Empty: the study has the slug of its publication.",
        widget=forms.TextInput(attrs={"list": "study"}),
    )
    role = forms.ChoiceField(
        label="Role", choices=ReportRole.choices, initial=ReportRole.PRIMARY,
        help_text=help_of(Report._meta.get_field("role")),
    )  # fmt: skip
    copy_of = forms.CharField(
        label="Start as a copy of",
        required=False,
        help_text="The accession of another report: its rows and what they ask are offered, never its numbers, "
        "findings, wordings or places.",
        widget=forms.TextInput(attrs={"list": "report"}),
    )

    def clean_copy_of(self):
        text = self.cleaned_data["copy_of"].strip()
        if not text:
            return None
        report = Report.objects.filter(pk=text).first()
        if report is None:
            raise ValidationError(f"There is no report “{text}”.")
        return report

    unknown = ""  # a DOI or PMID that is not in the base, to be imported
    copied = ""  # the name under which the rows of the copy are kept

    def start(self, user) -> Report | None:
        """Make what is missing, and the report. With errors nothing was made, and the form says why."""
        try:
            with transaction.atomic(), acting(user, "a case was begun"):
                return self._start(user)
        except ValidationError as error:
            shown = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
            for name, rules in shown.items():
                for rule in rules:
                    self.add_error(name if name in self.fields else None, rule)
        return None

    def _start(self, user) -> Report:
        data = self.cleaned_data
        publication = self._publication(data)
        study = None if data["role"] == ReportRole.OWN_WORDS else self._study(data, publication)
        standing = Report.objects.filter(publication=publication, study=study)
        if study is None:
            standing = standing.filter(role=ReportRole.OWN_WORDS)
        report = standing.first()
        if report is not None:
            raise ValidationError(f"{publication} has a report of it already: continue {report.pk}.")
        report = _saved(Report(publication=publication, study=study, role=data["role"]))
        if data["copy_of"]:
            body = skeleton(data["copy_of"], report, user)
            self.copied = Typed.objects.create(user=user, report=report, tab=new_tab(), body=body).tab
        return report

    def _publication(self, data) -> Publication:
        text = data["publication"].strip()
        try:
            return named(Publication, text)
        except ValidationError as error:
            year, name, kind = (data[f"publication_{part}"] for part in ("year", "name", "kind"))
            if not (year and name and kind):
                self.unknown = text if kind_of(normalised(text)) in ("doi", "pmid") else ""
                missing = f"“{text}” is not in the base. For a new publication give a slug, short name, year and kind."
                if self.unknown:
                    missing = f"“{text}” is not in the base: import it, or give a slug, short name, year and kind."
                raise ValidationError({"publication": missing}) from error
        made = Publication(slug=text, name=name, year=year, kind=kind, extraction_state=ExtractionState.PARTLY)
        return _saved(
            made, slug="publication", name="publication_name", year="publication_year", kind="publication_kind"
        )

    def _study(self, data, publication) -> Study:
        text = data["study"].strip() or publication.slug
        try:
            return named(Study, text)
        except ValidationError:
            primary = data["role"] == ReportRole.PRIMARY
            made = Study(slug=text, name=publication.name if text == publication.slug else text)
            made.year = publication.year if primary else None
            return _saved(made, slug="study", name="study")


def _saved(record, **shown):
    """A record, saved by all its rules; what they refuse is told at the fields of the start."""
    try:
        record.full_clean()
    except ValidationError as error:
        told = {shown.get(name, "publication"): rules for name, rules in error.message_dict.items()}
        raise ValidationError(told) from error
    record.save()
    return record
