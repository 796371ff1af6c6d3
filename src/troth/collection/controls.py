"""Controls of collection: everything held is in the register, and says where it came from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Cursor, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(hours=1)
DIRECT: Final = frozenset({StatementId("collection.direct")})
CHOICES: Final = frozenset({StatementId("cookies.control"), StatementId("disclosure.consent")})
DEFINITION: Final = frozenset({StatementId("collection.definition")})


def _examine(name: str) -> Callable[..., Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up.

    It takes a cursor where it is a control's `resume`.
    """

    def examine(store: Store, now: datetime, *cursor: Cursor) -> Evidence:
        module = import_module(f"troth.collection.examinations_{name}")
        found: Evidence = module.examine(store.alias, now, *cursor)
        return found

    return examine


def _sabotage(name: str, breaks: frozenset[StatementId], module: str = "sabotages") -> Sabotage:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def commit(store: Store) -> None:
        found = import_module(f"troth.collection.{module}")
        getattr(found, name.replace("-", "_"))(store)

    return Sabotage(f"collection.{name}", breaks, commit)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="collection.registered-fields",
        proves=Message(
            mark(
                "Every field that is stored of anybody, in whatever table, is in the register of"
                " the version it was taken in under, in that category, with a class; of what the"
                " server itself wrote, its category is."
            )
        ),
        period=PERIOD,
        examine=_examine("register"),
        resume=_examine("register"),
        sabotages=(
            # what no entry tells of has no provenance either
            _sabotage("value-unregistered", DEFINITION | DIRECT),
            _sabotage("record-unregistered", DEFINITION | DIRECT),
            # a choice that no entry tells of is not as it was said, either
            _sabotage("other-table-unregistered", DEFINITION | CHOICES),
        ),
    ),
    Control(
        name="collection.provenance",
        proves=Message(
            mark(
                "Every value and record that is held names its source, its purpose and the version"
                " in force when it was taken in, as the register declares them; it is what its"
                " entry in the ledger committed to, of that person, field and moment, held once;"
                " and what was entered is held still, unless she was erased, it was replaced, or"
                " its days were over."
            )
        ),
        period=PERIOD,
        examine=_examine("provenance"),
        resume=_examine("provenance"),
        sabotages=(
            _sabotage("source-missing", DIRECT),
            _sabotage("record-of-another", DIRECT),
            _sabotage("value-of-another", DIRECT),
            _sabotage("purpose-changed", DIRECT),
            _sabotage("version-not-in-force", DIRECT),
            _sabotage("value-kept-for-ever", DIRECT),
            _sabotage("values-exchanged", DIRECT),
            _sabotage("value-doubled", DIRECT),
            _sabotage("value-removed", DIRECT),
            _sabotage("value-emptied", DIRECT),
            _sabotage("record-removed", DIRECT),
            _sabotage("record-of-nobody", DIRECT),
            _sabotage("person-removed", DIRECT),
        ),
    ),
    Control(
        name="collection.keys-in-scope",
        proves=Message(
            mark(
                "Every record, use and choice that came by a key of a site was within that key's"
                " scopes, from one of its origins and while it lived; and each key is as it was"
                " made, and obeyed by its own secret alone."
            )
        ),
        period=PERIOD,
        examine=_examine("keys"),
        resume=_examine("keys"),
        sabotages=tuple(
            _sabotage(name, DIRECT, "sabotages_keys")
            for name in (
                "record-without-scope",
                "record-by-a-trial-key",
                "record-after-revocation",
                "choice-from-elsewhere",
                "key-widened",
                "key-exchanged",
                "key-hurried",
                "key-of-another-maker",
            )
        ),
    ),
)
