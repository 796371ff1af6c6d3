"""An ID token is believed if all of it holds, and not otherwise."""

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from troth.people.oidc import Expected, TokenError, verified

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ISSUER = "https://provider.example.com"
EXPECTED = Expected(ISSUER, "troth", "made-up-nonce")
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
KEYS: Any = KeySet([KEY]).as_dict(private=False)["keys"]
AT = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "troth",
    "sub": "made-up-subject",
    "nonce": "made-up-nonce",
    "iat": AT,
    "exp": AT + 300,
}


def token(key: Any = KEY, algorithm: str = "ES256", **claims: Any) -> str:
    told = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "one"}, told, key, algorithms=[algorithm])


def test_a_token_that_holds_tells_whom_it_is_about() -> None:
    subject = verified(token(), KEYS, EXPECTED, NOW)
    assert subject.value == f"{ISSUER}\nmade-up-subject"
    assert not subject.strong
    assert "made-up" not in repr(subject) + repr(EXPECTED)


@pytest.mark.parametrize("way", ["mfa", "otp", "hwk", "swk"])
def test_a_second_factor_at_the_provider_counts(way: str) -> None:
    assert verified(token(amr=["pwd", way]), KEYS, EXPECTED, NOW).strong


@pytest.mark.parametrize(
    "ways", [["pwd"], ["otp"], ["hwk"], ["swk", "otp"], "mfa", [["mfa"]], [1], None]
)
def test_anything_else_is_no_second_factor(ways: Any) -> None:
    assert not verified(token(amr=ways), KEYS, EXPECTED, NOW).strong


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example.com"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["troth", "other"]},
        {"azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": AT - 61},
        {"exp": None},
        {"exp": True},
        {"iat": AT + 61},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "x" * 256},
    ],
)
def test_a_claim_that_does_not_hold_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        verified(token(**wrong), KEYS, EXPECTED, NOW)


def test_several_audiences_need_us_as_the_party() -> None:
    assert verified(token(aud=["troth", "other"], azp="troth"), KEYS, EXPECTED, NOW).value


def test_a_signature_of_another_key_is_refused() -> None:
    other = ECKey.generate_key("P-256", {"kid": "one"})
    with pytest.raises(TokenError):
        verified(token(other), KEYS, EXPECTED, NOW)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864; providers still name it so
def test_each_of_our_algorithms_is_taken() -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "one"})
    edwards = OKPKey.generate_key("Ed25519", {"kid": "one"})
    for key, algorithm in ((rsa, "RS256"), (edwards, "EdDSA"), (edwards, "Ed25519")):
        keys: Any = [key.as_dict(private=False)]
        assert verified(token(key, algorithm), keys, EXPECTED, NOW).value


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_a_key_that_names_its_algorithm_by_its_other_name_is_the_same_key() -> None:
    edwards = OKPKey.generate_key("Ed25519", {"kid": "one"})
    for named, algorithm in (("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")):
        keys: Any = [{**edwards.as_dict(private=False), "alg": named}]
        assert verified(token(edwards, algorithm), keys, EXPECTED, NOW).value
    others: Any = ("ES256", "Ed448", ["EdDSA"], None)
    for named in others:
        keys = [{**edwards.as_dict(private=False), "alg": named}]
        with pytest.raises(TokenError):
            verified(token(edwards, "Ed25519"), keys, EXPECTED, NOW)


def test_an_algorithm_that_is_not_ours_is_refused() -> None:
    secret = OctKey.generate_key(256, {"kid": "one"})
    rsa = RSAKey.generate_key(2048, {"kid": "one"})
    for key, algorithm in ((secret, "HS256"), (rsa, "PS256")):
        keys: Any = [key.as_dict()]
        with pytest.raises(TokenError):
            verified(token(key, algorithm), keys, EXPECTED, NOW)


def test_no_signature_at_all_is_refused() -> None:
    head = "eyJhbGciOiJub25lIn0"
    with pytest.raises(TokenError):
        verified(f"{head}.{token().split('.')[1]}.", KEYS, EXPECTED, NOW)


@pytest.mark.parametrize("nonsense", ["", "a.b", "a.b.c", "x" * 20_001])
def test_nonsense_is_refused(nonsense: str) -> None:
    with pytest.raises(TokenError):
        verified(nonsense, KEYS, EXPECTED, NOW)
