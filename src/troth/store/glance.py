"""What nearly every verb asks of the database first: asked together, in one query a transaction."""

from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from troth.store.driver import moment, run
from troth.store.transaction import Tx

GLANCE: Final = "store.glance"


class Question(Struct, frozen=True):
    """A query of one value; `%s` in it, once at most, stands for the transaction's moment."""

    name: str
    sql: str


_questions: dict[str, Question] = {}


def question(name: str, sql: str) -> Question:
    """Have a query asked with the others; to be called as a module is loaded."""
    asked = _questions[name] = Question(name, sql)
    return asked


def glance(tx: Tx, asked: Question) -> Any:
    """Return the answer as it was when the transaction first asked any of the questions."""
    found = tx.memo.get(GLANCE)
    if found is None or asked.name not in found:
        found = tx.memo[GLANCE] = _look(tx)
    return found[asked.name]


def look_anew(tx: Tx) -> None:
    """Have the questions be asked again, after a lock was waited for."""
    tx.memo.pop(GLANCE, None)


def _look(tx: Tx) -> dict[str, Any]:
    names, sql, moments = _all_of(tuple(_questions.values()))
    (answers,) = run(tx.alias, sql, [moment(tx.alias, tx.now)] * moments)
    return dict(zip(names, answers, strict=True))


@lru_cache(maxsize=1)
def _all_of(asked: tuple[Question, ...]) -> tuple[tuple[str, ...], str, int]:
    """Return the questions' names, the query that asks them, and how many moments it takes."""
    sql = f"SELECT {', '.join(f'({one.sql})' for one in asked)}"
    return tuple(one.name for one in asked), sql, sum("%s" in one.sql for one in asked)
