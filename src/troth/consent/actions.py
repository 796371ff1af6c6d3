"""Verbs of consent: said, and taken back as easily.

`choose(tx, subject, choices, seen) -> Chosen`      raises UnknownChoiceError, OtherTextError,
                                                    OtherVersionError, NotAloneError,
                                                    NoPolicyError, RefusedError
`withdraw(tx, subject, abouts, seen) -> Chosen`     of anything that stands, whatever the policy
                                                    says now
A choice that says what stands already makes no row: saying it twice is saying it once.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, cast

from django.db.models import Max
from msgspec import Struct, json

from troth import vault
from troth.consent.facts import forget
from troth.consent.history import CATEGORY, FIELD
from troth.consent.models import Choice, Standing
from troth.consent.wording import SEPARATE, Kind, asked
from troth.ledger import LedgerEntry, record
from troth.people.values import Leave, NoPolicyError, RefusedError, Under, demand
from troth.policy.document import Version
from troth.policy.words import Lang, Message, StatementId, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId, Sealed
from troth.versions import facts as versions

Bearer = Literal["person", "visitor", "installation"]
CHOSEN: Final = "consent.chosen"
UNDER: Final = Under(CATEGORY, "choices", "direct", frozenset({"subject"}))
"""What of the register choices are kept under."""
CHOICES_MAX: Final = 100
LOCK: Final = "consent.{}"


class ChoiceError(Exception):
    """It can't be kept so: `about` names the choice, `statement` the sentence of the policy."""

    def __init__(self, message: Message, about: str, statement: StatementId | None = None) -> None:
        self.message, self.about, self.statement = message, about, statement
        super().__init__(message.render(str))


class UnknownChoiceError(ChoiceError):
    """The policy asks for no such yes."""


class OtherTextError(ChoiceError):
    """What was shown is not what the policy says: a yes to it is a yes to something else."""


class OtherVersionError(ChoiceError):
    """Another version is in force than the one that was shown."""


class NotAloneError(ChoiceError):
    """A separate consent was asked for together with others."""


class Seen(Struct, frozen=True):
    """Under which circumstances somebody chose.

    `version` is the policy's that she was shown, `texts` the SHA-256 of the words by what they ask
    for, `surface` where (`banner`, `settings`, `device`), `region` an ISO 3166 code or "", `signal`
    whether her browser asked for privacy by itself (GPC).
    """

    version: str
    lang: Lang
    surface: str
    texts: Mapping[str, str]
    region: str = ""
    signal: bool = False
    bearer: Bearer = "person"


class Chosen(Struct, frozen=True):
    """The number of the newest choice of the subject's, and what it has changed."""

    sequence: int
    changed: frozenset[str]


class _Said(Struct, frozen=True):
    about: str
    kind: Kind
    given: bool
    text: str = ""


def choose(tx: Tx, subject: PersonId, choices: Mapping[str, bool], seen: Seen) -> Chosen:
    """Keep what somebody says to each thing she was asked; all of it or nothing.

    A yes is bound to the words it was shown with, and a separate consent is asked for alone. A no
    is never refused for the words.
    """
    serialise(tx, LOCK.format(subject))
    version = _version(tx, seen, choices)
    said = [_said(version, about, seen, given=given) for about, given in choices.items()]
    separate = [one.about for one in said if one.given and one.kind == SEPARATE]
    if separate and sum(one.given for one in said) > 1:
        raise NotAloneError(
            Message(
                mark("A separate consent is asked for by itself: send “%(about)s” alone."),
                {"about": separate[0]},
            ),
            separate[0],
        )
    return _keep(tx, subject, said, seen, demand(tx, {FIELD: ""}, UNDER))


def withdraw(tx: Tx, subject: PersonId, abouts: Iterable[str], seen: Seen) -> Chosen:
    """Take a yes back; what was never given is not there to take back.

    Nothing stands in its way: where the policy lets no choice be kept any more, it is kept without
    its circumstances. PIPL 15, GDPR 7(3).
    """
    serialise(tx, LOCK.format(subject))
    rows = Standing.objects.using(tx.alias).filter(subject=subject, about__in=list(abouts))
    said = [_Said(row.about, cast("Kind", row.kind), given=False) for row in rows if row.given]
    try:
        leave = demand(tx, {FIELD: ""}, UNDER)
    except (NoPolicyError, RefusedError):
        leave = None
    return _keep(tx, subject, said, seen, leave)


