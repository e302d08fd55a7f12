"""Imports become drafts when a curator confirms them: what the base holds is offered, nothing is overwritten or half
imported, and every value says where it came from. On the page, by command, and when the network is down."""

import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from studies.importers import files, lookup
from studies.importers.adopt import LEAVE, Choice, adopt
from studies.importers.existing import Known
from studies.importers.found import Found, Refused
from studies.models import (
    Accession,
    Author,
    Change,
    EligibilityCriterion,
    ImportedValue,
    Place,
    Publication,
    Registration,
    RegistrationDescription,
    Report,
    SourceRead,
)
from studies.publishing import publish

from . import library_answers as answers
from .library_server import XML, Reply
from .test_import_files import CSL, RIS

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:studies_publication_import")


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


def pmid(library) -> Found:
    return lookup.look_up([("pmid", answers.PMID)])[0]


def everything() -> dict:
    """All that the write side holds, to tell whether anything changed."""
    models = (Accession, Publication, Author, Place, ImportedValue, Change, Registration, Report, SourceRead)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# Drafts


def test_a_find_becomes_a_draft_that_says_where_each_value_came_from(library, curator):
    found = pmid(library)
    [draft] = adopt([Choice(found)], curator).made
    draft.refresh_from_db()
    assert (draft.state, draft.slug, draft.name) == ("draft", "author-2024", "Author 2024")
    assert (draft.title, draft.year, draft.doi, draft.kind) == (answers.TITLE, 2024, answers.DOI, "case_report")
    assert draft.extraction_state == "cited_only"
    assert [str(author) for author in draft.authors.all()] == ["Author A", "Äuthor-Ñame B C", "Example study group"]
    imported = {value.field: value for value in ImportedValue.objects.filter(record=draft.pk)}
    assert set(imported) == {v.field for v in found.values} | {"authors"}
    title = imported["title"]
    assert (title.source, title.entry, title.place) == ("PubMed", f"PMID {answers.PMID}", "ArticleTitle")
    assert title.as_given == answers.TITLE + "." and title.checksum == found.source.checksum
    assert "efetch.fcgi" in title.address and title.fetched_at.isoformat()[:10] == draft.retraction_as_of
    assert imported[""].as_given.startswith("The authors\ndeclare")
    change = Change.objects.get(accession=draft.pk, action="created")
    assert (change.user, change.reason) == (curator, f"imported from PubMed, PMID {answers.PMID}")


def test_an_imported_draft_can_be_published_and_says_where_it_stands(library, curator, client, api):
    [draft] = adopt([Choice(pmid(library))], curator).made
    assert client.get("/publications/author-2024/").status_code == 404, "a draft is public"
    publish(draft, user=curator, reason="looked through")
    title = api("/publications/author-2024/")["sources"]["title"][0]
    assert (title["locator"], title["as_reported"]) == (
        f"PubMed, PMID {answers.PMID}, ArticleTitle",
        f"{answers.TITLE}.",
    )
    kind = Place.objects.get(record=draft.pk, attribute="kind")
    assert (kind.basis, kind.derivation) == ("judgement", "NLM's type “Case Reports” read as case report")


def test_a_registration_becomes_the_registrys_record_with_its_plan(library, curator):
    [found] = lookup.look_up([("nct", answers.NCT)])
    [draft] = adopt([Choice(found)], curator).made
    assert (draft.kind, draft.slug, draft.extraction_state) == (
        "registry_record", f"{answers.NCT.lower()}-2026-02-03", "partly_extracted",
    )  # fmt: skip
    registration = Registration.objects.get(identifier=answers.NCT)
    report = Report.objects.get(publication=draft)
    assert (report.role, report.registration, report.state) == ("registry", registration, "draft")
    plan = RegistrationDescription.objects.get(report=report)
    assert (plan.status, plan.as_of, plan.phase, plan.target_enrolment) == (
        "Active, not recruiting", found.source.day, "I/II", 24,
    )  # fmt: skip
    status = Place.objects.get(record=plan.pk, attribute="status")
    assert (status.locator, status.as_reported) == ("statusModule.overallStatus", "ACTIVE_NOT_RECRUITING")
    criterion = EligibilityCriterion.objects.get(report=report)
    assert (criterion.low, criterion.high, criterion.unit) == (18, 70, "years")
    assert criterion.as_reported == "minimumAge: 18 Years; maximumAge: 70 Years"
    assert SourceRead.objects.get(publication=draft).checksum == found.source.checksum
    kept = ImportedValue.objects.filter(record=draft.pk, field="").values_list("as_given", flat=True)
    assert "Inclusion: no active GVHD" in kept
    for unit in (draft, registration, report):
        publish(unit, user=curator, reason="looked through")


