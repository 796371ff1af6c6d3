"""The client asks as the contract records it, and tells each recorded answer as what it is."""

import json
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from troth_client import RefusedError, Troth

from tests.api.contract import NAMES, examples_file
from tests.client.fake import Answer, Fake

LETTERS: Final = "abcdefghjkmn_" + "x" * 43
KEYS: Final = {"secret": f"troth_sk_{LETTERS}", "test": f"troth_tsk_{LETTERS}"}
RECORDED: Final[list[dict[str, Any]]] = [
    one
    for name in NAMES
    for one in json.loads(examples_file(name).read_text(encoding="utf-8"))
    if one["by"] in KEYS
]
"""All but those of pages and of who has no key: a back end has one."""


def call(troth: Troth, recorded: dict[str, Any]) -> Any:
    """Ask by the client what a recorded call asks, and return what it tells."""
    asked, path = recorded["request"], recorded["path"]
    if asked is None:
        query = {name: one for name, (one,) in parse_qs(urlsplit(path).query).items()}
        return troth.consents(**query)
    if path == "/v1/uses":
        return troth.use(**asked)
    if path == "/v1/consents":
        return troth.choose(**asked)
    if "records" in asked:
        return troth.records(asked["records"])
    return troth.record(**asked)


def told(answer: dict[str, Any], recorded: dict[str, Any]) -> Any:
    """Return what the client should tell of a recorded answer."""
    if recorded["path"] == "/v1/uses":
        return answer["values"]
    if recorded["method"] == "GET":
        choices = {about: one["given"] for about, one in answer["choices"].items()}
        return (answer["version"], answer["sequence"], choices, tuple(answer["asked"]))
    if recorded["path"] == "/v1/consents":
        return frozenset(answer["changed"])
    if "records" in recorded["request"]:
        return answer.get("ids", [])
    return (answer.get("id", ""), answer["statement"], answer["version"])


def parts(found: Any, recorded: dict[str, Any]) -> Any:
    """Return what the client told, as values alone."""
    if recorded["method"] == "GET":
        return (found.version, found.sequence, found.choices, found.asked)
    if recorded["path"] == "/v1/records" and "records" not in recorded["request"]:
        return (found.id, found.statement, found.version)
    return found


def test_the_client_asks_and_tells_every_recorded_call_as_recorded() -> None:
    for recorded in RECORDED:
        name, status, response = recorded["name"], recorded["status"], recorded["response"]
        with Fake(Answer(status, response)) as fake, Troth(fake.url, KEYS[recorded["by"]]) as troth:
            if status < 400:
                assert parts(call(troth, recorded), recorded) == told(response, recorded), name
            else:
                with pytest.raises(RefusedError) as no:
                    call(troth, recorded)
                assert (no.value.status, no.value.detail) == (status, response["detail"])
                assert f"urn:troth:problem:{no.value.code}" == response["type"]
                assert no.value.statement == response.get("statement", "")
                assert no.value.where == response.get("where", "")
        (asked,) = fake.asked
        assert (asked.method, asked.path) == (recorded["method"], recorded["path"]), name
        assert asked.body == recorded["request"], name
        writes = recorded["method"] == "POST" and recorded["path"] != "/v1/uses"
        assert ("Idempotency-Key" in asked.headers) == writes


def test_the_contract_shows_every_method_of_the_client() -> None:
    asked = {(one["method"], one["path"].partition("?")[0]) for one in RECORDED}
    assert asked == {
        ("POST", "/v1/records"),
        ("POST", "/v1/uses"),
        ("POST", "/v1/consents"),
        ("GET", "/v1/consents"),
    }
