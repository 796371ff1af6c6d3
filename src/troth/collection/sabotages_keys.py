"""Keys used behind the edge that would have refused them, and keys widened in their rows."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from troth import vault
from troth.collection.actions import take
from troth.collection.given import By, Given, Refused
from troth.collection.sabotages import CATEGORY, FIELD, PURPOSE, SABOTAGE, SOURCE
from troth.consent.actions import Seen, choose
from troth.consent.wording import asks
from troth.people.models import PERSONS
from troth.people.subjects import make_subject
from troth.people.values import demand_rules
from troth.policy.promise import Store
from troth.sites import actions
from troth.sites.actions import Wanted
from troth.sites.declared import sites
from troth.sites.models import Key
from troth.sites.words import Kind, Scope
from troth.store import Tx
from troth.versions import facts as versions

ELSEWHERE: Final = "https://elsewhere.example.com"
HOUR: Final = timedelta(hours=1)
LONG: Final = timedelta(days=900)


def record_without_scope(store: Store) -> None:
    """Take in a record by a key that may only use what is held."""
    tx = _tx(store)
    _record(tx, _key(tx, "uses"))
    tx.pending.flush(store.alias)


def record_by_a_trial_key(store: Store) -> None:
    """Keep a record that a key for trying handed in."""
    tx = _tx(store)
    _record(tx, _key(tx, "records", test=True))
    tx.pending.flush(store.alias)


def record_after_revocation(store: Store) -> None:
    """Take in a record by a key an hour after it was revoked."""
    tx = _tx(store)
    key = _key(tx, "records")
    actions.revoke(tx, key.id)
    tx.pending.flush(store.alias)
    later = Tx(store.alias, tx.now + HOUR, SABOTAGE)
    _record(later, key)
    later.pending.flush(store.alias)


def choice_from_elsewhere(store: Store) -> None:
    """Keep a choice that came from an origin its key is not for."""
    tx = _tx(store)
    key = _key(tx, "consents", kind="publishable")
    person = vault.new_person()
    vault.prepare([person])
    make_subject(tx, person, "visitor")
    rules = demand_rules(tx)
    about = asks(versions.document(store.alias, rules.version).register)[0]
    seen = Seen(rules.version, "en", "banner", {}, bearer="visitor", key=key.id, origin=ELSEWHERE)
    choose(tx, person, {about: False}, seen)
    tx.pending.flush(store.alias)


def key_widened(store: Store) -> None:
    """Have a key's row allow more than was entered when it was made."""
    _changed(store, scopes=["records", "uses"])


def key_exchanged(store: Store) -> None:
    """Have a key's row be obeyed by a secret that somebody made up."""
    _changed(store, hash=sha256(SABOTAGE.encode()).hexdigest())


def key_hurried(store: Store) -> None:
    """Have a key be allowed more calls a minute than was entered when it was made."""
    _changed(store, per_minute=actions.PER_MINUTE_MAX)


def key_of_another_maker(store: Store) -> None:
    """Have a key look as if somebody else had made it, long before."""
    _changed(store, made_by="somebody-else", made_at=datetime.now(UTC) - LONG)


def _changed(store: Store, **columns: Any) -> None:
    tx = _tx(store)
    key = _key(tx, "uses")
    tx.pending.flush(store.alias)
    Key.objects.using(store.alias).filter(pk=key.id).update(**columns)


def _tx(store: Store) -> Tx:
    return Tx(store.alias, datetime.now(UTC), SABOTAGE)


def _key(tx: Tx, scope: Scope, kind: Kind = "secret", **more: Any) -> Key:
    declared = sites(tx.alias, datetime.now(UTC))
    site = next((one for one, told in declared.items() if not told.origins), next(iter(declared)))
    origins = declared[site].origins[:1] if kind == "publishable" else ()
    asked = {"site": site, "kind": kind, "origins": origins, **more}
    wanted = Wanted(label=SABOTAGE, scopes=frozenset({scope}), **asked)
    return actions.make(tx, wanted).key


def _record(tx: Tx, key: Key) -> None:
    person = vault.new_person()
    vault.prepare([person])
    fields = {FIELD: f"{person}@example.invalid"}
    given = Given(person, CATEGORY, PURPOSE, SOURCE, fields, of_age=True)
    taken = take(tx, [given], By(key.id, key.site))
    if isinstance(taken, Refused):
        raise LookupError(taken.code)  # noqa: TRY004 - of another policy
    tx.pending.add(PERSONS, (person, tx.now, taken.ids[0]))
