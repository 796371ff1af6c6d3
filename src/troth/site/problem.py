"""What an operator is told when Troth cannot go on: what is wrong and how to mend it."""

from collections.abc import Sequence

from troth.policy.diagnostic import Diagnostic
from troth.policy.words import Message, mark


class CannotGoOnError(Exception):
    """Something outside the code is wrong; the command line prints the message and exits 2."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class PolicyRefusedError(CannotGoOnError):
    """The policy folder has errors; `diagnostics` holds them, and warnings beside them."""

    def __init__(self, folder: object, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(
            Message(
                mark(
                    "The policy folder %(folder)s has errors, so nothing was changed;"
                    " mend them and try again."
                ),
                {"folder": folder},
            )
        )
        self.folder = folder
        self.diagnostics = tuple(diagnostics)
