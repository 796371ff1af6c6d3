"""A policy folder named on the command line."""

from collections.abc import Mapping
from pathlib import Path

from troth.policy.words import Message, mark
from troth.site.policyfolder import read_folder
from troth.site.problem import CannotGoOnError


def load_files(folder: Path) -> Mapping[str, bytes]:
    """Return the files of a policy folder by name.

    Raises CannotGoOnError (told in one sentence, exit 2) when it is no folder, holds no file of a
    policy, or when a file cannot be read or is too large. What is in them is for `read` to judge.
    """
    if folder.is_file():
        raise CannotGoOnError(
            Message(
                mark("%(folder)s is a file; name the folder that holds policy.toml."),
                {"folder": folder},
            )
        )
    files = read_folder(folder)
    if not files:
        raise CannotGoOnError(
            Message(
                mark(
                    "%(folder)s holds no policy: no policy.toml, no en.md, no zh.md."
                    " Name another folder, or make one with `troth policy import`."
                ),
                {"folder": folder},
            )
        )
    return files
