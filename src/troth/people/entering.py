"""Coming in by two steps: a password first, then a second factor; between them one is nobody.

`begin(request, account) -> None`        the password fitted: the second step is due
`half(request) -> Account | None`         who is between the two steps, for some minutes
`complete(request, account, by) -> bool`  a fresh session; noted, and confirmed if we checked
`seen(request) -> None`                    on each page; written down every few minutes
`leave(request) -> None`
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest

from troth.people import reauth, sessions
from troth.people.models import Account
from troth.store import transact_as

HALF: Final = "people.half"
LASTS: Final = timedelta(minutes=5)
PROVIDER: Final = "provider"
PASSWORD: Final = "password"  # noqa: S105 - how somebody came in
AGENT_LENGTH_MAX: Final = 400


def begin(request: HttpRequest, account: Account) -> None:
    """Remember that the password fitted, in a session of its own; nobody is signed in by it."""
    request.session.flush()
    request.session[HALF] = [account.pk, account.get_session_auth_hash(), time.time()]


def half(request: HttpRequest) -> Account | None:
    """Return who is between the steps, if her password is still what it was then."""
    said = request.session.get(HALF)
    if not isinstance(said, list) or len(said) != 3:  # noqa: PLR2004 - whose, by what, and when
        return None
    pk, fitted, at = said
    if not 0 <= time.time() - at < LASTS.total_seconds():
        return None
    account = Account.objects.filter(pk=pk, is_active=True).first()
    return account if account is not None and account.get_session_auth_hash() == fitted else None


def complete(request: HttpRequest, account: Account, by: str, *, alone: bool = False) -> bool:
    """Sign somebody in: another session key than before, so none can have been fixed.

    `alone`: there was no second factor to be asked for. False where there is one by now, or the
    account was ended: nobody is signed in then.
    """
    request.session.flush()  # nothing of before goes on, a confirmation least of all
    auth.login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    agent = request.headers.get("User-Agent", "")[:AGENT_LENGTH_MAX]
    key = request.session.session_key or ""
    browser = sessions.browser_of(agent)
    proof = sessions.Proof(by, alone)
    if not transact_as(account.handle, sessions.note, account, key, browser, proof):
        auth.logout(request)
        return False
    if by != PROVIDER:  # which may have let her in by a session of its own, begun long ago
        reauth.confirm(request)
    return True


def seen(request: HttpRequest) -> None:
    """Note that the session is in use."""
    sessions.seen(DEFAULT_DB_ALIAS, request.session.session_key or "", datetime.now(UTC))


def leave(request: HttpRequest) -> None:
    """End the session, here and in the store."""
    account = request.user
    key = request.session.session_key
    if isinstance(account, Account) and key:
        number = account.sessions.filter(session=key).values_list("pk", flat=True).first()
        if number is not None:
            transact_as(account.handle, sessions.end, account, number)
    auth.logout(request)
