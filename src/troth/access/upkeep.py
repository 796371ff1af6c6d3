"""What members do about jobs and signals, by who may; the store itself knows no members.

`try_again(tx, job)`     `give_up(tx, job)`     `close_signal(tx, signal, reason)`
"""

from troth.access import objects
from troth.access.acting import acting
from troth.ledger import LedgerEntry, record
from troth.store import Tx
from troth.store.jobs_seen import let_go, retry
from troth.store.signals import close


def try_again(tx: Tx, job: int) -> None:
    """Have a failed job tried once more."""
    actor = acting(tx)
    objects.on_house(actor, "jobs.act")
    retry(tx, job)
    record(tx, LedgerEntry("access.job-retried", about={"job": job}))


def give_up(tx: Tx, job: int) -> None:
    """Let a failed job go."""
    actor = acting(tx)
    objects.on_house(actor, "jobs.act")
    let_go(tx, job)
    record(tx, LedgerEntry("access.job-given-up", about={"job": job}))


def close_signal(tx: Tx, signal: int, reason: str) -> None:
    """Close a signal that somebody has looked at."""
    actor = acting(tx)
    objects.on_house(actor, "signal.close")
    if close(tx, signal, actor.member.handle, reason):
        record(tx, LedgerEntry("access.signal-closed", about={"signal": signal}))
