"""Every wording stands in its document, within the lines of its place; what does not is found."""

import shutil

import pytest
from django.core.management import CommandError, call_command

from studies.models import Publication
from studies.readings import check, readings

from .conftest import ROOT, SEEDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts():
    if not SEEDS.is_dir():
        pytest.skip(f"the texts that were read are not at hand ({SEEDS.name})")
    return SEEDS


def test_every_wording_stands_where_its_place_says(texts):
    count, problems = check(readings(ROOT / "seeds"), texts)
    assert problems == []
    assert count > 2500


def test_what_is_not_there_is_found(texts, tmp_path):
    records = readings(ROOT / "seeds")
    case = next(r for r in records if r.publication == "li-hua-2025")
    case.places["Abstract"] = (21, 21)
    del case.places["Keywords"]
    case.places["Title"] = (21, 9999)
    _, problems = check(records, texts)
    said = "\n".join(problems)
    assert "“GVHD or neurotoxicity was not observed” is not in li-hua-2025, Abstract (lines 21 to 21)" in said
    assert "no place “Keywords”" in said
    assert "which are not in the text" in said


def test_a_text_that_is_another_one_is_noticed(texts, tmp_path):
    for name in texts.glob("*.txt"):
        shutil.copy(name, tmp_path)
    case = next(r for r in readings(ROOT / "seeds") if r.publication == "li-hua-2025")
    changed = tmp_path / case.text_name
    changed.chmod(0o644)
    changed.write_text(changed.read_text().replace("7.8×10^6", "7.9×10^6"))
    _, problems = check(readings(ROOT / "seeds"), tmp_path)
    assert any("checksum differs" in problem for problem in problems)
    assert any("7.8×10^6 /kg" in problem for problem in problems)


def test_the_command_says_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match="A text is not at hand"):
        call_command("check_wordings", texts=tmp_path)


def test_no_source_text_is_in_the_repository(texts):
    """The seeds are read, not shipped: no long run of their words stands in any file, but for titles of papers."""
    titles = " / ".join(Publication.objects.values_list("title", flat=True))
    runs = set()
    for path in texts.glob("*.txt"):
        words = path.read_text().split()
        runs |= {" ".join(words[i : i + 30]) for i in range(0, len(words) - 30, 10)}
    runs = {run for run in runs if run not in titles}
    for path in [*ROOT.glob("fixtures/*"), *ROOT.glob("seeds/**/*"), *ROOT.glob("docs/*.md"), ROOT / "README.md"]:
        if path.suffix in (".md", ".yaml", ".csv"):
            text = " ".join(path.read_text().split())
            assert not [run for run in runs if run in text], path
