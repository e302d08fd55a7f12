"""A real Chromium on the really started product. A machine without Chromium skips these; CI fails them."""

import shutil

import pytest
from django.db import connection

from ..serving import Server, environment, manage

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)  # else there is no base to copy, where these tests run alone


@pytest.fixture(scope="session")
def server(tmp_path_factory, django_db_setup, django_db_blocker):
    """The product, started on a copy of the base that this worker has loaded; test_start.py starts it on nothing."""
    folder = tmp_path_factory.mktemp("served") / "var"
    folder.mkdir()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / "evidence.sqlite3")])
    env = environment(folder)
    started = Server(env).wait_for("is ready at")
    password = {"DJANGO_SUPERUSER_PASSWORD": "a long enough password"}
    for name in ("curator", "reviewer"):
        manage(
            env | password, "createsuperuser", "--noinput", "--username", name, "--email", "c@example.org", check=True
        )
    yield started
    started.stop()


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on this machine: on Debian, apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def follow(locator):
    """Click what leads to another page, and wait until that page has loaded."""
    with locator.page.expect_navigation(wait_until="load"):
        locator.click()


@pytest.fixture
def visit(chromium, server):
    """`visit("/evidence/", width=390)`: a page; at the end nothing may have failed or gone to another host."""
    contexts, troubles = [], []

    def open_page(address, width=1440, javascript=True, expected=200, may_refuse=False, **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript, base_url=server.address, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.set_default_navigation_timeout(60_000)  # a page may be the first that a process renders, on a busy machine
        refusal = " 400 " if may_refuse else "nothing"
        page.on(
            "console",
            lambda m: troubles.append(m.text) if m.type in ("error", "warning") and refusal not in m.text else None,
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda r: None if r.url.startswith((server.address, "data:", "blob:")) else troubles.append(r.url),
        )
        response = page.goto(address)
        assert response.status == expected
        if expected != 200:
            troubles[:] = [t for t in troubles if str(expected) not in t]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
