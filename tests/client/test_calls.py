"""The client on the wire: what is sent again, what is told as which error, and what never shows."""

import os
import pickle
import socket
import threading
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest
from troth_client import RefusedError, Troth, TrothError, UnavailableError, calls, connections

from tests.client.fake import Answer, Fake, line, refusal
from tests.services.server import free_port

LETTERS: Final = "s3cretS3CRETs3cret-s3cret_s3cretS3CRETs3cret"[:43]
KEY: Final = f"troth_sk_abcdefghjkmn_{LETTERS}"
VALUE: Final = "canary@example.com"
DONE: Final = Answer(201, {"id": "0190", "statement": "collection.direct", "version": "0" * 64})


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have nobody wait; return for how long they would have."""
    slept: list[float] = []
    monkeypatch.setattr(calls, "time", SimpleNamespace(sleep=slept.append))
    return slept


def record(fake_url: str, **options: Any) -> str:
    with Troth(fake_url, KEY, **options) as troth:
        return troth.record("user-1", "account", {"email": VALUE}, purpose="account").id


def test_what_is_sent_is_what_the_server_takes(waits: list[float]) -> None:
    with Fake(DONE) as fake:
        assert record(fake.url, lang="zh") == "0190"
    (asked,) = fake.asked
    assert asked.body == {
        "subject": "user-1",
        "category": "account",
        "fields": {"email": VALUE},
        "purpose": "account",
        "source": "direct",
    }
    assert (asked.method, asked.path) == ("POST", "/v1/records")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["Accept-Language"] == "zh"
    assert len(asked.headers["Idempotency-Key"]) == 32
    assert waits == [0.0]


def test_a_server_that_is_away_for_a_moment_is_asked_again_with_the_same_key(
    waits: list[float],
) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    dated = Answer(503, b"<html>", {"Retry-After": at})
    with Fake(Answer(503, {}, {"Retry-After": "2"}), dated, DONE) as fake:
        assert record(fake.url) == "0190"
    assert len({asked.headers["Idempotency-Key"] for asked in fake.asked}) == 1
    assert len(fake.asked) == 3
    assert waits[:2] == [0.0, 2.0]
    assert 1.0 < waits[2] <= 4.0


@pytest.mark.parametrize("told", ["", "soon", "-1", "1.5", "Wed, 99 Foo 2027", "9" * 400])
def test_whatever_retry_after_says_nobody_waits_long(told: str, waits: list[float]) -> None:
    with Fake(Answer(502, {}, {"Retry-After": told}), DONE) as fake:
        assert record(fake.url) == "0190"
    assert 0 < waits[1] <= calls.WAIT_SECONDS_MAX


def test_a_server_that_stays_away_is_told_as_such(waits: list[float]) -> None:
    with Fake(refusal(503, "unavailable")) as fake, pytest.raises(UnavailableError) as told:
        record(fake.url)
    assert "503 unavailable" in str(told.value)
    assert len(fake.asked) == calls.TRIES
    assert waits == [0.0, 0.2, 0.4]


def test_too_many_calls_wait_a_moment_and_are_told_where_it_is_long(waits: list[float]) -> None:
    short = refusal(429, "key-quota")
    short.headers = {"Retry-After": "3"}
    with Fake(short, DONE) as fake:
        assert record(fake.url) == "0190"
    assert waits == [0.0, 3.0]
    long = refusal(429, "key-quota", retry_after=40)
    long.headers = {"Retry-After": "40"}
    for answer, tries, after in ((long, 1, 40), (short, calls.TRIES, 3)):
        with Fake(answer) as fake, pytest.raises(RefusedError) as told:
            record(fake.url)
        assert (told.value.status, told.value.code, len(fake.asked)) == (429, "key-quota", tries)
        assert told.value.retry_after == after


def test_a_call_whose_first_sending_is_still_being_done_is_asked_for_again(
    waits: list[float],
) -> None:
    with Fake(refusal(409, "idempotency-in-progress"), DONE) as fake:
        assert record(fake.url) == "0190"
    with Fake(refusal(409, "version-superseded")) as fake, pytest.raises(RefusedError):
        record(fake.url)
    assert len(fake.asked) == 1
    assert waits == [0.0, 0.2, 0.0]


def test_a_line_the_server_has_ended_is_replaced_at_once(waits: list[float]) -> None:
    ended = Answer(201, DONE.told, closes=True)
    with Fake(ended) as fake, Troth(fake.url, KEY) as troth:
        for _ in range(3):
            troth.record("user-1", "account", {"email": VALUE}, purpose="account")
    assert (len(fake.asked), fake.lines) == (3, 3)
    assert waits == [0.0] * 3


def test_a_line_is_used_again_and_not_when_it_has_idled(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Fake(DONE) as fake, Troth(fake.url, KEY) as troth:
        for _ in range(3):
            troth.record("user-1", "account", {"email": VALUE}, purpose="account")
        assert fake.lines == 1
        monkeypatch.setattr(connections, "IDLE_SECONDS_MAX", -1.0)
        troth.record("user-1", "account", {"email": VALUE}, purpose="account")
        assert fake.lines == 2
    assert waits == [0.0] * 4


def test_a_child_does_not_talk_on_its_parents_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with Fake(DONE) as fake, Troth(fake.url, KEY) as troth:
        troth.record("user-1", "account", {"email": VALUE}, purpose="account")
        child = os.getpid() + 1
        monkeypatch.setattr(connections, "os", SimpleNamespace(getpid=lambda: child))
        troth.record("user-1", "account", {"email": VALUE}, purpose="account")
    assert fake.lines == 2


def test_an_answer_that_is_lost_and_one_that_never_comes(waits: list[float]) -> None:
    with Fake(DONE) as fake:
        with line(int(fake.url.rpartition(":")[2]), lost=2) as way:
            assert record(way.url) == "0190"
        assert len({asked.headers["Idempotency-Key"] for asked in fake.asked}) == 1
        assert len(fake.asked) == 3
        port = int(fake.url.rpartition(":")[2])
        with line(port, lost=9) as way, pytest.raises(UnavailableError):
            record(way.url)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnavailableError, match="TimeoutError"):
            record(url, timeout_seconds=0.02)
    with pytest.raises(UnavailableError, match="ConnectionRefusedError"):
        record(f"http://127.0.0.1:{free_port()}")
    assert len(waits) == 4 * calls.TRIES


@pytest.mark.parametrize(
    "answer",
    [
        Answer(301, b"", {"Location": "https://elsewhere.example.com/"}),
        Answer(200, b"<html>a page</html>"),
        Answer(200, b"[1]"),
    ],
)
def test_what_is_no_troth_is_told_as_such(answer: Answer, waits: list[float]) -> None:
    with Fake(answer) as fake, pytest.raises(TrothError, match="does not answer as Troth does"):
        record(fake.url)
    assert len(waits) == len(fake.asked) == 1


def test_threads_share_a_client_and_get_each_their_own_answers(waits: list[float]) -> None:
    mixed: list[str] = []

    def call(troth: Troth, number: int) -> None:
        for _ in range(10):
            told = troth.use(f"user-{number}", "account", purpose="notices")
            mixed.extend(name for name in told if name != "email")

    with Fake(Answer(200, {"values": {"email": VALUE}})) as fake, Troth(fake.url, KEY) as troth:
        threads = [threading.Thread(target=call, args=(troth, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(fake.asked), mixed) == (80, [])
    assert fake.lines <= 8
    assert len(waits) == 80


@pytest.mark.parametrize(
    "key",
    [
        "",
        KEY.replace("_sk_", "_pk_"),
        KEY.replace("_sk_", "_tpk_"),
        KEY[:-1],
        f"{KEY}\n",
        f" {KEY}",
        "troth_sk_…",
    ],
)
def test_what_is_no_secret_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="no secret key") as told:
        Troth("https://privacy.example.com", key)
    assert LETTERS[:20] not in str(told.value)
    Troth("https://privacy.example.com", KEY.replace("_sk_", "_tsk_"))


@pytest.mark.parametrize(
    "server",
    [
        "",
        "privacy.example.com",
        "ftp://privacy.example.com",
        "https://",
        "https://privacy.example.com/troth",
        "https://privacy.example.com?x=1",
        "https://privacy.example.com#x",
        f"https://{VALUE}",
        "https://privacy.example.com:99999",
        "http://privacy.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com:8000",
    ],
)
def test_what_is_no_address_or_would_show_the_key_on_the_way_is_refused(server: str) -> None:
    with pytest.raises(ValueError, match=r"address|https only|[Pp]ort"):
        Troth(server, KEY)


@pytest.mark.parametrize(
    ("server", "audience", "place"),
    [
        (
            "https://privacy.example.com/",
            "https://privacy.example.com",
            ("privacy.example.com", 443),
        ),
        (
            "HTTPS://Privacy.Example.com:443",
            "https://privacy.example.com",
            ("privacy.example.com", 443),
        ),
        (
            "https://privacy.example.com:8443",
            "https://privacy.example.com:8443",
            ("privacy.example.com", 8443),
        ),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", ("2001:db8::1", 443)),
        ("http://[::1]:8000", "http://[::1]:8000", ("::1", 8000)),
        ("http://[::1]", "http://[::1]", ("::1", 80)),
        ("http://localhost:80", "http://localhost", ("localhost", 80)),
    ],
)
def test_an_address_leads_to_one_place_under_one_name(
    server: str,
    audience: str,
    place: tuple[str, int],
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached: list[Any] = []

    def connect(address: Any, *_: object, **__: object) -> Any:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with Troth(server, KEY) as troth, pytest.raises(UnavailableError):
        troth.consents("user-1")
    assert repr(troth) == f"Troth({audience})"
    assert set(reached) == {place}
    assert len(waits) == calls.TRIES


def test_neither_key_nor_value_stands_in_an_error(waits: list[float]) -> None:
    told: list[BaseException] = []
    answers = (refusal(422, "field-undeclared"), refusal(503, "no-version"), Answer(200, b"x"))
    for answer in answers:
        with Fake(answer) as fake, pytest.raises(TrothError) as error:
            record(fake.url)
        told.append(error.value)
    with pytest.raises(UnavailableError) as away:
        record(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TypeError) as unfit, Troth("http://localhost", KEY) as troth:
        troth.record("user-1", "account", {"email": VALUE.encode()}, purpose="account")  # type: ignore[dict-item]  # the mistake that is meant
    with (
        pytest.raises(ValueError, match="JSON") as endless,
        Troth("http://localhost", KEY) as troth,
    ):
        troth.record("user-1", "usage", {"n": float("nan")}, purpose="account")
    with pytest.raises(ValueError, match="once"), Troth("http://localhost", KEY) as troth:
        troth.record("user-1", "account", {"email": VALUE}, purpose="account", once="a\r\nb")
    for error_value in (*told, away.value, unfit.value, endless.value):
        said = f"{error_value!s} {error_value!r} {vars(error_value)}"
        assert LETTERS not in said
        assert VALUE not in said
    with Troth("http://localhost", KEY) as troth:
        assert LETTERS not in repr(troth) + repr(vars(troth)["_calls"])
    assert waits


def test_a_refusal_is_handed_on_whole() -> None:
    no = RefusedError(
        422,
        {
            "type": "urn:troth:problem:field-undeclared",
            "detail": "Not declared.",
            "statement": "collection.definition",
            "where": "fields.shoe_size",
        },
    )
    assert str(no) == (
        "422 field-undeclared: Not declared. [fields.shoe_size, collection.definition]"
    )
    again = pickle.loads(pickle.dumps(no))  # noqa: S301 - our own
    assert (str(again), vars(again)) == (str(no), vars(no))
    assert str(RefusedError(404, {})) == "404"


def test_dates_and_sets_are_sent_as_the_server_reads_them(waits: list[float]) -> None:
    yes = {
        "allowed": True,
        "reason": {"code": "declared", "text": {}},
        "statement": {"id": "collection.direct"},
    }
    with Fake(DONE, Answer(200, yes)) as fake, Troth(fake.url, KEY) as troth:
        born = {"born": date(1990, 1, 31), "seen": datetime(2027, 1, 31, 9, 30, tzinfo=UTC)}
        troth.record("user-1", "account", born, purpose="account", once="sign-up-1")
        assert troth.decide("collect", category="account", fields={"b", "a"}).allowed
    assert fake.asked[0].body["fields"] == {
        "born": "1990-01-31",
        "seen": "2027-01-31T09:30:00+00:00",
    }
    assert fake.asked[0].headers["Idempotency-Key"] == "sign-up-1"
    assert fake.asked[1].body["fields"] == ["a", "b"]
    assert waits == [0.0, 0.0]


def test_a_test_key_has_no_ids(waits: list[float]) -> None:
    told = {"version": "0" * 64, "statement": "collection.direct", "test": True}
    with Fake(Answer(200, told)) as fake, Troth(fake.url, KEY) as troth:
        assert troth.record("user-1", "account", {}, purpose="account").id == ""
        assert troth.records([]) == []
    assert len(waits) == 2
