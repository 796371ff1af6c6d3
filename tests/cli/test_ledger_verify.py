"""What `troth ledger verify` prints is its own words, whatever the ledger holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cast import Troth
from tests.ledger.cast import copied, filled
from troth.cli.shown import shown, shown_json

HIDDEN = "\n✓ The ledger holds.\n\x1b[8m\x9b8m\u202e"


@pytest.fixture
def copy(tmp_path: Path, db: None, keys: Path) -> Path:
    """Return a copy of a few entries."""
    del db, keys
    filled(3)
    return copied(tmp_path / "copy")


def listed(copy: Path, **values: Any) -> None:
    """Have the list of epochs say something else."""
    epochs = json.loads((copy / "epochs.json").read_text())
    (copy / "epochs.json").write_text(json.dumps([epochs[0] | values]))


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert shown("Ünïcode 中文 ✓") == "Ünïcode 中文 ✓"
    assert shown("a\n\x1b[8m\x9b\u202e\u2028\udcff") == "a\\n\\x1b[8m\\x9b\\u202e\\u2028\\udcff"
    text = json.dumps({"a": "中\x1b\x9b\u202e\U000e0001"}, ensure_ascii=False)
    assert shown_json(text).isprintable()
    assert json.loads(shown_json(text)) == json.loads(text)


@pytest.mark.parametrize("name", ["vkey", "origin"])
def test_a_copy_writes_no_line_of_its_own(troth: Troth, copy: Path, name: str) -> None:
    told = json.loads((copy / "epochs.json").read_text())[0][name]
    listed(copy, **{name: told + HIDDEN})
    ended = troth("ledger", "verify", copy)
    assert ended.status == 1
    assert all(line.isprintable() for line in ended.out.split("\n"))
    assert not any(line.startswith("✓") for line in ended.out.split("\n"))
    ended = troth("ledger", "verify", copy, "--json")
    assert all(line.isprintable() for line in ended.out.split("\n"))
    assert json.loads(ended.out)["epochs"][0][name] == told + HIDDEN


def test_a_name_of_a_file_that_is_no_text_is_told_as_text_and_data(
    troth: Troth, copy: Path
) -> None:
    name = bytes(copy / "epoch-1") + b"/\xff\x1b[8m"
    Path(name.decode(errors="surrogateescape")).write_bytes(b"")
    ended = troth("ledger", "verify", copy)
    assert (ended.status, "epoch-1/\\xff\\x1b[8m" in ended.out) == (1, True)
    ended = troth("ledger", "verify", copy, "--json")
    (found,) = json.loads(ended.out)["findings"]
    assert (found["code"], found["epoch"]) == ("stray", None)


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "epochs.json is missing"), ("zh", "缺少 epochs.json")]
)
def test_a_copy_without_its_list_is_told_to_be_one(
    troth: Troth, copy: Path, tmp_path: Path, lang: str, word: str
) -> None:
    (copy / "epochs.json").unlink()
    (tmp_path / "empty").mkdir()
    for folder in (copy, tmp_path / "empty"):
        ended = troth("ledger", "verify", folder, lang=lang)
        assert (ended.status, word in ended.err, "troth serve" in ended.err) == (2, True, False)


def test_a_name_longer_than_any_file_has_is_none(troth: Troth, copy: Path) -> None:
    ended = troth("ledger", "verify", "x" * 5_000)
    assert (ended.status, "is no address and no folder" in ended.err) == (2, True)
    ended = troth("ledger", "verify", copy, "--key", "x" * 5_000)
    assert (ended.status, "is no verifier key" in ended.err) == (2, True)
    ended = troth("ledger", "verify", copy, "--checkpoint", "x" * 5_000)
    assert (ended.status, "cannot be read" in ended.err) == (2, True)


def test_an_error_writes_no_line_of_its_own_either(troth: Troth) -> None:
    ended = troth("ledger", "verify", "nowhere\x1b[8m\x9b")
    assert ended.status == 2
    assert "nowhere\\x1b[8m\\x9b is no address" in ended.err
    assert len(ended.err.splitlines()) == 1
