"""`troth ledger copy` enters no copy it refuses; `troth ledger verify` says what a copy lacks."""

import json
from pathlib import Path

import pytest

from tests.protection.cast import drive, where
from tests.server.cast import troth
from tests.services.migrated import migrated

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the options that name a store with some entries."""
    data = tmp_path_factory.mktemp("ledger") / "data"
    database = migrated(data, "ledger")
    drive("nothing", data, database)
    return where(data, database)


def copies_entered(options: list[str]) -> int:
    shown = troth("ledger", "show", "--kind", "ledger.copied", "--json", *options)
    return len(json.loads(shown.stdout)["entries"])


def test_a_copy_that_is_refused_is_not_entered(tmp_path: Path, options: list[str]) -> None:
    before = copies_entered(options)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "something").touch()
    (tmp_path / "file").touch()
    for folder, said in (("else", "something else than a copy"), ("file/in", "cannot be written")):
        refused = troth("ledger", "copy", tmp_path / folder, *options)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused
        assert copies_entered(options) == before
    assert {one.name for one in tmp_path.iterdir()} == {"else", "file"}
    made = troth("ledger", "copy", tmp_path / "copy", *options)
    assert made.returncode == 0, made.stderr
    assert copies_entered(options) == before + 1


def test_a_copy_without_its_list_of_epochs_is_not_taken_for_a_server_to_be_started(
    tmp_path: Path, options: list[str]
) -> None:
    copy = tmp_path / "copy"
    assert troth("ledger", "copy", copy, *options).returncode == 0
    assert troth("ledger", "verify", copy).returncode == 0
    (copy / "epochs.json").unlink()
    (tmp_path / "empty").mkdir()
    for folder in (copy, tmp_path / "empty"):
        told = troth("ledger", "verify", folder, *options[2:])
        assert told.returncode == 2
        assert "epochs.json is missing" in told.stderr
        assert "troth serve" not in told.stderr


def test_a_data_folder_is_verified_by_its_name_wherever_its_database_is(
    options: list[str],
) -> None:
    data, database = options[1], options[2:]
    assert troth("ledger", "verify", data, *database).returncode == 0
