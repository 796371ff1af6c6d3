"""What the records hold of a person: whose they are. Their values are `people`'s."""

from troth.collection.models import Record
from troth.store import Tx
from troth.vault import PersonId


def erase(tx: Tx, person: PersonId) -> int:
    """Take her out of her records; return how many that were."""
    return Record.objects.using(tx.alias).filter(person=person).update(person="")
