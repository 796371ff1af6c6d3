"""Tables: members, and the links by which the first owner enters."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from troth.ledger.models import EntryField

OWNER = "owner"
ROLES = ((OWNER, "owner"),)


class Member(models.Model):
    """Somebody of the staff: an account and what it may do."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="member"
    )
    role = models.CharField(max_length=20, choices=ROLES)
    since = models.DateTimeField()
    entry = EntryField(null=True)

    class Meta:
        """Only known roles are stored."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role for role, _ in ROLES]), name="member_role_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} ({self.role})"


class OwnerLink(models.Model):
    """A link that makes whoever opens it the owner: the SHA-256 of its token, one use, one hour."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    entry = EntryField(null=True)

    def __str__(self) -> str:
        return f"owner link of {self.created_at:%Y-%m-%d %H:%M}"
