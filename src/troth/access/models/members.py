"""Members: who they are, what they may do, how they came and went."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from troth.access.roles import OWNER, ROLES
from troth.ledger.models import EntryField

__all__ = ["OWNER", "Freeze", "Invitation", "Member", "MemberRole", "OwnerLink", "Review"]

TOKEN_HASH_LENGTH = 64
ROLE_LENGTH = 20
HANDLE_LENGTH = 40
REASON_LENGTH_MAX = 500


class Member(models.Model):
    """Somebody of the staff, as long as `left_at` is None; what she may do is in `MemberRole`.

    Her name, her address and her second factors are `people`'s, sealed under her own key.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="member"
    )
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return str(self.account)

    @property
    def handle(self) -> str:
        """The random name by which she signs in."""
        return self.account.handle


class MemberRole(models.Model):
    """A role a member has until `until`; one that was given is never deleted."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="roles_held")
    role = models.CharField(max_length=ROLE_LENGTH)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField(null=True)

    class Meta:
        """Only known roles, and each once at a time."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=list(ROLES)), name="member_role_is_known"
            ),
            models.UniqueConstraint(
                fields=["member", "role"],
                condition=models.Q(until__isnull=True),
                name="member_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.role}"


class OwnerLink(models.Model):
    """A link that makes whoever opens it an owner: the SHA-256 of its token, one use, one hour.

    `beside`: it makes one more owner; any other works only as long as there is none.
    """

    token_hash = models.CharField(max_length=TOKEN_HASH_LENGTH, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    beside = models.BooleanField(default=False)
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return f"owner link of {self.created_at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """A link by which somebody becomes a member with certain roles: one use, a few days.

    `person` is whose address it was sent to (sealed under her key), "" if it was handed over.
    """

    token_hash = models.CharField(max_length=TOKEN_HASH_LENGTH, unique=True)
    roles = models.JSONField()
    person = models.CharField(max_length=32, blank=True)
    invited_by = models.CharField(max_length=HANDLE_LENGTH)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    member = models.OneToOneField(Member, on_delete=models.PROTECT, null=True)
    entry = EntryField()

    def __str__(self) -> str:
        return f"invitation of {self.created_at:%Y-%m-%d %H:%M}"


class Freeze(models.Model):
    """A stop of all a member's grants: from `since` until it is lifted.

    `by` is a handle, or `system` where an alert froze her. It takes no right to sign in, to sign,
    to finish a review or to break glass. What was written is sealed under her key (`access.notes`).
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="freezes")
    since = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    reason = models.BinaryField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=HANDLE_LENGTH, blank=True)
    lifted_because = models.BinaryField(default=bytes)
    entry = EntryField()

    class Meta:
        """A member is frozen once at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(lifted_at__isnull=True), name="frozen_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} frozen since {self.since:%Y-%m-%d %H:%M}"


class Review(models.Model):
    """Somebody looked at whether a member still needs what she may do; the note is sealed."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reviews")
    at = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    note = models.BinaryField(default=bytes)
    entry = EntryField()

    class Meta:
        """The newest counts."""

        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="review_newest")]

    def __str__(self) -> str:
        return f"review of {self.member}, {self.at:%Y-%m-%d}"
