"""Published tables, rebuilt: every printed cell beside the base; a difference is computed, and has its reason."""

import json
import re
from html import unescape

import pytest

from studies.fixture_files import parse
from studies.loading import LoadError, load
from studies.models import Change, Cohort, Infusion, PublishedTableCell, Toxicity, acting
from studies.models.choices import TableColumn
from studies.publishing import Refused, publish, publish_all
from studies.pure.printed import prints_a_mark, restored, same, same_numbers

from .conftest import FIXTURES

pytestmark = pytest.mark.django_db
LIU = next(path for path in FIXTURES if path.name == "liu-2017.yaml")


def cells_of(api, number, **query):
    table = api(f"/publications/liu-2017/tables/{number}/", **query)
    return {cell["accession"]: cell for row in table["rows"] for cell in row["cells"]}


@pytest.mark.parametrize(
    ("printed", "told", "verdict"),
    [
        ("CLL, DLBCL, and MCL", ["MCL", "CLL", "DLBCL"], True),
        ("2 (mild chronic GVHD)", ["2 mild chronic GVHD"], True),
        ("6 CR and 2 PR", ["2 CR", "6 PR"], False),
        ("No", ["none"], True),
        ("No", ["not reported"], False),
        ("Not shown", ["dose not reported"], False),
        ("1.50 × 10⁷ cells/m²", ["15000000 cells/m²"], True),
        ("0.4 × 10⁶ to 7.8 × 10⁶/kg", ["0.4–7.8 × 10⁶/kg"], True),
        ("1.4 × 106/kg", ["1.4 × 10⁶/kg"], False),
        ("8 months", ["> 8 months"], False),
        ("at approximately 1 month", ["at ≈ 1 month"], True),
        ("CR at 1 month", ["CR at 2 months"], False),
        ("ALL", ["B-ALL"], False),
        ("CR, CR", ["CR"], False),
    ],
)
def test_a_cell_of_the_base_is_compared_with_a_printed_one(printed, told, verdict):
    assert same(printed, told) is verdict


def test_lost_superscripts_are_known_by_their_numbers_and_marks_by_their_words():
    assert same_numbers(restored("Between 0.4 × 106/kg and 7.8 × 106/kg"), ["0.4–7.8 × 10⁶ cells/kg"])
    assert not same_numbers(restored("1.4 × 106/kg"), ["1.4 × 10⁷ cells/kg"])
    assert not same_numbers(restored("of 1065 cells"), ["10⁶ of 5 cells"])
    assert prints_a_mark("Not shown (split infusion over 3 days)") and prints_a_mark("/")
    assert not prints_a_mark("None") and not prints_a_mark("NA12 cells")


@pytest.mark.parametrize(("number", "rows", "columns", "differing"), [(1, 5, 8, 15), (2, 3, 9, 10)])
def test_both_tables_are_whole_and_every_cell_that_differs_says_why(api, number, rows, columns, differing):
    table = api(f"/publications/liu-2017/tables/{number}/")
    order = [column["column"] for column in table["columns"]]
    assert [[cell["column"] for cell in row["cells"]] for row in table["rows"]] == [order] * rows
    cells = [cell for row in table["rows"] for cell in row["cells"]]
    assert table["counts"] == {"cells": rows * columns, "same": rows * columns - differing, "differ": differing}
    assert [cell["accession"] for cell in cells if cell["differs"]] == [
        cell["accession"] for cell in cells if cell["difference"] and cell["reason"]
    ]
    assert sum(cell["differs"] for cell in cells) == differing
    for cell in cells:
        for told in cell["base"]:
            assert told.get("sources"), f"{cell['locator']}: “{told['text']}” does not open to a place"


