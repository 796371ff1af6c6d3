"""What somebody has agreed to and refused, as the gate is told of it.

`standing(tx, subject) -> Agreed`     one read; in a transaction it is asked once
`read_standing(tx, subjects)`         of many at once, so that `standing` finds it
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from msgspec import Struct

from troth.consent.models import Standing
from troth.consent.wording import CONSENT, SEPARATE
from troth.store import Tx
from troth.vault import PersonId

MEMO: Final = "consent.standing"
CHUNK: Final = 500
Said = tuple[str, str, bool]
"""What about, which kind, and whether it is a yes."""


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
        read_standing(tx, [subject])
    return known[subject]


def read_standing(tx: Tx, subjects: Iterable[PersonId]) -> None:
    """Read what stands for many subjects, some hundreds in one query."""
    known: dict[PersonId, Agreed] = tx.memo.setdefault(MEMO, {})
    wanted = iter([one for one in dict.fromkeys(subjects) if one not in known])
    while some := list(islice(wanted, CHUNK)):
        said: dict[str, list[Said]] = {subject: [] for subject in some}
        rows = Standing.objects.using(tx.alias).filter(subject__in=some)
        for subject, about, kind, given in rows.values_list("subject", "about", "kind", "given"):
            said[subject].append((about, kind, given))
        known.update((subject, _agreed(said[subject])) for subject in some)


def _agreed(said: list[Said]) -> Agreed:
    return Agreed(
        consent=frozenset(about for about, kind, given in said if given and kind == CONSENT),
        separate=frozenset(about for about, kind, given in said if given and kind == SEPARATE),
        refused=frozenset(about for about, _, given in said if not given),
    )


def forget(tx: Tx, subject: PersonId) -> None:
    """Have it asked anew, after it was changed."""
    tx.memo.get(MEMO, {}).pop(subject, None)
