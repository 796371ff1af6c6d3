"""Data or keys put in the place of others are told, by Troth and by a stranger's script alike."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ledger.cast import ALIAS, EXAMPLE, check, codes, copied, enter, filled
from troth import vault
from troth.ledger import examinations
from troth.ledger.filed import Misfiled, misfiled
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.sabotages import unguarded
from troth.ledger.sequencer import integrate_all
from troth.store import Store, transact
from troth.vault import KeyStoreError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def stranger(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the independent verifier."""
    return subprocess.run(
        [sys.executable, str(EXAMPLE), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_data_that_begin_anew_under_the_same_keys_show_what_is_missing(tmp_path: Path) -> None:
    filled(10)
    with unguarded(Store()):
        Entry.objects.all().delete()
        Tile.objects.all().delete()
        Epoch.objects.all().delete()
    filled(10)
    copy = copied(tmp_path / "copy")
    assert codes(check(copy)) == {("epoch-missing", None)}
    told = stranger(copy)
    assert (told.returncode, "the first epoch is not here" in told.stderr) == (1, True)


def test_other_keys_sign_nothing(keys: Path, tmp_path: Path) -> None:
    filled(3)
    before = Epoch.objects.get().checkpoint
    vault.close_store()
    keys.rename(tmp_path / "away")
    vault.open_store(make=True)
    transact(enter, 1)
    with pytest.raises(KeyStoreError, match="Nothing was signed"):
        integrate_all(Store())
    assert Epoch.objects.get().checkpoint == before
    assert Entry.objects.filter(index=None).count() == 1


def test_a_stranger_holds_a_copy_to_the_key_got_elsewhere(tmp_path: Path) -> None:
    filled(3)
    copy = copied(tmp_path / "copy")
    assert stranger(copy, Epoch.objects.get().vkey).returncode == 0
    other = stranger(copy, "other+00000000+AAAA")
    assert (other.returncode, "is not signed by" in other.stderr) == (1, True)


@pytest.mark.parametrize("content", [b"[]", b"{}", b"nothing", b'[{"number": 1}]'])
def test_what_is_no_copy_does_not_hold_and_no_traceback_says_so(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "epochs.json").write_bytes(content)
    told = stranger(tmp_path)
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1
    assert stranger(tmp_path / "nowhere").returncode == 1


def test_what_is_integrated_while_it_is_examined_is_not_taken_for_a_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The keys have then seen more than the examination has."""
    filled(3)

    def busy(alias: str) -> list[Misfiled]:
        filled(3)
        assert vault.last_checkpoint() is not None
        return misfiled(alias)

    monkeypatch.setattr("troth.ledger.examinations.misfiled", busy)
    found = examinations.complete(ALIAS, datetime.now(UTC))
    assert (found.verdict, found.samples) == ("kept", ())


def test_data_that_are_older_than_the_keys_are_named() -> None:
    filled(3)
    newest = Epoch.objects.get()
    vault.remember_checkpoint(newest.number, newest.size + 1, newest.checkpoint)
    found = examinations.complete(ALIAS, datetime.now(UTC))
    assert (found.verdict, found.samples) == ("broken", ("shorter than the keys have seen",))
