"""A PostgreSQL database that is not ours, newer, or out of reach ends a start with one sentence."""

import uuid
from pathlib import Path

import psycopg
import pytest

from tests.server.cast import refused_start
from tests.services import postgres
from tests.services.server import Server, free_port

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def database() -> str:
    return postgres.fresh_database(f"refused-{uuid.uuid4().hex}")


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
    return {str(row[0]) for row in rows}


def test_a_database_of_another_program_is_left_alone(tmp_path: Path, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE invoices (id int)")
    said = refused_start(tmp_path / "data", "--database", database)
    assert "holds tables of another program" in said
    assert tables(database) == {"invoices"}


def test_a_database_that_is_newer_than_the_code_is_left_alone(
    tmp_path: Path, database: str
) -> None:
    Server(tmp_path / "data", database=database).wait().stop()
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('versions', '9999_of_tomorrow', now())"
        )
    before = tables(database)
    said = refused_start(tmp_path / "data", "--database", database)
    assert "written by a newer Troth" in said
    assert "versions.9999_of_tomorrow" in said
    assert tables(database) == before


def test_a_server_that_does_not_run_is_named_without_the_password(tmp_path: Path) -> None:
    address = f"postgresql://somebody:hidden-word@127.0.0.1:{free_port()}/troth"
    said = refused_start(tmp_path / "data", "--database", address)
    assert "127.0.0.1" in said
    assert "hidden-word" not in said
