"""Verbs of second factors: code generators, passkeys, recovery codes.

`begin_totp(tx, account, label, issuer, under) -> Begun`     a secret, shown once
`confirm_totp(tx, factor, code, under, new) -> None`         raises WrongCodeError, UnprovenError
`check_totp(tx, account, code, under) -> bool`               a code is accepted once
`add_passkey(tx, account, new, passkey) -> SecondFactor`     what `people.passkeys` verified; raises
                                                             UnprovenError
`use_passkey(tx, factor, sign_count) -> bool`                False: the passkey was copied
`remove(tx, account, factor) -> None`                        raises LastFactorError
`make_codes(tx, account) -> tuple[str, ...]`                 shown once; those before are dead
`use_code(tx, account, code) -> bool`                        one use each
"""

import base64
import secrets
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db.models import Q
from msgspec import Struct

from troth.ledger import LedgerEntry, record
from troth.people.models import (
    LABEL_LENGTH_MAX,
    PASSKEY,
    Account,
    RecoveryCode,
    SecondFactor,
)
from troth.people.models import TOTP as TOTP_KIND
from troth.people.sealing import open_text, seal_text
from troth.people.sessions import end_others, is_noted, lock
from troth.people.values import NoPolicyError, RefusedError, Under, person_of
from troth.policy.words import Message, mark
from troth.store import Tx

FIELD: Final = "second_factor"
SECRET_BYTES: Final = 20
DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = (0, -1, 1)
"""Steps whose codes are accepted too, as clocks differ."""
CODES: Final = 10
CODE_BYTES: Final = 10
CODE_GROUP: Final = 4


class FactorError(Exception):
    """It can't be done; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class WrongCodeError(FactorError):
    """The code does not fit the secret at this time."""

    def __init__(self) -> None:
        super().__init__(Message(mark("This code does not fit. Codes change every half minute.")))


class LastFactorError(FactorError):
    """Nobody is left without a second factor."""

    def __init__(self) -> None:
        super().__init__(
            Message(mark("This is your only second factor; add another before you remove it."))
        )


class Begun(Struct, frozen=True):
    """A code generator to be confirmed: its secret in Base32, and the address a QR code holds."""

    factor: SecondFactor
    secret: str
    uri: str

    def __repr__(self) -> str:
        return "Begun(…)"


class Passkey(Struct, frozen=True):
    """A passkey as its browser registered it, verified."""

    credential: bytes
    public_key: bytes
    sign_count: int


class UnprovenError(FactorError):
    """There is a factor by now, and by it this session has not been proved."""

    def __init__(self) -> None:
        super().__init__(Message(mark("Sign in again, then add it.")))


class NewFactor(Struct, frozen=True):
    """How a new factor is called; the session it is added in, which goes on; if that is proved."""

    label: str
    session: str
    proved: bool


def has_factor(account: Account) -> bool:
    """Tell whether an account has a second factor that counts."""
    return account.factors.filter(confirmed_at__isnull=False).exists()


def begin_totp(tx: Tx, account: Account, label: str, issuer: str, under: Under) -> Begun:
    """Make a secret for a code generator; it counts once a code of it was given."""
    raw = secrets.token_bytes(SECRET_BYTES)
    secret = base64.b32encode(raw).decode()
    person = person_of(tx, account)
    factors = SecondFactor.objects.using(tx.alias)
    factors.filter(account=account, kind=TOTP_KIND, confirmed_at=None).delete()
    entry = record(tx, LedgerEntry("people.factor-begun", about=_about(account, TOTP_KIND)))
    factor = factors.create(
        account=account,
        kind=TOTP_KIND,
        label=label[:LABEL_LENGTH_MAX],
        secret=seal_text(tx, person, FIELD, secret, under),
        added_at=tx.now,
        entry=entry,
    )
    return Begun(factor, secret, uri_of(secret, account, issuer))


def secret_of(tx: Tx, factor: SecondFactor, under: Under) -> str:
    """Open the secret of a code generator that was not confirmed yet, to show it again."""
    return open_text(tx, person_of(tx, factor.account), FIELD, bytes(factor.secret), under)


def uri_of(secret: str, account: Account, issuer: str) -> str:
    """Return the address a QR code holds."""
    return _totp(secret).get_provisioning_uri(account.handle, issuer)


def confirm_totp(tx: Tx, factor: SecondFactor, code: str, under: Under, new: NewFactor) -> None:
    """Have a code generator count from now on. Raises WrongCodeError, UnprovenError."""
    _end_unproven(tx, factor.account, new)
    if not _fits(tx, factor, code, under):
        raise WrongCodeError
    SecondFactor.objects.using(tx.alias).filter(pk=factor.pk).update(
        confirmed_at=tx.now, label=new.label[:LABEL_LENGTH_MAX] or factor.label
    )
    record(tx, LedgerEntry("people.factor-added", about=_about(factor.account, TOTP_KIND)))


def _end_unproven(tx: Tx, account: Account, new: NewFactor) -> None:
    """End all other sessions before a first factor: they were signed in by the password alone.

    One of these may be adding a factor, too: it comes second, and is refused.
    """
    if lock(tx, account):
        end_others(tx, account, new.session)
    elif not (new.proved and is_noted(tx, account, new.session)):
        raise UnprovenError


def check_totp(tx: Tx, account: Account, code: str, under: Under) -> bool:
    """Tell whether a code is one of the account's now; no code is accepted twice."""
    rows = SecondFactor.objects.using(tx.alias).select_related("account")
    known = rows.filter(account=account, kind=TOTP_KIND, confirmed_at__isnull=False)
    try:
        return any(_fits(tx, factor, code, under) for factor in known)
    except (NoPolicyError, RefusedError):
        return False  # the policy in force lets no secret be opened: other factors may still do


