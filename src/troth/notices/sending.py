"""Mails leave: what is due in the outbox is opened, worded and handed over, one by one.

`send_due(store, server, sender, ending=…, clock=…) -> None`

The connection is made before anything is opened: while there is no server, mails wait and none
counts as tried. One that is cut short between handing over and marking goes out a second time, with
the same Message-ID; none is lost.
"""

from collections.abc import Callable
from email.headerregistry import Address
from typing import Final

import msgspec
from django.conf import settings

from troth.ledger import LedgerEntry, record
from troth.notices.wording import Frame, compose, tags, worded
from troth.people.mail import KIND, Letter, Opened, known_mails, letter_of, open_letter
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.store.clock import Clock, utc_now
from troth.store.outbox import Parcel, UndeliverableError, drain
from troth.store.outbox_seen import drop, is_due
from troth.vault import DamagedError, ErasedError, NotOpenedError
from troth.wire.smtp import (
    ContentRefusedError,
    Outgoing,
    RecipientRefusedError,
    Session,
)
from troth.wire.smtp_server import SmtpServer

BATCH: Final = 100
HANDED_OVER: Final = "notices.mail-handed-over"
DROPPED: Final = "notices.mail-dropped"
ERASED: Final = "erased"
NO_ADDRESS: Final = "no-address"


class MailboxRefusedError(UndeliverableError):
    """The receiving server takes no mail to this address."""


class MailRefusedError(UndeliverableError):
    """The receiving server takes no such mail."""


class UnknownTemplateError(UndeliverableError):
    """This release has no mail of that name."""


class DamagedMailError(UndeliverableError):
    """What stands in the outbox is not what was put there."""


def frame() -> Frame:
    """Return what stands under each mail."""
    return Frame(settings.TROTH_NAME, settings.TROTH_URL)


def send_due(
    store: Store,
    server: SmtpServer,
    sender: Address,
    *,
    ending: Callable[[], bool] = lambda: False,
    clock: Clock = utc_now,
) -> None:
    """Send what is due, until nothing is or `ending` tells to stop.

    Raises wire.smtp.SmtpError where the server cannot be reached or used at all.
    """
    if not is_due(store.alias, KIND, clock()):
        return
    with Session(server, sender) as session:
        courier = Courier(store, session, clock)
        while not ending() and is_due(store.alias, KIND, clock()):
            drain(store, KIND, courier.deliver, BATCH, ending=ending, clock=clock)
            session.connect()


class Courier:
    """Delivers mails over one session."""

    def __init__(self, store: Store, session: Session, clock: Clock) -> None:
        self._store, self._session, self._clock = store, session, clock

    def deliver(self, parcel: Parcel) -> None:
        """Hand one mail over, or drop it where nobody is there to read it.

        Raises UndeliverableError: for good; whatever else is raised: for now.
        """
        letter = _letter(parcel)
        if letter.template not in known_mails():
            raise UnknownTemplateError
        self._session.connect()
        try:
            opened = transact_on(self._store, SYSTEM, self._clock(), open_letter, letter)
        except ErasedError:
            self._drop(parcel, letter, ERASED)
            return
        except (DamagedError, NotOpenedError, msgspec.MsgspecError):
            raise DamagedMailError from None
        if opened.address is None:
            self._drop(parcel, letter, NO_ADDRESS)
            return
        try:
            self._session.send(self._outgoing(letter, opened, opened.address.reveal()))
        except RecipientRefusedError:
            raise MailboxRefusedError from None
        except ContentRefusedError:
            raise MailRefusedError from None
        transact_on(self._store, SYSTEM, self._clock(), _note_handed_over, letter)

    def _outgoing(self, letter: Letter, opened: Opened, to: str) -> Outgoing:
        found = worded(self._store.alias, known_mails()[letter.template])
        words = compose(found, opened.values, letter.lang, frame(), trial=letter.trial)
        at, languages = self._clock(), tags(letter.lang)
        return Outgoing(to, words.subject, words.body, letter.number, at, languages)

    def _drop(self, parcel: Parcel, letter: Letter, why: str) -> None:
        transact_on(self._store, SYSTEM, self._clock(), _drop, parcel.id, letter.template, why)


def _letter(parcel: Parcel) -> Letter:
    try:
        return letter_of(parcel.body)
    except msgspec.MsgspecError:
        raise DamagedMailError from None


def _drop(tx: Tx, row: int, template: str, why: str) -> None:
    drop(tx, row)
    record(tx, LedgerEntry(DROPPED, about={"mail": template, "why": why}))


def _note_handed_over(tx: Tx, letter: Letter) -> None:
    record(tx, LedgerEntry(HANDED_OVER, about={"mail": letter.template, "number": letter.number}))
