"""Verbs of mail: how it is worded, and what becomes of what could not be delivered.

`word(tx, name, wanted, after) -> Wording | None`   None: it read so already
`restore(tx, name) -> Wording | None`                back to the wording it came with
`try_out(tx, name) -> bool`                          one to oneself; False: no address to send to
`retry(tx, row) -> bool`    `let_go(tx, row) -> bool`   of mails that could not be delivered

Each is for those who may edit mail (`access.objects.on_house`); raises access' NotAllowedError and
NoMemberError, UnknownMailError, UnfitWordingError, MeanwhileError.
"""

import secrets
from hashlib import sha256
from typing import Final

import msgspec

from troth.access import objects
from troth.access.acting import Acting, acting
from troth.ledger import LedgerEntry, record
from troth.notices.models import Wording
from troth.notices.wording import Worded, demand_fit, newest, samples_of, worded
from troth.people.mail import KIND, SENT_BY, Mail, UnknownMailError, known_mails, post
from troth.policy.words import Message, mark
from troth.store import Tx, outbox_seen
from troth.store.jobs_sooner import sooner
from troth.store.locks import serialise
from troth.vault import PersonId

WORDED: Final = "notices.mail-worded"
RESTORED: Final = "notices.mail-restored"
TRIED_OUT: Final = "notices.mail-tried-out"
TRIED_AGAIN: Final = "notices.mail-tried-again"
LET_GO: Final = "notices.mail-let-go"
LOCK: Final = "notices.wording"


class MeanwhileError(Exception):
    """Somebody else worded the mail while this wording was written."""

    def __init__(self) -> None:
        self.message = Message(
            mark("Somebody saved another wording meanwhile; look at it, then decide again.")
        )
        super().__init__(self.message.render(str))


def word(tx: Tx, name: str, wanted: Worded, after: int) -> Wording | None:
    """Word a mail anew; `after` is the version the writer had before her (0: none)."""
    _editor(tx)
    mail = _mail(name)
    demand_fit(mail, wanted)
    serialise(tx, LOCK)
    found = newest(tx.alias, name)
    if after != (0 if found is None else found.pk):
        raise MeanwhileError
    before = worded(tx.alias, mail)
    if (before.zh, before.en) == (wanted.zh, wanted.en):
        return None
    about = {"mail": name, "sha256": _hash(wanted)}
    entry = record(tx, LedgerEntry(WORDED, about=about))
    return Wording.objects.using(tx.alias).create(
        mail=name,
        subject_zh=wanted.zh.subject,
        body_zh=wanted.zh.body,
        subject_en=wanted.en.subject,
        body_en=wanted.en.body,
        at=tx.now,
        by=tx.actor,
        entry=entry,
    )


def restore(tx: Tx, name: str) -> Wording | None:
    """Go back to the wording a mail came with; every version stays."""
    _editor(tx)
    _mail(name)
    serialise(tx, LOCK)
    found = newest(tx.alias, name)
    if found is None or found.default:
        return None
    entry = record(tx, LedgerEntry(RESTORED, about={"mail": name}))
    rows = Wording.objects.using(tx.alias)
    return rows.create(mail=name, default=True, at=tx.now, by=tx.actor, entry=entry)


def try_out(tx: Tx, name: str) -> bool:
    """Send a mail with made-up values to oneself; False where one has given no address."""
    editor = _editor(tx)
    mail = _mail(name)
    person = editor.member.account.person
    if not person:
        return False
    values, key = samples_of(mail), f"trial.{secrets.token_hex(8)}"
    if not post(tx, PersonId(person), name, values, key, trial=True):
        return False
    record(tx, LedgerEntry(TRIED_OUT, about={"mail": name}))
    return True


def retry(tx: Tx, row: int) -> bool:
    """Have a mail that could not be delivered tried again; False where it is not dead."""
    _editor(tx)
    if not outbox_seen.retry(tx, KIND, row):
        return False
    record(tx, LedgerEntry(TRIED_AGAIN, about={"row": row}))
    sooner(tx, SENT_BY)
    return True


def let_go(tx: Tx, row: int) -> bool:
    """Give up a mail that could not be delivered: what it told is gone."""
    _editor(tx)
    if not outbox_seen.let_go(tx, KIND, row):
        return False
    record(tx, LedgerEntry(LET_GO, about={"row": row}))
    return True


def _editor(tx: Tx) -> Acting:
    editor = acting(tx)
    objects.on_house(editor, "mail.edit")
    return editor


def _mail(name: str) -> Mail:
    mail = known_mails().get(name)
    if mail is None:
        raise UnknownMailError(f"no package has a mail {name}")
    return mail


def _hash(wanted: Worded) -> str:
    texts = [(one.subject, one.body) for one in (wanted.zh, wanted.en)]
    return sha256(msgspec.json.encode(texts)).hexdigest()
