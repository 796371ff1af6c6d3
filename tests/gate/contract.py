"""The contract of `POST /v1/decisions`: its schema and its recorded examples.

`python -m tests.gate.contract` writes both again after the gate or the default policy changed.
"""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import msgspec
from babel.messages.pofile import read_po

from troth.gate import MalformedFactsError, NamedPersonError, decide, parse
from troth.gate.answer import Answer, Answers, answer
from troth.gate.facts import Facts
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.rulebook import Rulebook, compile
from troth.policy.words import Translate
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

ROOT: Final = Path(__file__).resolve().parents[2]
CATALOGUE: Final = ROOT / "src/troth/gate/locale/zh_Hans/LC_MESSAGES/django.po"
CONTRACT: Final = ROOT / "contract"
SCHEMA: Final = CONTRACT / "decisions.schema.json"
EXAMPLES: Final = CONTRACT / "decisions.examples.json"
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No example depends on the time."""
ANY: Final = "*"
"""Stands for what may differ: a version's hash, a parser's words."""

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Why a question was not answered (RFC 9457, `application/problem+json`).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:troth:problem:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "statement": {"type": "string"},
        "where": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}

ACCOUNT: Final = {
    "verb": "collect",
    "category": "account",
    "fields": ["email"],
    "purpose": "account",
    "source": "direct",
}
VISITOR: Final = {
    "verb": "set_cookie",
    "name": "troth-visitor",
    "conforms": True,
    "max_age_seconds": 86_400,
    "region": "CN",
}
QUESTIONS: Final[dict[str, Any]] = {
    "a declared collection is allowed": ACCOUNT,
    "an undeclared category is a decision, and a no": {**ACCOUNT, "category": "horoscope"},
    "an undeclared field is refused": {**ACCOUNT, "fields": ["email", "shoe_size"]},
    "a required field is missing": {**ACCOUNT, "fields": ["display_name"]},
    "a purpose without its consent is refused": {
        "verb": "use",
        "category": "usage",
        "purpose": "usage-statistics",
    },
    "an acceptance is no consent": {
        "verb": "use",
        "category": "usage",
        "purpose": "usage-statistics",
        "accepted": True,
    },
    "a purpose with its consent is allowed": {
        "verb": "use",
        "category": "usage",
        "purpose": "usage-statistics",
        "agreed": ["purpose.usage-statistics"],
    },
    "what never leaves is not used outside": {
        "verb": "use",
        "category": "credential",
        "purpose": "security",
        "outside": True,
    },
    "a cookie before the choice is refused": VISITOR,
    "a cookie after the choice is allowed": {**VISITOR, "agreed": ["class.statistics"]},
    "an undeclared cookie is refused": {**VISITOR, "name": "_ga"},
    "a cookie is not read for another purpose": {
        "verb": "read_cookie",
        "name": "troth-visitor",
        "purpose": "partner-services",
    },
    "a cookie nobody agreed to is not read": {
        "verb": "read_cookie",
        "name": "troth-visitor",
        "purpose": "visitor-count",
        "region": "CN",
    },
    "a cookie is read after the choice to set it": {
        "verb": "read_cookie",
        "name": "troth-visitor",
        "purpose": "visitor-count",
        "region": "CN",
        "agreed": ["class.statistics"],
    },
    "a release without an order is refused": {
        "verb": "release",
        "ground": "law",
        "recipient": "authorities",
        "categories": ["account"],
        "purpose": "legal",
        "persons": 1,
    },
    "what never leaves is released by no order": {
        "verb": "release",
        "ground": "law",
        "recipient": "authorities",
        "categories": ["credential"],
        "purpose": "legal",
        "persons": 1,
    },
    "a view without undertaking is refused": {
        "verb": "view",
        "category": "account",
        "purpose": "account",
    },
    "a first version takes effect": {"verb": "take_effect", "first": True},
    "several questions in one call": {"decisions": [ACCOUNT, VISITOR]},
    "an unknown verb is malformed": {**ACCOUNT, "verb": "erase"},
    "a fact that does not exist is malformed": {**ACCOUNT, "colour": "red"},
    "a missing fact is malformed": {"verb": "use", "category": "account"},
    "nobody is asked for by name": {**ACCOUNT, "subject": "anna"},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what is asked and what is answered."""
    (question, one, several), parts = msgspec.json.schema_components(
        (Facts, Answer, Answers), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Decisions",
        "description": (
            "POST /v1/decisions: the body is `#/$defs/Request`, the answer 200 with "
            "`#/$defs/Response`, or 4xx with `#/$defs/Problem`. A no is an answer (200)."
        ),
        "$defs": {
            "Request": {"anyOf": [{"$ref": "#/$defs/Question"}, {"$ref": "#/$defs/Questions"}]},
            "Response": {"anyOf": [one, several]},
            "Question": question,
            "Questions": {
                "type": "object",
                "properties": {
                    "decisions": {
                        "type": "array",
                        "items": {"$ref": "#/$defs/Question"},
                        "maxItems": 1000,
                    }
                },
                "required": ["decisions"],
                "additionalProperties": False,
            },
            "Problem": PROBLEM,
            **parts,
        },
    }


def examples() -> list[dict[str, Any]]:
    """Return every question with the answer of the default policy."""
    return [
        {"name": name, "request": request, **_response(request)}
        for name, request in QUESTIONS.items()
    ]


def _response(request: dict[str, Any]) -> dict[str, Any]:
    try:
        if "decisions" in request:
            told = [_answer(question) for question in request["decisions"]]
            return {"status": 200, "response": {"decisions": told}}
        return {"status": 200, "response": _answer(request)}
    except NamedPersonError:
        return _problem(403, "named-person")
    except MalformedFactsError:
        return _problem(422, "malformed-facts")


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    version, rules, in_chinese = _default()
    decision = decide(rules, parse(json.dumps(question)), NOW)
    told = answer(version, decision, in_chinese)
    return {**msgspec.to_builtins(told), "version": ANY}


@cache
def _default() -> tuple[Version, Rulebook, Translate]:
    version = read(read_folder(bundled_policy()))
    with CATALOGUE.open("rb") as file:
        chinese = {str(entry.id): str(entry.string) for entry in read_po(file)}
    return version, compile(version), chinese.__getitem__


def _problem(status: int, code: str) -> dict[str, Any]:
    return {
        "status": status,
        "response": {
            "type": f"urn:troth:problem:{code}",
            "title": code.replace("-", " "),
            "status": status,
            "detail": ANY,
        },
    }


def written(document: Any) -> str:
    """Return a document as it stands in the folder."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def agrees(given: Any, recorded: Any) -> bool:
    """Tell whether an answer has all that is recorded; `*` stands for anything."""
    if recorded == ANY:
        return given is not None
    if isinstance(recorded, dict):
        return all(k in given and agrees(given[k], v) for k, v in recorded.items())
    if isinstance(recorded, list):
        return len(given) == len(recorded) and all(map(agrees, given, recorded))
    return bool(given == recorded)


def fits(part: str, document: Any, parts: dict[str, Any]) -> bool:
    """Tell whether a document is of a part of the schema."""
    whole = {"$ref": f"#/$defs/{part}", "$defs": parts}
    return jsonschema_rs.validator_for(whole).is_valid(document)


if __name__ == "__main__":
    CONTRACT.mkdir(exist_ok=True)
    SCHEMA.write_text(written(schema()), encoding="utf-8")
    EXAMPLES.write_text(written(examples()), encoding="utf-8")
