"""A real `troth serve` in its own process, as a user starts it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.services import forks, postgres

START_TIMEOUT_S: Final = 60
STOP_TIMEOUT_S: Final = 20
FreshDatabase = Callable[[str], str]
"""From a name to the address of an empty database."""

OWNER_LINK: Final = re.compile(r"https?://\S+/console/\S+")


class Server:
    """A running server: `url`, `data`, `database`, and what it has printed so far.

    `program` is a module that serves as Troth does, `inside` a command around it, `variables` are
    its own.
    """

    def __init__(
        self,
        data: Path,
        *,
        policy: Path | None = None,
        database: str = "",
        program: str = "troth",
        inside: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}-{self.port}.log"
        words = ["serve", "--data", str(data), "--host", "127.0.0.1", "--port", str(self.port)]
        words += ["--policy", str(policy)] if policy else []
        words += ["--database", database] if database else []
        given = {**environment(), **(variables or {})}
        with self.log.open("wb") as log:
            if inside:
                command = [*inside, sys.executable, "-m", program, *words]
                self.process: forks.Process = subprocess.Popen(
                    command, stdout=log, stderr=log, env=given
                )
            else:
                self.process = forks.start(program, *words, stdout=log, stderr=log, env=given)

    def wait(self) -> "Server":
        """Wait for the first healthy answer; raise with the log if there is none."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.healthy():
                return self
            time.sleep(0.05)  # the port opens some moments after the start
        message = f"troth serve did not start:\n{self.output}"
        raise RuntimeError(message)

    def healthy(self) -> bool:
        """Tell whether `/healthz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def owner_link(self) -> str:
        """The first-owner link: printed to a terminal, written to a file where there is none."""
        written = self.data / "owner-link.txt"
        found = OWNER_LINK.search(written.read_text() if written.exists() else self.output)
        if found is None:
            message = f"no owner link in:\n{self.output}"
            raise RuntimeError(message)
        return found.group()

    def stop(self) -> int:
        """End it as an operator does (SIGTERM) and return the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def environment() -> Mapping[str, str]:
    """Return this process's environment without any setting of Troth's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}


def database_url(name: str) -> str:
    """Return a fresh PostgreSQL database where the run asks for one, else "" for SQLite."""
    if os.environ.get("TROTH_TEST_DATABASE") == "postgres":
        return postgres.fresh_database(name)
    return ""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
