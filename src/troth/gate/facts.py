"""The facts each verb is decided on, parsed in one call. Names and counts, never a value.

A fact says which field was filled, not with what; who a person is stays outside but for the
pseudonym a view is about. Consents come as the names of `Rulebook.bits` or, on hot paths, as the
mask of them; moments as aware datetimes; lengths of time in the unit the name ends with.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from troth.gate.malformed import malformed
from troth.policy.change import Demand
from troth.policy.words import Message, Pseudonym, mark

Name = Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
"""A register id or path. No place for an address: `@` and spaces are refused."""

CookieName = Annotated[str, Meta(max_length=200, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
"""A cookie's name: a token (RFC 6265, 4.1.1)."""

Place = Annotated[str, Meta(max_length=6, pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")]
"""Where the person is: an ISO 3166-1 or 3166-2 code, "" if unknown."""

Member = Annotated[str, Meta(max_length=100)]
"""A member's id in the records; not her name."""

Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0)]
Names = Annotated[frozenset[Name], Meta(max_length=500)]
Consents = Names | Count
"""Consents given: names (`purpose.search`, `class.statistics`) or their mask."""


class CollectFacts(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="verb", tag="collect"
):
    """May these fields of a category be taken in? `fields` are those that were filled.

    `source` is a source's id; `event` and `client` tell which usage event carries them. `agreed`
    are consents and `separate` separate consents; `accepted` (an acceptance of the policy) is
    told so that the answer can say that it does not count. `of_age` is None where not asked.
    """

    category: Name
    fields: Names
    purpose: Name
    source: Name
    agreed: Consents = 0
    separate: Consents = 0
    accepted: bool = False
    region: Place = ""
    event: Name | None = None
    client: Name | None = None
    of_age: bool | None = None


class UseFacts(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="verb", tag="use"
):
    """May a category that is held be used for a purpose?

    `outside`: the values are told to a system outside this server, such as the operator's own.
    """

    category: Name
    purpose: Name
    agreed: Consents = 0
    separate: Consents = 0
    accepted: bool = False
    outside: bool = False


class SetCookieFacts(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="verb",
    tag="set_cookie",
):
    """May a cookie be sent? `conforms`: its value matches the declared grammar.

    `max_age_seconds` 0 lasts as long as the browser session. `agreed` and `refused` are the
    visitor's choices by cookie (`cookie.visitor`) or class (`class.statistics`); a refusal wins.
    """

    name: CookieName
    conforms: bool
    max_age_seconds: Count = 0
    region: Place = ""
    agreed: Consents = 0
    separate: Consents = 0
    refused: Consents = 0
    accepted: bool = False


class ReadCookieFacts(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="verb",
    tag="read_cookie",
):
    """May a cookie be read for a purpose? The choice is that of setting it."""

    name: CookieName
    purpose: Name
    region: Place = ""
    agreed: Consents = 0
    separate: Consents = 0
    refused: Consents = 0
    accepted: bool = False


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mandatory order: who demands, what it covers (`category` or `category.field`), who saw it.

    `documented`: the document is held under its hash and was authenticated. A `foreign`
    authority's order needs the competent authority's approval (PIPL 41, DSL 36).
    """

    authority: Annotated[str, Meta(max_length=200)]
    instrument: Literal["law", "legal-process", "litigation", "regulator"]
    documented: bool
    entered_by: Member
    reviewed_by: Member | None = None
    scope: Names
    foreign: bool = False
    approved: bool = False


class ReleaseFacts(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="verb", tag="release"
):
    """May data of `persons` persons leave? `consenting` of them gave the separate consent.

    For one person her `separate` consents do as well. `fields` (`category.field`) narrow the
    categories where an order does. `country` is where it goes, "" if it stays.
    """

    ground: Literal["consent", "law", "contract"]
    recipient: Name
    categories: Names
    purpose: Name
    persons: Count
    consenting: Count = 0
    separate: Consents = 0
    accepted: bool = False
    fields: Names = frozenset()
    public: bool = False
    country: Place = ""
    order: Order | None = None


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member's leave to see categories for purposes, of a person, a case or all, until a moment.

    Of a case nobody asks for leave: it is given by whoever put the member on it (`approved_by`).
    """

    categories: Names
    purposes: Names
    until: Moment
    requested_by: Member
    approved_by: Member
    person: Pseudonym | None = None
    case: Name | None = None
    everyone: bool = False


class ViewFacts(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="verb", tag="view"
):
    """May a member see a category of a person or case? Each moment None means: there is none.

    `undertaking_until` ends her signed confidentiality undertaking, `review_due` is when her
    access must next have been reviewed, `frozen` an emergency stop of her grants. `many`: under
    leave for everybody she has seen as many persons of late as may be without naming them.
    """

    category: Name
    purpose: Name
    undertaking_until: Moment | None = None
    review_due: Moment | None = None
    frozen: bool = False
    grant: Grant | None = None
    person: Pseudonym | None = None
    case: Name | None = None
    many: bool = False


class TakeEffectFacts(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="verb",
    tag="take_effect",
):
    """May a version take effect? The rulebook is the new version's.

    `demands` are those of all its changes; `old_period_days` the notice period of the version
    in force; `shown_at` when the notice was first shown, `prominently` or not.
    """

    first: bool = False
    demands: frozenset[Demand] = frozenset()
    announced_at: Moment | None = None
    shown_at: Moment | None = None
    prominently: bool = False
    old_period_days: Count = 0


Facts = (
    CollectFacts
    | UseFacts
    | SetCookieFacts
    | ReadCookieFacts
    | ReleaseFacts
    | ViewFacts
    | TakeEffectFacts
)

NAMED_PERSON_KEYS: Final = frozenset({"subject", "person"})
"""Keys by which an outsider would name a person."""

_DECODER: Final[msgspec.json.Decoder[Facts]] = msgspec.json.Decoder(Facts)


class MalformedFactsError(ValueError):
    """The facts are not those of any verb: what is wrong, and where, as `message`."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class NamedPersonError(MalformedFactsError):
    """The facts name a person, of whom nobody outside may ask."""


def parse(document: bytes | str) -> Facts:
    """Parse JSON facts from outside.

    Raises:
        NamedPersonError: the question is about a named person.
        MalformedFactsError: not JSON, an unknown verb, a fact missing, unknown or of wrong type.
    """
    try:
        facts = _DECODER.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if _names_person(document):
            raise NamedPersonError(_NAMED) from None
        raise MalformedFactsError(malformed(str(error), _VERBS)) from None
    if isinstance(facts, ViewFacts) and facts.person is not None:
        raise NamedPersonError(_NAMED)
    return facts


_NAMED: Final = Message(
    mark(
        "A question about a named person is not answered: ask by category, purpose and the "
        "consents given."
    )
)
_VERBS: Final[tuple[str, ...]] = tuple(s.__struct_config__.tag for s in get_args(Facts))


def _names_person(document: bytes | str) -> bool:
    """Tell whether malformed facts are an object with a key that names a person."""
    try:
        found: Any = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(found, dict) and not NAMED_PERSON_KEYS.isdisjoint(found)
