"""The tests' doors: enrol, erase, open, find, and what tells whether the data are whole."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from msgspec import json

from tests.loss import books, clock
from troth import vault
from troth.people import erasure
from troth.people.actions import AlreadyThereError, enrol
from troth.people.facts import needs
from troth.people.values import NoPolicyError, RefusedError
from troth.site.asgi import Application, Receive, Scope, Send
from troth.site.background import known_jobs
from troth.store import SYSTEM, BusyError, Committer, Store, Tx, UnavailableError, transact
from troth.store.committer import LOST
from troth.store.jobs_seen import periodic
from troth.vault import ErasedError, KeyStoreError, PersonId

PREFIX: Final = "/loss/"
THREADS: Final = 4
STATUS: Final[tuple[tuple[tuple[type[Exception], ...], int], ...]] = (
    ((BusyError, UnavailableError, KeyStoreError, *LOST), 503),
    ((ErasedError,), 410),
    ((AlreadyThereError,), 409),
    ((RefusedError, NoPolicyError), 403),
)
Edge = Callable[[WSGIHandler, Callable[[], bool], int], Application]

log = structlog.get_logger("tests.loss")


def beside(edge: Edge) -> Edge:
    """Return an edge with the tests' doors."""

    def made(django: WSGIHandler, ready: Callable[[], bool], threads: int) -> Application:
        pages, doors = edge(django, ready, threads), Doors()

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith(PREFIX):
                await doors.answer(scope["path"].removeprefix(PREFIX), receive, send)
            else:
                await pages(scope, receive, send)

        return application

    return made


class Doors:
    """What is asked of the tests' doors is answered in threads; enrolling shares commits."""

    def __init__(self) -> None:
        self._committer = Committer(Store(), vault.prepare)
        self._committer.start()
        self._threads = ThreadPoolExecutor(THREADS)

    async def answer(self, door: str, receive: Receive, send: Send) -> None:
        """Answer one request, whatever comes of it, with a status and a JSON object."""
        asked = json.decode(await whole_body(receive) or b"{}")
        try:
            if door == "enrol":
                status, told = 202, await self._enrol(asked)
            else:
                loop = asyncio.get_running_loop()
                status, told = 200, await loop.run_in_executor(self._threads, _done, door, asked)
        except Exception as error:  # noqa: BLE001 - told to who asked
            status, told = refusal(error)
        body = json.encode(told)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _enrol(self, asked: Any) -> Any:
        person, given = vault.new_person(), asked["given"]
        verb = enrol_and_fail if asked.get("fail") else enrol
        future = self._committer.submit_as(SYSTEM, needs(person, given), verb, person, given)
        enrolled = await asyncio.wrap_future(future)
        return {"person": person, "pseudonym": enrolled.pseudonym, "entry": str(enrolled.entry)}


async def whole_body(receive: Receive) -> bytes:
    """Return a body that may come in parts."""
    parts, more = [], True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    return b"".join(parts)


def refusal(error: Exception) -> tuple[int, dict[str, str]]:
    """Return what an edge answers to an error: 500 where nobody foresaw it."""
    for kinds, status in STATUS:
        if isinstance(error, kinds):
            message = getattr(error, "message", None)
            return status, {"says": message.render(str) if message else type(error).__name__}
    log.error("a door failed", exc_info=error)
    return 500, {"says": type(error).__name__}


def _done(door: str, asked: Any) -> Any:
    """Do what a door does, on this thread's connection; one that was lost is given up."""
    close_old_connections()
    try:
        return DOORS[door](asked)
    except LOST:
        connection.close()
        raise


def erase(asked: Any) -> Any:
    """Erase a person."""
    erasure.erase(PersonId(asked["person"]), "asked")
    return {}


def open_values(asked: Any) -> Any:
    """Open all that is held of a person."""
    return transact(books.opened, PersonId(asked["person"]))


def find(asked: Any) -> Any:
    """Tell who is known by an address."""
    return {"person": transact(vault.find, "email", asked["email"])}


def begun(_asked: Any) -> Any:
    """Tell when each periodic job was begun last, in seconds since 1970."""
    seen = periodic(Store().alias, known_jobs())
    moments = {one.job.name: one.row and one.row.started_at for one in seen}
    return {"begun": {name: at and at.timestamp() for name, at in moments.items()}}


def fail(asked: Any) -> Any:
    """Fail with opened values in hand, in a transaction."""

    def verb(tx: Tx) -> None:
        held = books.plain(tx, PersonId(asked["person"]))
        raise ValueError(f"nobody expected {held}", held)

    return transact(verb)


def enrol_and_fail(tx: Tx, person: PersonId, given: dict[str, str]) -> Any:
    """Enrol, and fail before the commit with all of it in hand."""
    enrolled = enrol(tx, person, given)
    held = books.plain_pending(tx, person, given)
    raise ValueError(f"nobody expected {held} of {enrolled.pseudonym}", held)


DOORS: Final[dict[str, Callable[[Any], Any]]] = {
    "erase": erase,
    "open": open_values,
    "find": find,
    "begun": begun,
    "fail": fail,
    "audit": lambda _asked: books.audit(),
    "check": lambda asked: {"wrong": transact(books.wrong, asked["told"])},
    "index": lambda asked: {"indexes": books.indexes(asked["entries"])},
    "clock": clock.shift,
    "pid": lambda _asked: {"pid": os.getpid()},
}