def _version(tx: Tx, seen: Seen, choices: Mapping[str, bool]) -> Version:
    """Return the version in force, which must be the one she was shown."""
    stored = versions.in_force(tx.alias, tx.now)
    about = next(iter(choices), "")
    if not about or len(choices) > CHOICES_MAX:
        raise UnknownChoiceError(
            Message(mark("Send 1 to %(number)s choices."), {"number": CHOICES_MAX}), about
        )
    if stored is None or stored.hash != seen.version:
        raise OtherVersionError(
            Message(mark("Another version of the policy is in force: show it, then ask again.")),
            about,
        )
    return versions.document(tx.alias, stored.hash)


def _said(version: Version, about: str, seen: Seen, *, given: bool) -> _Said:
    words = asked(version, about, seen.lang)
    if words is None:
        raise UnknownChoiceError(
            Message(mark("The policy asks for no consent to “%(about)s”."), {"about": about}), about
        )
    fits = seen.texts.get(about) == words.hash
    if given and not fits:
        raise OtherTextError(
            Message(
                mark("What was shown for “%(about)s” is not what the policy says of it."),
                {"about": about},
            ),
            about,
            _told(version, about),
        )
    return _Said(about, words.kind, given, words.hash if fits else "")


def _told(version: Version, about: str) -> StatementId | None:
    """Return the sentence that tells of an entry; None for a class of cookies, which has many."""
    table, _, name = about.partition(".")
    entry = getattr(version.register, table, {}).get(name)
    return None if entry is None else entry.statement


def _keep(
    tx: Tx, subject: PersonId, said: Iterable[_Said], seen: Seen, leave: Leave | None
) -> Chosen:
    rows = Standing.objects.using(tx.alias).filter(subject=subject)
    stood = {one.about: one for one in rows.select_related("choice")}
    fresh = [one for one in said if _changes(stood.get(one.about), one, seen)]
    numbers = Choice.objects.using(tx.alias).filter(subject=subject)
    last = numbers.aggregate(last=Max("sequence"))["last"] or 0
    if fresh:
        _write(tx, _Of(subject, seen, last), fresh, leave)
    return Chosen(last + len(fresh), frozenset(one.about for one in fresh))


def _changes(stood: Standing | None, said: _Said, seen: Seen) -> bool:
    """Whether it says another thing than what stands, or the same under another version."""
    if stood is None:
        return True
    same = (stood.kind, stood.given) == (said.kind, said.given)
    return not same or (said.given and stood.choice.version != seen.version)


class _Of(Struct, frozen=True):
    """Whose choices are written, under which circumstances, and after which of hers."""

    subject: PersonId
    seen: Seen
    last: int


def _write(tx: Tx, of: _Of, fresh: list[_Said], leave: Leave | None) -> None:
    boxes = [_sealed(tx, of, leave) for _ in fresh]
    commitments = [b"" if box is None else vault.commitment(box) for box in boxes]
    about = {
        "choices": {one.about: one.given for one in fresh},
        "kinds": {one.about: one.kind for one in fresh},
        "texts": {one.about: one.text for one in fresh if one.text},
        "bearer": of.seen.bearer,
        "commitments": [one.hex() for one in commitments],
    }
    rules, question, decision = leave or (None, None, None)
    version = "" if rules is None else rules.version
    who = vault.pseudonym(tx, of.subject)
    entry = record(tx, LedgerEntry(CHOSEN, version, who, about, question, decision))
    made = Choice.objects.using(tx.alias).bulk_create(
        Choice(
            subject=of.subject,
            bearer=of.seen.bearer,
            sequence=of.last + number,
            about=one.about,
            kind=one.kind,
            given=one.given,
            at=tx.now,
            version=version,
            text=one.text,
            box=None if box is None else box.box,
            commitment=commitment,
            entry=entry,
        )
        for number, (one, box, commitment) in enumerate(
            zip(fresh, boxes, commitments, strict=True), 1
        )
    )
    Standing.objects.using(tx.alias).bulk_create(
        [
            Standing(
                subject=of.subject, about=row.about, kind=row.kind, given=row.given, choice=row
            )
            for row in made
        ],
        update_conflicts=True,
        unique_fields=["subject", "about"],
        update_fields=["kind", "given", "choice"],
    )
    forget(tx, of.subject)


def _sealed(tx: Tx, of: _Of, leave: Leave | None) -> Sealed | None:
    """Return the circumstances of a choice, sealed; None where the policy lets none be kept."""
    if leave is None:
        return None
    seen = of.seen
    told = {
        "lang": seen.lang,
        "surface": seen.surface,
        "region": seen.region,
        "signal": seen.signal,
    }
    text = json.encode(told).decode()
    return vault.seal(tx, of.subject, CATEGORY, FIELD, text, leave[0].version)
