"""What every question from outside must pass before it is read."""

from typing import Final

from troth.policy.words import Message, mark
from troth.store.rate import Limit, network_of
from troth.versions.problem import ProblemError

PER_ADDRESS: Final = Limit("decisions", times=600, seconds=60)


def demand_json(content_type: str) -> None:
    """Refuse a body that is not sent as JSON: ProblemError 415."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(
            415, "not-json", Message(mark("Send the body as Content-Type: application/json."))
        )


def demand_patience(address: str) -> None:
    """Refuse who asks more often than `PER_ADDRESS` allows: ProblemError 429."""
    wait = PER_ADDRESS.wait_seconds(network_of(address))
    if wait:
        raise ProblemError(
            429,
            "too-many-questions",
            Message(mark("Too many questions; ask again in %(wait)s seconds."), {"wait": wait}),
            retry_after=wait,
        )