def test_a_registration_that_is_known_keeps_what_it_says_and_gains_a_report(library, curator):
    known = Registration.objects.get(identifier="NCT01087294")
    before = Registration.objects.filter(pk=known.pk).values().get()
    library.by_path["/trials/"] = Reply(answers.study("NCT01087294"))
    [found] = lookup.look_up([("nct", "NCT01087294")])
    assert [match.record for match in Known().matches(found)] == [known]
    adopt([Choice(found)], curator)
    assert Registration.objects.filter(pk=known.pk).values().get() == before
    assert set(known.reports.values_list("role", flat=True)) == {"secondary", "registry"}
    assert [match.why for match in Known().matches(found)] == [
        "the same number",
        "this version of the registry's record",
    ]


# What the base holds already


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ({"doi": answers.DOI.upper()}, "the same DOI"),
        ({"pmid": answers.PMID}, "the same PMID"),
        ({"pmcid": "PMC9900001"}, "the same PMCID"),
        ({"title": answers.TITLE.replace("Example", "Example:").upper()}, "nearly the same title"),
        ({"title": "Another example of donor-derived T cells before any transplant"}, ""),
    ],
)
def test_what_the_base_holds_is_offered(library, held, why):
    publication = Publication(slug="held-2024", name="Held 2024", kind="not_reported", year=2024, **held)
    publication.save()
    matches = Known().matches(pmid(library))
    assert [(match.record.pk, match.why) for match in matches] == ([(publication.pk, why)] if why else [])


@pytest.fixture
def held(library):
    publication = Publication(
        slug="held-2024",
        name="Held 2024",
        kind="not_reported",
        year=2023,
        doi=answers.DOI,
        title="As typed by hand",
    )
    publication.save()
    return publication


def test_only_what_is_empty_and_ticked_is_filled(library, held, curator):
    found = pmid(library)
    adopt([Choice(found, held.pk, fields=["journal", "authors", "retraction_status"])], curator)
    held.refresh_from_db()
    assert (held.journal, held.authors.count(), held.retraction_status) == (
        "Example journal of haematology", 3, "none_known",
    )  # fmt: skip
    assert (held.title, held.year, held.volume, held.pmid) == ("As typed by hand", 2023, "", "")
    assert set(ImportedValue.objects.filter(record=held.pk).values_list("field", flat=True)) == {
        "journal", "authors", "retraction_status", "retraction_as_of",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [(["title"], "overwrites nothing"), (["year"], "overwrites nothing"), ([], "No field was ticked")],
)
def test_nothing_is_overwritten(library, held, curator, fields, said):
    before = everything()
    with pytest.raises(Refused) as raised:
        adopt([Choice(pmid(library), held.pk, fields=fields)], curator)
    assert said in str(raised.value.faults[0])
    assert everything() == before


def test_what_is_public_is_not_filled(library, curator):
    public = Publication.objects.filter(state="published").first()
    with pytest.raises(Refused) as raised:
        adopt([Choice(pmid(library), public.pk, fields=["volume"])], curator)
    assert "is public" in str(raised.value.faults[0])


def test_a_second_draft_of_a_doi_is_refused(library, held, curator):
    with pytest.raises(Refused) as raised:
        adopt([Choice(pmid(library))], curator)
    assert "Another publication has this DOI" in str(raised.value.faults[0])


