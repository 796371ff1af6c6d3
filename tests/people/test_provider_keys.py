"""A provider's keys are kept: fetched when that is due, and never as often as strangers like."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest

from tests.pages.idp import KEY, Idp, running
from troth.people import provider_keys, published
from troth.people.oidc import Header, Keys
from troth.people.published import ProviderError, Source

ONE, TWO = Header("ES256", "one"), Header("ES256", "two")
KEYS: Keys = [KEY.as_dict(private=False)]
LATER: Keys = [*KEYS, {**KEYS[0], "kid": "two"}]
SOURCE = Source("https://login.example.com", private=False)
WAIT_S = 20


class Provider:
    """A provider, by a clock of its own: what it publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.at, self.times = 1_000.0, 0
        self.keys: Keys | None = KEYS

    def asked(self, source: Source) -> Keys:
        """Answer, or not."""
        assert source == SOURCE
        self.times += 1
        if self.keys is None:
            raise published.silent()
        return self.keys


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    provider_keys.forget()
    published.forget_description()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(provider_keys, "monotonic", lambda: made.at)
    monkeypatch.setattr(published, "keys_of", made.asked)
    return made


def test_keys_are_fetched_once_in_five_minutes(provider: Provider) -> None:
    for second in (0, 1, 29, 31, 299):
        provider.at = 1_000.0 + second
        assert provider_keys.keys(SOURCE, ONE) == KEYS
    assert provider.times == 1
    provider.at = 1_300
    provider_keys.keys(SOURCE, ONE)
    assert provider.times == 2


def test_a_key_that_is_not_among_them_has_them_fetched_anew_once(provider: Provider) -> None:
    provider_keys.keys(SOURCE, ONE)
    provider.keys, provider.at = LATER, provider.at + 31
    for _ in range(3):
        assert provider_keys.keys(SOURCE, TWO) == LATER
    assert provider.times == 2


def test_who_makes_keys_up_has_them_fetched_once_in_half_a_minute(provider: Provider) -> None:
    for number in range(90):
        provider.at = 1_000.0 + number
        assert provider_keys.keys(SOURCE, Header("ES256", f"made-up-{number}")) == KEYS
    assert provider.times == 3


def test_while_the_provider_is_silent_those_kept_go_on_for_an_hour(provider: Provider) -> None:
    provider_keys.keys(SOURCE, ONE)
    provider.keys = None
    for second in range(300, 3_600, 10):
        provider.at = 1_000.0 + second
        assert provider_keys.keys(SOURCE, ONE) == KEYS
    assert provider.times == 1 + (3_600 - 300) // 30
    provider.at = 1_000.0 + 3_600
    with pytest.raises(ProviderError):
        provider_keys.keys(SOURCE, ONE)
    provider.keys, provider.at = LATER, provider.at + 30
    assert provider_keys.keys(SOURCE, ONE) == LATER


def test_a_new_key_of_a_silent_provider_is_not_told_to_be_wrong(provider: Provider) -> None:
    provider_keys.keys(SOURCE, ONE)
    provider.keys, provider.at = None, provider.at + 31
    for _ in range(2):
        with pytest.raises(ProviderError):
            provider_keys.keys(SOURCE, TWO)
        assert provider_keys.keys(SOURCE, ONE) == KEYS
    assert provider.times == 2
    provider.keys, provider.at = LATER, provider.at + 30
    assert provider_keys.keys(SOURCE, TWO) == LATER
    assert provider_keys.keys(SOURCE, Header("ES256", "made-up")) == LATER


def test_a_provider_that_was_never_heard_is_asked_once_in_half_a_minute(
    provider: Provider,
) -> None:
    provider.keys = None
    for _ in range(5):
        with pytest.raises(ProviderError):
            provider_keys.keys(SOURCE, ONE)
    assert provider.times == 1
    provider.keys, provider.at = KEYS, provider.at + 30
    assert provider_keys.keys(SOURCE, ONE) == KEYS


