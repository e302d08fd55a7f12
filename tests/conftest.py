"""What the tests share: the base loaded once with the real evidence, a plain client, and no silent skips."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = sorted((ROOT / "fixtures").glob("*.yaml"))
SEEDS = ROOT.parent / "shared" / "seeds"
# Files whose tests share what is dear to make, each chain run by one worker: first these, then whatever is free.
CHAINS = {
    f"tests/{name}.py": chain
    for chain, names in {
        "readers at a browser": ("browser/test_comfort", "browser/test_questions", "browser/test_reading",
                                 "browser/test_tasks"),
        "curators at a browser": ("browser/test_curating", "browser/test_entering", "browser/test_problem_reports",
                                  "browser/test_reading_twice"),
        "a walk over all pages": ("test_glossary",),
    }.items()
    for name in names
}  # fmt: skip


class Chained(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return CHAINS.get(nodeid.partition("::")[0], nodeid)


def pytest_xdist_make_scheduler(config, log):
    """xdist's own groups write into the name of a test, which pytest 9.2 no longer takes: nothing says so, and they
    are scattered (pytest-xdist issue 1386)."""
    return Chained(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The evidence is loaded once per worker, through the real door; each test's changes are rolled back."""
    from studies.double_reading import by_hand
    from studies.loading import load

    with django_db_blocker.unblock():
        load(FIXTURES)
        by_hand.take_in(ROOT / "seeds")


@pytest.fixture(autouse=True)
def fresh_cache():
    """What is kept per revision must not outlive a test that made revisions of its own."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def api(client):
    """The JSON of an API address; `api("/evidence/", disease="CLL")`."""

    def get(path, status=200, **query):
        response = client.get(f"/api/v1{path}", query)
        assert response.status_code == status, response.content[:2000]
        return response.json()

    return get


@pytest.fixture
def curator(django_user_model):
    return django_user_model.objects.create_superuser("curator", password="a long enough password")


def pytest_collection_modifyitems(config, items):
    """What needs PostgreSQL is for the run on PostgreSQL; it is no skip of the other."""
    if "DATABASE_URL" not in os.environ:
        elsewhere = [item for item in items if item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true a part that had to be skipped is a failure: a green run means that everything ran."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"


@pytest.fixture
def library(settings, monkeypatch):
    """A local server in the place of PubMed, Crossref and ClinicalTrials.gov (see library_server.py)."""
    from .library_server import library_at_work

    with library_at_work(settings, monkeypatch) as at_work:
        yield at_work
