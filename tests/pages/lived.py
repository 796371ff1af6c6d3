"""Let something happen in a running server's store: `python -m tests.pages.lived DATA DATABASE`.

Members of each role, sworn; a person's request answered; a case worked on; a broken glass; keys of
sites, and what these handed in. It runs in a process of its own, as the tests' process has a
database of its own.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.services import forks
from tests.services.server import Server, environment
from troth.site import config as configuration
from troth.site.boot import open_data

ROOT: Final = Path(__file__).resolve().parents[2]


def live(server: Server) -> None:
    """Let it happen in the store of a running server; raise if that fails."""
    words = ("tests.pages.lived", server.data, server.database)
    forks.run(*words, cwd=ROOT, env=environment(), timeout=120).check_returncode()


def main(data: str, database: str) -> None:
    """Write the rows by the verbs, as if the members had done it just now."""
    flags: Mapping[str, Any] = {"data": Path(data), "database": database or None}
    open_data(configuration.load(flags))
    from tests.access.house import (  # noqa: PLC0415 - needs Django set up
        PURPOSE,
        act,
        join,
        people,
        swear,
        value_of,
        wish,
    )
    from tests.pages.recorded import seen_in_pictures  # noqa: PLC0415 - the same
    from troth.access import cases, glass, grants, keys, views  # noqa: PLC0415 - the same
    from troth.access.roles import ROLES  # noqa: PLC0415 - the same
    from troth.sites.actions import Wanted  # noqa: PLC0415 - the same
    from troth.sites.words import SCOPES, Scope  # noqa: PLC0415 - the same
    from troth.store import SYSTEM  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    members = {role: act(SYSTEM, join, role, at=now) for role in ROLES if role != "owner"}
    for member in members.values():
        swear(member, at=now)
    persons = people(4, at=now)
    support, officer = members["support"], members["privacy-officer"]
    for wanted, reason in ((persons[:2], "To answer what they asked"), ((), "To compare all")):
        asked = act(support, grants.ask, wish(*wanted, reason=reason), at=now)
        act(officer, grants.decide, asked, yes=bool(wanted), note="For two days", at=now)
    act(members["engineer"], grants.ask, wish(persons[2], life=timedelta(days=5)), at=now)
    case = act(SYSTEM, cases.open_case, "question", persons[2:], "About an address", at=now)
    act(support, cases.take, case, at=now)
    for number, person in enumerate(persons[:3]):
        at = now + timedelta(seconds=number)
        act(support, views.view, value_of(person), None, PURPOSE, at=at)
    emergency = wish(persons[3], reason="A leak has to be stopped")
    act(members["engineer"], glass.break_glass, emergency, at=now)
    ends = now + timedelta(days=180)
    records: frozenset[Scope] = frozenset({"records"})
    consents: frozenset[Scope] = frozenset({"consents"})
    made = [
        act(members["engineer"], keys.make, wanted, at=now)
        for wanted in (
            Wanted(site="main", kind="secret", label="Nightly import", scopes=records),
            Wanted(
                site="main", kind="secret", label="Back end", scopes=frozenset(SCOPES), until=ends
            ),
            Wanted(
                site="main",
                kind="publishable",
                label="Shop on a laptop",
                scopes=consents,
                origins=("http://localhost:3000",),
                test=True,
            ),
            Wanted(site="app", kind="publishable", label="App", scopes=consents),
        )
    ]
    act(members["engineer"], keys.rotate, made[0].key.pk, timedelta(days=7), "", at=now)
    seen_in_pictures(made[1].key, made[0].key)


if __name__ == "__main__":
    main(*sys.argv[1:])
