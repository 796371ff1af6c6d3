"""/v1 answers for the version in force, names the statement, and refuses with problem documents."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.versions.cast import FIRST, LATER, default_policy, longer_notice, propose_at, retyped
from troth.versions import published
from troth.versions.models import StoredVersion
from troth.versions.questions import BATCH_MAX

pytestmark = pytest.mark.django_db
JSON = "application/json"
USE = {"verb": "use", "category": "account", "purpose": "account"}
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def _in_force() -> None:
    propose_at(FIRST, default_policy())


def test_a_declared_use_is_allowed_and_its_statement_named(client: Client) -> None:
    told = client.post("/v1/decisions", USE, content_type=JSON)
    assert told.status_code == 200
    answer = told.json()
    assert answer["allowed"]
    assert answer["verb"] == "use"
    assert answer["statement"]["id"]
    assert answer["statement"]["text"]["zh"]
    assert answer["version"] == StoredVersion.objects.get().hash
    assert told["Cache-Control"] == "no-store"


def test_an_undeclared_use_is_refused_and_its_statement_named(client: Client) -> None:
    told = client.post("/v1/decisions", {**USE, "purpose": "resale"}, content_type=JSON).json()
    assert not told["allowed"]
    assert told["reason"]["code"] == "purpose-undeclared"
    assert "resale" in told["reason"]["text"]["zh"]
    assert told["statement"]["text"]["en"]


def test_a_batch_is_answered_in_its_order(client: Client) -> None:
    batch = {"decisions": [USE, {**USE, "purpose": "resale"}, USE]}
    told = client.post("/v1/decisions", batch, content_type=JSON).json()
    assert [one["allowed"] for one in told["decisions"]] == [True, False, True]
    assert client.post("/v1/decisions", {"decisions": []}, content_type=JSON).json() == {
        "decisions": []
    }


def test_while_a_change_waits_the_version_in_force_answers(client: Client) -> None:
    before = client.post("/v1/decisions", USE, content_type=JSON).json()
    assert not propose_at(LATER, longer_notice()).in_force
    assert client.post("/v1/decisions", USE, content_type=JSON).json() == before


@pytest.mark.parametrize(
    "named",
    [
        {**USE, "subject": "somebody"},
        {"decisions": [USE, {**USE, "person": "somebody"}]},
        {"verb": "view", "category": "account", "purpose": "support", "person": "p1"},
    ],
)
def test_a_question_about_a_named_person_is_refused_and_nothing_recorded(
    client: Client, named: dict[str, object]
) -> None:
    told = client.post("/v1/decisions", named, content_type=JSON)
    assert told.status_code == 403
    assert told["Content-Type"] == PROBLEM
    assert told.json()["type"] == "urn:troth:problem:named-person"
    assert told.json()["statement"]
    assert "somebody" not in told.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"\xff", 400, "malformed-json"),
        (b"{" * 100_000, 400, "malformed-json"),
        (b"[]", 422, "malformed-facts"),
        (b"null", 422, "malformed-facts"),
        (b"{}", 422, "malformed-facts"),
        (b'{"verb":"steal"}', 422, "malformed-facts"),
        (b'{"verb":"use"}', 422, "malformed-facts"),
        (b'{"verb":"use","category":"a b","purpose":"x"}', 422, "malformed-facts"),
        (b'{"verb":"use","category":"a","purpose":"x","extra":1}', 422, "malformed-facts"),
        (b'{"decisions":1}', 422, "malformed-facts"),
        (b'{"decisions":[],"more":1}', 422, "malformed-facts"),
        (b'{"decisions":[1]}', 422, "malformed-facts"),
    ],
)
def test_what_is_no_question_is_refused(
    client: Client, body: bytes, status: int, code: str
) -> None:
    told = client.post("/v1/decisions", body, content_type=JSON)
    assert told.status_code == status
    assert told["Content-Type"] == PROBLEM
    assert told.json()["type"] == f"urn:troth:problem:{code}"
    assert told.json()["status"] == status


def test_bad_json_is_refused_with_its_place(client: Client) -> None:
    told = client.post("/v1/decisions", b'{"verb":\n  "use",}', content_type=JSON).json()
    assert (told["line"], told["column"]) == (2, 9)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"verb":\n  "use"', (2, 8)),
        (b'{"verb":"use",\n "category":"a\xff"}', (2, 15)),
        (b"\xff", (1, 1)),
    ],
)
def test_a_body_that_is_cut_off_or_is_no_text_is_refused_with_its_place(
    client: Client, body: bytes, place: tuple[int, int]
) -> None:
    told = client.post("/v1/decisions", body, content_type=JSON).json()
    assert (told["line"], told["column"]) == place


@pytest.mark.parametrize(
    ("facts", "english", "chinese"),
    [
        ({"verb": "steal"}, "the verbs are collect, use, set_cookie", "可用的动词有 collect"),
        ({}, "the verbs are collect, use, set_cookie", "可用的动词有 collect"),
        ({"verb": "use"}, "The fact category is missing; give it.", "缺少事实 category"),
        ({**USE, "colour": 1}, "This verb has no fact colour; leave it out.", "没有事实 colour"),
        ({**USE, "category": 1}, "category takes a text", "须是带引号的文本"),
        ({**USE, "category": "a b"}, "category takes a name of the register", "登记册中的名称"),
        ({**USE, "category": "a" * 101}, "category may be at most 100 long", "不得超过 100"),
        (
            {"verb": "set_cookie", "name": "a", "conforms": True, "region": "china"},
            "region takes a country",
            "须是国家",
        ),
        (
            {"verb": "read_cookie", "name": "a b", "purpose": "x"},
            "name takes a cookie's name: Latin letters",
            "须是 Cookie 的名称",
        ),
        ({"verb": "take_effect", "first": "yes"}, "first takes true or false", "true 或 false"),
        ({"verb": "take_effect", "demands": "x"}, "demands takes a list", "列表"),
        ({"verb": "take_effect", "demands": ["x"]}, "demands[0] has none of", "不是其允许的值"),
        ({"verb": "take_effect", "shown_at": "noon"}, "shown_at takes a time", "带时区的时间"),
        ({"verb": "take_effect", "old_period_days": -1}, "whole number from 0 on", "不小于 0"),
        ([], "facts takes an object", "花括号中的对象"),
    ],
)
def test_what_is_wrong_with_facts_is_told_in_words_and_in_both_languages(
    client: Client, facts: object, english: str, chinese: str
) -> None:
    for lang, sentence in (("en", english), ("zh-CN", chinese)):
        told = client.post(
            "/v1/decisions", facts, content_type=JSON, headers={"Accept-Language": lang}
        )
        assert told.status_code == 422
        assert sentence in told.json()["detail"]


def test_the_question_of_a_batch_that_is_wrong_is_named(client: Client) -> None:
    told = client.post("/v1/decisions", {"decisions": [USE, {"verb": "x"}]}, content_type=JSON)
    assert told.json()["where"] == "decisions[1]"


def test_a_batch_has_a_limit(client: Client) -> None:
    fits = client.post("/v1/decisions", {"decisions": [USE] * BATCH_MAX}, content_type=JSON)
    assert len(fits.json()["decisions"]) == BATCH_MAX
    more = client.post("/v1/decisions", {"decisions": [USE] * (BATCH_MAX + 1)}, content_type=JSON)
    assert more.status_code == 422
    assert more.json()["type"] == "urn:troth:problem:batch-too-long"


def test_only_json_is_taken(client: Client) -> None:
    told = client.post("/v1/decisions", USE, content_type="text/plain")
    assert told.status_code == 415
    assert told["Content-Type"] == PROBLEM


def test_a_problem_is_told_in_the_readers_language(client: Client) -> None:
    told = client.post(
        "/v1/decisions", b"{", content_type=JSON, headers={"Accept-Language": "zh-CN"}
    )
    assert "正文不是 JSON" in told.json()["detail"]
    assert told["Content-Language"] == "zh-hans"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("GET", "/v1/decisions", 405), ("DELETE", "/v1/policy", 405)],
)
def test_a_call_that_does_not_exist_is_a_problem_too(
    client: Client, method: str, path: str, status: int
) -> None:
    told = client.generic(method, path)
    assert told.status_code == status
    assert told["Content-Type"] == PROBLEM
    assert (status != 405) or told["Allow"]


def test_too_many_questions_must_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from troth.store.rate import Limit  # noqa: PLC0415 - beside its use
    from troth.versions import doors  # noqa: PLC0415 - the same

    monkeypatch.setattr(doors, "PER_ADDRESS", Limit("decisions-test", 1, 600))
    assert client.post("/v1/decisions", USE, content_type=JSON).status_code == 200
    told = client.post("/v1/decisions", USE, content_type=JSON)
    assert told.status_code == 429
    assert 0 < int(told["Retry-After"]) <= 600


def test_the_policy_is_told_with_its_version(client: Client) -> None:
    told = client.get("/v1/policy")
    stored = StoredVersion.objects.get()
    assert told.json()["version"]["hash"] == stored.hash
    assert told.json()["version"]["number"] == 1
    assert told.json()["version"]["in_force_from"]
    assert "statements" in told.json()["policy"]


@pytest.mark.parametrize("query", ["", "?version=1&lang=zh", "?version=9"])
def test_head_answers_as_get_without_the_body(client: Client, query: str) -> None:
    got, told = client.get(f"/v1/policy{query}"), client.head(f"/v1/policy{query}")
    assert (told.status_code, told.content) == (got.status_code, b"")
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert told.get(name) == got.get(name)


def test_what_did_not_change_is_not_sent_again(client: Client) -> None:
    first = client.get("/v1/policy")
    again = client.get("/v1/policy", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert "no-cache" in first["Cache-Control"]


def test_a_version_by_its_number_may_be_kept_for_ever(client: Client) -> None:
    assert "immutable" in client.get("/v1/policy?version=1")["Cache-Control"]
    assert client.get("/v1/policy?version=1").json() == client.get("/v1/policy").json()


def test_a_hash_may_name_another_number_later_and_is_asked_for_each_time(client: Client) -> None:
    address = f"/v1/policy?version={StoredVersion.objects.get().hash}"
    first = client.get(address)
    assert "immutable" not in first["Cache-Control"]
    propose_at(LATER, retyped())
    propose_at(LATER + timedelta(days=1), default_policy())
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again.json()["version"]["number"] == 3


def test_a_version_that_waits_is_asked_for_each_time(client: Client) -> None:
    propose_at(LATER, longer_notice())
    assert "immutable" not in client.get("/v1/policy?version=2")["Cache-Control"]


def test_another_build_has_another_validator(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/v1/policy")["ETag"]
    monkeypatch.setattr(published, "_build", lambda: "another")
    assert client.get("/v1/policy", headers={"If-None-Match": first}).status_code == 200


def test_one_language_on_request(client: Client) -> None:
    zh, en = (client.get(f"/v1/policy?lang={lang}").content.decode() for lang in ("zh", "en"))
    assert "我们" in zh
    assert "我们" not in en
    assert "We " in en


@pytest.mark.parametrize(
    ("query", "status"),
    [("version=2", 404), ("version=ffffffff", 404), ("version=%00", 404), ("lang=fr", 422)],
)
def test_an_unknown_version_or_language_is_refused(client: Client, query: str, status: int) -> None:
    told = client.get(f"/v1/policy?{query}")
    assert told.status_code == status
    assert told["Content-Type"] == PROBLEM


def test_the_api_describes_itself_without_code_from_elsewhere(client: Client) -> None:
    described = client.get("/v1/openapi.json").json()
    assert {"/v1/policy", "/v1/decisions"} <= described["paths"].keys()
    assert "CollectFacts" in described["components"]["schemas"]
    assert client.get("/v1/docs").status_code == 404


def test_the_longest_period_and_the_last_moment_can_be_asked(client: Client) -> None:
    last = "9999-12-31T23:59:59Z"
    asked = {"verb": "take_effect", "demands": ["notice"], "old_period_days": 2**62}
    shown = {**asked, "announced_at": last, "shown_at": last}
    for question in (asked, shown, {**shown, "old_period_days": 30}):
        told = client.post("/v1/decisions", question, content_type=JSON)
        assert told.status_code == 200
        assert not told.json()["allowed"]
