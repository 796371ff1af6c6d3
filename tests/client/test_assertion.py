"""Assertions are what RFC 7515 and 7519 say, by another's reading of them."""

import json
import re
import time
from base64 import urlsafe_b64decode
from typing import Final

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import OctKey
from troth_client import Troth, assertion

KEY: Final = f"troth_sk_abcdefghjkmn_{'aA0-_' * 8}xyz"
HERE: Final = "https://privacy.example.com"
COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")


def part(text: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return told


@pytest.mark.parametrize("subject", ["user-1", "用户 42", 'quo"te\\', "x" * 200])
def test_another_library_reads_what_was_signed(subject: str) -> None:
    before = int(time.time())
    text = assertion(KEY, f"{HERE}/", subject)
    token = jwt.decode(text, OctKey.import_key(KEY), algorithms=["HS256"])
    claims = token.claims
    assert token.header == {"alg": "HS256", "typ": "JWT", "kid": "abcdefghjkmn"}
    assert set(claims) == {"sub", "aud", "iat", "exp", "jti"}
    assert (claims["sub"], claims["aud"]) == (subject, HERE)
    assert before <= claims["iat"] <= time.time()
    assert claims["exp"] - claims["iat"] == 120
    assert len(claims["jti"]) >= 16
    with pytest.raises(BadSignatureError):
        jwt.decode(text, OctKey.import_key(f"{KEY[:-1]}Z"), algorithms=["HS256"])


def test_it_is_compact_and_unpadded_and_each_is_another() -> None:
    both = [assertion(KEY, HERE, "user-1") for _ in range(2)]
    assert all(COMPACT.fullmatch(text) for text in both)
    assert len({part(text.split(".")[1])["jti"] for text in both}) == 2


def test_a_client_signs_for_its_server_or_for_the_address_its_page_calls() -> None:
    inside = Troth("http://127.0.0.1:8000", KEY)
    for asserted, audience in (
        (inside.assert_identity("user-1"), "http://127.0.0.1:8000"),
        (inside.assert_identity("user-1", audience=HERE), HERE),
    ):
        assert part(asserted.split(".")[1])["aud"] == audience


@pytest.mark.parametrize("seconds", [0, -1, 301])
def test_it_lasts_for_minutes(seconds: int) -> None:
    with pytest.raises(ValueError, match="300 seconds"):
        assertion(KEY, HERE, "user-1", lasts_seconds=seconds)
    assert assertion(KEY, HERE, "user-1", lasts_seconds=300)


def test_only_a_secret_key_signs() -> None:
    with pytest.raises(ValueError, match="no secret key") as told:
        assertion(KEY.replace("_sk_", "_pk_"), HERE, "user-1")
    assert KEY[-20:] not in str(told.value)
