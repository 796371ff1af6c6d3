"""A second factor for tests that are about something else, and codes as a generator shows them."""

import re
import time
from base64 import b32decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

if TYPE_CHECKING:
    from troth.people.models import Account

SECRET: Final = re.compile(r'<p class="secret">.*?<code>([A-Z2-7 ]+)</code>', re.DOTALL)
STEP_S: Final = 30


def give_factor(account: "Account") -> None:
    """Give an account a passkey that nobody holds, so that the console opens for it."""
    from troth.people.models import PASSKEY, SecondFactor  # noqa: PLC0415 - needs Django set up

    now = datetime.now(UTC)
    SecondFactor.objects.create(
        account=account, kind=PASSKEY, label="test", added_at=now, confirmed_at=now
    )


def secret_on(page: str) -> str:
    """Return the secret a page shows."""
    found = SECRET.search(page)
    assert found is not None, page
    return found[1].replace(" ", "")


def code_of(secret: str, steps: int = 0) -> str:
    """Return what a code generator shows now, or so many half minutes later."""
    generator = TOTP(b32decode(secret), 6, SHA1(), STEP_S)  # noqa: S303 - RFC 6238
    return generator.generate(int(time.time()) + steps * STEP_S).decode()
