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


def root(hashes):  # RFC 6962, 2.1
    while len(hashes) > 1:
        pairs = zip(hashes[0::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + a + b).digest() for a, b in pairs] + hashes[len(hashes) & ~1 :]
    return hashes[0] if hashes else sha256().digest()


def signed(note, vkey):  # C2SP signed-note, tlog-checkpoint
    name, _, key = vkey.split("+", 2)
    text, _, lines = note.rpartition("\n\n")
    mine = next(b64decode(n.split()[2])[4:] for n in lines.split("\n") if n.split()[1:2] == [name])
    Ed25519PublicKey.from_public_bytes(b64decode(key)[1:]).verify(mine, f"{text}\n".encode())
    return int(text.split("\n")[1]), b64decode(text.split("\n")[2])


def entries(home):  # each leaf as published, with the entry's JSON
    tiles, found = home / "tile" / "entries", []
    for name in sorted(str(f.relative_to(tiles)) for f in tiles.rglob("*") if f.is_file()):
        content, at = (home / "bodies" / name.split(".p/")[0]).read_bytes(), 0
        raw = (tiles / name).read_bytes()
        for leaf in (raw[n + 2 : n + 34] for n in range(0, len(raw), 34)):
            salt, end = content[at : at + 16], at + 20 + int.from_bytes(content[at + 16 : at + 20])
            if sha256(salt + content[at + 20 : end]).digest() != leaf:
                sys.exit(f"{home.name}: entry {len(found)} was changed")
            found.append((leaf, content[at + 20 : end]))
            at = end
        if at != len(content):
            sys.exit(f"{home.name}: an entry was inserted behind {len(found) - 1}")
    return found


def main(folder, key="", before=()):
    epochs = json.loads((folder / "epochs.json").read_text())
    if not epochs or epochs[0]["number"] != 1:
        sys.exit("the first epoch is not here")
    if key and epochs[-1]["vkey"] != key:
        sys.exit(f"the last epoch is not signed by {key}")
    for epoch in epochs:
        home = folder / f"epoch-{epoch['number']}"
        found = entries(home)
        hashes = [sha256(b"\x00" + leaf).digest() for leaf, _ in found]
        note = (home / "checkpoint").read_text()
        if signed(note, epoch["vkey"]) != (len(found), root(hashes)):
            sys.exit(f"{home.name}: the entries are not what was signed")
        listed = epoch["checkpoint"], epoch["size"], epoch["root"]
        if listed != (note, len(found), root(hashes).hex()):
            sys.exit(f"{home.name}: epochs.json does not say what was signed")
        last = json.loads(found[0][1])["about"]["previous"]
        if bool(last) != bool(before):
            sys.exit(f"{home.name}: it does not say from what it goes on")
        if last and root(list(before[: last["restored_size"]])).hex() != last["restored_root"]:
            sys.exit(f"{home.name}: it does not begin where the epoch before ended")
        seen = last and (last["known_epoch"], last["known_size"])
        if last and seen > (last["epoch"], last["restored_size"]):
            print(f"{home.name}: entries after {last['restored_size']} of the one before were lost")
        before = hashes
        print(f"{home.name}: {len(found)} entries hold")


try:
    main(Path(sys.argv[1]), *sys.argv[2:3])
except Exception as error:  # noqa: BLE001 - whatever is not as it should be is no copy that holds
    sys.exit(f"this copy cannot be read: {type(error).__name__} {error}")