def test_nothing_is_half_imported(library, curator, monkeypatch):
    """One entry that is refused, or a crash behind the first of two, leaves nothing of either."""
    entries = files.read("example.ris", RIS.encode())
    double = [Choice(entries[0], slug="one-2024"), Choice(entries[0], slug="two-2024")]
    before = everything()
    with pytest.raises(Refused) as raised:
        adopt(double, curator)
    assert [fault.entry for fault in raised.value.faults] == ["entry 1, line 1"] * 2  # DOI and PMID of the second
    assert everything() == before
    made = Place.objects.bulk_create
    calls = []

    def crash(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the machine goes down")
        return made(*args, **kwargs)

    monkeypatch.setattr(Place.objects, "bulk_create", crash)
    other = files.read("other.json", CSL.replace("example.2024.001", "2").replace("99000001", "99000002").encode())
    with pytest.raises(RuntimeError):
        adopt([Choice(entries[0]), Choice(other[0], slug="other-2024")], curator)
    assert everything() == before


def test_slugs_of_the_same_name_and_year_stay_apart(library, curator):
    found = pmid(library)
    slugs = []
    for number in range(3):
        for value in found.values:
            if value.field in ("doi", "pmid", "pmcid"):
                value.value = {"doi": "10.5555/{}", "pmid": "9900010{}", "pmcid": "PMC99{}"}[value.field].format(number)
        slugs.append(adopt([Choice(found)], curator).made[0].slug)
    assert slugs == ["author-2024", "author-a-2024", "author-2024-2"]
    assert Publication.objects.get(slug="author-a-2024").name == "Author A 2024"


def test_a_thousand_entries_become_a_thousand_drafts(curator):
    made = "".join(RIS.replace("99000001", str(99000000 + n)).replace("example.2024.001", f"n{n}") for n in range(1000))
    choices = [Choice(found, slug=f"example-{n}") for n, found in enumerate(files.read("thousand.ris", made.encode()))]
    assert len(adopt(choices, curator).made) == 1000
    assert Publication.objects.filter(slug__startswith="example-", state="draft").count() == 1000


def test_the_page_of_a_draft_leads_to_what_was_imported_into_it(staff, library, curator):
    [draft] = adopt([Choice(pmid(library))], curator).made
    page = staff.get(reverse("admin:studies_publication_change", args=[draft.pk])).content.decode()
    link = re.search(r'<a href="([^"]+)">19 values</a>', page).group(1)
    listed = staff.get(link).content.decode()
    assert "ArticleTitle" in listed and "PubMed" in listed


# The page


def chosen(page: str, **changes) -> dict:
    """The preview as the browser would send it back."""
    data = dict(re.findall(r'name="(slug-\d+)" value="([^"]*)"', page))
    data |= dict(re.findall(r'name="(action-\d+)" value="([^"]*)" checked', page))
    return data | {name.replace("_", "-"): value for name, value in changes.items()}


def test_the_lists_lead_to_the_import(staff):
    for name in ("publication", "registration"):
        page = staff.get(reverse(f"admin:studies_{name}_changelist")).content.decode()
        assert f'href="{IMPORT}"' in page


def test_identifiers_and_a_file_are_shown_before_anything_is_stored(staff, library):
    before = everything()
    ris = SimpleUploadedFile("mine.ris", RIS.replace("99000001", "99000007").replace("001", "007").encode())
    answer = staff.post(IMPORT, {"identifiers": f"{answers.PMID}\n{answers.NCT}", "file": ris}, follow=True)
    preview, page = answer.request["PATH_INFO"], answer.content.decode()
    assert everything() == before
    assert "3 entries" in page and "mine.ris" in page and f"PubMed, PMID {answers.PMID}" in page
    assert "ArticleTitle" in page and "statusModule.overallStatus" in page and "not taken over" in page
    asked = len(library.asked)
    done = staff.post(preview, chosen(page, slug_2="example-2024"), follow=True).content.decode()
    assert "3 drafts made, 0 filled, 0 left." in done
    assert len(library.asked) == asked, "what was shown was asked again"
    assert Publication.objects.get(pmid="99000007").authors.count() == 2
    assert Publication.objects.get(slug="author-2024").pmid == "99000007"
    assert Publication.objects.get(slug="example-2024").pmid == answers.PMID
    again = staff.post(preview, chosen(page), follow=True).content.decode()
    assert "was confirmed already" in again


def test_an_entry_that_is_held_is_left_unless_the_curator_says_otherwise(staff, library, held):
    answer = staff.post(IMPORT, {"identifiers": answers.PMID}, follow=True)
    preview, page = answer.request["PATH_INFO"], answer.content.decode()
    assert f"{held.pk} Held 2024</a> (draft; the same DOI)" in page
    assert re.search(r'name="action-1" value="leave" checked', page)
    assert 'value="journal"' in page and 'value="title"' not in page
    refused = staff.post(preview, chosen(page, action_1="draft", slug_1="my-name-2024")).content.decode()
    assert "Another publication has this DOI" in refused
    assert 'value="my-name-2024"' in refused and 'value="draft" checked' in refused, "what was chosen is lost"
    staff.post(preview, chosen(page, action_1=held.pk) | {"fill-1": ["journal", "volume"]})
    held.refresh_from_db()
    assert (held.journal, held.volume, held.issue) == ("Example journal of haematology", "12", "")


def test_a_file_that_was_read_need_not_be_chosen_again_when_a_service_fails(staff, library):
    library.replies = [Reply(status=503)]
    file = SimpleUploadedFile("mine.ris", RIS.replace("99000001", "99000007").replace("001", "007").encode())
    page = staff.post(IMPORT, {"identifiers": answers.PMID, "file": file}).content.decode()
    assert "mine.ris was read and is kept" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    library.replies = []
    page = staff.post(IMPORT, {"identifiers": answers.PMID, "kept": kept}, follow=True).content.decode()
    assert "2 entries." in page and "mine.ris" in page


def test_a_retracted_paper_is_said_so_before_anything_else(staff, library):
    article = answers.article(links=answers.link("RetractionIn"))
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(article), XML)
    page = staff.post(IMPORT, {"identifiers": answers.PMID}, follow=True).content.decode()
    assert '<p class="errornote">Retracted</p>' in page


