"""What the vault refuses, and what may be wrong with the key store."""

from troth.policy.words import Message, mark


class KeyStoreError(Exception):
    """The key store cannot be used; `message` says what is wrong, where, and how to mend it."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class ErasedError(Exception):
    """The person was erased: nothing of hers is sealed, opened or found any more."""

    def __init__(self) -> None:
        self.message = Message(mark("This person was erased; nothing of hers can be opened."))
        super().__init__(self.message.render(str))


class TakenError(Exception):
    """Somebody else is known by this value."""

    def __init__(self) -> None:
        self.message = Message(mark("Somebody else is known by this value."))
        super().__init__(self.message.render(str))


class NotOpenedError(Exception):
    """The permit does not open this value: another person, category or field."""

    def __init__(self) -> None:
        self.message = Message(mark("The permit does not open this value."))
        super().__init__(self.message.render(str))


class DamagedError(Exception):
    """A sealed value is not the one that was sealed, or stands where it does not belong."""

    def __init__(self) -> None:
        self.message = Message(
            mark("A sealed value is damaged, or stands where it does not belong.")
        )
        super().__init__(self.message.render(str))
