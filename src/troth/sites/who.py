"""For whom a call by a key acts: told by what it sends, found or made in its transaction.

`who_calls(request, caller, named, now, nobody=…) -> Who`     raises ProblemError
`subject_of(tx, who) -> PersonId`                   raises UnknownSubjectError, UnfitSubjectError,
                                                    KeyRefusedError, ErasedError
A secret key names a user by the operator's id. A publishable one acts for who proves it: a visitor
or an installation by its own secret (`Troth-Subject`), a user by an assertion (`Troth-Assertion`),
which the operator's back end has signed or the provider its users sign in by.
"""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from msgspec import Struct

from troth import vault
from troth.people.id_tokens import TOKEN_LENGTH_MAX
from troth.people.subjects import Bearer, demand_subject, is_subject, make_subject
from troth.policy.words import Message, mark
from troth.sites import assertions, believed
from troth.sites.assertions import Asserted
from troth.sites.doors import problem
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Caller
from troth.sites.secrets import Borne, bearer_of
from troth.store import Tx
from troth.vault import PersonId
from troth.versions.problem import ProblemError

SECRET_LENGTH_MAX: Final = 100
SUBJECT: Final = "Troth-Subject"
ASSERTION: Final = "Troth-Assertion"
DEFAULT_PORTS: Final = {"https": 443, "http": 80}
PROOFS: Final = {
    SUBJECT: (SECRET_LENGTH_MAX, "The secret of a visitor or an installation, by which it is she."),
    ASSERTION: (
        TOKEN_LENGTH_MAX,
        "Who she is: signed by the operator's back end, or the ID token of her own sign-in.",
    ),
}
"""What a call by a publishable key may have, for `doors.described`."""


class Named(Struct, frozen=True):
    """What the body or query of a call says of its subject."""

    external: str = ""
    new: bool = False
    first: Bearer | None = None

    def __repr__(self) -> str:
        return "Named()"


class Who(Struct, frozen=True):
    """For whom a call acts; a `visitor` beside an assertion is who she was before."""

    caller: Caller
    external: str = ""
    new: bool = False
    asserted: Asserted | None = None
    visitor: Borne | None = None
    first: Borne | None = None

    def __repr__(self) -> str:
        return f"Who({self.caller.key})"

    @property
    def bearer(self) -> Bearer:
        """What bears the choices: a person, or software that holds a secret of its own."""
        borne = None if self.external or self.asserted else self.visitor or self.first
        return "person" if borne is None else borne.bearer

    @property
    def is_nobody(self) -> bool:
        """Whether nobody is meant: a page that has yet to ask its first question."""
        return not (self.external or self.asserted or self.visitor or self.first)

    @property
    def needs(self) -> tuple[PersonId, ...]:
        """Whose key must be made first."""
        return () if self.first is None else (self.first.person,)

    @property
    def told(self) -> str:
        """What tells her apart from others of the same key, for answers that are given again."""
        borne = self.visitor
        subject = "" if borne is None else borne.person
        asserted = "" if self.asserted is None else self.asserted.external
        return f"{subject} {asserted}"


def who_calls(
    request: HttpRequest, caller: Caller, named: Named, now: datetime, *, nobody: bool = False
) -> Who:
    """Return for whom a call acts, as far as that is seen without the database.

    `nobody`: a publishable key may act for nobody, too.
    """
    if caller.kind == "secret":
        if not named.external:
            raise _missing(mark("Name the subject by your own id of her: “subject”."))
        return Who(caller, external=named.external, new=named.new)
    if named.external:
        says = mark("A publishable key acts for who proves it: leave “subject” out.")
        raise ProblemError(403, "subject-named", Message(says), where="subject")
    visitor = None if caller.test else _visitor(request.headers.get(SUBJECT, ""))
    text = request.headers.get(ASSERTION, "")
    if text:
        try:
            asserted = believed.read(text, caller, _audience(request), now)
        except KeyRefusedError as error:
            raise problem(error) from None
        return Who(caller, asserted=asserted, visitor=visitor)
    if visitor is not None:
        return Who(caller, visitor=visitor)
    if nobody:
        return Who(caller)
    if named.first not in {"visitor", "installation"}:
        raise _missing(
            mark(
                "Send Troth-Subject or Troth-Assertion; at first contact send “bearer”: visitor or"
                " installation, and keep the secret of the answer."
            )
        )
    return Who(caller, first=Borne(vault.new_person(), named.first))


def subject_of(tx: Tx, who: Who) -> PersonId:
    """Return whom a call is about. An assertion is used up by it; at first contact she is made.

    A visitor whom the data do not know, as they are an older backup's, is known again from now on.
    """
    if who.caller.test:
        raise AssertionError("a call in test mode is about nobody")
    if who.external:
        return demand_subject(tx, who.external, new=who.new)
    if who.asserted is not None:
        assertions.spend(tx, who.asserted)
        return demand_subject(tx, who.asserted.external, new=True)
    if who.first is not None:
        make_subject(tx, who.first.person, who.first.bearer)
        return who.first.person
    if who.visitor is None:
        raise AssertionError("who_calls lets nobody through who is none of these")
    vault.pseudonym(tx, who.visitor.person)  # raises where she was erased
    if not is_subject(tx, who.visitor.person):
        make_subject(tx, who.visitor.person, who.visitor.bearer)
    return who.visitor.person


def _visitor(text: str) -> Borne | None:
    if not text:
        return None
    borne = bearer_of(text)
    if borne is None:
        says = mark("This is no secret of a visitor or an installation of this server.")
        raise ProblemError(401, "subject-secret", Message(says), where=SUBJECT)
    return borne


def _audience(request: HttpRequest) -> str:
    """Return the address of this server as a browser writes an origin (RFC 6454, 6.2)."""
    parts = urlsplit(str(settings.TROTH_URL) or f"{request.scheme}://{request.get_host()}")
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _missing(says: str) -> ProblemError:
    return ProblemError(422, "subject-missing", Message(says), where="subject")
