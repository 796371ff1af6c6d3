"""What was revoked for good, remembered apart from the data, of which an older copy may return.

`revoke(name)`, durable when it returns; `revoked() -> Iterator[str]`, the first first
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from troth.vault.persons import pages
from troth.vault.store import open_store


def revoke(name: str) -> None:
    """Remember that something was revoked. Idempotent."""
    with open_store().transaction() as run:
        run(
            "INSERT OR IGNORE INTO revoked (name, at) VALUES (?, ?)",
            (name, datetime.now(UTC).isoformat()),
        )


def revoked() -> Iterator[str]:
    """Yield what was revoked."""
    yield from pages("SELECT number, name FROM revoked WHERE number > ?")
