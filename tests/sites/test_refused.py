"""What strangers may try at the door of keyed calls: each is a no, none an error of ours."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from msgspec.structs import replace

from tests.sites.test_assertions import HERE, code_of, signed
from tests.sites.test_keys import AT, ORIGIN, PLACE, PUBLISHABLE, SECRET, call, make, refused, run
from tests.versions.cast import FIRST, edited, propose_at
from troth.sites import assertions
from troth.sites.actions import Made
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import PER_ADDRESS, Caller, authenticate
from troth.sites.models import Key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml"))


@pytest.fixture
def secret() -> Made:
    return make(SECRET)


@pytest.fixture
def caller() -> Caller:
    return authenticate(call(make(PUBLISHABLE).text, ORIGIN), "consents", AT)


def unsigned(header: dict[str, Any], claims: str = "{}") -> str:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    return f"{part(json.dumps(header))}.{part(claims)}.{part('x' * 32)}"


@pytest.mark.parametrize("kid", ["\0", "x", 7, None, ["a"], "a" * 200])
def test_a_kid_that_is_none_is_a_no(caller: Caller, kid: Any) -> None:
    assert code_of(unsigned({"alg": "HS256", "kid": kid}), caller) == "assertion-key"


@pytest.mark.parametrize("more", [{"crit": 5}, {"crit": ["b64"], "b64": False}, {"alg": 7}])
def test_a_header_nobody_would_write_is_a_no(
    secret: Made, caller: Caller, more: dict[str, Any]
) -> None:
    header = {"alg": "HS256", "kid": secret.key.id, **more}
    assert code_of(unsigned(header), caller) == "assertion-invalid"


@pytest.mark.parametrize("claims", [{"jti": "\ud800" * 16}, {"sub": "\ud800"}, {"sub": "a\nb"}])
def test_claims_that_are_no_text_are_a_no(
    secret: Made, caller: Caller, claims: dict[str, Any]
) -> None:
    told = {"sub": "user-1", "aud": HERE, "jti": "n" * 16, **claims}
    times = {"iat": int(AT.timestamp()), "exp": int(AT.timestamp()) + 60}
    head, _, _ = unsigned(
        {"alg": "HS256", "kid": secret.key.id}, json.dumps(told | times)
    ).rpartition(".")
    mac = hmac.digest(secret.text.encode(), head.encode(), "sha256")
    text = f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    assert code_of(text, caller) == "assertion-invalid"


def test_claims_that_are_too_deep_are_a_no(secret: Made, caller: Caller) -> None:
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    text = jwt.encode(
        {"alg": "HS256", "kid": secret.key.id}, {"x": deep}, OctKey.import_key(secret.text)
    )
    assert code_of(text, caller) == "assertion-invalid"


def test_an_assertion_that_ended_in_the_queue_is_a_no(secret: Made, caller: Caller) -> None:
    asserted = assertions.read(signed(secret), caller, HERE, AT)
    with pytest.raises(KeyRefusedError) as caught:
        run(assertions.spend, asserted, at=asserted.until)
    assert caught.value.code == "assertion-expired"


def test_an_origin_the_policy_drops_is_refused_from_then_on() -> None:
    made = make(PUBLISHABLE)
    elsewhere = "https://old.example.com"
    Key.objects.filter(pk=made.key.id).update(origins=[ORIGIN, elsewhere])  # as made before
    assert authenticate(call(made.text, ORIGIN), "consents", AT).origin == ORIGIN
    assert refused(call(made.text, elsewhere)).code == "key-origin"


def test_one_address_does_not_use_up_what_a_key_may_do_for_all() -> None:
    text = make(replace(PUBLISHABLE, per_minute=PER_ADDRESS.times + 1)).text
    for _ in range(PER_ADDRESS.times):
        authenticate(call(text, ORIGIN, "192.0.2.77"), "consents", AT)
    for _ in range(5):
        assert refused(call(text, ORIGIN, "192.0.2.77")).code == "key-quota"
    later = AT + timedelta(seconds=1)
    assert authenticate(call(text, ORIGIN, "192.0.2.78"), "consents", later).key
