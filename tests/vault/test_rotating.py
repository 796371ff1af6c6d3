"""A rotation cut short anywhere loses nothing, and one that is done leaves the old useless."""

import shutil
import stat
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.vault.cast import CANARY, KILLED, open_canary, run, seal_canary
from troth import vault
from troth.store import transact
from troth.vault import ErasedError, KeyStoreError, Sealed, TakenError
from troth.vault import operator as operator_module
from troth.vault.models import KeyStoreOfData
from troth.vault.source import OperatorKey, read_key, write_key
from troth.vault.store import KeyStore, open_store

pytestmark = [pytest.mark.django_db, pytest.mark.either, pytest.mark.usefixtures("keys")]
STEPS_MAX = 120
index_module = import_module("troth.vault.index")
"""The package's `index` is the verb."""


def people(count: int = 3) -> list[Sealed]:
    """Seal a value each of a few persons, who are found by their addresses."""
    sealed = [seal_canary(vault.new_person(), f"{n}-{CANARY}") for n in range(count)]
    for n, one in enumerate(sealed):
        vault.index(one.person, "email", f"{n}-{CANARY}")
    return sealed


def all_there(sealed: list[Sealed]) -> bool:
    vault.close_store()
    opened = [open_canary(one) for one in sealed]
    found = [transact(vault.find, "email", value) for value in opened]
    return found == [one.person for one in sealed]


def test_the_next_generation_opens_all_and_the_old_is_gone(keys: Path) -> None:
    sealed = people()
    told: list[tuple[int, int]] = []
    assert vault.rotate_generation(lambda done, total: told.append((done, total))) == 2
    assert told[-1] == (6, 6)
    assert [file.name for file in (keys / "generations").iterdir()] == ["2"]
    assert all_there(sealed)
    assert vault.generation_age(datetime.now(UTC)) < timedelta(minutes=1)


def test_an_old_copy_beside_a_destroyed_generation_opens_and_finds_nothing(
    keys: Path, tmp_path: Path
) -> None:
    (sealed,) = people(1)
    open_store().truncate_log()
    shutil.copy(keys / "keys.db", tmp_path / "old.db")
    vault.rotate_generation()
    vault.close_store()
    for file in keys.glob("keys.db*"):
        file.unlink()
    shutil.copy(tmp_path / "old.db", keys / "keys.db")
    with pytest.raises(KeyStoreError, match="generation"):
        open_canary(sealed)
    assert transact(vault.find, "email", f"0-{CANARY}") is None


def rotates_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a generation pass between the look for what lives and the query by it."""
    look: Any = index_module._live_keys  # noqa: SLF001 - the moment to be tried
    done: list[int] = []

    def looked(store: KeyStore, current: int) -> Any:
        found = look(store, current)
        if not done:
            done.append(vault.rotate_generation())
        return found

    monkeypatch.setattr(index_module, "_live_keys", looked)


@pytest.mark.parametrize("asked", ["find", "find_many", "holder"])
def test_who_is_looked_for_while_a_generation_passes_is_found(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sealed,) = people(1)
    address = f"0-{CANARY}"
    rotates_once(monkeypatch)
    ways: dict[str, Callable[[], object]] = {
        "find": lambda: transact(vault.find, "email", address),
        "find_many": lambda: vault.find_many("email", [address])[address],
        "holder": lambda: vault.holder("email", address),
    }
    assert ways[asked]() == sealed.person


@pytest.mark.slow
def test_who_is_looked_for_while_generations_pass_is_always_found() -> None:
    sealed = people(3)
    ended = threading.Event()
    wrong: list[object] = []

    def look() -> None:
        while not ended.is_set():
            for number, one in enumerate(sealed):
                found = vault.find_many("email", [f"{number}-{CANARY}"])
                wrong.extend([found] * (list(found.values()) != [one.person]))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        vault.rotate_generation()
    ended.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_value_that_is_anothers_is_not_taken_from_her(keys: Path) -> None:
    (sealed,) = people(1)
    other, address = vault.new_person(), f"0-{CANARY}"
    for instead_of in (None, vault.new_person(), other):
        with pytest.raises(TakenError):
            vault.index(other, "email", address, instead_of=instead_of)
    assert vault.holder("email", address) == sealed.person
    assert not open_store().read("SELECT 1 FROM person_key WHERE person = ?", (other,))
    vault.index(other, "email", address, instead_of=sealed.person)
    assert vault.holder("email", address) == other
    assert keys.exists()


def rotated_elsewhere(keys: Path, new: OperatorKey) -> None:
    """Have another process wrap all keys by a new operator's key, as the shell's command does."""
    here = vault.open_store()
    there = KeyStore(keys, here.source)
    with there.rotating():
        operator_module._rotate(there, new, lambda _done, _total: None)  # noqa: SLF001 - the same
    there.close()


def test_no_generation_is_begun_under_an_operators_key_that_was_left(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has the old key in its environment would wrap the next generation by it."""
    sealed = people(1)
    old, new = OperatorKey(b"o" * 32), OperatorKey(b"n" * 32)
    vault.rotate_operator_key(old)
    monkeypatch.setenv("TROTH_OPERATOR_KEY", old.encoded())
    assert all_there(sealed)
    rotated_elsewhere(keys, new)
    for _ in range(2):
        with pytest.raises(KeyStoreError, match=new.fingerprint.hex()):
            vault.rotate_generation()
        assert [file.name for file in (keys / "generations").iterdir()] == ["1"]
        vault.close_store()
    monkeypatch.setenv("TROTH_OPERATOR_KEY", new.encoded())
    assert all_there(sealed)
    assert vault.rotate_generation() == 2
    assert (keys / "generations" / "2").read_bytes()[:8] == new.fingerprint
    assert all_there(sealed)


