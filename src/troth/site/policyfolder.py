"""The policy folder at the edge: read with limits, checked against what really runs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.reader.files import FILE_NAMES
from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError, PolicyRefusedError

if TYPE_CHECKING:
    from troth.versions.actions import Proposal

FILE_LIMIT_BYTES: Final = 5_000_000
AT_START: Final = "start"
BY_OPERATOR: Final = "operator"


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the policy's files by name; one that is missing is left to the reader to tell.

    Raises CannotGoOnError when the folder or a file cannot be read, or a file is too large.
    """
    if not folder.is_dir():
        raise CannotGoOnError(
            Message(
                mark("There is no policy folder %(folder)s; name it with --policy."),
                {"folder": folder},
            )
        )
    return {name: _read(folder / name) for name in FILE_NAMES if (folder / name).exists()}


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            content = source.read(FILE_LIMIT_BYTES + 1)
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be read (%(error)s); let this user read it."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    if len(content) > FILE_LIMIT_BYTES:
        raise CannotGoOnError(
            Message(
                mark("%(file)s has more than %(limit)s bytes; a policy file may not be longer."),
                {"file": file, "limit": FILE_LIMIT_BYTES},
            )
        )
    return content


def admit(folder: Path, files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """Check the files against the controls and forms of this server; return the warnings.

    Raises PolicyRefusedError with every finding if one of them is an error. Needs Django set up.
    """
    from troth.evidence import names  # noqa: PLC0415 - only a changed policy is checked
    from troth.policy.check import check  # noqa: PLC0415 - the same
    from troth.policy.read import read  # noqa: PLC0415 - the same
    from troth.site.surface import surface  # noqa: PLC0415 - the same

    try:
        findings = check(read(files), names(), surface())
    except UnreadablePolicyError as error:
        raise PolicyRefusedError(folder, error.diagnostics) from error
    if any(finding.severity == "error" for finding in findings):
        raise PolicyRefusedError(folder, findings)
    return findings


def is_newest(files: Mapping[str, bytes]) -> bool:
    """Tell whether the files are the newest version: the waiting one, else the one in force."""
    from troth.policy.read import version_hash  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    alias = Store().alias
    newest = facts.waiting(alias) or facts.in_force(alias, datetime.now(UTC))
    return newest is not None and newest.hash == version_hash(files)


def adopt(files: Mapping[str, bytes], author: str) -> "Proposal":
    """Record the checked files as a version, if they are not one already.

    `author` is `AT_START` or `BY_OPERATOR`: how it came in, as a name would be personal data.
    """
    from troth.policy.rulebook import RulebookError  # noqa: PLC0415 - needs Django set up
    from troth.store import transact  # noqa: PLC0415 - the same
    from troth.versions.actions import ClockSetBackError, propose  # noqa: PLC0415 - the same
    from troth.versions.facts import TamperedVersionError  # noqa: PLC0415 - the same
    from troth.versions.languages import OneLanguageChangedError  # noqa: PLC0415 - the same

    try:
        return transact(propose, files, author)
    except (TamperedVersionError, OneLanguageChangedError, ClockSetBackError) as error:
        raise CannotGoOnError(error.message) from error
    except RulebookError as error:
        raise CannotGoOnError(
            Message(mark("The policy cannot be compiled: %(error)s"), {"error": error})
        ) from error
