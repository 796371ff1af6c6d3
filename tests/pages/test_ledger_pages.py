"""The public half of the ledger is there for anybody; its entries for members alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from tests.ledger.cast import filled
from tests.pages.html import page_of
from troth import vault
from troth.ledger import published, tiles
from troth.ledger.actions import begin_epoch
from troth.ledger.models import Epoch
from troth.ledger.note import open_checkpoint, parse_vkey
from troth.ledger.sequencer import open_log
from troth.store import Store, transact

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("keys")]
IMMUTABLE = "max-age=31536000, immutable, public"


@pytest.fixture
def size(keys: Path) -> int:
    """Fill a tree with more than a tile; return how many entries it has."""
    assert keys.parent.exists()
    filled(300)
    return Epoch.objects.get().size


def test_the_checkpoint_is_served_signed_and_never_kept_unasked(client: Client, size: int) -> None:
    answer = client.get("/ledger/checkpoint")
    (vkey,) = client.get("/ledger/key").content.decode().split()
    assert open_checkpoint(answer.content.decode(), parse_vkey(vkey)).size == size
    assert answer.content == client.get("/ledger/1/checkpoint").content
    assert answer["Cache-Control"] == "no-cache"
    again = client.get("/ledger/checkpoint", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tiles_and_bundles_are_served_to_be_kept_for_ever(client: Client, size: int) -> None:
    for path, length in (
        ("tile/0/000", 256 * 32),
        (f"tile/0/001.p/{size - 256}", (size - 256) * 32),
        ("tile/0/001.p/3", 3 * 32),
        ("tile/1/000.p/1", 32),
        ("tile/entries/000", 256 * 34),
        ("tile/entries/001.p/2", 2 * 34),
    ):
        answer = client.get(f"/ledger/1/{path}")
        assert (answer.status_code, len(answer.content)) == (200, length), path
        assert answer["Content-Type"] == "application/octet-stream"
        assert set(answer["Cache-Control"].split(", ")) == set(IMMUTABLE.split(", "))


@pytest.mark.parametrize(
    "path",
    [
        "1/tile/0/002",
        "1/tile/0/001",
        "1/tile/0/001.p/200",
        "1/tile/entries/001",
        "1/tile/entries/000.p/300",
        "1/tile/0/x999/x999/x999/x999/x999/x999/999",
        "1/tile/9/000",
        "1/tile/0/../../epochs.json",
        "1/bodies/000",
        "2/checkpoint",
        "2/tile/0/000",
        "0/checkpoint",
        "01/checkpoint",
    ],
)
@pytest.mark.usefixtures("size")
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/ledger/{path}").status_code == 404


@pytest.mark.usefixtures("size")
def test_the_public_half_holds_no_entry(client: Client) -> None:
    for path in ("", "epochs.json", "1/tile/entries/000"):
        assert b"test.thing" not in client.get(f"/ledger/{path}").content


@pytest.mark.parametrize(("lang", "said"), [("en", "The ledger"), ("zh", "账本")])
def test_the_page_says_how_far_it_goes_and_how_to_verify(
    client: Client, size: int, lang: str, said: str
) -> None:
    answer = client.get("/ledger/", headers={"accept-language": lang})
    text = answer.content.decode()
    assert page_of(answer)
    assert said in text
    assert f">{size}<" in text
    assert "troth ledger verify http://testserver/ledger/" in text


def test_before_anything_was_entered_the_page_says_so(client: Client) -> None:
    assert "Nothing has been entered yet." in client.get("/ledger/").content.decode()
    assert client.get("/ledger/checkpoint").status_code == 404
    assert client.get("/ledger/epochs.json").json() == []


@pytest.mark.usefixtures("size")
def test_lost_entries_are_told_on_the_page(client: Client) -> None:
    from troth import vault  # noqa: PLC0415 - the witness of what was there

    newest = Epoch.objects.get()
    vault.remember_checkpoint(1, newest.size + 40, newest.checkpoint)
    transact(begin_epoch, "rolled-back")
    text = client.get("/ledger/").content.decode()
    assert f"Entries {newest.size} to {newest.size + 39} of epoch 1 were lost" in text
    assert len(client.get("/ledger/epochs.json").json()) == 2


@pytest.mark.usefixtures("size")
def test_what_is_not_known_since_keys_were_restored_is_told_where_losses_are(
    client: Client, member: Client
) -> None:
    places = [(client, "/ledger/"), (member, "/console/ledger")]
    for who, page in places:
        assert "may be missing" not in who.get(page).content.decode()
    vault.mark_as_backup(vault.open_store().file, datetime(2026, 3, 1, 3, tzinfo=UTC))
    newest = Epoch.objects.get()
    vault.remember_checkpoint(1, newest.size + 40, newest.checkpoint)
    open_log(Store())
    for who, page in places:
        text = who.get(page).content.decode()
        assert "Entries may be missing" in text
        assert "after 2026-03-01 03:00:00 (UTC)" in text
        assert f"Entries {newest.size} to {newest.size + 39} of epoch 1 were lost" in text
    told = client.get("/ledger/", headers={"accept-language": "zh"}).content.decode()
    assert "可能缺少记录" in told


def test_members_see_entries_page_by_page_and_by_kind(member: Client) -> None:
    filled(120)
    first = member.get("/console/ledger").content.decode()
    assert first.count("<code>test.use</code>") + first.count("<code>test.thing</code>") == 50
    page = published.page("default", kind="", before="", limit=50)
    second = member.get(f"/console/ledger?before={page.older}").content.decode()
    assert page.older in first
    assert second != first
    only = member.get("/console/ledger?kind=ledger.epoch").content.decode()
    assert only.count("<tr role=") == 2
    for odd in ("?before=x", "?kind=%00", "?before=" + "0" * 32, "?kind=nothing"):
        assert member.get(f"/console/ledger{odd}").status_code == 200


def test_strangers_see_no_entry(client: Client, size: int) -> None:
    assert size
    answer = client.get("/console/ledger")
    assert answer["Location"].startswith("/console/sign-in")


def test_a_bundle_is_as_wide_as_it_is_asked_for(size: int) -> None:
    assert size > 256
    found = published.tile("default", 1, tiles.path(tiles.ENTRIES, 1, 2))
    assert found is not None
    assert len(tiles.unbundle(found)) == 2