def test_without_the_operators_key_it_is_said_to_be_missing(keys: Path) -> None:
    sealed = people(1)
    (keys / "operator.key").unlink()
    vault.close_store()
    with pytest.raises(KeyStoreError, match="operator's key is missing"):
        open_canary(sealed[0])


def test_a_key_store_that_cannot_be_opened_whole_is_refused(keys: Path) -> None:
    vault.open_store().demand_whole()
    vault.close_store()
    (keys / "generations" / "1").unlink()
    with pytest.raises(KeyStoreError, match="generation key 1"):
        vault.open_store().demand_whole()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["generation", "operator"])
def test_killed_between_any_two_steps_a_rotation_goes_on(keys: Path, what: str) -> None:
    sealed = people(2)
    vault.close_store()
    died = 0
    for step in range(1, STEPS_MAX):
        if run(keys, step, what).returncode != KILLED:
            break
        died += 1
        assert all_there(sealed), f"after step {step}"
        vault.close_store()
    assert 10 < died < STEPS_MAX - 1
    assert run(keys, 0, what).returncode == 0
    assert all_there(sealed)
    assert len(list((keys / "generations").iterdir())) == 1


@pytest.mark.slow
def test_killed_between_any_two_steps_of_making_a_key_it_is_there_or_not(keys: Path) -> None:
    vault.open_store()
    vault.close_store()
    for step in range(1, STEPS_MAX):
        person = vault.new_person()
        ended = run(keys, step, "prepare", person).returncode
        vault.close_store()
        sealed = seal_canary(person)
        assert open_canary(sealed) == CANARY
        if ended != KILLED:
            return
    pytest.fail("it never ended")


@pytest.mark.slow
def test_killed_between_any_two_steps_of_destroying_it_is_there_or_gone(keys: Path) -> None:
    for step in range(1, STEPS_MAX):
        sealed = seal_canary(vault.new_person())
        vault.close_store()
        ended = run(keys, step, "destroy", sealed.person).returncode
        if ended == KILLED and sealed.person not in set(vault.erased()):
            assert open_canary(sealed) == CANARY
        else:
            with pytest.raises(ErasedError):
                open_canary(sealed)
        if ended != KILLED:
            return
    pytest.fail("it never ended")


def test_a_new_operators_key_in_the_file_replaces_the_old(keys: Path) -> None:
    sealed = people()
    before = read_key(keys / "operator.key").fingerprint
    vault.rotate_operator_key()
    assert read_key(keys / "operator.key").fingerprint != before
    assert not (keys / "operator.key.next").exists()
    assert all_there(sealed)


