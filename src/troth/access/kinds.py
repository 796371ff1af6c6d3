"""Kinds of case: what of the persons of a case its members may see, and for what.

`known_kinds()` finds each `troth.<package>.casekinds` module; no package is imported by name.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Final

from msgspec import Struct

import troth
from troth.access.roles import Role
from troth.policy.words import Message

WRITTEN: Final = ("access-log", "staff-access")
"""Category and purpose of what members write (`access.notes`)."""


class CaseKind(Struct, frozen=True, kw_only=True):
    """A kind of case: what it is about, for which purposes, and which roles work on it.

    Of its persons every category may be seen that the register lets be used for the purpose, or
    those of `categories` alone where some are named. Examinations hold old views to their kinds:
    one is never taken away or narrowed, a new one stands beside it.
    """

    name: str
    what: Message
    purposes: frozenset[str]
    roles: frozenset[Role]
    categories: frozenset[str] = frozenset()

    def lets(self, category: str, purpose: str) -> bool:
        """Tell whether who works on such a case may see a category for a purpose.

        What was written to the case about its person is hers to read, whatever the kind names.
        """
        if (category, purpose) == WRITTEN:
            return True
        return purpose in self.purposes and (not self.categories or category in self.categories)


@cache
def known_kinds() -> dict[str, CaseKind]:
    """Return every kind of case by name. Raises ValueError on a name that occurs twice.

    A `casekinds` module names its kinds in `KINDS: tuple[CaseKind, ...]`.
    """
    found: dict[str, CaseKind] = {}
    for package in iter_modules(troth.__path__, "troth."):
        name = f"{package.name}.casekinds"
        if not package.ispkg or find_spec(name) is None:
            continue
        for kind in import_module(name).KINDS:
            if kind.name in found:
                raise ValueError(f"two kinds of case are called {kind.name}")
            found[kind.name] = kind
    return found
