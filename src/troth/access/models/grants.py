"""Grants: leave to see a category for a purpose, of certain persons, until a moment."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from troth.access.models.cases import PERSON_LENGTH, Case
from troth.access.models.members import HANDLE_LENGTH, Member
from troth.ledger.models import EntryField

SCOPE_LENGTH = 10
ALL = "all"
CASE = "case"
LIST = "list"
ASKED = "asked"
GLASS = "glass"


class Grant(models.Model):
    """What a member asked to see, and what came of it. Its state follows from its moments.

    `scope` is `all` persons, those of `case`, or a `list` (`GrantPerson`). Until it is `decided_at`
    it waits, at the longest till `lapses_at`; `until` is counted from the approval. `ended_at` is
    when it was given back or taken away before its time. A `glass` grant was taken, not given. The
    reason is sealed under the member's key (`access.notes`), as is what others wrote to it.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=SCOPE_LENGTH, default=ASKED)
    category = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    scope = models.CharField(max_length=SCOPE_LENGTH)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="grants")
    reason = models.BinaryField()
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    life_s = models.PositiveIntegerField()
    approvals_needed = models.PositiveSmallIntegerField()
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=HANDLE_LENGTH, blank=True)
    entry = EntryField()

    class Meta:
        """Live ones are looked for by member and category at every view."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(scope__in=[ALL, CASE, LIST]), name="grant_scope_known"
            ),
            models.CheckConstraint(
                condition=models.Q(scope=CASE, case__isnull=False)
                | models.Q(scope__in=[ALL, LIST], case__isnull=True),
                name="grant_case_where_scope_is_case",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "category", "until"], name="grant_live"),
            models.Index(
                fields=["asked_at"],
                name="grant_waiting",
                condition=models.Q(decided_at__isnull=True, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"

    @property
    def name(self) -> str:
        """How entries call it."""
        return f"grant-{self.pk}"

    @property
    def life(self) -> timedelta:
        """For how long it holds from the approval."""
        return timedelta(seconds=self.life_s)


class GrantPerson(models.Model):
    """One person of a grant's list."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="persons")
    person = models.CharField(max_length=PERSON_LENGTH)

    class Meta:
        """Each once; read by person."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "person"], name="grant_person_once")
        ]
        indexes: ClassVar = [models.Index(fields=["person"], name="grant_by_person")]

    def __str__(self) -> str:
        return f"{self.grant} names {self.person}"


class Approval(models.Model):
    """What another member said to a request; never changed."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="approvals")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="approvals")
    yes = models.BooleanField()
    note = models.BinaryField(default=bytes)
    at = models.DateTimeField()
    entry = EntryField()

    class Meta:
        """A member says one thing to a request."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "member"], name="approval_once")
        ]

    def __str__(self) -> str:
        return f"{self.member}: {'yes' if self.yes else 'no'} to {self.grant}"


class Break(models.Model):
    """A member broke the glass: she took what nobody had approved, and all are told.

    `told` are who was written to by mail, `unmailed` who has given no address and finds it in the
    console alone. Until it is reviewed she can't do so again.
    """

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="glass")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="breaks")
    at = models.DateTimeField()
    told = models.JSONField()
    unmailed = models.JSONField(default=list)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=HANDLE_LENGTH, blank=True)
    justified = models.BooleanField(null=True)
    note = models.BinaryField(default=bytes)
    entry = EntryField()

    class Meta:
        """Of a member one may wait for its review."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(reviewed_at__isnull=True),
                name="break_reviewed_first",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} broke the glass, {self.at:%Y-%m-%d %H:%M}"
