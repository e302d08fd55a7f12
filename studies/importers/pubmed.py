"""PubMed by its E-utilities: publications by PMID (efetch), and PMIDs by a search (esearch).

The fields are those of NLM's PubMed DTD; each value names the element it stood in.
"""

import json
import re
from dataclasses import dataclass

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from ..models.choices import RetractionStatus
from ..pure.citations import language, raised
from .client import Answer, Client, Missing, Unavailable
from .found import Found
from .medline import says_retracted, take_kind, take_retraction

SERVICE = "PubMed"
MOST_PMIDS = 10_000  # esearch gives no more of one search
# What NLM links a record to → what that says of the record itself, the gravest first.
STATUS_BY_LINK = {
    "RetractionIn": RetractionStatus.RETRACTED,
    "RetractedandRepublishedIn": RetractionStatus.RETRACTED,
    "ExpressionOfConcernIn": RetractionStatus.CONCERN,
    "ErratumIn": RetractionStatus.CORRECTED,
    "CorrectedandRepublishedIn": RetractionStatus.CORRECTED,
}


@dataclass
class Hits:
    """What a search found: how many records there are, the PMIDs asked for, and the search as PubMed understood it."""

    count: int
    pmids: list[str]
    understood_as: str
    warnings: list[str]


def fetch(pmids: list[str], client: Client | None = None) -> list[Found]:
    """The records of these PMIDs, in their order, by one question. Raises Missing naming every PMID that is unknown."""
    found = articles(pmids, client or Client(SERVICE))
    missing = [pmid for pmid in pmids if pmid not in found]
    if missing:
        raise Missing(f"PubMed gave no article for PMID {', '.join(missing)}. Nothing was changed.")
    return [found[pmid] for pmid in pmids]


def articles(pmids: list[str], client: Client) -> dict[str, Found]:
    """PMID → its record, by one question. A PMID without an article (a book, a chapter) is left out."""
    answer = client.get("efetch.fcgi", "xml", db="pubmed", retmode="xml", id=",".join(pmids))
    found = {}
    for article in _root(answer).iter("PubmedArticle"):
        pmid = _text(article.find("MedlineCitation/PMID"))
        try:
            found[pmid] = _found(article, answer.source.entry_named(f"PMID {pmid}"))
        except AttributeError:  # an element that every article has is not there
            raise _wrong("article") from None
    return found


def search(term: str, most: int = MOST_PMIDS, client: Client | None = None) -> Hits:
    """The PMIDs that PubMed finds for a search, newest first, at most so many. Raises Unavailable, also where PubMed
    says that it does not understand the search."""
    client = client or Client(SERVICE)
    answer = client.get("esearch.fcgi", "json", db="pubmed", retmode="json", sort="pub_date", retmax=most, term=term)
    try:
        # PubMed escapes too little: a control character within a text is let through.
        result = json.loads(answer.content, strict=False)["esearchresult"]
        if "ERROR" in result:
            raise Unavailable(f"PubMed does not understand this search: {result['ERROR']}")
        told = {**result.get("errorlist", {}), **result.get("warninglist", {})}
        warnings = [f"{kind}: {text}" for kind, texts in told.items() for text in texts]
        pmids = [str(pmid) for pmid in result["idlist"]]
        return Hits(int(result["count"]), pmids, result.get("querytranslation", ""), warnings)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _wrong("search result") from None


def _root(answer: Answer):
    try:
        root = fromstring(answer.content, forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError):
        raise _wrong("XML") from None
    if root.tag != "PubmedArticleSet":
        raise _wrong("set of articles")
    return root


def _wrong(what: str) -> Unavailable:
    return Unavailable(f"PubMed answered with something that is no whole {what}. Nothing was changed. Try again later.")


