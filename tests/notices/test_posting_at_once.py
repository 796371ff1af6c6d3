"""Verbs that post mail wait for nobody who posts as well: in whatever order, no deadlock."""

import threading

import pytest
from django.db import connection

from tests.jobs.cast import PATIENCE_S
from tests.notices.cast import NOON, put_mail, somebody
from troth.people.mail import KIND, SENT_BY
from troth.store import Tx, transact
from troth.store.jobs import PERIODIC
from troth.store.models import QueuedJob
from troth.store.outbox import waits

pytestmark = pytest.mark.usefixtures("keys", "committed", "policy", "mails")


class Holder(threading.Thread):
    """Somebody who holds the row of the job that sends, until she is told to let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held, self.let_go = threading.Event(), threading.Event()

    def run(self) -> None:
        """Hold it."""
        try:
            transact(self._hold)
        finally:
            connection.close()

    def _hold(self, tx: Tx) -> None:
        QueuedJob.objects.using(tx.alias).select_for_update().get(name=SENT_BY)
        self.held.set()
        assert self.let_go.wait(PATIENCE_S)


def test_who_posts_does_not_wait_for_another_who_does() -> None:
    QueuedJob.objects.create(
        name=SENT_BY, key=PERIODIC, period_seconds=60, due_at=NOON, created_at=NOON
    )
    person, other = somebody(), Holder()
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        other.start()
        assert other.held.wait(PATIENCE_S)
    assert put_mail(person)
    assert waits(kind=KIND) == 1
    if other.ident is not None:
        assert other.is_alive(), "it was still held when we were done"
        other.let_go.set()
        other.join()
