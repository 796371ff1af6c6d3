"""What comes in from outside is written by the process's one writer, many calls in one commit.

`write(actor, needs, verb, …)`     returns once it is durable; raises what the verb raised,
                                   BusyError, UnavailableError
`hand_over(committer)`             from a serving process; without one each call has a transaction
"""

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from troth.store import Tx, transact_as
from troth.store.committer import Committer, UnavailableError
from troth.vault.persons import Named, prepare
from troth.vault.values import PersonId

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
WAIT_SECONDS: Final = 30.0
"""A commit that takes longer is as good as lost to whoever waits."""

_writer: Committer | None = None


def hand_over(committer: Committer | None) -> None:
    """Have calls be written by a committer from now on; None: each by itself again."""
    global _writer  # noqa: PLW0603 - one writer a process
    _writer = committer


def write(
    actor: str,
    needs: Iterable[PersonId | Named],
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run `verb(tx, …)` and return its result once it is durable.

    `needs` are persons whose keys must be there first. A verb may be run twice where another of its
    group fails, so it changes nothing but the database and the key store.
    """
    writer: Any = _writer
    if writer is None:
        prepared = list(needs)
        if prepared:
            prepare(prepared)
        return transact_as(actor, verb, *args, **kwargs)
    future = writer.submit_as(actor, needs, verb, *args, **kwargs)
    try:
        result: Result = future.result(WAIT_SECONDS)
    except TimeoutError as error:
        future.cancel()  # so that what has not begun is not done after it was told as lost
        raise UnavailableError("timeout") from error
    return result
