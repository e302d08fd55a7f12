"""Pages: one h1 each, valid HTML, a strict policy, and the four looks apart. (Every link: test_leaks.py.)"""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from django.conf import settings
from django.urls import get_resolver

from studies.ask.filters import GROUPS

pytestmark = pytest.mark.django_db

STARTS = ["/", "/evidence/?disease=CLL&collected_from=hsct_donor", "/search/?q=imatinib", "/nowhere/"]


def links_of(html: str) -> set[str]:
    return set(re.findall(r'(?:href|src|action)="([^"#]+)', html))


QUERIES = 8  # of one page: more bring nothing that these do not


def walk(client, starts=STARTS):
    """The public addresses that can be reached from the home page, with their responses and, of pages, their HTML. Of
    what every record has (its history, the form to report a problem) one of each collection is enough, and of the
    queries of one page a few."""
    seen, waiting, kinds, queries = {}, list(starts), set(), Counter()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        response = client.get(address)
        assert response.status_code == (404 if address == "/nowhere/" else 200), address
        is_page = response["Content-Type"].startswith("text/html")
        seen[address] = (response, response.content.decode() if is_page else "")
        for link in sorted(links_of(seen[address][1])):  # the same walk each time
            target = urljoin(f"http://testserver{address}", link.replace("&amp;", "&"))
            parts = urlsplit(target)
            assert parts.netloc == "testserver", f"{address} leads to another host: {link}"
            found = parts.path + (f"?{parts.query}" if parts.query else "")
            if found in seen or parts.path.startswith(("/static/", "/admin/")):
                continue
            kind = re.match(r"(?:/api/v1)?/(?:report|history)/[^/]+/", parts.path)
            if kind and kind[0] in kinds:
                continue
            kinds |= {kind[0]} if kind else set()
            queries[parts.path] += bool(parts.query)
            if queries[parts.path] <= QUERIES:
                waiting.append(found)
    return seen


def faults_of(seen) -> list[str]:
    """What is not in order with the pages of a walk, and which kinds of pages it did not reach."""
    faults = []
    for address, (response, html) in seen.items():
        ids = re.findall(r'\bid="([^"]+)"', html)
        wrong = {
            "has no policy": "Content-Security-Policy" not in response,
            "has not one h1": html and len(re.findall(r"<h1[ >]", html)) != 1,
            "has inline style or script": re.search(r'\s(style|onclick|onload)="', html),
            "has an inline script": re.search(r"<script(?![^>]*\bsrc=)", html),
            "repeats an id": len(ids) != len(set(ids)),
        }
        faults += [f"{address} {said}" for said, is_so in wrong.items() if is_so]
    # A new kind of page must be reachable by links, or nobody would see what leaks there.
    starts = {"/" + str(pattern.pattern).split("<")[0] for pattern in get_resolver("studies.urls").url_patterns}
    starts = starts - {"/healthz", "/readyz"} | {"/api/v1/facts/?study="}
    missed = {start for start in starts if not any(address.startswith(start) for address in seen)}
    missed |= {"/studies/li-hua-2025/", "/publications/liu-2017/"} - seen.keys()
    return faults + [f"{address} is not reached" for address in missed]


@pytest.mark.parametrize(
    "address", ["/", "/evidence/", "/studies/", "/studies/li-hua-2025/", "/studies/kochenderfer-2013/",
                "/publications/", "/publications/liu-2017/", "/publications/li-hua-2025/", "/about/", "/search/?q=x",
                "/registrations/", "/registrations/NCT01551043/", "/constructs/", "/constructs/kong-2022-second/",
                "/diseases/", "/diseases/B-ALL/", "/discrepancies/", "/discrepancies/DIS-00100/",
                "/publications/liu-2017/tables/1/", "/publications/liu-2017/tables/2/?cells=differing",
                "/glossary/", "/scales/", "/scales/astct_2019/", "/scales/not_reported/", "/data-quality/", "/flow/",
                "/readings/", "/publications/li-hua-2025/readings/",
                "/history/studies/li-hua-2025/", "/nearest/", "/nearest/?disease=B-ALL&order=after_hsct",
                "/report/studies/li-hua-2025/", "/report/toxicities/TOX-00010/?place=grade",
                "/compare/", "/compare/?row=COU-00002&row=COU-00300", "/charts/", "/charts/intervals/?window=liu-2017"]
)  # fmt: skip
def test_pages_are_valid_html(client, address):
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(client.get(address).content.decode())
    # html5lib does not know what a later HTML allows; nothing it knows may be wrong.
    assert [error for error in parser.errors if error[1] != "non-void-element-with-trailing-solidus"] == []


