"""The contract of `/v1/records`, `/v1/uses` and `/v1/consents`: schemas, and recorded examples.

`python -m tests.api.contract` writes both again after what is answered has changed. Examples of a
file are asked in order, on one store that holds `BEFORE` already.
"""

import os
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from tests.gate.contract import ANY, CONTRACT, PROBLEM, written

RECORD: Final = "TROTH_RECORD"
"""The variable by which the tests write down what is answered."""
By = Literal["secret", "test", "publishable", "nobody"]
Name = Literal["records", "uses", "consents"]
NAMES: Final[tuple[Name, ...]] = ("records", "uses", "consents")
DIFFERS: Final = frozenset(
    "version id ids token expires secret detail text hash checkpoint".split()
)
"""Parts of an answer that are others each time, or words for people."""
UUID: Final = "00000000-0000-0000-0000-000000000000"

STATISTICS: Final = "purpose.usage-statistics"
PUBLICATION: Final = "purpose.publication"
ACCOUNT: Final = {
    "subject": "user-1",
    "category": "account",
    "fields": {"email": "user-1@example.com"},
    "purpose": "account",
    "source": "direct",
    "of_age": True,
}
NEW: Final = {**ACCOUNT, "new": True}
MESSAGE: Final = {
    "subject": "user-1",
    "category": "contact-message",
    "fields": {"text": "You may print this."},
    "purpose": "publication",
    "source": "direct",
    "of_age": True,
}
USE: Final = {
    "subject": "user-1",
    "category": "account",
    "fields": ["email"],
    "purpose": "notices",
}
YES: Final = {
    "subject": "user-1",
    "choices": {STATISTICS: True},
    "version": ANY,
    "texts": {STATISTICS: ANY},
    "lang": "en",
    "surface": "settings",
}
NO: Final = {**YES, "choices": {STATISTICS: False}, "texts": {}}
UNDECLARED: Final = {"email": "user-1@example.com", "shoe_size": "43"}


class Step(Struct, frozen=True):
    """A call: by which key, what is asked, and where; a GET asks by its path alone."""

    name: str
    path: str
    asked: Any = None
    by: By = "secret"

    @property
    def method(self) -> str:
        """GET where nothing is sent."""
        return "GET" if self.asked is None else "POST"


def _record(name: str, asked: Any, by: By = "secret") -> Step:
    return Step(name, "/v1/records", asked, by)


def _use(name: str, asked: Any, by: By = "secret") -> Step:
    return Step(name, "/v1/uses", asked, by)


def _say(name: str, asked: Any, by: By = "secret") -> Step:
    return Step(name, "/v1/consents", asked, by)


BEFORE: Final[dict[Name, tuple[Step, ...]]] = {
    "records": (),
    "uses": (_record("an account", NEW),),
    "consents": (_record("an account", NEW),),
}
STEPS: Final[dict[Name, tuple[Step, ...]]] = {
    "records": (
        _record("nobody is known by a subject that is not said to be new", ACCOUNT),
        _record("what is declared is taken in", NEW),
        _record("an undeclared field is refused", {**ACCOUNT, "fields": UNDECLARED}),
        _record("an undeclared category is refused", {**ACCOUNT, "category": "horoscope"}),
        _record("an undeclared purpose is refused", {**ACCOUNT, "purpose": "resale"}),
        _record("an undeclared source is refused", {**ACCOUNT, "source": "gossip"}),
        _record("a required field is missing", {**ACCOUNT, "fields": {"display_name": "Example"}}),
        _record("a value is too long", {**ACCOUNT, "fields": {"email": "x" * 300}}),
        _record("a value is of another kind", {**ACCOUNT, "fields": {"email": 7}}),
        _record("a purpose needs a separate consent", MESSAGE),
        _record("a batch is taken in", {"records": [NEW, {**NEW, "subject": "user-2"}]}),
        _record(
            "a batch with one bad row is refused whole",
            {"records": [ACCOUNT, {**ACCOUNT, "fields": UNDECLARED}]},
        ),
        _record("a call has another shape", {**ACCOUNT, "colour": "red"}),
        _record("a test key keeps nothing", NEW, "test"),
        _record("a test key takes a batch and keeps nothing", {"records": [NEW]}, "test"),
        _record("a publishable key hands nothing in", NEW, "publishable"),
        _record("without a key nothing is taken in", NEW, "nobody"),
    ),
    "uses": (
        _use("a value is given for a purpose that is told of", USE),
        _use(
            "without fields all that are declared",
            {one: said for one, said in USE.items() if one != "fields"},
        ),
        _use("an undeclared purpose is refused", {**USE, "purpose": "resale"}),
        _use("an undeclared field is refused", {**USE, "fields": ["shoe_size"]}),
        _use(
            "what never leaves is given to nobody",
            {**USE, "category": "credential", "fields": ["password"], "purpose": "security"},
        ),
        _use(
            "a purpose needs a separate consent",
            {**USE, "category": "contact-message", "fields": ["text"], "purpose": "publication"},
        ),
        _use("nobody is known by a subject", {**USE, "subject": "user-0"}),
        _use("a test key is given nothing", USE, "test"),
        _use("a publishable key reads nothing", USE, "publishable"),
        _use("without a key nothing is given", USE, "nobody"),
    ),
    "consents": (
        Step("nothing was said yet", "/v1/consents?subject=user-1&lang=en"),
        _say("a yes to the words that were shown", YES),
        _say("a yes to other words is refused", {**YES, "texts": {STATISTICS: "0" * 64}}),
        _say("a yes to another version is refused", {**YES, "version": "0" * 64}),
        _say(
            "a yes to what nobody is asked for is refused",
            {**YES, "choices": {"purpose.resale": True}, "texts": {"purpose.resale": "0" * 64}},
        ),
        _say(
            "a separate yes is said alone",
            {
                **YES,
                "choices": {STATISTICS: True, PUBLICATION: True},
                "texts": {STATISTICS: ANY, PUBLICATION: ANY},
            },
        ),
        Step("the yes stands", "/v1/consents?subject=user-1&lang=en"),
        _say("it is taken back", NO),
        Step("the no stands", "/v1/consents?subject=user-1&lang=zh"),
        Step("nobody is known by a subject", "/v1/consents?subject=user-0&lang=en"),
        _say("a test key keeps nothing", YES, "test"),
        _say(
            "a visitor says yes at first contact, and is given her secret",
            {**{one: said for one, said in YES.items() if one != "subject"}, "bearer": "visitor"},
            "publishable",
        ),
        _say("a publishable key names nobody", YES, "publishable"),
        _say("without a key nothing is kept", YES, "nobody"),
    ),
}


