"""Draw the pictures of the documentation: `python -m tests.pages.pictures` (`make pictures`).

Named, it draws some alone: `python -m tests.pages.pictures records sites`.

They show a real server on the bundled policy with a change that waits. `manifest.json` keeps for
each the hash of what it was drawn from, so that a test tells when a page has changed since.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from playwright.sync_api import Browser, sync_playwright

from tests.pages import fault
from tests.pages.entering import set_up_factor
from tests.pages.lived import live
from tests.pages.samples import ROOT, changed, default_policy
from tests.services import chromium
from tests.services.server import Server, environment
from troth.policy.words import LANGS, Lang

PICTURES: Final = ROOT / "docs" / "pictures"
MANIFEST: Final = PICTURES / "manifest.json"
SITE: Final = ROOT / "src" / "troth" / "site"
PASSWORD: Final = "a long made-up phrase"
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
HEIGHTS: Final = {360: 780, 1280: 860}
BYTES_MAX: Final = 400_000


class Shot(Struct, frozen=True):
    """One picture: which page, in which language, how wide, light or dark."""

    page: str
    lang: Lang
    width: int
    dark: bool = False

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.page}-{self.lang}-{self.width}{'-dark' if self.dark else ''}.png"


class Sight(Struct, frozen=True):
    """What a picture shows: an address, the templates it is drawn from, who looks."""

    path: str
    sources: Sequence[str]
    staff: bool = False
    open_mark: str = ""
    row: str = ""


SIGHTS: Final = {
    "policy": Sight("/", ["policy", "parts"], open_mark="purpose.cookies"),
    "board": Sight(
        "/console/?statement=purpose.collection", ["console"], staff=True, row="purpose.collection"
    ),
    "changes": Sight("/changes/2", ["history"]),
    "history": Sight("/history", ["history"]),
    "ledger": Sight("/ledger/", ["ledger"]),
    "console-ledger": Sight("/console/ledger", ["console"], staff=True),
    "jobs": Sight("/console/jobs", ["console"], staff=True),
    "sign-in": Sight("/console/sign-in", ["console"]),
    "access": Sight("/console/access", ["console"], staff=True),
    "access-map": Sight("/console/access/map", ["console"], staff=True),
    "record": Sight("/console/access/record", ["console"], staff=True),
    "sites": Sight("/console/sites", ["console"], staff=True),
    "key-new": Sight("/console/sites/main/new", ["console"], staff=True),
    "records": Sight("/console/records", ["console/records"], staff=True),
    "people": Sight("/console/people", ["console"], staff=True),
    "organisation": Sight("/console/organisation", ["console"], staff=True),
    "board-broken": Sight(
        "/console/?statement=revision.timely", ["console"], staff=True, row="revision.timely"
    ),
}
BROKEN: Final = tuple(Shot("board-broken", lang, 1280) for lang in LANGS)
"""Drawn last, after a sabotage was put into the server's store."""
SHOTS: Final = (
    *(
        Shot(page, lang, width)
        for page in SIGHTS
        for lang in LANGS
        for width in HEIGHTS
        if page != "board-broken"
    ),
    Shot("policy", "zh", 1280, dark=True),
    Shot("policy", "zh", 360, dark=True),
    Shot("board", "en", 1280, dark=True),
    Shot("changes", "en", 360, dark=True),
    Shot("records", "en", 360, dark=True),
    *BROKEN,
)


STYLES: Final = {
    "board": "board.css",
    "board-broken": "board.css",
    "jobs": "jobs.css",
    "ledger": "ledger.css",
    "console-ledger": "ledger.css",
    "access": "access.css",
    "access-map": "access.css",
    "record": "access.css",
    "sites": "sites.css",
    "key-new": "sites.css",
    "records": "records.css",
    "people": "people.css",
    "organisation": "people.css",
}
"""Which style a page has beside the base; the others are for reading."""


def sources_hash(shot: Shot) -> str:
    """Return the hash of the templates, styles and catalogue a picture is drawn from."""
    files = [SITE / "templates" / "base.html", SITE / "static" / "css" / "base.css"]
    for folder in SIGHTS[shot.page].sources:
        files += (SITE / "templates" / folder).rglob("*.html")
    files += (SITE / "static" / "css").glob(STYLES.get(shot.page, "reading.css"))
    if shot.lang == "zh":
        files.append(SITE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    digest = sha256()
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(SITE).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@contextmanager
def served() -> Iterator[Server]:
    """Run a server on the bundled policy, then again on the changed one, which waits."""
    with tempfile.TemporaryDirectory() as folder:
        data, policy = Path(folder) / "data", Path(folder) / "policy"
        policy.mkdir()
        for files in (default_policy(), changed(default_policy())):
            for name, content in files.items():
                (policy / name).write_bytes(content)
            server = Server(data, policy=policy).wait()
            if files == default_policy():
                server.stop()
        yield server
        server.stop()


def enter(browser: Browser, server: Server) -> Any:
    """Claim ownership and examine once; return what the browser then holds."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(server.owner_link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Become the owner").click()
    set_up_factor(page, server.url)
    state = context.storage_state()
    context.close()
    live(server)
    examine(browser, server, state)
    return state


def examine(browser: Browser, server: Server, state: Any) -> None:
    """Examine every control now, as a member does."""
    context = browser.new_context(locale="en-GB", storage_state=state)
    page = context.new_page()
    page.goto(f"{server.url}/console/")
    page.get_by_role("button", name="Examine now").click()
    page.wait_for_load_state()
    context.close()


def prove(server: Server) -> None:
    """Try every sabotage on a scratch store, so that the board tells when each was caught."""
    command = [sys.executable, "-m", "troth", "audit", "--prove", "--data", str(server.data)]
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL)


def draw(browser: Browser, server: Server, shot: Shot, state: Any) -> Path:
    """Draw one picture and return its file."""
    sight = SIGHTS[shot.page]
    context = browser.new_context(
        viewport={"width": shot.width, "height": HEIGHTS[shot.width]},
        locale=LOCALES[shot.lang],
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
        storage_state=state if sight.staff else None,
    )
    page = context.new_page()
    page.goto(server.url + sight.path)
    if sight.open_mark and shot.width > min(HEIGHTS):
        page.locator(f"[id='{sight.open_mark}'] + details > summary").click()
    if sight.row and (shot.width == min(HEIGHTS) or shot in BROKEN):
        block = "center" if shot in BROKEN else "start"
        page.locator(f"[id='{sight.row}']").evaluate(
            "(row, block) => row.scrollIntoView({block})", block
        )
    target = PICTURES / shot.name
    page.screenshot(path=target, animations="disabled")
    context.close()
    return target


def main(*pages: str) -> int:
    """Draw the pictures of these pages, of all if none is named; 1 if one is too large."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, str] = {}
    if pages:
        drawn = json.loads(MANIFEST.read_text(encoding="utf-8"))
    large = []
    with sync_playwright() as playwright, served() as server:
        browser = chromium.launch(playwright)
        prove(server)
        state = enter(browser, server)
        for shot in (shot for shot in SHOTS if not pages or shot.page in pages):
            if shot == BROKEN[0]:
                fault.put(server, "author_exchanged")
                examine(browser, server, state)
            target = draw(browser, server, shot, state)
            drawn[shot.name] = sources_hash(shot)
            large += [shot.name] if target.stat().st_size > BYTES_MAX else []
        browser.close()
    MANIFEST.write_text(json.dumps(drawn, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(drawn)} pictures are in {PICTURES.relative_to(ROOT)}\n")
    sys.stderr.writelines(f"{name} is larger than {BYTES_MAX} bytes\n" for name in large)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
