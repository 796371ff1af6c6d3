"""What can be wrong with a backup, its keys, or the place it is written to or restored into."""

from troth.policy.words import Message


class BackupError(Exception):
    """A backup cannot be made or restored; `message` says what is wrong and how to mend it."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class DamagedBackupError(BackupError):
    """A backup is not what was written: damaged, cut short or tampered with."""


class WrongIdentityError(BackupError):
    """A backup is not encrypted to the identity that was given."""
