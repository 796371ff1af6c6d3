"""Records, uses and consents are asked and answered as the contract records it."""

import json
import os
from typing import Any

import pytest
from django.test import Client

from tests.api.cast import PUBLISHABLE, SECRET, Outside, begin, outside, texts
from tests.api.contract import (
    BEFORE,
    NAMES,
    PUBLICATION,
    RECORD,
    STATISTICS,
    STEPS,
    By,
    Name,
    Step,
    examples_file,
    filled,
    masked,
    schema,
    schema_file,
)
from tests.gate.contract import agrees, fits, written


class Asking:
    """Asks every step by its key, of a store with a policy in force."""

    def __init__(self) -> None:
        self.version = begin()
        self.words = texts(STATISTICS, PUBLICATION)
        self.by: dict[By, Outside] = {
            "secret": outside(SECRET),
            "test": outside(SECRET, test=True),
            "publishable": outside(PUBLISHABLE),
        }

    def __call__(self, step: Step) -> tuple[Any, int, Any]:
        """Return what was asked, the status and the answer."""
        asked = filled(step.asked, self.version, self.words)
        if step.by == "nobody":
            told = Client().post(step.path, asked, content_type="application/json")
        elif step.method == "GET":
            told = self.by[step.by].get(step.path)
        else:
            told = self.by[step.by].post(step.path, asked)
        return asked, told.status_code, told.json()


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_that_of_the_code(name: Name) -> None:
    """If this fails: `python -m tests.api.contract`."""
    assert schema_file(name).read_text(encoding="utf-8") == written(schema(name))


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("name", NAMES)
def test_the_server_answers_every_recorded_call_as_recorded(name: Name) -> None:
    """If this fails: `python -m tests.api.contract`."""
    ask, parts = Asking(), schema(name)["$defs"]
    for step in BEFORE[name]:
        assert ask(step)[1] == 201
    found = []
    for step in STEPS[name]:
        asked, status, answer = ask(step)
        fine = status < 400
        assert fits("Response" if fine else "Problem", answer, parts), (step.name, answer)
        shaped = step.asked is None or fits("Request", asked, parts)
        assert shaped or answer["type"].endswith(":misshapen"), step.name
        found.append(
            {
                "name": step.name,
                "by": step.by,
                "method": step.method,
                "path": step.path,
                "request": step.asked,
                "status": status,
                "response": masked(answer),
            }
        )
    if os.environ.get(RECORD):
        examples_file(name).write_text(written(found), encoding="utf-8")
    recorded = json.loads(examples_file(name).read_text(encoding="utf-8"))
    assert [one["name"] for one in recorded] == [one["name"] for one in found]
    for one, other in zip(found, recorded, strict=True):
        assert agrees(one, {**other, "request": one["request"]}), one["name"]
        assert one["request"] == other["request"]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_show_what_is_done_and_why_it_is_not(name: Name) -> None:
    recorded = json.loads(examples_file(name).read_text(encoding="utf-8"))
    statuses = {one["status"] for one in recorded}
    assert statuses & {200, 201}
    assert statuses >= {401, 403, 404, 422}
    assert len({one["name"] for one in recorded}) == len(recorded)
