"""Every kind of damage is named exactly; what is whole holds, offline and for strangers alike."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.cast import ALIAS, check, codes, copied, edit, filled, source, stranger
from tests.versions.cast import FIRST as PROPOSED
from tests.versions.cast import default_policy, propose_at
from troth import vault
from troth.ledger import tiles
from troth.ledger.actions import begin_epoch
from troth.ledger.copy import CopyRefusedError, pack, unpack
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.note import Checkpoint, parse_vkey, sign, vkey_of
from troth.ledger.sabotages import unguarded
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import UnreadableLogError, verify
from troth.ledger.verify.folder import FolderSource
from troth.store import Store, transact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
COUNT = 600
LAST_BUNDLE = "tile/entries/002.p/"


@pytest.fixture
def copy(tmp_path: Path, keys: Path) -> Path:
    """Return a copy of a ledger of two full tiles and some more, with a policy in force."""
    assert keys.parent == tmp_path
    propose_at(PROPOSED, default_policy())
    filled(COUNT)
    return copied(tmp_path / "copy")


def bundle(copy: Path, number: int) -> Path:
    """Return the file of a bundle of commitments."""
    (found,) = (copy / "epoch-1").glob(f"tile/entries/{number:03}*")
    return next(found.iterdir()) if found.is_dir() else found


def bodies(copy: Path, number: int) -> Path:
    return copy / "epoch-1" / "bodies" / f"{number:03}"


def swap(first: int, second: int) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        leaves = tiles.unbundle(content)
        leaves[first], leaves[second] = leaves[second], leaves[first]
        return tiles.bundle(leaves)

    return change


def swap_bodies(first: int, second: int) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        pairs = unpack(content)
        pairs[first], pairs[second] = pairs[second], pairs[first]
        return pack(pairs)

    return change


def test_a_whole_copy_holds_and_its_decisions_are_decided_again(copy: Path) -> None:
    report = check(copy)
    assert report.findings == ()
    (epoch,) = report.epochs
    assert epoch.entries == epoch.bodies == epoch.size == COUNT + 3
    assert epoch.replayed == COUNT + 1
    assert stranger(copy).returncode == 0


def test_the_data_themselves_hold_as_the_copy_does(copy: Path) -> None:
    del copy
    report = check(source())
    assert report.findings == ()
    assert report.epochs[0].replayed == COUNT + 1


def test_a_changed_body_is_named(copy: Path) -> None:
    edit(bodies(copy, 1), lambda c: c.replace(b'"number":300', b'"number":301'))
    ((code, index),) = codes(check(copy))
    assert code == "changed"
    assert index is not None
    assert 256 <= index < 512
    assert stranger(copy).returncode == 1
    assert f"entry {index} was changed" in stranger(copy).stderr


def test_bodies_that_changed_places_are_named(copy: Path) -> None:
    edit(bodies(copy, 0), swap_bodies(5, 9))
    assert codes(check(copy)) == {("reordered", 5), ("reordered", 9)}
    assert stranger(copy).returncode == 1


def test_entries_that_changed_places_are_named(copy: Path) -> None:
    edit(bundle(copy, 0), swap(5, 9))
    edit(bodies(copy, 0), swap_bodies(5, 9))
    assert codes(check(copy)) == {("reordered", 5), ("reordered", 9)}
    assert stranger(copy).returncode == 1


def test_an_entry_that_was_removed_is_named(copy: Path) -> None:
    edit(bundle(copy, 1), lambda c: c[: 34 * 10] + c[34 * 11 :])
    edit(bodies(copy, 1), lambda c: pack(p for n, p in enumerate(unpack(c)) if n != 10))
    found = codes(check(copy))
    assert ("removed", 256 + 10) in found
    assert stranger(copy).returncode == 1


def test_an_entry_that_was_inserted_is_named(copy: Path) -> None:
    extra = (b"s" * 16, b'{"x":1}')
    from hashlib import sha256  # noqa: PLC0415 - for one line

    leaf = tiles.bundle([sha256(extra[0] + extra[1]).digest()])
    edit(bundle(copy, 0), lambda c: c[: 34 * 7] + leaf + c[34 * 7 : -34])
    edit(bodies(copy, 0), lambda c: pack([*unpack(c)[:7], extra, *unpack(c)[7:-1]]))
    found = codes(check(copy))
    assert ("inserted", 7) in found
    assert stranger(copy).returncode == 1


def test_an_end_that_was_cut_off_is_named(copy: Path) -> None:
    bundle(copy, 2).unlink()
    ((code, _),) = codes(check(copy))
    assert code == "truncated"
    assert stranger(copy).returncode == 1


def test_missing_bodies_are_not_taken_for_a_shorter_log(copy: Path) -> None:
    bodies(copy, 2).unlink()
    assert codes(check(copy)) == {("bodies", 512)}
    assert stranger(copy).returncode == 1


def test_a_wrong_tile_is_named(copy: Path) -> None:
    tile = copy / "epoch-1" / "tile" / "0" / "001"
    edit(tile, lambda c: bytes([c[0] ^ 1]) + c[1:])
    (found,) = check(copy).findings
    assert (found.code, found.message.values["path"]) == ("tile", "tile/0/001")
    above = next((copy / "epoch-1" / "tile" / "1").rglob("2"))
    edit(above, lambda c: c[:-1] + bytes([c[-1] ^ 1]))
    assert {f.message.values["path"] for f in check(copy).findings} == {
        "tile/0/001",
        "tile/1/000.p/2",
    }


def checkpoint_edit(copy: Path, change: Callable[[str], str]) -> None:
    epochs = msgspec.json.decode((copy / "epochs.json").read_bytes())
    epochs[0]["checkpoint"] = change(epochs[0]["checkpoint"])
    (copy / "epochs.json").write_bytes(msgspec.json.encode(epochs))
    (copy / "epoch-1" / "checkpoint").write_text(epochs[0]["checkpoint"])


def test_a_forged_signature_is_named(copy: Path) -> None:
    checkpoint_edit(copy, lambda note: note.replace(f"\n{COUNT + 3}\n", f"\n{COUNT + 4}\n"))
    assert ("forged", None) in codes(check(copy))
    assert stranger(copy).returncode == 1


def test_a_missing_signature_is_named(copy: Path) -> None:
    other = Ed25519PrivateKey.generate()
    checkpoint_edit(copy, lambda _: sign(Checkpoint("other", 1, b"r" * 32), other))
    assert ("unsigned", None) in codes(check(copy))
    checkpoint_edit(copy, lambda _: "nothing")
    assert ("unreadable", None) in codes(check(copy))
    assert stranger(copy).returncode == 1


def test_a_log_that_is_signed_anew_by_another_key_is_told_by_the_trusted_one(copy: Path) -> None:
    trusted = check(copy).epochs[0].vkey
    assert check(copy, keys=[trusted]).holds
    thief = Ed25519PrivateKey.generate()
    epochs = msgspec.json.decode((copy / "epochs.json").read_bytes())
    forged = Checkpoint(epochs[0]["origin"], COUNT + 3, bytes.fromhex(epochs[0]["root"]))
    epochs[0] |= {"vkey": vkey_of(forged.origin, thief), "checkpoint": sign(forged, thief)}
    (copy / "epochs.json").write_bytes(msgspec.json.encode(epochs))
    (copy / "epoch-1" / "checkpoint").write_text(epochs[0]["checkpoint"])
    assert check(copy).holds
    assert codes(check(copy, keys=[trusted])) == {("other-key", None)}


def test_a_saved_checkpoint_shows_that_history_was_rewritten(copy: Path) -> None:
    saved = check(copy).checkpoint
    assert check(copy, saved=[saved]).holds
    key = vault.signing_key()
    origin = parse_vkey(check(copy).epochs[0].vkey).name
    forked = sign(Checkpoint(origin, 100, b"f" * 32), key)
    longer = sign(Checkpoint(origin, 10_000, b"f" * 32), key)
    elsewhere = sign(Checkpoint("troth/elsewhere/1", 1, b"f" * 32), key)
    foreign = sign(Checkpoint(origin, 100, b"f" * 32), Ed25519PrivateKey.generate())
    for note, code in (
        (forked, "forked"),
        (longer, "shorter"),
        (elsewhere, "unknown-log"),
        (foreign, "saved-unsigned"),
    ):
        assert codes(check(copy, saved=[saved, note])) == {(code, None)}


def test_an_earlier_checkpoint_is_found_in_the_longer_log(copy: Path) -> None:
    saved = check(copy).checkpoint
    filled(50)
    assert check(source(), saved=[saved]).holds


def test_a_decision_that_comes_out_otherwise_is_named(copy: Path) -> None:
    """Both body and leaf are the operator's own, signed: only deciding again shows it."""
    del copy
    entry = Entry.objects.filter(kind="test.use").latest("index")
    body = bytes(entry.body).replace(b'"allowed":true', b'"allowed":false')
    from troth.ledger.entries import commitment  # noqa: PLC0415 - for one line

    with unguarded(Store()):
        Entry.objects.filter(pk=entry.pk).update(
            body=body, leaf=commitment(bytes(entry.salt), body)
        )
    found = codes(check(source()))
    assert ("replay", entry.index) in found


