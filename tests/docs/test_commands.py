"""What the documentation says is so: its commands run, its links lead somewhere."""

import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.docs import console
from tests.docs.keyed import keys_of
from tests.services.server import environment

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = tuple(
    sorted(str(path.relative_to(ROOT)) for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
)
PROSE: Final = tuple(
    sorted(
        str(path.relative_to(ROOT))
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "policy" / "README.md"]
    )
)
LANGUAGES: Final = frozenset(
    {"console", "text", "toml", "markdown", "json", "python", "html", "js"}
)
NEEDS_SERVER: Final = re.compile(
    r"\$ADDRESS|\btroth (?:audit|policy propose|ledger|vault|backup|key|person|consent)\b"
)
"""Commands on a running server, or on the data folder a start has made."""
LINK: Final = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_each_command_of_a_page_does_what_the_page_says(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The commands of a page run in order, in a folder that looks like a fresh clone.

    A page that asks a server gets one of its own, on the data folder of its other commands.
    """
    commands = [
        command
        for block in console.blocks(read(page))
        if block.language == "console"
        for command in console.commands(block)
    ]
    for folder in ("policy", "tests/default_policy", "tests/importer/policies", "examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    variables = dict(environment())
    if any(NEEDS_SERVER.search(command.line) for command in commands):
        server = request.getfixturevalue("fresh_troth")
        variables["ADDRESS"] = server.url
        if any("$TROTH_" in command.line for command in commands):
            variables |= keys_of(server)
    for command in commands:
        output = console.run(command, tmp_path, variables)
        absent = console.missing(command.prints, output)
        assert absent is None, f"{page}:{command.at}: {absent!r} is not in:\n{output}"


@pytest.mark.parametrize("page", PAGES)
def test_each_block_says_what_it_is(page: str) -> None:
    """So that no command is left out because nobody marked it."""
    unknown = [
        f"{page}:{block.at} {block.language!r}"
        for block in console.blocks(read(page))
        if block.language not in LANGUAGES
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PROSE)
def test_each_link_of_a_page_leads_to_a_file(page: str) -> None:
    folder = (ROOT / page).parent
    fences = "\n".join("\n".join(block.lines) for block in console.blocks(read(page)))
    dead = [
        target
        for match in LINK.finditer(read(page))
        for target in [(match[1] or match[2]).partition("#")[0]]
        if target and "://" not in target and match.group() not in fences
        if not (folder / target).exists()
    ]
    assert dead == []


def test_each_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page, target)
        for page in PROSE
        for target in re.findall(r"(?m)(?:`|^)make ([a-z-]+)", read(page))
    }
    assert {(page, target) for page, target in named if target not in targets} == set()
    assert {"serve", "test"} <= {target for _, target in named}


def test_every_choice_is_numbered_in_turn() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(len(numbers)))


def test_a_block_is_read_with_its_output_and_exit_status() -> None:
    text = "```console\n$ troth decide \\\n    a.json  # exits 1\nno …\n\n$ troth   # bare\n```\n"
    block = next(iter(console.blocks(text)))
    first, second = console.commands(block)
    assert (first.line, first.exits, first.prints) == ("troth decide a.json", 1, ("no …",))
    assert (second.line, second.exits, second.at) == ("troth", 0, 6)


def test_a_block_without_an_end_is_told() -> None:
    with pytest.raises(ValueError, match="line 1 has no end"):
        list(console.blocks("```text\nnever closed\n"))


@pytest.mark.parametrize(
    ("prints", "lacks"),
    [
        (("40 statements",), None),
        (("40 … noise",), None),
        (("noise", "40"), "40"),
        (("41 statements",), "41 statements"),
    ],
)
def test_what_a_page_says_is_printed_must_be_printed_in_order(
    prints: tuple[str, ...], lacks: str | None
) -> None:
    assert console.missing(prints, "40 statements, 6 places of noise\n") == lacks
