"""Starting: on a fresh machine, again, on a used port, after a kill, on what it cannot use. Always on real SQLite."""

import re
import signal
import sqlite3
import time

import pytest

from .serving import Server, environment, manage

pytestmark = pytest.mark.starting


def test_a_fresh_start_serves_the_evidence_and_a_second_keeps_what_curators_entered(tmp_path):
    env = environment(tmp_path / "var")
    server = Server(env).wait_for("CARTographer is ready at http://127.0.0.1:")
    try:
        assert server.get("/readyz") == (200, "ready\n")
        status, page = server.get("/evidence/")
        assert status == 200 and "Li Hua 2025" in page
        stylesheet = re.search(r'href="(/static/studies/cartographer\.[0-9a-f]+\.css)"', page).group(1)
        assert server.get(stylesheet)[0] == 200
        assert server.get("/api/v1/evidence/?disease=CL")[0] == 400
        taken = manage(env, "start", "--port", str(server.port))
        assert taken.returncode == 1
        assert f"Port {server.port} is in use" in taken.stderr and "PORT=" in taken.stderr
    finally:
        server.stop()
    secret = (tmp_path / "var" / "secret-key").read_text()
    assert len(secret) > 40
    edit = "from studies.models import Claim; c = Claim.objects.get(pk='CLA-00010'); c.note = 'kept'; c.save()"
    manage(env, "shell", "-v", "0", "-c", edit, check=True)
    again = Server(env).wait_for("is ready at")
    again.stop()
    assert any("nothing is loaded over it" in line for line in again.lines)
    look = "from studies.models import Claim; print(Claim.objects.get(pk='CLA-00010').note)"
    assert manage(env, "shell", "-v", "0", "-c", look).stdout.strip() == "kept"
    assert (tmp_path / "var" / "secret-key").read_text() == secret


def test_first_starts_that_are_killed_leave_nothing_that_the_next_cannot_use(tmp_path):
    env = environment(tmp_path / "var")
    for wait in (2.5, 5.0, 9.0):
        killed = Server(env)
        time.sleep(wait)
        killed.stop(signal.SIGKILL)
    server = Server(env).wait_for("is ready at")
    try:
        assert "Li Hua 2025" in server.get("/evidence/")[1]
        assert server.get("/readyz")[0] == 200
    finally:
        server.stop()


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "８０００", ""])
def test_a_port_that_is_none_is_said(tmp_path, port):
    refused = manage(environment(tmp_path), "start", f"--port={port}")
    assert refused.returncode == 1
    assert "is not a port" in refused.stderr and "Traceback" not in refused.stderr


def test_a_database_from_a_newer_version_is_left_alone(tmp_path):
    env = environment(tmp_path)
    manage(env, "migrate", "-v", "0", check=True)
    with sqlite3.connect(tmp_path / "evidence.sqlite3") as base:
        base.execute(
            "insert into django_migrations (app, name, applied) values ('studies', '0999_later', '2030-01-01')"
        )
    base.close()
    refused = manage(env, "start", "--port", "8998")
    assert refused.returncode == 1
    assert "comes from a newer version" in refused.stderr and "studies.0999_later" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_base_that_came_here_by_the_single_steps_goes_on(tmp_path):
    env = environment(tmp_path)
    manage(env, "migrate", "-v", "0", check=True)
    with sqlite3.connect(tmp_path / "evidence.sqlite3") as base:
        base.execute("delete from django_migrations where app = 'studies' and name like '%squashed%'")
        (last,) = base.execute(
            "select max(name) from django_migrations where app = 'studies' and name < '0021'"
        ).fetchone()
    base.close()
    assert last == "0020_typed_readings", "the steps are noted with the one that stands for them"
    assert "No migrations to apply" in manage(env, "migrate", check=True).stdout
    assert manage(env, "migrate", "--check").returncode == 0


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused = manage(environment(tmp_path / "file" / "var"), "start")
    assert refused.returncode == 1
    assert "Cannot make the data folder" in refused.stderr and "CARTOGRAPHER_VAR" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "evidence.sqlite3").write_text("this is not a database, but a text of some length " * 50)
    refused = manage(environment(tmp_path), "start", "--port", "8997")
    assert refused.returncode == 1
    assert "cannot be used" in refused.stderr and "Traceback" not in refused.stderr


def test_a_database_server_that_does_not_answer_is_said(tmp_path):
    env = environment(tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:9/none")
    refused = manage(env, "start", "--port", "8996")
    assert refused.returncode == 1
    assert "DATABASE_URL does not answer" in refused.stderr and "Traceback" not in refused.stderr
