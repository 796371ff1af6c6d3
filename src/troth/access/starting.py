"""What a new server begins with: the first undertaking, and two procedures to be made one's own.

`begin(tx) -> None`     at each start; writes what there never was, and nothing else
`starter(name, lang) -> str`
"""

from datetime import timedelta
from importlib.resources import files
from typing import Final

from troth.access.models import Procedure, UndertakingText
from troth.access.organisation import Draft, write
from troth.access.undertakings import write_text
from troth.policy.words import Lang
from troth.store import Tx
from troth.store.locks import serialise

UNDERTAKING: Final = "undertaking"
PROCEDURES: Final = ("access-to-personal-data", "security-incident")
FIRST_REVIEW: Final = timedelta(days=30)
"""A text nobody here has read is looked at soon."""


def begin(tx: Tx) -> None:
    """Record the first undertaking and the starter procedures where there never were any."""
    texts = UndertakingText.objects.using(tx.alias)
    procedures = Procedure.objects.using(tx.alias)
    if texts.exists() and procedures.exists():
        return
    serialise(tx, "access.starting")
    if not texts.exists():
        write_text(tx, starter(UNDERTAKING, "zh"), starter(UNDERTAKING, "en"))
    if not procedures.exists():
        for name in PROCEDURES:
            zh, en = starter(name, "zh"), starter(name, "en")
            write(
                tx, name, Draft(title_of(zh), title_of(en), body_of(zh), body_of(en)), FIRST_REVIEW
            )


def starter(name: str, lang: Lang) -> str:
    """Return the shipped text of a name in a language."""
    return (files("troth.access") / "starters" / f"{name}.{lang}.md").read_text(encoding="utf-8")


def title_of(text: str) -> str:
    """Return the first line of a text, which is its title."""
    return text.partition("\n")[0].removeprefix("# ")


def body_of(text: str) -> str:
    """Return a text without its title."""
    return text.partition("\n")[2].strip() + "\n"
