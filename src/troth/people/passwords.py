"""Passwords somebody chooses: the rules they keep, and their hash.

`chosen(password, account) -> Chosen`     raises ValidationError with the reasons it is refused
"""

from threading import BoundedSemaphore
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from msgspec import Struct

from troth.people.models import Account
from troth.store.transaction import NestedTransactionError, in_transaction

LENGTH_MAX: Final = 200
HASHING: Final = BoundedSemaphore(2)
"""An argon2 hash takes 100 MB while it runs."""


class Chosen(Struct, frozen=True):
    """A password that keeps the rules, as it is stored: the verbs that keep one take it so.

    A hash takes long by design, and SQLite's one writer would wait for it within a transaction.
    """

    hashed: str

    def __repr__(self) -> str:
        return "Chosen(…)"


def chosen(password: str, account: Account | None = None) -> Chosen:
    """Hash a password somebody has chosen, before the transaction that keeps it.

    Raises django.core.exceptions.ValidationError with the reasons it is refused; and
    NestedTransactionError within a transaction.
    """
    if in_transaction():
        raise NestedTransactionError("a password is hashed before its transaction")
    validate_password(password, account)
    with HASHING:
        return Chosen(make_password(password))


class MaximumLengthValidator:
    """Refuses passwords of more than `LENGTH_MAX` characters."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's shape
        """Raise ValidationError if the password is too long."""
        if len(password) > LENGTH_MAX:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return str(
            gettext_lazy("A password has at most %(number)s characters.") % {"number": LENGTH_MAX}
        )