def test_a_lost_superscript_is_said_to_be_of_the_text_read_and_counted_apart(client, api):
    table = api("/publications/liu-2017/tables/1/")
    counted = {reason["difference"]: reason["n"] for reason in table["reasons"]}
    assert counted == {"discrepancy": 4, "table_silent": 1, "flattened": 5, "other_terms": 5}
    assert sum(counted.values()) == table["counts"]["differ"]
    page = unescape(client.get("/publications/liu-2017/tables/1/").content.decode())
    assert "superscripts lost in the text read 5" in page
    assert "that is 1.4 × 10⁶/kg" in page and "The paper prints" not in page
    assert cells_of(api, 1)["CEL-00037"]["restored"] and not cells_of(api, 1)["CEL-00038"]["restored"]


def test_the_reason_of_a_cell_is_a_discrepancy_where_the_paper_disagrees_with_itself(api):
    cell = cells_of(api, 1)["CEL-00008"]
    assert cell["printed"] == "1 CR, 1 PR, and 6 with stable disease"
    assert [told["text"].split(" within")[0] for told in cell["base"]] == ["1 CR", "1 PR", "6 SD", "2 PD"]
    assert cell["discrepancy"]["accession"] == "DIS-00001"
    mark = cells_of(api, 2)["CEL-00055"]
    assert (mark["difference"], mark["base"][0]["state"]) == ("mark", "silent")


@pytest.mark.parametrize("number", [1, 2])
def test_the_page_and_the_api_say_the_same(client, api, number):
    for query in ("", "?cells=differing"):
        html = unescape(client.get(f"/publications/liu-2017/tables/{number}/{query}").content.decode())
        table = api(f"/publications/liu-2017/tables/{number}/{query}")
        assert "{cells} cells; {same} say the same, {differ} differ".format(**table["counts"]) in html
        shown = [cell for row in table["rows"] for cell in row["cells"]]
        assert re.findall(r' id="(CEL-\d+)"', html) == [cell["accession"] for cell in shown]
        for cell in shown:
            part = html.split(f'id="{cell["accession"]}"')[1]
            assert all(text in part for text in [cell["printed"], *(told["text"] for told in cell["base"])])
            assert not cell["differs"] or cell["reason"] in part


def test_only_the_cells_that_differ_are_asked_for(api):
    assert all(cell["differs"] for cell in cells_of(api, 1, cells="differing").values())
    assert len(cells_of(api, 1, cells="differing")) == 15
    assert api("/publications/liu-2017/tables/1/", status=400, cells="some")["errors"][0]["nearest"]
    assert api("/publications/liu-2017/tables/3/", status=404)["status"] == 404
    assert api("/publications/kong-2022/tables/1/", status=404)["status"] == 404


@pytest.mark.parametrize(
    ("model", "accession", "changes", "cell", "said"),
    [
        (Infusion, "INF-00130", {"dose_low": 1500000, "dose_high": 1500000}, "CEL-00037", "not be the same numbers"),
        (Toxicity, "TOX-00121", {"severity_as_worded": "severe"}, "CEL-00031", "the base says “severe CRS”"),
        (PublishedTableCell, "CEL-00038", {"as_reported": "1"}, "CEL-00038", "prints “1”, the base says “none”"),
    ],
)
def test_a_changed_fact_is_not_published_until_its_cell_has_a_reason(curator, model, accession, changes, cell, said):
    record = model.objects.get(pk=accession)
    with acting(curator, "looked again"):
        for name, value in changes.items():
            setattr(record, name, value)
        record.save()
    with pytest.raises(Refused) as refused:
        publish(record.report, user=curator, reason="x")
    assert [said in problem.rule for problem in refused.value.problems if problem.record == cell] == [True]


