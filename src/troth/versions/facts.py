"""What is known of versions: which is in force, which waits, all there were.

`in_force(alias, at)` · `waiting(alias)` · `history(alias)` · `find(alias, reference)` ·
`document(alias, hash)` · `rulebook(alias, hash)`: of a version whose text is as it was recorded,
else TamperedVersionError
"""

from datetime import datetime
from functools import lru_cache
from typing import Final

from msgspec import Struct

from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.read import version_hash as fingerprint
from troth.policy.rulebook import Rulebook, compile
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.glance import glance, question
from troth.versions.models import Effect, StoredVersion

CACHED_VERSIONS: Final = 16
PREFIX_DIGITS_MIN: Final = 8
HASH_DIGITS: Final = 64
NUMBER_DIGITS_MAX: Final = 7
RULES: Final = "versions.rulebook"
IN_FORCE: Final = question(
    "versions.in_force",
    "SELECT v.hash FROM versions_effect e JOIN versions_storedversion v ON v.number = e.version_id"
    " WHERE e.from_at <= %s ORDER BY e.from_at DESC, v.number DESC LIMIT 1",
)


class TamperedVersionError(LookupError):
    """The stored text of a version is not the one that was recorded: it neither shows nor decides.

    `number` is the version's, `message` says what to do.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.message = Message(
            mark(
                "The stored text of version %(number)s is not the one that was recorded, so it is"
                " neither shown nor obeyed; restore the database from a backup, and look with"
                " `troth audit` for what else was changed."
            ),
            {"number": number},
        )
        super().__init__(self.message.render(str))


class Recorded(Struct, frozen=True):
    """A version with what became of it: `from_at` if it took effect, `withdrawn_at` if not."""

    version: StoredVersion
    from_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Whether it has neither taken effect nor been withdrawn."""
        return self.from_at is None and self.withdrawn_at is None


def in_force(alias: str, at: datetime) -> StoredVersion | None:
    """Return the version in force at a time; None before the first."""
    return (
        StoredVersion.objects.using(alias)
        .select_related("effect")
        .filter(effect__from_at__lte=at)
        .order_by("-effect__from_at", "-number")
        .first()
    )


def waiting(alias: str) -> StoredVersion | None:
    """Return the version that is recorded but not in force yet; there is at most one."""
    return (
        StoredVersion.objects.using(alias)
        .filter(effect=None, withdrawal=None)
        .order_by("-number")
        .first()
    )


def history(alias: str) -> tuple[Recorded, ...]:
    """Return all versions, the newest first, in one query."""
    rows = (
        StoredVersion.objects.using(alias)
        .select_related("effect", "withdrawal")
        .order_by("-number")
    )
    return tuple(
        Recorded(
            version=row,
            from_at=row.effect.from_at if hasattr(row, "effect") else None,
            withdrawn_at=row.withdrawal.at if hasattr(row, "withdrawal") else None,
        )
        for row in rows
    )


def effective_from(alias: str, number: int) -> datetime | None:
    """Return since when a version is or was in force; None if it never took effect."""
    return (
        Effect.objects.using(alias).filter(version=number).values_list("from_at", flat=True).first()
    )


def find(alias: str, reference: str) -> StoredVersion | None:
    """Return a version by its number (`3`), its hash or the first 8 or more digits of it.

    Of versions with the same text it is the newest.
    """
    versions = StoredVersion.objects.using(alias).order_by("-number")
    if not reference.isascii() or not reference.isalnum():
        return None
    if reference.isdigit() and len(reference) <= NUMBER_DIGITS_MAX:
        return versions.filter(number=int(reference)).first()
    if PREFIX_DIGITS_MIN <= len(reference) <= HASH_DIGITS:
        return versions.filter(hash__startswith=reference.lower()).first()
    return None


def document(alias: str, version_hash: str) -> Version:
    """Return the version of a hash, read once.

    Raises LookupError if it was never recorded, TamperedVersionError if its text was changed.
    """
    return _document(alias, version_hash)


def rulebook(alias: str, version_hash: str) -> Rulebook:
    """Return the compiled version of a hash, compiled once. Raises LookupError as `document`."""
    return _rulebook(alias, version_hash)


def current_rulebook(tx: Tx) -> Rulebook | None:
    """Return the rulebook in force at the transaction's moment, looked up once in it.

    Raises TamperedVersionError.
    """
    if RULES not in tx.memo:
        found = glance(tx, IN_FORCE)
        tx.memo[RULES] = None if found is None else rulebook(tx.alias, found)
    rules: Rulebook | None = tx.memo[RULES]
    return rules


def all_files(alias: str) -> dict[str, dict[str, bytes]]:
    """Return the policy folder of every version by its hash, as stored: for who verifies."""
    return {stored.hash: stored.files for stored in StoredVersion.objects.using(alias)}


def stored_document(stored: StoredVersion) -> Version:
    """Read a version from its stored bytes, remembering nothing. Raises TamperedVersionError."""
    files = stored.files
    if fingerprint(files) != stored.hash:
        raise TamperedVersionError(stored.number)
    return read(files)


@lru_cache(maxsize=CACHED_VERSIONS)
def _document(alias: str, version_hash: str) -> Version:
    stored = find(alias, version_hash)
    if stored is None:
        raise LookupError(f"no version {version_hash} is recorded")
    return stored_document(stored)


@lru_cache(maxsize=CACHED_VERSIONS)
def _rulebook(alias: str, version_hash: str) -> Rulebook:
    return compile(_document(alias, version_hash))
