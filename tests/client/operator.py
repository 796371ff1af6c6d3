"""What an operator does on her server while it runs: `python -m tests.client.operator DATA [URL]`.

One command a line as JSON, one answer a line. It is one process for many tests: each start of
Django costs as much as a hundred calls.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from troth.site import boot
from troth.site import config as configuration

SHARED: Final = {"site": "main", "label": "Test", "per_minute": 100_000}


def make(**wanted: Any) -> str:
    """Make a key of the main site and return it as it is written."""
    from troth.sites.actions import Wanted  # noqa: PLC0415 - needs Django set up
    from troth.sites.actions import make as make_key  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    told = {**SHARED, **wanted}
    told["scopes"], told["origins"] = frozenset(told["scopes"]), tuple(told.get("origins", ()))
    return transact(make_key, Wanted(**told)).text


def erase(subject: str) -> None:
    """Erase who is known by an id."""
    from troth.people import erasure  # noqa: PLC0415 - needs Django set up
    from troth.people.subjects import find_external  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    person = transact(find_external, subject)
    assert person is not None
    erasure.erase(person, "asked")


def held(ids: list[str]) -> dict[str, Any]:
    """Tell how often each record is there with its entry, and how many there are in all."""
    from troth.collection.models import Record  # noqa: PLC0415 - needs Django set up
    from troth.ledger.models import Entry  # noqa: PLC0415 - the same

    rows = Counter(str(pk) for pk in Record.objects.values_list("pk", flat=True))
    entries = Entry.objects.filter(kind="collection.recorded").values_list("pk", flat=True)
    entered = Counter(str(pk) for pk in entries)
    once = [one for one in ids if rows[one] == 1 and entered[one] == 1]
    return {"once": len(once), "records": rows.total(), "entries": entered.total()}


def said(subjects: list[str]) -> list[int]:
    """Tell how many choices are kept of each."""
    from troth.consent.models import Choice  # noqa: PLC0415 - needs Django set up
    from troth.people.subjects import find_subjects  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    known = transact(find_subjects, subjects)
    return [Choice.objects.filter(subject=known.get(one, "-")).count() for one in subjects]


def verified() -> dict[str, Any]:
    """Verify the ledger as `troth ledger verify` does, with all entries integrated."""
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - needs Django set up
    from troth.ledger.verify import verify  # noqa: PLC0415 - the same
    from troth.ledger.verify.data import DataSource  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    integrate_all(Store())
    alias = Store().alias
    report = verify(DataSource(alias, lambda: facts.all_files(alias)))
    return {
        "holds": report.holds,
        "entries": sum(one.size for one in report.epochs),
        "findings": [str(one) for one in report.findings],
    }


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    one.__name__: one for one in (make, erase, held, said, verified)
}

if __name__ == "__main__":
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    flags = {"data": Path(sys.argv[1]), **({"database": url} if url else {})}
    boot.open_data(configuration.load(flags))
    for line in sys.stdin:
        name, given = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](**given)) + "\n")
        sys.stdout.flush()
