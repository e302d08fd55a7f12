"""Every link leads somewhere, and nowhere to what is unpublished: drafts of every kind, and every address walked."""

import pytest
from django.utils.timezone import now

from studies.loading import load
from studies.models import (
    Candidate,
    Claim,
    Cohort,
    CohortOverlap,
    Discrepancy,
    DoubleReading,
    Outcome,
    Place,
    ProblemReport,
    Publication,
    ReadingState,
    Report,
    Side,
    Study,
    Term,
    Toxicity,
    acting,
)
from studies.models.choices import FoundBy
from studies.publishing import publish, publish_all
from studies.publishing.candidates import Paper, add

from .conftest import FIXTURES
from .test_pages import faults_of, links_of, walk

pytestmark = pytest.mark.django_db
SECRET = "Xyzzyland"


@pytest.fixture
def drafts(curator):
    """Drafts of every kind beside and below what is published, and readings that nobody has adopted, each bearing a
    word that nothing public bears."""
    with acting(curator, f"{SECRET} reason"):
        publication = Publication(slug="xyzzyland-2026", name=f"{SECRET} 2026", kind="not_reported", year=2026)
        publication.title = SECRET
        publication.save()
        study = Study(slug="xyzzyland-2026", name=SECRET)
        study.save()
        whole = Report(publication=publication, study=study, role="primary")
        whole.save()
        second = Report(publication=publication, study_id="STU-00001", role="primary")
        second.save()
        place = {"locator": SECRET, "as_reported": SECRET}
        cohort = Cohort(report=second, code="all", label=SECRET, n=77, **place)
        cohort.save()
        Toxicity(
            report_id="REP-00002", cohort_id="COH-00002", course_id="COU-00002", presence="present",
            term=Term.objects.get(vocabulary="toxicity", code="seizure"), note=SECRET, **place,
        ).save()  # fmt: skip
        changed = Outcome.objects.get(pk="OUT-00020")
        changed.note = changed.as_reported = SECRET
        changed.save()
        Place.objects.create(record_id="OUT-00021", attribute="n", document=publication, **place)
        CohortOverlap(
            cohort_id="COH-00001", other=cohort, relation="same", basis=SECRET, source=SECRET, publication=publication
        ).save()
        discrepancy = Discrepancy(
            publication_id="PUB-00002",
            kind="within_text",
            severity="misleads",
            title=SECRET,
            explanation=SECRET,
            shown="x",
        )
        discrepancy.save()
        Side.objects.create(discrepancy=discrepancy, record_id="TOX-00010", publication=publication, **place)
        claim = Claim.objects.get(pk="CLA-00010")
        claim.text = SECRET
        claim.save()
        claim.cites.add(publication)
        named = Study.objects.get(slug="li-hua-2025")
        named.name = SECRET
        named.save()
        read = Publication.objects.get(slug="liu-2017")
        read.note = SECRET
        read.save()
        suggested, _ = add(Paper(title="An example that is being read"), FoundBy.READER, remark=SECRET)
        Candidate.objects.filter(pk=suggested.pk).update(document=publication)
        for slug in ("doe-2024", "kong-2022"):  # the readings of a new document, and of one of the base
            double = DoubleReading.objects.create(publication=slug, state=ReadingState.COMPARED, merged=SECRET)
            for number in (1, 2):
                double.readings.create(number=number, reader=SECRET, text=SECRET, reads=SECRET, handed_in_at=now())
            double.steps.create(action="assigned", reason=SECRET)
            said = {"about": SECRET, "first_text": SECRET, "second_text": SECRET, "reason": SECRET}
            double.facts.create(position=1, verdict="differing", decision="neither", **said)
        about = {"collection": "studies", "slug": "li-hua-2025", "accession": "STU-00002", "name": "Li Hua 2025"}
        ProblemReport.objects.create(**about, revision=1, text=SECRET, place=SECRET)
    return {"publication": publication, "study": study, "report": second, "discrepancy": discrepancy}


def unlinked(client):
    """(address, response) of what a stranger can ask for without a link: lists, searches, errors, API, schema."""
    more = [f"/api/v1/{name}/?page_size=500" for name in ("evidence", "studies", "publications", "facts")] + [
        "/api/v1/evidence/?facets=disease,collected_from", "/api/v1/schema/", "/api/v1/vocabularies/attributes/",
        f"/search/?q={SECRET}", f"/api/v1/facts/?q={SECRET}", "/api/v1/facts/?study=xyzzyland-2026",
        "/api/v1/facts/?publication=xyzzy", "/studies/xyzzyland-2026/", "/publications/xyzzyland-2026/",
        "/api/v1/studies/xyzzyland-2026/", "/api/v1/publications/xyzzyland-2026/", "/publications/?year=2026",
        "/evidence/?disease=xyzzy", "/readyz", "/healthz",
        "/charts/?study=li-hua-2025&window=liu-2017", "/api/v1/charts/?window=liu-2017",
    ]  # fmt: skip
    for address in more:
        yield address, client.get(address)


def leaks(pages) -> list[str]:
    """The addresses whose answers bear the secret word otherwise than by echoing what was asked."""
    found = []
    for address, response in pages:
        text = response.content.decode(errors="replace") + str(response.headers)
        asked = SECRET.lower() in address.lower()
        text = text.replace(f"“{SECRET}”", "").replace(f'value="{SECRET}"', "") if asked else text
        text = text.replace(f"?q={SECRET}", "") if asked else text
        text = text.replace("“xyzzy”", "").replace("“xyzzyland-2026”", "").replace(address, "")
        if SECRET.lower() in text.lower() or "77 patients" in text:
            found.append(address)
    return found


def test_every_link_leads_somewhere_here_and_nothing_unpublished_is_reachable_from_any_address(
    client, drafts, curator, api
):
    """Not by itself, not when what stands beside it is published and rendered anew, not when fixtures are
    loaded. One walk, as it is long, tells of the pages too: test_pages.py says what of them."""
    beside = ["PUB-00003", "REP-00001", "DIS-00012", "STU-00001"]
    revision = publish_all(beside, user=curator, reason="as it stands")
    load(FIXTURES)
    seen = walk(client)
    assert leaks([*((address, response) for address, (response, _) in seen.items()), *unlinked(client)]) == []
    assert faults_of(seen) == []
    assert api("/evidence/")["revision"] in (revision, revision - 1)
    row = next(r for r in api("/evidence/")["results"] if r["study"] == "li-hua-2025")
    assert row["study_name"] == "Li Hua 2025"


def test_the_leak_test_itself_can_fail(client, drafts, curator):
    drafts["publication"].places = None
    for name in ("title", "year"):
        Place.objects.create(
            record_id=drafts["publication"].pk, attribute=name, document=drafts["publication"],
            locator="Title", as_reported="x",
        )  # fmt: skip
    publish(drafts["publication"], user=curator, reason="now it is public")
    listed = next(a for a in links_of(client.get("/publications/?year=2026").content.decode()) if "xyzzyland" in a)
    assert leaks([(listed, client.get(listed))]) == ["/publications/xyzzyland-2026/"]