def test_a_version_that_is_not_the_one_its_hash_says_decides_nothing(copy: Path) -> None:
    (version,) = (copy / "versions").iterdir()
    edit(version / "en.md", lambda c: c + b"\n")
    assert {code for code, _ in codes(check(copy))} == {"undecidable"}


@pytest.mark.parametrize("content", ["", "[]", "{}", "[{}]", "no json"])
def test_where_there_is_no_log_nothing_holds(tmp_path: Path, content: str) -> None:
    (tmp_path / "epochs.json").write_text(content)
    with pytest.raises(UnreadableLogError):
        verify(FolderSource(tmp_path))


def test_without_an_epoch_the_data_have_no_log() -> None:
    with pytest.raises(UnreadableLogError):
        verify(source())


def test_a_row_that_lost_its_index_and_a_tile_of_the_data_are_named(copy: Path) -> None:
    del copy
    entry = Entry.objects.filter(index=300).get()
    with unguarded(Store()):
        Entry.objects.filter(pk=entry.pk).update(index=None)
    assert ("removed", 300) in codes(check(source()))
    with unguarded(Store()):
        Entry.objects.filter(pk=entry.pk).update(index=300)
    tile = Tile.objects.get(level=0, number=0)
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(32) + bytes(tile.hashes)[32:])
    (found,) = check(source()).findings
    assert found.code == "tile"


