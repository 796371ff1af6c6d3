"""What somebody has agreed to and refused, as the gate is told of it.

`standing(tx, subject) -> Agreed`     one read; in a transaction it is asked once
`accepted(tx, subject) -> bool`       told to the gate so that it can say that it is no consent
"""

from msgspec import Struct

from troth.consent.models import Acceptance
from troth.consent.rows import stands
from troth.consent.wording import ACCEPTANCE, CONSENT, SEPARATE
from troth.store import Tx
from troth.vault import PersonId


class Agreed(Struct, frozen=True):
    """By kind the register paths somebody has said yes to, and those she has said no to.

    Acceptances and acknowledgements are in none of them: they let nothing be done.
    """

    consent: frozenset[str]
    separate: frozenset[str]
    refused: frozenset[str]


def standing(tx: Tx, subject: PersonId) -> Agreed:
    """Return what stands for a subject now; of somebody who has said nothing, nothing."""
    said = stands(tx, subject)
    return Agreed(
        consent=frozenset(one.about for one in said if one.given and one.kind == CONSENT),
        separate=frozenset(one.about for one in said if one.given and one.kind == SEPARATE),
        refused=frozenset(one.about for one in said if not one.given),
    )


def accepted(tx: Tx, subject: PersonId) -> bool:
    """Tell whether somebody went on using the service after a notice she had seen."""
    rows = Acceptance.objects.using(tx.alias).filter(subject=subject, kind=ACCEPTANCE)
    return rows.exists()
