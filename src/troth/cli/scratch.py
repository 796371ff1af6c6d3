"""Prove on a scratch store: a process of its own, so that the true store is out of reach.

`python -m troth.cli.scratch` makes a store in a temporary folder, puts the bundled policy in force,
tries every sabotage and prints what came of it as JSON.
"""

import logging
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from troth.evidence.trial import Proving
from troth.policy.words import Message, mark
from troth.site.config import PREFIX, Config, bundled_policy
from troth.site.problem import CannotGoOnError

LIMIT_SECONDS: Final = 600
"""Far more than it takes: a slow machine is no fault of the controls."""


def prove_apart(environment: dict[str, str]) -> Proving:
    """Run this module in a process of its own and return what it found.

    Nothing of the environment that names a true store is passed on. Raises CannotGoOnError.
    """
    clean = {name: value for name, value in environment.items() if not name.startswith(PREFIX)}
    command = [sys.executable, "-m", "troth.cli.scratch"]
    try:
        done = subprocess.run(
            command, env=clean, capture_output=True, check=True, timeout=LIMIT_SECONDS
        )
        return msgspec.json.decode(done.stdout, type=Proving)
    except subprocess.TimeoutExpired as error:
        raise _failed(f"{LIMIT_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(lines[-1] if lines else f"exit {error.returncode}") from error


def _failed(reason: str) -> CannotGoOnError:
    return CannotGoOnError(
        Message(
            mark("The proof on a scratch store could not be finished (%(reason)s)."),
            {"reason": reason},
        )
    )


def main() -> None:
    """Prove in a temporary folder and print the outcome."""
    with tempfile.TemporaryDirectory(prefix="troth-scratch-") as folder:
        proving = _prove_in(Path(folder))
    sys.stdout.buffer.write(msgspec.json.encode(proving))


def _prove_in(folder: Path) -> Proving:
    from troth.site.boot import boot  # noqa: PLC0415 - slow to import; the parent does without

    boot(Config(data=folder / "data", policy=bundled_policy()))
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    from troth.evidence.prove import prove  # noqa: PLC0415 - the same
    from troth.protection.actions import note_backup  # noqa: PLC0415 - the same
    from troth.protection.backup import Sealed, back_up  # noqa: PLC0415 - the same
    from troth.protection.canary import plant  # noqa: PLC0415 - the same
    from troth.store import Store, transact  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    logging.getLogger("troth.request").setLevel(logging.WARNING)  # a control fetches pages
    store = Store()
    transact(plant)
    made = back_up(store, folder / "backups", Sealed(()), datetime.now(UTC))
    transact(note_backup, str(made.folder), made.sha256, made.length, made.manifest)
    now = datetime.now(UTC)
    current = facts.in_force(store.alias, now)
    if current is None:
        raise CannotGoOnError(Message(mark("The bundled policy did not take effect.")))
    proving = prove(store, facts.document(store.alias, current.hash), now)
    connections.close_all()
    return proving


if __name__ == "__main__":
    main()
