"""The API keeps to its own description, whatever is sent (schemathesis makes the calls)."""

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.conftest import cases
from tests.versions.cast import FIRST, default_policy, propose_at

CASES_TO_A_CALL = 10
"""A call goes through the whole site and is checked by its schema: it takes as long as so many."""
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
    calls = schema[path][method].as_strategy(generation_mode=mode)

    @settings(cases(CASES_TO_A_CALL), suppress_health_check=list(HealthCheck))
    @given(case=calls)
    def called(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    called()
