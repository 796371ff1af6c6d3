"""A sign-in at a provider begins with fresh secrets, and only its own answer fits, in time."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from troth.people.oidc_ask import Asked, address, asked, fits

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BACK = "https://privacy.example.com/console/sign-in/provider/back"


def test_each_sign_in_has_secrets_of_its_own_which_are_not_shown() -> None:
    one, two = asked(NOW), asked(NOW)
    assert len({one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}) == 6
    assert one.state not in repr(one)


def test_the_challenge_is_that_of_the_rfc() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert Asked("", "", verifier, 0).challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("endpoint", ["https://p.example.com/a", "https://p.example.com/a?t=1"])
def test_the_provider_is_told_the_challenge_and_never_the_verifier(endpoint: str) -> None:
    begun = asked(NOW)
    told = address(endpoint, "troth", BACK, begun)
    query = parse_qs(urlsplit(told).query)
    digest = sha256(begun.verifier.encode()).digest()
    assert query["code_challenge"] == [urlsafe_b64encode(digest).decode().rstrip("=")]
    assert query["redirect_uri"] == [BACK]
    assert query["state"] == [begun.state]
    assert begun.verifier not in told


def test_only_its_own_answer_fits() -> None:
    begun = asked(NOW)
    assert fits(begun, begun.state, NOW)
    for other in ("", asked(NOW).state, begun.state[:-1], "状态"):
        assert not fits(begun, other, NOW)


@pytest.mark.parametrize(("minutes", "well"), [(9, True), (10, False), (-1, False)])
def test_an_answer_is_taken_for_ten_minutes(minutes: int, well: bool) -> None:  # noqa: FBT001 (a row of the table)
    begun = asked(NOW)
    assert fits(begun, begun.state, NOW + timedelta(minutes=minutes)) is well
