"""The two versions to compare: folders, or what a folder was at a git revision.

`policy` is a folder; `v1:policy` that folder of the repository at revision `v1`; `v1` alone the
other side's folder at `v1` (where both sides are revisions, the folder `policy`). A folder of
that name comes first. git is called with an argument list, and only to read.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from troth.cli.folder import load_files
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.reader.files import FILE_NAMES
from troth.policy.words import Message, mark
from troth.site.policyfolder import FILE_LIMIT_BYTES
from troth.site.problem import CannotGoOnError, PolicyRefusedError

DEFAULT_FOLDER: Final = "policy"
GIT_TIMEOUT_SECONDS: Final = 30


class Side(Struct, frozen=True):
    """One side of the comparison: how it was named, its folder if it is one, its version."""

    name: str
    folder: str
    version: Version


def sides(old: str, new: str) -> tuple[Side, Side]:
    """Return both versions. Raises CannotGoOnError with what is wrong and how to mend it."""
    return _side(old, other=new), _side(new, other=old)


def _side(name: str, other: str) -> Side:
    if Path(name).exists():
        return Side(name, name, _read(name, load_files(Path(name))))
    revision, colon, path = name.partition(":")
    if not revision or revision.startswith("-"):
        raise CannotGoOnError(
            Message(mark("%(name)s is neither a folder nor a git revision."), {"name": name})
        )
    place = Path()
    if not colon:
        place, path = _folder_of(other)
    return Side(name, "", _read(name, _files_at(place, revision, path, name)))


def _folder_of(other: str) -> tuple[Path, str]:
    """Return the folder a bare revision means: where git runs, and the path from its top."""
    if Path(other).is_dir():
        return Path(other), _git(Path(other), "rev-parse", "--show-prefix").decode().strip()
    _, colon, path = other.partition(":")
    if colon:
        return Path(), path
    prefix = _git(Path(), "rev-parse", "--show-prefix").decode().strip()
    return Path(), f"{prefix}{DEFAULT_FOLDER}"


def _files_at(place: Path, revision: str, path: str, name: str) -> Mapping[str, bytes]:
    path = path.strip("/")
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    commit = _git(place, *asked, f"{revision}^{{commit}}").decode().strip()
    if not commit:
        raise CannotGoOnError(
            Message(
                mark("There is no folder %(name)s, and git knows no revision %(revision)s."),
                {"name": name, "revision": revision},
            )
        )
    tree = _git(place, *asked, f"{commit}:{path}").decode().strip()
    listed = _git(place, "ls-tree", "--full-tree", "-z", "-l", tree) if tree else b""
    files: dict[str, bytes] = {}
    for line in filter(None, listed.decode("utf-8", "replace").split("\0")):
        about, _, file = line.partition("\t")
        _, kind, blob, size = about.split()
        if file not in FILE_NAMES or kind != "blob":
            continue
        if int(size) > FILE_LIMIT_BYTES:
            raise CannotGoOnError(
                Message(
                    mark(
                        "%(file)s has more than %(limit)s bytes; a policy file may not be longer."
                    ),
                    {"file": f"{name}/{file}", "limit": FILE_LIMIT_BYTES},
                )
            )
        files[file] = _git(place, "cat-file", "blob", blob)
    if not files:
        raise CannotGoOnError(
            Message(
                mark("At %(revision)s there is no policy in %(path)s; name another folder."),
                {"path": path or ".", "revision": revision},
            )
        )
    return files


def _git(place: Path, *arguments: str) -> bytes:
    """Return what git prints: nothing where what was asked for is not there."""
    git = shutil.which("git")
    if git is None:
        raise CannotGoOnError(
            Message(mark("git is not installed; install it or name two folders."))
        )
    try:
        done = subprocess.run(
            [git, "-C", str(place), *arguments],
            capture_output=True,
            check=False,
            timeout=GIT_TIMEOUT_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _unaskable(str(error)) from error
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode and complaint:
        raise _unaskable(complaint.splitlines()[0])
    return b"" if done.returncode else done.stdout


def _unaskable(why: str) -> CannotGoOnError:
    return CannotGoOnError(
        Message(mark("git cannot be asked (%(why)s); name two folders."), {"why": why})
    )


def _read(name: str, files: Mapping[str, bytes]) -> Version:
    try:
        return read(files)
    except UnreadablePolicyError as error:
        raise PolicyRefusedError(name, error.diagnostics) from error
