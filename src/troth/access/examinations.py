"""Did each view rest on a live grant, an undertaking and a review? Told from the rows alone.

Views grow without end, so each examination can go on after the last view that the one before it
found right (`Control.resume`). Whose view was under way longer than `SETTLES` when it was passed by
is seen by the next full scan.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from troth import vault
from troth.access.history import History
from troth.access.hours import Hours
from troth.access.models import Grant, Member, Signature, UndertakingText, View
from troth.access.models.grants import GLASS
from troth.access.undertakings import text_unchanged, verify_seal
from troth.policy.promise import Cursor, Evidence
from troth.policy.words import Message, Pseudonym, mark
from troth.store import SYSTEM, Tx
from troth.vault import PersonId

LIVE_GRANTS: Final = "access.live-grants"
UNDERTAKINGS: Final = "access.undertakings"
REVIEWS: Final = "access.reviews-on-time"
SAMPLES_MAX: Final = 10
CHUNK: Final = 1_000
NO_CURSOR: Final[Cursor] = {}
SETTLES: Final = timedelta(minutes=10)
"""A row this old has every row before it beside it: no transaction lasts that long."""


class AllowedViews:
    """Every view that was answered with yes, on from a cursor, the oldest first.

    `examined` counts them, those before the cursor too; `cursor` is where the next may go on.
    """

    def __init__(self, alias: str, now: datetime, cursor: Cursor) -> None:
        self._alias, self._settled = alias, now - SETTLES
        self._after = int(cursor.get("view", 0))
        self.examined = self._passed = int(cursor.get("examined", 0))

    def __iter__(self) -> Iterator[View]:
        rows = View.objects.using(self._alias).filter(allowed=True, pk__gt=self._after)
        settled = True
        for view in (
            rows.order_by("pk").select_related("member__account", "grant", "case").iterator(CHUNK)
        ):
            self.examined += 1
            settled = settled and view.at <= self._settled
            if settled:
                self._after, self._passed = view.pk, self.examined
            yield view

    @property
    def cursor(self) -> Cursor:
        """The last view with nothing missing before it, and how many there are up to it."""
        return {"view": self._after, "examined": self._passed}


def live_grants(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold every view to the grant or case it names, to the freezes there were, and to how many.

    How many: the persons an hour shows by leave for everybody.
    """
    history, people = History(alias), _People(alias, now)
    hours = Hours(alias, history)
    wrong: list[str] = []
    views = AllowedViews(alias, now, cursor)
    for view in views:
        broken = view.grant is not None and view.grant.kind == GLASS
        if not history.carries(view, people.of(view.subject)):
            wrong.append(f"view {view.pk}: no live grant")
        elif not history.might(view.member_id, "view.ask", view.at, own=True):
            wrong.append(f"view {view.pk}: no role that sees anything")
        elif history.frozen(view.member, view.at) and not broken:
            wrong.append(f"view {view.pk}: after a freeze")
        elif hours.beyond(view):
            wrong.append(f"view {view.pk}: more persons in an hour than leave for everybody shows")
    live = Grant.objects.using(alias).filter(approved=True, ended_at=None, until__gt=now)
    return _evidence(
        LIVE_GRANTS,
        now,
        views.examined,
        wrong,
        cursor=views.cursor,
        bad=mark("A view of personal data rested on no live grant."),
        good=mark("Every view rested on a live grant or an open case (%(count)s so far)."),
        figures={mark("Views allowed"): views.examined, mark("Grants that live"): live.count()},
    )


def undertakings(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold every view and grant to a current undertaking, and each signature to its text.

    Texts, signatures and grants are few beside views: all of them are looked at each time.
    """
    history = History(alias)
    wrong = [f"text {one.number}: changed" for one in _texts(alias) if not text_unchanged(one)]
    signed = Signature.objects.using(alias).select_related("text", "member__account")
    seals = 0
    for one in signed.order_by("pk").iterator(CHUNK):
        seals += 1
        if not verify_seal(one):
            wrong.append(f"signature {one.pk}: seal broken")
    views = AllowedViews(alias, now, cursor)
    wrong += [
        f"view {view.pk}: no undertaking"
        for view in views
        if not history.sworn(view.member, view.at)
    ]
    examined = seals + views.examined
    given = Grant.objects.using(alias).filter(approved=True).select_related("member__account")
    for grant in given.order_by("pk").iterator(CHUNK):
        examined += 1
        if grant.decided_at is not None and not history.sworn(grant.member, grant.decided_at):
            wrong.append(f"{grant.name}: no undertaking")
    return _evidence(
        UNDERTAKINGS,
        now,
        examined,
        wrong,
        cursor=views.cursor,
        bad=mark("Somebody was given or saw something without a current undertaking."),
        good=mark("Every grant and view came after a signature whose seal holds (%(count)s)."),
        figures={mark("Signatures"): seals},
    )


def reviews(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold every view to the review that was due; count whose access stands still now."""
    history = History(alias)
    wrong: list[str] = []
    views = AllowedViews(alias, now, cursor)
    for view in views:
        broken = view.grant is not None and view.grant.kind == GLASS
        if not broken and not history.reviewed(view.member, view.at):
            wrong.append(f"view {view.pk}: review overdue")
    members = Member.objects.using(alias).filter(left_at=None)
    overdue = sum(1 for member in members.iterator(CHUNK) if not history.reviewed(member, now))
    return _evidence(
        REVIEWS,
        now,
        views.examined,
        wrong,
        cursor=views.cursor,
        bad=mark("Somebody saw something though the review of her access was overdue."),
        good=mark("Nobody saw anything while the review of her access was overdue (%(count)s)."),
        figures={mark("Members whose access stands still, unreviewed"): overdue},
    )


def _texts(alias: str) -> Iterator[UndertakingText]:
    return UndertakingText.objects.using(alias).order_by("number").iterator(CHUNK)


class _People:
    """Whom pseudonyms stand for, each asked once; nobody once she is erased."""

    def __init__(self, alias: str, now: datetime) -> None:
        self._tx = Tx(alias, now, SYSTEM)
        self._known: dict[str, PersonId | None] = {}

    def of(self, subject: str) -> PersonId | None:
        if subject not in self._known:
            self._known[subject] = vault.person_of(self._tx, Pseudonym(subject))
        return self._known[subject]


def _evidence(
    control: str,
    now: datetime,
    examined: int,
    wrong: list[str],
    *,
    cursor: Cursor,
    bad: str,
    good: str,
    figures: dict[str, str | int],
) -> Evidence:
    return Evidence(
        control=control,
        verdict="broken" if wrong else "kept",
        examined=examined or len(wrong),
        at=now,
        why=Message(bad) if wrong else Message(good, {"count": examined}),
        figures=figures,
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor=cursor,
    )
