"""The ID token of a user's sign-in proves who she is if all of it holds, and not otherwise."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode
from msgspec.structs import replace

from troth.people.id_tokens import Issuer, demand_clients, demand_telling, vouched
from troth.people.oidc import TokenError

NOW = datetime(2026, 11, 26, tzinfo=UTC)
AT = int(NOW.timestamp())
LASTS, LEEWAY = timedelta(minutes=5), timedelta(seconds=30)
ISSUER = Issuer(issuer="https://login.example.com", clients=frozenset({"shop", "app"}))
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
KEYS: Any = [KEY.as_dict(private=False)]
CLAIMS: dict[str, Any] = {
    "iss": ISSUER.issuer,
    "aud": "shop",
    "sub": "user-1",
    "iat": AT,
    "exp": AT + 3_600,
}


def token(key: Any = KEY, head: Any = None, **claims: Any) -> str:
    told = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    header = {"alg": "ES256", "kid": "one", **(head or {})}
    header = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(header, told, key, algorithms=[header["alg"]])


def told(text: str, keys: Any = KEYS, issuer: Issuer = ISSUER, now: datetime = NOW) -> Any:
    return vouched(text, keys, issuer, now, lasts=LASTS, leeway=LEEWAY)


def wrong(text: str, keys: Any = KEYS, issuer: Issuer = ISSUER, now: datetime = NOW) -> str:
    with pytest.raises(TokenError) as caught:
        told(text, keys, issuer, now)
    assert "user-1" not in str(caught.value)
    return caught.value.wrong


def test_a_token_that_holds_tells_whom_it_is_about_and_is_shown_nowhere() -> None:
    found = told(token())
    assert (found.external, found.until) == ("user-1", NOW + LASTS + LEEWAY)
    assert "user-1" not in repr(found)
    assert len(found.once) == 64
    assert told(token(exp=AT + 60)).until == NOW + timedelta(seconds=90)


def test_another_claim_may_hold_the_operators_own_id() -> None:
    own = replace(ISSUER, claim="https://shop.example.com/user")
    said = {"https://shop.example.com/user": "user-2"}
    assert told(token(**said), issuer=own).external == "user-2"
    assert wrong(token(), issuer=own) == "subject"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["shop"]},
        {"aud": "app"},
        {"aud": ["shop", "other"], "azp": "shop"},
        {"aud": ["shop", "app"], "azp": "app"},
        {"azp": "app"},
        {"iat": AT + 30},
        {"iat": AT - 329},
        {"iat": AT - 0.5},
        {"exp": AT - 29},
        {"nonce": "of the page", "amr": ["pwd"], "events_at": 1},
        {"typ": "ID"},
    ],
)
def test_what_a_provider_may_say_is_believed(claims: dict[str, Any]) -> None:
    assert told(token(**claims)).external == "user-1"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://login.example.com/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"iss": ["https://login.example.com"]}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [["shop"]]}, "audience"),
        ({"aud": "shop app"}, "audience"),
        ({"aud": {"shop": 1}}, "audience"),
        ({"aud": ["shop", "other"]}, "audience"),
        ({"aud": ["shop", "app"]}, "audience"),
        ({"aud": ["shop", "other"], "azp": "other"}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"azp": ["shop"]}, "audience"),
        ({"iat": AT + 31}, "times"),
        ({"iat": None}, "times"),
        ({"iat": str(AT)}, "times"),
        ({"iat": True}, "times"),
        ({"iat": float("nan")}, "times"),
        ({"exp": None}, "times"),
        ({"exp": float("inf")}, "times"),
        ({"exp": 10**400}, "times"),
        ({"iat": AT - 330}, "expired"),
        ({"iat": AT - 3_000, "exp": AT + 600}, "expired"),
        ({"iat": AT - 60, "exp": AT - 30}, "expired"),
        ({"exp": AT - 10**9}, "expired"),
        ({"sub": None}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": ["user-1"]}, "subject"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, "kind"),
        ({"scope": "openid profile"}, "kind"),
        ({"scp": ["orders.read"]}, "kind"),
        ({"typ": "Bearer"}, "kind"),
    ],
)
def test_what_does_not_hold_is_refused(claims: dict[str, Any], why: str) -> None:
    assert wrong(token(**claims)) == why


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864; providers still name it so
def test_each_of_our_algorithms_is_taken() -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "one"})
    edwards = OKPKey.generate_key("Ed25519", {"kid": "one"})
    keys = [*KEYS, rsa.as_dict(private=False), edwards.as_dict(private=False)]
    named = ((rsa, "RS256"), (edwards, "EdDSA"), (edwards, "Ed25519"), (KEY, "ES256"))
    for key, algorithm in named:
        assert told(token(key, {"alg": algorithm}), keys).external == "user-1"


def test_a_key_of_another_kind_use_or_algorithm_signs_nothing() -> None:
    others: Any = [{"use": "enc"}, {"alg": "RS256"}, {"crv": "P-384"}, {"kty": "RSA"}, {"kty": []}]
    for more in others:
        assert wrong(token(), [{**KEYS[0], **more}]) == "key"
    other = ECKey.generate_key("P-384", {"kid": "one"})
    text = jwt.encode({"alg": "ES384", "kid": "one"}, CLAIMS, other, algorithms=["ES384"])
    assert wrong(text, [other.as_dict(private=False)]) == "key"


def by_secret(secret: bytes) -> str:
    body = f"{part({'alg': 'HS256', 'kid': 'one', 'typ': 'JWT'})}.{part(CLAIMS)}"
    mac = hmac.digest(secret, body.encode(), "sha256")
    return f"{body}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_a_public_key_is_nobodys_secret() -> None:
    shared = OctKey.import_key("made-up-secret-of-theirs", {"kid": "one"})
    assert wrong(by_secret(KEY.as_pem(private=False))) == "key"
    assert wrong(by_secret(json.dumps(KEYS[0]).encode())) == "key"
    assert wrong(by_secret(b"made-up-secret-of-theirs"), [shared.as_dict()]) == "key"


def test_it_must_be_signed_by_a_key_of_the_provider() -> None:
    assert wrong(token(ECKey.generate_key("P-256", {"kid": "one"}))) == "key"
    assert wrong(token(head={"kid": "two"})) == "key"
    assert wrong(token(), []) == "key"
    assert wrong(token(), [{**KEYS[0], "x": "nonsense"}]) == "key"
    assert wrong(token(), [{**KEYS[0], "x": 7}]) == "key"


def test_which_key_has_signed_is_told_where_several_might_have() -> None:
    assert told(token(head={"kid": None})).external == "user-1"
    other = ECKey.generate_key("P-256", {"kid": "two"}).as_dict(private=False)
    assert wrong(token(head={"kid": None}), [*KEYS, other]) == "key"
    assert wrong(token(), [*KEYS, {**other, "kid": "one"}]) == "key"
    assert told(token(), [*KEYS, other, {"kty": "of tomorrow"}]).external == "user-1"


def part(told: Any) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None", "kid": "one"},
        {"alg": 7},
        {"alg": ["ES256"], "kid": "one"},
        {},
        [],
        "ES256",
        {"alg": "ES256", "kid": ["one"]},
        {"alg": "ES256", "kid": "one", "crit": ["b64"], "b64": False},
    ],
)
def test_a_header_nobody_would_write_is_refused(header: Any) -> None:
    _, claims, signature = token().split(".")
    assert wrong(f"{part(header)}.{claims}.{signature}") in {"unreadable", "kind", "key"}
    assert wrong(f"{part(header)}.{claims}.") == "unreadable"


def test_a_token_of_another_kind_is_none() -> None:
    assert wrong(token(head={"typ": "at+jwt"})) == "kind"
    assert wrong(token(head={"typ": "logout+jwt"})) == "kind"
    assert told(token(head={"typ": "jwt"})).external == "user-1"


def test_a_header_of_the_providers_own_is_ignored() -> None:
    header = {"alg": "ES256", "kid": "one", "x-of-theirs": 1}
    any_header = JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    said = json.dumps(CLAIMS).encode()
    text = jws.serialize_compact(header, said, KEY, registry=any_header)
    assert told(text).external == "user-1"


@pytest.mark.parametrize(
    "nonsense", ["", "a.b", "a.b.c", "x" * 20_000, "一.二.三", " a.b.c", "a.b.c\n", "a.b.c.d.e"]
)
def test_nonsense_is_refused(nonsense: str) -> None:
    assert wrong(nonsense) == "unreadable"


def test_a_token_of_twenty_kilobytes_is_not_read() -> None:
    assert wrong(token(groups=["x" * 100] * 200)) == "unreadable"


def test_claims_that_are_too_deep_or_no_object_are_refused() -> None:
    for claims in (b"[" * 5_000, b"[]", b"7", b"\xff", b"", b'{"iat": 1' + b"0" * 5_000 + b"}"):
        text = jws.serialize_compact({"alg": "ES256", "kid": "one"}, claims, KEY)
        assert wrong(text) in {"key", "unreadable"}


def test_two_signatures_of_one_text_are_one_token() -> None:
    text = token()
    assert told(text).once == told(resigned(text)).once
    assert told(text).once != told(token(jti="another")).once
    assert resigned(text) != text


def resigned(text: str) -> str:
    """Return a token with the other signature that fits (r, n - s), which anybody can make."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    body, _, signature = text.rpartition(".")
    raw = urlsafe_b64decode(signature.encode())
    other = order - int.from_bytes(raw[32:])
    changed = urlsafe_b64encode(raw[:32] + other.to_bytes(32)).decode()
    return f"{body}.{changed.rstrip('=')}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = st.sampled_from([*CLAIMS, "azp", "nonce", "events", "amr"])


