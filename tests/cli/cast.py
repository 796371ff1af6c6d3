"""Commands that act on the test's own database, in this process: no start to wait for."""

import sys
from collections.abc import Callable

import pytest
from msgspec import Struct

from troth.cli.main import main
from troth.site import boot


class Ended(Struct, frozen=True):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Troth = Callable[..., Ended]


def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Troth:
    """Return what runs a command as the shell would; its data are those of the test."""
    monkeypatch.setattr(boot, "open_data", lambda _config: None)
    monkeypatch.setenv("COLUMNS", "200")

    def troth(*arguments: object, lang: str = "en") -> Ended:
        monkeypatch.setenv("TROTH_LANG", lang)
        monkeypatch.setattr(sys, "argv", ["troth", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, printed.out, printed.err)

    return troth
