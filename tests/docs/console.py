"""Blocks of commands in the documentation, and a way to run them.

A block marked `console` is run. A line that starts with `$ ` is a command; a backslash at its end
goes on, a comment may follow after two spaces, and `# exits 1` names another exit status than 0.
The lines below are what it prints: each must occur in the output, in order; `…` stands for
anything. There is no shell: no pipes, no wildcards, and of variables only those of `VARIABLES`.
`curl` is done here, as not every machine has it.
"""

import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.evidence import proved
from tests.services import forks

FENCE: Final = re.compile(r"^(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
EXITS: Final = re.compile(r"\s+# exits (\d+)$")
COMMENT: Final = re.compile(r"\s{2,}# .*$")
PROGRAMS: Final = frozenset({"troth", "python", "curl", "cp", "mkdir", "sed", "cat"})
VARIABLES: Final = re.compile(r"\$(ADDRESS|TROTH_KEY|TROTH_TEST_KEY)\b")
TIMEOUT_S: Final = 120


class Block(Struct, frozen=True):
    """A fenced block: its language, its lines, and the line number of its fence."""

    language: str
    lines: tuple[str, ...]
    at: int


class Command(Struct, frozen=True):
    """One command, what it prints, and its exit status."""

    line: str
    prints: tuple[str, ...]
    exits: int
    at: int


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown text."""
    fence, language, at, inside = "", "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        found = FENCE.match(line)
        if not fence and found:
            fence, language, at, inside = found[1], found[2], number, []
        elif fence and found and found[1].startswith(fence) and not found[2]:
            yield Block(language, tuple(inside), at)
            fence = ""
        elif fence:
            inside.append(line)
    if fence:
        raise ValueError(f"the block of line {at} has no end")


def commands(block: Block) -> list[Command]:
    """Return the commands of a `console` block."""
    found: list[Command] = []
    going_on = False
    for number, line in enumerate(block.lines, start=block.at + 1):
        if going_on:
            last = found[-1]
            joined = f"{last.line[:-1].rstrip()} {line.strip()}"
            found[-1] = _command(joined, (), last.at)
        elif line.startswith("$ "):
            found.append(_command(line[2:], (), number))
        elif not found:
            raise ValueError(f"line {number} prints something before any command")
        elif line.strip():
            last = found[-1]
            found[-1] = Command(last.line, (*last.prints, line), last.exits, last.at)
        going_on = found[-1].line.endswith("\\") and not found[-1].prints
    return found


def _command(line: str, prints: tuple[str, ...], at: int) -> Command:
    exits = EXITS.search(line)
    bare = COMMENT.sub("", EXITS.sub("", line))
    return Command(bare, prints, int(exits[1]) if exits else 0, at)


def run(command: Command, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command in a folder and return what it printed; fail on another exit status."""
    line = VARIABLES.sub(lambda found: environment.get(found[1], found[0]), command.line)
    words = shlex.split(line)
    assert words[0] in PROGRAMS, f"{words[0]} is not run here; mark the block `text`"
    if words[0] == "curl":
        return curl(words[1:])
    if words[0] == "troth":
        troth = proved.troth if "--prove" in words else forks.run
        given = words[1:] if "--prove" in words else words
        done = troth(*given, cwd=folder, env=environment, timeout=TIMEOUT_S)
    else:
        done = subprocess.run(
            [sys.executable, *words[1:]] if words[0] == "python" else words,
            cwd=folder,
            env=dict(environment),
            check=False,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    output = done.stdout + done.stderr
    assert done.returncode == command.exits, f"{command.line} exits {done.returncode}:\n{output}"
    return output


def curl(words: list[str]) -> str:
    """Do what `curl` would with the few options the documentation uses."""
    parser = ArgumentParser("curl")
    parser.add_argument("url")
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("--json")
    asked = parser.parse_args(words)
    headers = dict(header.split(": ", 1) for header in asked.header)
    data = None
    if asked.json is not None:
        headers = {"Content-Type": "application/json", "Accept": "application/json"} | headers
        data = asked.json.encode()
    request = urllib.request.Request(asked.url, data=data, headers=headers)  # noqa: S310 - the address of our own server
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the same
            return str(answer.read().decode())
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode()


def missing(prints: tuple[str, ...], output: str) -> str | None:
    """Return the first printed line that the output lacks, in order; None if it has all."""
    place = 0
    for line in prints:
        for part in (p for p in line.strip().split("…") if p.strip()):
            found = output.find(part.strip(), place)
            if found < 0:
                return part.strip()
            place = found + len(part.strip())
    return None
