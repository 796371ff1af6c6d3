"""What the tests of protection share: identities, a store filled by its verbs, and the commands."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pyrage

from tests.services.server import environment
from troth.protection.backup import Sealed
from troth.protection.identities import new_identity, read_identities

ROOT: Final = Path(__file__).resolve().parents[2]
DRIVER: Final = "tests.protection.driver"


class Key:
    """An identity in a file, with its public key."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.public = new_identity(file)
        self.identities = read_identities(file)
        self.sealed = Sealed((pyrage.x25519.Recipient.from_str(self.public),))


def drive(what: str, data: Path, database: str, *arguments: str) -> Any:
    """Run the driver to its end and return what it printed."""
    ended = subprocess.run(
        driver(what, data, database, *arguments),
        cwd=ROOT,
        env=dict(environment()),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def driver(what: str, data: Path, database: str, *arguments: str) -> list[str]:
    """Return the command that runs the driver."""
    return [sys.executable, "-m", DRIVER, what, str(data), database, *arguments]


def where(data: Path, database: str) -> list[str]:
    """Return the options that name a store."""
    return ["--data", str(data), *(["--database", database] if database else [])]


def only(parent: Path) -> Path:
    """Return the one backup in a folder."""
    (found,) = parent.glob("troth-*")
    return found


def flipped(file: Path, place: int) -> None:
    """Change one bit of a file."""
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
