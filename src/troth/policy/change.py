"""What differs between two versions, classed by the table *What a change is*."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from troth.policy.words import Lang, Message

Kind = Literal["5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "other", "editorial"]
Demand = Literal[
    "notice", "prominent", "in_software", "acknowledgement", "consent", "separate_consent"
]
What = Literal["added", "removed", "moved", "reworded", "changed"]


class Mark(Struct, frozen=True):
    """A run of words that is the same, deleted or inserted, in order of reading."""

    what: Literal["same", "deleted", "inserted"]
    text: str


class Change(Struct, frozen=True):
    """One difference: where, what, its kinds, whether it harms, what it demands, and why.

    `path` is `statement.<id>` or a register path (`cookie.visitor.lifetime_days`). `old` and
    `new` are the values as text ("" where there was none). `words` marks a rewording in each
    language in which the text differs.
    """

    path: str
    what: What
    kinds: frozenset[Kind]
    harmful: bool
    demands: frozenset[Demand]
    why: Message
    old: str = ""
    new: str = ""
    words: Mapping[Lang, tuple[Mark, ...]] = field(default_factory=dict)
