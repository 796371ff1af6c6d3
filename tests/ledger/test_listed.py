"""The list of epochs says what its checkpoints and first entries say, in a copy and in the data."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ledger.cast import ALIAS, check, codes, copied, edit, filled, source, stranger
from troth.ledger.actions import begin_epoch
from troth.ledger.examinations import complete
from troth.ledger.models import Epoch
from troth.ledger.verify import UnreadableLogError
from troth.store import transact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LIST = "epochs.json"


@pytest.fixture
def copy(tmp_path: Path, keys: Path) -> Path:
    """Return a copy of a ledger of two epochs."""
    assert keys.parent == tmp_path
    filled(10)
    transact(begin_epoch, "restored")
    filled(10)
    return copied(tmp_path / "copy")


def told(copy: Path, change: Callable[[dict[str, Any]], object]) -> set[tuple[str, int | None]]:
    """Change what the list says of the first epoch; return what is found."""

    def changed(content: bytes) -> bytes:
        epochs = msgspec.json.decode(content)
        change(epochs[0])
        return msgspec.json.encode(epochs)

    edit(copy / LIST, changed)
    return {(one.code, one.epoch) for one in check(copy).findings}


def test_a_list_that_says_what_was_signed_holds(copy: Path) -> None:
    assert check(copy).findings == ()
    assert check(source()).findings == ()
    assert stranger(copy).returncode == 0


@pytest.mark.parametrize("size", [5, 50])
def test_a_size_that_is_not_the_checkpoints_is_named(copy: Path, size: int) -> None:
    assert ("summary", 1) in told(copy, lambda epoch: epoch.update(size=size))


@pytest.mark.parametrize("field", ["size", "root", "checkpoint"])
def test_a_stranger_sees_what_the_list_says_otherwise(copy: Path, field: str) -> None:
    told(copy, lambda epoch: epoch.update({field: 5 if field == "size" else "nothing"}))
    found = stranger(copy)
    assert (found.returncode, "does not say what was signed" in found.stderr) == (1, True)


@pytest.mark.slow
def test_no_byte_of_the_list_can_be_flipped_unnoticed(copy: Path) -> None:
    """But white space, and what else says the same."""
    whole = (copy / LIST).read_bytes()
    said = msgspec.json.decode(whole)
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        (copy / LIST).write_bytes(flipped)
        assert _noticed(copy) or msgspec.json.decode(bytes(flipped)) == said, (place, flipped)


def _noticed(copy: Path) -> bool:
    try:
        return not check(copy).holds
    except UnreadableLogError:
        return True


def test_an_epoch_of_the_data_that_began_at_another_moment_is_named(copy: Path) -> None:
    del copy
    cursor = complete(ALIAS, NOW).cursor
    Epoch.objects.filter(number=1).update(began_at=NOW - timedelta(days=9))
    for found in (complete(ALIAS, NOW), complete(ALIAS, NOW, cursor)):
        assert (found.verdict, found.samples) == ("broken", ("began 1",))
    assert codes(check(source())) == {("began", None)}
