"""What access holds of a person: whom cases and grants name, and a member she may be.

The record of access keeps her pseudonym alone, which leads to nobody once her key is destroyed.
"""

from troth.access import members, turns
from troth.access.facts import roles_of
from troth.access.models import CasePerson, GrantPerson, Invitation, Member
from troth.access.roles import OWNER
from troth.store import SYSTEM, Tx
from troth.vault import PersonId


def erase(tx: Tx, person: PersonId) -> int:
    """Take a person out of cases, lists and invitations; return how many rows that were.

    If she is a member she leaves by it: without her key nothing of hers could be written any more.
    Raises LastOwnerError, unless the server itself erases again who was erased before.
    """
    for member in Member.objects.using(tx.alias).filter(account__person=person, left_at=None):
        turns.change(tx)
        if OWNER in roles_of(member) and tx.actor != SYSTEM:
            members.demand_other_owner(tx, member)
        members.leave(tx, member)
    cases, _ = CasePerson.objects.using(tx.alias).filter(person=person).delete()
    lists, _ = GrantPerson.objects.using(tx.alias).filter(person=person).delete()
    invited = Invitation.objects.using(tx.alias).filter(person=person).update(person="")
    return cases + lists + invited
