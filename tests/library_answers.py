"""Answers as PubMed, Crossref and ClinicalTrials.gov give them, composed by us, none recorded.

Composed from the published schemas: NLM's PubMed DTD and the E-utilities' description of esearch, Crossref's REST API
format of a work, the study structure of the ClinicalTrials.gov API v2. All papers, trials, journals and authors in them
are examples and made up; their identifiers are of the reserved or unused kind (10.5555, NCT99999999).
"""

import json

PMID, DOI, NCT = "99000001", "10.5555/example.2024.001", "NCT99999999"
TITLE = "Example of donor-derived CAR-T cells at 10⁶/kg after transplant: p <0.01 in ‘mice’"


def pubmed(*articles: str) -> str:
    """An efetch answer."""
    head = (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    )
    head += '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
    return f"{head}<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>"


def article(pmid=PMID, doi=DOI, types=("Journal Article", "Case Reports"), links="", title=None, published=None) -> str:
    """One PubmedArticle."""
    title = title or "Example of donor-derived CAR-T cells at 10<sup>6</sup>/kg after transplant: p &lt;0.01 in ‘mice’."
    published = published or "<Year>2024</Year><Month>Mar</Month>"
    kinds = "".join(f'<PublicationType UI="D000000">{name}</PublicationType>' for name in types)
    return f"""<PubmedArticle><MedlineCitation Status="PubMed-not-MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">0000-0000</ISSN><JournalIssue
CitedMedium="Internet"><Volume>12</Volume><Issue>3</Issue><PubDate>{published}</PubDate></JournalIssue>
<Title>Example journal of haematology</Title><ISOAbbreviation>Ex J</ISOAbbreviation></Journal>
<ArticleTitle>{title}</ArticleTitle><Pagination><StartPage>41</StartPage><EndPage>49</EndPage>
<MedlinePgn>41-9</MedlinePgn></Pagination><ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Author</LastName><ForeName>A</ForeName><Initials>A</Initials>
<AffiliationInfo><Affiliation>Example hospital.</Affiliation></AffiliationInfo></Author><Author ValidYN="Y">
<LastName>Äuthor-Ñame</LastName><ForeName>B C</ForeName></Author><Author ValidYN="Y"><CollectiveName>Example study
group</CollectiveName></Author></AuthorList><Language>eng</Language><GrantList><Grant><GrantID>EX-1</GrantID>
<Agency>Example fund</Agency><Country>Nowhere</Country></Grant></GrantList><PublicationTypeList>{kinds}
</PublicationTypeList><ArticleDate DateType="Electronic"><Year>2023</Year><Month>12</Month><Day>09</Day></ArticleDate>
</Article><CommentsCorrectionsList>{links}</CommentsCorrectionsList><KeywordList Owner="NOTNLM"><Keyword
MajorTopicYN="N">CAR-T</Keyword><Keyword MajorTopicYN="N">donor</Keyword></KeywordList><CoiStatement>The authors
declare an example.</CoiStatement></MedlineCitation><PubmedData><History><PubMedPubDate PubStatus="received"><Year>2023
</Year><Month>5</Month><Day>2</Day></PubMedPubDate><PubMedPubDate PubStatus="pubmed"><Year>2023</Year></PubMedPubDate>
</History><PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="pmc">PMC9900001</ArticleId><ArticleId IdType="doi">{doi}</ArticleId></ArticleIdList>
<ReferenceList><Reference><Citation>Another example.</Citation><ArticleIdList><ArticleId IdType="doi">10.5555/cited
</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"""


def link(kind: str) -> str:
    return (
        f'<CommentsCorrections RefType="{kind}"><RefSource>Ex J. 2025;13(1):1</RefSource>'
        '<PMID Version="1">99000009</PMID></CommentsCorrections>'
    )


def search(pmids: list[str], count: int | None = None, **more) -> str:
    """An esearch answer."""
    result = {
        "count": str(len(pmids) if count is None else count), "retmax": str(len(pmids)), "retstart": "0",
        "idlist": pmids, "translationset": [], "querytranslation": '"example"[All Fields]',
    }  # fmt: skip
    return json.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result | more})


def work(**changes) -> str:
    """A Crossref work."""
    message = {
        "DOI": DOI, "type": "journal-article", "title": ["Example of CAR-T at 10<sup>6</sup>/kg &amp; <i>donors</i>"],
        "container-title": ["Example journal of haematology"], "volume": "12", "issue": "3", "page": "41-49",
        "publisher": "Example publisher", "language": "en",
        "author": [
            {"given": "A", "family": "Author", "sequence": "first", "affiliation": [{"name": "Example hospital"}]},
            {"name": "Example study group", "sequence": "additional", "affiliation": []},
        ],
        "issued": {"date-parts": [[2023, 12, 9]]}, "published-online": {"date-parts": [[2023, 12, 9]]},
        "published-print": {"date-parts": [[2024, 3]]},
        "license": [
            {"URL": "https://example.org/mining", "content-version": "tdm", "delay-in-days": 0},
            {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor", "delay-in-days": 0},
        ],
        "funder": [{"name": "Example fund", "award": ["EX-1"]}],
    }  # fmt: skip
    return json.dumps(
        {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": message | changes}
    )


def update(kind: str) -> dict:
    return {
        "DOI": "10.5555/example.notice", "type": kind, "source": "publisher", "label": kind.title(),
        "updated": {"date-parts": [[2025, 1, 1]]},
    }  # fmt: skip


def study(nct=NCT, **modules) -> str:
    """A ClinicalTrials.gov study."""
    section = {
        "identificationModule": {"nctId": nct, "briefTitle": "Example trial", "organization": {"fullName": "Example"},
                                 "officialTitle": "An example trial of donor-derived CAR-T cells"},
        "statusModule": {"overallStatus": "ACTIVE_NOT_RECRUITING", "statusVerifiedDate": "2026-01",
                         "lastUpdatePostDateStruct": {"date": "2026-02-03", "type": "ACTUAL"}},
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example hospital", "class": "OTHER"}},
        "conditionsModule": {"conditions": ["Example leukaemia", "Example lymphoma"]},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE1", "PHASE2"],
                         "enrollmentInfo": {"count": 24, "type": "ESTIMATED"}},
        "armsInterventionsModule": {"interventions": [
            {"type": "DRUG", "name": "Example drug", "description": "30 mg/m2 on 3 days"}]},
        "outcomesModule": {"primaryOutcomes": [{"measure": "Dose-limiting toxicity", "timeFrame": "28 days"}]},
        "eligibilityModule": {"eligibilityCriteria": "Inclusion: no active GVHD", "sex": "ALL",
                              "minimumAge": "18 Years", "maximumAge": "70 Years", "stdAges": ["ADULT"]},
    }  # fmt: skip
    return json.dumps({"protocolSection": section | modules, "hasResults": False})
