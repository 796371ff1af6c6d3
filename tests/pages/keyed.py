"""Keys as the tests of pages make, find and try them."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from tests.access.house import House, act
from troth.access import keys
from troth.sites.actions import Made, Wanted
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Call, authenticate
from troth.sites.words import SCOPES

SITES: Final = "/console/sites"
NEW: Final = "/console/sites/main/new"
SECRET: Final = Wanted(site="main", kind="secret", label="Back end", scopes=frozenset(SCOPES))
WRITTEN: Final = re.compile(r"troth_t?[sp]k_[a-z2-9]{12}_[A-Za-z0-9_-]{43}")


def given(**other: Any) -> dict[str, Any]:
    """Return what is sent for a secret live key."""
    sent = {"kind": "secret", "label": "Back end", "scopes": ["records"], "per_minute": "600"}
    return sent | other


def make(staff: House, **other: Any) -> Made:
    wanted = {name: getattr(SECRET, name) for name in SECRET.__struct_fields__}
    return act(staff["engineer"], keys.make, Wanted(**wanted | other), at=datetime.now(UTC))


def shown_in(answer: Any) -> str:
    """Return the one key a page shows."""
    found = set(WRITTEN.findall(answer.content.decode()))
    assert len(found) == 1
    return str(found.pop())


def works(text: str, scope: Any = "records", origin: str = "") -> bool:
    try:
        authenticate(Call(f"Bearer {text}", origin, "192.0.2.1"), scope, datetime.now(UTC))
    except KeyRefusedError:
        return False
    return True
