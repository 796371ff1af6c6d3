"""The age envelope (C2SP age) around a backup: bytes go in and come out as they are needed.

`sealed_file` and `opened_file` run the library in a thread beside the caller, joined by a pipe, so
that neither the whole content nor any plaintext file ever exists.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import pyrage

from troth.policy.words import Message, mark
from troth.protection.errors import BackupError, DamagedBackupError, WrongIdentityError

BUFFER_BYTES: Final = 65_536
NO_KEY: Final = "No matching keys found"
"""What the library says where the envelope is for somebody else."""

Recipient: TypeAlias = pyrage.x25519.Recipient
Identity: TypeAlias = pyrage.x25519.Identity


class Hashed(RawIOBase):
    """A file that is written, its hash and length, and what the disk said if it failed."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._hash = sha256()
        self.length = 0
        self.error: OSError | None = None

    def writable(self) -> bool:
        """Tell that this can be written."""
        return True

    def write(self, content: Any) -> int:
        """Write everything."""
        try:
            self._file.write(content)
        except OSError as error:
            self.error = error
            raise
        self._hash.update(content)
        self.length += len(content)
        return len(content)

    def flush(self) -> None:
        """Hand on what is gathered."""
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Close the file; a pipe nobody reads any more is no error of ours."""
        with suppress(BrokenPipeError):
            self._file.close()
        super().close()

    @property
    def digest(self) -> str:
        """The hash of what was written, in hexadecimal digits."""
        return self._hash.hexdigest()


class Sealing:
    """A sealed file while it is written: `write` into it; afterwards its hash and length."""

    def __init__(self, into: IO[bytes], hashed: Hashed) -> None:
        self._into = into
        self._hashed = hashed

    def write(self, content: bytes) -> int:
        """Write everything."""
        return self._into.write(content)

    @property
    def sha256(self) -> str:
        """The hash of the file, known once it is closed."""
        return self._hashed.digest

    @property
    def length(self) -> int:
        """The length of the file in bytes, known once it is closed."""
        return self._hashed.length


@contextmanager
def sealed_file(file: Path, recipients: Sequence[Recipient]) -> Iterator[Sealing]:
    """Write a new file of mode 0600 that only these open; at the end it is on the disk.

    Raises OSError where the disk refuses. Whoever fails inside must throw the file away.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        hashed = Hashed(opened)
        read, write = os.pipe()
        source = os.fdopen(read, "rb", BUFFER_BYTES)
        thread = _Beside(lambda: pyrage.encrypt_io(source, hashed, list(recipients)), source)
        try:
            with os.fdopen(write, "wb", BUFFER_BYTES) as into:
                yield Sealing(into, hashed)
        except BrokenPipeError:
            thread.join()
            if hashed.error is not None:
                raise hashed.error from None
            raise
        finally:
            thread.join()
        if (failed := hashed.error or thread.error) is not None:
            raise failed  # the library is silent where its very last write fails
        opened.flush()
        os.fsync(opened.fileno())


class _Counted(RawIOBase):
    """A file that is read, and how far."""

    def __init__(self, file: IO[bytes], told: Callable[[int], None]) -> None:
        super().__init__()
        self._file, self._told = file, told
        self._length = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._length += len(content)
        self._told(self._length)
        return content


@contextmanager
def opened_file(
    file: Path, identities: Sequence[Identity], told: Callable[[int], None] | None = None
) -> Iterator[IO[bytes]]:
    """Give what is in a sealed file. `told` is how many bytes of the file were read.

    What is given is to be believed only when this ends: the end of a file that was cut short, or
    a part that was changed, raises DamagedBackupError then. Also raises WrongIdentityError.
    """
    try:
        sealed = file.open("rb")
    except OSError as error:
        raise BackupError(
            Message(
                mark("%(file)s cannot be read (%(error)s)."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    with sealed:
        source = _Counted(sealed, told or _quiet)
        read, write = os.pipe()
        sink = Hashed(os.fdopen(write, "wb", BUFFER_BYTES))
        thread = _Beside(lambda: pyrage.decrypt_io(source, sink, list(identities)), sink)
        try:
            with os.fdopen(read, "rb", BUFFER_BYTES) as content:
                yield content
                while content.read(BUFFER_BYTES):
                    pass  # what nobody asked for is authenticated too
        except BaseException:
            thread.join()
            if thread.error is not None and sink.error is None:
                raise _explained(file, thread.error) from None
            raise
        thread.join()
        if thread.error is not None:
            raise _explained(file, thread.error) from None


def _quiet(_length: int) -> None:
    """Tell nobody."""


def _explained(file: Path, error: BaseException) -> BackupError:
    if isinstance(error, pyrage.DecryptError) and NO_KEY in str(error):
        return WrongIdentityError(
            Message(
                mark(
                    "%(file)s is not encrypted to the identity given, or its head is damaged; name"
                    " the right one, or use another backup."
                ),
                {"file": file},
            )
        )
    return damaged(file)


def damaged(file: Path) -> DamagedBackupError:
    """Say that a file is not as it was written."""
    return DamagedBackupError(
        Message(
            mark("%(file)s is damaged, cut short or tampered with; use another backup."),
            {"file": file},
        )
    )


class _Beside:
    """A thread that does one thing, keeps what it raised, and closes its end of the pipe."""

    def __init__(self, does: Callable[[], None], end: IO[bytes] | Hashed) -> None:
        self.error: BaseException | None = None
        self._does, self._end = does, end
        self._thread = threading.Thread(target=self._run, name="age", daemon=True)
        self._thread.start()
        self.join = self._thread.join

    def _run(self) -> None:
        try:
            self._does()
            self._end.flush()
        except BaseException as error:  # noqa: BLE001 - handed to whoever joins
            self.error = error
        finally:
            try:
                self._end.close()
            except OSError as error:
                self.error = self.error or error