def test_keys_that_are_withdrawn_sign_nothing_more(provider: Provider) -> None:
    provider_keys.keys(SOURCE, ONE)
    provider.keys, provider.at = [], provider.at + 300
    assert provider_keys.keys(SOURCE, ONE) == []


def asking_slowly(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> tuple[Thread, Event]:
    """Have a call be fetching the keys, until it is let go on."""
    asking, go_on = Event(), Event()

    def slowly(source: Source) -> Keys:
        asking.set()
        assert go_on.wait(WAIT_S)
        return provider.asked(source)

    monkeypatch.setattr(published, "keys_of", slowly)
    first = Thread(target=provider_keys.keys, args=(SOURCE, ONE))
    first.start()
    assert asking.wait(WAIT_S)
    return first, go_on


def test_one_call_asks_and_who_can_go_on_does_not_wait(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_keys.keys(SOURCE, ONE)
    provider.at += 300
    first, go_on = asking_slowly(provider, monkeypatch)
    assert provider_keys.keys(SOURCE, ONE) == KEYS
    waiting: list[Keys] = []
    monkeypatch.setattr(provider_keys, "WAIT_S", WAIT_S)
    second = Thread(target=lambda: waiting.append(provider_keys.keys(SOURCE, TWO)))
    second.start()
    provider.keys = LATER
    go_on.set()
    first.join(WAIT_S)
    second.join(WAIT_S)
    assert waiting == [LATER]
    assert provider.times == 2


def test_a_call_waits_for_anothers_fetch_but_not_for_long(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "WAIT_S", 0.01)
    first, go_on = asking_slowly(provider, monkeypatch)
    with pytest.raises(ProviderError):
        provider_keys.keys(SOURCE, ONE)
    go_on.set()
    first.join(WAIT_S)
    assert provider_keys.keys(SOURCE, ONE) == KEYS


@pytest.fixture
def idp() -> Iterator[Idp]:
    with running() as made:
        yield made


def asked(idp: Idp, *, private: bool = True) -> Any:
    return provider_keys.keys(Source(idp.issuer, private=private), ONE)


def test_a_real_provider_is_asked_for_its_description_and_its_keys(idp: Idp) -> None:
    assert asked(idp) == asked(idp) == tuple(KEYS)
    assert idp.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize(
    "fails",
    [
        (500, b""),
        (302, b""),
        (200, b"nonsense"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": 7}'),
        (200, b'{"keys": [7]}'),
        (200, b"[" * 100_000),
        (200, b" " * 500_001),
    ],
)
def test_what_is_no_answer_of_a_provider_is_refused(idp: Idp, fails: tuple[int, bytes]) -> None:
    idp.fails = fails
    with pytest.raises(ProviderError):
        asked(idp)
    assert idp.asked == ["/.well-known/openid-configuration"]
    forget()
    idp.fails = None
    published.address(Source(idp.issuer, private=True), "jwks_uri")
    idp.fails = fails
    with pytest.raises(ProviderError):
        asked(idp)
    assert idp.asked[-1] == "/keys"


def test_another_issuer_or_a_private_address_is_refused(idp: Idp) -> None:
    with pytest.raises(ProviderError):
        asked(idp, private=False)
    assert idp.asked == []
    idp.told_issuer = "https://other.example.com"
    with pytest.raises(ProviderError):
        asked(idp)


def test_what_is_fetched_over_tls_leads_to_nothing_in_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {"issuer": SOURCE.issuer, "jwks_uri": "http://login.example.com/keys"}
    monkeypatch.setattr(published, "_fetched", lambda *_: told)
    with pytest.raises(ProviderError):
        published.address(SOURCE, "jwks_uri")
    told["jwks_uri"] = "https://[half"
    with pytest.raises(ProviderError):
        published.address(SOURCE, "jwks_uri")
    told["jwks_uri"] = "https://keys.example.com/"
    assert published.address(SOURCE, "jwks_uri") == told["jwks_uri"]
    with pytest.raises(ProviderError):
        published.address(SOURCE, "token_endpoint")
