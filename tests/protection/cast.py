"""What the tests of protection share: identities, a store filled by its verbs, and the commands."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyrage
from msgspec import structs

from tests.server.cast import troth
from tests.services import forks
from tests.services.server import environment
from troth.protection.archive import Reader, Writer
from troth.protection.backup import Sealed
from troth.protection.envelope import opened_file, sealed_file
from troth.protection.folders import DATA_FILE
from troth.protection.identities import new_identity, read_identities
from troth.protection.manifest import Layout
from troth.store.shape import Row, Shape

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
    words = (what, data, database, *arguments)
    ended = forks.run(DRIVER, *words, cwd=ROOT, env=environment(), timeout=120)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


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


class Books:
    """A store that was filled by its verbs, and a backup of its data and of its keys."""

    def __init__(self, home: Path, database: str, count: int = 3) -> None:
        self.data, self.database = home / "data", database
        self.key = Key(home / "identity.txt")
        self.persons: list[str] = drive("fill", self.data, database, str(count))
        made = troth(
            "backup",
            home / "backups",
            "--keys",
            home / "keys",
            "--to",
            self.key.public,
            "--json",
            *self.where,
        )
        assert made.returncode == 0, made.stderr
        self.told = json.loads(made.stdout)
        self.backup, self.keys = only(home / "backups"), only(home / "keys")

    @property
    def where(self) -> list[str]:
        """The options that name the store."""
        return where(self.data, self.database)

    def copy_keys(self, data: Path) -> Path:
        """Put today's key store where another data folder has it."""
        shutil.copytree(self.data / "keys", data / "keys")
        return data

    def copy_operator_key(self, data: Path) -> Path:
        """Put only the operator's key there, as somebody does who has lost the rest."""
        (data / "keys").mkdir(mode=0o700, parents=True)
        shutil.copy2(self.data / "keys" / "operator.key", data / "keys")
        return data


def restored(books: Books, data: Path, database: str, *more: str | Path) -> Any:
    """Restore the backup of books; return what came of it."""
    return troth(
        "restore", books.backup, "--identity", books.key.file, *where(data, database), *more
    )


def rewritten(
    backup: Path,
    to: Path,
    key: Key,
    layout: Callable[[Layout], Layout] = lambda given: given,
    row: Callable[[Shape, Row], Row] = lambda _shape, row: row,
) -> Path:
    """Write a backup again with other content, sealed anew and hashed right, but not signed."""
    to.mkdir()
    rows: dict[str, list[Row]] = {}
    with opened_file(backup / DATA_FILE, key.identities) as content:
        archive = Reader(content, backup)
        for shape, some in archive.parts():
            rows.setdefault(shape.name, []).extend(row(shape, one) for one in some)
    changed = layout(archive.layout)
    with sealed_file(to / DATA_FILE, key.sealed.recipients) as sealing:
        writer, told = Writer(sealing, changed), []
        for shape in changed.tables:
            for _ in writer.table(shape, rows.get(shape.name, ())):
                pass
            told.append(writer.last_told)
        given = structs.replace(archive.manifest, layout=changed, tables=tuple(told))
        writer.close(given, archive.signature)
    return to


def nothing_in(data: Path) -> bool:
    """Tell whether a refused restore has left nothing of a store."""
    left = {path.name for path in data.iterdir()} if data.exists() else set()
    return left <= {"keys", "starting.lock"}
