"""What of the record of access is to be taken out, in words: for who asks and who confirms."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext, gettext_noop
from msgspec import Struct
from msgspec.structs import replace

from troth.access import objects
from troth.access.acting import Acting
from troth.access.bulk import asked_of
from troth.access.models import Bulk
from troth.access.notes import person_of_member, read_notes
from troth.site.typeset.access import Labels
from troth.store import Tx

SHOWN_MAX: Final = 10
WAITING, CONFIRMED, REFUSED, USED, LAPSED = "waiting", "live", "refused", "ended", "lapsed"
STATES: Final = {
    WAITING: gettext_noop("waits for another member"),
    CONFIRMED: gettext_noop("confirmed"),
    REFUSED: gettext_noop("refused"),
    USED: gettext_noop("taken out"),
    LAPSED: gettext_noop("lapsed"),
}
"""By the names under which a grant's state is drawn."""


class BulkShown(Struct, frozen=True):
    """Rows to be taken out: what was looked for, in words, and how it stands."""

    row: Bulk
    state: str
    says: str
    looked_for: tuple[tuple[str, str], ...]
    since: datetime | None
    until: datetime | None
    may_confirm: bool
    reason: str = ""


def state_of(bulk: Bulk, now: datetime) -> str:
    """Return how it stands."""
    if bulk.used_at is not None:
        return USED
    if bulk.confirmed is False:
        return REFUSED
    if now >= bulk.lapses_at:
        return LAPSED
    return WAITING if bulk.decided_at is None else CONFIRMED


def bulk_shown(actor: Acting, bulk: Bulk, labels: Labels, now: datetime) -> BulkShown:
    """Return it without its reason, which is sealed."""
    state, asked = state_of(bulk, now), asked_of(bulk)
    answers = {None: "", True: gettext("allowed"), False: gettext("refused")}
    told = (
        (gettext("Member"), asked.member),
        (gettext("Person"), asked.subject),
        (gettext("What"), asked.category and labels.category(asked.category)),
        (gettext("For what"), asked.purpose and labels.purpose(asked.purpose)),
        (gettext("Answer"), answers[asked.allowed]),
        (gettext("Case"), "" if asked.case is None else f"case-{asked.case}"),
    )
    return BulkShown(
        row=bulk,
        state=state,
        says=gettext(STATES[state]),
        looked_for=tuple(pair for pair in told if pair[1]),
        since=asked.since,
        until=asked.until,
        may_confirm=state == WAITING and objects.may_bulk(actor, "bulk.confirm", bulk),
    )


def bulk_opened(tx: Tx, actor: Acting, bulk: Bulk, now: datetime) -> BulkShown:
    """Return it with its reason, opened for who may confirm it."""
    objects.on_bulk(actor, "bulk.confirm", bulk)
    (reason,) = read_notes(tx, [(person_of_member(tx, bulk.member), bytes(bulk.why))])
    return replace(bulk_shown(actor, bulk, Labels(tx.alias, now), now), reason=reason)


def bulk_waiting(actor: Acting, alias: str, now: datetime) -> list[Bulk]:
    """Return what this member may confirm."""
    rows = Bulk.objects.using(alias).filter(decided_at=None, lapses_at__gt=now)
    found = rows.select_related("member__account").order_by("asked_at")
    return [one for one in found if objects.may_bulk(actor, "bulk.confirm", one)]


def own_bulk(actor: Acting, now: datetime) -> list[Bulk]:
    """Return what this member has asked to take out of late, the newest first."""
    rows = Bulk.objects.filter(member=actor.member, lapses_at__gt=now)
    return list(rows.select_related("second__account").order_by("-asked_at")[:SHOWN_MAX])
