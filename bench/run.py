"""Run every bench and write `bench/RESULTS.md`: `python -m bench.run [GROUP …]`.

A group that is not run keeps the section it has, with its own date.
"""

import datetime as dt
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
RESULTS: Final = HERE / "RESULTS.md"
ROUNDS: Final = 5
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "start": ("--install",),
    "policy": (),
    "gate": (),
    "pages": (),
    "vault": (),
    "ledger": (),
    "durable": (),
    "gdprbench": (),
    "access": (),
    "consent": (),
    "records": (),
}
"""Each group's module, with what it is asked for beside its default."""
INTRODUCTION: Final = """# Figures

Written by `make bench`. Machines are shared and noisy: compare figures of one section, not of two.
Medians of alternated rounds; *reach* is what we hold ourselves to.
"""


def main(groups: tuple[str, ...]) -> int:
    """Measure the groups; return 1 if one of them failed."""
    sections = read_sections()
    failed = 0
    for group in groups:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{group}", *GROUPS[group]],
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        sys.stderr.write(done.stderr)
        print(done.stdout)
        if done.returncode:
            failed = 1
            continue
        sections[group] = f"## {group}\n\n{machine()}\n\n{done.stdout.strip()}\n"
    ordered = [sections[name] for name in GROUPS if name in sections]
    RESULTS.write_text("\n".join([INTRODUCTION, *ordered]), encoding="utf-8")
    return failed


def read_sections() -> dict[str, str]:
    """Return the sections that stand in the results, by group."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"^(?=## )", RESULTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0][3:].strip(): part.rstrip() + "\n" for part in parts}


def machine() -> str:
    """Say when and on what the figures were taken, and how fast that was."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return (
        f"{today}, {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, "
        f"CPython {platform.python_version()}; a loop of a million steps: {loop_ms():.0f} ms."
    )


def loop_ms() -> float:
    """Return how long the interpreter takes for a loop: machines of one class differ by twice."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        total = 0
        for number in range(1_000_000):
            total += number
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or tuple(GROUPS)))