def _text(element) -> str:
    """The text of an element; what it raises (exponents) stays raised."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        inner = _text(child)
        parts += [raised(inner) if child.tag == "sup" else inner, child.tail or ""]
    return "".join(parts).strip()


def _date(element) -> str:
    """A date element as 2017-05-19; months may be names, a MedlineDate is free text."""
    if element is None:
        return ""
    parts = [_text(element.find(name)) for name in ("Year", "Month", "Day")]
    return _text(element.find("MedlineDate")) or "-".join(filter(None, parts))


def _found(article, source) -> Found:
    found = Found(source)
    citation, data = article.find("MedlineCitation"), article.find("PubmedData")
    paper = citation.find("Article")
    journal = paper.find("Journal")
    found.take("pmid", _text(citation.find("PMID")), "PMID")
    found.take("title", _title(paper), "ArticleTitle", as_given=_text(paper.find("ArticleTitle")))
    found.take("journal", _text(journal.find("Title")), "Journal/Title")
    issue = journal.find("JournalIssue")
    for name, tag in (("volume", "Volume"), ("issue", "Issue")):
        found.take(name, _text(issue.find(tag)), f"JournalIssue/{tag}")
    _take_dates(found, paper, issue, data)
    _take_identifiers(found, paper, data)
    languages = [_text(element) for element in paper.findall("Language")]
    if languages and language(languages[0]):
        said = f"NLM's “{languages[0]}”"
        found.take("language", language(languages[0]), "Language", said, as_given=", ".join(languages))
    for author in paper.findall("AuthorList/Author"):
        if author.get("ValidYN", "Y") == "Y":
            suffix = _text(author.find("Suffix"))
            family = _text(author.find("LastName")) or _text(author.find("CollectiveName"))
            given = _text(author.find("ForeName")) or _text(author.find("Initials"))
            where = "; ".join(_text(place) for place in author.findall("AffiliationInfo/Affiliation"))
            found.take_author(family, f"{given} {suffix}", where, "AuthorList")
    # Keywords of the authors themselves; those of NLM's indexers are not the document's.
    words = [_text(word) for words in citation.findall("KeywordList[@Owner='NOTNLM']") for word in words]
    found.take("keywords", "\n".join(words), "KeywordList")
    grants = [
        ", ".join(filter(None, (_text(grant.find("Agency")), _text(grant.find("GrantID")))))
        for grant in paper.findall("GrantList/Grant")
    ]
    found.take("funding", "; ".join(grants), "GrantList")
    statement = _text(citation.find("CoiStatement"))
    if statement:
        found.keep(statement, "CoiStatement", "A statement of competing interests is given: enter it in our words.")
    types = [_text(element) for element in paper.findall("PublicationTypeList/PublicationType")]
    take_kind(found, types, "PublicationTypeList")
    _take_status(found, citation, types)
    return found


def _title(paper) -> str:
    title, vernacular = _text(paper.find("ArticleTitle")), _text(paper.find("VernacularTitle"))
    title = vernacular if not title or title == "[Not Available]." else title
    return title[:-1] if re.search(r"[^.]\.$", title) else title  # NLM ends every title with a full stop


def _take_dates(found: Found, paper, issue, data):
    printed = _date(issue.find("PubDate"))
    electronic = _date(paper.find("ArticleDate[@DateType='Electronic']"))
    found.take_year(printed or electronic, "JournalIssue/PubDate" if printed else "ArticleDate")
    if electronic:
        found.take_date("published", electronic, "ArticleDate")
    else:
        found.take_date("published", printed, "JournalIssue/PubDate")
    for name in ("received", "accepted"):
        element = data.find(f"History/PubMedPubDate[@PubStatus='{name}']") if data is not None else None
        found.take_date(name, _date(element), f"History/PubMedPubDate {name}")


def _take_identifiers(found: Found, paper, data):
    located = {e.get("EIdType"): _text(e) for e in paper.findall("ELocationID") if e.get("ValidYN", "Y") == "Y"}
    # Of the article itself: the lists of its references hold identifiers too.
    ids = {} if data is None else {e.get("IdType"): _text(e) for e in data.findall("ArticleIdList/ArticleId")}
    if "doi" in ids:
        found.take("doi", ids["doi"], "ArticleIdList/doi")
    else:
        found.take("doi", located.get("doi"), "ELocationID/doi")
    found.take("pmcid", ids.get("pmc"), "ArticleIdList/pmc")
    # Without pages nothing stands in for them: a publisher's own number of the item (pii) is no article number.
    found.take("pages", _text(paper.find("Pagination/MedlinePgn")), "Pagination/MedlinePgn")


def _take_status(found: Found, citation, types: list[str]):
    links = {}
    for link in citation.findall("CommentsCorrectionsList/CommentsCorrections"):
        links.setdefault(link.get("RefType"), _text(link.find("RefSource")))
    named = next((name for name in STATUS_BY_LINK if name in links), "")
    status = STATUS_BY_LINK.get(named, RetractionStatus.NONE_KNOWN)
    place, given = f"CommentsCorrections {named}", links.get(named, "")
    if status != RetractionStatus.RETRACTED and ("Retracted Publication" in types or says_retracted(found.title)):
        status, place, given = RetractionStatus.RETRACTED, "PublicationTypeList", "; ".join(types)
    if status == RetractionStatus.NONE_KNOWN:
        place, given = "CommentsCorrectionsList", "no retraction, concern or correction is linked"
    take_retraction(found, status, place, given)
