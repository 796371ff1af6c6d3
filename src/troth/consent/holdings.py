"""What is held of somebody's choices, and of what she has seen and accepted.

Once she is erased it stays provable that they were made, and not whose they were.
"""

from django.db.models import Q

from troth.consent.models import Acceptance, Choice, Joined, Standing
from troth.consent.revoked import note_committed
from troth.store import Tx
from troth.vault import PersonId


def erase(tx: Tx, person: PersonId) -> int:
    """Take her and the circumstances out of her choices; return how many rows that were."""
    note_committed(tx, person)
    Standing.objects.using(tx.alias).filter(subject=person).delete()
    Joined.objects.using(tx.alias).filter(Q(subject=person) | Q(visitor=person)).delete()
    choices = Choice.objects.using(tx.alias).filter(subject=person)
    accepted = Acceptance.objects.using(tx.alias).filter(subject=person)
    return choices.update(subject="", box=None) + accepted.update(subject="", box=None)
