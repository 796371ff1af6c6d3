"""A decision as it is told outside: with the sentences, in each language."""

from msgspec import Struct

from troth.gate.decision import Decision, Verb
from troth.policy.document import Version
from troth.policy.words import StatementId, Text, Translate, VersionHash


class Why(Struct, frozen=True):
    """The reason: a stable code and the sentence in each language."""

    code: str
    text: Text


class Cited(Struct, frozen=True):
    """The statement that gives the answer, as the policy says it."""

    id: StatementId
    text: Text


class Answer(Struct, frozen=True):
    """One decision; `version` is the hash of the version that was asked."""

    allowed: bool
    verb: Verb
    reason: Why
    statement: Cited
    version: VersionHash


class Answers(Struct, frozen=True):
    """The decisions of a batch, in the order asked."""

    decisions: list[Answer]


def answer(version: Version, decision: Decision, in_chinese: Translate) -> Answer:
    """Put the sentences to a decision made on `version`; `in_chinese` translates a template."""
    texts = {statement.id: statement.text for statement in version.statements}
    message = decision.reason.message
    return Answer(
        allowed=decision.allowed,
        verb=decision.verb,
        reason=Why(
            decision.reason.code, Text(zh=message.render(in_chinese), en=message.render(str))
        ),
        statement=Cited(decision.statement, texts[decision.statement]),
        version=decision.version,
    )
