"""Passkeys (WebAuthn Level 3) by py_webauthn: registered and asked for, user verification required.

`begin_registration(account, site) -> Asked`      `register(challenge, site, answer) -> Passkey`
`begin_authentication(account, site) -> Asked`    `authenticate(account, …) -> Proven`
What was asked stays in the session; an answer is good for what was asked, once.
"""

from typing import Any, Final

from msgspec import Struct
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from troth.people.factors import FactorError, Passkey
from troth.people.models import PASSKEY, Account, SecondFactor
from troth.policy.words import Message, mark

TIMEOUT_MS: Final = 120_000
VERIFIED: Final = UserVerificationRequirement.REQUIRED


class Site(Struct, frozen=True):
    """The site a passkey is of: its name, its host, and the origin its pages have."""

    name: str
    host: str
    origin: str


class Asked(Struct, frozen=True):
    """What is sent to the browser, and the challenge that is kept until it answers."""

    options: str
    challenge: str


class Proven(Struct, frozen=True):
    """Which of an account's passkeys signed, and what it says how often it has."""

    factor: SecondFactor
    sign_count: int


class PasskeyError(FactorError):
    """The browser's answer is not of this account, this site or what was asked."""

    def __init__(self) -> None:
        super().__init__(
            Message(mark("The passkey was not accepted. Try again, or prove yourself by a code."))
        )


def begin_registration(account: Account, site: Site) -> Asked:
    """Ask a browser for a new passkey; those there are can't be registered again."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_name=account.handle,
        user_id=account.handle.encode(),
        timeout=TIMEOUT_MS,
        exclude_credentials=_descriptors(account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=VERIFIED
        ),
    )
    return Asked(options_to_json(options), bytes_to_base64url(options.challenge))


def register(challenge: str, site: Site, answer: dict[str, Any]) -> Passkey:
    """Verify what a browser registered. Raises PasskeyError."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyError from error
    return Passkey(found.credential_id, found.credential_public_key, found.sign_count)


def begin_authentication(account: Account, site: Site) -> Asked:
    """Ask a browser to sign with one of the account's passkeys."""
    options = generate_authentication_options(
        rp_id=site.host,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(account),
        user_verification=VERIFIED,
    )
    return Asked(options_to_json(options), bytes_to_base64url(options.challenge))


def authenticate(account: Account, challenge: str, site: Site, answer: dict[str, Any]) -> Proven:
    """Verify a signature by one of the account's own passkeys. Raises PasskeyError."""
    factor = _named(account, answer)
    if factor is None:
        raise PasskeyError
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyError from error
    return Proven(factor, found.new_sign_count)


def _named(account: Account, answer: dict[str, Any]) -> SecondFactor | None:
    try:
        named = base64url_to_bytes(str(answer["rawId"]))
    except (KeyError, ValueError, TypeError):
        return None
    known = account.factors.filter(kind=PASSKEY, confirmed_at__isnull=False)
    return next((one for one in known if bytes(one.credential) == named), None)


def _descriptors(account: Account) -> list[PublicKeyCredentialDescriptor]:
    known = account.factors.filter(kind=PASSKEY, confirmed_at__isnull=False)
    return [PublicKeyCredentialDescriptor(id=bytes(one.credential)) for one in known]
