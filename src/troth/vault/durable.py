"""Files that are wholly there or not at all, and files that are wholly gone."""

import contextlib
import os
import secrets
from pathlib import Path

OVERWRITE_BYTES = 65_536


def replace_file(file: Path, content: bytes, *, only_if_new: bool = False) -> None:
    """Write a file of mode 0600: aside, to the disk, then into its place.

    With `only_if_new` one that is there already stays.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if only_if_new:
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)
            draft.unlink()
        else:
            draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def destroy_file(file: Path) -> None:
    """Overwrite a file, bring that to the disk, and remove it. One that is gone is no error.

    A file system that copies on write may keep the old bytes for a while: `docs/vault.md`.
    """
    try:
        overwrite(file)
        file.unlink()
    except FileNotFoundError:
        return
    sync_folder(file.parent)


def overwrite(file: Path) -> None:
    """Put zeros in the place of a file's bytes, down to the disk."""
    with file.open("r+b") as opened:
        left = file.stat().st_size
        while left > 0:
            left -= opened.write(b"\0" * min(left, OVERWRITE_BYTES))
        opened.flush()
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
