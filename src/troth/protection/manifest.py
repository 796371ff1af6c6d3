"""What a backup tells of itself, inside its envelope. Pure.

`format.json` comes first, as rows are read by it; `manifest.json` comes last, when everything is
counted and hashed; `manifest.sig` is its Ed25519 signature by the key that signs the ledger.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from troth.store.shape import Row, Shape

FORMAT: Final = 1
FIRST: Final = "format.json"
LAST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
CONTEXT: Final = b"troth backup manifest\n"
"""Before the manifest in what is signed, so that no other signature of the key fits."""


class Layout(Struct, frozen=True):
    """What the rows that follow are: their tables, the migrations that made those, and since when.

    `keys` is the id of the key store that opens them. `left_out` are tables whose rows
    do not belong in a backup.
    """

    format: int
    troth: str
    made_at: datetime
    database: str
    keys: str
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Shape, ...]
    left_out: tuple[str, ...]


class TableTold(Struct, frozen=True):
    """A table as it was written: SHA-256 over its rows, in their order."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Ledger(Struct, frozen=True):
    """How far the ledger had come: its newest epoch, with the signed checkpoint."""

    epoch: int
    size: int
    checkpoint: str
    entries: int
    """All entries, those included that had no index yet."""


class Manifest(Struct, frozen=True):
    """Everything a backup tells of itself, once its rows have passed."""

    layout: Layout
    tables: tuple[TableTold, ...]
    ledger: Ledger | None
    policy: str
    """The hash of the version in force, "" before the first."""

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)

    @property
    def tables_hash(self) -> str:
        """One hash over all tables: two backups of the same rows have the same."""
        told = msgspec.json.encode([(one.name, one.rows, one.sha256) for one in self.tables])
        return sha256(told).hexdigest()


class Seen:
    """Picks from the rows that pass by what a manifest tells of them."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._epoch: dict[str, object] = {}
        self._entries = 0
        self._effects: list[tuple[datetime, int]] = []
        self._versions: dict[int, str] = {}

    def see(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Look at rows of a table."""
        if shape.name == "ledger_entry":
            self._entries += len(rows)
        elif look := LOOKS.get(shape.name):
            for row in rows:
                look(self, dict(zip(shape.names, row, strict=True)))

    def _epoch_row(self, row: dict[str, object]) -> None:
        self._epoch = max(self._epoch, row, key=lambda one: _number(one.get("number")))

    def _effect_row(self, row: dict[str, object]) -> None:
        since = row["from_at"]
        if isinstance(since, datetime) and since <= self._at:
            self._effects.append((since, _number(row["version_id"])))

    def _version_row(self, row: dict[str, object]) -> None:
        self._versions[_number(row["number"])] = str(row["hash"])

    def told(self, layout: Layout, tables: Sequence[TableTold]) -> Manifest:
        """Return the manifest, when every row has passed."""
        epoch = self._epoch
        ledger = (
            Ledger(
                _number(epoch["number"]),
                _number(epoch["size"]),
                str(epoch["checkpoint"]),
                self._entries,
            )
            if epoch
            else None
        )
        in_force = max(self._effects, default=(None, 0))[1]
        policy = self._versions.get(in_force, "")
        return Manifest(layout, tuple(tables), ledger, policy)


LOOKS: Final = {
    "ledger_epoch": Seen._epoch_row,  # noqa: SLF001 - its own
    "versions_effect": Seen._effect_row,  # noqa: SLF001 - its own
    "versions_storedversion": Seen._version_row,  # noqa: SLF001 - its own
}


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
