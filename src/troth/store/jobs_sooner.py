"""Have a job that comes round by itself come round now: there is something to do for it."""

from django.db import transaction
from django.db.models.functions import Least

from troth.store import jobs_wake
from troth.store.jobs import PERIODIC
from troth.store.models import UNFINISHED, WAITING, QueuedJob
from troth.store.transaction import Tx


def sooner(tx: Tx, name: str) -> None:
    """Make a periodic job due once this transaction is committed, or once more while it runs.

    It never waits for whoever holds the job's row, so verbs that call it in any order are in no
    deadlock: then the job comes round in its period, as it does where no worker has planned it yet.
    """
    rows = QueuedJob.objects.using(tx.alias)
    found = rows.filter(name=name, key=PERIODIC, state__in=UNFINISHED)
    row = found.select_for_update(skip_locked=True).first()
    if row is None:
        return
    if row.state == WAITING:
        rows.filter(pk=row.pk).update(due_at=Least("due_at", tx.now))
    else:
        rows.filter(pk=row.pk).update(again=True)
    transaction.on_commit(jobs_wake.wake, using=tx.alias, robust=True)
