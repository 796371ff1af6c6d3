"""What an operator is told when Troth cannot go on: one sentence, what is wrong and how to mend it."""

from troth.policy.words import Message


class CannotGoOnError(Exception):
    """Something outside the code is wrong; the command line prints the message and exits 2."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message
