"""The curators' import: ask for identifiers or a file, see what was found and where it stands, choose, confirm.

What was found waits in the curator's session until it is confirmed; nothing of it is stored before.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse

from ..importers import encodings, files, lookup
from ..importers.adopt import DRAFT, LEAVE, Choice, adopt, fillable_fields, slug_for
from ..importers.existing import Known, Match
from ..importers.found import Found, ImportFailed
from ..models import Publication, Registration
from ..models.choices import RetractionStatus

WAITING = "imports"  # in the session: token → what was found
MOST_WAITING = 3
NEEDED = ("studies.add_publication", "studies.add_registration", "studies.add_report")


class ImportForm(forms.Form):
    """Identifiers, or a file, or both."""

    identifiers = forms.CharField(
        label="PMIDs, DOIs or NCT numbers",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=f"One per line, at most {lookup.MOST}. PubMed is asked for PMIDs, Crossref for DOIs, "
        "ClinicalTrials.gov for NCT numbers.",
    )
    file = forms.FileField(
        label="or a file",
        required=False,
        allow_empty_file=True,
        help_text="RIS, PubMed NBIB, BibTeX or CSL-JSON, as EndNote, Zotero, Mendeley or PubMed export them. "
        "It is taken whole or refused whole.",
    )

    encoding = forms.ChoiceField(
        label="This file's encoding",
        required=False,
        choices=[("", "as the file shows"), *encodings.CHOICES.items()],
        help_text="Needed only for a file that is neither UTF-8 nor UTF-16 nor plainly Windows-1252.",
    )

    # A file that was read while a service failed: its entries wait in the session under this name.
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        if not any(str(self.cleaned_data.get(name) or "").strip() for name in ("identifiers", "file", "kept")):
            raise forms.ValidationError("Give an identifier or a file.")
        return self.cleaned_data


@dataclass
class Offer(Match):
    """A match with the address of its page."""

    @property
    def address(self) -> str:
        name = self.record._meta.model_name
        return reverse(f"admin:studies_{name}_change", args=[self.record.pk])


@dataclass
class Entry:
    """One find on the page, with what the base holds of it and what the curator chose so far."""

    number: int
    found: Found
    matches: list[Offer]
    repeats: int | None
    slug: str
    action: str
    fields: list[str]

    @property
    def warning(self) -> str:
        """What nobody may overlook."""
        status = self.found.get("retraction_status")
        return RetractionStatus(status).label if status in ("retracted", "expression_of_concern") else ""

    @cached_property
    def fillable(self) -> list[tuple[Offer, list[str]]]:
        """Drafts that may be this one, each with its empty fields."""
        drafts = [match for match in self.matches if match.fillable]
        offers = [(match, fillable_fields(match.record, self.found)) for match in drafts]
        return [(match, names) for match, names in offers if names]

    @cached_property
    def ticks(self) -> list[str]:
        """The fields that can be ticked for filling, in the order of the values."""
        offered = {name for _, names in self.fillable for name in names} - {"retraction_as_of"}
        order = [value.field for value in self.found.values] + ["authors"]
        return [name for name in dict.fromkeys(order) if name in offered]


def import_page(request):
    """The form; with a find, the page that shows it. What was typed stays whatever goes wrong."""
    _may_import(request)
    asked = {"identifiers": request.GET.get("identifiers", "")}  # the reading queue names the paper it sends here
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm(initial=asked)
    problems, kept, readings = [], "", []
    if form.is_valid():
        given = form.cleaned_data
        found = _waiting(request, given["kept"])
        try:
            wanted = lookup.identifiers_in(given["identifiers"])
            # The file first: it asks nobody, so its faults cost no service a question.
            if given["file"]:
                file = given["file"]
                found = files.read(file.name, file.read(files.MOST_BYTES + 1), given["encoding"])
            return redirect("admin:studies_publication_import_preview", _wait(request, found + lookup.look_up(wanted)))
        except ImportFailed as error:
            problems, readings = [str(error), *getattr(error, "faults", ())], getattr(error, "readings", [])
            kept = _wait(request, found) if found else ""
    file = _waiting(request, kept)[0].source.address if kept else ""
    context = {
        "form": form, "problems": problems, "kept": kept, "file": file, "readings": readings, "title": "Import",
    }  # fmt: skip
    return render(request, "admin/studies/import.html", _context(request) | context)


def preview_page(request, token: str):
    """What was found, value by value, with a choice for each entry; confirming makes the drafts."""
    _may_import(request)
    found = _waiting(request, token)
    if not found:
        messages.error(request, "This import was confirmed already, or waited too long. Import it again.")
        return redirect("admin:studies_publication_import")
    entries = _entries(found, request.POST if request.method == "POST" else None)
    problems = []
    if request.method == "POST":
        fills = any(entry.action not in (DRAFT, LEAVE) for entry in entries)
        if fills and not request.user.has_perm("studies.change_publication"):
            raise PermissionDenied
        try:
            done = adopt([Choice(e.found, e.action, e.slug, e.fields) for e in entries], request.user)
        except ImportFailed as error:
            problems = [str(error), *getattr(error, "faults", ())]
        else:
            request.session[WAITING] = {name: one for name, one in request.session[WAITING].items() if name != token}
            made, filled = len(done.made), len(done.filled)
            said = f"{made} draft{'s'[: made != 1]} made, {filled} filled, {len(entries) - made - filled} left."
            messages.success(request, said)
            return redirect("admin:studies_publication_changelist")
    context = {"entries": entries, "problems": problems, "title": "What was found", "draft": DRAFT, "leave": LEAVE}
    return render(request, "admin/studies/import_preview.html", _context(request) | context)


def _wait(request, found: list[Found]) -> str:
    """Keep a find in the session, and with it the latest others; its token."""
    token = secrets.token_urlsafe(16)
    others = list(request.session.get(WAITING, {}).items())[1 - MOST_WAITING :]
    request.session[WAITING] = dict(others) | {token: [one.as_json() for one in found]}
    return token


def _waiting(request, token: str) -> list[Found]:
    """The find that waits under a token; none where it was confirmed or has given way to later ones."""
    return [Found.from_json(one) for one in request.session.get(WAITING, {}).get(token, [])]


def _entries(found: list[Found], post) -> list[Entry]:
    known, first, taken, entries = Known(), {}, set(), []
    for number, one in enumerate(found, start=1):
        matches = [Offer(match.record, match.why) for match in known.matches(one)]
        repeats = first.get(one.same_as)
        first.setdefault(one.same_as, number)
        same_document = [match for match in matches if not (one.is_registration and _is_registration(match))]
        # A slug never changes, so none is made of guessed letters unless the curator says so.
        left = same_document or repeats or one.guessed
        entry = Entry(number, one, matches, repeats, "", LEAVE if left else DRAFT, [])
        if post is None:
            entry.slug = slug_for(one, taken)
            taken.add(entry.slug)
        else:
            entry.action = post.get(f"action-{number}", LEAVE)
            entry.slug = post.get(f"slug-{number}", "").strip()
            entry.fields = post.getlist(f"fill-{number}")
            allowed = {DRAFT, LEAVE, *(match.record.pk for match, _ in entry.fillable)}
            entry.action = entry.action if entry.action in allowed else LEAVE
        entries.append(entry)
    return entries


def _is_registration(match: Match) -> bool:
    """A registration that is known still lacks the registry's own record, which is another document."""
    return isinstance(match.record, Registration)


def may_import(user) -> bool:
    """An import makes publications, and for a registration the registration with its report."""
    return user.has_perms(NEEDED)


def _may_import(request):
    if not may_import(request.user):
        raise PermissionDenied


def _context(request) -> dict:
    return {
        **admin.site.each_context(request),
        "opts": Publication._meta,
    }
