"""Group *records*: a record taken in as a call by a key does it, and a value used.

The whole verb: the subject found by the operator's id, the gate, sealing, the values' rows, the
record's row, the entry. Beside it, in the same run, the plain driver's durable insert of one row.
"""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.stores import (
    Bare,
    Round,
    Row,
    in_flight,
    in_turn,
    one_by_one,
    print_group,
    rate,
    ratio,
    settled,
    took,
    writing,
)
from troth.site.config import Config

CALLS: Final = 300
GROUP_CALLS: Final = 2_000
CALLERS: Final = 64
PERSONS: Final = 1_000
BATCH: Final = 1_000
BARE: Final = "bare durable insert"
RECORD: Final = "a record of two fields, alone"
FLIGHT: Final = f"records through the Committer, {CALLERS} in flight"
BATCHED: Final = f"records in batches of {BATCH:,}"
USE: Final = "a use: two values opened, entered"
USES: Final = f"uses through the Committer, {CALLERS} in flight"


def main() -> None:
    """Print the group's table."""
    print_group("bench.records", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure on one database."""
    with writing() as committer:
        found = in_turn(bare_work(name, folder) | record_work(committer), before=settled)
    return [
        (f"{name}: {BARE}", "", *took(found[BARE])),
        (f"{name}: {RECORD}", "", *took(found[RECORD])),
        (f"{name}: record ÷ bare insert", "", *ratio(found[RECORD], found[BARE])),
        (f"{name}: {FLIGHT}", "", *rate(found[FLIGHT])),
        (f"{name}: {BATCHED}", "", *rate(found[BATCHED])),
        (f"{name}: {USE}", "", *took(found[USE])),
        (f"{name}: {USES}", "", *rate(found[USES])),
    ]


def bare_work(name: str, folder: Path) -> dict[str, Callable[[], Round]]:
    """Return what the plain driver does."""
    bare = Bare(name, folder)
    insert = bare.make("record", [("person", "text"), ("box", "bytea"), ("entry", "text")])
    values = ("0" * 32, os.urandom(110), "0" * 32)
    return {BARE: lambda: one_by_one(lambda _: bare.connection.execute(insert, values), CALLS)}


def record_work(committer: Any) -> dict[str, Callable[[], Round]]:
    """Return what Troth does."""
    from troth.collection.calls import Row as Given  # noqa: PLC0415 - needs Django set up
    from troth.collection.calls import Wish, ask_for, hand_in  # noqa: PLC0415 - the same
    from troth.collection.given import Refused  # noqa: PLC0415 - the same
    from troth.people.subjects import make_subjects  # noqa: PLC0415 - the same
    from troth.sites.facts import Caller  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    subjects = [f"bench-{number}" for number in range(PERSONS)]
    transact(make_subjects, subjects)
    caller, numbers = Caller("bench", "main", "secret", test=False), count()
    fields: dict[str, Any] = {"email": "bench@example.com", "display_name": "Bench"}

    def row() -> Given:
        subject = subjects[next(numbers) % PERSONS]
        return Given(subject=subject, category="account", purpose="account", fields=fields)

    def wish(number: int) -> Wish:
        subject, names = subjects[number % PERSONS], ("email", "display_name")
        return Wish(subject=subject, category="account", purpose="notices", fields=names)

    def batch() -> tuple[Given, ...]:
        return tuple(row() for _ in range(BATCH))

    def taken(told: Any) -> None:
        assert not isinstance(told, Refused), told.code

    def batched() -> Round:
        alone = one_by_one(lambda _: taken(transact(hand_in, batch(), caller, None)), 3)
        return Round(alone.median_s / BATCH, alone.wall_s / BATCH, alone.cpu_s / BATCH)

    return {
        RECORD: lambda: one_by_one(
            lambda _: taken(transact(hand_in, (row(),), caller, None)), CALLS
        ),
        FLIGHT: lambda: in_flight(
            lambda _: committer.submit(hand_in, (row(),), caller, None), CALLERS, GROUP_CALLS
        ),
        BATCHED: batched,
        USE: lambda: one_by_one(lambda n: taken(transact(ask_for, wish(n), caller)), CALLS),
        USES: lambda: in_flight(
            lambda n: committer.submit(ask_for, wish(n), caller), CALLERS, GROUP_CALLS
        ),
    }


if __name__ == "__main__":
    main()
