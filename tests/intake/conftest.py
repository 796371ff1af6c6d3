"""What the tests of imports may ask for."""

from pathlib import Path

import pytest

from tests.cli import cast
from tests.versions.cast import FIRST, default_policy, propose_at


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> cast.Troth:
    """Return what runs a command on the test's own database."""
    return cast.in_process(monkeypatch, capsys)


@pytest.fixture
def policy(db: None, keys: Path) -> None:  # noqa: ARG001 (asked for, so that they are there first)
    """Have the default policy in force."""
    propose_at(FIRST, default_policy())
