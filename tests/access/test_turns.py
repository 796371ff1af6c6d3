"""Nobody sees by what another transaction is just ending, whichever of the two began first."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.access.house import (
    NOW,
    PURPOSE,
    House,
    act,
    granted,
    house,
    opened,
    value_of,
    wish,
)
from troth.access import cases, examinations, glass, grants, members, undertakings, views
from troth.access.acting import NoMemberError
from troth.access.models import Case, Freeze, Grant, View
from troth.ledger.sequencer import open_log
from troth.store import SYSTEM, Store, Tx, transact_on

pytestmark = pytest.mark.beside
Verb = Callable[[Tx], Any]
WAIT_S = 1.5
"""How long the first is kept from its commit; who must wait for it has not gone on by then."""
TEXTS = ("新的承诺文本。" * 10, "Another undertaking. " * 10)


@pytest.fixture
def staff(keys: Path, committed: None) -> House:  # noqa: ARG001 - what it needs
    found = house()
    open_log(Store())
    return found


def look(staff: House, case: Case | None = None) -> tuple[str, Verb]:
    def verb(tx: Tx) -> str:
        seen = views.view(tx, value_of(staff.persons[0]), case, PURPOSE)
        return seen.decision.reason.code

    return "support-1", verb


def frozen_by_verb(staff: House) -> Verb:
    return lambda tx: members.freeze(tx, staff["support"], "Looked at too many")


def kept(examine: Callable[..., Any]) -> bool:
    return bool(examine(Store().alias, NOW + timedelta(hours=1)).verdict == "kept")


def in_turn(first: tuple[str, Verb], second: tuple[str, Verb]) -> list[Any]:
    """Begin the second while the first is done and not committed; return what each gave."""
    done, gave = threading.Event(), {}

    def run(number: int, actor: str, verb: Verb) -> None:
        def held(tx: Tx) -> Any:
            found = verb(tx)
            if number == 0:
                done.set()
                ended.wait(WAIT_S)
            return found

        try:
            at = NOW + timedelta(seconds=1 + number)
            gave[number] = transact_on(Store(), actor, at, held)
        except Exception as error:  # noqa: BLE001 - told to the test
            gave[number] = error
        finally:
            connections.close_all()
            if number:
                ended.set()

    ended = threading.Event()
    threads = [threading.Thread(target=run, args=(0, *first))]
    threads[0].start()
    assert done.wait(10)
    threads.append(threading.Thread(target=run, args=(1, *second)))
    threads[1].start()
    for thread in threads:
        thread.join()
    return [gave[0], gave[1]]


def test_a_view_waits_for_a_freeze(staff: House) -> None:
    granted(staff, staff.persons[0])
    _, seen = in_turn(
        ("security-1", frozen_by_verb(staff)),
        look(staff),
    )
    assert seen == "access-frozen"
    assert View.objects.get().allowed is False


def test_a_freeze_waits_for_a_view(staff: House) -> None:
    granted(staff, staff.persons[0])
    seen, frozen = in_turn(
        look(staff),
        ("security-1", frozen_by_verb(staff)),
    )
    assert seen == "view-granted"
    assert isinstance(frozen, Freeze)
    assert kept(examinations.live_grants)


def test_a_view_waits_for_a_case_to_be_closed(staff: House) -> None:
    case = opened(staff, staff.persons[0])
    act(staff["support"], cases.take, case)
    _, seen = in_turn((SYSTEM, lambda tx: cases.close_case(tx, case)), look(staff, case))
    assert seen == "grant-missing"


def test_a_view_waits_for_a_new_text(staff: House) -> None:
    granted(staff, staff.persons[0])
    _, seen = in_turn(("owner-1", lambda tx: undertakings.publish_text(tx, *TEXTS)), look(staff))
    assert seen == "undertaking-missing"
    assert kept(examinations.undertakings)


def test_what_a_leaver_asks_for_ends_with_her_leaving(staff: House) -> None:
    _, left = in_turn(
        ("support-1", lambda tx: grants.ask(tx, wish(staff.persons[0]))),
        ("security-1", lambda tx: members.end(tx, staff["support"])),
    )
    assert left.grants == 1
    assert Grant.objects.get().ended_at is not None
    with pytest.raises(grants.SettledError):
        act(staff["owner"], grants.decide, Grant.objects.get(), yes=True)


def test_a_view_waits_for_broken_glass_to_be_reviewed(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    _, seen = in_turn(
        ("owner-1", lambda tx: glass.review(tx, broken, justified=False, note="No need")),
        look(staff),
    )
    assert seen == "grant-missing"
    assert kept(examinations.live_grants)


def test_who_is_leaving_takes_no_case(staff: House) -> None:
    case = opened(staff, staff.persons[0])
    _, taken = in_turn(
        ("security-1", lambda tx: members.end(tx, staff["support"])),
        ("support-1", lambda tx: cases.take(tx, case)),
    )
    assert isinstance(taken, NoMemberError)
    assert not case.members.exists()
