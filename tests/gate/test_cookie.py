"""Which cookies may be sent and read, where, and after which choice."""

from typing import Any

import pytest

from tests.gate.cases import answer, names
from troth.gate.facts import ReadCookieFacts, SetCookieFacts


@pytest.mark.parametrize(
    ("facts", "allowed", "code", "statement"),
    [
        ({"name": "__Host-troth-console"}, True, "cookie-necessary", "cookies.operation"),
        (
            {"name": "__Host-troth-console", "refused": names("cookie.console-session")},
            True,
            "cookie-necessary",
            "cookies.operation",
        ),
        (
            {"name": "__Host-troth-console", "max_age_seconds": 1},
            False,
            "cookie-too-long",
            "cookies.operation",
        ),
        ({"name": "_ga"}, False, "cookie-undeclared", "cookies.sent"),
        (
            {"name": "troth-visitor", "conforms": False},
            False,
            "cookie-malformed",
            "cookies.function",
        ),
        ({"name": "troth-visitor"}, False, "cookie-not-chosen", "cookies.function"),
        (
            {"name": "troth-visitor", "region": "US"},
            True,
            "cookie-not-refused",
            "cookies.function",
        ),
        (
            {"name": "troth-visitor", "region": "US-CA"},
            False,
            "cookie-not-chosen",
            "cookies.function",
        ),
        (
            {"name": "troth-visitor", "region": "BR"},
            True,
            "cookie-not-refused",
            "cookies.function",
        ),
        (
            {"name": "troth-visitor", "region": "US", "refused": names("class.statistics")},
            False,
            "cookie-refused",
            "cookies.function",
        ),
        (
            {"name": "troth-visitor", "agreed": names("class.statistics")},
            True,
            "cookie-chosen",
            "cookies.function",
        ),
        (
            {
                "name": "troth-visitor",
                "agreed": names("class.statistics"),
                "refused": names("cookie.visitor"),
            },
            False,
            "cookie-refused",
            "cookies.function",
        ),
        (
            {"name": "troth-visitor", "accepted": True},
            False,
            "acceptance-is-no-consent",
            "cookies.function",
        ),
        (
            {"name": "troth-c-spring", "agreed": names("cookie.campaign")},
            True,
            "cookie-chosen",
            "cookies.function",
        ),
        (
            {"name": "troth-map", "region": "US", "agreed": names("cookie.partner")},
            False,
            "separate-consent-missing",
            "cookies.partners",
        ),
        (
            {"name": "troth-map", "separate": names("partner.map")},
            True,
            "cookie-chosen",
            "cookies.partners",
        ),
    ],
)
def test_a_cookie_is_sent_only_as_declared_and_after_the_choice_its_place_demands(
    facts: dict[str, Any],
    allowed: bool,  # noqa: FBT001 (a column of the table)
    code: str,
    statement: str,
) -> None:
    assert answer(SetCookieFacts(**({"conforms": True} | facts))) == (allowed, code, statement)


VISIT: dict[str, Any] = {
    "name": "troth-visitor",
    "purpose": "visitor-count",
    "agreed": names("class.statistics"),
}
MAP: dict[str, Any] = {"name": "troth-map", "purpose": "partner-services"}


@pytest.mark.parametrize(
    ("facts", "allowed", "code", "statement"),
    [
        (VISIT, True, "cookie-read-declared", "cookies.function"),
        (VISIT | {"purpose": "support"}, False, "purpose-undeclared", "cookies.purpose-limit"),
        (VISIT | {"name": "_ga"}, False, "cookie-undeclared", "cookies.purpose-limit"),
        (VISIT | {"agreed": names()}, False, "cookie-not-chosen", "cookies.function"),
        (
            VISIT | {"agreed": names(), "accepted": True},
            False,
            "acceptance-is-no-consent",
            "cookies.function",
        ),
        (VISIT | {"agreed": names(), "region": "US"}, True, "cookie-read-declared", None),
        (VISIT | {"agreed": names(), "region": "US-CA"}, False, "cookie-not-chosen", None),
        (MAP | {"agreed": names("cookie.partner")}, False, "separate-consent-missing", None),
        (MAP | {"separate": names("partner.map")}, True, "cookie-read-declared", None),
        (
            {"name": "__Host-troth-console", "purpose": "operation"},
            True,
            "cookie-read-declared",
            "cookies.operation",
        ),
    ],
)
def test_a_cookie_is_read_only_for_its_declared_purposes_and_after_the_choice_to_set_it(
    facts: dict[str, Any],
    allowed: bool,  # noqa: FBT001 (a column of the table)
    code: str,
    statement: str | None,
) -> None:
    told = answer(ReadCookieFacts(**facts))
    assert told[:2] == (allowed, code)
    assert statement in (None, told[2])


@pytest.mark.parametrize("region", ["CN", "US"])
def test_a_refused_cookie_is_not_read_though_the_browser_still_sends_it(region: str) -> None:
    facts = ReadCookieFacts(**VISIT, region=region, refused=names("cookie.visitor"))
    assert answer(facts) == (False, "cookie-refused", "cookies.function")
