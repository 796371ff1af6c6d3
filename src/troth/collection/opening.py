"""Values opened by a permit, for who may use them outside this server."""

from collections.abc import Iterable
from typing import Final

from troth import vault
from troth.collection.given import Value
from troth.collection.kinds import as_value
from troth.gate import Permit
from troth.people.models import DETAILS
from troth.store import Tx
from troth.store.driver import run
from troth.vault import PersonId, Sealed
from troth.versions import facts as versions

NEWEST: Final = (
    "SELECT field, version, box FROM people_detail WHERE id IN (SELECT max(id) FROM people_detail"
    " WHERE person = %s AND category = %s AND box IS NOT NULL AND field IN ({fields})"
    " GROUP BY field)"
)


def newest(
    tx: Tx, person: PersonId, category: str, fields: Iterable[str], permit: Permit
) -> dict[str, Value]:
    """Return the newest value of each field in one read; None where none is held.

    Raises vault errors.
    """
    tx.pending.settle(tx.alias, DETAILS)
    asked = list(fields)
    found: dict[str, Value] = dict.fromkeys(asked)
    if not asked:
        return found
    declared = versions.document(tx.alias, permit.decision.version).register.category[category]
    named = ", ".join(["%s"] * len(asked))
    rows = run(tx.alias, NEWEST.format(fields=named), [person, category, *asked])
    sealed = [Sealed(person, category, field, version, bytes(box)) for field, version, box in rows]
    for one, opened in zip(sealed, vault.unseal_many(tx, sealed, permit), strict=True):
        found[one.field] = as_value(declared.fields[one.field].kind, opened.reveal())
    return found
