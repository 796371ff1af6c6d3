"""A mail to oneself, to see how it arrives: not too often."""

from typing import Final, Literal

from troth.notices.actions import try_out
from troth.store import transact_as
from troth.store.rate import Limit

Outcome = Literal["trial", "no-address", "too-many"]

TRIALS: Final = Limit("mail-trial", times=10, seconds=15 * 60)


def send_trial(handle: str, name: str) -> Outcome:
    """Send a mail with made-up values to a member herself. Raises as `actions.try_out`."""
    if TRIALS.wait_seconds(handle):
        return "too-many"
    return "trial" if transact_as(handle, try_out, name) else "no-address"
