"""One uvicorn process: the socket first, then the data, then requests."""

import errno
import gc
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from troth.policy.words import Message, mark
from troth.site.boot import boot
from troth.site.config import Config
from troth.site.faults import tell_where_threads_are
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.versions.actions import Proposal

GRACE_SECONDS = 10
BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything is written; refuse one that is in use or not ours to take."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(address)
            taken.listen(BACKLOG)
        except OSError:
            taken.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        elsewhere = isinstance(error, socket.gaierror | UnicodeError) or (
            isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL
        )
        raise CannotGoOnError(
            Message(
                mark(
                    "Cannot listen on %(host)s (%(error)s);"
                    " name an address of this machine with --host, or TROTH_HOST."
                )
                if elsewhere
                else mark(
                    "Cannot listen on %(host)s port %(port)s (%(error)s);"
                    " stop what uses it, or name another with --port, or TROTH_PORT."
                ),
                {"host": host, "port": port, "error": getattr(error, "strerror", None) or error},
            )
        ) from error
    return taken


def serve(config: Config, welcome: "Callable[[int, Proposal | None], None]") -> None:
    """Serve until SIGTERM or SIGINT; open requests get `GRACE_SECONDS` to end.

    `welcome` is told the port and what became of the policy folder, once all is ready.
    """
    tell_where_threads_are()
    listener = bind(config.host, config.port)
    proposal = boot(config)
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 - needs Django set up
    from django.db import connections  # noqa: PLC0415 - the same
    from django.urls import get_resolver  # noqa: PLC0415 - the same

    from troth import vault  # noqa: PLC0415 - the same
    from troth.site.asgi import edge  # noqa: PLC0415 - the same
    from troth.site.background import background  # noqa: PLC0415 - the same
    from troth.site.schema import answers  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same

    # all pages are imported now: a module that fails must end the start, not answer 500
    get_resolver().url_patterns  # noqa: B018 - to import them
    uvicorn_config = uvicorn.Config(
        edge(WSGIHandler(), answers, config.threads),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=list(config.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # uvicorn raises the signal again once it has shut down: asked to stop, we end with 0
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda _number, _frame: None)
    welcome(listener.getsockname()[1], proposal)
    # under load, all that is loaded was searched for garbage every few seconds: 70 to 80 ms each,
    # in which nothing is answered
    gc.freeze()
    beside = background(Store(), config.workers)
    beside.start()
    try:
        uvicorn.Server(uvicorn_config).run(sockets=[listener])
    finally:
        beside.stop()
        # Python passes over what is frozen as it ends, too; and as the last of these closes,
        # SQLite's log goes into its file
        connections.close_all()
        vault.close_store()