def test_an_entry_twice_in_a_file_is_said_and_left(staff):
    twice = SimpleUploadedFile("twice.ris", (RIS + RIS).encode())
    page = staff.post(IMPORT, {"file": twice}, follow=True).content.decode()
    assert "The same as entry 1." in page
    assert chosen(page)["action-2"] == LEAVE


def test_letters_that_were_guessed_are_left_until_the_curator_says_so_and_kept_as_guessed(staff):
    guessed = SimpleUploadedFile("old.ris", RIS.replace("Author, A.", "Böhm, A.").encode("cp1252"))
    answer = staff.post(IMPORT, {"file": guessed}, follow=True)
    preview, page = answer.request["PATH_INFO"], answer.content.decode()
    assert "was read as Windows-1252" in page and chosen(page)["action-1"] == LEAVE
    staff.post(preview, chosen(page, action_1="draft"))
    made = Publication.objects.get(slug="bohm-2024")
    places = {place.attribute: place for place in Place.objects.filter(record=made.pk)}
    assert "read as Windows-1252" in places["title"].derivation and places["title"].basis == "judgement"
    assert "read as Windows-1252" in places["authors"].derivation and places["year"].basis == "stated"
    assert ImportedValue.objects.filter(record=made.pk, place="the file's encoding").exists()


def test_an_encoding_is_asked_for_with_the_readings(staff):
    content = RIS.replace("Äuthor-Ñame", "李").replace("Example of donor", "嵌合抗原受体").encode("gb18030")
    page = staff.post(IMPORT, {"file": SimpleUploadedFile("cnki.ris", content)}).content.decode()
    assert "This file&#x27;s encoding" in page and "嵌合抗原受体" in page and '<option value="gb18030">' in page
    file = SimpleUploadedFile("cnki.ris", content)
    page = staff.post(IMPORT, {"file": file, "encoding": "gb18030"}, follow=True).content.decode()
    assert "read as GB18030" in page and chosen(page)["action-1"] == "draft"


