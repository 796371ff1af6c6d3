"""A served Troth, whoever runs it, and who calls it by a key."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from troth_client import Troth

from tests.services.server import Server, environment

ORIGIN: Final = "https://shop.example.com"
EVERYTHING: Final = ("records", "uses", "consents", "assertions")


class Operator:
    """Whoever runs a server: keys are made, persons erased, data looked at beside it."""

    def __init__(self, server: Server) -> None:
        command = [sys.executable, "-m", "tests.client.operator", str(server.data)]
        self._process = subprocess.Popen(
            [*command, server.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment()),
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, command: str, **given: Any) -> Any:
        """Have a command of `tests.client.operator` done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, given]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Served:
    """A server with a site, its operator, and the keys she has made."""

    def __init__(self, server: Server, operator: Operator) -> None:
        self.server, self.operator = server, operator
        self.url = server.url
        self.key: str = operator("make", kind="secret", scopes=EVERYTHING)
        self.troth = Troth(self.url, self.key)

    def page_key(self) -> str:
        """Make a key of a page."""
        made = self.operator("make", kind="publishable", scopes=["consents"], origins=[ORIGIN])
        return str(made)

    def test_key(self) -> str:
        """Make a secret key in test mode."""
        return str(self.operator("make", kind="secret", scopes=EVERYTHING, test=True))


def policy_folder(folder: Path) -> Path:
    """Write a policy that tells of a site."""
    from tests.api.cast import policy_with_a_site  # noqa: PLC0415 - needs Django set up

    folder.mkdir()
    for name, content in policy_with_a_site().items():
        (folder / name).write_bytes(content)
    return folder


def somebody() -> str:
    """Return an operator's id of a user nobody knows yet."""
    return f"user-{uuid4().hex[:12]}"


def account(subject: str, **more: Any) -> dict[str, Any]:
    """Return what `record` takes for an account."""
    return {
        "subject": subject,
        "category": "account",
        "fields": {"email": f"{subject}@example.com"},
        "purpose": "account",
        "new": True,
        "of_age": True,
        **more,
    }
