"""The values the vault takes and gives: sealed ones, opened ones, and who they are of. Pure."""

from hashlib import sha256
from typing import Any, Final, NewType, NoReturn

from msgspec import Struct

PersonId = NewType("PersonId", str)
"""32 hexadecimal digits, random: tells nothing of who bears it."""

HIDDEN: Final = "<sealed>"


class Sealed(Struct, frozen=True, gc=False):
    """A value sealed under a person's key; it opens at this place only."""

    person: PersonId
    category: str
    field: str
    version: str
    box: bytes

    def __repr__(self) -> str:
        return f"Sealed({self.category}.{self.field})"


class Plain:
    """An opened value, shown to nobody but who asks by `reveal`.

    Not to logs, not to tracebacks, not to whatever writes JSON.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the value itself."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _spec: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Plain, self._text))

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        raise TypeError("an opened value is not pickled or copied")


def commitment(sealed: Sealed) -> bytes:
    """Return what stays when a box is erased: SHA-256 over it, by which the ledger knows it."""
    return sha256(sealed.box).digest()
