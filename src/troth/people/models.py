"""Tables: accounts by which one signs in; persons, and what is held of them, sealed."""

import secrets
from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from troth.ledger.models import EntryField
from troth.store.rows import Rows

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
    """Somebody who can sign in: a random handle and a password, no name and no address.

    What else is known of her is sealed in `Detail` under the key of `person` (given as soon as
    there is something to seal).
    """

    handle = models.CharField(max_length=HANDLE_LENGTH_MAX, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    person = models.CharField(max_length=32, blank=True, default="")

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Read by handle, and by person."""

        indexes: ClassVar = [models.Index(fields=["person"], name="account_of_person")]

    def __str__(self) -> str:
        return self.handle


class Person(models.Model):
    """Somebody whose data are held: an id that tells nothing, and since when.

    What is known of her is sealed in `Detail`; her e-mail address is found by the vault's index.
    """

    id = models.CharField(max_length=32, primary_key=True)
    since = models.DateTimeField()
    entry = EntryField()

    def __str__(self) -> str:
        return self.id


PERSONS: Final = Rows(
    "people_person", (("id", "text"), ("since", "timestamptz"), ("entry", "uuid")), key=("id",)
)


class Detail(models.Model):
    """One value that is held of a person, sealed under her key.

    `version` is the policy it was taken in under. Once erased, `person` is "" and `box` nothing;
    `commitment` (SHA-256 over the box) stays, so that what the ledger tells can still be checked.
    """

    person = models.CharField(max_length=32, blank=True)
    category = models.CharField(max_length=100)
    field = models.CharField(max_length=100)
    version = models.CharField(max_length=64)
    purpose = models.CharField(max_length=100)
    source = models.CharField(max_length=100)
    at = models.DateTimeField()
    box = models.BinaryField(null=True)
    commitment = models.BinaryField()
    entry = EntryField()

    class Meta:
        """Read by person; by entry where the ledger is compared; by age where days end."""

        indexes: ClassVar = [
            models.Index(fields=["person", "category", "field"], name="detail_of_person"),
            models.Index(fields=["entry"], name="detail_by_entry"),
            models.Index(
                fields=["category", "at"],
                name="detail_by_age",
                condition=models.Q(box__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}.{self.field}"


DETAILS: Final = Rows(
    "people_detail",
    (
        ("person", "text"),
        ("category", "text"),
        ("field", "text"),
        ("version", "text"),
        ("purpose", "text"),
        ("source", "text"),
        ("at", "timestamptz"),
        ("box", "bytea"),
        ("commitment", "bytea"),
        ("entry", "uuid"),
    ),
)


TOTP: Final = "totp"
PASSKEY: Final = "passkey"
LABEL_LENGTH_MAX: Final = 60


class SecondFactor(models.Model):
    """What an account proves itself by beside its password; it counts from `confirmed_at` on.

    Of a code generator (RFC 6238) `secret` is sealed under the key of the account's person and
    `last_step` is the time step of the last code that was accepted, as none is accepted twice. Of
    a passkey (WebAuthn) there are its id, its public key and how often it says it has signed.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10)
    label = models.CharField(max_length=LABEL_LENGTH_MAX)
    secret = models.BinaryField(default=bytes)
    last_step = models.BigIntegerField(default=0)
    credential = models.BinaryField(default=bytes)
    public_key = models.BinaryField(default=bytes)
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    entry = EntryField(null=True)

    class Meta:
        """Read by account."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[TOTP, PASSKEY]), name="factor_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account}"


class RecoveryCode(models.Model):
    """A code that stands for a lost second factor, once: SHA-256 over account and code."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recovery_codes")
    hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    entry = EntryField()

    def __str__(self) -> str:
        return f"recovery code of {self.account}"


class SignedIn(models.Model):
    """A session somebody is signed in by, so that she can look at hers and end them.

    `browser` is a family such as `Firefox`, nothing finer; the session itself is Django's.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    session = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=40)
    by = models.CharField(max_length=20)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    entry = EntryField()

    def __str__(self) -> str:
        return f"session of {self.account} since {self.since:%Y-%m-%d %H:%M}"
