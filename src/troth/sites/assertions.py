"""Identity assertions: an operator's back end says who the user of its page is, once, for minutes.

`read(text, caller, audience, now) -> Asserted`     raises KeyRefusedError
`spend(tx, asserted) -> None`                       raises the same where it was used before
`spend_all(tx, many) -> None`                        what `spend` then tells, of many at once

A JSON Web Token (RFC 7519) with HS256, signed by a secret key of the same site, whose id is `kid`:
`sub` the operator's id of the user, `aud` this server's address, `iat`, `exp`, `jti`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from msgspec import Struct

from troth.ledger import LedgerEntry, record
from troth.policy.words import mark
from troth.sites.facts import Caller, refused
from troth.sites.models import Key, SpentAssertion
from troth.sites.secrets import written_of
from troth.store import Tx
from troth.store.rows import Rows, insert_new

ALGORITHM: Final = "HS256"
LASTS_MAX: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=30)
"""By how much the clocks of two servers may differ."""
JTI_LENGTH_MIN: Final = 16
TEXT_LENGTH_MAX: Final = 4_000
UNREADABLE: Final = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What the library raises on a header or claims nobody would write."""
KID: Final = re.compile(r"[a-z2-9]{12}", re.ASCII)
MEMO: Final = "sites.spent"
SPENT: Final = Rows(
    "sites_spentassertion",
    (("key", "text"), ("jti", "text"), ("until", "timestamptz")),
    key=("key", "jti"),
)


class Asserted(Struct, frozen=True):
    """Who is meant, by which key it was said, and until when it must be remembered."""

    external: str
    key: str
    jti: str
    until: datetime

    def __repr__(self) -> str:
        return f"Asserted({self.key})"


def read(
    text: str, caller: Caller, audience: str, now: datetime, alias: str = DEFAULT_DB_ALIAS
) -> Asserted:
    """Return who an assertion is about; whether it was used before, `spend` tells."""
    key, claims = _signed(text, caller, now, alias)
    begun, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if begun is None or ends is None or ends - begun > LASTS_MAX or begun > now + LEEWAY:
        raise refused(
            401,
            "assertion-invalid",
            mark(
                "An assertion says when it was made (iat) and when it ends (exp): within 5 minutes."
            ),
        )
    if ends + LEEWAY <= now:
        raise refused(401, "assertion-expired", mark("This assertion has ended; make another."))
    if claims.get("aud") != audience:
        raise refused(
            401,
            "assertion-audience",
            mark("This assertion is for another server than %(audience)s."),
            audience=audience,
        )
    subject, jti = claims.get("sub"), claims.get("jti")
    if (
        not isinstance(subject, str)
        or not isinstance(jti, str)
        or len(jti) < JTI_LENGTH_MIN
        or not (subject + jti).isprintable()
    ):
        raise refused(
            401,
            "assertion-invalid",
            mark(
                "An assertion names its subject (sub) and a nonce (jti) of 16 characters or more."
            ),
        )
    return Asserted(subject, key.id, sha256(jti.encode()).hexdigest(), ends + LEEWAY)


def spend(tx: Tx, asserted: Asserted) -> None:
    """Use an assertion up. Of two at once one is refused, and one that ended in the queue."""
    if asserted.until <= tx.now:
        raise refused(401, "assertion-expired", mark("This assertion has ended; make another."))
    place = asserted.key, asserted.jti
    used: dict[tuple[str, str], bool] = tx.memo.get(MEMO, {})
    fresh = used.pop(place, None)
    if fresh is None:
        (fresh,) = insert_new(tx.alias, SPENT, [(*place, asserted.until)])
    if not fresh:
        raise refused(
            401, "assertion-replayed", mark("This assertion was used before; make another.")
        )


def spend_all(tx: Tx, many: Iterable[Asserted]) -> None:
    """Use many up in one message, before any other lock; of each `spend` tells what came of it.

    In one order whoever asks: who has one written waits for nobody who waits for her.
    """
    until = {(one.key, one.jti): one.until for one in many}
    places = sorted(until)
    fresh = insert_new(tx.alias, SPENT, [(*place, until[place]) for place in places])
    tx.memo[MEMO] = dict(zip(places, fresh, strict=True))


def forget(tx: Tx) -> int:
    """Forget those that would have ended by now; return how many those were."""
    deleted, _ = SpentAssertion.objects.using(tx.alias).filter(until__lte=tx.now).delete()
    if deleted:
        record(tx, LedgerEntry("sites.assertions-forgotten", about={"assertions": deleted}))
    return deleted


def _signed(text: str, caller: Caller, now: datetime, alias: str) -> tuple[Key, dict[str, Any]]:
    """Return the key an assertion was signed by, and its claims."""
    from joserfc import jwt  # noqa: PLC0415 - slow to import
    from joserfc.errors import JoseError  # noqa: PLC0415 - the same
    from joserfc.jwk import OctKey  # noqa: PLC0415 - the same
    from joserfc.jws import extract_compact  # noqa: PLC0415 - the same

    unreadable = (JoseError, *UNREADABLE)
    try:
        if len(text) > TEXT_LENGTH_MAX:
            raise ValueError
        kid = extract_compact(text.encode()).headers().get("kid")
        key = _signing_key(kid, caller, now, alias)
        secret = OctKey.import_key(written_of(key).text)
        claims = jwt.decode(text, secret, algorithms=[ALGORITHM]).claims
    except unreadable as error:
        says = mark("This assertion cannot be read, or its signature does not fit.")
        raise refused(401, "assertion-invalid", says) from error
    return key, claims


def _signing_key(kid: Any, caller: Caller, now: datetime, alias: str) -> Key:
    rows = Key.objects.using(alias).filter(kind="secret", site=caller.site, revoked_at=None)
    named = isinstance(kid, str) and KID.fullmatch(kid) is not None
    key = rows.filter(pk=kid).first() if named else None
    ended = key is not None and key.expires_at is not None and key.expires_at <= now
    if key is None or ended or "assertions" not in key.scopes or key.test != caller.test:
        raise refused(
            401,
            "assertion-key",
            mark(
                "Sign by a living secret key of the same site and mode, with the scope"
                " “assertions”, and name it as kid."
            ),
        )
    return key


def _moment(claim: Any) -> datetime | None:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return None
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (OverflowError, ValueError, OSError):
        return None
