"""What somebody has agreed to and refused, as the gate is told of it.

`standing(tx, subject) -> Agreed`     one read; in a transaction it is asked once
"""

from typing import Final

from msgspec import Struct

from troth.consent.models import Standing
from troth.consent.wording import CONSENT, SEPARATE
from troth.store import Tx
from troth.vault import PersonId

MEMO: Final = "consent.standing"


class Agreed(Struct, frozen=True):
    """By kind the register paths somebody has said yes to, and those she has said no to.

    Acceptances and acknowledgements are in none of them: they let nothing be done.
    """

    consent: frozenset[str]
    separate: frozenset[str]
    refused: frozenset[str]


def standing(tx: Tx, subject: PersonId) -> Agreed:
    """Return what stands for a subject now; of somebody who has said nothing, nothing."""
    known: dict[PersonId, Agreed] = tx.memo.setdefault(MEMO, {})
    if subject not in known:
        rows = Standing.objects.using(tx.alias).filter(subject=subject)
        said = list(rows.values_list("about", "kind", "given"))
        known[subject] = Agreed(
            consent=frozenset(about for about, kind, given in said if given and kind == CONSENT),
            separate=frozenset(about for about, kind, given in said if given and kind == SEPARATE),
            refused=frozenset(about for about, _, given in said if not given),
        )
    return known[subject]


def forget(tx: Tx, subject: PersonId) -> None:
    """Have it asked anew, after it was changed."""
    tx.memo.get(MEMO, {}).pop(subject, None)
