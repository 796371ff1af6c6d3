"""Find the Chromium the browser tests drive."""

import os
import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Playwright

SYSTEM_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell is the same browser without windows, which draws a page in half the time."""
ARGUMENTS: Final = (
    "--no-sandbox",  # root in a container can't have one; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def path(playwright: Playwright) -> str:
    """Return the executable: `TROTH_CHROMIUM`, a system one, Playwright's own; else fail."""
    named = os.environ.get("TROTH_CHROMIUM")
    if named:
        return named
    for name in SYSTEM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    message = "No Chromium was found: run `make setup-test`, or name one with TROTH_CHROMIUM."
    raise RuntimeError(message)


def launch(playwright: Playwright) -> Browser:
    """Start a headless browser."""
    return playwright.chromium.launch(executable_path=path(playwright), args=list(ARGUMENTS))
