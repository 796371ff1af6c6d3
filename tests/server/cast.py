"""What the server tests share: starts that must fail, policies that are edited, plain requests."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

from tests.services import forks
from tests.services.server import environment, free_port
from troth.site.config import bundled_policy

REFUSAL_TIMEOUT_S = 60


class Reply(NamedTuple):
    """What came back, whatever its status."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def ask(
    url: str,
    body: bytes | Any = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Reply:
    """Send a request; a body that is no bytes is sent as JSON."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None:
        sent = {"Content-Type": "application/json", **sent}
    request = urllib.request.Request(url, data=body, headers=sent, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.headers, error.read())


def troth(
    *arguments: str | Path, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, with further environment variables."""
    given = {**environment(), **(variables or {})}
    return forks.run("troth", *arguments, env=given, cwd=cwd, timeout=REFUSAL_TIMEOUT_S)


def refused_start(data: Path, *arguments: str | Path) -> str:
    """Start a server that must refuse: exit 2, one sentence, no traceback; return what it said."""
    ended = troth("serve", "--data", data, "--port", str(free_port()), *arguments)
    assert ended.returncode == 2, ended
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    return ended.stderr


def policy_copy(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """Copy the default policy, replacing `old` by `new` in `name` for each edit."""
    shutil.copytree(bundled_policy(), folder, dirs_exist_ok=True)
    for name, old, new in edits:
        edit(folder / name, old, new)
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def contents(folder: Path) -> set[str]:
    """The files of a folder, by path."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
