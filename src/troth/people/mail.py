"""Mail to a person, as whoever decides it sees it: a template, its values, and whose it is.

`post(tx, person, template, values, key) -> bool`     put into the outbox, in this transaction
`known_mails() -> {name: Mail}`                        found in each `troth.<package>.mails`
`letter_of(body) -> Letter`                            what stands in a row of the outbox
`open_letter(tx, letter) -> Opened`                    address and values, for sending it now

An address is never in the outbox: it is opened when the mail is sent. The values are sealed under
the person's key with it, as links hold tokens. `notices` words the mail and sends it.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Final

import msgspec
from msgspec import Struct

import troth
from troth import vault
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.models import Detail
from troth.people.values import demand_use, reveal
from troth.policy.words import Lang, Message
from troth.store import Tx, outbox
from troth.store.jobs_sooner import sooner
from troth.vault import PersonId, Plain, Sealed
from troth.versions import facts

KIND: Final = "mail"
"""Of rows of the outbox."""
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""`package.what-it-tells`."""
ADDRESS: Final = "email"
VALUES: Final = "mail"
"""The fields of the address, and of what is sealed beside it."""
SENT_BY: Final = "notices.send-mail"
"""The job that empties the outbox of mail; it comes round by itself, and sooner when asked."""
POSTED: Final = "people.mail-posted"
OPENED: Final = "people.mail-opened"


class Mail(Struct, frozen=True):
    """A mail that may be sent: what it tells whom, its wording, and what its places stand for.

    `subject` and `body` are English with `%(name)s` places, and marked: Chinese is in the
    package's catalogue. `samples` fill the places where a mail is shown before it is sent.
    """

    name: str
    what: Message
    subject: str
    body: str
    places: Mapping[str, Message]
    samples: Mapping[str, str] = {}


class UnknownMailError(ValueError):
    """No package has a mail of that name, or other values were given than its places take."""


class Letter(Struct, frozen=True):
    """A mail in the outbox: whose it is, what it is made of, and a number that is its alone.

    `box` holds the values, sealed under the policy version `version`. `lang` is None where nobody
    knows which language the person reads. `trial` marks what a member sent to herself to see it.
    """

    person: PersonId
    template: str
    category: str
    purpose: str
    version: str
    box: bytes
    number: str
    lang: Lang | None = None
    trial: bool = False

    def __repr__(self) -> str:
        return f"Letter({self.template})"


class Opened(Struct, frozen=True):
    """A letter opened to be sent: where to (None: she has no address any more), and the values."""

    address: Plain | None
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "Opened(…)"


def post(
    tx: Tx,
    person: PersonId,
    template: str,
    values: Mapping[str, str],
    key: str,
    *,
    category: str = "staff-account",
    purpose: str = "staff-access",
    lang: Lang | None = None,
    trial: bool = False,
) -> bool:
    """Have a mail sent to a person after this transaction, once for each `key`.

    False where the key was there already, or where she is erased or has given no address in
    `category`. It is refused or sent under the policy that is in force when it is sent. Raises
    UnknownMailError.
    """
    _demand_fit(template, values)
    tx.pending.flush(tx.alias)
    held = Detail.objects.using(tx.alias).filter(person=person, category=category, field=ADDRESS)
    if not held.exists():
        return False
    rules = facts.current_rulebook(tx)
    version = "" if rules is None else str(rules.version)
    try:
        written = msgspec.json.encode(dict(values)).decode()
        sealed = vault.seal(tx, person, category, VALUES, written, version)
        subject = vault.pseudonym(tx, person)
    except vault.ErasedError:
        return False
    number = secrets.token_hex(16)
    letter = Letter(
        person, template, category, purpose, version, sealed.box, number, lang, trial
    )  # fmt: skip
    if not outbox.put(tx, KIND, msgspec.json.encode(letter), key):
        return False
    record(tx, LedgerEntry(POSTED, version, subject, {"mail": template}))
    sooner(tx, SENT_BY)
    return True


def _demand_fit(template: str, values: Mapping[str, str]) -> None:
    known = known_mails().get(template)
    if known is None:
        raise UnknownMailError(f"no package has a mail {template}")
    if set(values) != set(known.places):
        places = ", ".join(known.places) or "nothing"
        raise UnknownMailError(f"the mail {template} takes {places}")


_LETTER: Final = msgspec.json.Decoder(Letter)
_VALUES: Final = msgspec.json.Decoder(dict[str, str])


def letter_of(body: bytes) -> Letter:
    """Return what stands in a row of the outbox. Raises msgspec.ValidationError, DecodeError."""
    return _LETTER.decode(body)


def open_letter(tx: Tx, letter: Letter) -> Opened:
    """Open address and values of a letter that is about to be sent, and enter it.

    Raises NoPolicyError, RefusedError, and the vault's errors (ErasedError: there is nobody).
    """
    rules, asked, decision = demand_use(tx, letter.category, letter.purpose)
    who = vault.pseudonym(tx, letter.person)
    sealed = Sealed(letter.person, letter.category, VALUES, letter.version, letter.box)
    opened = vault.unseal(tx, sealed, permit(decision, asked, who))
    about = {"mail": letter.template}
    record(tx, LedgerEntry(OPENED, rules.version, who, about, asked, decision))
    address = reveal(tx, letter.person, letter.category, ADDRESS, letter.purpose)
    return Opened(address, _VALUES.decode(opened.reveal()))


@cache
def known_mails() -> dict[str, Mail]:
    """Return every mail by name. Raises ValueError on a name that occurs twice or is none.

    A `mails` module names its mails in `MAILS: tuple[Mail, ...]`; none is imported by name.
    """
    found: dict[str, Mail] = {}
    for mail in _declared():
        if not NAME.fullmatch(mail.name):
            raise ValueError(f"a mail's name is written package.what-it-tells, not {mail.name}")
        if mail.name in found:
            raise ValueError(f"two mails are called {mail.name}")
        found[mail.name] = mail
    return found


def _declared() -> Iterator[Mail]:
    for package in iter_modules(troth.__path__, "troth."):
        name = f"{package.name}.mails"
        if package.ispkg and find_spec(name) is not None:
            yield from import_module(name).MAILS
