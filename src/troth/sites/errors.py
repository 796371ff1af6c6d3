"""Why a key is not made, not found or not obeyed."""

from typing import Any

from troth.policy.words import Message, mark


class UnfitKeyError(Exception):
    """A key can't be made so: `part` names what of it, `message` how to mend it."""

    def __init__(self, part: str, message: Message) -> None:
        self.part, self.message = part, message
        super().__init__(message.render(str))


class NoKeyError(LookupError):
    """There is no such key that still works."""

    def __init__(self) -> None:
        self.message = Message(mark("There is no such key, or it has ended already."))
        super().__init__(self.message.render(str))


class KeyRefusedError(Exception):
    """A call is not obeyed: HTTP status, stable code, what is wrong and how to mend it."""

    def __init__(self, status: int, code: str, message: Message, **more: Any) -> None:
        self.status, self.code, self.message, self.more = status, code, message, more
        super().__init__(code)
