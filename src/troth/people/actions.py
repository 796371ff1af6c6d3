"""Verbs of persons: open an account."""

from django.contrib.auth.password_validation import validate_password

from troth.people.models import Account, new_handle
from troth.store import Tx


def open_account(tx: Tx, prefix: str, password: str) -> Account:
    """Open an account under a new random handle.

    Raises django.core.exceptions.ValidationError with the reasons a password is refused.
    """
    account = Account(handle=new_handle(prefix), created_at=tx.now)
    while Account.objects.using(tx.alias).filter(handle=account.handle).exists():
        account.handle = new_handle(prefix)
    validate_password(password, account)
    account.set_password(password)
    account.save(using=tx.alias, force_insert=True)
    return account
