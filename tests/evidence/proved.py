"""`troth … --prove` as it is, but for the proof itself, which is made once in a run for all tests.

`python -m tests.evidence.proved FOLDER PROOF …` runs `troth …` in that folder, and takes what came
of trying every sabotage from a file.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tests.services import forks, shared
from troth.cli import audit, main, scratch
from troth.evidence.trial import Proving

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = "proof.json"


def troth(
    *words: object, cwd: Path, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder to its end."""
    ours = ("tests.evidence.proved", cwd, _file())
    return forks.run(*ours, *words, cwd=ROOT, env=env, timeout=timeout)


def proof() -> Proving:
    """Return what came of trying every sabotage."""
    return _read(_file())


def _file() -> Path:
    return shared.once("proof", _prove) / FILE


def _read(file: Path) -> Proving:
    return msgspec.json.decode(file.read_bytes(), type=Proving)


def _prove(folder: Path) -> None:
    proving = scratch.prove_apart(dict(os.environ))
    (folder / FILE).write_bytes(msgspec.json.encode(proving))


def _run(folder: str, proof: str, *words: str) -> None:
    proving = _read(Path(proof))
    vars(audit)["prove_apart"] = lambda _environment: proving
    os.chdir(folder)
    sys.argv[1:] = words
    main.main()


if __name__ == "__main__":
    _run(*sys.argv[1:])
