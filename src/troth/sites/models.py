"""Tables: keys by which sites and services act, and assertions that were used."""

from typing import ClassVar, Final

from django.db import models

from troth.ledger.models import EntryField
from troth.people.models import HANDLE_LENGTH_MAX
from troth.sites.words import ID_LENGTH

SITE_LENGTH: Final = 100
LABEL_LENGTH_MAX: Final = 60


class Key(models.Model):
    """One key of a site: what it may do, from where, how often, until when.

    `hash` is SHA-256 of the key as it is written; the key itself is stored nowhere. `label`,
    `site`, `kind`, `scopes`, `origins`, `per_minute` and `test` never change: a key that should do
    another thing is another key. `replaces` is the one it was made for (a rotation).
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    site = models.CharField(max_length=SITE_LENGTH)
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=LABEL_LENGTH_MAX)
    scopes = models.JSONField()
    origins = models.JSONField()
    per_minute = models.PositiveIntegerField()
    test = models.BooleanField()
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=HANDLE_LENGTH_MAX)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="after")
    last_used_at = models.DateTimeField(null=True)
    entry = EntryField()

    class Meta:
        """Shown by site."""

        indexes: ClassVar = [models.Index(fields=["site"], name="key_by_site")]

    def __str__(self) -> str:
        return f"{self.kind} key {self.id} of {self.site}"


class SpentAssertion(models.Model):
    """An identity assertion that was used, until it would have ended: none is used twice.

    `key` is the one that signed it, `jti` the SHA-256 of that claim. An ID token's are “oidc” and
    the SHA-256 of the part that is signed.
    """

    key = models.CharField(max_length=ID_LENGTH)
    jti = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        """Once a key; forgotten by its end."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "jti"], name="assertion_once")
        ]
        indexes: ClassVar = [models.Index(fields=["until"], name="assertion_by_end")]

    def __str__(self) -> str:
        return f"assertion by {self.key} until {self.until:%Y-%m-%d %H:%M}"
