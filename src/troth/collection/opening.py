"""Values opened by a permit, for who may use them outside this server."""

from collections.abc import Iterable

from django.db.models import Max

from troth import vault
from troth.collection.given import Value
from troth.collection.kinds import as_value
from troth.gate import Permit
from troth.people.models import Detail
from troth.store import Tx
from troth.vault import PersonId, Sealed
from troth.versions import facts as versions


def newest(
    tx: Tx, person: PersonId, category: str, fields: Iterable[str], permit: Permit
) -> dict[str, Value]:
    """Return the newest value of each field in one read; None where none is held.

    Raises vault errors.
    """
    tx.pending.flush(tx.alias)
    asked = list(fields)
    rows = Detail.objects.using(tx.alias).filter(person=person, category=category)
    held = rows.filter(field__in=asked).exclude(box=None)
    last = held.order_by().values("field").annotate(last=Max("id")).values("last")
    found: dict[str, Value] = dict.fromkeys(asked)
    declared = versions.document(tx.alias, permit.decision.version).register.category[category]
    for row in rows.filter(pk__in=last):
        sealed = Sealed(person, category, row.field, row.version, bytes(row.box or b""))
        text = vault.unseal(tx, sealed, permit).reveal()
        found[row.field] = as_value(declared.fields[row.field].kind, text)
    return found
