"""Questions to the gate from outside: parsed with limits, answered by the version in force."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.utils import translation
from msgspec import Raw, Struct

from troth.gate import Decision, MalformedFactsError, NamedPersonError, decide, parse
from troth.gate.answer import Answer, Answers, answer
from troth.gate.facts import NAMED_PERSON_KEYS, Facts
from troth.policy.document import Version
from troth.policy.words import Message, mark
from troth.versions import facts
from troth.versions.body import json_of
from troth.versions.models import StoredVersion
from troth.versions.problem import ProblemError

BATCH_MAX: Final = 1_000


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """Several questions in one call."""

    decisions: list[Raw]


def current(alias: str, at: datetime) -> StoredVersion:
    """Return the version in force. Raises ProblemError (503) before the first."""
    found = facts.in_force(alias, at)
    if found is None:
        raise ProblemError(
            503, "no-version", Message(mark("No version of the policy is in force yet."))
        )
    return found


def ask(alias: str, body: bytes, at: datetime) -> Answer | Answers:
    """Answer a question, or `{"decisions": […]}` of at most `BATCH_MAX`; nothing is recorded.

    Raises ProblemError: 400 not JSON, 403 about a named person, 422 facts of no verb.
    """
    version = current(alias, at)
    rules = facts.rulebook(alias, version.hash)
    document = facts.document(alias, version.hash)
    shape = json_of(body)
    _refuse_named_person(shape, rules.cites.view)
    if isinstance(shape, dict) and "decisions" in shape:
        questions = list(_batch(body))
        return Answers([_told(document, decide(rules, q, at)) for q in questions])
    return _told(document, decide(rules, _question(body, ""), at))


def _told(document: Version, decision: Decision) -> Answer:
    with translation.override("zh-hans"):
        return answer(document, decision, translation.gettext)


def _refuse_named_person(shape: Any, statement: str) -> None:
    if any(_names_person(part) for part in _parts(shape)):
        raise ProblemError(
            403,
            "named-person",
            Message(
                mark(
                    "Questions about a named person need a key, which this version does not give"
                    " yet; ask by category, purpose and consents. Nothing was recorded."
                )
            ),
            statement=statement,
        )


def _names_person(part: Mapping[str, Any]) -> bool:
    return any(part.get(key) is not None for key in NAMED_PERSON_KEYS)


def _parts(shape: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each object in the document, however deep."""
    waiting = [shape]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


_BATCH: Final = msgspec.json.Decoder(Batch)


def _batch(body: bytes) -> Iterator[Facts]:
    try:
        questions = _BATCH.decode(body).decisions
    except msgspec.DecodeError as error:
        raise _malformed(str(error), "") from None
    if len(questions) > BATCH_MAX:
        raise ProblemError(
            422,
            "batch-too-long",
            Message(mark("A batch has at most %(limit)s questions."), {"limit": BATCH_MAX}),
        )
    for number, question in enumerate(questions):
        yield _question(bytes(question), f"decisions[{number}]")


def _question(document: bytes, where: str) -> Facts:
    try:
        return parse(document)
    except NamedPersonError as error:
        raise ProblemError(403, "named-person", error.message) from None
    except MalformedFactsError as error:
        raise ProblemError(422, "malformed-facts", error.message, where=where) from None


def _malformed(why: str, where: str) -> ProblemError:
    return ProblemError(
        422,
        "malformed-facts",
        Message(mark("These questions cannot be read: %(why)s."), {"why": why}),
        where=where,
    )
