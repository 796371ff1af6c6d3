"""A token tells what was agreed to, for a day; changed or late or of another version, nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.consent.cast import (
    AT,
    COUNT,
    PARTNERS,
    SECOND,
    STATISTICS,
    choose,
    seen,
    somebody,
    withdraw,
)
from tests.versions.cast import default_policy
from troth import vault
from troth.consent import revoked, token
from troth.consent.token import PREFIX, Minted, TokenError, check, mint
from troth.policy.read import read
from troth.policy.rulebook import Rulebook, compile
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return compile(read(default_policy()))


def minted(subject: PersonId, rules: Rulebook, at: datetime = AT, **given: Any) -> Minted:
    def verb(tx: Tx) -> Minted:
        return mint(tx, subject, rules, **given)

    return transact_on(Store(), SYSTEM, at, verb)


def why(text: str, rules: Rulebook, at: datetime = AT) -> str:
    with pytest.raises(TokenError) as refused:
        check(text, rules, at)
    return refused.value.code


def test_a_token_tells_what_stands_and_up_to_which_choice(
    version: str, subject: PersonId, rules: Rulebook
) -> None:
    choose(subject, {STATISTICS: True, COUNT: False}, seen(version, STATISTICS, COUNT))
    choose(subject, {PARTNERS: True}, seen(version, PARTNERS))
    given = minted(subject, rules)
    told = check(given.token, rules, AT)
    assert told.subject == subject
    assert told.agreed == rules.mask({STATISTICS})
    assert told.separate == rules.mask({PARTNERS})
    assert told.refused == rules.mask({COUNT})
    assert (told.sequence, told.expires) == (3, given.expires)
    assert given.expires == AT + DAY
    assert subject not in given.token


def test_of_who_has_said_nothing_it_tells_nothing(
    version: str, subject: PersonId, rules: Rulebook
) -> None:
    assert version == rules.version
    told = check(minted(subject, rules).token, rules, AT)
    assert (told.agreed, told.separate, told.refused, told.sequence) == (0, 0, 0, 0)


def test_it_lives_for_a_day_at_most(version: str, subject: PersonId, rules: Rulebook) -> None:
    assert version
    long = minted(subject, rules, life=timedelta(days=30))
    assert long.expires == AT + DAY
    assert check(long.token, rules, AT + DAY - SECOND).subject == subject
    for late in (AT + DAY, AT + 3 * DAY):
        assert why(long.token, rules, late) == "expired"
    short = minted(subject, rules, life=timedelta(minutes=1))
    assert why(short.token, rules, AT + timedelta(minutes=1)) == "expired"


def test_a_token_of_another_version_says_nothing(
    version: str, subject: PersonId, rules: Rulebook
) -> None:
    assert version
    other = replace(rules, version="0" * 64)
    assert why(minted(subject, rules).token, other) == "other-version"


def test_each_changed_byte_is_found(version: str, subject: PersonId, rules: Rulebook) -> None:
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    text = minted(subject, rules).token
    raw = urlsafe_b64decode(text.removeprefix(PREFIX))
    for place in range(len(raw)):
        other = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        changed = PREFIX + urlsafe_b64encode(other).decode()
        assert why(changed, rules) in {"malformed", "forged", "expired"}


@pytest.mark.parametrize("length", [0, 1, 5, 60])
def test_there_is_one_way_to_write_it(
    version: str, subject: PersonId, rules: Rulebook, length: int
) -> None:
    """Masks of any length: no padding, no letter that is passed over."""
    assert version
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    wide = replace(rules, bits={STATISTICS: (1 << 8 * length) >> 1})
    text = minted(subject, wide).token
    assert check(text, wide, AT).agreed == wide.bits[STATISTICS]
    assert "=" not in text
    for other in (text + "=", text + "\n", text[:-1] + "+", text[:20] + "/" + text[20:], text[1:]):
        assert why(other, wide) in {"malformed", "forged"}


@given(st.one_of(st.text(max_size=200), st.binary(max_size=120)))
def test_whatever_is_sent_is_refused_and_breaks_nothing(rules: Rulebook, sent: str | bytes) -> None:
    text = sent if isinstance(sent, str) else PREFIX + urlsafe_b64encode(sent).decode()
    assert why(text, rules) in {"malformed", "expired", "forged"}
    assert why(PREFIX + "A" * 5_000, rules) == "malformed"


def test_what_another_key_store_made_is_forged(
    version: str, subject: PersonId, rules: Rulebook, tmp_path: Path, settings: Any
) -> None:
    assert version
    text = minted(subject, rules).token
    vault.close_store()
    settings.TROTH_KEYS = tmp_path / "other"
    settings.TROTH_OPERATOR_KEY_FILE = tmp_path / "other" / "operator.key"
    vault.open_store(make=True)
    assert why(text, rules) == "forged"


def test_each_day_has_a_key_of_its_own_that_outlives_a_generation(
    version: str, subject: PersonId, rules: Rulebook
) -> None:
    assert version
    text = minted(subject, rules).token
    today = token._key(vault.store_id(), 20_000)  # noqa: SLF001 - what is not shown otherwise
    assert today != token._key(vault.store_id(), 20_001)  # noqa: SLF001 - the same
    vault.rotate_generation()
    token._key.cache_clear()  # noqa: SLF001 - as a restart would
    assert check(text, rules, AT).subject == subject


def test_what_was_taken_back_makes_older_tokens_void_at_once(
    version: str,
    subject: PersonId,
    rules: Rulebook,
    django_capture_on_commit_callbacks: Any,
) -> None:
    other = somebody()
    for one in (subject, other):
        choose(one, {STATISTICS: True}, seen(version, STATISTICS))
    before, others = minted(subject, rules).token, minted(other, rules).token
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(subject, [STATISTICS], seen(version))
    assert why(before, rules) == "revoked"
    assert check(others, rules, AT).subject == other
    assert check(minted(subject, rules).token, rules, AT).refused == rules.mask({STATISTICS})


def test_a_further_yes_leaves_older_tokens_as_they_are(
    version: str,
    subject: PersonId,
    rules: Rulebook,
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = minted(subject, rules).token
    with django_capture_on_commit_callbacks(execute=True):
        choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    assert check(before, rules, AT).agreed == 0
    assert revoked.least(subject) == 0
