"""Cases: what a member is asked to do about one person, and for how long that goes on."""

from typing import ClassVar

from django.db import models

from troth.access.models.members import HANDLE_LENGTH, Member
from troth.ledger.models import EntryField

KIND_LENGTH = 60
PERSON_LENGTH = 32


class Case(models.Model):
    """Something to be done about persons: a request, an order, an incident. Open till `closed_at`.

    `opened_by` is a handle, `person` where she asked herself, or `system`. `because` is a note,
    sealed under the key of the first person (`access.notes`).
    """

    kind = models.CharField(max_length=KIND_LENGTH)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=HANDLE_LENGTH)
    because = models.BinaryField(default=bytes)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=HANDLE_LENGTH, blank=True)
    entry = EntryField()

    class Meta:
        """Open ones are looked for by kind."""

        indexes: ClassVar = [
            models.Index(
                fields=["kind", "opened_at"],
                name="case_open",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"case {self.pk} ({self.kind})"

    @property
    def name(self) -> str:
        """How entries and the gate call it."""
        return f"case-{self.pk}"


class CasePerson(models.Model):
    """Whom a case is about."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="persons")
    person = models.CharField(max_length=PERSON_LENGTH)

    class Meta:
        """Each once; read by person."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "person"], name="case_person_once")
        ]
        indexes: ClassVar = [models.Index(fields=["person"], name="case_by_person")]

    def __str__(self) -> str:
        return f"{self.case} is about {self.person}"


class CaseMember(models.Model):
    """Who works on a case, and who gave it to her: never herself."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cases")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField()

    class Meta:
        """A member works on a case once at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "member"],
                condition=models.Q(until__isnull=True),
                name="case_member_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} on {self.case}"
