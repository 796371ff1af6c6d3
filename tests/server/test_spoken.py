"""The command line speaks the environment's language, also where it refuses."""

import pytest

from tests.server.cast import troth
from troth.cli.language import language_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("variable", ["TROTH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"])
def test_a_refusal_is_told_in_the_language_of_the_environment(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    spoken = {variable: "zh_CN.UTF-8"}
    for verb in ("serve", "owner link", "policy propose", "decide use"):
        policy = [] if verb == "owner link" else ["--policy", "/nowhere"]
        said = troth(*verb.split(), "--data", "/nowhere", *policy, variables=spoken)
        assert said.returncode == 2
        assert any("\u4e00" <= c <= "\u9fff" for c in said.stderr), said.stderr


@pytest.mark.parametrize(
    ("arguments", "spoken"),
    [
        (["--lang", "en"], "en"),
        (["--lang=en"], "en"),
        (["serve", "--lang", "zh", "--lang", "en"], "en"),
        (["--lang", "fr"], "zh"),
        (["--lang"], "zh"),
        (["--name", "--lang zh"], "zh"),
        ([], "zh"),
    ],
)
def test_the_option_rules_over_the_environment(
    arguments: list[str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROTH_LANG", "zh")
    assert language_of(arguments) == spoken


def test_a_decision_is_told_in_the_language_of_the_environment() -> None:
    policy = "policy"
    said = troth(
        "decide", "take-effect", "--first", "--policy", policy, variables={"TROTH_LANG": "zh"}
    )
    assert said.stdout.startswith("可以：")
    assert "询问对象：文件夹" in said.stdout
