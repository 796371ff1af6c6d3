"""Verify an auditor's copy of a Troth ledger without Troth: `python verify_ledger.py FOLDER [KEY]`.

Needs Python 3.11 and `cryptography`. Exit 0: signatures, entries and epochs hold; 1: what does not.
KEY is the last epoch's, as you got it elsewhere: without it the copy is held to its own word alone.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def demand(holds, what):  # a copy may hold anything: nothing of it may command the terminal
    if not holds:
        sys.exit(what if what.isprintable() else ascii(what))


def read(file):  # no pipe, no device, and nothing larger than what a copy is made of
    demand(file.is_file() and file.stat().st_size < 1 << 25, f"{file} is missing, or no file")
    return file.read_bytes()


def root(hashes):  # RFC 6962, 2.1
    while len(hashes) > 1:
        pairs = zip(hashes[0::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + a + b).digest() for a, b in pairs] + hashes[len(hashes) & ~1 :]
    return (hashes[0] if hashes else sha256().digest()).hex()


def signed(note, vkey):  # C2SP signed-note, tlog-checkpoint
    (name, _, key), (text, _, lines) = vkey.split("+", 2), note.rpartition("\n\n")
    mine = next(b64decode(n.split()[2])[4:] for n in lines.split("\n") if n.split()[1:2] == [name])
    Ed25519PublicKey.from_public_bytes(b64decode(key)[1:]).verify(mine, f"{text}\n".encode())
    origin, size, top = text.split("\n")[:3]
    return {"origin": origin, "size": int(size), "root": b64decode(top).hex(), "checkpoint": note}


def entries(home, size):  # C2SP tlog-tiles: each leaf as published, with the entry's JSON
    for number in range(-(-size // 256)):
        *above, name = (f"{part:0>3}" for part in f"{number:,}".split(","))
        name, width = "".join(f"x{part}/" for part in above) + name, min(256, size - 256 * number)
        raw = read(home / "tile" / "entries" / (name if width == 256 else f"{name}.p/{width}"))
        kept, at = read(home / "bodies" / name), 0
        for n in range(256 * number, 256 * number + width):
            salt, end = kept[at : at + 16], at + 20 + int.from_bytes(kept[at + 16 : at + 20])
            leaf, body, at = raw[n % 256 * 34 + 2 :][:32], kept[at + 20 : end], end
            demand(sha256(salt + body).digest() == leaf, f"{home.name}: entry {n} was changed")
            yield leaf, body
        demand([at, 34 * width] == [len(kept), len(raw)], f"{home.name}: one inserted behind {n}")


def main(folder, key="", hashes=()):
    epochs = json.loads(read(folder / "epochs.json"))
    demand(epochs and epochs[0]["number"] == 1, "the first epoch is not here")
    demand(key in {"", epochs[-1]["vkey"]}, f"the last epoch is not signed by {key}")
    for epoch in epochs:
        number, home = epoch["number"], folder / f"epoch-{epoch['number']}"
        told = signed(read(home / "checkpoint").decode(), epoch["vkey"])
        demand(epoch | told == epoch, f"{home.name}: epochs.json does not say what was signed")
        found = list(entries(home, told["size"]))
        before, hashes = hashes, [sha256(b"\x00" + leaf).digest() for leaf, _ in found]
        demand(root(hashes) == told["root"], f"{home.name}: the entries are not what was signed")
        last = json.loads(found[0][1])["about"]["previous"]
        demand(bool(last) == bool(before), f"{home.name}: it does not say from what it goes on")
        if last:
            size, known = last["restored_size"], (last["known_epoch"], last["known_size"])
            follows = root(before[:size]) == last["restored_root"] and known[0] + 1 == number
            demand(follows, f"{home.name}: it does not begin where the epoch before ended")
            if known > (last["epoch"], size):
                print(f"{home.name}: entries after {size} of the one before were lost")
        print(f"{home.name}: {len(found)} entries hold")


try:
    main(Path(sys.argv[1]), *sys.argv[2:3])
except Exception as error:  # noqa: BLE001 - whatever is not as it should be is no copy that holds
    demand(holds=False, what=f"this copy cannot be read: {type(error).__name__} {error}")
