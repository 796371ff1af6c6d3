"""The answer every verb of the gate gives."""

from typing import Literal

from msgspec import Struct

from troth.gate.facts import ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Message, StatementId, VersionHash

Verb = Literal["collect", "use", "set_cookie", "read_cookie", "release", "view", "take_effect"]


class Reason(Struct, frozen=True):
    """Why: a stable code (`category-undeclared`) and a sentence for people."""

    code: str
    message: Message


class Decision(Struct, frozen=True):
    """A yes or no, the reason, and the statement of the version that gives it.

    `about` are the facts of a yes that opens values, so that a permit opens those and no others.
    """

    allowed: bool
    verb: Verb
    reason: Reason
    statement: StatementId
    version: VersionHash
    about: UseFacts | ViewFacts | ReleaseFacts | None = None
