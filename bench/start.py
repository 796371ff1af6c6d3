"""Group *start*: what a clean install weighs, how soon a server answers, what it holds idle.

`--install` also measures a fresh virtual environment of the base (needs a package index or a wheel
cache); without it that row is left out and says so.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.timing import table
from tests.services.server import Server, environment

ROOT: Final = Path(__file__).resolve().parent.parent
ROUNDS: Final = 5
SETTLE_S: Final = 1.0
MB: Final = 1_000_000
NOTHING: Final = "pass"
PAGES: Final = ("/", "/?lang=zh", "/v1/policy", "/history")


def main() -> None:
    """Print the group's table."""
    rows = [] if "--install" not in sys.argv else [*installed()]
    with tempfile.TemporaryDirectory() as folder:
        rows += started(Path(folder) / "data")
    print(table(rows))


def installed() -> list[tuple[str, str, str, str]]:
    """Install the base from its lock file into a fresh environment; count and weigh it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--quiet", "install"]
        locked = ["--require-hashes", "--requirement", str(ROOT / "locks" / "base.txt")]
        subprocess.run([*pip, *locked], check=True)
        subprocess.run([*pip, "--no-deps", str(ROOT)], check=True)
        listed = subprocess.run(
            [*pip[:3], "list", "--format=freeze"], check=True, capture_output=True, text=True
        ).stdout.split()
        tools = ("pip==", "setuptools==", "wheel==")
        packages = [line for line in listed if not line.startswith(tools)]
        places = list((home / "lib").rglob("*"))
        weight = sum(p.stat().st_size for p in places if p.is_file() and not p.is_symlink())
    return [
        ("packages of a clean install", "≤ 60", str(len(packages)), ""),
        ("its size, compiled files included", "≤ 220 MB", f"{weight / MB:.0f} MB", ""),
    ]


def started(data: Path) -> list[tuple[str, str, str, str]]:
    """Start a server on an existing folder, in turn with a bare interpreter."""
    Server(data).wait().stop()
    answer_s, bare_s, cpu_s, idle_mb, used_mb = [], [], [], [], []
    for _ in range(ROUNDS):
        bare_s.append(bare_interpreter_s())
        began = time.perf_counter()
        server = Server(data).wait()
        answer_s.append(time.perf_counter() - began)
        try:
            time.sleep(SETTLE_S)  # all pages are imported in the background
            cpu_s.append(processor_s(server.process.pid))
            idle_mb.append(resident_mb(server.process.pid))
            ask_all(server)
            used_mb.append(resident_mb(server.process.pid))
        finally:
            server.stop()
    ratio = statistics.median(answer_s) / statistics.median(bare_s)
    return [
        ("start to first healthy answer, existing folder", "≤ 1.5 s", *spread(answer_s, "s")),
        ("the same, in starts of a bare interpreter", "", f"{ratio:.0f} ×", ""),
        ("processor time of that start", "", *spread(cpu_s, "s")),
        ("resident memory, idle", "≤ 130 MB", *spread(idle_mb, "MB")),
        ("resident memory after each kind of page", "", *spread(used_mb, "MB")),
    ]


def ask_all(server: Server) -> None:
    """Ask for each kind of page once."""
    import urllib.request  # noqa: PLC0415 - only here

    for page in PAGES:
        with urllib.request.urlopen(f"{server.url}{page}", timeout=30) as answer:  # noqa: S310 - loopback
            assert answer.status == 200  # noqa: PLR2004 - OK


def bare_interpreter_s() -> float:
    """Return how long an interpreter takes that does nothing."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", NOTHING], check=True, capture_output=True, env=environment()
    )
    return time.perf_counter() - began


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def processor_s(pid: int) -> float:
    """Return the user and system time of a process (Linux, proc(5) fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(values: list[float], unit: str) -> tuple[str, str]:
    """Return the median, and the least and the most."""
    return (
        f"{statistics.median(values):.2f} {unit}",
        f"{min(values):.2f} … {max(values):.2f} {unit}",
    )


if __name__ == "__main__":
    main()
