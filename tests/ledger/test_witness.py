"""A checkpoint that was kept shows what was rewritten, whatever else is shown beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.cast import check, codes, copied, filled, source, stranger
from tests.ledger.test_verify import restore
from troth import vault
from troth.ledger import tiles
from troth.ledger.merkle import leaf_hash, root
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.note import Checkpoint, parse_vkey, sign, vkey_of
from troth.ledger.sabotages import unguarded
from troth.ledger.sequencer import open_log
from troth.ledger.verify import Report, verify
from troth.ledger.verify.epochs import Previous
from troth.ledger.verify.public import PublicSource
from troth.ledger.verify.sources import LogEpoch
from troth.store import Store
from troth.wire import http

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TRUE = [bytes([n]) * 32 for n in range(10)]
FORGED = [b"f" * 32, *TRUE[1:], b"g" * 32]
Log = tuple[int, str, Sequence[bytes]]
"""Number, name and commitments of an epoch."""


def epoch(log: Log) -> LogEpoch:
    """Return an epoch, signed."""
    number, origin, leaves = log
    top = root([leaf_hash(leaf) for leaf in leaves])
    note = sign(Checkpoint(origin, len(leaves), top), KEY)
    return LogEpoch(number, origin, vkey_of(origin, KEY), len(leaves), note, top.hex())


SAVED = epoch((1, "log.example/1", TRUE)).checkpoint


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Return what verifies logs that a server shows, with a checkpoint of the true one."""

    def verified(*logs: Log, keys: Sequence[str] = ()) -> Report:
        files = {"epochs.json": msgspec.json.encode([epoch(log) for log in logs])}
        for number, _, leaves in reversed(logs):
            width = len(leaves)
            hashes = b"".join(map(leaf_hash, leaves))
            files[f"{number}/{tiles.path(tiles.ENTRIES, 0, width)}"] = tiles.bundle(leaves)
            files[f"{number}/{tiles.path(0, 0, width)}"] = hashes

        def get(url: str, **_: object) -> http.Answer:
            body = files.get(url.partition("/ledger/")[2])
            return http.Answer(404, b"") if body is None else http.Answer(200, body)

        monkeypatch.setattr(http, "get", get)
        return verify(PublicSource("http://log.example.com"), keys=keys, saved=[SAVED])

    return verified


def test_what_was_not_rewritten_holds(served: Callable[..., Report]) -> None:
    assert served((1, "log.example/1", TRUE)).holds
    assert served((1, "log.example/1", [*TRUE, b"n" * 32])).holds
    assert codes(served((1, "log.example/1", FORGED))) == {("forked", None)}


@pytest.mark.parametrize("keys", [[], [vkey_of("log.example/1", KEY)]])
@pytest.mark.parametrize(
    ("logs", "found"),
    [
        (
            [(1, "log.example/1", FORGED), (2, "log.example/1", TRUE)],
            {("forked", None), ("epoch-name", None)},
        ),
        (
            [(1, "log.example/1", FORGED), (1, "log.example/1", TRUE)],
            {("forked", None), ("epoch-name", None), ("epoch-order", None)},
        ),
        ([(1, "log.example/x", FORGED), (2, "log.example/1", TRUE)], {("epoch-name", None)}),
        (
            [(1, "else.example/1", FORGED), (1, "log.example/1", TRUE)],
            {("epoch-order", None)},
        ),
        (
            [(2, "log.example/2", TRUE), (1, "log.example/1", TRUE)],
            {("epoch-missing", None), ("epoch-order", None)},
        ),
        ([(2, "log.example/2", TRUE)], {("epoch-missing", None), ("unknown-log", None)}),
    ],
)
def test_no_other_epoch_stands_in_for_the_one_that_was_rewritten(
    served: Callable[..., Report], logs: list[Any], found: set[Any], keys: list[str]
) -> None:
    assert codes(served(*logs, keys=keys)) >= found


def test_a_number_that_is_left_out_in_public_is_told(served: Callable[..., Report]) -> None:
    """Whoever restores the same backup twice has lost an epoch whole: that is no finding."""
    report = served((1, "log.example/1", TRUE), (3, "log.example/3", FORGED))
    assert report.holds
    assert [note.values for note in report.notes] == [{"epoch": 3, "before": 1}]


@pytest.mark.parametrize(
    ("epoch", "size", "covered"),
    [
        (1, 20, False),
        (1, 21, True),
        (1, 30, True),
        (2, 4, True),
        (2, 5, False),
        (3, 1, False),
    ],
)
def test_a_loss_that_is_admitted_covers_what_was_lost_alone(
    epoch: int, size: int, *, covered: bool
) -> None:
    previous = Previous(1, 20, "", 2, 4, "")
    assert previous.covers(epoch, size) is covered


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
def test_a_later_loss_is_not_told_as_the_one_that_was_admitted(tmp_path: Path) -> None:
    filled(20)
    older = Epoch.objects.get()
    filled(30)
    restore(older)
    open_log(Store())
    filled(5)
    newest = Epoch.objects.get(number=2)
    name = parse_vkey(newest.vkey).name
    saved = sign(Checkpoint(name, newest.size + 1, b"r" * 32), vault.signing_key())
    assert codes(check(source(), saved=[saved])) == {("shorter", None)}
    assert codes(check(copied(tmp_path / "copy"), saved=[saved])) == {("shorter", None)}


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
def test_data_that_came_back_twice_leave_out_a_number_and_hold(tmp_path: Path) -> None:
    filled(20)
    older = Epoch.objects.get()
    filled(30)
    restore(older)
    open_log(Store())
    forget(2)
    open_log(Store())
    filled(5)
    assert [one.number for one in check(source()).epochs] == [1, 3]
    assert check(source()).findings == ()
    copy = copied(tmp_path / "copy")
    assert check(copy).holds
    assert stranger(copy).returncode == 0


def forget(number: int) -> None:
    """Bring the data back to where an epoch had not begun."""
    with unguarded(Store()):
        Entry.objects.filter(epoch=number).delete()
    Tile.objects.filter(epoch=number).delete()
    Epoch.objects.filter(number=number).delete()
