"""A ledger with some entries, a copy of it, and how it is verified."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from troth.gate import decide
from troth.gate.facts import UseFacts
from troth.ledger import LedgerEntry, record
from troth.ledger.copy import write_copy
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import LogSource, Report, verify
from troth.ledger.verify.data import DataSource
from troth.ledger.verify.folder import FolderSource
from troth.store import Store, Tx, transact
from troth.versions import facts

ALIAS: Final = Store().alias
EXAMPLE: Final = Path(__file__).resolve().parents[2] / "examples" / "verify_ledger.py"


def enter(tx: Tx, count: int) -> None:
    """Enter uses of an account, each with a decision that can be decided again."""
    rules = facts.current_rulebook(tx)
    for number in range(count):
        about = {"number": number}
        if rules is None:
            record(tx, LedgerEntry("test.thing", about=about))
            continue
        asked = UseFacts(category="account", purpose="account")
        decision = decide(rules, asked, tx.now)
        entry = LedgerEntry("test.use", rules.version, about=about, facts=asked, decision=decision)
        record(tx, entry)


def filled(count: int) -> None:
    """Open the log and enter and integrate some entries."""
    open_log(Store())
    transact(enter, count)
    integrate_all(Store())


def source() -> DataSource:
    """Return the data as a source."""
    return DataSource(ALIAS, lambda: facts.all_files(ALIAS))


def copied(folder: Path) -> Path:
    """Write an auditor's copy."""
    write_copy(source(), folder)
    return folder


def codes(report: Report) -> set[tuple[str, int | None]]:
    """Return what was found, by code and index."""
    return {(one.code, one.index) for one in report.findings}


def check(target: Path | LogSource, **options: object) -> Report:
    """Verify a copy or a source."""
    found = FolderSource(target) if isinstance(target, Path) else target
    return verify(found, **options)  # type: ignore[arg-type]  # passed on as they are


def stranger(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the independent verifier on a copy."""
    return subprocess.run(
        [sys.executable, str(EXAMPLE), str(folder)], capture_output=True, text=True, check=False
    )


def edit(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file's bytes, which must make a difference."""
    before = file.read_bytes()
    after = change(before)
    assert before != after
    file.write_bytes(after)
