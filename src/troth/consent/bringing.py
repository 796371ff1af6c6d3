"""Consents of before Troth: the texts they were asked under, and what was said to them.

`add_wording(tx, about, lang, text) -> str`      the hash by which a choice names it
`bring(tx, subject, about, given, at, wording_hash, seen) -> Chosen`
    raises UnknownChoiceError, WordingError, MomentError, NoPolicyError, RefusedError
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from troth.consent.errors import MomentError, UnknownChoiceError, WordingError
from troth.consent.history import FIELD
from troth.consent.models import Standing, Wording
from troth.consent.rows import take_turn
from troth.consent.saying import BROUGHT, UNDER, Chosen, Said, Seen, Way, keep
from troth.consent.wording import Kind, kind_of, told_by
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.values import demand, demand_rules
from troth.policy.document import Version
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId
from troth.versions import facts as versions

RECORDED: Final = "consent.wording-recorded"
WORDINGS: Final = "consent.wordings"


def add_wording(tx: Tx, about: str, lang: str, text: str) -> str:
    """Record a text under which a yes had been asked for before Troth; the same again is no other.

    `lang` is a language tag (BCP 47). Raises UnknownChoiceError, NoPolicyError.
    """
    _kind(_version(tx), about)
    serialise(tx, WORDINGS)
    name = sha256(text.encode()).hexdigest()
    rows = Wording.objects.using(tx.alias)
    if not rows.filter(about=about, hash=name).exists():
        told = {"about": about, "lang": lang, "text": name}
        entry = record(tx, LedgerEntry(RECORDED, demand_rules(tx).version, about=told))
        rows.create(hash=name, lang=lang, text=text, about=about, entry=entry)
    return name


def bring(
    tx: Tx,
    subject: PersonId,
    about: str,
    given: bool,  # noqa: FBT001 - the answer itself
    at: datetime,
    wording_hash: str,
    seen: Seen,
) -> Chosen:
    """Keep what somebody said before Troth, with the moment she said it.

    A yes names a recorded text it was asked under; a no none. What she has said later stays, so the
    same may be brought again. Of `seen` all counts but `version` and `texts`.
    """
    take_turn(tx, subject)
    version = _version(tx)
    kind = _kind(version, about)
    if at > tx.now:
        raise MomentError(
            Message(
                mark("“%(about)s” cannot have been chosen at %(at)s, which is later than now."),
                {"about": about, "at": moment(at)},
            ),
            about,
        )
    if given and not _is_recorded(tx, about, wording_hash):
        raise WordingError(
            Message(
                mark(
                    "No text with this hash is recorded for “%(about)s”: record the words the yes"
                    " was asked under first."
                ),
                {"about": about},
            ),
            about,
            told_by(version, about),
        )
    leave = demand(tx, {FIELD: ""}, UNDER)
    said = Said(about, kind, given, wording_hash if given else "")
    stands = Standing.objects.using(tx.alias).filter(subject=subject, about=about)
    later = stands.filter(choice__at__gte=at).exists()
    way = Way(BROUGHT, {"imported": True}, {"imported": True, "said_at": moment(at)}, at)
    return keep(tx, subject, () if later else (said,), seen, leave, way)


def _version(tx: Tx) -> Version:
    return versions.document(tx.alias, demand_rules(tx).version)


def _kind(version: Version, about: str) -> Kind:
    kind = kind_of(version.register, about)
    if kind is None:
        raise UnknownChoiceError(
            Message(mark("The policy asks for no consent to “%(about)s”."), {"about": about}), about
        )
    return kind


def _is_recorded(tx: Tx, about: str, name: str) -> bool:
    return Wording.objects.using(tx.alias).filter(about=about, hash=name).exists()
