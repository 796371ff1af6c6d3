"""Mail in the active language: what waits, what could not be delivered, and how mails read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.notices.facts import Way, newest_of_all, versions, way_out
from troth.notices.models import Wording
from troth.notices.sending import frame
from troth.notices.wording import Worded, Words, compose, default_of, of_row, outline, samples_of
from troth.people.mail import KIND, Mail, known_mails, letter_of
from troth.policy.words import Lang
from troth.site.navigation import NUMBER
from troth.store.models import OutboxRow
from troth.store.outbox_seen import Tally, dead_rows, tally

WHY: Final[Mapping[str, str]] = {
    "MailboxRefusedError": gettext_noop("The receiving server takes no mail to this address."),
    "MailRefusedError": gettext_noop("The receiving server takes no such mail."),
    "UnknownTemplateError": gettext_noop("This release has no mail of that name."),
    "DamagedMailError": gettext_noop("What stood in the outbox was not what was put there."),
    "ServerUnreachableError": gettext_noop(
        "The mail server cannot be reached, or its certificate is not valid."
    ),
    "TlsNotOfferedError": gettext_noop("The mail server offers no TLS, so nothing was told to it."),
    "SignInRefusedError": gettext_noop("The mail server refuses user or password."),
    "SenderRefusedError": gettext_noop(
        "The mail server takes no mail from the sender that is set."
    ),
    "PutOffError": gettext_noop("The mail server kept saying to try again later."),
    "RefusedError": gettext_noop("The policy in force does not allow it."),
    "NoPolicyError": gettext_noop("No version of the policy is in force."),
    "FileNotFoundError": gettext_noop("The file with the password is not there."),
    "PermissionError": gettext_noop("The file with the password cannot be read."),
}


class Undelivered(Struct, frozen=True):
    """A mail that could not be delivered, in words; whose it is stands nowhere."""

    id: int
    name: str
    what: str
    why: str
    tries: int
    at: datetime | None


class Told(Struct, frozen=True):
    """A mail of the list: what it tells, how it begins, and who worded it last."""

    name: str
    what: str
    subject: str
    row: Wording | None


class MailPage(Struct, frozen=True):
    """The whole page."""

    tally: Tally
    way: Way | None
    trouble: str
    dead: Sequence[Undelivered]
    mails: Sequence[Told]


class Place(Struct, frozen=True):
    """A place of a mail, as it is written, and what stands there."""

    written: str
    what: str
    sample: str


class Version(Struct, frozen=True):
    """A version of a wording as it is listed."""

    id: int
    at: datetime
    by: str
    default: bool
    subject: str


def mail_page(alias: str, lang: Lang, now: datetime) -> MailPage:
    """Return what is shown of mail."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    way = way_out(alias)
    rows = newest_of_all(alias)
    return MailPage(
        tally(alias, KIND, today),
        way,
        why(way.trouble) if way is not None and way.trouble else "",
        [_undelivered(row) for row in dead_rows(alias, KIND)],
        [_told(mail, rows.get(name), lang) for name, mail in sorted(known_mails().items())],
    )


def why(error: str) -> str:
    """Return what an error means, in a sentence; its name where we have none."""
    return gettext(WHY[error]) if error in WHY else error


def _undelivered(row: OutboxRow) -> Undelivered:
    try:
        name = letter_of(bytes(row.body)).template
    except msgspec.MsgspecError:
        name = ""
    mail = known_mails().get(name)
    what = name if mail is None else mail.what.render(gettext)
    return Undelivered(row.pk, name, what, why(row.last_error), row.attempts, row.ended_at)


def _told(mail: Mail, row: Wording | None, lang: Lang) -> Told:
    changed = row is not None and not row.default
    subject = row.subject(lang) if row is not None and changed else default_of(mail)[lang].subject
    return Told(mail.name, mail.what.render(gettext), outline(subject), row if changed else None)


def places_of(mail: Mail) -> list[Place]:
    """Return the places of a mail with what they stand for."""
    samples = samples_of(mail)
    return [
        Place(f"%({name})s", what.render(gettext), samples[name])
        for name, what in mail.places.items()
    ]


def versions_of(alias: str, mail: Mail, lang: Lang) -> list[Version]:
    """Return the versions of a mail's wording, the newest first."""
    return [
        Version(row.pk, row.at, row.by, row.default, outline(row.subject(lang)))
        for row in versions(alias, mail.name)
    ]


def version_of(alias: str, mail: Mail, asked: str) -> Worded | None:
    """Return what one version said; None where that mail has no such version."""
    if not NUMBER.fullmatch(asked):
        return None
    row = Wording.objects.using(alias).filter(mail=mail.name, pk=int(asked)).first()
    if row is None:
        return None
    return default_of(mail) if row.default else of_row(row)


def preview(mail: Mail, worded: Worded) -> Words:
    """Return a mail as it would arrive, with made-up values."""
    words = compose(worded, samples_of(mail), None, frame())
    return Words(" ".join(words.subject.split()), words.body)
