"""Rows of every kind come back as they were, from either database into either."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from tests.protection.cast import Key
from troth.protection.archive import Reader
from troth.protection.backup import back_up
from troth.protection.drill import drill
from troth.protection.envelope import opened_file
from troth.protection.errors import BackupError
from troth.protection.folders import DATA_FILE
from troth.store import Store
from troth.store.aside import all_or_nothing, make_bare, store_aside
from troth.store.fill import fill, go_on_counting
from troth.store.shape import Row, Shape
from troth.store.snapshot import snapshot

pytestmark = pytest.mark.usefixtures("committed", "keys")

TABLE = "every_kind"
AT = dt.datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)


@pytest.fixture
def every_kind(committed: None) -> Iterator[Any]:  # noqa: ARG001 (a database)
    """Make a table with a column of every kind, and rows of the common and the outermost values."""
    with isolate_apps("troth.protection"):

        class EveryKind(models.Model):
            small = models.PositiveSmallIntegerField(null=True)
            big = models.BigIntegerField(null=True)
            real = models.FloatField(null=True)
            truth = models.BooleanField(null=True)
            short = models.CharField(max_length=50, null=True)  # noqa: DJ001 - a NULL must return
            long = models.TextField(null=True)  # noqa: DJ001 - the same
            raw = models.BinaryField(null=True)
            moment = models.DateTimeField(null=True)
            day = models.DateField(null=True)
            name = models.UUIDField(null=True)
            tree = models.JSONField(null=True)

            class Meta:
                """A table of the test's own."""

                app_label = "protection"
                db_table = TABLE

            def __str__(self) -> str:
                return str(self.pk)

    with connection.schema_editor() as editor:
        editor.create_model(EveryKind)
    made: Any = EveryKind
    common = EveryKind(
        small=7,
        big=2**63 - 1,
        real=0.1,
        truth=True,
        short="信守 “quoted” \\ ' % \t",
        long="a line\nand another\r\n🜁",
        raw=bytes(range(256)),
        moment=AT,
        day=dt.date(2024, 2, 29),
        name=uuid.UUID("12345678-1234-5678-1234-567812345678"),
        tree={"b": [1, 2.5, None, "ü"], "a": {"deep": True}},
    )
    outermost = EveryKind(
        small=0,
        big=-(2**63),
        real=-1.5e300,
        truth=False,
        short="",
        long="",
        raw=b"",
        moment=dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        day=dt.date(9999, 12, 31),
        name=uuid.UUID(int=0),
        tree=[],
    )
    for row in (common, outermost, EveryKind(), EveryKind(tree="null", real=3.0)):
        row.save()
    made.objects.create().delete()
    yield made
    with connection.schema_editor() as editor:
        editor.delete_model(EveryKind)


def backed_up(tmp_path: Path, key: Key) -> Path:
    return back_up(Store(), tmp_path / "backups", key.sealed, AT).folder


def rows_now(alias: str, shape: Shape) -> list[Row]:
    with snapshot(alias) as moment:
        return list(moment.rows(shape))


def rows_in(folder: Path, key: Key) -> tuple[Shape, list[Row]]:
    file, found = folder / DATA_FILE, []
    with opened_file(file, key.identities) as content:
        archive = Reader(content, file)
        for shape, rows in archive.parts():
            found += rows if shape.name == TABLE else []
    return next(s for s in archive.layout.tables if s.name == TABLE), found


@pytest.mark.usefixtures("every_kind")
def test_a_backup_holds_every_value_as_it_was(tmp_path: Path, key: Key) -> None:
    shape, rows = rows_in(backed_up(tmp_path, key), key)
    assert rows == rows_now("default", shape)
    common = dict(zip(shape.names, rows[0], strict=True))
    assert common["moment"] == AT
    assert common["raw"] == bytes(range(256))
    assert common["tree"] == '{"a":{"deep":true},"b":[1,2.5,null,"ü"]}'
    assert common["name"] == uuid.UUID("12345678-1234-5678-1234-567812345678")
    assert (common["truth"], common["real"], common["big"]) == (True, 0.1, 2**63 - 1)
    nothing = dict(zip(shape.names, rows[2], strict=True))
    assert {value for name, value in nothing.items() if name != "id"} == {None}
    assert dict(zip(shape.names, rows[3], strict=True))["tree"] == '"null"'


def test_its_rows_come_back_into_the_database_they_came_from(
    tmp_path: Path, key: Key, every_kind: Any
) -> None:
    shape, rows = rows_in(backed_up(tmp_path, key), key)
    before = list(every_kind.objects.order_by("pk").values())
    every_kind.objects.all().delete()
    fill("default", shape, rows)
    assert list(every_kind.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("every_kind")
def test_its_rows_come_back_into_sqlite_whatever_they_came_from(tmp_path: Path, key: Key) -> None:
    shape, rows = rows_in(backed_up(tmp_path, key), key)
    with store_aside(tmp_path / "other.db") as other:
        with all_or_nothing(other):
            make_bare(other, [shape])
            fill(other.alias, shape, rows)
        assert rows_now(other.alias, shape) == rows


@pytest.mark.usefixtures("every_kind")
def test_a_trial_finds_every_row_as_it_was(tmp_path: Path, key: Key) -> None:
    assert drill(backed_up(tmp_path, key), key.identities).holds


def test_a_number_that_was_given_is_not_given_again(
    tmp_path: Path, key: Key, every_kind: Any
) -> None:
    shape, rows = rows_in(backed_up(tmp_path, key), key)
    assert (shape.serial, shape.last) == ("id", 5)  # the fifth row was deleted
    every_kind.objects.all().delete()
    fill("default", shape, rows)
    go_on_counting("default", shape)
    assert every_kind.objects.create().pk == 6


@pytest.mark.usefixtures("every_kind")
def test_a_value_that_does_not_belong_in_its_column_is_named_and_nothing_is_written(
    tmp_path: Path, key: Key
) -> None:
    if connection.vendor == "postgresql":
        statement = f"ALTER TABLE {TABLE} ADD COLUMN odd interval"
    else:
        statement = f"UPDATE {TABLE} SET moment = 'yesterday' WHERE id = 1"  # noqa: S608 - our own table
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(BackupError, match=f"{TABLE}.*(moment|odd)"):
        backed_up(tmp_path, key)
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.usefixtures("every_kind")
def test_memory_stays_flat_as_a_part_is_a_megabyte(tmp_path: Path, key: Key) -> None:
    with connection.cursor() as cursor:
        for number in range(10, 60):
            cursor.execute(
                f"INSERT INTO {TABLE} (id, raw) VALUES (%s, %s)",  # noqa: S608 - our own table
                [number, bytes(100_000)],
            )
    folder, sizes = backed_up(tmp_path, key), []
    file = folder / DATA_FILE
    with opened_file(file, key.identities) as content:
        archive = Reader(content, file)
        for shape, rows in archive.parts():
            sizes += [len(rows)] if shape.name == TABLE else []
    assert sum(sizes) == 54
    assert max(sizes) <= 15
