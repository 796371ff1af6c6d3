"""`troth key`: a key is printed once and alone, listed without its secret, exchanged and ended."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.cast import Troth
from tests.services import forks
from tests.services.server import Server, environment
from tests.versions.cast import FIRST, default_policy, edited, propose_at
from troth.cli.key_make import OVERLAPS
from troth.policy.words import VersionHash
from troth.sites import actions
from troth.sites.facts import Call, authenticate
from troth.sites.models import Key
from troth.store import SYSTEM
from troth.versions.facts import document

ORIGIN = "https://shop.example.com"
PLACE = "{fill: address of the site, https://…}"
BROWSER = "192.0.2.1"

stored = pytest.mark.usefixtures("keys", "db")


@pytest.fixture
def policy(db: None, keys: Path) -> None:  # noqa: ARG001 (asked for, so that they are there first)
    """Have a policy in force that says where its site is."""
    propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml"))


@pytest.mark.usefixtures("policy")
def test_a_key_is_printed_alone_and_works(troth: Troth) -> None:
    ended = troth("key", "make")
    text = ended.out.removesuffix("\n")
    key = Key.objects.get()
    assert (ended.status, text.startswith("troth_sk_"), "\n" in text) == (0, True, False)
    assert (key.site, key.label) == ("main", "Back end")
    assert sorted(key.scopes) == ["consents", "records"]
    assert f"Key {key.id} of “main”" in ended.err
    assert text not in ended.err
    caller = authenticate(Call(f"Bearer {text}", "", BROWSER), "records", key.made_at)
    assert caller.key == key.id


@pytest.mark.usefixtures("policy")
def test_who_governs_is_told_of_a_key_that_reads_values(
    troth: Troth, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "troth.access.keys.tell_of", lambda tx, key: told.append((tx.actor, key.id))
    )
    made = json.loads(troth("key", "make", "--scope", "uses", "--json").out)
    again = json.loads(troth("key", "rotate", made["id"], "--json").out)
    assert told == [(SYSTEM, made["id"]), (SYSTEM, again["id"])]


@pytest.mark.usefixtures("policy")
def test_a_key_is_as_it_was_asked_for(troth: Troth) -> None:
    wanted = ("--site", "app", "--label", "Night job", "--scope", "uses", "--scope", "assertions")
    ended = troth("key", "make", *wanted, "--per-minute", 5, "--days", 30, "--test", "--json")
    told = json.loads(ended.out)
    key = Key.objects.get()
    assert told["key"].startswith("troth_tsk_")
    assert (told["id"], told["site"], told["label"]) == (key.id, "app", "Night job")
    assert told["scopes"] == key.scopes == ["assertions", "uses"]
    assert (key.per_minute, key.test, told["test"]) == (5, True, True)
    assert key.expires_at == key.made_at + timedelta(days=30)
    assert ended.err == ""


@pytest.mark.usefixtures("policy")
def test_a_publishable_key_is_for_all_origins_of_its_site_unless_some_are_named(
    troth: Troth,
) -> None:
    ended = troth("key", "make", "--publishable")
    assert ended.out.startswith("troth_pk_")
    assert f"It is obeyed from {ORIGIN} alone." in ended.err
    assert Key.objects.get().origins == [ORIGIN]
    local = ("--test", "--origin", "http://localhost:3000")
    told = json.loads(troth("key", "make", "--publishable", *local, "--json").out)
    assert (told["origins"], told["label"]) == (["http://localhost:3000"], "Web page")
    device = troth("key", "make", "--publishable", "--site", "app", "--label", "App")
    assert "software on a device" in device.err


@stored
def test_a_page_whose_address_is_left_open_gets_no_key_of_another_sort(troth: Troth) -> None:
    propose_at(FIRST, default_policy())
    ended = troth("key", "make", "--publishable")
    assert (ended.status, ended.out) == (2, "")
    assert "fill in the site's origins in policy.toml" in ended.err
    assert not Key.objects.exists()


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (("--site", "elsewhere"), "--site: The policy in force tells of no site “elsewhere”"),
        (("--label", " "), "--label: Name the key in 1 to 60 characters."),
        (("--scope", "everything"), "--scope: A key of this kind may be given: records"),
        (("--publishable", "--scope", "records"), "--scope: A key of this kind"),
        (("--origin", ORIGIN), "--origin: A secret key belongs into no browser"),
        (("--publishable", "--origin", "https://b.example.com"), "--origin: The policy does not"),
        (("--per-minute", "100001"), "--per-minute: Allow 1 to 100000"),
        (("--per-minute", "0"), "--per-minute takes a whole number from 1 on"),
        (("--days", "800"), "--days: Let it end within two years"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_the_option_that_mends_it(
    troth: Troth, wanted: tuple[str, ...], said: str
) -> None:
    ended = troth("key", "make", *wanted)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
    assert not Key.objects.exists()


@stored
def test_which_site_is_meant_is_asked_where_it_is_not_plain(
    troth: Troth, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml")).version
    site = document("default", VersionHash(version.hash)).register.site["app"]
    monkeypatch.setattr("troth.sites.declared.sites", lambda *_: {"shop": site, "app": site})
    ended = troth("key", "make")
    assert ended.status == 2
    assert "Name the site with --site; the policy in force tells of app, shop." in ended.err
    monkeypatch.setattr("troth.sites.declared.sites", lambda *_: {"shop": site})
    assert json.loads(troth("key", "make", "--json").out)["site"] == "shop"


@stored
def test_before_a_policy_is_in_force_no_key_is_made(troth: Troth) -> None:
    ended = troth("key", "make")
    assert ended.status == 2
    assert "tells of no site “main”" in ended.err


@pytest.mark.usefixtures("policy")
def test_keys_are_listed_without_their_secret(troth: Troth) -> None:
    assert "There is no key" in troth("key", "list").out
    old = troth("key", "make", "--label", "商店后端").out.strip()
    ended = Key.objects.get()
    troth("key", "revoke", ended.id)
    new = troth("key", "make", "--publishable", "--label", "Shop").out.strip()
    table = troth("key", "list").out
    heading, first, second = table.splitlines()
    assert heading.split()[:4] == ["id", "site", "kind", "label"]
    assert ("publishable" in first, ORIGIN in first, first.endswith("works")) == (True,) * 3
    assert (ended.id in second, second.endswith("revoked")) == (True, True)
    for text in (old, new):
        assert text.split("_", 3)[3] not in table + troth("key", "list", "--json").out
    keys = json.loads(troth("key", "list", "--site", "main", "--json").out)["keys"]
    assert [(key["label"], key["state"]) for key in keys] == [
        ("Shop", "works"),
        ("商店后端", "revoked"),
    ]
    assert "已撤销" in troth("key", "list", lang="zh").out
    assert json.loads(troth("key", "list", "--site", "app", "--json").out) == {"keys": []}


@pytest.mark.usefixtures("policy")
def test_a_key_is_exchanged_and_the_old_one_works_on_for_the_overlap(troth: Troth) -> None:
    old = json.loads(troth("key", "make", "--json").out)
    ended = troth("key", "rotate", old["id"], "--overlap", "1h")
    new = Key.objects.get(replaces=old["id"])
    assert ended.out.startswith(f"troth_sk_{new.id}_")
    assert f"Key {old['id']}, which it replaces, ends at" in ended.err
    assert Key.objects.get(pk=old["id"]).expires_at == new.made_at + timedelta(hours=1)
    told = json.loads(troth("key", "rotate", new.id, "--overlap", "now", "--json").out)
    assert (told["replaces"], told["replaced_ends"]) == (new.id, told["made"])
    states = {k["id"]: k["state"] for k in json.loads(troth("key", "list", "--json").out)["keys"]}
    assert states == {old["id"]: "works", new.id: "ended", told["id"]: "works"}


@pytest.mark.usefixtures("policy")
def test_a_revoked_key_is_refused_for_ever(troth: Troth) -> None:
    made = json.loads(troth("key", "make", "--json").out)
    assert made["id"] in troth("key", "revoke", made["id"]).out
    for verb in ("revoke", "rotate"):
        ended = troth("key", verb, made["id"])
        assert (ended.status, ended.out) == (2, "")
        assert "There is no such key, or it has ended already. `troth key list`" in ended.err


def test_the_overlaps_offered_are_those_there_are() -> None:
    assert tuple(OVERLAPS.values()) == actions.OVERLAPS


@pytest.mark.slow
def test_a_key_is_made_beside_a_running_server(fresh_troth: Server) -> None:
    where = ["--data", str(fresh_troth.data)]
    where += ["--database", fresh_troth.database] if fresh_troth.database else []
    made = forks.run("troth", "key", "make", *where, env=environment())
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("troth_sk_")
    assert made.stdout.count("\n") == 1
    assert "is made" in made.stderr
