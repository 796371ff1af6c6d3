"""The examples are short, and do what they say when they are run as their first line tells."""

import ast
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.client.served import Served
from tests.services.server import environment, free_port

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLES: Final = ROOT / "examples"
LINES_BELOW: Final = 15
RUN: Final[Mapping[str, tuple[str, ...]]] = {
    "with_django": ("django-admin", "runserver", "--settings=with_django"),
    "with_flask": ("flask", "--app", "with_flask", "run"),
    "with_fastapi": ("uvicorn", "with_fastapi:app"),
}
AT: Final[Mapping[str, tuple[str, ...]]] = {
    "with_django": ("--noreload", "localhost:{port}"),
    "with_flask": ("--port", "{port}"),
    "with_fastapi": ("--port", "{port}"),
}
"""What a test adds: a port of its own, and no second process."""


@pytest.mark.parametrize("example", RUN)
def test_an_example_is_short_and_says_how_it_is_run(example: str) -> None:
    text = (EXAMPLES / f"{example}.py").read_text(encoding="utf-8")
    says = ast.get_docstring(ast.parse(text)) or ""
    code = [line for line in text.split('"""')[2].splitlines() if line.strip()]
    assert len(code) < LINES_BELOW
    assert " ".join(RUN[example]) in says


@contextmanager
def running(example: str, served: Served) -> Iterator[str]:
    """Run an example as a user would, against a served Troth; yield its address."""
    port = free_port()
    program = Path(sys.executable).parent / RUN[example][0]
    command = [str(program), *RUN[example][1:]]
    command += [one.format(port=port) for one in AT[example]]
    variables = {
        **environment(),
        "PYTHONPATH": os.pathsep.join([str(EXAMPLES), str(ROOT / "client/src")]),
        "TROTH_URL": served.url,
        "TROTH_KEY": served.key,
    }
    process = subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    yield f"http://localhost:{port}"
    process.terminate()
    process.communicate(timeout=30)


def post(address: str, given: Mapping[str, str], *, as_json: bool) -> tuple[int, Any]:
    """Send a form, or JSON, as soon as somebody listens."""
    body = json.dumps(given) if as_json else urllib.parse.urlencode(given)
    asked = urllib.request.Request(address, body.encode(), method="POST")  # noqa: S310 - our own
    if as_json:
        asked.add_header("Content-Type", "application/json")
    for _ in range(300):
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - the same
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
        except urllib.error.URLError:
            time.sleep(0.05)  # it listens some moments after its start
    raise AssertionError(f"nobody listens at {address}")


@pytest.mark.slow
@pytest.mark.either
@pytest.mark.parametrize("example", RUN)
def test_an_example_hands_in_what_is_declared_and_tells_why_not(
    example: str, keyed_troth: Served, user: str
) -> None:
    as_json = example == "with_fastapi"
    with running(example, keyed_troth) as address:
        page = f"{address}/profile/{user}"
        status, taken = post(page, {"email": f"{user}@example.com"}, as_json=as_json)
        assert (status, taken["statement"]) == (200, "collection.direct"), taken
        wrong = {"email": f"{user}@example.com", "shoe_size": "43"}
        status, no = post(page, wrong, as_json=as_json)
        assert (status, no["statement"]) == (422, "collection.definition")
        assert "shoe_size" in no["why"]
    assert keyed_troth.operator("held", ids=[taken["record"]])["once"] == 1
    assert keyed_troth.troth.use(user, "account", ["email"], purpose="notices") == {
        "email": f"{user}@example.com"
    }
