"""Writers that ask as fast as they are answered, and note what they were told."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

WRITERS: Final = 6
ERASED_EVERY: Final = 5
TIMEOUT_S: Final = 60
LOOK_S: Final = 0.02
PAUSE_S: Final = 0.2
"""After a refusal; a client that is told to come back does not come back at once."""


@dataclass
class Told:
    """Somebody who was enrolled, as the answer said; `erased` is no, asked or done."""

    email: str
    person: str
    pseudonym: str
    entry: str
    erased: str = "no"


class Caller:
    """One connection to a driver."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)

    def __call__(self, door: str, **asked: Any) -> tuple[int, Any]:
        """Ask, and return status and answer. Raises OSError or HTTPException where none comes."""
        try:
            self._connection.request("POST", f"/loss/{door}", json.dumps(asked))
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def new_email() -> str:
    """Return the address of nobody."""
    return f"nobody-{uuid.uuid4().hex}@example.invalid"


def enrol(call: Caller, email: str | None = None) -> Told:
    """Enrol somebody who must be answered 202."""
    email = email or new_email()
    status, answer = call("enrol", given={"email": email})
    assert status == 202, (status, answer)
    return Told(email, **answer)


class Load:
    """Parallel writers; `told` is what they were answered, `statuses` how often what.

    `odd` are answers nobody should get, `unanswered` how many writers were left without one.
    `on_enrolled` is called in the writer's thread right after an answer, with how many there are.
    """

    def __init__(self, port: int, on_enrolled: Callable[[int], None] = lambda _n: None) -> None:
        self._port = port
        self._on_enrolled = on_enrolled
        self._ended = threading.Event()
        self.told: list[Told] = []
        self.statuses: Counter[int] = Counter()
        self.odd: list[Any] = []
        self.unanswered = 0
        self.slowest_s = 0.0
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(TIMEOUT_S)

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, or fail."""
        deadline = time.monotonic() + TIMEOUT_S
        while not reached():
            assert time.monotonic() < deadline, (self.statuses, self.odd[:3])
            assert any(thread.is_alive() for thread in self._threads), self.statuses
            time.sleep(LOOK_S)

    def more(self, count: int, status: int = 202) -> None:
        """Wait until so many more were answered so."""
        aim = self.statuses[status] + count
        self.until(lambda: self.statuses[status] >= aim)

    def _write(self) -> None:
        """Write until told to end, or until nobody is there any more."""
        call, number = Caller(self._port), 0
        mine: list[Told] = []
        while not self._ended.is_set():
            number += 1
            try:
                if mine and number % ERASED_EVERY == 0:
                    self._erase(call, mine.pop())
                else:
                    self._enrol(call, mine)
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
                break
        call.close()

    def _enrol(self, call: Caller, mine: list[Told]) -> None:
        email = new_email()
        status, answer = self._timed(call, "enrol", given={"email": email})
        if status == 202:
            mine.append(Told(email, **answer))
            self.told.append(mine[-1])
            self._on_enrolled(len(self.told))

    def _erase(self, call: Caller, one: Told) -> None:
        one.erased = "asked"
        status, _ = self._timed(call, "erase", person=one.person)
        if status == 200:
            one.erased = "done"

    def _timed(self, call: Caller, door: str, **asked: Any) -> tuple[int, Any]:
        begun = time.monotonic()
        status, answer = call(door, **asked)
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        self.statuses[status] += 1
        if status == 503:
            self._ended.wait(PAUSE_S)
        elif status not in {200, 202}:
            self.odd.append((door, status, answer))
        return status, answer


def demand_integrated(call: Caller, told: Told) -> None:
    """Demand that the server by itself gives an entry its index, without being started again."""
    deadline = time.monotonic() + TIMEOUT_S
    while call("index", entries=[told.entry])[1]["indexes"] == [None]:
        assert time.monotonic() < deadline, "no index"
        time.sleep(LOOK_S)


def demand_whole(call: Caller, told: Iterable[Told]) -> dict[str, Any]:
    """Demand that the data are whole, and that all is as it was answered; return the figures."""
    status, figures = call("audit")
    assert status == 200, figures
    assert not figures["wrong"], figures["wrong"]
    status, answer = call("check", told=[asdict(one) for one in told])
    assert status == 200, answer
    assert not answer["wrong"], answer["wrong"]
    return dict(figures)
