"""The confidentiality undertaking: its texts, and who signed which of them."""

from typing import ClassVar

from django.db import models

from troth.access.models.members import HANDLE_LENGTH, Member
from troth.ledger.models import EntryField

HASH_LENGTH = 64


class UndertakingText(models.Model):
    """One version of the text, in each language; never changed. `hash` is over both."""

    number = models.PositiveIntegerField(primary_key=True)
    zh = models.TextField()
    en = models.TextField()
    hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    since = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField()

    def __str__(self) -> str:
        return f"undertaking {self.number}"


class Signature(models.Model):
    """A member signed a text after she had proven again who she is; never changed.

    `seal` is SHA-256 over the text's hash, her handle, the moment, the text's number and the
    policy version (`access.undertakings.seal_of`): who edits the text or the row is found. Her
    name is sealed under her own key (`name_box`).
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="signatures")
    text = models.ForeignKey(UndertakingText, on_delete=models.PROTECT)
    at = models.DateTimeField()
    until = models.DateTimeField()
    lang = models.CharField(max_length=2)
    policy = models.CharField(max_length=HASH_LENGTH)
    name_box = models.BinaryField()
    seal = models.CharField(max_length=HASH_LENGTH)
    entry = EntryField()

    class Meta:
        """The newest of a member counts."""

        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="signature_newest")]

    def __str__(self) -> str:
        return f"{self.member} signed {self.text}"
