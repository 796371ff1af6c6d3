"""Who sends slowly, or reads slowly, keeps nobody else waiting."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.server.cast import ask
from tests.services.migrated import migrated_file
from tests.services.server import Server
from troth.site import asgi

pytestmark = pytest.mark.slow
MORE_THAN_THREADS = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    migrated_file(data := tmp_path_factory.mktemp("slow") / "data")
    started = Server(data).wait()
    yield started
    started.stop()


def open_requests(server: Server, stack: ExitStack, request: bytes) -> None:
    for _ in range(MORE_THAN_THREADS):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.sendall(request)


def test_bodies_that_never_end_stop_no_page(server: Server) -> None:
    half = (
        b"POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    with ExitStack() as stack:
        open_requests(server, stack, half)
        assert ask(f"{server.url}/").status == 200


def test_answers_that_nobody_reads_stop_no_page(server: Server) -> None:
    unread = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40
    with ExitStack() as stack:
        open_requests(server, stack, unread)
        assert ask(f"{server.url}/").status == 200


def test_a_body_that_does_not_come_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "BODY_TIMEOUT_S", 0.01)
    sent: list[Any] = []

    async def silence() -> asgi.Event:
        await asyncio.Event().wait()
        return {}

    async def send(event: asgi.Event) -> None:
        sent.append(event)

    def never(*_: object) -> list[bytes]:
        raise AssertionError("Django was asked before the request was whole")

    application = asgi.edge(never, lambda: True, 1)  # type: ignore[arg-type]  # stands for Django
    scope = {"type": "http", "path": "/v1/decisions", "headers": [(b"content-length", b"9")]}
    with ThreadPoolExecutor(1) as elsewhere:  # a browser test may have left a loop in this thread
        elsewhere.submit(asyncio.run, application(scope, silence, send)).result()  # type: ignore[arg-type]  # a coroutine it is
    assert sent[0]["status"] == 408
    assert b"send it again" in sent[1]["body"]
