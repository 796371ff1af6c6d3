"""Tables: every yes and no there was, and what stands now."""

from typing import ClassVar, Final

from django.db import models

from troth.ledger.models import EntryField

ABOUT_LENGTH: Final = 120
KIND_LENGTH: Final = 16
SUBJECT_LENGTH: Final = 32
HASH_LENGTH: Final = 64


class Choice(models.Model):
    """One yes or no to one thing, as it was said; a later one follows it and changes nothing of it.

    `subject` is whose key seals `box`: a person's, a visitor's or an installation's (`bearer`).
    `text` is the SHA-256 of the words that were shown, "" for a no without any. `box` holds the
    circumstances: language, surface, place, signal. Once erased, `subject` is "" and `box` nothing;
    `commitment` (SHA-256 over the box) stays, so that what the ledger tells can still be checked.
    """

    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    bearer = models.CharField(max_length=16)
    sequence = models.PositiveIntegerField()
    about = models.CharField(max_length=ABOUT_LENGTH)
    kind = models.CharField(max_length=KIND_LENGTH)
    given = models.BooleanField()
    at = models.DateTimeField()
    version = models.CharField(max_length=HASH_LENGTH)
    text = models.CharField(max_length=HASH_LENGTH, blank=True)
    box = models.BinaryField(null=True)
    commitment = models.BinaryField()
    entry = EntryField()

    class Meta:
        """Numbered by subject; read by entry where the ledger is compared; by age where it ends."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "sequence"],
                name="choice_sequence_once",
                condition=~models.Q(subject=""),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["entry"], name="choice_by_entry"),
            models.Index(fields=["at"], name="choice_by_age", condition=~models.Q(subject="")),
        ]

    def __str__(self) -> str:
        return f"choice {self.pk}: {self.about}"


class Standing(models.Model):
    """What somebody has said last to one thing: all of hers are one read by `subject`."""

    subject = models.CharField(max_length=SUBJECT_LENGTH)
    about = models.CharField(max_length=ABOUT_LENGTH)
    kind = models.CharField(max_length=KIND_LENGTH)
    given = models.BooleanField()
    choice = models.ForeignKey(Choice, on_delete=models.PROTECT, related_name="standing")

    class Meta:
        """One a thing; the constraint's index is the one it is read by."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "about"], name="standing_once")
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.given}"
