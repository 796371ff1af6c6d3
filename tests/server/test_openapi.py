"""The API keeps to its own description, whatever is sent (schemathesis makes the calls)."""

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api.cast import PUBLISHABLE, SECRET, begin, outside
from tests.conftest import CASES
from tests.versions.cast import FIRST, default_policy, propose_at

CASES_TO_A_CALL = 10
"""A call goes through the whole site and is checked by its schema: it takes as long as so many."""
CASES_TO_A_CALL_BY_KEY = 50
"""The same, with a transaction each."""
BY_KEY = [
    ("/v1/consents", "POST"),
    ("/v1/consents", "GET"),
    ("/v1/records", "POST"),
    ("/v1/uses", "POST"),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("kept_connection")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), [("/v1/policy", "GET"), ("/v1/decisions", "POST")])
def test_every_answer_is_as_described(path: str, method: str, mode: GenerationMode) -> None:
    propose_at(FIRST, default_policy())
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", WSGIHandler())
    cases = schema[path][method].as_strategy(generation_mode=mode)

    @within(CASES_TO_A_CALL)
    @given(case=cases)
    def called(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    called()


@pytest.mark.slow
@pytest.mark.torture
@pytest.mark.django_db
@pytest.mark.usefixtures("kept_connection", "keys")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), BY_KEY)
def test_every_answer_to_a_key_or_to_none_is_as_described(
    path: str, method: str, mode: GenerationMode
) -> None:
    begin()
    many = {"per_minute": 100_000}
    callers = [outside(SECRET, **many), outside(SECRET, test=True, **many)]
    callers.append(outside(PUBLISHABLE, **many))
    headers = [{"authorization": "", "origin": ""}, *(one.headers for one in callers)]
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", WSGIHandler())
    cases = schema[path][method].as_strategy(generation_mode=mode)

    @within(CASES_TO_A_CALL_BY_KEY)
    @given(case=cases, by=sampled_from(headers))
    def called(case: Case[Any], by: dict[str, str]) -> None:
        case.call_and_validate(checks=CHECKS, headers=by)

    called()


def within(cases_to_a_call: int) -> settings:
    """Return for how many calls there is time."""
    return settings(
        max_examples=max(1, CASES // cases_to_a_call),
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
