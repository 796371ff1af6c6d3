"""Where the operator's key comes from: a file, the environment, or a command. It wraps all others.

Whoever holds the key folder alone, without this key, opens nothing.
"""

import binascii
import os
import stat
import subprocess
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from troth.policy.words import Message, mark
from troth.vault.boxes import KEY_BYTES, new_key
from troth.vault.durable import replace_file
from troth.vault.errors import KeyStoreError

VARIABLE: Final = "TROTH_OPERATOR_KEY"
COMMAND_SECONDS: Final = 10
FINGERPRINT_BYTES: Final = 8
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
NEXT: Final = ".next"
"""Beside the file, while a rotation is under way: the key everything is being wrapped by."""


class OperatorKey:
    """A key that wraps others; it shows itself to nobody."""

    __slots__ = ("_raw", "cipher", "fingerprint")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.cipher = AESGCM(raw)
        self.fingerprint = sha256(b"troth operator key" + raw).digest()[:FINGERPRINT_BYTES]

    def __repr__(self) -> str:
        return f"OperatorKey({self.fingerprint.hex()})"

    def encoded(self) -> str:
        """Return it as files, variables and commands hold it."""
        return b64encode(self._raw).decode()


class Source(Struct, frozen=True):
    """Where the key is: `command` if there is one, else the variable, else `file`."""

    file: Path
    command: tuple[str, ...] = ()
    variable: str = VARIABLE

    @property
    def is_file(self) -> bool:
        """Whether the key in use is the one in the file."""
        return not self.command and not os.environ.get(self.variable)

    @property
    def next_file(self) -> Path:
        """Where the next key is while a rotation is under way."""
        return self.file.with_name(self.file.name + NEXT)

    def candidates(self) -> list[OperatorKey]:
        """Return every key there is, the one in use last: while a rotation goes on there are two.

        Raises KeyStoreError.
        """
        found = [read_key(f) for f in (self.file, self.next_file) if _holds_something(f)]
        if given := os.environ.get(self.variable):
            found.append(_parse(given, self.variable))
        if self.command:
            found.append(key_of_command(self.command))
        return found

    def make(self) -> OperatorKey:
        """Make a key in the file, for a first start; another process may be first: hers counts."""
        key = OperatorKey(new_key())
        write_key(self.file, key, only_if_new=True)
        return read_key(self.file)


def _holds_something(file: Path) -> bool:
    """Tell whether there is a key file, and not only the zeros of one that was destroyed."""
    try:
        return bool(file.read_bytes().strip(b"\0"))
    except FileNotFoundError:
        return False
    except OSError:
        return True  # to be told by who reads it


def read_key(file: Path) -> OperatorKey:
    """Read a key file that is its owner's alone. Raises KeyStoreError."""
    try:
        if file.stat().st_mode & OTHERS:
            raise KeyStoreError(
                Message(
                    mark("Others may read %(file)s; take that away with `chmod 600 %(file)s`."),
                    {"file": file},
                )
            )
        return _parse(file.read_text(), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise KeyStoreError(
            Message(
                mark("The operator's key in %(file)s cannot be read (%(error)s)."),
                {"file": file, "error": getattr(error, "strerror", None) or "no text"},
            )
        ) from None


def write_key(file: Path, key: OperatorKey, *, only_if_new: bool = False) -> None:
    """Write a key file, durable and its owner's alone from the first moment on."""
    replace_file(file, f"{key.encoded()}\n".encode(), only_if_new=only_if_new)


def key_of_variable(name: str) -> OperatorKey:
    """Return the key an environment variable holds. Raises KeyStoreError."""
    return _parse(os.environ.get(name, ""), name)


def key_of_command(command: tuple[str, ...]) -> OperatorKey:
    """Return the key a command prints. Raises KeyStoreError."""
    return _parse(_run(command), mark("The command for the operator's key"))


def _run(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=COMMAND_SECONDS)
        return done.stdout.decode()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        raise KeyStoreError(
            Message(
                mark("The command for the operator's key failed (%(program)s: %(error)s)."),
                {"program": command[0], "error": type(error).__name__},
            )
        ) from None


def _parse(text: str, place: str) -> OperatorKey:
    try:
        raw = b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise KeyStoreError(
            Message(
                mark("%(place)s does not hold an operator's key: 32 bytes, written as base64."),
                {"place": place},
            )
        )
    return OperatorKey(raw)
