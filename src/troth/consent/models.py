"""Tables: every yes and no, and what stands now; what was seen and accepted; texts of before."""

from typing import ClassVar, Final

from django.db import models

from troth.ledger.models import EntryField

ABOUT_LENGTH: Final = 120
KIND_LENGTH: Final = 16
SUBJECT_LENGTH: Final = 32
HASH_LENGTH: Final = 64
KEY_LENGTH: Final = 16
ORIGIN_LENGTH: Final = 200
LANG_LENGTH: Final = 16


class Choice(models.Model):
    """One yes or no to one thing, as it was said; a later one follows it and changes nothing of it.

    `subject` is whose key seals `box`: a person's, a visitor's or an installation's (`bearer`).
    `text` is the SHA-256 of the words that were shown, "" for a no without any. `box` holds the
    circumstances: language, surface, place, signal. `key` is the id of the API key it came by,
    `origin` the web origin, "" where there is none. Once erased, `subject` is "" and `box` nothing;
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
    key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    origin = models.CharField(max_length=ORIGIN_LENGTH, blank=True, default="")
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
            models.Index(fields=["subject"], name="choice_of_subject"),
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


class Acceptance(models.Model):
    """That somebody has seen a notice, or went on using the service after it; neither is a consent.

    `kind` is `acknowledgement` or `acceptance`, `version` the policy's it is about. `seen_at` is
    when the notice was seen; `used_at`, of an acceptance, the first use after it took effect. `box`
    holds where and which notice; `kept_under` is the version it was sealed under. Written once.
    Once erased, `subject` is "" and `box` nothing; `commitment` (SHA-256 over the box) stays.
    """

    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    bearer = models.CharField(max_length=16)
    kind = models.CharField(max_length=KIND_LENGTH)
    version = models.CharField(max_length=HASH_LENGTH)
    seen_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    kept_under = models.CharField(max_length=HASH_LENGTH)
    box = models.BinaryField(null=True)
    commitment = models.BinaryField()
    entry = EntryField()

    class Meta:
        """One of a kind a person and version; read by entry where the ledger is compared."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "version", "kind"],
                name="acceptance_once",
                condition=~models.Q(subject=""),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["entry"], name="acceptance_by_entry"),
            models.Index(fields=["subject"], name="acceptance_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.version[:8]}"


class Joined(models.Model):
    """That a visitor's choices joined an account's (`subject`), up to the visitor's `sequence`."""

    subject = models.CharField(max_length=SUBJECT_LENGTH)
    visitor = models.CharField(max_length=SUBJECT_LENGTH)
    sequence = models.PositiveIntegerField()
    entry = EntryField()

    class Meta:
        """One row a pair; read by visitor when she is erased."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "visitor"], name="joined_once")
        ]
        indexes: ClassVar = [models.Index(fields=["visitor"], name="joined_by_visitor")]

    def __str__(self) -> str:
        return f"joined up to {self.sequence}"


class Wording(models.Model):
    """A text under which an operator had asked for a yes before Troth; `hash` is its SHA-256.

    `lang` is a language tag (BCP 47): it need not be one of the policy's.
    """

    hash = models.CharField(max_length=HASH_LENGTH)
    lang = models.CharField(max_length=LANG_LENGTH)
    text = models.TextField()
    about = models.CharField(max_length=ABOUT_LENGTH)
    entry = EntryField()

    class Meta:
        """The same text may have asked for several things: one row each."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about", "hash"], name="wording_once")
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.hash[:8]}"
