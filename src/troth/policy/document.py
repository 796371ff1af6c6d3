"""What a policy is once read: statements, their places on the page, the version that holds them."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from troth.policy.diagnostic import Diagnostic
from troth.policy.register import Register
from troth.policy.words import Lang, StatementId, Text, VersionHash

Kind = Literal["promise", "practice", "right", "definition", "advice", "heading"]
Role = Literal["heading", "sentence", "item", "row"]


class Line(Struct, frozen=True):
    """One line of one language's file: a statement's text and its place on the page.

    `text` is inline Markdown without `mark` (the printed number or bullet: `2.`, `3.1`, `（一）`,
    `-`) and without the trailing `{#id}`. `level` is the heading level (1-6) or the depth of a
    list item (1 = outermost), 0 for a sentence. `opens` is true where a new paragraph, list or
    table begins. `at` is the 1-based line number in the file.
    """

    id: StatementId
    role: Role
    text: str
    mark: str = ""
    level: int = 0
    opens: bool = False
    at: int = 0


class Statement(Struct, frozen=True):
    """The smallest promise with an id, the same in each language.

    `section` is the id of the heading it stands under ("" before the first heading).
    """

    id: StatementId
    kind: Kind
    text: Text
    section: str
    kept_by: tuple[str, ...] = ()
    reading: Text | None = None


class Version(Struct, frozen=True):
    """One policy as it was written: immutable text and register under one hash.

    `statements` are in reading order and include headings and lead-ins (kind `heading`);
    `lines` hold the layout of each language; `sources` the decoded files by name; `places` the
    1-based line of each register path (`cookie.visitor.lifetime_days`) in `policy.toml`;
    `problems` what `read` found wrong but could read past.
    """

    hash: VersionHash
    statements: tuple[Statement, ...]
    register: Register
    lines: Mapping[Lang, tuple[Line, ...]]
    sources: Mapping[str, str]
    places: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()

    @property
    def promises(self) -> tuple[Statement, ...]:
        """The statements that carry a mark: all but headings and lead-ins."""
        return tuple(s for s in self.statements if s.kind != "heading")
