"""The ID token of an operator's own provider says who its user is: once, and minutes after."""

import hmac
import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from tests.pages.idp import KEY, PAGE, SUBJECT, Idp
from tests.people.test_id_tokens import resigned
from tests.sites.signing_in import issuer, users_sign_in
from tests.sites.test_keys import AT, ORIGIN, PLACE, PUBLISHABLE, SECRET, call, make, run
from tests.versions.cast import FIRST, edited, propose_at
from troth.people import provider_keys
from troth.sites import assertions, believed
from troth.sites.actions import Made
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Caller, authenticate
from troth.sites.models import SpentAssertion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
HERE = "https://privacy.example.com"


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml"))


@pytest.fixture
def caller() -> Caller:
    return authenticate(call(make(PUBLISHABLE).text, ORIGIN), "consents", AT)


@pytest.fixture
def idp(settings: Any) -> Iterator[Idp]:
    with users_sign_in(settings) as made:
        yield made


def refusal(text: str, caller: Caller, at: Any = AT) -> KeyRefusedError:
    with pytest.raises(KeyRefusedError) as caught:
        believed.read(text, caller, HERE, at)
    shown = f"{caught.value!r} {caught.value.message.render(str)}"
    assert SUBJECT not in shown
    assert text not in shown
    return caught.value


def code_of(text: str, caller: Caller, at: Any = AT) -> str:
    error = refusal(text, caller, at)
    assert error.status == 401
    return error.code


def test_it_says_who_she_is_and_is_used_once(idp: Idp, caller: Caller) -> None:
    text = idp.id_token(at=AT)
    asserted = believed.read(text, caller, HERE, AT)
    assert (asserted.external, asserted.key) == (SUBJECT, "oidc")
    assert SUBJECT not in repr(asserted)
    run(assertions.spend, asserted)
    for again in (text, resigned(text)):
        with pytest.raises(KeyRefusedError, match="assertion-replayed"):
            run(assertions.spend, believed.read(again, caller, HERE, AT))
    later = idp.id_token(at=AT + timedelta(seconds=1))
    run(assertions.spend, believed.read(later, caller, HERE, AT))


def test_of_what_was_used_a_hash_is_kept_until_it_would_have_ended(
    idp: Idp, caller: Caller
) -> None:
    run(assertions.spend, believed.read(idp.id_token(at=AT), caller, HERE, AT))
    row = SpentAssertion.objects.get()
    assert (row.key, len(row.jti), row.until) == ("oidc", 64, AT + timedelta(minutes=5, seconds=30))
    assert SUBJECT not in str(row.__dict__)
    run(assertions.forget, at=row.until)
    assert not SpentAssertion.objects.exists()
    with pytest.raises(KeyRefusedError, match="assertion-expired"):
        believed.read(idp.id_token(at=AT), caller, HERE, row.until)


@pytest.mark.parametrize(
    ("claims", "code", "said"),
    [
        ({"iss": "https://other.example.com"}, "assertion-invalid", "of another provider than"),
        ({"aud": "another-page"}, "assertion-audience", "people_oidc_clients"),
        ({"azp": "another-page"}, "assertion-audience", "people_oidc_clients"),
        ({"aud": [PAGE, "an-api"]}, "assertion-audience", "people_oidc_clients"),
        ({"exp": int(AT.timestamp()) - 30}, "assertion-expired", "ask the provider for another"),
        ({"iat": int(AT.timestamp()) - 330}, "assertion-expired", "ask the provider for another"),
        ({"iat": int(AT.timestamp()) + 31}, "assertion-invalid", "which is past"),
        ({"iat": None}, "assertion-invalid", "says when it was made"),
        ({"sub": None}, "assertion-invalid", "claim sub is no text of 1 to 200"),
        ({"sub": 7}, "assertion-invalid", "claim sub is no text of 1 to 200"),
        ({"sub": " "}, "assertion-invalid", "claim sub is no text of 1 to 200"),
        ({"sub": "a\nb"}, "assertion-invalid", "claim sub is no text of 1 to 200"),
        ({"sub": "x" * 201}, "assertion-invalid", "claim sub is no text of 1 to 200"),
    ],
)
def test_what_it_says_must_fit(
    idp: Idp, caller: Caller, claims: dict[str, Any], code: str, said: str
) -> None:
    error = refusal(idp.id_token(at=AT, **claims), caller)
    assert (error.status, error.code) == (401, code)
    assert said in error.message.render(str)


def test_an_operators_own_claim_is_her_id(idp: Idp, caller: Caller, settings: Any) -> None:
    settings.TROTH_PEOPLE_ISSUER = issuer(idp, claim="shop_user")
    asserted = believed.read(idp.id_token(at=AT, shop_user="user-9"), caller, HERE, AT)
    assert asserted.external == "user-9"
    error = refusal(idp.id_token(at=AT), caller)
    assert "claim shop_user is no text" in error.message.render(str)


def test_it_is_signed_by_a_key_of_the_provider_and_says_by_which(idp: Idp, caller: Caller) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    assert code_of(idp.id_token(stranger, AT), caller) == "assertion-invalid"
    assert code_of(idp.id_token(at=AT, head={"kid": "two"}), caller) == "assertion-invalid"
    assert believed.read(idp.id_token(at=AT, head={"kid": None}), caller, HERE, AT)


