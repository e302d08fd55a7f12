"""Crossref: publications by DOI (REST API, one work at a time). Each value names the key of the work it stood under."""

import json
from urllib.parse import quote

from ..models.choices import PublicationKind, RetractionStatus
from ..pure.citations import language
from .client import Client, Missing, Unavailable
from .found import Found
from .medline import says_retracted, take_retraction

SERVICE = "Crossref"
# Crossref's types of update, of which `updated-by` names those made to this work; new versions say nothing against it.
RETRACTIONS = {"retraction", "removal", "withdrawal"}
CONCERNS = {"expression_of_concern", "expression-of-concern", "concern"}
CORRECTIONS = {"correction", "corrigendum", "erratum", "addendum", "clarification", "partial_retraction"}


def fetch(dois: list[str], client: Client | None = None) -> list[Found]:
    """The works of these DOIs, in their order. Raises Missing naming the first that Crossref does not know."""
    client = client or Client(SERVICE)
    return [_fetch(doi, client) for doi in dois]


def _fetch(doi: str, client: Client) -> Found:
    try:
        answer = client.get(quote(doi, safe=""), "json")
    except Missing:
        raise Missing(
            f"Crossref knows no DOI {doi} (other agencies give out DOIs too). Nothing was changed. "
            "Look it up by PMID, or import a file."
        ) from None
    try:
        work = json.loads(answer.content)["message"]
        if work["DOI"].lower() != doi.lower():
            raise Unavailable(f"Crossref was asked for {doi} and answered with {work['DOI']}. Nothing was changed.")
        return _found(work, answer.source.entry_named(f"DOI {doi}"))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        problem = "Crossref answered with something that is no whole work. Nothing was changed. Try again later."
        raise Unavailable(problem) from None


def _found(work: dict, source) -> Found:
    found = Found(source)
    titles = work.get("title") or [""]
    subtitles = work.get("subtitle") or []
    title = ": ".join([titles[0], *subtitles[:1]]) if titles[0] else ""
    found.take("title", title, "title, subtitle" if subtitles else "title")
    found.take("journal", (work.get("container-title") or [""])[0], "container-title")
    for name in ("volume", "issue"):
        found.take(name, work.get(name), name)
    found.take(
        "pages", work.get("page") or work.get("article-number"), "page" if work.get("page") else "article-number"
    )
    found.take("doi", work["DOI"], "DOI")
    if language(work.get("language") or ""):
        found.take("language", language(work["language"]), "language", as_given=work["language"])
    _take_dates(found, work)
    _take_licence(found, work)
    for author in work.get("author") or []:
        where = "; ".join(place.get("name", "") for place in author.get("affiliation") or [])
        given = " ".join(filter(None, (author.get("given"), author.get("suffix"))))
        found.take_author(author.get("family") or author.get("name") or given, given, where, "author")
    funders = [
        f"{funder.get('name', '')} ({', '.join(funder['award'])})" if funder.get("award") else funder.get("name", "")
        for funder in work.get("funder") or []
    ]
    found.take("funding", "; ".join(filter(None, funders)), "funder")
    if work.get("type") == "posted-content":
        found.take("kind", PublicationKind.OTHER, "type", "posted content, as a preprint, is no journal's paper")
    _take_status(found, work)
    return found


def _day(value: dict | None) -> str:
    parts = [part for part in (value or {}).get("date-parts", [[]])[0] if part]
    return "-".join(f"{part:02d}" for part in parts)


def _take_dates(found: Found, work: dict):
    printed, online = _day(work.get("published-print")), _day(work.get("published-online"))
    issued = _day(work.get("issued"))
    found.take_year(printed or issued or online, "published-print" if printed else "issued")
    for day, place in ((online, "published-online"), (printed, "published-print"), (issued, "issued")):
        if day:
            found.take_date("published", day, place)
            break
    for assertion in work.get("assertion") or []:
        if assertion.get("name") in ("received", "accepted") and assertion.get("value"):
            found.take_date(assertion["name"], assertion["value"], f"assertion {assertion['name']}")


def _take_licence(found: Found, work: dict):
    """The licence of the version of record; the others are of manuscripts or for text mining."""
    for licence in work.get("license") or []:
        if licence.get("content-version") == "vor":
            found.take("licence", licence.get("URL"), "license of the version of record")
            return


def _take_status(found: Found, work: dict):
    for notice in work.get("update-to") or []:
        found.remarks.append(f"This work is itself a notice ({notice.get('type')}) about {notice.get('DOI')}.")
    updates = {
        str(update.get("type")).lower(): f"{update.get('type')} by {update.get('DOI')}, told by {update.get('source')}"
        for update in work.get("updated-by") or []
    }
    if "partial_retraction" in updates:
        found.remarks.append("A part of this paper was retracted: read the notice before using its numbers.")
    for kinds, status in (
        (RETRACTIONS, RetractionStatus.RETRACTED),
        (CONCERNS, RetractionStatus.CONCERN),
        (CORRECTIONS, RetractionStatus.CORRECTED),
    ):
        given = next((text for kind, text in updates.items() if kind in kinds), "")
        if not given and status == RetractionStatus.RETRACTED and says_retracted(found.title):
            given = found.title
        if given:
            take_retraction(found, status, "updated-by" if updates else "title", given)
            return
    take_retraction(found, RetractionStatus.NONE_KNOWN, "updated-by", "no update is named that speaks against it")
