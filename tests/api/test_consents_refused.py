"""What a call about consents is refused with, and that it then leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from troth_client.assertions import assertion

from tests.api.cast import (
    COUNT,
    PARTNERS,
    PUBLISHABLE,
    STATISTICS,
    Outside,
    begin,
    once,
    outside,
    policy_with_a_site,
    yes,
)
from tests.api.test_consents import CONSENTS, HERE, refused, stand
from tests.versions.cast import FIRST, hash_of, propose_at
from troth import vault
from troth.consent.errors import OtherVersionError
from troth.consent.models import Choice
from troth.people import erasure
from troth.people.models import Person
from troth.policy.words import Message
from troth.sites.secrets import bearer_of
from troth.store import Store, transact
from troth.vault.models import Tombstone
from troth.vault.store import open_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def version() -> str:
    return begin()


@pytest.fixture
def back(version: str) -> Outside:
    assert version
    return outside()


@pytest.fixture
def page(version: str) -> Outside:
    assert version
    return outside(PUBLISHABLE)


def no(version: str, about: str = COUNT, **more: Any) -> dict[str, Any]:
    return {**yes(version), "choices": {about: False}, **more}


def keys_made() -> int:
    count: int = open_store().read("SELECT count(*) FROM person_key", ())[0][0]
    return count


def said_by(back: Outside, subject: str = "user-1") -> str:
    return assertion(back.made.text, HERE, subject)


def erase(secret: str) -> None:
    borne = bearer_of(secret)
    assert borne is not None
    erasure.erase(borne.person, "asked")


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a call comes to writing."""

    def said(*_: object) -> None:
        raise AssertionError("a refused call shares no commit")

    monkeypatch.setattr("troth.consent.foreseen.said", said)


@pytest.mark.usefixtures("unwritten")
def test_what_the_policy_refuses_comes_to_no_writing_and_makes_no_key(
    version: str, back: Outside, page: Outside
) -> None:
    before = keys_made()
    first = yes(version, COUNT, bearer="visitor")
    refused(page.post(CONSENTS, {**first, "version": "0" * 64}), 409, "version-superseded")
    refused(page.post(CONSENTS, {**first, "texts": {}}), 422, "text-other")
    unheard = {**first, "choices": {"purpose.unheard-of": True}}
    refused(page.post(CONSENTS, unheard), 422, "choice-unknown")
    refused(page.post(CONSENTS, {**first, "choices": {}}), 422, "choice-unknown")
    both = yes(version, COUNT, PARTNERS, subject="user-1", new=True)
    refused(back.post(CONSENTS, both), 422, "not-alone")
    refused(back.post(CONSENTS, yes(version, COUNT, subject="a")), 404, "subject-unknown")
    unfit = yes(version, COUNT, subject="a\nb", new=True)
    refused(back.post(CONSENTS, unfit), 422, "subject-unfit")
    assert keys_made() == before
    assert not Person.objects.exists()


def test_what_changes_after_it_was_looked_at_is_refused_all_the_same(
    version: str, page: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troth.consent.foreseen.foresee", lambda *_: None)
    told = page.post(CONSENTS, {**yes(version, COUNT, bearer="visitor"), "version": "0" * 64})
    refused(told, 409, "version-superseded")
    assert not Choice.objects.exists()


def test_an_answer_is_given_again_even_if_the_call_would_be_refused_by_now(
    version: str, back: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def superseded(*_: object) -> None:
        raise OtherVersionError(Message("Another version is in force."), COUNT)

    key, body = once(), yes(version, COUNT, subject="user-1", new=True)
    first = back.post(CONSENTS, body, idempotency_key=key).json()
    monkeypatch.setattr("troth.consent.foreseen.weigh", superseded)
    refused(back.post(CONSENTS, body), 409, "version-superseded")
    again = back.post(CONSENTS, body, idempotency_key=key)
    assert (again.status_code, again.json()["sequence"]) == (200, first["sequence"])
    other = {**body, "surface": "settings"}
    refused(back.post(CONSENTS, other, idempotency_key=key), 422, "idempotency-mismatch")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"surface": "banner\n"}, "surface"),
        ({"region": "CN\n"}, "region"),
        ({"texts": {COUNT: "0" * 64 + "\n"}}, "texts[...]"),
        ({"choices": {COUNT + "\n": True}}, "choices"),
    ],
)
def test_no_line_break_ends_a_name(
    version: str, back: Outside, change: dict[str, Any], where: str
) -> None:
    body = {**yes(version, COUNT, subject="user-1", new=True), **change}
    assert refused(back.post(CONSENTS, body), 422, "misshapen").get("where") == where