def test_of_several_keys_it_must_name_one(idp: Idp, caller: Caller) -> None:
    idp.keys = [KEY, ECKey.generate_key("P-256", {"kid": "two"})]
    assert code_of(idp.id_token(at=AT, head={"kid": None}), caller) == "assertion-invalid"
    assert believed.read(idp.id_token(at=AT), caller, HERE, AT)


def test_an_id_that_is_no_text_is_a_no(idp: Idp, caller: Caller) -> None:
    said = jwt.decode(idp.id_token(at=AT), KEY).claims
    claims = json.dumps({**said, "sub": "\ud800"}).encode()
    text = jws.serialize_compact({"alg": "ES256", "kid": "one"}, claims, KEY)
    assert code_of(text, caller) == "assertion-invalid"


def part(told: Any) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


@pytest.mark.parametrize("header", [{"kid": "one"}, {}, {"kid": "SECRET"}])
def test_neither_kind_of_assertion_passes_for_the_other(
    idp: Idp, caller: Caller, header: dict[str, str]
) -> None:
    secret: Made = make(SECRET)
    named = {name: secret.key.id if one == "SECRET" else one for name, one in header.items()}
    _, claims, signature = idp.id_token(at=AT).split(".")
    unsigned = f"{part({'alg': 'none', **named})}.{claims}."
    assert code_of(unsigned, caller).startswith("assertion-")
    assert code_of(f"{unsigned}{signature}", caller).startswith("assertion-")
    for public in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        body = f"{part({'alg': 'HS256', **named})}.{claims}"
        mac = urlsafe_b64encode(hmac.digest(public, body.encode(), "sha256")).decode().rstrip("=")
        assert code_of(f"{body}.{mac}", caller).startswith("assertion-")
    own = jwt.encode(
        {"alg": "HS256", "kid": "one"},
        {"iss": idp.issuer, "aud": PAGE, "sub": SUBJECT},
        OctKey.import_key(secret.text),
    )
    assert code_of(own, caller) == "assertion-key"
    assert idp.asked == []


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 20_000, "eyJ" + "x" * 20_000 + ".a.b"])
def test_what_is_none_is_a_no(idp: Idp, caller: Caller, text: str) -> None:
    assert code_of(text or "x", caller) in {"assertion-invalid", "assertion-key"}
    assert idp.asked == []


def test_one_of_twenty_kilobytes_is_not_read(idp: Idp, caller: Caller) -> None:
    long = idp.id_token(at=AT, groups=["x" * 100] * 150)
    assert code_of(long, caller) == "assertion-invalid"
    assert idp.asked == []
    assert believed.read(idp.id_token(at=AT, groups=["x" * 100] * 45), caller, HERE, AT)


@pytest.mark.parametrize(
    ("head", "claims"),
    [({"typ": "at+jwt"}, {}), ({}, {"scope": "openid"}), ({}, {"typ": "Bearer"})],
)
def test_an_access_token_is_no_id_token(
    idp: Idp, caller: Caller, head: dict[str, str], claims: dict[str, Any]
) -> None:
    error = refusal(idp.id_token(at=AT, head=head, **claims), caller)
    assert (error.status, error.code) == (401, "assertion-invalid")
    assert "send the ID token (id_token)" in error.message.render(str)


def test_without_a_provider_it_is_told_that_none_is_set(
    idp: Idp, caller: Caller, settings: Any
) -> None:
    settings.TROTH_PEOPLE_ISSUER = None
    error = refusal(idp.id_token(at=AT), caller)
    assert (error.status, error.code) == (401, "assertion-invalid")
    assert "sets people_oidc_issuer" in error.message.render(str)
    assert idp.asked == []


@pytest.mark.parametrize("fails", [(500, b""), (302, b""), (200, b"nonsense"), (200, b"{}")])
def test_a_provider_that_does_not_say_its_keys_is_no_refusal_of_hers(
    idp: Idp, caller: Caller, fails: tuple[int, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    idp.fails = fails
    text = idp.id_token(at=AT)
    with caplog.at_level(logging.DEBUG):
        error = refusal(text, caller)
    assert (error.status, error.code, error.more) == (
        503,
        "assertion-provider",
        {"retry_after": 30},
    )
    assert "people_oidc_issuer" in error.message.render(str)
    assert SUBJECT not in caplog.text
    assert text not in caplog.text


def test_a_private_address_is_asked_only_where_that_is_set(
    idp: Idp, caller: Caller, settings: Any
) -> None:
    settings.TROTH_PEOPLE_ISSUER = issuer(idp, private=False)
    assert refusal(idp.id_token(at=AT), caller).code == "assertion-provider"
    assert idp.asked == []


def test_a_key_the_provider_has_just_begun_to_sign_by_is_fetched_once(
    idp: Idp, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1_000.0]
    monkeypatch.setattr(provider_keys, "monotonic", lambda: at[0])
    assert believed.read(idp.id_token(at=AT), caller, HERE, AT)
    other = ECKey.generate_key("P-256", {"kid": "two"})
    idp.keys = [other]
    at[0] += 31
    for _ in range(2):
        assert believed.read(idp.id_token(other, AT), caller, HERE, AT)
    assert code_of(idp.id_token(at=AT), caller) == "assertion-invalid"
    for number in range(50):
        strange = idp.id_token(at=AT, head={"kid": f"made-up-{number}"})
        assert code_of(strange, caller) == "assertion-invalid"
    assert idp.asked.count("/keys") == 2
