"""`--help` says in both languages what each verb and each option does."""

import re
import sys

import pytest

from troth.cli import help as help_of
from troth.cli.main import (
    CONSENT_VERBS,
    KEY_VERBS,
    LEDGER_VERBS,
    OWNER_VERBS,
    PERSON_VERBS,
    POLICY_VERBS,
    VAULT_VERBS,
    VERBS,
    main,
)

PATHS = [
    (),
    ("policy",),
    ("owner",),
    ("ledger",),
    ("vault",),
    ("key",),
    ("person",),
    ("consent",),
    *((verb,) for verb in VERBS),
    *(("policy", verb) for verb in POLICY_VERBS),
    *(("owner", verb) for verb in OWNER_VERBS),
    *(("ledger", verb) for verb in LEDGER_VERBS),
    *(("vault", verb) for verb in VAULT_VERBS),
    *(("key", verb) for verb in KEY_VERBS),
    *(("person", verb) for verb in PERSON_VERBS),
    *(("consent", verb) for verb in CONSENT_VERBS),
]
HAN = re.compile(r"[\u4e00-\u9fff]")


def shown(
    path: tuple[str, ...],
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    monkeypatch.setenv("TROTH_LANG", lang)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["troth", *path, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("path", PATHS)
def test_each_option_is_explained_in_chinese(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = shown(path, "zh", monkeypatch, capsys)
    rows = [line for line in told.splitlines() if re.match(r"│ [* ] *-|│ --", line)]
    assert rows
    values_only = re.compile(r"--install-completion|--show-completion")
    assert [row for row in rows if not HAN.search(row) and not values_only.search(row)] == []
    assert "选项" in told


@pytest.mark.parametrize("path", PATHS)
def test_english_stays_english(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = shown(path, "en", monkeypatch, capsys)
    assert not HAN.search(told)
    assert "Show this message and exit." in told


def test_each_verb_has_its_help_and_each_help_a_verb() -> None:
    groups = {
        "ledger": LEDGER_VERBS,
        "key": KEY_VERBS,
        "person": PERSON_VERBS,
        "consent": CONSENT_VERBS,
    }
    grouped = {f"{name} {verb}" for name, verbs in groups.items() for verb in verbs}
    assert set(help_of.VERBS) == {*VERBS, *POLICY_VERBS, *OWNER_VERBS, *VAULT_VERBS, *grouped}
