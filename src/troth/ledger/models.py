"""Tables: entries, the tiles of the tree over them, and the epochs of the log."""

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    OptionalId = models.UUIDField[uuid.UUID | None, uuid.UUID | None]
else:  # the stubs' type parameters are theirs alone
    OptionalId = models.UUIDField


class EntryField(OptionalId):
    """The id of the entry that tells of a row: by this a missing entry is found.

    It is no foreign key: the entry is written with the rest of the transaction, after the row.
    """


class Entry(models.Model):
    """One entry: recorded without an index, integrated with one; else never changed.

    `body` are the canonical bytes, `leaf` is SHA-256 over `salt` and `body`: what the public log
    holds. `kind`, `at` and `subject` ("" for none) repeat the body, to be found by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    epoch = models.PositiveIntegerField(null=True)
    index = models.BigIntegerField(null=True, db_column="idx")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    subject = models.CharField(max_length=40, blank=True)
    body = models.BinaryField()
    salt = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        """Read by index; by person and by kind; and those that have no index yet."""

        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="entry_waiting", condition=models.Q(index__isnull=True)
            ),
            models.Index(fields=["kind", "id"], name="entry_by_kind"),
            models.Index(
                fields=["subject", "id"], name="entry_by_subject", condition=~models.Q(subject="")
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["epoch", "index"], name="entry_index_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.epoch}/{self.index}"


class Tile(models.Model):
    """A hash tile (C2SP tlog-tiles): up to 256 hashes of 32 bytes, side by side."""

    epoch = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        """A tile stands at one place."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["epoch", "level", "number"], name="tile_once")
        ]

    def __str__(self) -> str:
        return f"tile {self.epoch}/{self.level}/{self.number}"


class Epoch(models.Model):
    """One run of the log: a tree of its own, from its opening to the next restore.

    `vkey` is the verifier key (C2SP signed-note), `checkpoint` the newest signed note.
    """

    number = models.PositiveIntegerField(primary_key=True)
    origin = models.CharField(max_length=200)
    vkey = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    checkpoint = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"epoch {self.number} ({self.size} entries)"
