"""What the repository may and may not hold."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
FORBIDDEN: Final = {
    "a path of somebody's machine": re.compile(r"/(?:home|Users)/(?!example\b)[a-z]\w+/|/root/"),
    "the host of a package registry": re.compile(
        r"(?:files\.pythonhosted|pypi|registry\.npmjs|registry\.yarnpkg|deb\.debian)\.(?:org|com)/"
        r"(?:simple|packages|debian|[^ )\"']+\.(?:whl|tgz|gz))",
    ),
}
TEXT_SUFFIXES: Final = frozenset(
    ".cfg .css .csv .html .ini .js .json .md .po .py .sh .svg .toml .txt .xml .yaml .yml".split()
)
LOCK_LINE: Final = re.compile(
    r"^(?:[a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==\S+(?: ; [^\\]+)?(?: \\)?"
    r"|    --hash=sha256:[0-9a-f]{64}(?: \\)?|)$"
)


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES and path != Path(__file__) and path.exists()
        for match in [FORBIDDEN[what].search(path.read_text(encoding="utf-8"))]
        if match
    ]
    assert found == []


@pytest.mark.parametrize("level", ["base", "test", "dev"])
def test_a_lock_file_holds_versions_and_hashes_and_no_address(level: str) -> None:
    lines = (ROOT / "locks" / f"{level}.txt").read_text().splitlines()
    assert lines
    assert [line for line in lines if not LOCK_LINE.match(line)] == []


def test_the_base_stays_small() -> None:
    """At most 60 packages, so that what runs can be read."""
    lines = (ROOT / "locks" / "base.txt").read_text().splitlines()
    assert 0 < sum("==" in line for line in lines) <= 60


def test_e_mail_addresses_are_of_nobody() -> None:
    address = re.compile(r"[\w.+-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})", re.IGNORECASE)
    allowed = re.compile(r"(^|\.)(example(\.(com|org|net|cn))?|invalid|test|localhost)$")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix in {".md", ".py", ".toml", ".txt", ".html", ".json"} and path.exists()
        for match in address.finditer(path.read_text(encoding="utf-8"))
        if not allowed.search(match.group(1).lower())
    ]
    assert found == []


def test_json_files_are_json() -> None:
    files = [path for path in tracked() if path.suffix == ".json" and path.exists()]
    assert all(json.loads(path.read_text(encoding="utf-8")) is not None for path in files)
