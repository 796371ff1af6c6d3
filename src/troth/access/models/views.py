"""The record of access: every view that was asked for, and every time it is taken out."""

from typing import ClassVar

from django.db import models

from troth.access.models.cases import Case
from troth.access.models.grants import Grant
from troth.access.models.members import Member
from troth.ledger.models import EntryField

SUBJECT_LENGTH = 40


class Bulk(models.Model):
    """Rows of the record to be taken out: asked for by one member, confirmed by another.

    `asked` is what is looked for (`access.asked`), up to the moment of the asking; `digest` is
    SHA-256 over it and the rows it found: no others are handed out by it. `persons` is of how many
    they tell. `why` is sealed under the member's key (`access.notes`).
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bulks")
    what = models.CharField(max_length=60)
    category = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    asked = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    persons = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    why = models.BinaryField()
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    second = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="bulks_confirmed"
    )
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)
    used_at = models.DateTimeField(null=True)
    entry = EntryField()

    def __str__(self) -> str:
        return f"bulk {self.pk} ({self.what})"


class View(models.Model):
    """One view of one field that was asked for, and the gate's answer; never changed.

    `subject` is the person's pseudonym: once her key is destroyed it leads to nobody. `role` is
    what the member was then, as the person is told her role and not her name. `grant` or `case` is
    what the view rested on.
    """

    at = models.DateTimeField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="views")
    role = models.CharField(max_length=20)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    category = models.CharField(max_length=100)
    field = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, related_name="views")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="views")
    bulk = models.ForeignKey(Bulk, on_delete=models.PROTECT, null=True, related_name="views")
    allowed = models.BooleanField()
    reason = models.CharField(max_length=60)
    statement = models.CharField(max_length=100)
    version = models.CharField(max_length=64)
    entry = EntryField()

    class Meta:
        """Read newest first, by member, and by person."""

        indexes: ClassVar = [
            models.Index(fields=["-at"], name="view_newest"),
            models.Index(fields=["member", "-at"], name="view_by_member"),
            models.Index(fields=["subject", "-at"], name="view_by_subject"),
            models.Index(fields=["entry"], name="view_by_entry"),
        ]

    def __str__(self) -> str:
        return f"view {self.pk}"
