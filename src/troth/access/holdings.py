"""What access holds of a person: whom cases and grants name.

The record of access keeps her pseudonym alone, which leads to nobody once her key is destroyed.
"""

from troth.access.models import CasePerson, GrantPerson, Invitation
from troth.store import Tx
from troth.vault import PersonId


def erase(tx: Tx, person: PersonId) -> int:
    """Take a person out of cases, lists and invitations; return how many rows that were."""
    cases, _ = CasePerson.objects.using(tx.alias).filter(person=person).delete()
    lists, _ = GrantPerson.objects.using(tx.alias).filter(person=person).delete()
    invited = Invitation.objects.using(tx.alias).filter(person=person).update(person="")
    return cases + lists + invited