def schema_file(name: Name) -> Path:
    """Return where the schema of calls to one address is."""
    return CONTRACT / f"{name}.schema.json"


def examples_file(name: Name) -> Path:
    """Return where their examples are."""
    return CONTRACT / f"{name}.examples.json"


def schema(name: Name) -> dict[str, Any]:
    """Return the JSON Schema of what is asked and answered, from the types that do both."""
    from troth.collection import bodies  # noqa: PLC0415 - needs Django set up
    from troth.collection import calls as records  # noqa: PLC0415 - the same
    from troth.consent import api as consent  # noqa: PLC0415 - the same
    from troth.consent import calls as consents  # noqa: PLC0415 - the same

    shapes: dict[Name, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
        "records": (
            (records.Row, bodies.Records),
            (bodies.RecordAnswer, bodies.RecordsAnswer),
        ),
        "uses": ((records.Wish,), (bodies.UseAnswer,)),
        "consents": ((consent.Consents,), (consents.ConsentAnswer, consents.ConsentState)),
    }
    asked, answered = shapes[name]
    references, parts = msgspec.json.schema_components(
        (*asked, *answered), ref_template="#/$defs/{name}"
    )
    told, given = references[: len(asked)], references[len(asked) :]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Troth {name}",
        "description": (
            f"/v1/{name}: a POST's body is `#/$defs/Request`; the answer is 200 or 201 with"
            " `#/$defs/Response`, or 4xx with `#/$defs/Problem`."
        ),
        "$defs": {
            "Request": {"anyOf": told},
            "Response": {"anyOf": given},
            "Problem": PROBLEM,
            **parts,
        },
    }


def masked(told: Any) -> Any:
    """Return an answer with `*` for what differs each time."""
    if isinstance(told, dict):
        return {
            name: ANY if name in DIFFERS and isinstance(one, str) else masked(one)
            for name, one in told.items()
        }
    if isinstance(told, list):
        return [
            ANY if isinstance(one, str) and len(one) == len(UUID) else masked(one) for one in told
        ]
    return told


def filled(asked: Any, version: str, words: dict[str, str]) -> Any:
    """Return a request with the version in force and the hashes of the words for `*`."""
    if not isinstance(asked, dict) or "version" not in asked:
        return asked
    texts = {about: words[about] if one == ANY else one for about, one in asked["texts"].items()}
    other = asked["version"] != ANY
    return {**asked, "version": asked["version"] if other else version, "texts": texts}


def main() -> int:
    """Write the contract again."""
    import django  # noqa: PLC0415 - only here
    import pytest  # noqa: PLC0415 - the same

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for name in NAMES:
        schema_file(name).write_text(written(schema(name)), encoding="utf-8")
    os.environ[RECORD] = "1"
    return pytest.main(["-q", str(Path(__file__).with_name("test_contract.py"))])


if __name__ == "__main__":
    raise SystemExit(main())
