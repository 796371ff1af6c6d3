"""The words of keys: kinds, scopes, and how a key is written. Pure.

`troth_sk_<id>_<secret>` is secret, `pk` publishable; `tsk` and `tpk` are those of test mode.
"""

import re
from typing import Final, Literal, get_args

from msgspec import Struct

Kind = Literal["secret", "publishable"]
Scope = Literal["records", "uses", "consents", "assertions"]

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
SCOPES_OF: Final[dict[Kind, tuple[Scope, ...]]] = {
    "secret": SCOPES,
    "publishable": ("consents",),
}
"""What a key of a kind may be given: a publishable one is seen by everybody."""
PREFIXES: Final[dict[tuple[Kind, bool], str]] = {
    ("secret", False): "sk",
    ("publishable", False): "pk",
    ("secret", True): "tsk",
    ("publishable", True): "tpk",
}
ID_LENGTH: Final = 12
WRITTEN: Final = re.compile(r"troth_(t?[sp]k)_([a-z2-9]{12})_([A-Za-z0-9_-]{43})")


class Written(Struct, frozen=True):
    """A key as it was sent, in its parts."""

    prefix: str
    id: str
    secret: str

    @property
    def text(self) -> str:
        """The key as it is written."""
        return f"troth_{self.prefix}_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"Written({self.prefix}, {self.id})"


def parse(text: str) -> Written | None:
    """Return the parts of a key; None for what is none."""
    found = WRITTEN.fullmatch(text)
    return None if found is None else Written(*found.groups())
