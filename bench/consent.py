"""Group *consent*: a choice kept durably, and a token checked beside the bare HMAC in it.

A choice is the whole verb: the words compared, what stands, the row, what stands then, the entry;
each call says another thing than the one before, so that each of them writes. The bare insert
beside it is a row of the choices' columns by the plain driver, committed by itself.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import digest
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from bench.stores import (
    Bare,
    Round,
    Row,
    in_flight,
    in_turn,
    median,
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
GROUP_CALLS: Final = 2_000
CALLERS: Final = 64
CHECKS: Final = 20_000
PERSONS: Final = 1_000
ABOUT: Final = "purpose.usage-statistics"
BARE: Final = "bare durable insert"
CHOICE: Final = "a choice kept: words, what stands, row, entry, sealed circumstances"
FLIGHT: Final = f"the same through the Committer, {CALLERS} in flight"
CHECK: Final = "token checked"
HMAC: Final = "bare HMAC-SHA256 of a token's bytes"


def main() -> None:
    """Print the group's table."""
    print_group("bench.consent", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure choices on one database; tokens, which ask none, once."""
    with writing() as committer:
        found = in_turn(bare_work(name, folder) | choice_work(committer), before=settled)
    rows = [
        (f"{name}: {BARE}", "", *took(found[BARE])),
        (f"{name}: {CHOICE}", "CPU ≤ 0.3 ms", *took(found[CHOICE])),
        (f"{name}: choice ÷ bare insert", "", *ratio(found[CHOICE], found[BARE])),
        (f"{name}: {FLIGHT}", "≥ 3,000/s", *rate(found[FLIGHT])),
    ]
    return [*tokens(), *rows] if name == "SQLite" else rows


def bare_work(name: str, folder: Path) -> dict[str, Callable[[], Round]]:
    """Return what the plain driver does."""
    bare = Bare(name, folder)
    now: Any = datetime.now(UTC)
    row = {
        "subject": "0" * 32,
        "about": ABOUT,
        "said_at": str(now) if bare.is_sqlite else now,
        "version": "0" * 64,
        "hash": "0" * 64,
        "box": os.urandom(110),
        "commitment": os.urandom(32),
        "entry": uuid4().hex,
    }
    kinds = {"said_at": "timestamptz", "box": "bytea", "commitment": "bytea"}
    insert = bare.make("choice", [(column, kinds.get(column, "text")) for column in row])
    values = tuple(row.values())
    return {BARE: lambda: one_by_one(lambda _: bare.connection.execute(insert, values), CALLS)}


def choice_work(committer: Any) -> dict[str, Callable[[], Round]]:
    """Return what Troth does."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.consent.actions import Seen, choose  # noqa: PLC0415 - the same
    from troth.consent.wording import asked  # noqa: PLC0415 - the same
    from troth.store import Store, transact  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    alias = Store().alias
    stored = facts.in_force(alias, datetime.now(UTC))
    words = None if stored is None else asked(facts.document(alias, stored.hash), ABOUT, "en")
    if stored is None or words is None:
        raise LookupError(f"the policy in force asks for no consent to {ABOUT}")
    seen = Seen(stored.hash, "en", "bench", {ABOUT: words.hash}, key="bench", origin="app:bench")
    persons = [vault.new_person() for _ in range(PERSONS)]
    vault.prepare(persons)
    given = dict.fromkeys(persons, False)

    def choice(number: int) -> tuple[Any, dict[str, bool], Seen]:
        person = persons[number % PERSONS]
        given[person] = not given[person]
        return person, {ABOUT: given[person]}, seen

    return {
        CHOICE: lambda: one_by_one(lambda n: transact(choose, *choice(n)), CALLS),
        FLIGHT: lambda: in_flight(
            lambda n: committer.submit(choose, *choice(n)), CALLERS, GROUP_CALLS
        ),
    }


def tokens() -> list[Row]:
    """Measure what an edge does with each request."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.consent import token  # noqa: PLC0415 - the same
    from troth.people.values import demand_rules  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    person, now = vault.new_person(), datetime.now(UTC)
    rules = transact(demand_rules)
    text = transact(token.mint, person, rules).token
    key, body = os.urandom(32), os.urandom(44)

    def checked() -> Round:
        return one_by_one(lambda _: token.check(text, rules, now), CHECKS)

    def bare() -> Round:
        return one_by_one(lambda _: digest(key, body, "sha256"), CHECKS)

    found = in_turn({CHECK: checked, HMAC: bare})

    def shown(what: str) -> tuple[str, str]:
        values = sorted(one.median_s * 1e6 for one in found[what])
        return f"{median(found[what]) * 1e6:.2f} µs", f"{values[0]:.2f} … {values[-1]:.2f} µs"

    return [
        (CHECK, "≤ 4 µs", *shown(CHECK)),
        (HMAC, "", *shown(HMAC)),
        ("check ÷ bare HMAC", "", *ratio(found[CHECK], found[HMAC])),
    ]


if __name__ == "__main__":
    main()
