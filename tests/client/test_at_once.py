"""Many calls at once share commits: each is done once, and what was acknowledged stays."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from troth_client import Troth, UnavailableError

from tests.client.served import Served, account, somebody
from tests.services.server import Server

AT_ONCE: Final = 64
WRITERS: Final = 16
ROUNDS: Final = max(2, int(os.environ.get("TROTH_ROUNDS", "8")) // 4)
ANSWERS: Final = 60
STATISTICS: Final = "purpose.usage-statistics"
pytestmark = pytest.mark.slow


def yes(troth: Troth, known: str) -> dict[str, Any]:
    """Return what somebody says who was shown the words for statistics."""
    shown = troth.consents(known)
    texts = {one["about"]: one["hash"] for one in shown.asked if one["about"] == STATISTICS}
    choices = {STATISTICS: True}
    return {"choices": choices, "version": shown.version, "texts": texts, "lang": "en"}


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Begin all calls in the same moment; return what each came to."""
    together = threading.Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        together.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def test_sixty_four_calls_at_once_are_each_done_once(keyed_troth: Served, user: str) -> None:
    troth = keyed_troth.troth
    troth.record(**account(user))
    said = yes(troth, user)
    before = keyed_troth.operator("held", ids=[])
    deciding = [somebody() for _ in range(AT_ONCE // 2)]
    calls: list[Callable[[], Any]] = []
    for one in deciding:
        calls += [
            lambda one=one: troth.choose(one, **said, new=True),  # type: ignore[misc]  # bound now
            lambda: troth.record(**account(somebody())).id,
        ]
    answers = at_once(calls)
    assert answers[::2] == [frozenset({STATISTICS})] * len(deciding)
    held = keyed_troth.operator("held", ids=answers[1::2])
    assert held["once"] == len(set(answers[1::2])) == AT_ONCE // 2
    assert held["records"] - before["records"] == AT_ONCE // 2
    assert keyed_troth.operator("said", subjects=deciding) == [1] * len(deciding)
    verified = keyed_troth.operator("verified")
    assert verified["holds"], verified


def test_the_same_person_is_made_once_however_many_bring_her(
    keyed_troth: Served, user: str
) -> None:
    records = [lambda: keyed_troth.troth.record(**account(user)).id for _ in range(8)]
    assert len(set(at_once(records))) == 8
    key = f"once-{user}"
    again = [lambda: keyed_troth.troth.record(**account(user), once=key).id for _ in range(8)]
    assert len(set(at_once(again))) == 1


@pytest.mark.torture
def test_a_server_that_is_told_to_stop_loses_nothing_it_has_acknowledged(
    fresh_keyed_troth: Served,
) -> None:
    served, taken = fresh_keyed_troth, list[str]()
    for number in range(ROUNDS):
        if number:
            data, policy = served.server.data, served.server.data.parent / "policy"
            served.server = Server(data, policy=policy, database=served.server.database).wait()
        acknowledged = _stopped_under_load(served.server, served.key)
        assert len(acknowledged) >= ANSWERS
        taken += acknowledged
        held = served.operator("held", ids=taken)
        assert held["once"] == len(set(taken)) == len(taken)
        assert held["records"] == held["entries"]
        assert served.operator("verified")["holds"]


def _stopped_under_load(server: Server, key: str) -> list[str]:
    """Write from many threads until the server, told to stop, is gone; return what it took."""
    taken: list[str] = []
    lost: list[str] = []
    enough, told = threading.Event(), threading.Event()

    def write() -> None:
        with Troth(server.url, key) as troth:
            while True:
                try:
                    taken.append(troth.record(**account(somebody())).id)
                except UnavailableError as error:
                    lost.append(str(error))
                    if told.is_set():
                        return
                if len(taken) >= ANSWERS:
                    enough.set()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    there_were_enough = enough.wait(60)
    if not there_were_enough:
        server.process.send_signal(signal.SIGUSR1)
        time.sleep(1)  # it writes where its threads are, and says nothing when it has
    told.set()
    assert server.stop() == 0, server.output
    for thread in threads:
        thread.join()
    assert there_were_enough, (len(taken), lost[:5], server.output[-4_000:])
    return taken
