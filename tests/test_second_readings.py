"""Each document was read twice; how far the two readings agree is kept, and stays true of the base."""

import pytest
from django.core.management import CommandError, call_command

from studies.fixture_files import read
from studies.models import Publication
from studies.second_readings import second_readings

from .conftest import ROOT

pytestmark = pytest.mark.django_db
READINGS = second_readings(ROOT / "seeds" / "second")


def test_every_document_read_has_a_second_reading():
    read_here = set(Publication.objects.filter(sources_read__isnull=False).values_list("slug", flat=True))
    assert {reading.publication for reading in READINGS} == read_here


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.publication)
def test_every_row_is_settled_and_names_a_fact_of_the_base(reading):
    assert len(reading.rows) > 200
    assert reading.problems() == []


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.publication)
def test_the_reading_record_tells_the_agreement_as_it_is(reading):
    told = read(ROOT / "seeds" / f"{reading.publication}.yaml")["readings"]["agreement"]
    assert {entity: [int(n) for n in counts] for entity, counts in told.items()} == reading.agreement()


def test_a_row_that_is_not_settled_is_found(capsys, settings, tmp_path):
    folder = tmp_path / "seeds" / "second"
    folder.mkdir(parents=True)
    lines = (ROOT / "seeds" / "second" / "kong-2022.csv").read_text().splitlines()
    broken = lines[1].replace("PUB-00400.title.1", "PUB-00400.tittle.1")
    assert broken != lines[1]
    (folder / "kong-2022.csv").write_text("\n".join([lines[0], broken]) + "\n")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="there is no fact “PUB-00400.tittle”"):
        call_command("compare_readings")


def test_the_command_tells_the_agreement_by_entity(capsys):
    call_command("compare_readings")
    out = capsys.readouterr().out
    assert "li-huibo-2025" in out
    assert "transplant" in out
