"""The bundled policy folder, read once."""

from pathlib import Path
from typing import Final

import pytest

from troth.policy.document import Version
from troth.policy.read import read

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "policy"
FILES: Final = ("en.md", "zh.md", "policy.toml")


@pytest.fixture(scope="session")
def policy_files() -> dict[str, bytes]:
    return {name: (FOLDER / name).read_bytes() for name in FILES}


@pytest.fixture(scope="session")
def policy(policy_files: dict[str, bytes]) -> Version:
    return read(policy_files)


@pytest.fixture(scope="session")
def source_text() -> str:
    """Return the raw text the policy was made from, noise included."""
    return (Path(__file__).parent / "source.txt").read_text(encoding="utf-8")
