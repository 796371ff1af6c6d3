"""The running endpoint answers as the contract records it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.gate.contract import ANY, EXAMPLES
from tests.versions.cast import FIRST, default_policy, propose_at

RECORDED: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_the_server_answers_every_recorded_question_as_recorded(client: Client) -> None:
    propose_at(FIRST, default_policy())
    for recorded in RECORDED:
        answer = client.post("/v1/decisions", recorded["request"], "application/json")
        assert answer.status_code == recorded["status"], recorded["name"]
        assert agrees(answer.json(), recorded["response"]), (recorded["name"], answer.json())


def agrees(given: Any, recorded: Any) -> bool:
    """Tell whether an answer has all that is recorded; `*` stands for anything."""
    if recorded == ANY:
        return given is not None
    if isinstance(recorded, dict):
        return all(k in given and agrees(given[k], v) for k, v in recorded.items())
    if isinstance(recorded, list):
        return len(given) == len(recorded) and all(map(agrees, given, recorded))
    return bool(given == recorded)