def test_entries_beyond_what_is_signed_are_told(copy: Path) -> None:
    del copy
    epoch = Epoch.objects.get()
    Entry.objects.create(
        epoch=1, index=epoch.size, kind="x", at=PROPOSED, body=b"{}", salt=b"s" * 16, leaf=b"l" * 32
    )
    assert {code for code, _ in codes(check(source()))} >= {"surplus"}


def test_after_a_restore_the_lost_entries_are_told_and_break_nothing(tmp_path: Path) -> None:
    filled(20)
    older = Epoch.objects.get()
    filled(30)
    saved = check(source()).checkpoint
    lost = check(source()).epochs[0].entries
    restore(older)
    open_log(Store())
    filled(5)
    report = check(source())
    assert report.findings == ()
    (note,) = report.notes
    assert note.values == {"begin": older.size, "end": lost - 1, "epoch": older.number}
    assert codes(check(source(), saved=[saved])) == {("lost-checkpoint", None)}
    copy = copied(tmp_path / "copy")
    assert check(copy).holds
    told = stranger(copy)
    assert (told.returncode, "were lost" in told.stdout) == (0, True)
    edit(copy / "epochs.json", lambda c: c.replace(b"[\n", b"[", 1))
    assert check(copy).holds


def restore(older: Epoch) -> None:
    """Bring the data back to an earlier state, as a copy of the database would."""
    with unguarded(Store()):
        Entry.objects.filter(index__gte=older.size).delete()
        Entry.objects.filter(index=None).delete()
    Tile.objects.filter(epoch=older.number).delete()
    edge: dict[int, bytes] = {}
    leaves = Entry.objects.filter(epoch=older.number).order_by("index")
    from troth.ledger.merkle import leaf_hash  # noqa: PLC0415 - for one line

    changed, _ = tiles.extend(0, edge, [leaf_hash(bytes(e.leaf)) for e in leaves])
    for (level, number), hashes in changed.items():
        Tile.objects.create(epoch=older.number, level=level, number=number, hashes=hashes)
    older.save()


def test_a_second_tree_that_does_not_say_how_it_began_is_told(tmp_path: Path) -> None:
    filled(10)
    transact(begin_epoch, "restored")
    filled(10)
    copy = copied(tmp_path / "copy")
    assert check(copy).holds
    epochs = msgspec.json.decode((copy / "epochs.json").read_bytes())
    (copy / "epochs.json").write_bytes(msgspec.json.encode(epochs[1:]))
    assert {code for code, _ in codes(check(copy))} == {"epoch-missing", "stray"}


def test_an_older_copy_is_replaced_and_one_that_disagrees_is_kept(tmp_path: Path) -> None:
    filled(10)
    folder = copied(tmp_path / "copy")
    filled(300)
    copied(folder)
    assert check(folder).epochs[0].entries > 300
    kept = (folder / "epochs.json").read_bytes()
    epochs = msgspec.json.decode(kept)
    epochs[0]["root"] = "00" * 32
    (folder / "epochs.json").write_bytes(msgspec.json.encode(epochs))
    with pytest.raises(CopyRefusedError, match="does not go on"):
        copied(folder)
    (folder / "epochs.json").write_bytes(b"something else")
    with pytest.raises(CopyRefusedError, match="something else"):
        copied(folder)
    assert {one.name for one in tmp_path.iterdir()} == {"copy", "keys"}


def test_what_waits_is_integrated_once_and_in_order() -> None:
    filled(5)
    assert integrate_all(Store()) == 0
    indexes = Entry.objects.filter(epoch=Epoch.objects.get().number).order_by("id")
    assert [entry.index for entry in indexes] == list(range(Epoch.objects.get().size))
    assert Entry.objects.using(ALIAS).filter(index=None).count() == 0
