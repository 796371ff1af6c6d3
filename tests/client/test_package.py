"""The client is a package of its own, which needs nothing but Python."""

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Final

import pytest

from tests.test_architecture import imports

CLIENT: Final = Path(__file__).resolve().parents[2] / "client"
BUILD: Final = (
    "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
)
USE: Final = """
import importlib.metadata, importlib.util, sys
from troth_client import Troth
import troth_client
assert importlib.metadata.version("troth-client") == troth_client.__version__
assert not [name for name in ("troth", "django", "msgspec") if importlib.util.find_spec(name)]
print(repr(Troth("https://privacy.example.com", "troth_sk_abcdefghjkmn_" + "x" * 43)))
"""


def test_it_imports_nothing_of_the_server_and_nobody_elses() -> None:
    """It is installed beside whatever an operator's back end has."""
    own = sys.stdlib_module_names | {"troth_client"}
    wrong = [
        f"{path.name}:{line} imports {name}"
        for path in sorted(CLIENT.rglob("*.py"))
        for name, line in imports(path)
        if name.split(".")[0] not in own
    ]
    assert wrong == []


@pytest.mark.slow
def test_it_is_built_and_installed_where_no_server_is(tmp_path: Path) -> None:
    source = shutil.copytree(
        CLIENT, tmp_path / "client", ignore=shutil.ignore_patterns("__pycache__")
    )
    run(sys.executable, "-c", BUILD, str(tmp_path), cwd=source)
    (wheel,) = tmp_path.glob("troth_client-*.whl")
    with zipfile.ZipFile(wheel) as built:
        names = built.namelist()
        (metadata,) = [name for name in names if name.endswith("/METADATA")]
        told = message_from_bytes(built.read(metadata))
    written = {path.name for path in (CLIENT / "src/troth_client").iterdir() if path.is_file()}
    assert {name.rpartition("/")[2] for name in names if "dist-info" not in name} == written
    assert "troth_client/py.typed" in names
    assert told.get_all("Requires-Dist") is None
    assert (told["Name"], told["Requires-Python"]) == ("troth-client", ">=3.11")
    run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv"))
    python = tmp_path / "venv" / "bin" / "python"
    pip = ("-m", "pip", "-q", "--python", str(python), "install", "--no-index", str(wheel))
    run(sys.executable, *pip)
    assert run(str(python), "-I", "-c", USE) == "Troth(https://privacy.example.com)\n"


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command as somebody who has no checkout would, and return what it prints."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
