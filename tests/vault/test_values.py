"""A value opens at its place by its permit, and shows itself nowhere else."""

import copy
import json
import logging
import pickle
import traceback
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.cast import CANARY, RULES, open_canary, permit_for, seal_canary
from troth import vault
from troth.store import Tx, transact
from troth.vault import DamagedError, ErasedError, NotOpenedError, Plain
from troth.vault.boxes import new_key as fresh
from troth.vault.boxes import open_box, place, seal_box

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_what_was_sealed_is_opened_by_a_permit() -> None:
    sealed = seal_canary(vault.new_person())
    assert open_canary(sealed) == CANARY


def test_a_sealed_value_holds_nothing_of_it(keys: Path) -> None:
    sealed = seal_canary(vault.new_person())
    assert CANARY.encode() not in sealed.box
    assert CANARY not in repr(sealed)
    assert sealed.box.hex() not in repr(sealed)
    assert (keys / "keys.db").exists()


def test_two_boxes_of_one_value_differ() -> None:
    person = vault.new_person()
    assert seal_canary(person).box != seal_canary(person).box


def test_another_persons_permit_opens_nothing() -> None:
    sealed, other = seal_canary(vault.new_person()), seal_canary(vault.new_person())

    def verb(tx: Tx) -> Plain:
        return vault.unseal(tx, sealed, permit_for(tx, other.person))

    with pytest.raises(NotOpenedError):
        transact(verb)


def test_a_permit_for_a_category_opens_no_other() -> None:
    person = vault.new_person()
    sealed = transact(vault.seal, person, "contact-message", "text", CANARY, RULES.version)

    def verb(tx: Tx) -> Plain:
        return vault.unseal(tx, sealed, permit_for(tx, person))

    with pytest.raises(NotOpenedError):
        transact(verb)


@pytest.mark.parametrize(
    "moved", [{"field": "display_name"}, {"version": "0" * 64}, {"box": b""}, {"box": b"\x01" * 60}]
)
def test_a_box_that_was_moved_or_made_up_does_not_open(moved: dict[str, object]) -> None:
    sealed = msgspec.structs.replace(seal_canary(vault.new_person()), **moved)
    with pytest.raises(DamagedError):
        open_canary(sealed)


def test_a_box_of_another_person_does_not_open() -> None:
    mine, hers = seal_canary(vault.new_person()), seal_canary(vault.new_person())
    with pytest.raises(DamagedError):
        open_canary(msgspec.structs.replace(mine, box=hers.box))


def test_every_flipped_byte_is_noticed() -> None:
    sealed = seal_canary(vault.new_person())
    for at in range(len(sealed.box)):
        flipped = bytearray(sealed.box)
        flipped[at] ^= 1
        with pytest.raises(DamagedError):
            open_canary(msgspec.structs.replace(sealed, box=bytes(flipped)))


@given(st.lists(st.text(max_size=6), min_size=2, max_size=5), st.data())
def test_no_two_places_are_the_same(parts: list[str], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.text(max_size=6), min_size=2, max_size=5))
    assert (place(*parts) == place(*other)) == (parts == other)


def test_a_box_gives_back_any_bytes() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    key = AESGCM(fresh())
    for value in (b"", b"x", bytes(range(256)) * 100):
        assert open_box(key, b"here", seal_box(key, b"here", value)) == value


def test_a_person_nobody_knows_has_no_pseudonym() -> None:
    with pytest.raises(ErasedError):
        transact(vault.pseudonym, vault.new_person())


def test_a_pseudonym_stays_and_leads_back_as_long_as_the_key_stands() -> None:
    person = seal_canary(vault.new_person()).person
    name = transact(vault.pseudonym, person)
    assert transact(vault.pseudonym, person) == name
    assert transact(vault.person_of, name) == person
    assert person not in name


@pytest.fixture
def plain() -> Plain:
    return Plain(CANARY)


def test_an_opened_value_shows_itself_to_nobody(
    plain: Plain, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("test").error("opened %s %r", plain, plain)
    shown = [repr(plain), str(plain), f"{plain}", f"{plain:>40}", f"{[plain]}", caplog.text]
    assert all(CANARY not in text for text in shown)
    assert plain.reveal() == CANARY


def test_an_opened_value_is_not_in_the_traceback_of_what_fails_with_it(plain: Plain) -> None:
    def fail(held: Plain) -> None:
        raise ValueError(held)

    with pytest.raises(ValueError, match="sealed") as caught:
        fail(plain)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert CANARY not in "".join(told.format())


def test_an_opened_value_is_not_written_down(plain: Plain) -> None:
    for write in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode):
        with pytest.raises(TypeError):
            write(plain)


def test_opened_values_are_compared_by_what_they_hold(plain: Plain) -> None:
    assert plain == Plain(CANARY)
    assert plain != Plain("other")
    assert len({plain, Plain(CANARY)}) == 1