def test_a_word_of_the_subject_in_the_wrong_place_is_refused(
    version: str, back: Outside, page: Outside
) -> None:
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    for told, where in (
        (page.post(CONSENTS, yes(version, COUNT, new=True), troth_subject=secret), "new"),
        (page.post(CONSENTS, yes(version, COUNT, new=True, bearer="visitor")), "new"),
        (
            page.post(CONSENTS, yes(version, COUNT, bearer="visitor"), troth_subject=secret),
            "bearer",
        ),
        (
            page.post(
                CONSENTS, yes(version, COUNT, bearer="visitor"), troth_assertion=said_by(back)
            ),
            "bearer",
        ),
        (
            back.post(
                CONSENTS, yes(version, COUNT, subject="user-1", new=True, bearer="installation")
            ),
            "bearer",
        ),
    ):
        assert refused(told, 422, "misplaced")["where"] == where


def test_a_no_is_kept_whatever_becomes_of_the_joining_beside_it(
    version: str, back: Outside, page: Outside
) -> None:
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    back.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    told = page.post(
        CONSENTS,
        no(version, join=True),
        troth_subject=secret,
        troth_assertion=said_by(back),
    )
    assert told.json()["changed"] == [COUNT]
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {COUNT: False}
    assert stand(page.get(CONSENTS, troth_subject=secret)) == {COUNT: True}
    alone = page.post(CONSENTS, no(version, join=True), troth_subject=secret)
    assert alone.json()["changed"] == [COUNT]


def test_a_joining_needs_both_and_tells_what_stands() -> None:
    files = policy_with_a_site()
    told = files["policy.toml"].replace(b"[site.main]\n", b"[site.main]\njoins_choices = true\n")
    version = hash_of(propose_at(FIRST, {**files, "policy.toml": told}))
    back, page = outside(), outside(PUBLISHABLE)
    words = {one["about"]: one["hash"] for one in page.get(CONSENTS).json()["asked"]}
    first = {**yes(version, COUNT), "texts": words}
    secret = page.post(CONSENTS, {**first, "bearer": "visitor"}).json()["secret"]
    for says in ({**first, "join": True}, {**first, "choices": {}, "join": True}):
        alone = page.post(CONSENTS, says, troth_subject=secret)
        assert refused(alone, 422, "join-needs-both")["where"] == "join"
    says = {**first, "choices": {}, "join": True}
    for _ in range(2):
        joined = page.post(
            CONSENTS, says, troth_subject=secret, troth_assertion=said_by(back)
        ).json()
        assert joined["sequence"] == 1
    erase(secret)
    for_her = {"troth_subject": secret, "troth_assertion": said_by(back)}
    refused(page.post(CONSENTS, says, **for_her), 410, "subject-erased")
    for_her["troth_assertion"] = said_by(back)
    kept = page.post(CONSENTS, no(version, join=True), **for_her)
    assert kept.json()["changed"] == [COUNT]


def test_a_question_of_whom_nobody_knows_makes_nobody(
    version: str, back: Outside, page: Outside
) -> None:
    assert version
    before = keys_made()
    told = page.get(CONSENTS, troth_assertion=said_by(back, "ghost"))
    refused(told, 404, "subject-unknown")
    assert (keys_made(), Person.objects.count()) == (before, 0)


def test_a_test_key_makes_no_key(version: str) -> None:
    before = keys_made()
    secret, public = outside(test=True), outside(PUBLISHABLE, test=True)
    told = secret.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True)).json()
    assert (told["sequence"], told["changed"], told["test"]) == (1, [COUNT], True)
    assert "token" not in told
    told = public.post(CONSENTS, yes(version, COUNT, bearer="visitor"), idempotency_key=once())
    assert told.json()["changed"] == [COUNT]
    assert "secret" not in told.json()
    unasked = no(version, "purpose.unheard-of", subject="user-1")
    assert secret.post(CONSENTS, unasked).json()["changed"] == []
    refused(secret.post(CONSENTS, yes(version, COUNT, subject="a\nb")), 422, "subject-unfit")
    assert "token" not in secret.get(f"{CONSENTS}?subject=user-1").json()
    assert (keys_made(), Person.objects.count()) == (before, 0)


def test_a_visitor_whom_the_data_forgot_is_known_again(version: str, page: Outside) -> None:
    """They are an older backup's than her first contact."""
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    borne = bearer_of(secret)
    assert borne is not None
    Person.objects.filter(pk=borne.person).delete()
    page.get(CONSENTS, troth_subject=secret)
    assert not Person.objects.exists()
    page.post(CONSENTS, yes(version, STATISTICS), troth_subject=secret)
    assert Person.objects.get().pk == borne.person


def test_of_whom_a_choice_is_held_the_sweep_leaves_the_key(version: str, page: Outside) -> None:
    transact(vault.adopt)
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    nobody = vault.new_person()
    vault.prepare([nobody])
    Person.objects.all().delete()
    assert erasure.sweep(Store(), datetime.now(UTC) + timedelta(days=1)) == 1
    assert list(Tombstone.objects.values_list("person", flat=True)) == [nobody]
    assert stand(page.get(CONSENTS, troth_subject=secret)) == {COUNT: True}
