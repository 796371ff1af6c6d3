"""What is known of mail: whether it can go out, and how each was worded over time."""

from django.conf import settings
from msgspec import Struct

from troth.notices.models import Wording
from troth.people.mail import ADDRESS, SENT_BY
from troth.people.models import Detail
from troth.store.models import UNFINISHED, QueuedJob

VERSIONS_SHOWN = 50


class Way(Struct, frozen=True):
    """By which server mail goes out and from whom; `trouble` is the name of the last error."""

    place: str
    sender: str
    trouble: str


def way_out(alias: str) -> Way | None:
    """Return the way mail takes, None where no server is set."""
    try:
        server = settings.TROTH_SMTP_SERVER()
    except (OSError, ValueError) as error:
        return Way("", settings.TROTH_MAIL_FROM, type(error).__name__)
    if server is None:
        return None
    jobs = QueuedJob.objects.using(alias).filter(name=SENT_BY, state__in=UNFINISHED)
    trouble = jobs.values_list("last_error", flat=True).first() or ""
    return Way(server.place, settings.TROTH_MAIL_FROM, trouble)


def versions(alias: str, name: str) -> tuple[Wording, ...]:
    """Return how a mail was worded, the newest first."""
    rows = Wording.objects.using(alias).filter(mail=name)
    return tuple(rows.order_by("-id")[:VERSIONS_SHOWN])


def newest_of_all(alias: str) -> dict[str, Wording]:
    """Return the newest version of each mail that somebody worded."""
    found: dict[str, Wording] = {}
    for row in Wording.objects.using(alias).order_by("id").defer("body_zh", "body_en"):
        found[row.mail] = row
    return found


def has_address(alias: str, person: str, category: str = "staff-account") -> bool:
    """Tell whether somebody has given an address to write to."""
    held = Detail.objects.using(alias).filter(person=person, category=category, field=ADDRESS)
    return bool(person) and held.exists()
