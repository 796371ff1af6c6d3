"""Write the lock files: versions and hashes, no addresses. `--check` only compares.

A check keeps the versions that stand in the lock files, so it fails when `pyproject.toml` and the
locks have drifted apart and not when somebody releases something.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
GROUPS = {
    "dev": ("build", "test", "check", "bench"),
    "test": ("build", "test"),
    "base": ("build",),
}  # the widest first: the narrower ones take its versions


def main(*, check: bool) -> int:
    """Compile or compare each lock file; return the exit status."""
    stale = []
    with tempfile.TemporaryDirectory() as scratch:
        for level, groups in GROUPS.items():
            lock, fresh = ROOT / "locks" / f"{level}.txt", Path(scratch) / f"{level}.txt"
            if lock.exists() and check:
                fresh.write_bytes(lock.read_bytes())
            resolve(fresh, groups, upgrade=not check, widest=Path(scratch) / "dev.txt")
            if not lock.exists() or lock.read_bytes() != fresh.read_bytes():
                stale.append(lock.name)
            if not check:
                lock.parent.mkdir(exist_ok=True)
                lock.write_bytes(fresh.read_bytes())
    if check and stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `make lock`.\n")
        return 1
    return 0


def resolve(fresh: Path, groups: tuple[str, ...], *, upgrade: bool, widest: Path) -> None:
    """Resolve `pyproject.toml` with dependency groups into a lock file."""
    command = [UV, "pip", "compile", "-q", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "pyproject.toml", "-o", fresh]
    for group in groups:
        command += ["--group", group]
    if widest.exists() and widest != fresh:
        command += ["-c", widest]
    if upgrade:
        command += ["--upgrade"]
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
