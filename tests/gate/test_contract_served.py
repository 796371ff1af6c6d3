"""The running endpoint answers as the contract records it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.gate.contract import EXAMPLES, agrees
from tests.versions.cast import FIRST, default_policy, propose_at

RECORDED: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_the_server_answers_every_recorded_question_as_recorded(client: Client) -> None:
    propose_at(FIRST, default_policy())
    for recorded in RECORDED:
        answer = client.post("/v1/decisions", recorded["request"], "application/json")
        assert answer.status_code == recorded["status"], recorded["name"]
        assert agrees(answer.json(), recorded["response"]), (recorded["name"], answer.json())
