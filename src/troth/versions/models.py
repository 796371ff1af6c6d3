"""Tables: the versions of the policy. Rows are written once; triggers refuse any change.

A version is never edited: what happens to it later (it takes effect, it is withdrawn) is a row of
its own.
"""

from typing import Final, cast

import msgspec
from django.db import models

from troth.ledger.models import EntryField
from troth.policy.change import Change

TABLES = (
    "versions_storedversion",
    "versions_versionfile",
    "versions_effect",
    "versions_withdrawal",
)
"""The tables whose rows are never changed."""
_CHANGES: Final = msgspec.json.Decoder(tuple[Change, ...])


def as_bytes(content: object) -> bytes:
    """Return what is stored as bytes: SQLite keeps text in any column that is given it."""
    return (
        content.encode() if isinstance(content, str) else bytes(cast("bytes | memoryview", content))
    )


class StoredVersion(models.Model):
    """One recorded state of the policy folder.

    `hash` is the version hash of the files; the same text may come back, so it is not unique.
    `changes` is the canonical JSON of the changes against the version in force when it was
    recorded. `chain` is the SHA-256 over this row and the `chain` of the one before (`previous`,
    "" for the first), so a row that vanishes or changes is found.
    """

    number = models.PositiveIntegerField(primary_key=True)
    hash = models.CharField(max_length=64, db_index=True)
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=100)
    changes = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64)
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return f"version {self.number} ({self.hash[:8]})"

    @property
    def files(self) -> dict[str, bytes]:
        """The policy folder as it was recorded, by file name."""
        return {file.name: as_bytes(file.content) for file in self.file_set.order_by("name")}

    @property
    def change_list(self) -> tuple[Change, ...]:
        """The changes against the version in force when this one was recorded."""
        return _CHANGES.decode(self.changes)


class VersionFile(models.Model):
    """One file of a version, byte for byte."""

    version = models.ForeignKey(StoredVersion, on_delete=models.PROTECT, related_name="file_set")
    name = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        """A file occurs once in a version."""

        constraints = (
            models.UniqueConstraint(fields=["version", "name"], name="file_once_a_version"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.version_id}"


class Effect(models.Model):
    """A version takes effect at a time."""

    version = models.OneToOneField(StoredVersion, on_delete=models.PROTECT, related_name="effect")
    from_at = models.DateTimeField(db_index=True)
    recorded_at = models.DateTimeField()
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return f"version {self.version_id} from {self.from_at:%Y-%m-%d %H:%M}"


class Withdrawal(models.Model):
    """A version that never took effect was taken back: the folder was changed (back or again)."""

    class Cause(models.TextChoices):
        """Why it was taken back."""

        CHANGED_BACK = "changed-back"
        SUPERSEDED = "superseded"

    version = models.OneToOneField(
        StoredVersion, on_delete=models.PROTECT, related_name="withdrawal"
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    cause = models.CharField(max_length=20, choices=Cause)
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return f"version {self.version_id} withdrawn"
