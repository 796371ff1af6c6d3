"""What nearly every verb asks of the database first: asked together, in one query a transaction."""

from typing import Any, Final

from django.db import connections
from msgspec import Struct

from troth.store.driver import run
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
    asked = list(_questions.values())
    moment = connections[tx.alias].ops.adapt_datetimefield_value(tx.now)
    sql = f"SELECT {', '.join(f'({one.sql})' for one in asked)}"
    (answers,) = run(tx.alias, sql, [moment for one in asked if "%s" in one.sql])
    return dict(zip((one.name for one in asked), answers, strict=True))
