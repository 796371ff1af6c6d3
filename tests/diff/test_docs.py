"""docs/changes.md shows what the command prints, and names every kind and demand."""

import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Final, get_args

import pytest
from rich.console import Console

from troth.cli.changes import text
from troth.cli.folder import load_files
from troth.policy.change import Demand, Kind
from troth.policy.diff import diff
from troth.policy.read import read

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "changes.md").read_text("utf-8")
EDITS: Final = (
    ("en.md", "service and allow you to set", "service, and allow you to set"),
    ("en.md", "manage or delete cookies", "manage cookies"),
    ("zh.md", "管理或删除", "管理"),
)


def test_the_worked_example_is_what_the_command_prints(tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "policy", folder)
    for name, old, new in EDITS:
        content = (folder / name).read_text("utf-8")
        assert content.count(old) == 1
        (folder / name).write_text(content.replace(old, new), "utf-8")
    register = (folder / "policy.toml").read_text("utf-8")
    head, entry = register.split("[cookie.visitor]")
    entry = entry.replace("lifetime_days = 365", "lifetime_days = 730", 1)
    (folder / "policy.toml").write_text(f"{head}[cookie.visitor]{entry}", "utf-8")
    printed = StringIO()
    changes = diff(read(load_files(ROOT / "policy")), read(load_files(folder)))
    text.write(changes, Console(file=printed, highlight=False), str)
    example = re.search(r"```text\n(statement\..*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert example[1] == printed.getvalue()


@pytest.mark.parametrize("name", [*get_args(Kind), *get_args(Demand)])
def test_every_kind_and_demand_is_told(name: str) -> None:
    assert name in PAGE
