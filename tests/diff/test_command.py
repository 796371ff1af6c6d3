"""`troth policy diff` on folders and git revisions, in every format."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from troth.cli.changes import text as shown
from troth.cli.main import main
from troth.policy.diff import diff
from troth.policy.read import read

ENGLISH: Final = """\
# Example policy {#title}

## Cookies {#cookies}

We will not sell what a cookie holds. {#cookies.sell}
A cookie is kept for 30 days. {#cookies.kept}
"""
CHINESE: Final = """\
# 示例隐私政策 {#title}

## Cookie {#cookies}

我们不会出售 Cookie 中的内容。 {#cookies.sell}
Cookie 保存30天。 {#cookies.kept}
"""
TOML: Final = """\
[cookie.visitor]
statement = "cookies.kept"
label = { zh = "访客", en = "Visitor" }
names = ["visitor"]
class = "statistics"
purposes = ["counting"]
lifetime_days = 30
provider = { zh = "示例公司", en = "Example Ltd" }
grammar = "[0-9]{8}"

[statement."cookies.sell"]
kind = "promise"
kept_by = ["cookies.contents"]
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `troth policy diff …`; return its exit status and what it printed."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["troth", "policy", "diff", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        out, err = capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err

    return call


def write(folder: Path, **changed: tuple[str, str]) -> Path:
    """Write the example policy with one text for another in the files named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"en.md": ENGLISH, "zh.md": CHINESE, "policy.toml": TOML}.items():
        old, new = changed.get(name.partition(".")[0], ("", ""))
        (folder / name).write_text(content.replace(old, new, 1) if old else content, "utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> str:
    return str(write(tmp_path / "old"))


@pytest.fixture
def longer(tmp_path: Path) -> str:
    return str(write(tmp_path / "new", policy=("lifetime_days = 30", "lifetime_days = 60")))


def test_the_same_folder_twice_differs_in_nothing_and_exits_0(run: Run, old: str) -> None:
    assert run(old, old) == (0, "The two versions do not differ.\n", "")


def test_an_editorial_change_exits_0(run: Run, old: str, tmp_path: Path) -> None:
    new = write(tmp_path / "new", en=("cookie holds.", "cookie  holds!"))
    code, out, _ = run(old, str(new))
    assert code == 0
    assert "they may take effect without notice" in out


def test_a_change_that_demands_a_notice_exits_1_and_says_why(
    run: Run, old: str, longer: str
) -> None:
    code, out, _ = run(old, longer)
    assert code == 1
    assert "cookie.visitor.lifetime_days · changed · 5.1" in out
    assert "[-30-]{+60+}" in out
    assert "Before it takes effect: a notice, shown prominently on the page." in out


def test_a_rewording_is_marked_word_by_word_in_each_language(
    run: Run, old: str, tmp_path: Path
) -> None:
    new = write(tmp_path / "new", en=("will not", "may"), zh=("不会", "可以"))
    code, out, _ = run(old, str(new))
    assert code == 1
    assert "en  We [-will not-]{+may+} sell what a cookie holds." in out
    assert "zh  我们[-不会-]{+可以+}出售 Cookie 中的内容。" in out


def test_it_speaks_chinese_when_asked(run: Run, old: str, longer: str) -> None:
    _, out, _ = run(old, longer, "--lang", "zh")
    assert "生效前须：通知、在页面上显著展示。" in out
    assert "对用户不利" in out


@pytest.mark.parametrize("option", [("--json",), ("--format", "json")])
def test_json_holds_every_change_and_what_all_demand(
    run: Run, old: str, longer: str, option: tuple[str, ...]
) -> None:
    code, out, _ = run(old, longer, *option)
    told = json.loads(out)
    assert code == 1
    assert told["demands"] == ["notice", "prominent"]
    assert told["major"] is True
    assert told["needs_nothing"] is False
    (change,) = told["changes"]
    assert change["path"] == "cookie.visitor.lifetime_days"
    assert change["kinds"] == ["5.1"]
    assert set(change["why"]) == {"zh", "en"}
    assert change["why"]["zh"] != change["why"]["en"]


def test_sarif_names_file_line_and_rule(run: Run, old: str, longer: str) -> None:
    _, out, _ = run(old, longer, "--format", "sarif")
    log: dict[str, Any] = json.loads(out)
    assert log["version"] == "2.1.0"
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("5.1", "warning")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"].endswith("new/policy.toml")
    assert physical["region"]["startLine"] == 7
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert "5.1" in rules


def test_github_annotations_stand_at_the_line_of_the_language_that_changed(
    run: Run, old: str, tmp_path: Path
) -> None:
    new = write(tmp_path / "new", en=("will not", "may"))
    _, out, _ = run(old, str(new), "--format", "github")
    assert out.startswith(
        f"::warning file={new}/en.md,line=5,title=statement.cookies.sell%3A other"
    )


def test_a_removed_sentence_is_annotated_where_it_stood(run: Run, old: str, tmp_path: Path) -> None:
    gone = "A cookie is kept for 30 days. {#cookies.kept}\n"
    new = write(tmp_path / "new", en=(gone, ""), zh=("Cookie 保存30天。 {#cookies.kept}\n", ""))
    code, out, _ = run(old, str(new), "--format", "github")
    assert code == 1
    assert "zh.md,line=6,title=statement.cookies.kept" in out


def git(place: Path, *arguments: str) -> None:
    about = ("-c", "user.name=Example", "-c", "user.email=example@example.com")
    found = shutil.which("git")
    assert found is not None
    subprocess.run([found, "-C", str(place), *about, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits, tagged v1 and v2, whose policies differ in a cookie's lifetime."""
    top = tmp_path / "repository"
    write(top / "policy")
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "first")
    git(top, "tag", "v1")
    write(top / "policy", policy=("lifetime_days = 30", "lifetime_days = 60"))
    git(top, "commit", "-q", "-a", "-m", "second")
    git(top, "tag", "v2")
    monkeypatch.chdir(top)
    return top


@pytest.mark.parametrize(
    "sides", [("v1", "policy"), ("HEAD~1", "policy"), ("v1:policy", "v2:policy"), ("v1", "v2")]
)
def test_a_side_may_be_a_git_revision(run: Run, repository: Path, sides: tuple[str, str]) -> None:
    assert repository.is_dir()
    code, out, err = run(*sides)
    assert (code, err) == (1, "")
    assert "[-30-]{+60+}" in out


def test_a_revision_means_the_other_side_s_folder_wherever_one_stands(
    run: Run, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("v1", str(repository / "policy"))
    assert code == 1
    assert "[-30-]{+60+}" in out


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("nowhere", "policy"), "There is no folder nowhere, and git knows no revision nowhere."),
        (("v1:elsewhere", "policy"), "At v1 there is no policy in elsewhere"),
        (("policy", ":policy"), ":policy is neither a folder nor a git revision."),
        (("--", "--upload-pack=x", "policy"), "neither a folder nor a git revision"),
        (("policy/en.md", "policy"), "policy/en.md is a file"),
    ],
)
def test_what_is_no_policy_is_told_in_one_sentence_and_exits_2(
    run: Run, repository: Path, sides: tuple[str, ...], said: str
) -> None:
    assert repository.is_dir()
    code, out, err = run(*sides)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_revision_outside_a_repository_is_told(
    run: Run, old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, _, err = run("v1", old)
    assert code == 2
    assert "git cannot be asked" in err


def test_without_git_two_folders_still_compare(
    run: Run, old: str, longer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert run(old, longer)[0] == 1
    code, _, err = run("v1", old)
    assert code == 2
    assert "git is not installed" in err


def test_a_side_that_is_unreadable_as_a_policy_exits_2(run: Run, old: str, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken", policy=("[cookie", "cookie"))
    code, out, err = run(old, str(broken))
    assert (code, out) == (2, "")
    assert "policy.toml" in err


def test_a_terminal_gets_colours_instead_of_brackets(old: str, tmp_path: Path) -> None:
    from io import StringIO  # noqa: PLC0415 - for this test alone

    from rich.console import Console  # noqa: PLC0415 - the same

    new = write(tmp_path / "new", en=("will not", "may"))
    versions = [
        read({p.name: p.read_bytes() for p in folder.iterdir()}) for folder in (Path(old), new)
    ]
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, color_system="standard", highlight=False)
    shown.write(diff(versions[0], versions[1]), console, str)
    assert "[-" not in screen.getvalue()
    assert "\x1b[" in screen.getvalue()
