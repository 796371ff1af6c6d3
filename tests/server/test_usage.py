"""A command line that cannot be right gets one sentence with its mend, in both languages."""

import pytest

from tests.server.cast import troth

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        (
            "frob",
            "There is no `troth frob`; the commands are serve, worker, decide, audit",
            "没有 `troth frob`",
        ),
        ("policy frob", "There is no `troth policy frob`; the commands are import", "可用的命令有"),
        ("serve --prot 1", "has no option --prot; did you mean --host, --port?", "您是否想用"),
        ("serve --frobnicate", "`troth serve` has no option --frobnicate; see", "没有选项"),
        ("policy import", "`troth policy import` needs FILE...; see", "需要 FILE..."),
        ("policy import a", "`troth policy import` needs --out; see", "需要 --out"),
        (
            "policy diff a",
            "`troth policy diff` needs NEW; see `troth policy diff --help`",
            "需要 NEW",
        ),
        ("serve --port abc", "--port takes a whole number; see `troth serve --help`", "须是整数"),
        ("decide use --persons -3", "--persons takes a whole number from 0 on", "不小于 0 的整数"),
        ("worker --threads 99", "--threads takes a whole number from 1 to 64", "1 至 64 的整数"),
        (
            "ledger verify --key me",
            "a verifier key is written name+id+base64",
            "验证密钥的写法为 名称+id+base64",
        ),
        ("policy check --format xx", "--format takes one of text, json, sarif, github", "之一"),
        ("serve --port", "--port takes a value", "后面要写一个值"),
        ("policy show --json=1", "--json takes no value", "不带值"),
        ("serve extra", "`troth serve` does not take extra; see", "不接受 extra"),
    ],
)
def test_a_wrong_command_line_gets_one_sentence(line: str, english: str, chinese: str) -> None:
    for lang, sentence in (("en", english), ("zh", chinese)):
        told = troth(*line.split(), variables={"TROTH_LANG": lang})
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.startswith("troth: ")
        assert told.stderr.count("\n") == 1
        assert sentence in told.stderr


@pytest.mark.parametrize("line", ["--help", "serve --help", "policy diff --help", "--version"])
def test_who_asks_for_help_gets_it(line: str) -> None:
    told = troth(*line.split())
    assert (told.returncode, told.stderr) == (0, "")
    assert "troth" in told.stdout


def test_a_group_alone_shows_its_commands_and_exits_2() -> None:
    told = troth("policy")
    assert told.returncode == 2
    assert "import" in told.stderr + told.stdout


def test_what_would_move_the_cursor_is_not_repeated() -> None:
    assert "\x1b" not in troth("frob\x1b[2J").stderr
    assert "\x1b" not in troth("serve", "--frob\x1b[2J").stderr
    assert "\x1b" not in troth("serve", "frob\x1b[2J").stderr
