"""Tables of the vault in the data: tombstones, and which key store the data belong to. No keys."""

from django.db import models


class Tombstone(models.Model):
    """A person who was erased: when, and when her key was destroyed (None: not yet)."""

    person = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"tombstone {self.pk}"


class KeyStoreOfData(models.Model):
    """The id of the key store these data were sealed with: one row."""

    store = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        """The key store itself is elsewhere."""

        db_table = "vault_keystore"

    def __str__(self) -> str:
        return self.store
