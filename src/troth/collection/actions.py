"""Verbs of collection: taking in, and using.

`take(tx, given, by) -> Taken | Refused`                     all of it or nothing
`use(tx, subject, category, fields, purpose, by) -> Used | Refused`
A refusal is an answer and no error: it is counted in the same transaction, which must go on. Both
raise NoPolicyError where no version is in force.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from troth import vault
from troth.collection import refusals
from troth.collection.deciding import Weighed, Wish, erased, weigh, weigh_use
from troth.collection.given import By, Given, Refused, Taken, Used
from troth.collection.models import RECORDS
from troth.collection.opening import newest
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.values import enter
from troth.store import Tx
from troth.vault import ErasedError, PersonId

RECORDED: Final = "collection.recorded"
USED: Final = "collection.used"


def take(tx: Tx, given: Sequence[Given], by: By) -> Taken | Refused:
    """Take in records: decided on first, all of them, then sealed; one entry a record.

    Whose subject is unknown is refused as who was erased: nobody is made here.
    """
    vault.hold_off(tx)
    weighed = weigh(tx, given)
    if isinstance(weighed, Refused):
        refusals.count(tx, by, "collect", weighed)
        return weighed
    ids = tuple(_take(tx, one, by) for one in weighed)
    told = tuple(one.leave[2].statement for one in weighed)
    return Taken(ids, told, weighed[0].leave[0].version)


def _take(tx: Tx, one: Weighed, by: By) -> UUID:
    about = {"key": by.key, "site": by.site}
    subject, under = one.given.subject, one.under
    kept = enter(tx, RECORDED, subject, one.texts, under, one.leave, about)
    rules = one.leave[0]
    where = (under.category, under.purpose, under.source, rules.version, by.key, by.site)
    tx.pending.add(RECORDS, (kept.entry, subject, *where, ",".join(one.texts), tx.now))
    return kept.entry


def use(
    tx: Tx, subject: PersonId, category: str, fields: Iterable[str], purpose: str, by: By
) -> Used | Refused:
    """Give the newest value of fields (none named: all that are declared) to the operator's own.

    The values leave this server by it, so what the register marks `never_leaves` is refused here
    as it is to a member. Each use is entered, with the names of the fields.
    """
    wish = Wish(subject, category, tuple(fields), purpose)
    try:
        who = vault.pseudonym(tx, subject)
    except ErasedError:
        return _counted(tx, by, erased(category))
    wished = weigh_use(tx, wish)
    if isinstance(wished, Refused):
        return _counted(tx, by, wished)
    rules, question, decision = wished.rules, wished.question, wished.decision
    leave = permit(decision, question, who)
    values = newest(tx, subject, category, wished.fields, leave)
    about = {"fields": wished.fields, "key": by.key, "site": by.site}
    record(tx, LedgerEntry(USED, rules.version, who, about, question, decision))
    return Used(values, decision.statement, rules.version)


def _counted(tx: Tx, by: By, refused: Refused) -> Refused:
    refusals.count(tx, by, "use", refused)
    return refused