@given(st.dictionaries(NAMES, JSON, max_size=4))
def test_whatever_is_claimed_is_believed_or_refused(claims: dict[str, Any]) -> None:
    said = json.dumps({**CLAIMS, **claims}).encode()
    text = jws.serialize_compact({"alg": "ES256", "kid": "one"}, said, KEY)
    try:
        found = told(text)
    except TokenError:
        return
    assert isinstance(found.external, str)
    assert NOW < found.until <= NOW + LASTS + 2 * LEEWAY


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk"]), JSON), JSON)
def test_whatever_a_header_or_a_key_says_is_a_no(header: dict[str, Any], key: Any) -> None:
    _, claims, signature = token().split(".")
    keys = [*KEYS, {"kty": "EC", "crv": "P-256", "kid": key, "x": key, "y": key}]
    wrong(f"{part({'alg': 'ES256', **header})}.{claims}.{signature}", keys)


@pytest.mark.parametrize(
    "claim", "email preferred_username name nickname given_name phone_number profile upn".split()
)
def test_what_users_set_themselves_proves_nobody(claim: str) -> None:
    with pytest.raises(ValueError, match="users may set it themselves"):
        demand_telling(claim)


def test_what_tells_of_the_token_tells_of_nobody() -> None:
    for claim in ("iss", "aud", "nonce", "sid"):
        with pytest.raises(ValueError, match="tells of the token"):
            demand_telling(claim)
    for claim in ("sub", "oid", "https://shop.example.com/user"):
        demand_telling(claim)


@pytest.mark.parametrize("client", ["", " shop", "a b", "店", "x" * 256])
def test_what_can_be_no_client_is_refused(client: str) -> None:
    demand_clients(["shop", "0oa1b2.apps.example.com"])
    with pytest.raises(ValueError, match="a client id is"):
        demand_clients(["shop", client])
