"""What is held of somebody's choices.

Once she is erased it stays provable that they were made, and not whose they were.
"""

from troth.consent.models import Choice, Standing
from troth.store import Tx
from troth.vault import PersonId


def erase(tx: Tx, person: PersonId) -> int:
    """Take her and the circumstances out of her choices; return how many rows that were."""
    Standing.objects.using(tx.alias).filter(subject=person).delete()
    rows = Choice.objects.using(tx.alias).filter(subject=person)
    return rows.update(subject="", box=None)
