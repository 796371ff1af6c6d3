"""Who an operator's back end says her user is: believed once, for minutes, on the site it says."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from msgspec.structs import replace

from tests.sites.test_keys import AT, ORIGIN, PLACE, PUBLISHABLE, SECRET, call, make, run
from tests.versions.cast import FIRST, edited, propose_at
from troth import vault
from troth.people import erasure, subjects
from troth.people.models import Person
from troth.people.subjects import UnfitSubjectError, UnknownSubjectError
from troth.sites import actions, assertions
from troth.sites.actions import Made
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Caller, authenticate
from troth.sites.models import SpentAssertion
from troth.sites.secrets import bearer_of, bearer_secret
from troth.store import SYSTEM, Store, Tx, rehearse, transact_on
from troth.vault import ErasedError, PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
HERE = "https://privacy.example.com"
NONCE = "n" * 16


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, edited(PLACE, ORIGIN, "policy.toml"))


@pytest.fixture
def secret() -> Made:
    return make(SECRET)


@pytest.fixture
def caller() -> Caller:
    return authenticate(call(make(PUBLISHABLE).text, ORIGIN), "consents", AT)


def signed(by: Made, kid: str = "", **claims: Any) -> str:
    told: dict[str, Any] = {
        "sub": "user-1",
        "aud": HERE,
        "iat": int(AT.timestamp()),
        "exp": int((AT + timedelta(minutes=2)).timestamp()),
        "jti": NONCE,
        **claims,
    }
    header = {"alg": "HS256", "kid": kid or by.key.id}
    return jwt.encode(header, told, OctKey.import_key(by.text))


def code_of(text: str, caller: Caller, at: Any = AT) -> str:
    with pytest.raises(KeyRefusedError) as caught:
        assertions.read(text, caller, HERE, at)
    assert caught.value.status == 401
    return caught.value.code


def test_an_assertion_says_who_it_is_and_is_used_once(secret: Made, caller: Caller) -> None:
    asserted = assertions.read(signed(secret), caller, HERE, AT)
    assert asserted.external == "user-1"
    assert "user-1" not in repr(asserted)
    run(assertions.spend, asserted)
    with pytest.raises(KeyRefusedError) as caught:
        run(assertions.spend, asserted)
    assert caught.value.code == "assertion-replayed"
    again = assertions.read(signed(secret, jti="m" * 16), caller, HERE, AT)
    run(assertions.spend, again)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://other.example.com"}, "assertion-audience"),
        ({"aud": None}, "assertion-audience"),
        ({"exp": int(AT.timestamp()) - 31}, "assertion-expired"),
        ({"exp": int(AT.timestamp()) + 301}, "assertion-invalid"),
        ({"iat": int(AT.timestamp()) + 31}, "assertion-invalid"),
        ({"exp": None}, "assertion-invalid"),
        ({"exp": 1e40}, "assertion-invalid"),
        ({"iat": True}, "assertion-invalid"),
        ({"sub": 7}, "assertion-invalid"),
        ({"jti": "short"}, "assertion-invalid"),
    ],
)
def test_what_an_assertion_says_must_fit(
    secret: Made, caller: Caller, claims: dict[str, Any], code: str
) -> None:
    told = {"iat": int(AT.timestamp()) - 200} if code == "assertion-expired" else {}
    assert code_of(signed(secret, **{**told, **claims}), caller) == code


def test_an_assertion_signed_by_another_key_is_refused(secret: Made, caller: Caller) -> None:
    other = make(replace(SECRET, label="Other"))
    assert code_of(signed(other, kid=secret.key.id), caller) == "assertion-invalid"
    changed = signed(secret)
    head, _, tail = changed.rpartition(".")
    assert code_of(f"{head}.{'A' * len(tail)}", caller) == "assertion-invalid"
    assert code_of("nonsense", caller) == "assertion-invalid"
    assert code_of("x" * 5_000, caller) == "assertion-invalid"


def test_an_assertion_that_claims_to_need_no_signature_is_refused(
    secret: Made, caller: Caller
) -> None:

    def part(told: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    unsigned = f"{part({'alg': 'none', 'kid': secret.key.id})}.{part({'sub': 'user-1'})}."
    assert code_of(unsigned, caller) == "assertion-invalid"


@pytest.mark.parametrize(
    "ended",
    [
        lambda key: run(actions.revoke, key),
        lambda key: run(actions.rotate, key, timedelta(0)),
    ],
)
def test_a_key_that_has_ended_signs_nothing(
    secret: Made, caller: Caller, ended: Callable[[str], object]
) -> None:
    ended(secret.key.id)
    assert code_of(signed(secret), caller) == "assertion-key"


@pytest.mark.parametrize(
    "other",
    [
        replace(SECRET, site="app"),
        replace(SECRET, test=True),
        replace(SECRET, scopes=frozenset({"records"})),
    ],
)
def test_a_key_of_another_site_mode_or_scope_signs_nothing(caller: Caller, other: Any) -> None:
    assert code_of(signed(make(other)), caller) == "assertion-key"


def test_what_was_used_is_forgotten_once_it_has_ended(secret: Made, caller: Caller) -> None:
    run(assertions.spend, assertions.read(signed(secret), caller, HERE, AT))
    run(assertions.forget, at=AT + timedelta(minutes=2))
    assert SpentAssertion.objects.exists()
    run(assertions.forget, at=AT + timedelta(minutes=2, seconds=31))
    assert not SpentAssertion.objects.exists()


def test_a_visitor_proves_herself_by_a_secret_that_is_stored_nowhere() -> None:
    person = vault.new_person()
    text = bearer_secret(person, "visitor")
    borne = bearer_of(text)
    assert borne is not None
    assert (borne.person, borne.bearer) == (person, "visitor")
    other = vault.new_person()
    assert bearer_of(text.replace(person, other)) is None
    assert bearer_of(text.replace("troth_v_", "troth_i_")) is None
    assert bearer_of("") is None


def known(external: str) -> PersonId:
    person: PersonId = transact_on(Store(), SYSTEM, AT, subjects.demand_subject, external, new=True)
    return person


def test_an_operators_user_is_found_by_her_id_until_she_is_erased() -> None:
    person = known("user-1")
    assert run(subjects.demand_subject, "user-1") == person
    erasure.erase(person, "asked")
    with pytest.raises(UnknownSubjectError):
        run(subjects.demand_subject, "user-1")
    with pytest.raises(ErasedError):
        run(subjects.make_subject, person, "person")


def test_many_are_found_and_made_at_once_and_nobody_twice() -> None:
    ids = [f"user-{number}" for number in range(1_200)]
    first = known(ids[7])
    made = run(subjects.make_subjects, ids)
    assert made[ids[7]] == first
    assert len(set(made.values())) == len(ids)
    assert run(subjects.find_subjects, ids) == made
    erasure.erase(made[ids[3]], "asked")
    assert ids[3] not in run(subjects.find_subjects, ids)
    assert run(subjects.find_subjects, ["nobody"]) == {}
    with pytest.raises(UnfitSubjectError):
        run(subjects.find_subjects, ["user-1", ""])


def test_what_is_rehearsed_leaves_nothing() -> None:
    person = rehearse(SYSTEM, lambda tx: subjects.demand_subject(tx, "user-1", new=True))
    assert not Person.objects.filter(pk=person).exists()
    with pytest.raises(UnknownSubjectError):
        run(subjects.demand_subject, "user-1")


def test_ids_that_differ_in_a_letters_case_are_two_persons() -> None:
    assert known("user-1") != known("User-1")
    assert known("user-1") == known("user-1")


def test_somebody_half_made_by_a_failed_call_is_made_whole_by_the_next() -> None:
    class FailedError(Exception):
        pass

    def fails(tx: Tx) -> None:
        subjects.demand_subject(tx, "user-1", new=True)
        raise FailedError

    with pytest.raises(FailedError):
        run(fails)
    with pytest.raises(UnknownSubjectError):
        run(subjects.demand_subject, "user-1")
    person = known("user-1")
    assert Person.objects.filter(pk=person).exists()


@pytest.mark.parametrize("external", ["", " ", "x" * 201, "a\nb", "a\0b"])
def test_what_can_be_nobodys_id_is_refused(external: str) -> None:
    with pytest.raises(UnfitSubjectError):
        run(subjects.demand_subject, external)


def test_a_subject_is_not_swept_as_nobody() -> None:
    person = known("user-1")

    def there(tx: Tx) -> bool:
        return subjects.find_external(tx, "user-1") == person

    erasure.sweep(Store(), AT + timedelta(days=3_000))
    assert run(there)
