"""A page's user says yes by the ID token of her own sign-in, and no back end signs anything."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.api.cast import COUNT, PUBLISHABLE, STATISTICS, Outside, begin, outside, yes
from tests.api.cast import policy_with_a_site as with_a_site
from tests.api.test_consents import CONSENTS, refused, stand
from tests.pages.idp import SUBJECT, Idp
from tests.people.test_id_tokens import resigned
from tests.sites.signing_in import users_sign_in
from tests.versions.cast import FIRST, hash_of, propose_at
from troth.people.models import Person
from troth.sites.models import SpentAssertion
from troth.wire import http

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def version() -> str:
    return begin()


@pytest.fixture
def page(version: str) -> Outside:
    assert version
    return outside(PUBLISHABLE)


@pytest.fixture
def idp(settings: Any) -> Iterator[Idp]:
    with users_sign_in(settings) as made:
        yield made


def test_she_is_the_subject_the_back_end_names(version: str, page: Outside, idp: Idp) -> None:
    said = page.post(CONSENTS, yes(version, COUNT), troth_assertion=idp.id_token())
    assert (said.status_code, said.json()["changed"]) == (200, [COUNT])
    assert stand(page.get(CONSENTS, troth_assertion=idp.id_token())) == {COUNT: True}
    assert stand(outside().get(f"{CONSENTS}?subject={SUBJECT}")) == {COUNT: True}
    assert Person.objects.count() == 1


def test_one_token_counts_once_whoever_signs_it_again(
    version: str, page: Outside, idp: Idp
) -> None:
    first = idp.id_token()
    assert page.post(CONSENTS, yes(version, COUNT), troth_assertion=first).status_code == 200
    for again in (first, resigned(first)):
        told = page.post(CONSENTS, yes(version, STATISTICS), troth_assertion=again)
        refused(told, 401, "assertion-replayed")
        refused(page.get(CONSENTS, troth_assertion=again), 401, "assertion-replayed")


def test_a_refused_call_uses_none_up(version: str, page: Outside, idp: Idp) -> None:
    text, body = idp.id_token(), yes(version, COUNT)
    told = page.post(CONSENTS, {**body, "texts": {COUNT: "0" * 64}}, troth_assertion=text)
    refused(told, 422, "text-other")
    assert page.post(CONSENTS, body, troth_assertion=text).status_code == 200


def test_nobody_is_made_by_asking(page: Outside, idp: Idp) -> None:
    told = page.get(CONSENTS, troth_assertion=idp.id_token())
    says = refused(told, 404, "subject-unknown")["detail"]
    assert "Her first choice makes her known" in says
    assert "new" not in says  # which a publishable key may not send
    assert not Person.objects.exists()


def test_what_a_visitor_chose_joins_her_account_where_the_policy_says_so(idp: Idp) -> None:
    files = with_a_site()
    told = files["policy.toml"].replace(b"[site.main]\n", b"[site.main]\njoins_choices = true\n")
    version = hash_of(propose_at(FIRST, {**files, "policy.toml": told}))
    page = outside(PUBLISHABLE)
    words = {one["about"]: one["hash"] for one in page.get(CONSENTS).json()["asked"]}
    body = {**yes(version, COUNT, bearer="visitor"), "texts": words}
    secret = page.post(CONSENTS, body).json()["secret"]
    says = {**body, "choices": {}, "bearer": None, "join": True}
    sent = {"troth_subject": secret, "troth_assertion": idp.id_token()}
    assert page.post(CONSENTS, says, **sent).json()["changed"] == [COUNT]
    assert stand(outside().get(f"{CONSENTS}?subject={SUBJECT}")) == {COUNT: True}


def test_in_test_mode_it_is_verified_and_not_used_up(version: str, idp: Idp) -> None:
    trial, text = outside(PUBLISHABLE, test=True), idp.id_token()
    for _ in range(2):
        said = trial.post(CONSENTS, yes(version, COUNT), troth_assertion=text)
        assert (said.status_code, said.json()["test"]) == (200, True)
    refused(trial.get(CONSENTS, troth_assertion=f"{text}A"), 401, "assertion-invalid")
    assert not SpentAssertion.objects.exists()
    assert not Person.objects.exists()
    live = outside(PUBLISHABLE)
    assert live.post(CONSENTS, yes(version, COUNT), troth_assertion=text).status_code == 200


def test_a_provider_that_is_silent_is_told_with_when_to_call_again(page: Outside, idp: Idp) -> None:
    idp.fails = (500, b"")
    told = page.get(CONSENTS, troth_assertion=idp.id_token())
    problem = refused(told, 503, "assertion-provider")
    assert (told.headers["Retry-After"], problem["retry_after"]) == ("30", 30)
    zh = page.get(CONSENTS, troth_assertion=idp.id_token(), accept_language="zh")
    assert "people_oidc_issuer" in zh.json()["detail"]
    assert problem["detail"] != zh.json()["detail"]


def test_nothing_is_fetched_within_a_transaction(
    version: str, page: Outside, idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    within: list[int] = []
    get = http.get

    def watched(url: str, **more: Any) -> http.Answer:
        within.append(len(connection.savepoint_ids))
        return get(url, **more)

    monkeypatch.setattr(http, "get", watched)
    around = len(connection.savepoint_ids)
    said = page.post(CONSENTS, yes(version, COUNT), troth_assertion=idp.id_token())
    assert said.status_code == 200
    assert within == [around, around]
