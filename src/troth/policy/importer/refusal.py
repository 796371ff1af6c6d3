"""What makes an import impossible: one sentence each, what is wrong and how to mend it."""

from troth.policy.words import Message


class ImportRefusedError(Exception):
    """The input cannot become a policy folder; nothing is written."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class TextLostError(Exception):
    """The importer itself would lose or invent text: a defect of Troth, never of the input."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message
