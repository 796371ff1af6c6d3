"""Build `.venv` from the lock files: `python3 tools/setup.py base|test|dev`.

Runs on the plain interpreter of a fresh machine, before anything is installed, so it uses the
standard library alone. Every way it can fail ends in one sentence that says what to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_VERSION = "0.13.9"
OLDEST, NEWEST = (3, 11), (3, 13)
LEVELS = ("base", "test", "dev")  # each holds the one before it
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OFFLINE_SIGNS = (
    "resolve",
    "Network is unreachable",
    "Connection refused",
    "dns error",
    "timed out",
    "ProxyError",
    "tunnel",
    "error sending request",
)


def main(level: str) -> int:
    """Set up one level; return the exit status."""
    if level not in LEVELS:
        return fail(f"unknown level {level!r}; use one of {', '.join(LEVELS)}.")
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return fail(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} found, but Troth runs on "
            "3.11 to 3.13; name one with `make PYTHON=python3.11 …`."
        )
    try:
        make_environment()
        install(level)
        compile_catalogues()
        if level != "base":
            provide_browser()
    except SetupError as error:
        return fail(str(error))
    return 0


class SetupError(Exception):
    """Something the person at the keyboard has to mend; the text says how."""


def fail(sentence: str) -> int:
    """Say what is wrong and give the exit status for it."""
    sys.stderr.write(f"make setup: {sentence}\n")
    return 2


def make_environment() -> None:
    """Create `.venv` unless a working one is there."""
    if PYTHON.exists() and run(PYTHON, "-c", "import pip").returncode == 0:
        return
    made = run(sys.executable, "-m", "venv", "--clear", VENV)
    if made.returncode:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            "Python's venv module is missing or broken; on Debian or Ubuntu install it with "
            f"`apt install python{version}-venv`, then run make again. ({last_line(made)})"
        )


def install(level: str) -> None:
    """Install the locked packages of a level and Troth itself, if the lock changed since."""
    lock = ROOT / "locks" / f"{level}.txt"
    state = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f"installed-{level}"
    if stamp.exists() and stamp.read_text() == state:
        return
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        run(PYTHON, "-m", "pip", "install", "-q", f"uv=={UV_VERSION}")  # without it: plain pip
    installer = (uv, "pip", "install") if uv.exists() else (PYTHON, "-m", "pip", "install")
    packages = ("-q", "--require-hashes", "-r", lock)
    done = run(*installer, *packages)
    if done.returncode and uv.exists():
        installer = (PYTHON, "-m", "pip", "install")
        done = run(*installer, *packages)
    if done.returncode:
        raise SetupError(explain(done))
    own = run(*installer, "-q", "--no-deps", "--no-build-isolation", "-e", ROOT)
    if own.returncode:
        raise SetupError(explain(own))
    stamp.write_text(state)


def explain(failed: subprocess.CompletedProcess[str]) -> str:
    """Turn an installer's failure into one sentence."""
    output = failed.stdout + failed.stderr
    if "No space left" in output:
        return "the disk is full; free about 700 MB and run make again."
    if any(sign.lower() in output.lower() for sign in OFFLINE_SIGNS):
        return (
            "the Python package index could not be reached; check the network, or behind a proxy "
            f"set HTTPS_PROXY, then run make again. ({last_line(failed)})"
        )
    return f"installing the packages failed: {last_line(failed)}"


def compile_catalogues() -> None:
    """Compile the translations, which are kept as source only."""
    done = run(PYTHON, "-m", "troth.site.catalogues", "compile")
    if done.returncode:
        raise SetupError(f"the translations do not compile: {last_line(done)}")


def provide_browser() -> None:
    """Find or fetch a Chromium, and fonts that can draw Chinese."""
    if not browser_found():
        run(PYTHON, "-m", "playwright", "install", "chromium")
    debian = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if debian and not (browser_found() and chinese_font_found()):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "fonts-noto-cjk", "fontconfig")
        for browser in BROWSERS[:2]:  # older releases of Debian have the second alone
            if not browser_found():
                run("apt-get", "install", "-y", "-qq", browser)
    if not browser_found():
        raise SetupError(
            "no Chromium was found or could be fetched; install one and name it with "
            "TROTH_CHROMIUM=/path/to/chromium."
        )
    if not chinese_font_found():
        raise SetupError("no font with Chinese was found; install Noto Sans CJK.")


def browser_found() -> bool:
    """Tell whether the tests will find a browser, in the order they look."""
    if os.environ.get("TROTH_CHROMIUM") or any(map(shutil.which, BROWSERS)):
        return True
    probe = (
        "from pathlib import Path; from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: raise SystemExit(not Path(p.chromium.executable_path)"
        ".exists())"
    )
    return run(PYTHON, "-c", probe).returncode == 0


def chinese_font_found() -> bool:
    """Tell whether fontconfig knows a font with Chinese; macOS always has one."""
    if sys.platform == "darwin":
        return True
    return shutil.which("fc-list") is not None and bool(run("fc-list", ":lang=zh-cn").stdout)


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a command quietly and return what it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "VIRTUAL_ENV": str(VENV)}
    try:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment,
        )
    except OSError as error:
        return subprocess.CompletedProcess([], 127, "", str(error))


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line a command said, where the cause usually stands."""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1].strip() if lines else f"exit status {done.returncode}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["base"]))
