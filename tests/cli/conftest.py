"""What the tests of commands may ask for."""

import pytest

from tests.cli import cast


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> cast.Troth:
    """Return what runs a command on the test's own database."""
    return cast.in_process(monkeypatch, capsys)
