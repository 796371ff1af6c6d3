"""What the control of keys says of keys whose rows were changed behind the application."""

from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from tests.collection.cast import AT
from tests.versions.cast import ALIAS, FIRST, default_policy, propose_at
from troth.collection import examinations_keys
from troth.ledger.models import Entry
from troth.ledger.sabotages import unguarded
from troth.policy.promise import Evidence
from troth.sites import actions
from troth.sites.actions import MADE, Wanted
from troth.sites.models import Key
from troth.store import Store, transact_on

pytestmark = pytest.mark.django_db
NOW = AT + timedelta(days=1)
WANTED = Wanted(site="main", kind="secret", label="Shop", scopes=frozenset({"uses"}))


@pytest.fixture(autouse=True)
def key(keys: object) -> str:  # noqa: ARG001 - the key store, before a key is derived from it
    propose_at(FIRST, default_policy())
    return transact_on(Store(), "owner-abc", AT, actions.make, WANTED).key.id


def examined() -> Evidence:
    return examinations_keys.examine(ALIAS, NOW)


def test_a_key_as_it_was_made_rotated_and_revoked_is_kept(key: str) -> None:
    new = transact_on(Store(), "owner-xyz", AT, actions.rotate, key, timedelta(hours=1)).key
    transact_on(Store(), "owner-xyz", AT, actions.revoke, new.id)
    assert (examined().samples, new.replaces_id) == ((), key)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"hash": sha256(b"x").hexdigest()}, "obeyed by another secret"),
        ({"test": True}, "obeyed by another secret"),
        ({"per_minute": 99_999}, "may call as often as was not entered"),
        ({"made_by": "nobody"}, "made as was not entered"),
        ({"made_at": AT - timedelta(days=900)}, "made as was not entered"),
        ({"entry": "0" * 32}, "made as was not entered"),
        ({"scopes": ["records"]}, "may do what was not entered"),
        ({"expires_at": AT}, "lives as was not entered"),
    ],
)
def test_a_key_that_was_changed_is_named(key: str, changed: dict[str, object], says: str) -> None:
    Key.objects.update(**changed)
    found = examined()
    assert found.verdict == "broken"
    assert [one for one in found.samples if one.startswith(f"key {key}: {says}")]


def test_how_often_a_key_of_an_older_release_may_call_was_not_told(key: str) -> None:
    entry = Entry.objects.get(kind=MADE)
    body = msgspec.json.decode(bytes(entry.body))
    assert body["about"].pop("per_minute") == actions.PER_MINUTE
    with unguarded(Store()):
        Entry.objects.filter(pk=entry.pk).update(body=msgspec.json.encode(body))
    Key.objects.update(per_minute=99_999)
    assert (examined().samples, key in Key.objects.values_list("pk", flat=True)) == ((), True)
