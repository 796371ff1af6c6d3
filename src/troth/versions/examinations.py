"""What the controls of versions look at: the stored rows and bytes, never what is cached."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec
from django.db import connections

from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.diff import diff, needs_nothing
from troth.policy.promise import Evidence
from troth.policy.read import read, version_hash
from troth.policy.words import LANGS, Message, mark
from troth.store import immutable as guard
from troth.versions.chain import chain_hash
from troth.versions.languages import changed_in_one
from troth.versions.models import TABLES, StoredVersion, as_bytes

SAMPLES_MAX: Final = 10
CACHED_FOLDERS: Final = 64

Files = tuple[tuple[str, bytes], ...]


def _versions(alias: str) -> list[StoredVersion]:
    """Return all versions with files, effect and withdrawal, the oldest first."""
    return list(
        StoredVersion.objects.using(alias)
        .select_related("effect", "withdrawal")
        .prefetch_related("file_set")
        .order_by("number")
    )


def _files(version: StoredVersion) -> Files:
    return tuple(sorted((file.name, as_bytes(file.content)) for file in version.file_set.all()))


def immutable(alias: str, now: datetime) -> Evidence:
    """Hash every stored version again, follow the chain, and look whether the guards stand."""
    wrong: list[str] = []
    versions, previous, files = _versions(alias), "", 0
    for version in versions:
        content = _files(version)
        files += len(content)
        if version_hash(dict(content)) != version.hash:
            wrong.append(f"version {version.number}: files")
        if version.previous != previous or _chain(version) != version.chain:
            wrong.append(f"version {version.number}: chain")
        previous = version.chain
    if versions:
        wrong += [f"unguarded: {table}" for table in guard.unprotected(connections[alias], TABLES)]
    return Evidence(
        control="versions.immutable",
        verdict="broken" if wrong else "kept",
        examined=len(versions),
        at=now,
        why=Message(
            mark("Something published was changed, or could be, behind the server's back.")
            if wrong
            else mark("Every version hashed again, and as it was recorded (%(count)s so far)."),
            {} if wrong else {"count": len(versions)},
        ),
        figures={mark("Versions hashed"): len(versions), mark("Files hashed"): files},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _chain(version: StoredVersion) -> str:
    return chain_hash(
        number=version.number,
        version=version.hash,
        recorded_at=version.recorded_at,
        author=version.author,
        changes=version.changes,
        previous=version.previous,
    )


def parity(alias: str, now: datetime) -> Evidence:
    """Read every stored version and compare its statements' ids between the languages."""
    wrong: list[str] = []
    versions, statements = _versions(alias), 0
    for version in versions:
        content = _files(version)
        count, faults = _compared(content)
        before = _in_force_before(version, versions)
        if before is not None and not faults:
            faults = _one_sided(_files(before), content)
        statements += count
        wrong += [f"version {version.number}: {fault}" for fault in faults]
    return Evidence(
        control="versions.parity",
        verdict="broken" if wrong else "kept",
        examined=statements if not wrong else max(statements, len(wrong)),
        at=now,
        why=Message(
            mark("A version does not say the same statements in each language.")
            if wrong
            else mark("The same statements in each language, in every version (%(count)s so far)."),
            {} if wrong else {"count": len(versions)},
        ),
        figures={mark("Versions read"): len(versions), mark("Statements compared"): statements},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


@lru_cache(maxsize=CACHED_FOLDERS)
def _compared(files: Files) -> tuple[int, tuple[str, ...]]:
    """Return how many statements a folder has, and where its languages differ."""
    names = {name for name, _ in files}
    if missing := sorted({f"{lang}.md" for lang in LANGS} - names):
        return 0, tuple(f"no {name}" for name in missing)
    try:
        version = read(dict(files))
    except UnreadablePolicyError as error:
        return 0, tuple(f"{d.code} {d.file}" for d in error.diagnostics)
    ids = {lang: [line.id for line in version.lines.get(lang, ())] for lang in LANGS}
    first, *others = LANGS
    faults = []
    for other in others:
        faults += [f"{i} not in {other}" for i in _without(ids[first], ids[other])]
        faults += [f"{i} not in {first}" for i in _without(ids[other], ids[first])]
        if not faults and ids[first] != ids[other]:
            faults.append("order")
    return len(ids[first]), tuple(faults)


def _in_force_before(version: StoredVersion, versions: list[StoredVersion]) -> StoredVersion | None:
    """Return the version that was in force when one was recorded: what it is a change of."""
    earlier = [
        other
        for other in versions
        if other.number < version.number
        and hasattr(other, "effect")
        and other.effect.from_at <= version.recorded_at
    ]
    return max(earlier, key=lambda other: (other.effect.from_at, other.number), default=None)


@lru_cache(maxsize=CACHED_FOLDERS)
def _one_sided(before: Files, after: Files) -> tuple[str, ...]:
    """Return which statements a version rewords in one language only."""
    try:
        changes = diff(read(dict(before)), read(dict(after)))
    except UnreadablePolicyError:
        return ()  # the older one is named at its own place
    return tuple(f"{i} changed in one language" for i in changed_in_one(changes))


def _without(ids: Iterable[str], others: Iterable[str]) -> list[str]:
    there = set(others)
    return [i for i in ids if i not in there]


def history(alias: str, now: datetime) -> Evidence:
    """Look whether the history is whole: no gap, and exactly one version in force at each time."""
    versions = _versions(alias)
    wrong = [*_gaps(versions), *_incomplete(versions), *_misplaced(versions, now)]
    effects = sum(hasattr(version, "effect") for version in versions)
    return Evidence(
        control="versions.history",
        verdict="broken" if wrong else "kept",
        examined=len(versions),
        at=now,
        why=Message(
            mark("The history has a gap, or says of a time what cannot be.")
            if wrong
            else mark("No gap, and exactly one version in force at each time (%(count)s so far)."),
            {} if wrong else {"count": len(versions)},
        ),
        figures={mark("Versions in the history"): len(versions), mark("Took effect"): effects},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _gaps(versions: list[StoredVersion]) -> list[str]:
    numbers = {version.number for version in versions}
    return [f"version {n}: missing" for n in range(1, max(numbers, default=0)) if n not in numbers]


def _incomplete(versions: list[StoredVersion]) -> list[str]:
    """Return the versions whose line of the history page cannot be told in full."""
    wrong = []
    for version in versions:
        if not version.author or not version.file_set.all():
            wrong.append(f"version {version.number}: incomplete")
        try:
            version.change_list  # noqa: B018 - to see whether it can be read
        except msgspec.DecodeError:
            wrong.append(f"version {version.number}: changes")
    return wrong


def _may_wait(version: StoredVersion) -> bool:
    """Tell whether anything kept a version from taking effect when it was recorded.

    Nothing keeps the first, nor one whose changes demand nothing. Changes that nobody can read
    are told elsewhere.
    """
    try:
        return version.number > 1 and not needs_nothing(version.change_list)
    except msgspec.DecodeError:
        return True


def _misplaced(versions: list[StoredVersion], now: datetime) -> list[str]:
    """Return the versions that took effect when they cannot have, or not when they must have."""
    wrong = []
    for version in versions:
        took_effect, withdrawn = hasattr(version, "effect"), hasattr(version, "withdrawal")
        if took_effect and withdrawn:
            wrong.append(f"version {version.number}: in effect and withdrawn")
        if (
            not took_effect
            and not withdrawn
            and (version is not versions[-1] or not _may_wait(version))
        ):
            wrong.append(f"version {version.number}: neither in effect nor withdrawn")
        if took_effect and version.effect.from_at < version.recorded_at:
            wrong.append(f"version {version.number}: in effect before it was recorded")
        if version.recorded_at > now:
            wrong.append(f"version {version.number}: recorded in the future")
    times = [(v.effect.from_at, v.number) for v in versions if hasattr(v, "effect")]
    wrong += [
        f"version {number}: in effect no later than version {before_number}"
        for (before, before_number), (after, number) in pairwise(times)
        if after <= before
    ]
    if versions and not any(from_at <= now for from_at, _ in times):
        wrong.append("no version in force")
    return wrong
