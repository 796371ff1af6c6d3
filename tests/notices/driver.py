"""A process of a test: `python -m tests.notices.driver ROLE DATA DATABASE [PORT MINUTE STEP]`.

`begin` makes the data; `post NAME ADDRESS` puts one mail for a server that runs; `put` posts some
mails and sends them, as `send` does what waits: at `MINUTE` minutes after `BEGIN`, killed at the
`STEP`-th step (0: never). Steps are: before a mail is handed over, after it, and after that was
entered. It prints the states of the outbox.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.services.server import environment
from troth.site import boot
from troth.site import config as configuration

BEGIN: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""After any policy that the start of `begin` put in force."""
MAILS: Final = 2
STEPS: Final = 3 * MAILS
_steps = 0


def step(die_at: int) -> None:
    """Count a step, and die at the one that was asked for."""
    global _steps  # noqa: PLW0603 - one count a process
    _steps += 1
    if _steps == die_at:
        os.kill(os.getpid(), signal.SIGKILL)


def counted(call: Callable[..., Any], die_at: int) -> Callable[..., Any]:
    """Return a call with a step before it and one after."""

    def run(*args: Any, **kwargs: Any) -> Any:
        step(die_at)
        result = call(*args, **kwargs)
        step(die_at)
        return result

    return run


def main(role: str, data: str, database: str, *rest: str) -> None:
    """Do it."""
    flags = {"data": Path(data), **({"database": database} if database else {})}
    config = configuration.load(flags, environment())
    if role == "begin":
        boot.boot(config)
        return
    boot.open_data(config)
    if role == "post":
        post_one(*rest)
        return
    port, minute, die_at = map(int, rest)
    send(port, minute, die_at, fresh=role == "put")


def post_one(name: str, address: str) -> None:
    """Put one mail of the product, with made-up values, for a server that runs."""
    from tests.notices.cast import STORE, somebody  # noqa: PLC0415 - needs Django set up
    from troth.notices.wording import samples_of  # noqa: PLC0415 - the same
    from troth.people.mail import known_mails, post  # noqa: PLC0415 - the same
    from troth.store import SYSTEM, transact_on  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    values = samples_of(known_mails()[name])
    transact_on(STORE, SYSTEM, now, post, somebody(address, now), name, values, "k")


def send(port: int, minute: int, die_at: int, *, fresh: bool) -> None:
    """Put mails if asked, and send what is due."""
    from tests.notices.cast import INVITED, STORE, put_mail, somebody  # noqa: PLC0415 - needs Django set up
    from troth.notices import sending  # noqa: PLC0415 - the same
    from troth.people import mail  # noqa: PLC0415 - the same
    from troth.store.models import OutboxRow  # noqa: PLC0415 - the same
    from troth.wire.smtp import Session  # noqa: PLC0415 - the same
    from troth.wire.smtp_server import SmtpServer, parse_sender  # noqa: PLC0415 - the same

    vars(mail)["_declared"] = lambda: iter((INVITED,))
    now = BEGIN + timedelta(minutes=minute)
    if fresh:
        person = somebody(f"person-{minute}@example.invalid", now)
        for number in range(MAILS):
            put_mail(person, f"{minute}.{number}", at=now)
    type.__setattr__(Session, "send", counted(Session.send, die_at))
    committed = vars(sending)["transact_on"]

    def then(store: Any, actor: str, now: Any, verb: Any, *args: Any) -> Any:
        result = committed(store, actor, now, verb, *args)
        if verb is vars(sending)["_note_handed_over"]:
            step(die_at)  # it is committed, and the row is not marked yet
        return result

    vars(sending)["transact_on"] = then
    server = SmtpServer("127.0.0.1", port, "none")
    sending.send_due(STORE, server, parse_sender("privacy@example.com"), clock=lambda: now)
    sys.stdout.write(json.dumps(dict(OutboxRow.objects.values_list("key", "state"))))


if __name__ == "__main__":
    main(*sys.argv[1:])
