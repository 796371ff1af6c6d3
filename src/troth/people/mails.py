"""The mails about somebody's own account."""

from typing import Final

from troth.people.mail import Mail
from troth.policy.words import Message, mark

MAILS: Final[tuple[Mail, ...]] = (
    Mail(
        name="people.recovery-used",
        what=Message(mark("Somebody signed in by a recovery code.")),
        subject=mark("A recovery code was used"),
        body=mark(
            "Hello,\n\nsomebody has just signed in as %(handle)s by a recovery code."
            " If that was you, set up a new second factor and make new codes.\n\n"
            "If it was not, change your password at once, end all other sessions, and tell an"
            " owner of the console."
        ),
        places={"handle": Message(mark("the handle of the account"))},
        samples={"handle": "m-k7f3q2"},
    ),
)
