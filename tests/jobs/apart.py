"""A database beside Django's own: in a file, so that threads and processes may share it."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.db import connections

from tests.services import forks
from tests.services.server import environment
from troth.site import database
from troth.store import Store

APART: Final = Store("apart")


class Apart:
    """A database of its own, which other processes open too."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.store = APART
        self._begun: list[forks.Process] = []
        entry = database.connection(url, folder / "troth.db")
        told = connections.configure_settings({"default": {}, "apart": entry})
        connections.databases["apart"] = told["apart"]
        call_command("migrate", "store", database="apart", verbosity=0)
        self.run("CREATE TABLE effect (number integer)")

    def run(self, statement: str) -> list[Any]:
        """Run a statement and return its rows, if it has any."""
        with connections["apart"].cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def effects(self) -> Counter[int]:
        """Count the effects by their number."""
        return Counter(number for (number,) in self.run("SELECT number FROM effect"))

    def begin(self, role: str, **variables: str) -> forks.Process:
        """Start a process on it; `ready` waits until it works."""
        process = forks.start(
            *("tests.jobs.process", role, self.folder, self.url),
            stdout=subprocess.PIPE,
            env={**environment(), **variables},
        )
        self._begun.append(process)
        return process

    def end(self) -> None:
        """Kill what still runs, and let go of the database."""
        for process in self._begun:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        connections["apart"].close()
        del connections["apart"], connections.databases["apart"]
