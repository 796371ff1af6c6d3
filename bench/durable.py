"""Group *durable*: what a verb costs that seals a value, writes it and enters it in the ledger.

The bare insert is one row of the same columns and bytes by the plain driver, committed by itself;
*row and entry* are the two rows a verb writes, in one transaction, by the plain driver too. The
sequencer runs meanwhile. Processor time is this process's: PostgreSQL's own is not in it.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from bench.stores import (
    Bare,
    Round,
    Row,
    at_once,
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

CALLS: Final = 500
GROUP_CALLS: Final = 5_000
CALLERS: Final = 64
PERSONS: Final = 1_000
BODY_BYTES: Final = 520
"""About what an entry of this verb holds."""
BARE: Final = "bare durable insert"
PAIR: Final = "bare: row and entry in one transaction"
VERB: Final = "`transact` verb: gate, seal, row, entry"
ALONE: Final = "the verb through the Committer, 1 caller"
GROUP: Final = f"the verb through the Committer, {CALLERS} threads"
FLIGHT: Final = f"the verb through the Committer, {CALLERS} in flight"
BARE_GROUP: Final = f"bare: rows and entries, {CALLERS} of each in one transaction"


def main() -> None:
    """Print the group's table."""
    print_group("bench.durable", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure on one database."""
    with writing() as committer:
        found = in_turn(bare_work(name, folder) | verb_work(committer), before=settled)
    return rows(name, found)


def bare_work(name: str, folder: Path) -> dict[str, Callable[[], Round]]:
    """Return what the plain driver does."""
    from troth.ledger.tables import ENTRIES  # noqa: PLC0415 - needs Django set up
    from troth.people.models import DETAILS  # noqa: PLC0415 - the same

    bare = Bare(name, folder)
    into_details = bare.make("detail", DETAILS.columns)
    into_entries = bare.make("entry", ((f"its_{n}", kind) for n, kind in ENTRIES.columns))
    now: Any = datetime.now(UTC)

    def adapted(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(map(str, row[:1])) + row[1:] if bare.is_sqlite else row

    at = str(now) if bare.is_sqlite else now
    entry_id: Any = uuid4()
    entry_id = entry_id.hex if bare.is_sqlite else entry_id
    box, mark_of = os.urandom(70), sha256(b"").digest()
    where = ("0" * 32, "account", "email", "0" * 64, "account", "direct")
    detail = (*where, at, box, mark_of, entry_id)
    entry = adapted(
        (entry_id, "bench.kept", at, "0" * 20, os.urandom(BODY_BYTES), box[:16], mark_of)
    )
    pair = [(into_details, detail), (into_entries, entry)]

    def group() -> None:
        many = [pair[0]] * CALLERS + [pair[1]] * CALLERS
        bare.together(many)

    def grouped() -> Round:
        taken = one_by_one(lambda _: group(), GROUP_CALLS // CALLERS)
        return Round(taken.median_s, taken.wall_s / CALLERS, taken.cpu_s / CALLERS)

    return {
        BARE: lambda: one_by_one(lambda _: bare.connection.execute(*pair[0]), CALLS),
        PAIR: lambda: one_by_one(lambda _: bare.together(pair), CALLS),
        BARE_GROUP: grouped,
    }


def verb_work(committer: Any) -> dict[str, Callable[[], Round]]:
    """Return what Troth does."""
    from bench.kept import keep  # noqa: PLC0415 - needs Django set up
    from troth import vault  # noqa: PLC0415 - the same
    from troth.store import SYSTEM, transact  # noqa: PLC0415 - the same

    persons = [vault.new_person() for _ in range(PERSONS)]
    vault.prepare(persons)

    def value(number: int) -> tuple[Any, str]:
        return persons[number % PERSONS], f"person-{number:06}@example.invalid"

    def submit(number: int) -> Any:
        person, address = value(number)
        return committer.submit_as(SYSTEM, (person,), keep, person, address)

    return {
        VERB: lambda: one_by_one(lambda n: transact(keep, *value(n)), CALLS),
        ALONE: lambda: one_by_one(lambda n: committer.submit(keep, *value(n)).result(), CALLS),
        GROUP: lambda: at_once(
            lambda n: committer.submit(keep, *value(n)).result(), CALLERS, GROUP_CALLS
        ),
        FLIGHT: lambda: in_flight(
            lambda n: committer.submit(keep, *value(n)), CALLERS, GROUP_CALLS
        ),
        f"{FLIGHT}, persons named": lambda: in_flight(submit, CALLERS, GROUP_CALLS),
    }


def rows(name: str, found: dict[str, list[Round]]) -> list[Row]:
    """Lay out one database's figures."""
    singles = [(f"{name}: {what}", "", *took(found[what])) for what in (BARE, PAIR, VERB, ALONE)]
    groups = [
        (f"{name}: {what}", "≥ 5,000/s" if what in {GROUP, FLIGHT} else "", *rate(found[what]))
        for what in (BARE_GROUP, GROUP, FLIGHT, f"{FLIGHT}, persons named")
    ]
    return [
        *singles,
        (f"{name}: verb ÷ bare insert", "≤ 1.5 ×", *ratio(found[VERB], found[BARE])),
        (f"{name}: verb ÷ bare row and entry", "", *ratio(found[VERB], found[PAIR])),
        (f"{name}: commits a second, one caller", "", *rate(found[VERB])),
        *groups,
    ]


if __name__ == "__main__":
    main()
