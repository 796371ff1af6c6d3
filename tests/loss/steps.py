"""One thing done again and again, killed before its first step, its second, and so on to its end.

`python -m tests.loss.steps DATA DATABASE WHAT` prints a JSON line a round: what was found after
it. A step is a statement of the data's database, a commit of it, a statement of the key store, or
a change of a file. Each round and each look at what it left is a process of its own, forked from
one that is set up and holds no connection. Nothing of the product is changed for it.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from msgspec import json

from tests.vault import driver as keys
from troth.site import config as configuration
from troth.site.boot import boot

KILLED: Final = -9
ENROL: Final = ("enrol", "enrol-unprepared")
INTEGRATE: Final = "integrate"
STEPS_MAX: Final = 400


def main(data: str, database: str, what: str) -> None:
    """Go on until a round comes to its end."""
    config = configuration.load({"data": Path(data), "database": database or None})
    boot(config)
    from troth import vault  # noqa: PLC0415 - needs Django set up

    warm_up()
    for number in count(1):
        person, email = vault.new_person(), f"step-{what}-{number}@example.invalid"
        if what not in ENROL and forked(partial(enrol, person, email, prepared=True)) != 0:
            raise SystemExit(1)
        ended = forked(partial(dying, number, what, person, email))
        found = forked(partial(tell, number, LOOKS[what], person, email))
        if found != 0 or number > STEPS_MAX:
            raise SystemExit(1)
        if ended != KILLED:
            raise SystemExit(ended)


def warm_up() -> None:
    """Import and compute once what every fork would again, and leave no connection open."""
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    from tests.loss import books  # noqa: F401, PLC0415 - imported before it is forked
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.people import holdings  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    holdings.discover()
    transact(facts.current_rulebook)
    connections.close_all()
    vault.close_store()


def forked(work: Callable[[], None]) -> int:
    """Work in a process of its own; return how it ended."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told, then the process ends
            import traceback  # noqa: PLC0415

            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tell(number: int, look: Callable[..., dict[str, Any]], person: Any, email: str) -> None:
    """Look, and print what was found."""
    found = look(person, email)
    sys.stdout.write(json.encode({"step": number, **found}).decode() + "\n")


def dying(die_at: int, what: str, person: Any, email: str) -> None:
    """Do it, and die at a step."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    from troth.ledger import sequencer  # noqa: PLC0415 - the same
    from troth.people import erasure  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same

    keys.install(die_at)
    connection.ensure_connection()

    def counted(execute: Callable[..., Any], *args: Any) -> Any:
        keys.step(die_at)
        return execute(*args)

    commit = connection._commit  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own step

    def committed() -> None:
        keys.step(die_at)
        commit()
        keys.step(die_at)

    connection._commit = committed  # type: ignore[attr-defined]  # noqa: SLF001 - the same
    with connection.execute_wrapper(counted):
        if what in ENROL:
            enrol(person, email, prepared=what == ENROL[0])
        elif what == INTEGRATE:
            sequencer.integrate_all(Store())
        else:
            erasure.erase(person, "asked")


def enrol(person: Any, email: str, *, prepared: bool) -> None:
    """Enrol as the committer does, or as one transaction that makes its own key."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.people import actions  # noqa: PLC0415 - the same
    from troth.people.facts import EMAIL, needs  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    given = {EMAIL: email, "display_name": "Made Up"}
    if prepared:
        vault.prepare(needs(person, given))
    transact(actions.enrol, person, given)


def started_again() -> Any:
    """Bring data and keys together as every start does; return the store."""
    from troth.site.recovery import recover  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same

    recover(Store())
    return Store()


def after_enrolling(person: Any, email: str) -> dict[str, Any]:
    """Start again, and look: wholly there or wholly absent, and the address is free or taken."""
    from tests.loss import books  # noqa: PLC0415 - needs Django set up
    from troth import vault  # noqa: PLC0415 - the same
    from troth.people import actions, erasure  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same
    from troth.vault.store import open_store  # noqa: PLC0415 - the same

    store = started_again()
    there = transact(books.whole, person, email)
    wrong = transact(books.halves)
    again = vault.new_person()
    try:
        enrol(again, email, prepared=True)
        taken = False
    except actions.AlreadyThereError:
        taken = True
    if taken != there:
        wrong.append(f"the address is {'taken' if taken else 'free'}")
    erasure.sweep(store, datetime.now(UTC))
    left = open_store().read("SELECT 1 FROM person_key WHERE person = ?", (person,))
    named = open_store().read("SELECT 1 FROM index_row WHERE person = ?", (person,))
    if not there and (left or named):
        wrong.append("a key without data is left")
    if not transact(books.whole, person if there else again, email):
        wrong.append("nobody is wholly there at the end")
    return {"there": there, "wrong": [*wrong, *transact(books.halves)]}


def after_erasing(person: Any, email: str) -> dict[str, Any]:
    """Look before and after a start: once buried nothing opens, and the start finishes it."""
    from tests.loss import books  # noqa: PLC0415 - needs Django set up
    from troth.store import transact  # noqa: PLC0415 - the same
    from troth.vault.models import Tombstone  # noqa: PLC0415 - the same

    buried = Tombstone.objects.filter(person=person).exists()
    there = transact(books.whole, person, email)
    wrong = ["buried, and yet there"] if buried and not transact(books.gone, person, email) else []
    if not buried and not there:
        wrong.append("not buried, and yet not there")
    started_again()
    if buried and not (books.erased(person) and transact(books.gone, person, email)):
        wrong.append("the start has not finished it")
    if not buried and not transact(books.whole, person, email):
        wrong.append("the start has taken her away")
    return {"there": there, "wrong": [*wrong, *transact(books.halves)]}


def after_integrating(person: Any, email: str) -> dict[str, Any]:
    """Start again: the log goes on in the same epoch, and every entry is found in its place."""
    from django.db import DEFAULT_DB_ALIAS  # noqa: PLC0415 - needs Django set up

    from tests.loss import books  # noqa: PLC0415 - the same
    from troth.ledger.examinations import complete  # noqa: PLC0415 - the same
    from troth.ledger.models import Entry, Epoch  # noqa: PLC0415 - the same
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    there = not Entry.objects.filter(index=None).exists()
    store = started_again()
    integrate_all(store)
    wrong = list(complete(DEFAULT_DB_ALIAS, datetime.now(UTC)).samples)
    if Epoch.objects.count() != 1:
        wrong.append("another epoch has begun")
    if not transact(books.whole, person, email):
        wrong.append("somebody is not whole")
    return {"there": there, "wrong": wrong}


LOOKS: Final = {
    **dict.fromkeys(ENROL, after_enrolling),
    "erase": after_erasing,
    INTEGRATE: after_integrating,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
