"""The edge: health natively, everything else by Django in a bounded pool of threads.

Django under ASGI with synchronous views is twenty times slower than this.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from a2wsgi import WSGIMiddleware
from asgiref.sync import sync_to_async
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver
from django.utils import translation
from msgspec import json

from troth.policy.words import Message, mark
from troth.site.cross_origin import ALLOWED, OPEN
from troth.site.language import accepted

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT_BYTES: Final = 1_000_000
BATCH_LIMIT_BYTES: Final = 10_000_000
BATCHES: Final = frozenset({"/v1/records"})
"""Where 10,000 rows may come in one body."""
BODY_TIMEOUT_S: Final = 30
PLAIN: Final = b"text/plain; charset=utf-8"
PROBLEM: Final = b"application/problem+json"


def edge(django: WSGIHandler, ready: Callable[[], bool], threads: int) -> Application:
    """Return the ASGI application around Django; `ready` tells whether the database answers."""
    pages = WSGIMiddleware(django, workers=threads)  # type: ignore[arg-type]  # it fits
    checks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ready")
    imported = checks.submit(get_resolver().check)  # all pages, before somebody waits for one

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == "/healthz":
            await _answer(send, 200, b"ok\n")
        elif scope["path"] == "/readyz":
            fine = await sync_to_async(ready, thread_sensitive=False, executor=checks)()
            await _answer(send, 200 if fine else 503, b"ready\n" if fine else b"not ready\n")
        elif refusal := _refuse_body(scope):
            await _answer(send, *refusal, content_type=PROBLEM, more=_allowed(scope))
        else:
            if not imported.done():
                await asyncio.wait([asyncio.wrap_future(imported)])
            await _whole(pages, scope, receive, send)

    return application


async def _whole(pages: WSGIMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
    """Let Django answer a request that has come whole, and send the answer once it is whole.

    A thread that waited for a slow sender or a slow reader would be lost to everybody else: as
    many of them as there are threads would stop every page. Bodies are bounded and no page
    streams, so both fit in memory.
    """
    try:
        body = await asyncio.wait_for(_body(receive), BODY_TIMEOUT_S)
    except TimeoutError:
        says = mark("The body did not come within %(seconds)s seconds; send it again.")
        told = _problem(scope, 408, "request-timeout", Message(says, {"seconds": BODY_TIMEOUT_S}))
        await _answer(send, 408, told, content_type=PROBLEM, more=_allowed(scope))
        return
    if body is None:
        return
    answer: list[Event] = []

    async def given() -> Event:
        return {"type": "http.request", "body": body, "more_body": False}

    async def kept(event: Event) -> None:
        answer.append(event)

    await pages(scope, given, kept)  # type: ignore[arg-type]  # a2wsgi's stricter dicts
    for event in answer:
        await send(event)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None if the sender left before its end."""
    parts = []
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


def _refuse_body(scope: Scope) -> tuple[int, bytes] | None:
    """Refuse a body that is too long (413) or does not say how long it is (411, RFC 9110)."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        says = mark("Send a Content-Length.")
        return 411, _problem(scope, 411, "length-required", Message(says))
    length = headers.get(b"content-length", b"0")
    limit = BATCH_LIMIT_BYTES if scope["path"] in BATCHES else BODY_LIMIT_BYTES
    if not length.isdigit() or int(length) > limit:
        says = mark("A body may have %(most)s bytes.")
        return 413, _problem(scope, 413, "content-too-large", Message(says, {"most": limit}))
    return None


def _problem(scope: Scope, status: int, code: str, detail: Message) -> bytes:
    """Return a problem document (RFC 9457) in the language that is accepted."""
    headers = dict(scope["headers"])
    with translation.override(accepted(headers.get(b"accept-language", b"").decode("latin-1"))):
        says = detail.render(translation.gettext)
    told = {"type": f"urn:troth:problem:{code}", "title": code.replace("-", " ")}
    return json.encode({**told, "status": status, "detail": says})


def _allowed(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers by which a page of another origin may read the answer, where it may."""
    if scope["path"] not in OPEN:
        return []
    return [(name.lower().encode(), value.encode()) for name, value in ALLOWED.items()]


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes = PLAIN,
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
