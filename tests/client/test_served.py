"""The client against a server as users run it: what is declared, and nothing else."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest
from troth_client import Consents, RefusedError, Troth, UnavailableError

from tests.client.fake import line
from tests.client.served import ORIGIN, Served, account, somebody
from tests.services.server import free_port

PUBLICATION = "purpose.publication"
STATISTICS = "purpose.usage-statistics"
pytestmark = pytest.mark.slow


def message(subject: str) -> dict[str, Any]:
    """Return what may be published with her separate consent alone."""
    return {
        "subject": subject,
        "category": "contact-message",
        "fields": {"text": "You may print this."},
        "purpose": "publication",
        "of_age": True,
    }


def refused(status: int, code: str) -> Any:
    return pytest.raises(RefusedError, match=f"^{status} {code}: ")


def say(troth: Troth, subject: str, about: str, *, given: bool, **more: Any) -> frozenset[str]:
    """Say yes or no to the words that were shown."""
    shown = troth.consents(subject)
    texts = {one["about"]: one["hash"] for one in shown.asked if one["about"] == about}
    return troth.choose(
        subject, {about: given}, version=shown.version, texts=texts, lang="en", **more
    )


def test_what_is_declared_is_taken_in_and_used(troth: Troth, user: str) -> None:
    taken = troth.record(**account(user))
    assert (len(taken.id), taken.statement) == (36, "collection.direct")
    assert troth.use(user, "account", ["email"], purpose="notices") == {
        "email": f"{user}@example.com"
    }
    every = troth.use(user, "account", purpose="notices")
    assert every["region"] is None


def test_what_is_not_declared_is_refused_by_its_sentence(troth: Troth, user: str) -> None:
    troth.record(**account(user))
    with refused(422, "field-undeclared") as no:
        troth.record(**account(user, fields={"email": "a@example.com", "shoe_size": "43"}))
    assert no.value.where == "fields.shoe_size"
    assert no.value.statement == "collection.definition"
    with refused(422, "category-undeclared"):
        troth.record(**account(user, category="horoscope"))
    with refused(422, "purpose-undeclared"):
        troth.use(user, "account", purpose="resale")


def test_a_refusal_is_told_in_both_languages(keyed_troth: Served, user: str) -> None:
    told = {}
    for lang in ("en", "zh"):
        wrong = account(user, fields={"shoe_size": "43"})
        client = Troth(keyed_troth.url, keyed_troth.key, lang=lang)
        with client, refused(422, "field-undeclared") as no:
            client.record(**wrong)
        told[lang] = no.value.detail
    assert any("一" <= letter <= "鿿" for letter in told["zh"])
    assert not any("一" <= letter <= "鿿" for letter in told["en"])


def test_a_batch_is_taken_in_whole_or_not_at_all(troth: Troth, user: str) -> None:
    rows = [account(f"{user}-{number}") for number in range(50)]
    assert len(set(troth.records(rows))) == 50
    rows = [account(f"{user}-x-{number}") for number in range(50)]
    rows[17]["fields"] = {"email": "a@example.com", "mood": "grim"}
    with refused(422, "field-undeclared") as no:
        troth.records(iter(rows))
    assert no.value.where == "records[17].fields.mood"
    with refused(404, "subject-unknown"):
        troth.use(f"{user}-x-0", "account", purpose="notices")


def test_who_is_unknown_or_erased_is_nobody(keyed_troth: Served, troth: Troth, user: str) -> None:
    with refused(404, "subject-unknown"):
        troth.record(**{**account(user), "new": False})
    with refused(404, "subject-unknown"):
        troth.consents(user)
    troth.record(**account(user))
    keyed_troth.operator("erase", subject=user)
    with refused(404, "subject-unknown"):
        troth.record(**{**account(user), "new": False})
    with refused(404, "subject-unknown"):
        troth.use(user, "account", purpose="notices")


def test_a_withdrawal_stops_the_next_record_within_the_same_second(troth: Troth, user: str) -> None:
    troth.record(**account(user))
    with refused(403, "separate-consent-missing") as no:
        troth.record(**message(user))
    assert no.value.statement
    assert say(troth, user, PUBLICATION, given=True) == {PUBLICATION}
    assert troth.record(**message(user))
    stands = troth.consents(user, lang="zh")
    assert stands.choices == {PUBLICATION: True}
    assert "token" not in repr(stands)
    assert say(troth, user, PUBLICATION, given=False) == {PUBLICATION}
    with refused(403, "separate-consent-missing"):
        troth.record(**message(user))
    with refused(403, "separate-consent-missing"):
        troth.use(user, "contact-message", purpose="publication")


def test_a_choice_made_twice_is_made_once(keyed_troth: Served, troth: Troth, user: str) -> None:
    troth.record(**account(user))
    for _ in range(2):
        assert say(troth, user, STATISTICS, given=True, once=f"choice-{user}") == {STATISTICS}
    assert keyed_troth.operator("said", subjects=[user]) == [1]
    stands = troth.consents(user)
    assert isinstance(stands, Consents)
    assert (stands.sequence, stands.choices) == (1, {STATISTICS: True})


def test_what_the_policy_allows_can_be_asked(troth: Troth) -> None:
    told = troth.decide(
        "collect", category="account", fields=["email"], purpose="account", source="direct"
    )
    assert told.allowed
    no = troth.decide("use", category="account", purpose="resale")
    assert (no.allowed, no.code) == (False, "purpose-undeclared")
    assert no.statement
    assert no.reason["zh"] != no.reason["en"]


class Page:
    """A page in a browser: a publishable key, an origin, and what its back end says of its user."""

    def __init__(self, served: Served) -> None:
        self._port = served.server.port
        self._key = served.page_key()

    def stands(self, asserted: str) -> tuple[int, Any]:
        """Ask what stands for its user."""
        line = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {self._key}", "Origin": ORIGIN}
        line.request("GET", "/v1/consents", headers={**headers, "Troth-Assertion": asserted})
        answer = line.getresponse()
        told = answer.status, json.loads(answer.read())
        line.close()
        return told


def test_a_page_acts_for_its_user_by_an_assertion_once(
    keyed_troth: Served, troth: Troth, user: str
) -> None:
    troth.record(**account(user))
    say(troth, user, STATISTICS, given=True)
    page, asserted = Page(keyed_troth), troth.assert_identity(user)
    status, told = page.stands(asserted)
    assert (status, told["choices"][STATISTICS]["given"]) == (200, True)
    status, told = page.stands(asserted)
    assert (status, told["type"]) == (401, "urn:troth:problem:assertion-replayed")
    elsewhere = troth.assert_identity(user, audience="https://other.example.com")
    assert page.stands(elsewhere)[1]["type"] == "urn:troth:problem:assertion-audience"
    assert page.stands(troth.assert_identity(user))[0] == 200
    trial = Troth(keyed_troth.url, keyed_troth.test_key())
    assert page.stands(trial.assert_identity(user))[1]["type"].endswith("assertion-key")


def test_a_test_key_is_told_the_same_and_nothing_is_kept(keyed_troth: Served, user: str) -> None:
    with Troth(keyed_troth.url, keyed_troth.test_key()) as trial:
        assert trial.record(**account(user)).id == ""
        assert trial.records([account(user)]) == []
        with refused(422, "field-undeclared"):
            trial.record(**account(user, fields={"shoe_size": "43"}))
    with refused(404, "subject-unknown"):
        keyed_troth.troth.consents(user)


def test_a_key_of_nobody_or_without_the_scope_is_refused(keyed_troth: Served, user: str) -> None:
    ended = keyed_troth.key[:-4] + ("AAAA" if keyed_troth.key[-4:] != "AAAA" else "BBBB")
    with Troth(keyed_troth.url, ended) as troth, refused(401, "key-unknown"):
        troth.record(**account(user))
    reader = keyed_troth.operator("make", kind="secret", scopes=["uses"])
    with Troth(keyed_troth.url, reader) as troth, refused(403, "key-scope"):
        troth.record(**account(user))
    slow = keyed_troth.operator("make", kind="secret", scopes=["records"], per_minute=1)
    with Troth(keyed_troth.url, slow) as troth:
        troth.record(**account(user))
        with refused(429, "key-quota") as no:
            troth.record(**account(user))
    assert 5 < no.value.retry_after <= 60


def test_a_record_whose_answer_was_lost_is_taken_in_once(keyed_troth: Served, user: str) -> None:
    before = keyed_troth.operator("held", ids=[])["records"]
    with line(keyed_troth.server.port, lost=1) as way, Troth(way.url, keyed_troth.key) as troth:
        taken = troth.record(**account(user))
        assert way.lost == 0
    after = keyed_troth.operator("held", ids=[taken.id])
    assert (after["once"], after["records"] - before) == (1, 1)


def test_a_record_whose_answers_were_all_lost_can_be_made_again(
    keyed_troth: Served, user: str
) -> None:
    before = keyed_troth.operator("held", ids=[])["records"]
    with line(keyed_troth.server.port, lost=3) as way, Troth(way.url, keyed_troth.key) as troth:
        with pytest.raises(UnavailableError, match="not known"):
            troth.record(**account(user), once=f"sign-up {user}")
        taken = troth.record(**account(user), once=f"sign-up {user}")
    after = keyed_troth.operator("held", ids=[taken.id])
    assert (after["once"], after["records"] - before) == (1, 1)


def test_nothing_comes_of_a_record_while_the_server_is_away(keyed_troth: Served) -> None:
    before = keyed_troth.operator("held", ids=[])["records"]
    away = f"http://127.0.0.1:{free_port()}"
    with Troth(away, keyed_troth.key) as troth, pytest.raises(UnavailableError):
        troth.record(**account(somebody()))
    assert keyed_troth.operator("held", ids=[])["records"] == before
