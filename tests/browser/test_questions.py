"""The questions a clinician brings: each answered in plain sight on one page, and by one call of the API."""

import json

import pytest

# (what is asked, the page, the part of it that answers, what stands there, the call, what its rows say)
QUESTIONS = [
    (
        "cells of the recipient after cord blood transplant, and GVHD",
        "/evidence/?graft_source=cord_blood&collected_from=recipient&order=after_hsct", "table.evidence tbody tr",
        ["Li Hua 2025", "cord blood → CAR-T", "Recipient, after HSCT", "GVHD none"],
        "/api/v1/evidence/?graft_source=cord_blood&collected_from=recipient&order=after_hsct",
        [lambda r: (r["study"], r["gvhd"]["items"][0]["presence"]) == ("li-hua-2025", "absent")],
    ),
    (
        "best responses of Kochenderfer 2013, by disease",
        "/studies/kochenderfer-2013/", "main",
        ["Complete remission CLL 1 of 4", "Progressive disease CLL 2 of 4", "Stable disease DLBCL 2 of 2",
         "Partial remission MCL 1 of 4", "Stable disease MCL 3 of 4", "Progressive disease all patients 2 of 10"],
        "/api/v1/facts/?study=kochenderfer-2013&attribute=response_n:PD:CLL",
        [lambda r: (r["value"], r["denominator"]) == ("2", 4)],
    ),
    (
        "the relapsed of Cruz 2013, and the two remissions of the review's table",
        "/studies/cruz-2013/", "main",
        ["relapsed at infusion: Objective antitumour activity 2 of 6",
         "Remission maintained of those in remission at infusion, at high risk of relapse: Disease-free 2 of 2"],
        "/api/v1/facts/?study=cruz-2013&attribute=response_n:objective_activity:relapsed",
        [lambda r: (r["value"], r["denominator"]) == ("2", 6)],
    ),
    (
        "MRD-negative remissions of ALL in Brudno 2016",
        "/studies/brudno-2016/", "main", ["MRD-negative complete remission ALL 4 of 5"],
        "/api/v1/facts/?study=brudno-2016&attribute=response_n:MRD-neg-CR:ALL",
        [lambda r: (r["value"], r["denominator"]) == ("4", 5)],
    ),
    (
        "no lymphodepletion, as against silence",
        "/evidence/?lymphodepletion=none", "main",
        ["4 courses", "3 courses unknown, because it is not told, or not closely enough", "none given judgement"],
        "/api/v1/evidence/?lymphodepletion=none&pile=unknown",
        [lambda r: r["study"] in ("zuo-2016", "kong-2022")] * 3,
    ),
    (
        "CRS of Li Hua 2025: grade, scale, treatment",
        "/studies/li-hua-2025/", "main", ["grade 1, 1 of 1 Lee 2014", "indomethacin and supportive care"],
        "/api/v1/facts/?study=li-hua-2025&attribute=management:crs",
        [lambda r: r["value"] == "indomethacin and supportive care"],
    ),
    (
        "CRS of Li Huibo 2025 and Kong 2022: silence is no none",
        "/evidence/?crs=present&study=li-huibo-2025&study=kong-2022&pile=unknown", "main",
        ["CRS not reported", "CRS not in what was read"],
        "/api/v1/evidence/?crs=present&study=li-huibo-2025&study=kong-2022&pile=unknown",
        [lambda r: r["crs"]["state"] in ("not_reported", "not_in_text_read")] * 3,
    ),
    (
        "the day of infusion in Li Hua 2025",
        "/evidence/?study=li-hua-2025", "table.evidence tbody tr", ["day +402 derived"],
        "/api/v1/facts/?study=li-hua-2025&attribute=hsct_to_infusion",
        [lambda r: (r["value"], r["unit"], r["basis"]) == ("402", "days", "derived")],
    ),
    (
        "what the recommended window was said of",
        "/publications/liu-2017/", "main",
        ["said of early immune intervention to prevent relapse, not of CAR-T cells for relapse · unsupported"],
        "/api/v1/facts/?publication=liu-2017&attribute=claim:timing_window:low",
        [lambda r: (r["value"], r["unit"]) == ("55", "days after transplant")] * 2,
    ),
    (
        "a second course with the same target",
        "/studies/kong-2022/", "main",
        ["CAR-T course 2", "donor-derived", "haploidentical", "extramedullary"],
        "/api/v1/facts/?study=kong-2022&attribute=response_n:CR&site=extramedullary",
        [lambda r: r["time_point"] == "3 months"],
    ),
    (
        "acute GVHD of Li Huibo 2025, and what each remission followed",
        "/studies/li-huibo-2025/", "main", ["After transplant 1 · Acute GVHD suspected", "Measurable residual disease"],
        "/api/v1/facts/?study=li-huibo-2025&attribute=acute_gvhd",
        [lambda r: (r["value"], r["follows"]) == ("suspected", "TRA-00300")],
    ),
    (
        "phase, status and planned dose of a registration, and as of when",
        "/registrations/ChiCTR-OOC-16008447/", "main", ["as of 18 December 2016", "Recruiting", "10⁶ cells/kg"],
        "/api/v1/facts/?registration=ChiCTR-OOC-16008447&attribute=status",
        [lambda r: (r["value"], r["as_of"]) == ("Recruiting", "2016-12-18")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("question", QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_a_question_is_answered_by_one_page_and_one_call(visit, question, width):
    _, address, part, phrases, call, rows = question
    page = visit(address, width=width)
    answers = page.locator(part)
    text = " ".join(answers.first.inner_text().split())
    assert part == "main" or answers.count() == 1
    for phrase in phrases:
        assert phrase in text
    results = json.loads(page.request.get(call).text())["results"]
    assert len(results) >= len(rows)
    assert all(holds(result) for holds, result in zip(rows, results, strict=False))


@pytest.mark.parametrize("width", [390, 1440])
def test_patients_are_counted_once_and_who_is_left_out_is_said(visit, width):
    page = visit("/", width=width)
    assert "33–43" in page.locator(".glance").inner_text()
    page.get_by_text("How 33–43 patients are counted").click()
    text = page.locator("main").inner_text()
    for said in ("Kochenderfer 2013", "treated with blinatumomab", "a registration is a plan"):
        assert said in text
    counted = json.loads(page.request.get("/api/v1/evidence/").text())["patients_counted_once"]
    assert (counted["low"], counted["high"]) == (33, 43)
