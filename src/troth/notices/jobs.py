"""What notices has done by itself: mail is sent."""

from datetime import timedelta
from typing import Final

from django.conf import settings

from troth.notices.sending import send_due
from troth.people.mail import SENT_BY
from troth.policy.words import Message, mark
from troth.store.jobs import Job
from troth.store.jobs_worker import Step
from troth.wire.smtp_server import parse_sender


def send_mail(step: Step) -> None:
    """Send the mails that are due; where no server is set they wait."""
    server = settings.TROTH_SMTP_SERVER()
    if server is not None:
        send_due(
            step.store, server, parse_sender(settings.TROTH_MAIL_FROM), ending=lambda: step.ending
        )


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name=SENT_BY,
        what=Message(mark("Sends the mails that wait, once a mail server is set.")),
        function=send_mail,
        period=timedelta(minutes=1),
        outside=True,  # mail cannot be taken back
    ),
)
