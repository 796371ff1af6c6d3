"""Keys: made for declared sites, obeyed for what they may do, refused a moment after they end."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from msgspec.structs import replace

from tests.versions.cast import FIRST, edited, propose_at
from troth import vault
from troth.ledger.models import Entry
from troth.sites import actions, restoring
from troth.sites.actions import Made, Wanted
from troth.sites.errors import KeyRefusedError, NoKeyError, UnfitKeyError
from troth.sites.facts import Call, Caller, authenticate
from troth.sites.models import Key
from troth.sites.restoring import reapply
from troth.sites.words import SCOPES
from troth.store import SYSTEM, Store, transact_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
AT = FIRST + timedelta(hours=1)
ORIGIN = "https://shop.example.com"
PLACE = "{fill: address of the site, https://…}"
SECRET = Wanted(site="main", kind="secret", label="Back end", scopes=frozenset(SCOPES))
PUBLISHABLE = Wanted(
    site="main",
    kind="publishable",
    label="Shop",
    scopes=frozenset({"consents"}),
    origins=(ORIGIN,),
)


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml"))


def run(verb: Any, *args: Any, at: Any = AT) -> Any:
    return transact_on(Store(), "owner-abc", at, verb, *args)


def make(wanted: Wanted) -> Made:
    made: Made = run(actions.make, wanted)
    return made


def call(text: str, origin: str = "", address: str = "192.0.2.1") -> Call:
    return Call(f"Bearer {text}", origin, address)


def refused(told: Call, scope: Any = "consents", at: Any = AT) -> KeyRefusedError:
    with pytest.raises(KeyRefusedError) as caught:
        authenticate(told, scope, at)
    return caught.value


def test_a_key_is_known_by_what_it_was_written_as_and_nothing_of_that_is_stored() -> None:
    made = make(SECRET)
    assert made.text.startswith("troth_sk_")
    assert authenticate(call(made.text), "records", AT) == Caller(
        made.key.id, "main", "secret", test=False
    )
    secret = made.text.split("_", 3)[3]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sites_key")
        assert secret not in str(cursor.fetchall())
    assert all(secret.encode() not in bytes(entry.body) for entry in Entry.objects.all())
    assert secret not in repr(made)


def test_a_key_that_was_changed_in_one_letter_is_none() -> None:
    text = make(SECRET).text
    other = text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]
    assert refused(call(other)).code == "key-unknown"
    assert refused(call("troth_sk_nonsense")).code == "key-unknown"
    assert refused(Call("", "", "192.0.2.1")).code == "key-missing"
    assert refused(call(text.replace("_sk_", "_tsk_"))).code == "key-unknown"


def test_a_key_does_what_its_scopes_say_and_nothing_else() -> None:
    made = make(Wanted(site="main", kind="secret", label="Reader", scopes=frozenset({"uses"})))
    assert authenticate(call(made.text), "uses", AT).key == made.key.id
    told = refused(call(made.text), "records")
    assert (told.status, told.code) == (403, "key-scope")


def test_a_publishable_key_is_obeyed_from_its_origins_alone() -> None:
    text = make(PUBLISHABLE).text
    assert authenticate(call(text, ORIGIN), "consents", AT).origin == ORIGIN
    assert authenticate(call(text, ORIGIN.upper()), "consents", AT).origin == ORIGIN
    for other in ("", "null", "https://evil.example.com", ORIGIN + ".example.com"):
        assert refused(call(text, other)).code == "key-origin"


def test_a_secret_key_sent_by_a_browser_is_refused() -> None:
    told = refused(call(make(SECRET).text, ORIGIN), "records")
    assert (told.status, told.code) == (403, "key-origin")


def test_a_publishable_key_without_origins_is_for_software_on_a_device() -> None:
    text = make(
        Wanted(site="app", kind="publishable", label="App", scopes=frozenset({"consents"}))
    ).text
    assert authenticate(call(text), "consents", AT).site == "app"
    assert refused(call(text, ORIGIN)).code == "key-origin"


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ({"site": "elsewhere"}, "site"),
        ({"label": " "}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"scopes": frozenset({"records"})}, "scopes"),
        ({"scopes": frozenset()}, "scopes"),
        ({"origins": ("https://other.example.com",)}, "origins"),
        ({"origins": ("shop.example.com",)}, "origins"),
        ({"origins": (ORIGIN + "/path",)}, "origins"),
        ({"per_minute": 0}, "per_minute"),
        ({"until": AT}, "until"),
        ({"until": AT + timedelta(days=800)}, "until"),
    ],
)
def test_a_key_that_fits_nothing_is_not_made(wanted: dict[str, Any], part: str) -> None:
    with pytest.raises(UnfitKeyError) as caught:
        make(replace(PUBLISHABLE, **wanted))
    assert caught.value.part == part
    assert not Key.objects.exists()


def test_a_test_key_may_be_of_any_origin_and_says_what_it_is() -> None:
    text = make(replace(PUBLISHABLE, test=True, origins=("http://localhost:3000",))).text
    assert text.startswith("troth_tpk_")
    assert authenticate(call(text, "http://localhost:3000"), "consents", AT).test


def test_a_revoked_key_is_refused_at_once_and_for_ever() -> None:
    made = make(SECRET)
    run(actions.revoke, made.key.id)
    assert refused(call(made.text)).code == "key-revoked"
    with pytest.raises(NoKeyError):
        run(actions.revoke, made.key.id)
    with pytest.raises(NoKeyError):
        run(actions.rotate, made.key.id, timedelta(days=1))


def test_a_rotated_key_works_on_for_the_overlap_and_the_new_one_at_once() -> None:
    old = make(SECRET)
    new = run(actions.rotate, old.key.id, timedelta(hours=1))
    assert new.text != old.text
    assert authenticate(call(new.text), "records", AT).key == new.key.id
    assert authenticate(call(old.text), "records", AT + timedelta(minutes=59)).key == old.key.id
    assert refused(call(old.text), at=AT + timedelta(hours=1)).code == "key-expired"
    assert Key.objects.get(pk=new.key.id).replaces_id == old.key.id


def test_a_key_ends_by_itself_and_its_rotation_lives_as_long() -> None:
    old = make(replace(SECRET, until=AT + timedelta(days=10)))
    assert refused(call(old.text), at=AT + timedelta(days=10)).code == "key-expired"
    later = AT + timedelta(days=9)
    new = run(actions.rotate, old.key.id, timedelta(days=7), at=later)
    assert new.key.expires_at == later + timedelta(days=10)
    assert Key.objects.get(pk=old.key.id).expires_at == AT + timedelta(days=10)


def test_a_key_is_called_as_often_as_it_may() -> None:
    text = make(replace(SECRET, per_minute=2)).text
    for _ in range(2):
        authenticate(call(text), "records", AT)
    told = refused(call(text), "records")
    assert (told.status, told.code) == (429, "key-quota")
    assert told.more["retry_after"] > 0


def test_a_key_of_a_site_the_policy_tells_of_no_more_is_refused() -> None:
    text = make(Wanted(site="app", kind="secret", label="App", scopes=frozenset({"records"}))).text
    Key.objects.update(site="gone")  # as if the register had dropped it
    assert refused(call(text), "records").code == "key-site"


def test_when_a_key_was_used_last_is_noted_once_a_minute() -> None:
    made = make(SECRET)
    authenticate(call(made.text), "records", AT)
    authenticate(call(made.text), "records", AT + timedelta(seconds=59))
    assert Key.objects.get(pk=made.key.id).last_used_at == AT
    later = AT + timedelta(seconds=61)
    authenticate(call(made.text), "records", later)
    assert Key.objects.get(pk=made.key.id).last_used_at == later


def test_what_is_done_to_a_key_is_entered_without_its_secret() -> None:
    made = make(SECRET)
    new = run(actions.rotate, made.key.id, timedelta(0))
    run(actions.revoke, new.key.id)
    kinds = list(
        Entry.objects.filter(kind__startswith="sites.")
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert sorted(kinds) == [
        "sites.key-ending",
        "sites.key-made",
        "sites.key-made",
        "sites.key-revoked",
    ]


def test_a_revoked_key_stays_so_where_an_older_copy_of_the_data_comes_back() -> None:
    leaked, replaced, living = (make(replace(SECRET, label=label)) for label in "abc")
    run(actions.revoke, leaked.key.id)
    run(actions.rotate, replaced.key.id, timedelta(0))
    Key.objects.all().update(revoked_at=None, expires_at=None)  # as it was before
    assert reapply(Store()) == 2
    for made in (leaked, replaced):
        assert refused(call(made.text)).code == "key-revoked"
    assert authenticate(call(living.text), "records", AT).key == living.key.id
    assert reapply(Store()) == 0


def test_a_key_that_was_rotated_without_an_overlap_is_left_alone_by_a_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else each start would do something for every key that was ever rotated so."""
    made = make(SECRET)
    run(actions.rotate, made.key.id, timedelta(0))
    assert list(vault.revoked()) == [made.key.id]
    assert not transact_on(Store(), SYSTEM, None, actions.revoke_again, made.key.id)
    assert "sites.key-revoked" not in set(Entry.objects.values_list("kind", flat=True))
    monkeypatch.delattr(restoring, "transact_on")
    assert reapply(Store()) == 0
    assert refused(call(made.text)).code == "key-expired"


def test_a_revoked_key_stays_so_where_an_older_copy_of_the_key_store_comes_back(
    keys: Path, tmp_path: Path
) -> None:
    leaked = make(SECRET)
    vault.close_store()
    shutil.copytree(keys, tmp_path / "older")
    run(actions.revoke, leaked.key.id)
    vault.close_store()
    shutil.rmtree(keys)
    shutil.copytree(tmp_path / "older", keys)
    assert list(vault.revoked()) == []
    assert reapply(Store()) == 0
    assert list(vault.revoked()) == [leaked.key.id]
    Key.objects.all().update(revoked_at=None)  # and then an older copy of the data, too
    assert reapply(Store()) == 1
    assert not transact_on(Store(), SYSTEM, None, actions.revoke_again, leaked.key.id)
    assert refused(call(leaked.text)).code == "key-revoked"
