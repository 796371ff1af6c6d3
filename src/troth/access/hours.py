"""How many persons a member had seen of late by leave for everybody, counted again from the rows.

`Hours(alias, history).beyond(view) -> bool`     of views in the order of their rows
"""

from datetime import datetime

from troth.access.history import History
from troth.access.models import View
from troth.access.models.grants import ALL
from troth.access.settings import PERSONS_PER_HOUR
from troth.access.views import WINDOW
from troth.ledger.models import Entry

Seen = list[tuple[datetime, str]]
"""When which person was seen, as far as that still counts."""


class Hours:
    """Goes with the views; of each member the last hour is kept, read once where it begins."""

    def __init__(self, alias: str, history: History) -> None:
        self._alias, self._history = alias, history
        self._seen: dict[int, Seen] = {}

    def beyond(self, view: View) -> bool:
        """Whether she had seen as many others in the hour as leave for everybody lets her."""
        if view.grant is None or view.grant.scope != ALL:
            return False
        since = view.at - WINDOW
        if view.member_id not in self._seen:
            self._seen[view.member_id] = self._before(view, since)
        seen = self._seen[view.member_id] = [
            (at, who) for at, who in self._seen[view.member_id] if at > since
        ]
        others = {who for _, who in seen} - {view.subject}
        seen.append((view.at, view.subject))
        if len(others) < self._history.number(PERSONS_PER_HOUR, view.at):
            return False
        return len(others) >= self._entered(view)

    def _before(self, view: View, since: datetime) -> Seen:
        rows = View.objects.using(self._alias).filter(
            member=view.member_id, allowed=True, grant__scope=ALL, at__gt=since, pk__lt=view.pk
        )
        return list(rows.values_list("at", "subject"))

    def _entered(self, view: View) -> int:
        """Return the setting by the order of the ledger, or by the clock where that let her more.

        A clock that was set back puts a view before the setting it was allowed by.
        """
        by_clock = self._history.number(PERSONS_PER_HOUR, view.at)
        sets = self._history.set_to(PERSONS_PER_HOUR)
        asked = [entry for _, _, entry in sets]
        places = dict(
            Entry.objects.using(self._alias)
            .filter(pk__in=[*asked, view.entry])
            .values_list("pk", "index")
        )
        here = None if view.entry is None else places.get(view.entry)
        entered = [
            (place, number)
            for _, number, entry in sets
            if entry is not None
            and (place := places.get(entry)) is not None
            and (here is None or place < here)
        ]
        return max(by_clock, max(entered)[1]) if entered else by_clock