def _fits(tx: Tx, factor: SecondFactor, code: str, under: Under) -> bool:
    given = "".join(code.split())
    totp = _totp(secret_of(tx, factor, under))
    now = int(tx.now.timestamp()) // STEP_SECONDS
    for step in (now + drift for drift in DRIFT):
        expected = totp.generate(step * STEP_SECONDS)
        if secrets.compare_digest(expected, given.encode()):
            rows = SecondFactor.objects.using(tx.alias).filter(pk=factor.pk, last_step__lt=step)
            return rows.update(last_step=step, used_at=tx.now) == 1
    return False


def _totp(secret: str) -> TOTP:
    key = base64.b32decode(secret)
    return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what generators know (RFC 6238)


def add_passkey(tx: Tx, account: Account, new: NewFactor, passkey: Passkey) -> SecondFactor:
    """Keep a passkey; it counts at once, as registering it proved it. Raises UnprovenError."""
    _end_unproven(tx, account, new)
    about = _about(account, PASSKEY)
    entry = record(tx, LedgerEntry("people.factor-added", about=about))
    return SecondFactor.objects.using(tx.alias).create(
        account=account,
        kind=PASSKEY,
        label=new.label[:LABEL_LENGTH_MAX],
        credential=passkey.credential,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        added_at=tx.now,
        confirmed_at=tx.now,
        entry=entry,
    )


def use_passkey(tx: Tx, factor: SecondFactor, sign_count: int) -> bool:
    """Note that a passkey signed; False where its counter went back: a copy of it is about."""
    rows = SecondFactor.objects.using(tx.alias).filter(pk=factor.pk)
    grown = Q(sign_count__lt=sign_count) | Q(sign_count=0)
    if rows.filter(grown).update(sign_count=sign_count, used_at=tx.now):
        return True
    record(tx, LedgerEntry("people.passkey-copied", about=_about(factor.account, PASSKEY)))
    return False


def remove(tx: Tx, account: Account, factor: SecondFactor) -> None:
    """Take a second factor away. Raises LastFactorError."""
    lock(tx, account)
    rows = SecondFactor.objects.using(tx.alias).filter(account=account)
    others = rows.filter(confirmed_at__isnull=False).exclude(pk=factor.pk)
    if factor.confirmed_at is not None and not others.exists():
        raise LastFactorError
    if rows.filter(pk=factor.pk).delete()[0]:
        record(tx, LedgerEntry("people.factor-removed", about=_about(account, factor.kind)))


def make_codes(tx: Tx, account: Account) -> tuple[str, ...]:
    """Make recovery codes; those made before are dead from now on."""
    codes = tuple(_new_code() for _ in range(CODES))
    rows = RecoveryCode.objects.using(tx.alias)
    rows.filter(account=account).delete()
    about = {"handle": account.handle, "codes": CODES}
    entry = record(tx, LedgerEntry("people.recovery-codes-made", about=about))
    rows.bulk_create(
        [
            RecoveryCode(account=account, hash=_hash(account, code), made_at=tx.now, entry=entry)
            for code in codes
        ]
    )
    return codes


def use_code(tx: Tx, account: Account, code: str) -> bool:
    """Use a recovery code up; False for one that is none, or was used."""
    rows = RecoveryCode.objects.using(tx.alias).filter(
        account=account, hash=_hash(account, code), used_at=None
    )
    if not rows.update(used_at=tx.now):
        return False
    left = RecoveryCode.objects.using(tx.alias).filter(account=account, used_at=None).count()
    about = {"handle": account.handle, "left": left}
    record(tx, LedgerEntry("people.recovery-used", about=about))
    return True


def codes_left(account: Account) -> int:
    """Return how many recovery codes are unused."""
    return account.recovery_codes.filter(used_at=None).count()


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(text[n : n + CODE_GROUP] for n in range(0, len(text), CODE_GROUP))


def _hash(account: Account, code: str) -> str:
    plain = "".join(code.split()).replace("-", "").lower()
    return sha256(f"{account.pk}:{plain}".encode()).hexdigest()


def _about(account: Account, kind: str) -> dict[str, str]:
    return {"handle": account.handle, "kind": kind}
