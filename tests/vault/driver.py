"""One thing done to a key store, killed before its n-th step: `python -m tests.vault.driver …`.

Steps are statements of the key store and calls that change files. Arguments: the key folder, the
step to die at (0: never), what to do, and its arguments. Nothing of the product is changed for it.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings

DO: Final[dict[str, Callable[..., None]]] = {}
FILE_CALLS: Final = ("fsync", "link", "replace", "unlink")
_steps = 0


def step(die_at: int) -> None:
    """Count a step, and die at the one that was asked for."""
    global _steps  # noqa: PLW0603 - one count a process
    _steps += 1
    if _steps == die_at:
        os.kill(os.getpid(), signal.SIGKILL)


def install(die_at: int) -> None:
    """Count every statement and every change of a file from now on."""

    class Counting(sqlite3.Connection):
        """A connection that counts."""

        def execute(self, *args: Any) -> sqlite3.Cursor:
            """Count, then run."""
            step(die_at)
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            """Count, then run."""
            step(die_at)
            return super().executemany(*args)

    connect = sqlite3.connect
    sqlite3.connect = lambda *a, **k: connect(*a, **{"factory": Counting, **k})
    for name in FILE_CALLS:
        setattr(os, name, counted(getattr(os, name), die_at))


def counted(call: Callable[..., Any], die_at: int) -> Callable[..., Any]:
    """Return a call that counts first."""

    def run(*args: Any, **kwargs: Any) -> Any:
        step(die_at)
        return call(*args, **kwargs)

    return run


def configure(keys: Path) -> None:
    """Let the vault find its folder, without a database."""
    settings.configure(
        TROTH_KEYS=keys,
        TROTH_OPERATOR_KEY_FILE=keys / "operator.key",
        TROTH_OPERATOR_KEY_COMMAND=(),
    )


def main(arguments: list[str]) -> None:
    """Do it."""
    keys, die_at, what, *rest = arguments
    configure(Path(keys))
    from troth import vault  # noqa: PLC0415 - needs the settings

    vault.open_store(make=True)
    install(int(die_at))
    vault.close_store()
    if what == "prepare":
        vault.prepare([vault.PersonId(person) for person in rest])
    elif what == "destroy":
        vault.destroy(vault.PersonId(rest[0]))
    elif what == "generation":
        vault.rotate_generation()
    elif what == "operator":
        vault.rotate_operator_key()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(sys.argv[1:])
