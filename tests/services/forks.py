"""`python -m MODULE …` without its first half second: forked from a process that has the libraries.

A start of Troth spends most of its time on importing others' code, and the tests make hundreds. One
process a test worker imports that code once, and of Troth's what is pure: none of its settings,
models or pages. Each start is a fork of it, which then does all else that a start does, with
arguments, environment, folder and files of its own, and ends with its own status. Where the
environment changes Python itself, and where the system has no fork, a Python of its own is started.

Run as a program, this is that process: it takes requests on its standard input, a socket.
"""

import atexit
import gc
import json
import os
import re
import runpy
import selectors
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
LIBRARIES: Final = """
    a2wsgi argon2 babel.dates cryptography.hazmat.primitives.asymmetric.ed25519
    cryptography.hazmat.primitives.ciphers.aead cryptography.hazmat.primitives.twofactor.totp
    django.contrib.auth.hashers django.contrib.auth.password_validation
    django.core.handlers.asgi django.core.handlers.wsgi django.core.management
    django.db.backends.postgresql.base django.db.backends.sqlite3.base
    django.db.migrations.executor django.db.models django.forms django.middleware.cache
    django.middleware.csrf django.shortcuts django.template.backends.django
    django.template.defaulttags django.template.loader django.template.loader_tags
    django.templatetags.i18n django.test django.urls django.utils.translation.trans_real
    django.views.decorators.http django.views.static email.policy ftfy httptools
    limits.strategies markdown_it mdit_py_plugins.footnote msgspec psycopg pydantic.dataclasses
    pydantic.networks pydantic.type_adapter pyrage rapidfuzz.distance rich.console rich.progress
    segno selectolax.lexbor smtplib sqlite3 structlog tomlkit troth.gate troth.policy.check
    troth.policy.diff troth.policy.importer troth.policy.read typer urllib.request uvicorn
    uvicorn.lifespan.on uvicorn.loops.uvloop uvicorn.protocols.http.httptools_impl webauthn
    whitenoise.middleware xml.etree.ElementTree zoneinfo
""".split()
"""What a start imports of others' code, as far as it asks for no settings, and of the pure code."""
ENCODINGS: Final = re.compile(r"|C|POSIX|[^.]*\.utf-?8", re.IGNORECASE)
"""The locales in which Python begins alike: they all end in UTF-8."""
END_S: Final = 10
READ_BYTES: Final = 1 << 16

File = IO[Any] | int | None
"""As `subprocess` takes it: a file, `PIPE`, `DEVNULL`, or None for this process's own."""


class Fork:
    """A process as `subprocess.Popen` knows it, and what it was given a pipe for."""

    def __init__(self, told: socket.socket, stdout: IO[bytes] | None = None) -> None:
        self._told = told
        self._lines = b""
        self.stdout = stdout
        self.returncode: int | None = None
        self.pid = self._number(None)

    def poll(self) -> int | None:
        """Return its status if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its status, below 0 for a signal's number."""
        if self.returncode is None:
            self.returncode = self._number(timeout)
            self._told.close()
        return self.returncode

    def _number(self, timeout: float | None) -> int:
        """Read the next line of who forked it: first its number, then its status."""
        until = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._lines:
            left = None if until is None else max(until - time.monotonic(), 1e-6)
            self._told.settimeout(left)
            try:
                found = self._told.recv(READ_BYTES)
            except TimeoutError:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
            if not found:
                raise RuntimeError("the process that forks for the tests has ended")
            self._lines += found
        line, _, self._lines = self._lines.partition(b"\n")
        return int(line)

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has since, and its status is on the way
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


Process = Fork | subprocess.Popen[bytes]


def start(
    module: str,
    *arguments: object,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stdout: File = None,
    stderr: File = None,
) -> Process:
    """Start `python -m module arguments…`."""
    words = [module, *map(str, arguments)]
    if not _begins_as_ours(env) or not hasattr(os, "fork"):
        command = [sys.executable, "-m", *words]
        return subprocess.Popen(command, env=dict(env), cwd=cwd, stdout=stdout, stderr=stderr)
    asked = {"words": words, "env": dict(env), "cwd": str(cwd or Path.cwd())}
    read, written = os.pipe() if stdout == subprocess.PIPE else (-1, -1)
    mine, theirs = socket.socketpair()
    with theirs, Path(os.devnull).open("r+b") as nothing:
        files = [
            nothing.fileno() if file == subprocess.DEVNULL
            else written if file == subprocess.PIPE
            else file if isinstance(file, int)
            else own if file is None
            else file.fileno()
            for own, file in enumerate((None, stdout, stderr))
        ]  # fmt: skip
        socket.send_fds(_forking(), [b"."], [theirs.fileno()])
        socket.send_fds(mine, [b"."], files)
        mine.sendall(json.dumps(asked).encode())
        mine.shutdown(socket.SHUT_WR)
        process = Fork(mine, os.fdopen(read, "rb") if read >= 0 else None)
    if written >= 0:
        os.close(written)
    return process


