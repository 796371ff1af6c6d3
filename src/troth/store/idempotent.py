"""A call that is made twice is done once: the second is given the first one's answer.

`once(tx, asked, run) -> Answer`     raises MismatchError, InProgressError
`is_answered(tx, asked) -> bool`     raises MismatchError; to be asked before the transaction
The answer is kept in the transaction of what it tells, so whenever the process is killed there are
both or neither. After `KEPT` it is forgotten. (The `Idempotency-Key` header, IETF draft
idempotency-key-header-07.)
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Final

from msgspec import Struct

from troth.policy.words import Message, mark
from troth.store.locks import try_hold
from troth.store.models import StoredAnswer
from troth.store.rows import Rows
from troth.store.transaction import Tx

KEPT: Final = timedelta(hours=24)
KEY_LENGTH_MAX: Final = 200
DONE_BELOW: Final = 400
"""From this status on (RFC 9110) nothing was done."""
FORGOTTEN_ROWS_MAX: Final = 10_000
MEMO: Final = "store.answers"
ANSWERS: Final = Rows(
    "store_answer",
    (
        ("key", "text"),
        ("request", "text"),
        ("status", "int2"),
        ("body", "bytea"),
        ("at", "timestamptz"),
    ),
    key=("key",),
)


class Asked(Struct, frozen=True):
    """Who asks, by which key of her own (1 to 200 characters), and the bytes of what is asked.

    `caller` tells apart all who may not be given one another's answers: a key's id, and beside a
    publishable key the subject it speaks for. `request` covers method and path too.
    """

    caller: str
    key: str
    request: bytes

    def __repr__(self) -> str:
        return f"Asked({self.caller})"


class Answer(Struct, frozen=True):
    """A status (RFC 9110) and the bytes of a body; `replayed` where it was given before.

    The body holds ids and names of the policy, never a value of a person.
    """

    status: int
    body: bytes
    replayed: bool = False


class RepeatError(Exception):
    """The call can't be answered as one that is made twice: `status` and `code` for the edge."""

    status: int
    code: str

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class MismatchError(RepeatError):
    """The same key came with another call."""

    status = 422
    code = "idempotency-mismatch"


class InProgressError(RepeatError):
    """The first call with this key is being done just now."""

    status = 409
    code = "idempotency-in-progress"


def once(tx: Tx, asked: Asked, run: Callable[[], Answer]) -> Answer:
    """Answer a call: as it was answered before, else by `run`, whose answer is kept.

    What is refused (from 400 on) has done nothing and is not kept: what stood in its way may be
    mended, and then the same call is done. Raises ValueError on a key that is none.
    """
    key, request = _hashes(asked)
    if not try_hold(tx, f"store.answer.{key}"):
        raise InProgressError(
            Message(
                mark(
                    "A call with this Idempotency-Key is being done just now; ask again in a"
                    " moment."
                )
            )
        )
    known = _known(tx, key)
    if known is None:
        answer = run()
        if answer.status < DONE_BELOW:
            _keep(tx, key, request, answer)
        return answer
    _demand_same(known[0], request)
    return known[1]


def is_answered(tx: Tx, asked: Asked) -> bool:
    """Tell whether a call came before and is given its answer again; nothing is written.

    So what would be refused now may be refused before it shares a transaction with others.
    """
    key, request = _hashes(asked)
    row = StoredAnswer.objects.using(tx.alias).filter(pk=key, at__gt=tx.now - KEPT).first()
    if row is None:
        return False
    _demand_same(row.request, request)
    return True


Known = tuple[str, Answer]
"""The hash of what was asked, and the answer as it is given again."""


def _hashes(asked: Asked) -> tuple[str, str]:
    """Return by what a call is known, and the hash of what is asked."""
    if not 0 < len(asked.key) <= KEY_LENGTH_MAX:
        raise ValueError(f"a key has 1 to {KEY_LENGTH_MAX} characters")
    return _hash(asked.caller, asked.key), sha256(asked.request).hexdigest()


def _demand_same(known: str, request: str) -> None:
    if known != request:
        raise MismatchError(
            Message(
                mark("This Idempotency-Key came with another call before; give each call its own.")
            )
        )


def _hash(caller: str, key: str) -> str:
    return sha256(f"{len(caller)}:{caller}:{key}".encode()).hexdigest()


def _known(tx: Tx, key: str) -> Known | None:
    """Return what is kept: of a group commit what its other verbs have kept is not written yet."""
    fresh: dict[str, Known] = tx.memo.setdefault(MEMO, {})
    if key in fresh:
        return fresh[key]
    row = StoredAnswer.objects.using(tx.alias).filter(pk=key).first()
    if row is None:
        return None
    if row.at <= tx.now - KEPT:
        row.delete(using=tx.alias)
        return None
    return row.request, Answer(row.status, bytes(row.body), replayed=True)


def _keep(tx: Tx, key: str, request: str, answer: Answer) -> None:
    fresh: dict[str, Known] = tx.memo.setdefault(MEMO, {})
    fresh[key] = request, Answer(answer.status, answer.body, replayed=True)
    tx.pending.add(ANSWERS, (key, request, answer.status, answer.body, tx.now))


def forget_answers(tx: Tx) -> None:
    """Drop the answers nobody is given any more, so many rows at a time."""
    rows = StoredAnswer.objects.using(tx.alias)
    old = rows.filter(at__lte=tx.now - KEPT).values_list("pk", flat=True)
    rows.filter(pk__in=list(old[:FORGOTTEN_ROWS_MAX])).delete()
