"""Tables: the backups that were made."""

from typing import ClassVar

from django.db import models

from troth.ledger.models import EntryField


class Backup(models.Model):
    """A backup of the data: where it was written, what it was, how far the ledger had come.

    `sha256` and `bytes` are of the file `data.age`; `tables_hash` is over what is in it. Epoch and
    size are 0 where no log had begun. The row is not in the backup it tells of.
    """

    at = models.DateTimeField()
    folder = models.TextField()
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    rows = models.BigIntegerField()
    tables_hash = models.CharField(max_length=64)
    ledger_epoch = models.PositiveIntegerField()
    ledger_size = models.BigIntegerField()
    entry = EntryField()

    class Meta:
        """Read by time, the newest first."""

        indexes: ClassVar = [models.Index(fields=["at"], name="backup_by_time")]

    def __str__(self) -> str:
        return self.folder
