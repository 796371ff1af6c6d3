"""What is no consent: that somebody has seen a notice, and that she went on using the service.

`acknowledge(tx, subject, version, notice, seen) -> bool`
`accept(tx, subject, version, notice_seen_at, first_use_at, place) -> bool`
Both raise NoPolicyError, RefusedError; `accept` NoNoticeError and MomentError too. True: it was
written down now; False: it was there already. Neither is asked by the gate (PIPL 14, GDPR
recital 32: silence and going on are no consent).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json

from troth import vault
from troth.consent.errors import MomentError, NoNoticeError
from troth.consent.history import ACCEPTANCES, PLACE
from troth.consent.models import Acceptance
from troth.consent.rows import take_turn
from troth.consent.saying import Seen
from troth.consent.wording import ACCEPTANCE, ACKNOWLEDGEMENT, Kind
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.subjects import Bearer
from troth.people.values import Leave, Under, demand
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts as versions

ACKNOWLEDGED: Final = "consent.acknowledged"
ACCEPTED: Final = "consent.accepted"
UNDER: Final = Under(ACCEPTANCES, "notices", "usage", frozenset({"subject", "policy_version"}))
"""What of the register both are kept under."""


class _Said(Struct, frozen=True):
    """What is kept of it: `version` is the one it is about."""

    kind: Kind
    entry: str
    version: str
    bearer: Bearer
    seen_at: datetime
    used_at: datetime | None
    circumstances: Mapping[str, Any]


def acknowledge(tx: Tx, subject: PersonId, version: str, notice: str, seen: Seen) -> bool:
    """Keep that somebody said "I have seen this" of a version's notice, once.

    `notice` names the notice; of `seen` language, surface and bearer count.
    """
    if _is_there(tx, subject, version, ACKNOWLEDGEMENT):
        return False
    leave = demand(tx, {PLACE: "", "notice_seen_at": ""}, UNDER)
    told = {"notice": notice, "place": seen.surface, "lang": seen.lang}
    said = _Said(ACKNOWLEDGEMENT, ACKNOWLEDGED, version, seen.bearer, tx.now, None, told)
    return _write(tx, subject, said, leave)


def accept(
    tx: Tx,
    subject: PersonId,
    version: str,
    notice_seen_at: datetime | None,
    first_use_at: datetime,
    place: str,
    *,
    bearer: Bearer = "person",
) -> bool:
    """Keep that somebody went on using a service after she had seen a version's notice, once.

    `place` is the service she used first (`main`). Without a notice seen before there is no
    acceptance, nor by a use before the version was in force.
    """
    if _is_there(tx, subject, version, ACCEPTANCE):
        return False
    leave = demand(tx, {PLACE: "", "notice_seen_at": "", "first_use_at": ""}, UNDER)
    statement = leave[0].categories[ACCEPTANCES].statement
    if notice_seen_at is None or notice_seen_at > first_use_at:
        raise NoNoticeError(
            Message(
                mark(
                    "Going on using the service is no acceptance of a version whose notice was not"
                    " seen before: show the notice, and note when it was seen."
                )
            ),
            version,
            statement,
        )
    if first_use_at > tx.now or not _in_force_at(tx, version, first_use_at):
        raise MomentError(
            Message(
                mark(
                    "The version was not in force when the service was used: name its first use"
                    " between the moment it took effect and now."
                )
            ),
            version,
            statement,
        )
    seen_at = notice_seen_at
    said = _Said(ACCEPTANCE, ACCEPTED, version, bearer, seen_at, first_use_at, {"place": place})
    return _write(tx, subject, said, leave)


def _is_there(tx: Tx, subject: PersonId, version: str, kind: Kind) -> bool:
    take_turn(tx, subject)
    rows = Acceptance.objects.using(tx.alias).filter(subject=subject, version=version, kind=kind)
    return rows.exists()


def _in_force_at(tx: Tx, version: str, at: datetime) -> bool:
    """Tell whether a version had taken effect by a moment."""
    stored = versions.find(tx.alias, version)
    since = None if stored is None else versions.effective_from(tx.alias, stored.number)
    return since is not None and since <= at


def _write(tx: Tx, subject: PersonId, said: _Said, leave: Leave) -> bool:
    rules, question, decision = leave
    text = json.encode(said.circumstances).decode()
    box = vault.seal(tx, subject, ACCEPTANCES, PLACE, text, rules.version)
    about = {
        "version": said.version,
        "bearer": said.bearer,
        "seen_at": moment(said.seen_at),
        "used_at": None if said.used_at is None else moment(said.used_at),
        "commitments": [vault.commitment(box).hex()],
    }
    who = vault.pseudonym(tx, subject)
    entry = record(tx, LedgerEntry(said.entry, rules.version, who, about, question, decision))
    Acceptance.objects.using(tx.alias).create(
        subject=subject,
        bearer=said.bearer,
        kind=said.kind,
        version=said.version,
        seen_at=said.seen_at,
        used_at=said.used_at,
        at=tx.now,
        kept_under=rules.version,
        box=box.box,
        commitment=vault.commitment(box),
        entry=entry,
    )
    return True