def test_with_the_network_down_nothing_entered_is_lost(staff, library):
    library.replies = [Reply(status=503)]
    before = everything()
    page = staff.post(IMPORT, {"identifiers": f"{answers.PMID}\n  {answers.DOI}"}).content.decode()
    assert "PubMed is out of order (503). Nothing was changed. Try again later, or import a file." in page
    assert f"{answers.PMID}\n  {answers.DOI}</textarea>" in page.replace("\r", "")
    assert everything() == before
    file = SimpleUploadedFile("mine.ris", RIS.encode())
    assert "1 entry." in staff.post(IMPORT, {"file": file}, follow=True).content.decode(), "a file needs no network"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Give an identifier or a file."),
        ({"identifiers": "example"}, "line 1 · identifier “example”"),
        ({"file": RIS.replace("2024/03/07/", "soon")}, "entry 1, line 1 · PY “soon”"),
        ({"file": ""}, "it is empty"),
        ({"file": "<script>alert(1)</script>"}, "an XML or HTML file"),
        ({"file": RIS.replace("PY  - 2024/03/07/", "PY  - <b>soon</b>")}, "“&lt;b&gt;soon&lt;/b&gt;”"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(staff, data, said):
    if "file" in data:
        data = data | {"file": SimpleUploadedFile("mine.ris", data["file"].encode())}
    answer = staff.post(IMPORT, data)
    assert answer.status_code == 200 and said in answer.content.decode()


def test_what_was_found_never_becomes_markup(staff):
    title = RIS.replace("Example of donor cells", "<script>alert(1)</script>")
    page = staff.post(IMPORT, {"file": SimpleUploadedFile("x.ris", title.encode())}, follow=True).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_a_thousand_choices_are_taken(staff):
    made = "".join(RIS.replace("99000001", str(99000000 + n)).replace("example.2024.001", f"n{n}") for n in range(1000))
    answer = staff.post(IMPORT, {"file": SimpleUploadedFile("thousand.ris", made.encode())}, follow=True)
    choices = chosen(answer.content.decode())
    assert len(choices) == 2000
    choices |= {f"action-{n}": LEAVE for n in range(3, 1001)}
    done = staff.post(answer.request["PATH_INFO"], choices, follow=True).content.decode()
    assert "2 drafts made, 0 filled, 998 left." in done


def test_who_may_not_add_may_not_import(client, django_user_model, library):
    reader = django_user_model.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_publication"))
    client.force_login(reader)
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"identifiers": answers.PMID}).status_code == 403
    assert client.get(f"{IMPORT}abc/").status_code == 403
    assert IMPORT not in client.get(reverse("admin:studies_publication_changelist")).content.decode()
    assert library.asked == []


def test_who_may_add_but_not_change_may_not_fill(client, django_user_model, library, held):
    author = django_user_model.objects.create_user("adder", password="x", is_staff=True)
    names = ["add_publication", "view_publication", "add_registration", "add_report"]
    author.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(author)
    answer = client.post(IMPORT, {"identifiers": answers.PMID}, follow=True)
    choices = chosen(answer.content.decode(), action_1=held.pk) | {"fill-1": ["journal"]}
    assert client.post(answer.request["PATH_INFO"], choices).status_code == 403
    assert Publication.objects.get(pk=held.pk).journal == ""


def test_a_stranger_and_a_forged_form_are_turned_away(client, curator):
    from django.test import Client

    assert client.get(IMPORT).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(curator)
    assert strict.post(IMPORT, {"identifiers": answers.PMID}).status_code == 403


# The command


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("import_publication", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_it_would_do_and_does_it_when_told(library, tmp_path, held):
    path = tmp_path / "mine.ris"
    path.write_text(RIS.replace("99000001", "99000007").replace("001", "007"))
    before = everything()
    said = run(answers.PMID, str(path))
    assert f"in the base: {held.pk} “Held 2024” (the same DOI); left" in said
    assert "becomes the draft author-2024" in said and "Nothing was changed; say --yes" in said
    assert everything() == before
    assert "draft “Author 2024”" in run(str(path), "--yes")
    assert Publication.objects.get(slug="author-2024").pmid == "99000007"


def test_the_command_refuses_with_every_reason(library, tmp_path):
    path = tmp_path / "mine.ris"
    path.write_text(RIS.replace("2024/03/07/", "soon"))
    with pytest.raises(CommandError, match="entry 1, line 1 · PY “soon”"):
        run(str(path), "--yes")
    with pytest.raises(CommandError, match="it is neither a PMID"):
        run("example.ris")
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(), XML)
    with pytest.raises(CommandError, match="no article for PMID"):
        run(answers.PMID)
