"""What a study's page draws: to scale, from what is told, and nothing where nothing is told."""

import re

import pytest

from studies.cells.kinetics_plot import panel
from studies.cells.timeline_plot import LANE_OF, clocks, not_drawn
from studies.models import Term

DAYS = [1, 7, 14, 28]


def event(number, **told):
    silent = dict.fromkeys(("date", "time_low", "time_high", "time_unit", "time_from", "transplant", "course"))
    term = {"code": told.pop("kind", "engraftment"), "label": "Event"}
    return silent | {"accession": f"EVE-{number}", "time_operator": "=", "term": term} | told


def report(events, transplant=None, infusion=None):
    return {
        "events": events,
        "transplants": [{"accession": "TRA-1", "order": 1, "date": transplant}],
        "courses": [{"accession": "COU-1", "number": 1}],
        "infusions": [{"course": "COU-1", "date": infusion}],
    }


def drawn(told):
    return clocks(told, {e["accession"]: "then" for e in told["events"]})


def after(anchor, low, unit="days", operator="="):
    named = {"transplant": "TRA-1"} if anchor == "transplant" else {"course": "COU-1"}
    return {"time_from": anchor, "time_low": low, "time_unit": unit, "time_operator": operator} | named


def test_no_line_is_drawn_across_a_day_without_a_value():
    found = panel("Marrow", "copies/µg", DAYS, {1: (1.0, "1"), 7: (100.0, "100"), 28: (10.0, "10")})
    assert [len(line.split()) for line in found.lines] == [2]
    assert [silence["day"] for silence in found.silences] == ["14"]
    assert "day 14: no value told" in found.told
    # On a log axis a hundredfold is twice as far as a tenfold.
    y = {point["day"]: point["y"] for point in found.points}
    assert y["1"] - y["7"] == pytest.approx(2 * (y["1"] - y["28"]), abs=0.3)


def test_a_zero_or_a_single_value_is_no_drawing():
    assert panel("Blood", "", DAYS, {1: (0.0, "0"), 7: (5.0, "5")}) is None


def test_events_after_a_dated_transplant_stand_on_the_calendar():
    (clock,) = drawn(
        report([event(1, date="2017-10-02"), event(2, **after("transplant", 365))], transplant="2017-10-02")
    )
    assert clock.label == "By date"
    assert [mark["low"] for mark in clock.marks] == [736604, 736604 + 365]


def test_clocks_that_nobody_can_join_stay_apart():
    events = [event(1, **after("infusion", 1, "months")), event(2, **after("transplant", 19)), event(3)]
    found = {clock.label: [mark["number"] for mark in clock.marks] for clock in drawn(report(events))}
    assert found == {"After CAR-T infusion": [1], "After transplant 1": [2]}


def test_an_event_without_a_time_stands_between_what_was_told_before_and_after_it():
    events = [event(1, date="2017-05-01"), event(2), event(3), event(4, date="2017-06-30"), event(5)]
    told = report(events)
    (clock,) = found = drawn(told)
    placed = {mark["number"]: (mark["between"], mark["x"]) for mark in clock.marks}
    assert [placed[n][0] for n in (1, 2, 3, 4)] == [False, True, True, False]
    assert placed[1][1] < placed[2][1] < placed[3][1] < placed[4][1]
    assert clock.has_guesses and not_drawn(told, found) == 1, "after the last nobody can tell where the fifth lies"


def test_what_is_told_in_an_order_that_its_times_contradict_is_not_drawn_between():
    told = report([event(1, date="2017-05-01"), event(2), event(3, date="2016-01-01")])
    (clock,) = drawn(told)
    assert [mark["number"] for mark in clock.marks] == [3, 1]


def test_distances_are_to_scale_and_an_open_time_is_marked():
    events = [event(n, **after("transplant", day)) for n, day in enumerate((0, 10, 30), start=1)]
    events.append(event(4, **after("transplant", 40, operator=">")))
    (clock,) = drawn(report(events))
    x = [mark["x"] for mark in clock.marks]
    assert (x[2] - x[0]) == pytest.approx(3 * (x[1] - x[0]), abs=0.3)
    assert [mark["open"] for mark in clock.marks] == ["", "", "", "later"]


def test_each_kind_of_event_has_its_lane_and_transplants_run_through_all():
    kinds = ["transplant", "relapse", "response", "death"]
    events = [event(n, kind=kind, **after("transplant", 10 * n)) for n, kind in enumerate(kinds)]
    (clock,) = drawn(report(events))
    assert [lane["name"] for lane in clock.lanes] == ["Disease", "Transplant", "Response", "Last seen"]
    assert [mark["landmark"] for mark in clock.marks] == [True, False, False, False]
    assert len({mark["y"] for mark in clock.marks}) == 4


@pytest.mark.django_db
def test_no_kind_of_event_is_without_a_lane():
    assert set(Term.objects.filter(vocabulary="event").values_list("code", flat=True)) == set(LANE_OF)


@pytest.mark.django_db
def test_the_page_draws_blood_and_marrow_apart_and_the_course_to_scale(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    assert html.count('class="panel"') == 2
    assert "copies x10³/ug" in html and html.count('class="silence"') == 6
    assert html.count('class="timeline"') == 1
    numbers = re.findall(r'<svg.*?class="axis".*?</svg>', html, re.S)[0]
    assert "<title>CAR-T infusion, 8 November 2018</title>" in numbers
    assert 'class="timeline"' not in client.get("/studies/cruz-2013/").content.decode()


@pytest.mark.django_db
def test_the_infusion_that_others_are_timed_from_is_day_0_in_the_list_and_in_the_drawing(client):
    for study, number in (("li-huibo-2025", 17), ("kong-2022", 5)):
        html = client.get(f"/studies/{study}/").content.decode()
        assert re.search(rf"<b>{number}</b> day 0</span>", html), study
    # Nothing is timed from the infusions of the review's patient, and a date is told as a date.
    for study in ("zuo-2016", "li-hua-2025"):
        html = client.get(f"/studies/{study}/").content.decode()
        assert 'class="course"' in html and "</b> day 0</span>" not in html and ">day 0</span>" not in html