def test_an_operators_key_from_elsewhere(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = people()
    new = OperatorKey(b"n" * 32)
    vault.rotate_operator_key(new)
    assert not (keys / "operator.key").exists()
    with pytest.raises(KeyStoreError, match="operator"):
        all_there(sealed)
    monkeypatch.setenv("TROTH_OPERATOR_KEY", new.encoded())
    assert all_there(sealed)
    with pytest.raises(KeyStoreError, match="--to-env"):
        vault.rotate_operator_key()
    write_key(tmp_path / "elsewhere", OperatorKey(b"m" * 32))
    vault.rotate_operator_key(read_key(tmp_path / "elsewhere"))
    with pytest.raises(KeyStoreError, match="another"):
        all_there(sealed)


def test_a_command_gives_the_operators_key(keys: Path, settings: Any) -> None:
    sealed = people()
    encoded = (keys / "operator.key").read_text().strip()
    (keys / "operator.key").unlink()
    settings.TROTH_OPERATOR_KEY_COMMAND = (sys.executable, "-c", f"print('{encoded}')")
    assert all_there(sealed)
    settings.TROTH_OPERATOR_KEY_COMMAND = (sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(KeyStoreError, match="command"):
        all_there(sealed)


def test_a_key_file_that_others_may_read_is_refused(keys: Path) -> None:
    sealed = people(1)
    (keys / "operator.key").chmod(0o640)
    with pytest.raises(KeyStoreError, match="chmod 600"):
        all_there(sealed)


@pytest.mark.parametrize("text", ["", "no base64!", b64encode(b"short").decode()])
def test_what_is_no_key_is_refused(keys: Path, text: str) -> None:
    sealed = people(1)
    (keys / "operator.key").write_text(text)
    with pytest.raises(KeyStoreError, match="operator"):
        all_there(sealed)


def test_what_a_key_store_makes_is_for_its_owner_alone(keys: Path) -> None:
    people(1)
    for file in [keys, *keys.rglob("*")]:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_a_key_store_that_vanished_is_not_made_anew_beside_its_generations(keys: Path) -> None:
    people(1)
    before = (keys / "generations" / "1").read_bytes()
    vault.close_store()
    for file in keys.glob("keys.db*"):
        file.unlink()
    (keys / "operator.key").unlink()
    with pytest.raises(KeyStoreError):
        vault.open_store()
    assert (keys / "generations" / "1").read_bytes() == before


def test_where_there_is_no_key_store_none_is_made_unless_it_is_asked_for(keys: Path) -> None:
    vault.close_store()
    shutil.rmtree(keys)
    for wants in (vault.open_store, vault.rotate_generation, vault.rotate_operator_key):
        with pytest.raises(KeyStoreError, match="There is no key store in"):
            wants()
        assert not keys.exists()
    vault.open_store(make=True)
    assert (keys / "keys.db").exists()


def test_files_that_are_no_key_store_are_refused_as_they_are(keys: Path) -> None:
    vault.close_store()
    for file in keys.glob("keys.db*"):
        file.unlink()
    (keys / "keys.db").write_bytes(b"something else" * 100)
    with pytest.raises(KeyStoreError, match="key store"):
        vault.open_store()
    assert (keys / "keys.db").read_bytes() == b"something else" * 100


def test_data_and_keys_belong_together(keys: Path, tmp_path: Path) -> None:
    vault.open_store()
    transact(vault.demand_ours)
    transact(vault.demand_ours)
    vault.close_store()
    keys.rename(tmp_path / "away")
    with pytest.raises(KeyStoreError, match="There is no key store"):
        transact(vault.demand_ours)
    assert not keys.exists()
    vault.open_store(make=True)
    with pytest.raises(KeyStoreError, match="not the one"):
        transact(vault.demand_ours)
    transact(vault.adopt)
    transact(vault.demand_ours)


def test_keys_in_use_are_not_bound_to_data_that_know_nobody(keys: Path) -> None:
    vault.prepare([vault.new_person()])
    with pytest.raises(KeyStoreError, match="knows none of them"):
        transact(vault.demand_ours)
    assert not KeyStoreOfData.objects.exists()
    assert keys.exists()


def test_the_witness_remembers_the_newest_checkpoint() -> None:
    assert vault.last_checkpoint() is None
    vault.remember_checkpoint(1, 5, "five")
    vault.remember_checkpoint(1, 4, "four")
    assert vault.last_checkpoint() == (1, 5, "five")
    vault.remember_checkpoint(2, 1, "next")
    assert vault.last_checkpoint() == (2, 1, "next")