def test_the_policy_lets_in_nothing_from_elsewhere(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_number_of_a_case_opens_to_its_place_and_wording(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    assert "7.8 × 10⁶ cells/kg" in html
    assert "7.8×10^6 /kg of CD19 CAR-T cells were transfused on day 0" in html
    assert "Treatment, second paragraph" in html
    # Each value is a button that names its popover, which is there: it works by keyboard and without script.
    targets = re.findall(r'popovertarget="([^"]+)"', html)
    assert len(targets) > 100
    assert all(f'id="{target}"' in html for target in targets)


def test_the_four_looks_are_four_classes(client):
    html = client.get("/studies/kochenderfer-2013/").content.decode()
    assert re.search(r'class="value none-said"[^>]*>none', html)
    assert re.search(r'class="silent">not reported', html)
    assert 'class="doubt"' in html
    assert re.search(r'class="value" popovertarget', html)
    assert "7.8e+06" not in html


def test_a_case_leads_with_what_is_not_reported_after_the_cells(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    assert re.search(r"Treatment after CAR-T</dt><dd>\s*<span class=\"silent\">not reported", html)
    assert "Six years of remission are credited to CAR-T cells" in html


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ("li-hua-2025", ["A 27-year-old man (age at presentation) with B-ALL with BCR::ABL1 (Ph+)",
                         "VICLP; imatinib. Cord blood transplant; then",
                         "Treatment between transplant and CAR-T: interferon-γ and dasatinib. CAR-T cells: cord blood",
                         "CRS: grade 1, 1 of 1",
                         "; neurotoxicity: none; GVHD after CAR-T: none.", "Not reported: treatment after CAR-T."]),
        ("kochenderfer-2013", ["10 patients: CLL 4, lymphoma 6 (DLBCL 2, MCL 4)", "no lymphodepletion (judgement)",
                               "complete remission 1 of 10 (at ≤ 1 month · 95% 0.3–44.5 %), partial remission 1 of 10",
                               "Not reported of the cells and what followed: CRS, neurotoxicity."]),
        ("kong-2022", ["CAR-T course 1: CAR-T → haploidentical donor HSCT",
                       "HSCT; then extramedullary relapse. CAR-T course 2",
                       "regression (at 1 month); best response, extramedullary: complete remission (at 3 months).",
                       "Not in what was read of this course: dose, lymphodepletion, CRS, neurotoxicity."]),
        ("li-huibo-2025", ["CAR-T → cord blood (≤ 3 months)", "; then MRD-negative (day 28)",
                           "Treatment after CAR-T: cord blood transplant, systemic glucocorticoids (liver test rise), "
                           "interferon-α (then MRD-negative). Died (severe pneumonia)."]),
        ("zuo-2016", ["An 11-year-old girl",
                      "MRD-negative; disease-free survival, duration: 10 months (end not stated)"]),
        ("grupp-2013", ["A child with acute", "relapse (at ≈ 2 months); CD19-negative relapse."]),
        ("brudno-2016", ["MRD of those ALL: MRD-negative 4 of 5", "event-free survival, rate: 39% (at 6 months"]),
    ],
)  # fmt: skip
def test_a_study_is_said_in_a_paragraph_with_its_silences(client, study, said):
    html = client.get(f"/studies/{study}/").content.decode()
    (paragraph,) = re.findall(r'<p class="summary">(.*?)</p>', html)
    paragraph = re.sub(r'<span role="tooltip".*?</span>', "", paragraph)
    paragraph = unescape(re.sub(r"<[^>]+>", "", paragraph))
    for part in said:
        assert part in paragraph, paragraph


def test_what_rests_on_a_judgement_says_so_beside_the_value(client):
    html = client.get("/studies/kochenderfer-2013/").content.decode()
    assert re.search(r"<dt>Intent</dt><dd>.*?treats relapse</button>.*?<span class=\"remark\">judgement</span>", html)
    (stated,) = re.findall(r"<dt>Patients</dt><dd>(.*?)</dd>", html)
    assert "judgement" not in stated


@pytest.mark.parametrize(
    ("study", "value", "doubt"),
    [
        ("kong-2022", "CR", "DIS-00405"),  # of the time of a response
        ("li-hua-2025", "30.88", "DIS-00263"),  # of the unit of a measurement
        ("li-hua-2025", "CD19", "DIS-00274"),  # of when a characteristic was found
    ],
)
def test_a_discrepancy_of_any_part_of_a_result_stands_beside_it(client, api, study, value, doubt):
    title = api(f"/discrepancies/{doubt}/")["title"]
    told = [unescape(part) for part in client.get(f"/studies/{study}/").content.decode().split("<tr")]
    told = [part for part in told if value in re.sub(r"<[^>]+>", "", part)]
    assert any(title in part for part in told), title


@pytest.mark.parametrize(
    ("address", "told", "untold"),
    [
        ("/studies/khan-2016/", "day 240 from transplant", "Treatment after CAR-T"),  # nobody was given CAR-T cells
        ("/studies/brudno-2016/", "earlier DLI 5 of 5", "Other treatment before CAR-T</dt><dd>"),
        ("/studies/brudno-2016/", "the denominator is a judgement", "Earlier therapy"),
        ("/studies/li-huibo-2025/", "split over 3 days", "vincristine"),
        ("/studies/li-huibo-2025/", "Bone marrow (judgement)", "vincristine"),
        ("/studies/li-hua-2025/", "Best response, marrow (judgement): complete remission", "other scale"),
        ("/registrations/NCT01551043/", "split over 3 days", "optional</span>"),
        ("/registrations/ChiCTR-OOC-16008447/", "maintenance (judgement)", "one infusion"),
        ("/registrations/ChiCTR-OOC-16008447/", "According to the state of the disease", "dose not reported"),
    ],
)
def test_what_qualifies_a_value_stands_beside_it(client, address, told, untold):
    html = re.sub(r'<span role="tooltip".*?</span>', "", client.get(address).content.decode())
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    assert told in text
    assert untold not in html


def test_duration_treatment_and_resolution_of_a_toxicity_open_to_their_places(client, api):
    """Every fact of a toxicity that the page shows is named by a value that opens."""
    html = client.get("/studies/li-hua-2025/").content.decode()
    for toxicity in ("TOX-00010", "TOX-00011", "TOX-00012"):
        places = api(f"/toxicities/{toxicity}/")["sources"].values()
        shown = [source["fact"] for sources in places for source in sources]
        assert len(shown) > 4
        for fact in shown:
            assert fact in html, fact


@pytest.mark.parametrize("fact", ["COH-00002.age_at.1", "INF-00300.split_days.1", "INF-00300.schedule.1"])
def test_what_qualifies_an_age_or_a_dose_opens_to_its_place(client, fact):
    study = "li-hua-2025" if fact.startswith("COH") else "li-huibo-2025"
    assert fact in client.get(f"/studies/{study}/").content.decode()
    assert fact in client.get("/evidence/").content.decode()


def test_what_is_judged_and_no_fact_of_its_own_is_named_in_the_api(api):
    assert api("/toxicities/TOX-00113/")["judged"] == ["evaluable_n"]
    assert api("/toxicities/TOX-00010/")["judged"] == ["scale"]
    assert api("/toxicities/TOX-00011/")["judged"] == []


def test_when_cells_were_collected_says_that_it_is_judged_on_every_page(client):
    study = client.get("/studies/kong-2022/").content.decode()
    (told,) = set(re.findall(r"recipient, before HSCT</button>.*?<span class=\"remark\">([^<]*)</span>", study))
    assert told == "in part judgement"


def test_the_sides_of_a_discrepancy_name_the_paper_and_not_a_study_of_the_same_slug(client):
    html = client.get("/discrepancies/DIS-00001/").content.decode()
    assert "Liu 2017, Table 1" in html and "ChiCTR-OOC-16008447, Table 1" not in html


def test_a_study_is_cited_with_authors_and_doi(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    assert "Li H, Li X, Xian N, et al. Front Immunol 2025;16:1586349. doi:10.3389/fimmu.2025.1586349." in html


def test_what_is_absent_reads_as_absent_and_a_blank_is_a_silence(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    assert "no other mutation (by next-generation DNA sequencing)" in html
    assert ">183.5 × 10⁹/L<" in html and "&gt;0.5 × 10⁹/L" in html and "183.5×10^9 /L</q>" in html
    (row,) = re.findall(r'<tr id="TOX-[^>]*><th scope="row">Fever</th>.*?</tr>', html)
    assert re.search(r'data-head="Onset"><span class="silent">not reported', row)
    (row,) = re.findall(r'<tr id="TOX-[^>]*><th scope="row">Hypotension</th>.*?</tr>', html)
    assert 'data-head="Onset"></td>' in row, "what is not there has no onset"


def test_a_study_without_outcomes_says_so_and_links_its_parts(client):
    html = client.get("/studies/liu-2017/").content.decode()
    assert "no response or outcome is told" in html and ">Measure</th>" not in html
    html = client.get("/studies/li-hua-2025/").content.decode()
    (jump,) = re.findall(r'<nav class="jump".*?</nav>', html)
    for name in re.findall(r'href="#([^"]+)"', jump):
        assert html.count(f'id="{name}"') == 1, name


@pytest.mark.parametrize(
    ("address", "name"),
    [("/diseases/CLL/", "COU-00001.COH-00003"), ("/publications/kong-2022/", "COU-00401"),
     ("/registrations/ChiCTR-OOC-16008447/", "COU-00150")],
)  # fmt: skip
def test_rows_are_chosen_for_a_comparison_where_a_page_names_them(client, address, name):
    found = re.findall(r'href="\?compare=([^"&]+)"', client.get(address).content.decode())
    assert name in found
    chosen = client.get(address, {"compare": name}).content.decode()
    assert "in the comparison ×" in chosen and "Compare 1 row" in chosen


def test_a_retelling_says_so_before_its_first_number(client):
    html = client.get("/studies/kochenderfer-2013/").content.decode()
    assert html.index("as retold by Liu 2017") < html.index("cells/kg")
    assert "They are not results of this one" in html


def test_a_registration_is_a_plan_with_the_places_of_its_values(client):
    html = client.get("/registrations/NCT01087294/").content.decode()
    assert "it counts no patients" in html
    assert "4 dose levels" in html and "as of 18 December 2016" in html
    assert html.index("Cyclophosphamide 180 mg/m²") < html.index("facts with their places")
    assert "<q>Cy 180 mg/m2 for 3 days</q>" in html, "a quoted wording stays as printed"
    assert "Search was performed on December 18, 2016" in html


def test_discrepancies_are_listed_by_document_and_weight(client):
    html = client.get(
        "/discrepancies/", {"publication": "kong-2022", "severity": "clerical", "kind": ""}
    ).content.decode()
    assert "Abbreviations and key words slip" in html and "2 places" not in html
    assert client.get("/discrepancies/", {"severity": "grave"}).status_code == 400
    assert client.get("/discrepancies/DIS-99999/").status_code == 404


def test_a_disease_leads_to_its_kinds_and_its_evidence(client):
    html = client.get("/diseases/B-ALL/").content.decode()
    assert "/evidence/?disease=B-ALL" in html and "/diseases/B-ALL-BCR-ABL1/" in html
    assert client.get("/diseases/").content.decode().count("<li") > 20


def test_an_unchanged_page_is_not_sent_again(client):
    for address in ("/evidence/", "/api/v1/evidence/", "/studies/li-hua-2025/"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_health_is_told(client):
    assert client.get("/healthz").content == b"alive\n"
    assert client.get("/readyz").content == b"ready\n"


def test_no_asset_comes_from_another_host():
    for path in [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("studies/static/**/*.*")]:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(src|href)=[\"']?https?://|url\(.?https?:", text), path


def test_a_study_that_is_only_mentioned_is_not_called_retold(client):
    page = client.get("/studies/").content.decode()
    marra = page.split("/studies/marra-2024/")[1].split("</li>")[0]
    assert "only mentioned by Li Hua 2025" in marra and "as retold" not in marra


def test_the_gravest_discrepancies_come_first(api):
    order = ["misleads", "matters", "clerical"]
    found = [order.index(row["severity"]) for row in api("/discrepancies/", page_size=500)["results"]]
    assert found == sorted(found) and set(found) == {0, 1, 2}


def test_what_is_not_understood_names_what_is_near_it(client):
    assert "Valid near it: <code>donor</code>" in client.get("/evidence/", {"foo": "1"}).content.decode()


def test_the_filters_are_reached_group_by_group(client):
    page = client.get("/evidence/").content.decode()
    for group in GROUPS:
        assert f'href="#group-{group}"' in page and f'id="group-{group}"' in page
