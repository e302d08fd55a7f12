"""Starting on PostgreSQL: `DATABASE_URL` moves everything there, and the data folder holds no database."""

import os

import psycopg2
import pytest

from .serving import Server, environment

pytestmark = pytest.mark.postgresql


def test_a_database_url_moves_everything_to_postgresql(tmp_path):
    address = os.environ["DATABASE_URL"]
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database started_here")
    connection.close()
    moved = address.replace("/postgres?", "/started_here?")
    assert moved != address
    for expected in ("public as revision 1", "nothing is loaded over it"):
        server = Server(environment(tmp_path / "var", DATABASE_URL=moved)).wait_for("is ready at")
        try:
            assert any(expected in line for line in server.lines)
            assert server.get("/readyz")[0] == 200
            assert "Li Hua 2025" in server.get("/evidence/?disease=B-ALL")[1]
        finally:
            server.stop()
    assert not (tmp_path / "var" / "evidence.sqlite3").exists()
