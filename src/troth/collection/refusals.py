"""What was refused, counted: how often a day, to which key, why; names alone, and few of them.

A refusal changes nothing of anybody, so the ledger tells of none; a call that is wrong a million
times is one row here.
"""

from typing import Final, Literal

from django.db.models import F, QuerySet

from troth.collection.given import By, Refused
from troth.collection.models import FIELDS_COUNTED_MAX, Refusal
from troth.store import Tx

ROWS_MAX: Final = 200
"""How many ways of being refused are told apart for a key a day; the others count as one."""
OTHER: Final = "other"


def count(tx: Tx, by: By, verb: Literal["collect", "use"], refused: Refused) -> None:
    """Count one refusal.

    Of two transactions beside each other both may begin a last row, so that there are a few more.
    """
    of_key = Refusal.objects.using(tx.alias).filter(day=tx.now.date(), key=by.key)
    told = {
        "verb": verb,
        "code": refused.code,
        "category": refused.category,
        "statement": refused.statement or "",
        "fields": ",".join(refused.fields[:FIELDS_COUNTED_MAX]),
    }
    if _count_up(tx, of_key, told):
        return
    if of_key[ROWS_MAX - 1 : ROWS_MAX].exists():
        told = {"verb": OTHER, "code": OTHER, "category": "", "statement": "", "fields": ""}
    fresh = Refusal(day=tx.now.date(), key=by.key, last_at=tx.now, **told)
    # another transaction may have begun the same row since we looked
    Refusal.objects.using(tx.alias).bulk_create([fresh], ignore_conflicts=True)
    _count_up(tx, of_key, told)


def _count_up(tx: Tx, of_key: QuerySet[Refusal], told: dict[str, str]) -> bool:
    return bool(of_key.filter(**told).update(times=F("times") + 1, last_at=tx.now))
