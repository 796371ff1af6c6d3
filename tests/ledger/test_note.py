"""Checkpoints are signed notes as C2SP says; a forged one is told from one of another key."""

from base64 import b64encode
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.ledger.note import (
    Checkpoint,
    ForgedSignatureError,
    MissingSignatureError,
    NoteError,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_vkey,
    sign,
    vkey_of,
)

KEY: Final = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER: Final = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
SIGNED: Final = Checkpoint("example.com/ledger", 12, b"r" * 32)
NOTE: Final = sign(SIGNED, KEY)
VKEY: Final = parse_vkey(vkey_of("example.com/ledger", KEY))

GO_VKEY: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE: Final = (
    GO_TEXT + "\n\N{EM DASH} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGU"
    "gYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_of_another_implementation_is_opened() -> None:
    """The example of Go's golang.org/x/mod/sumdb/note."""
    assert open_note(GO_NOTE, parse_vkey(GO_VKEY)) == GO_TEXT


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    lines = NOTE.split("\n")
    assert lines[:3] == ["example.com/ledger", "12", b64encode(b"r" * 32).decode()]
    assert lines[3] == ""
    assert lines[4].startswith("\N{EM DASH} example.com/ledger ")
    assert open_checkpoint(NOTE, VKEY) == SIGNED


def test_what_was_signed_cannot_be_changed() -> None:
    with pytest.raises(ForgedSignatureError):
        open_checkpoint(NOTE.replace("\n12\n", "\n13\n"), VKEY)


def test_a_note_by_another_key_is_not_signed_by_this_one() -> None:
    with pytest.raises(MissingSignatureError):
        open_checkpoint(sign(SIGNED, OTHER), VKEY)


def test_signatures_of_others_are_ignored() -> None:
    witness = sign(SIGNED, OTHER).split("\n")[4].replace("example.com/ledger", "witness")
    assert open_checkpoint(f"{NOTE}{witness}\n", VKEY) == SIGNED


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint("example.com/other", 12, b"r" * 32)
    signature = sign(SIGNED, KEY).split("\n")[4]
    with pytest.raises(NoteError):
        open_checkpoint(f"{other.text}\n{signature}\n", VKEY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "text\n",
        NOTE.rstrip("\n"),
        NOTE.replace("\N{EM DASH}", "-"),
        NOTE + "\n",
        "\0\n\nx\n",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        open_checkpoint(note, VKEY)


@pytest.mark.parametrize(
    "text",
    ["o\n12\nAAAA\n", "o\n012\n" + b64encode(b"r" * 32).decode() + "\n", "o\nx\ny\n", "o\n1\n", ""],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000+" + b64encode(b"\x01" + b"k" * 32).decode(),
        str(VKEY).replace("+", " ", 1),
        "n+" + str(VKEY).split("+", 1)[1],
        "name+c74f20a3+AR",
    ],
)
def test_what_is_no_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(vkey)


def test_a_verifier_key_is_read_as_it_is_written() -> None:
    assert str(parse_vkey(GO_VKEY)) == GO_VKEY
    assert str(VKEY) == vkey_of("example.com/ledger", KEY)
