"""Tables: how mails are worded, where somebody worded them otherwise than we did."""

from typing import ClassVar, Final

from django.db import models

from troth.ledger.models import EntryField
from troth.policy.words import Lang, Text

NAME_LENGTH_MAX: Final = 100
SUBJECT_LENGTH_MAX: Final = 150
BODY_LENGTH_MAX: Final = 5_000
HANDLE_LENGTH_MAX: Final = 40
TABLES: Final = ("notices_wording",)
"""The tables whose rows are never changed."""


class Wording(models.Model):
    """One version of a mail's wording in both languages; the newest of a mail counts.

    A row that is `default` goes back to the wording the mail came with, and has no text.
    """

    mail = models.CharField(max_length=NAME_LENGTH_MAX)
    default = models.BooleanField(default=False)
    subject_zh = models.TextField(blank=True)
    body_zh = models.TextField(blank=True)
    subject_en = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH_MAX)
    entry = EntryField()

    class Meta:
        """The newest counts."""

        indexes: ClassVar = [models.Index(fields=["mail", "-id"], name="wording_newest")]

    def __str__(self) -> str:
        return f"{self.mail} of {self.at:%Y-%m-%d %H:%M}"

    def subject(self, lang: Lang) -> str:
        """Return the subject in a language."""
        return Text(zh=self.subject_zh, en=self.subject_en)[lang]

    def body(self, lang: Lang) -> str:
        """Return the body in a language."""
        return Text(zh=self.body_zh, en=self.body_en)[lang]
