"""What access has done by itself."""

from datetime import timedelta
from typing import Final

from troth.access.actions import end_expired_sessions
from troth.access.grants import lapse
from troth.access.invitations import clear
from troth.access.reminders import remind
from troth.policy.words import Message, mark
from troth.store.jobs import Job

JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="access.end-expired-sessions",
        what=Message(mark("Deletes the sessions of members that have ended.")),
        function=end_expired_sessions,
        period=timedelta(hours=1),
    ),
    Job(
        name="access.lapse-requests",
        what=Message(mark("Ends the requests for access that nobody decided in time.")),
        function=lapse,
        period=timedelta(hours=1),
    ),
    Job(
        name="access.remind",
        what=Message(mark("Reminds members of undertakings to sign and of reviews to do.")),
        function=remind,
        period=timedelta(hours=6),
    ),
    Job(
        name="access.forget-uninvited",
        what=Message(mark("Forgets the addresses of those who did not take their invitation.")),
        function=clear,
        period=timedelta(hours=6),
    ),
)
