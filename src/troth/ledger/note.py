"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), signed with Ed25519. Pure.

A note is a text, an empty line and signature lines `— <key name> <base64>`; the bytes signed are
the text with its last newline. A checkpoint is a note of three lines: origin, size, root.
"""

import binascii
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from msgspec import Struct

from troth.policy.words import Message, mark

ED25519: Final = b"\x01"
HASH_BYTES: Final = 32
CHECKPOINT_LINES: Final = 3
KEY_ID_BYTES: Final = 4
SIGNATURE_BYTES: Final = 64
SIGNATURES_MAX: Final = 100
NOTE_BYTES_MAX: Final = 1_000_000
SIZE: Final = re.compile(r"0|[1-9][0-9]{0,19}")
NAME: Final = re.compile(r"[^\s+]+")
HEX_ID: Final = re.compile(r"[0-9a-f]{8}")


class NoteError(ValueError):
    """A note cannot be read, or is not signed by the key it must be signed by; says why."""

    @property
    def message(self) -> Message:
        """The reason, to be translated."""
        return Message(str(self))


class MissingSignatureError(NoteError):
    """No line is a signature by this key."""


class ForgedSignatureError(NoteError):
    """A line says it is this key's signature, and is not."""


class Checkpoint(Struct, frozen=True):
    """What a log commits to: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class VerifierKey(Struct, frozen=True):
    """The public half: a name, and 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of a hash over name and key: which key signed a line."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"


def vkey_of(name: str, key: Ed25519PrivateKey) -> str:
    """Return the verifier key of a private key, as text."""
    return str(VerifierKey(name, key.public_key().public_bytes_raw()))


def parse_vkey(text: str) -> VerifierKey:
    """Read `name+id+base64`. Raises NoteError."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _decoded(encoded)
    if not NAME.fullmatch(name) or not HEX_ID.fullmatch(key_id) or raw[:1] != ED25519:
        raise NoteError(mark("a verifier key is written name+id+base64, for Ed25519"))
    key = VerifierKey(name, raw[1:])
    if len(key.public) != HASH_BYTES or key.id.hex() != key_id:
        raise NoteError(mark("the verifier key does not have the id it says"))
    return key


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a note, signed under the name of its origin."""
    text = checkpoint.text
    verifier = VerifierKey(checkpoint.origin, key.public_key().public_bytes_raw())
    signature = b64encode(verifier.id + key.sign(text.encode())).decode()
    return f"{text}\n\N{EM DASH} {verifier.name} {signature}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """Return a note's text once this key's signature holds; other keys' lines are ignored.

    Raises MissingSignatureError, ForgedSignatureError, NoteError.
    """
    if len(note) > NOTE_BYTES_MAX or any(c < " " and c != "\n" for c in note):
        raise NoteError(mark("the note is too long, or has control characters"))
    text, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or not text or lines.pop() or not lines or len(lines) > SIGNATURES_MAX:
        raise NoteError(mark("a note is a text, an empty line, and signature lines"))
    signed = f"{text}\n"
    verified = False
    for line in lines:
        name, signature = _signature(line)
        if name != key.name or signature[:KEY_ID_BYTES] != key.id:
            continue
        try:
            public = Ed25519PublicKey.from_public_bytes(key.public)
            public.verify(signature[KEY_ID_BYTES:], signed.encode())
        except (InvalidSignature, ValueError) as error:
            raise ForgedSignatureError(mark("a signature is forged")) from error
        verified = True
    if not verified:
        raise MissingSignatureError(mark("the note is not signed by this key"))
    return signed


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    signature = _decoded(encoded)
    if dash != "\N{EM DASH}" or not NAME.fullmatch(name) or len(signature) <= KEY_ID_BYTES:
        raise NoteError(mark("a signature line is written \N{EM DASH} name base64"))
    return name, signature


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; lines after the third are extensions. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) <= CHECKPOINT_LINES or not lines[0] or not SIZE.fullmatch(lines[1]):
        raise NoteError(mark("a checkpoint is an origin, a size and a root, a line each"))
    root = _decoded(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteError(mark("the root of a checkpoint has 32 bytes"))
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint of a note signed by this key under the log's own origin. NoteError."""
    checkpoint = parse_checkpoint(open_note(note, key))
    if checkpoint.origin != key.name:
        raise NoteError(mark("the checkpoint is another log's"))
    return checkpoint


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(mark("what should be base64 is not")) from error
