"""What an operator reads when the server has started."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth.cli.language import translator
from troth.cli.proposals import became
from troth.policy.words import Lang, Message, mark
from troth.site.config import Config

if TYPE_CHECKING:
    from troth.versions.actions import Proposal

OWNER_LINK_FILE: Final = "owner-link.txt"


class Welcome:
    """Says where the server is, what became of the policy folder, and how the owner gets in."""

    def __init__(self, config: Config, lang: Lang | None) -> None:
        self.config = config
        self.translate = translator(lang)

    def __call__(self, port: int, proposal: "Proposal | None") -> None:
        """Print to standard error; called once the server can serve."""
        base = address_of(self.config, port)
        if proposal is not None:
            sys.stderr.write(became(proposal).render(self.translate) + "\n")
        link = first_owner_link(alone=False)  # a server beside may have shown one just now
        if link is not None:
            self._tell_owner(f"{base}/console/owner/{link}")
        else:  # one that was used opens nothing, and yet nobody needs to find it
            (self.config.data / OWNER_LINK_FILE).unlink(missing_ok=True)
        self._say(mark("Troth serves %(address)s/"), address=base)

    def _tell_owner(self, link: str) -> None:
        """Show the link to a terminal; else keep it out of logs, in a file of mode 0600."""
        if sys.stderr.isatty():
            self._say(mark("Nobody owns this server yet. Within an hour, open %(link)s"), link=link)
            return
        file = self.config.data / OWNER_LINK_FILE
        write_private(file, f"{link}\n")
        self._say(
            mark("Nobody owns this server yet. Within an hour, open the address in %(file)s"),
            file=file,
        )

    def _say(self, template: str, **values: object) -> None:
        sys.stderr.write(Message(template, values).render(self.translate) + "\n")
        sys.stderr.flush()


def address_of(config: Config, port: int) -> str:
    """Return the address browsers use, without a slash at its end."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return config.url.rstrip("/") or f"http://{host}:{port}"


def first_owner_link(*, alone: bool) -> str | None:
    """Return a fresh token for the first owner; None if there is an owner."""
    from troth.access.actions import OwnerExistsError, open_owner_link  # noqa: PLC0415 - Django
    from troth.store import transact  # noqa: PLC0415 - the same

    try:
        return transact(open_owner_link, alone=alone).token
    except OwnerExistsError:
        return None


def new_owner_link() -> str:
    """Return a token for one more owner, though there may be one."""
    from troth.access.actions import open_new_owner_link  # noqa: PLC0415 - Django
    from troth.store import transact  # noqa: PLC0415 - the same

    return transact(open_new_owner_link).token


def write_private(file: Path, text: str) -> None:
    """Replace a file by one that its owner alone may read, never readable in between."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as opened:
        opened.write(text)
    draft.replace(file)
