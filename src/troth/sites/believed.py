"""Whom an assertion is about, whoever has signed it: a back end by its key, or a provider.

`read(text, caller, audience, now) -> Asserted`     raises KeyRefusedError
Its header tells by which algorithm it is signed, and so which of the two is asked. Each takes
algorithms of its own alone: a public key of the one is never a secret to the other.
"""

from datetime import datetime

from troth.sites import assertions, id_tokens
from troth.sites.assertions import Asserted
from troth.sites.facts import Caller


def read(text: str, caller: Caller, audience: str, now: datetime) -> Asserted:
    """Return who an assertion is about; whether it was used before, `assertions.spend` tells."""
    if id_tokens.is_one(text):
        return id_tokens.read(text, now)
    return assertions.read(text, caller, audience, now)
