"""Tables: accounts."""

import secrets
from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

HANDLE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that reads like another, as a handle is typed by hand."""
HANDLE_LENGTH: Final = 6
HANDLE_LENGTH_MAX: Final = 40
"""With its prefix."""


def new_handle(prefix: str) -> str:
    """Return a random handle such as `owner-k7f3q2`: it tells nothing of who bears it."""
    tail = "".join(secrets.choice(HANDLE_LETTERS) for _ in range(HANDLE_LENGTH))
    return f"{prefix}-{tail}"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts; they are made by `people.actions.open_account`."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of a handle, whatever its case. Raises `Account.DoesNotExist`."""
        return self.get(handle=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Somebody who can sign in: a random handle and a password, no name and no address."""

    handle = models.CharField(max_length=HANDLE_LENGTH_MAX, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.handle
