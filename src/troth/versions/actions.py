"""Verbs of versions: propose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db.models import Max
from msgspec import Struct

from troth.gate import Decision, may_take_effect
from troth.gate.facts import TakeEffectFacts
from troth.ledger import record
from troth.policy.change import Change
from troth.policy.diff import demands, diff
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.rulebook import compile
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.versions import entries, facts
from troth.versions.chain import chain_hash
from troth.versions.languages import OneLanguageChangedError, changed_in_one
from troth.versions.models import Effect, StoredVersion, VersionFile, Withdrawal

LOCK: Final = "versions.propose"
SKEW_MAX: Final = timedelta(minutes=1)
"""By how much the clocks of two servers on one database may differ."""


class ClockSetBackError(Exception):
    """The clock is behind what is recorded; `message` says by which times."""

    def __init__(self, now: datetime, latest: datetime) -> None:
        self.message = Message(
            mark(
                "The clock says %(now)s UTC, but a version was recorded at %(latest)s UTC;"
                " set the clock right and try again."
            ),
            {"now": f"{now:%Y-%m-%d %H:%M}", "latest": f"{latest:%Y-%m-%d %H:%M}"},
        )
        super().__init__(self.message.render(str))


class Proposal(Struct, frozen=True):
    """What became of a proposed folder.

    `version` is the version the folder now is; `recorded` whether it is new; `decision` the
    gate's answer whether it takes effect (None if it is not new); `withdrawn` the waiting version
    it replaced; `changes` are those against the version in force before.
    """

    version: StoredVersion
    recorded: bool
    in_force: bool
    decision: Decision | None = None
    changes: tuple[Change, ...] = ()
    withdrawn: StoredVersion | None = None


def propose(tx: Tx, files: Mapping[str, bytes], author: str) -> Proposal:
    """Record the folder as a new version, unless it is the newest already.

    The first takes effect at once, a later one if the gate finds that its changes demand nothing;
    else it waits. A folder that is changed back to the text in force withdraws what waits.

    Raises `UnreadablePolicyError`, `RulebookError`, `TamperedVersionError`,
    `OneLanguageChangedError`, `ClockSetBackError`. That it was checked is the caller's duty.
    """
    version = read(files)
    serialise(tx, LOCK)
    tx = _after_all_recorded(tx)
    current, waits = facts.in_force(tx.alias, tx.now), facts.waiting(tx.alias)
    if waits is not None and waits.hash == version.hash:
        return Proposal(waits, recorded=False, in_force=False, changes=waits.change_list)
    if current is not None and current.hash == version.hash:
        withdrawn = _withdraw(tx, waits, author, Withdrawal.Cause.CHANGED_BACK)
        return Proposal(current, recorded=False, in_force=True, withdrawn=withdrawn)
    old = None if current is None else facts.document(tx.alias, current.hash)
    changes = () if old is None else diff(old, version)
    if one_sided := changed_in_one(changes):
        raise OneLanguageChangedError(one_sided)
    question = _question(old, changes)
    decision = may_take_effect(compile(version), question, tx.now)
    withdrawn = _withdraw(tx, waits, author, Withdrawal.Cause.SUPERSEDED)
    stored = _record(tx, version, files, author, changes)
    if decision.allowed:
        _put_in_force(tx, stored, question, decision)
    return Proposal(
        stored,
        recorded=True,
        in_force=decision.allowed,
        decision=decision,
        changes=changes,
        withdrawn=withdrawn,
    )


def _after_all_recorded(tx: Tx) -> Tx:
    """Return the transaction at a time no earlier than any that is recorded.

    Else the version in force would not be found, and one that must wait be taken for the first.
    """
    times = (
        StoredVersion.objects.using(tx.alias).aggregate(last=Max("recorded_at"))["last"],
        Effect.objects.using(tx.alias).aggregate(last=Max("from_at"))["last"],
    )
    latest = max((time for time in times if time is not None), default=tx.now)
    if latest - tx.now > SKEW_MAX:
        raise ClockSetBackError(tx.now, latest)
    return replace(tx, now=max(tx.now, latest))


def _put_in_force(
    tx: Tx, stored: StoredVersion, question: TakeEffectFacts, decision: Decision
) -> None:
    effects = Effect.objects.using(tx.alias)
    last = effects.aggregate(last=Max("from_at"))["last"]
    from_at = tx.now if last is None else max(tx.now, last + timedelta(microseconds=1))
    effect = Effect(version=stored, from_at=from_at, recorded_at=tx.now)
    effect.entry = record(tx, entries.in_force(effect, question, decision))
    effect.save(using=tx.alias, force_insert=True)


def _question(old: Version | None, changes: tuple[Change, ...]) -> TakeEffectFacts:
    notice = None if old is None else old.register.notice
    return TakeEffectFacts(
        first=old is None,
        demands=demands(changes),
        old_period_days=0 if notice is None else notice.period_days,
    )


def _record(
    tx: Tx, version: Version, files: Mapping[str, bytes], author: str, changes: tuple[Change, ...]
) -> StoredVersion:
    last = StoredVersion.objects.using(tx.alias).order_by("-number").first()
    stored = StoredVersion(
        number=1 if last is None else last.number + 1,
        hash=version.hash,
        recorded_at=tx.now,
        author=author,
        changes=msgspec.json.encode(changes, order="sorted").decode(),
        previous="" if last is None else last.chain,
    )
    stored.chain = chain_hash(
        number=stored.number,
        version=stored.hash,
        recorded_at=stored.recorded_at,
        author=stored.author,
        changes=stored.changes,
        previous=stored.previous,
    )
    stored.entry = record(tx, entries.proposed(stored))
    stored.save(using=tx.alias, force_insert=True)
    VersionFile.objects.using(tx.alias).bulk_create(
        VersionFile(version=stored, name=name, content=content)
        for name, content in sorted(files.items())
    )
    return stored


def _withdraw(
    tx: Tx, waits: StoredVersion | None, author: str, cause: Withdrawal.Cause
) -> StoredVersion | None:
    if waits is not None:
        withdrawal = Withdrawal(version=waits, at=tx.now, by=author, cause=cause)
        withdrawal.entry = record(tx, entries.withdrawn(withdrawal))
        withdrawal.save(using=tx.alias, force_insert=True)
    return waits
