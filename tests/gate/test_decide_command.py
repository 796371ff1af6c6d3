"""`troth decide`: the answer, the sentence, the exit status."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from troth.cli import asked
from troth.cli.decide import decide_command
from troth.cli.decide_options import FACTS
from troth.policy.read import read
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder
from troth.site.problem import CannotGoOnError, PolicyRefusedError

ACCOUNT = "collect --category account --field email --purpose account --source direct".split()


def run(*arguments: str, policy: Path | None = None, stdin: str | None = None) -> Result:
    """Run the command on a policy folder, letting its own errors through."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(decide_command)
    given = [*arguments, "--policy", str(policy or bundled_policy())]
    result = CliRunner().invoke(app, given, input=stdin)
    if isinstance(result.exception, CannotGoOnError):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the bundled policy folder."""
    for name, content in read_folder(bundled_policy()).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_yes_names_the_sentence_that_tells_of_it_and_the_version() -> None:
    result = run(*ACCOUNT)
    version = read(read_folder(bundled_policy()))
    assert result.exit_code == 0
    why, sentence, told, source = result.stdout.splitlines()
    assert why.startswith("Yes: ")
    assert sentence.startswith("collection.direct says: “This type of data will be directly")
    assert told == f"Version {version.hash}"
    assert source == f"Asked: the folder {bundled_policy()}"


def test_a_no_exits_1_and_names_the_sentence_that_forbids() -> None:
    result = run(
        "collect",
        "--category",
        "horoscope",
        "--field",
        "sign",
        "--purpose",
        "account",
        "--source",
        "direct",
    )
    assert result.exit_code == 1
    assert result.stdout.startswith("No: The policy declares no category “horoscope”.")
    assert "collection.definition says: “" in result.stdout


def test_the_sentence_is_in_the_readers_language() -> None:
    result = run("read-cookie", "--name", "_ga", "--purpose", "account", "--lang", "zh")
    assert result.exit_code == 1
    assert re.search(r"cookies\.purpose-limit .*“[^a-z]*Cookie", result.stdout)
    assert "We will not" not in result.stdout


def test_json_carries_both_languages() -> None:
    answer = json.loads(run("use", "--category", "account", "--purpose", "x", "--json").stdout)
    assert (answer["allowed"], answer["verb"]) == (False, "use")
    assert answer["reason"]["code"] == "purpose-undeclared"
    assert set(answer["reason"]["text"]) == set(answer["statement"]["text"]) == {"zh", "en"}
    assert len(answer["version"]) == 64


def test_facts_may_come_as_json_from_a_file_or_standard_input(tmp_path: Path) -> None:
    facts = '{"verb":"use","category":"account","purpose":"account"}'
    file = tmp_path / "facts.json"
    file.write_text(facts)
    assert run("--facts", str(file)).exit_code == 0
    assert run("--facts", "-", stdin=facts).stdout == run("--facts", str(file)).stdout


def test_an_edit_of_one_register_value_changes_the_answer_and_the_sentence(folder: Path) -> None:
    register = folder / "policy.toml"
    text = register.read_text(encoding="utf-8")
    assert run(*ACCOUNT, policy=folder).exit_code == 0
    register.write_text(
        text.replace("[category.account]\nstatement", "[category.person]\nstatement").replace(
            "[category.account.fields]", "[category.person.fields]"
        ),
        encoding="utf-8",
    )
    result = run(*ACCOUNT, policy=folder)
    assert result.exit_code == 1
    assert "collection.definition says" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name a verb and its facts"),
        (("use", "--facts", "x.json"), "Name a verb and its facts"),
        (("erase",), "no verb erase; the verbs are collect, use, set-cookie"),
        (("use", "--category", "account"), "`troth decide use` needs --purpose"),
        (("collect",), "needs --category, --field, --purpose, --source"),
        (
            ("read-cookie", "--name", "a", "--purpose", "b", "--country", "CN"),
            "`troth decide read-cookie` does not take --country",
        ),
        (("use", "--category", "a", "--category", "b"), "takes one --category"),
        (("use", "--category", "a b", "--purpose", "c"), "category takes a name of the register"),
        (("--facts", "/nowhere.json"), "/nowhere.json cannot be read"),
        (("use", "--category", "a", "--purpose", "b", "--at", "noon"), "--at takes a time"),
    ],
)
def test_a_wrong_question_gets_one_sentence_that_says_how_to_mend_it(
    arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CannotGoOnError) as caught:
        run(*arguments)
    assert says in str(caught.value)


def test_a_question_about_a_named_person_is_not_answered() -> None:
    facts = '{"verb":"use","category":"account","purpose":"account","subject":"anna"}'
    with pytest.raises(CannotGoOnError, match="named person"):
        run("--facts", "-", stdin=facts)


def test_facts_that_are_too_long_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "FACTS_LIMIT_BYTES", 10)
    with pytest.raises(CannotGoOnError, match="longer than 10 bytes"):
        run("--facts", "-", stdin='{"verb":"use"}')


def test_a_folder_that_is_no_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefusedError) as caught:
        run(*ACCOUNT, policy=tmp_path)
    assert {found.file for found in caught.value.diagnostics} == {"en.md", "zh.md", "policy.toml"}


def test_a_register_without_cites_is_refused(folder: Path) -> None:
    register = folder / "policy.toml"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.partition("[cites]")[0], encoding="utf-8")
    with pytest.raises(CannotGoOnError, match=r"lacks \[cites\]"):
        run(*ACCOUNT, policy=folder)


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("set-cookie --name troth-visitor --region CN", False),
        ("set-cookie --name troth-visitor --region CN --agreed class.statistics", True),
        ("set-cookie --name troth-visitor --agreed class.statistics --malformed", False),
        ("take-effect --first", True),
        ("take-effect --demand notice", False),
        (
            (
                "take-effect --demand notice --announced-at 2026-01-01T00:00:00Z"
                " --shown-at 2026-01-01T00:00:00Z --at 2026-01-31T00:00:00Z"
            ),
            True,
        ),
        (
            (
                "take-effect --demand notice --announced-at 2026-01-01T00:00:00Z"
                " --shown-at 2026-01-01T00:00:00Z --at 2026-01-30"
            ),
            False,
        ),
        ("view --category account --purpose account --case case-1", False),
        (
            (
                "release --ground consent --recipient public-with-consent --public"
                " --category contact-message --purpose publication --persons 2 --consenting 2"
            ),
            True,
        ),
        (
            (
                "release --ground consent --recipient public-with-consent --public"
                " --category contact-message --purpose publication --persons 2 --consenting 1"
            ),
            False,
        ),
    ],
)
def test_every_verb_can_be_asked_with_options(arguments: str, allowed: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert run(*arguments.split()).exit_code == (0 if allowed else 1)


def test_every_option_is_a_fact_of_some_verb() -> None:
    facts = {name for struct in asked.VERBS.values() for name in struct.__struct_fields__}
    assert set(FACTS) <= facts
    nested_or_about_a_person = {"categories", "grant", "order", "person"}
    assert facts - set(FACTS) == nested_or_about_a_person
