"""The commands of docs/import.md do what the page says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "import.md"
EXAMPLE: Final = re.compile(r"```console\n\$ troth (.*)\n((?:.*\n)*?)```")


@pytest.mark.slow
def test_each_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert examples
    for command, shown in examples:
        done = subprocess.run(
            [Path(sys.executable).parent / "troth", *shlex.split(command)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        )
        assert done.stdout.startswith(shown)
