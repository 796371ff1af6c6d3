"""A process of a test: `python -m tests.jobs.process ROLE DATA [DATABASE]`.

`work` does jobs with one thread until it is killed; `drain` delivers the outbox to `SINK_PORT`.
Each job's effect is a row of a table that would hold a second one just as well.
"""

import os
import socket
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tests.services.server import environment
from troth.site import boot
from troth.site import config as configuration

SLOW_S: Final = 0.02
KIND: Final = "test-mail"


def set_up(data: Path, database: str) -> None:
    """Make Django read the database of a test."""
    flags = {"data": data, **({"database": database} if database else {})}
    boot.set_up(configuration.load(flags, environment()))


def insert(alias: str, number: int) -> None:
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    with connections[alias].cursor() as cursor:
        cursor.execute("INSERT INTO effect (number) VALUES (%s)", [number])


def work_inside(tx: Any, number: int) -> None:
    """Leave a row, slowly: a kill finds it before, between and after."""
    time.sleep(SLOW_S)  # the work
    insert(tx.alias, number)
    time.sleep(SLOW_S)  # more of it


def work_outside(step: Any, number: int) -> None:
    """Do the same by steps: the row and what shows that it is there, together."""
    time.sleep(SLOW_S)  # what is done outside
    step.transact(lambda tx: once(tx, number))


def once(tx: Any, number: int) -> None:
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    with connections[tx.alias].cursor() as cursor:
        cursor.execute("SELECT 1 FROM effect WHERE number = %s", [number])
        if cursor.fetchone() is None:
            insert(tx.alias, number)


def come_round(tx: Any) -> None:
    insert(tx.alias, -1)


def jobs() -> Any:
    from tests.jobs.cast import job, table  # noqa: PLC0415 - needs Django set up

    return table(
        job("test.inside", work_inside, attempts=1_000),
        job("test.outside", work_outside, outside=True, attempts=1_000),
        job("test.round", come_round, period=timedelta(days=1)),
    )


def work() -> None:
    """Do jobs for ever; a lease lasts a moment, so that a killed worker's jobs come back."""
    from troth.store import Store, jobs_lease, jobs_worker  # noqa: PLC0415 - needs Django set up

    jobs_lease.LEASE = timedelta(seconds=1)  # type: ignore[misc]
    jobs_worker.HEARTBEAT_SECONDS = 0.2  # type: ignore[misc]
    workers = jobs_worker.Workers(Store(), jobs(), poll_seconds=0.05)
    workers.start()
    print("working", flush=True)  # noqa: T201 - who started it waits for this
    workers.wait()


def drain() -> None:
    """Deliver to the sink for ever; a lease ends at once when its holder is gone."""
    from troth.store import Store, outbox  # noqa: PLC0415 - needs Django set up

    outbox.LEASE_SECONDS = 0.5  # type: ignore[misc]
    outbox.DELIVERY_SECONDS = 0.2  # type: ignore[misc]
    port = int(os.environ["SINK_PORT"])

    def deliver(parcel: outbox.Parcel) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as sink:
            sink.sendall(parcel.body + b"\n")
            assert sink.recv(2) == b"ok"

    print("draining", flush=True)  # noqa: T201 - who started it waits for this
    while True:
        if outbox.drain(Store(), KIND, deliver, 10) == outbox.Drained():
            time.sleep(0.01)  # until the lease of a killed one has ended


if __name__ == "__main__":
    set_up(Path(sys.argv[2]), *(sys.argv[3:] or [""]))
    {"work": work, "drain": drain}[sys.argv[1]]()
