"""What the compiler says of a policy: code, place, reason, mend."""

from typing import Literal

from msgspec import Struct

from troth.policy.words import Message

Severity = Literal["error", "warning", "note"]


class Diagnostic(Struct, frozen=True):
    """One finding: a stable code (`T001`), where it is, why it is wrong, how to mend it.

    `line` and the columns are 1-based; `end_column` is one past the last marked character.
    `line` 0 speaks of the whole file, `file` "" of the whole folder.
    """

    code: str
    severity: Severity
    message: Message
    mend: Message
    file: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0


class UnreadablePolicyError(Exception):
    """The folder cannot be read as a policy at all: missing or broken files."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(d.message.render(str) for d in diagnostics))
        self.diagnostics = diagnostics