def run(
    module: str,
    *arguments: object,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments…` to its end, and return its status and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(module, *arguments, env=env, cwd=cwd, stdout=out, stderr=err)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        printed = []
        for file in (out, err):
            file.seek(0)
            printed.append(file.read().decode())
    return subprocess.CompletedProcess([module, *map(str, arguments)], status, *printed)


def _begins_as_ours(env: Mapping[str, str]) -> bool:
    """Tell whether nothing in an environment would have Python itself begin otherwise."""
    return all(
        os.environ.get(name) == said
        if name.startswith("PYTHON")
        else ENCODINGS.fullmatch(said) is not None
        for name, said in env.items()
        if name.startswith(("PYTHON", "LC_CTYPE", "LC_ALL", "LANG"))
    )


@cache
def _forking() -> socket.socket:
    """Return the socket of this process's own forking one, which is started when first asked."""
    mine, theirs = socket.socketpair()
    with theirs:
        forking = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, stdin=theirs.fileno()
        )

    def end() -> None:
        mine.close()
        forking.wait(END_S)

    atexit.register(end)
    return mine


def _take(requests: socket.socket) -> None:
    """Fork for each request until there are no more; return in each fork, to be what was asked."""
    running: dict[int, socket.socket] = {}
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.settimeout(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is asked to stop ends us too
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake.fileno())
    with selectors.DefaultSelector() as both:
        both.register(requests, selectors.EVENT_READ)
        both.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in both.select()}
            if woken in ready:
                woken.recv(READ_BYTES)
                _tell_ended(running)
            if requests not in ready:
                continue
            _, given, *_ = socket.recv_fds(requests, 1, 1)
            if not given:
                sys.exit()
            asker = socket.socket(fileno=given[0])
            asked, files = _request(asker)
            forked = os.fork()
            if not forked:
                break
            for file in files:
                os.close(file)
            running[forked] = asker
            asker.sendall(f"{forked}\n".encode())
    signal.set_wakeup_fd(-1)
    for number, handler in (
        (signal.SIGCHLD, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        signal.signal(number, handler)
    for known in (asker, woken, wake, requests, *running.values()):
        known.close()
    _become(asked, files)


def _tell_ended(running: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with running.pop(ended[0]) as asker, suppress(OSError):
                asker.sendall(f"{os.waitstatus_to_exitcode(ended[1])}\n".encode())


def _request(asker: socket.socket) -> tuple[Any, list[int]]:
    _, files, *_ = socket.recv_fds(asker, 1, 3)
    parts = []
    while part := asker.recv(READ_BYTES):
        parts.append(part)
    return json.loads(b"".join(parts)), files


def _become(asked: Any, files: list[int]) -> None:
    """Take over what a process of its own would have been given."""
    for own, file in enumerate(files):
        os.dup2(file, own)
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    tempfile.tempdir = None  # is looked up again
    sys.path[0] = asked["cwd"]
    sys.argv[:] = asked["words"]


def main() -> None:
    """Import the libraries, take requests, and in each fork be what was asked for."""
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()
    _take(socket.socket(fileno=os.dup(0)))
    status = _status_of(sys.argv[0])
    _end_stores()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _status_of(module: str) -> int:
    """Be `python -m module` up to its end; return its status, below 0 for a signal's number.

    All but what Python does at last: to take everything apart. It would write to each page that
    this process shares with who forked it, which takes longer than most of what is asked for.
    """
    status = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = _told_status(ended.code)
    except BaseException as error:  # noqa: BLE001 - told as Python tells it
        sys.excepthook(*sys.exc_info())
        status = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as Python itself ends
    atexit._run_exitfuncs()  # noqa: SLF001 - the same
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    return status


def _end_stores() -> None:
    """Close what is open of SQLite: as the last one closes, its log goes into the file.

    Of all that would be taken apart nothing else leaves a trace.
    """
    for thing in gc.get_objects():
        if issubclass(type(thing), sqlite3.Connection):  # what is lazy is not asked for its class
            with suppress(sqlite3.Error):  # another thread's own
                thing.close()


def _told_status(code: object) -> int:
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


if __name__ == "__main__":
    main()
