"""The chain through all versions: each row's hash covers the row before."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec


def chain_hash(
    *, number: int, version: str, recorded_at: datetime, author: str, changes: str, previous: str
) -> str:
    """Return the SHA-256 (hex) over the canonical JSON of one row of `StoredVersion`."""
    row = {
        "author": author,
        "changes": changes,
        "hash": version,
        "number": number,
        "previous": previous,
        "recorded_at": recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return sha256(msgspec.json.encode(row, order="sorted")).hexdigest()
