"""Talk to a Troth server from a back end: records, uses, consents, decisions, assertions."""

from troth_client.assertions import assertion
from troth_client.client import Consents, Decision, Taken, Troth
from troth_client.errors import RefusedError, TrothError, UnavailableError

__version__ = "0.1.0"
__all__ = [
    "Consents",
    "Decision",
    "RefusedError",
    "Taken",
    "Troth",
    "TrothError",
    "UnavailableError",
    "assertion",
]
