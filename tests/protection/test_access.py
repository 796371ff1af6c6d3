"""A passphrase is asked for at a terminal only, and twice where something is sealed by it."""

from collections.abc import Iterator

import pytest

from tests.protection.cast import Key
from troth.cli import backup_access
from troth.protection.errors import BackupError


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[str]:
    """Let somebody sit at a terminal and type these."""
    said = iter(answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(backup_access, "getpass", lambda _prompt: next(said))
    monkeypatch.delenv(backup_access.VARIABLE, raising=False)
    return said


def test_two_passphrases_that_differ_seal_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "one phrase", "another")
    with pytest.raises(BackupError, match="differ"):
        backup_access.sealed_to([], None, str)


def test_no_passphrase_and_no_key_seal_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "")
    with pytest.raises(BackupError, match="--new-identity"):
        backup_access.sealed_to([], None, str)


def test_who_names_a_key_is_not_asked(monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    said = typed(monkeypatch, "never read")
    sealed = backup_access.sealed_to([key.public, key.public], None, str)
    assert [str(one) for one in sealed.recipients] == [key.public]
    assert sealed.identity is None
    assert next(said) == "never read"


def test_a_variable_seals_without_asking(monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    said = typed(monkeypatch, "never read")
    monkeypatch.setenv(backup_access.VARIABLE, "an unlikely phrase")
    monkeypatch.setattr(
        backup_access, "for_passphrase", lambda phrase: (key.sealed.recipients[0], phrase.encode())
    )
    sealed = backup_access.sealed_to([], None, str)
    assert sealed.identity == b"an unlikely phrase"
    assert next(said) == "never read"