def test_a_changed_fact_and_the_reason_of_its_cell_go_out_together(curator, api):
    with acting(curator, "looked again"):
        cohort = Cohort.objects.get(pk="COH-00101")
        cohort.disease = Cohort.objects.get(pk="COH-00005").disease
        cohort.save()
        with pytest.raises(Refused, match="a cell that differs needs its reason"):
            publish(cohort.report, user=curator, reason="x")
        assert not cells_of(api, 1)["CEL-00011"]["differs"]
        cell = PublishedTableCell.objects.get(pk="CEL-00011")
        cell.difference, cell.reason = "other_terms", "The base has it by another name"
        cell.save()
    publish(cohort.report, user=curator, reason="x")
    assert [told["text"] for told in cells_of(api, 1)["CEL-00011"]["base"]] == ["DLBCL", "ALL"]
    assert api("/publications/liu-2017/tables/1/")["counts"]["differ"] == 16
    assert Change.objects.filter(accession="CEL-00011", user=curator).exists()


def test_a_draft_of_a_cell_is_not_shown(curator, api):
    with acting(curator, "looked again"):
        cell = PublishedTableCell.objects.get(pk="CEL-00004")
        cell.reason = "Xyzzy"
        cell.save()
    publish_all(["PUB-00001", "REP-00100"], user=curator, reason="as it stands")
    assert "Xyzzy" not in cells_of(api, 1)["CEL-00004"]["reason"]


def with_its_tables_alone(text, folder):
    """A fixture's publication, its tables and the cells of two of its rows: the base holds what these are beside."""
    kept = []
    for record in parse(text, LIU.name)["records"]:
        if record.get("report") in ("REP-00001", "REP-00102"):
            kept.append(record | {"records": [one for one in record["records"] if "publishedtablecell" in one]})
        elif next(iter(record)) in ("publication", "publishedtable"):
            kept.append(record)
    path = folder / LIU.name
    path.write_text(json.dumps({"records": kept}, ensure_ascii=False))  # which is YAML, too
    return path


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        (r", difference: other_terms, reason: [^}]*28” under[^}]*", "", "a cell that differs needs its reason"),
        (
            r'(CEL-00002,.*)wording: "10"',
            r'\1wording: "10", difference: mark, reason: "x"',
            "it has no reason to differ",
        ),
        (r"(CEL-00032,.*)difference: table_silent", r"\1difference: mark", "it prints no mark"),
        (r"(CEL-00032,.*)difference: table_silent", r"\1difference: not_in_base", "the base holds nothing"),
        (r"(CEL-00032,.*), reason: [^}]*", r"\1", "its kind and its reason, or neither"),
        (r"(CEL-00008,.*)excused_by: DIS-00001", r"\1excused_by: DIS-00132", "does not name CEL-00008"),
        (r", excused_by: DIS-00001, reason", ", reason", "if, and only if, that is why"),
        (r"(CEL-00003.*row:) 1", r"\1 2", "Row 2 of Liu 2017, Table 1 tells of REP-00100"),
        (r"(CEL-00003.*)column: disease", r"\1column: drugs", "has no column “drugs”"),
        (r"(CEL-00003.*)table: TAB-00001", r"\1table: TAB-00009", "TAB-00009"),
        (r"column: disease, heading", "column: author, heading", "about something else"),
    ],
)
def test_a_fixture_whose_tables_do_not_hold_is_refused(tmp_path, line, instead, said):
    text, changed = re.subn(line, instead, LIU.read_text(), count=1)
    assert changed
    with pytest.raises(LoadError) as refused:
        load([with_its_tables_alone(text, tmp_path)])
    assert said in str(refused.value)


def test_a_fixture_with_its_tables_alone_is_refused_for_nothing_else(tmp_path):
    done = load([with_its_tables_alone(LIU.read_text(), tmp_path)])
    assert (done.created, done.updated, done.kept) == (0, 0, [])


def test_a_row_that_lacks_a_cell_is_not_published(curator):
    PublishedTableCell.objects.get(pk="CEL-00003").delete()
    with pytest.raises(Refused, match="Row 1 of Table 1 has no cell under “Disease”"):
        publish_all(["REP-00001"], user=curator, reason="x")


def test_every_kind_of_column_is_generated():
    from studies.cells.published_table import COLUMNS

    assert set(COLUMNS) == set(TableColumn)
