"""The register beside the text: what is collected, why, for how long, who receives it.

One class a table of `policy.toml`; a closed list, unknown keys are refused. Each entry names the
statement that tells of it and is labelled in each language.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, field

from troth.policy.words import StatementId, Text

Basis = Literal[
    "consent",
    "contract",
    "legal-obligation",
    "legitimate-interest",
    "vital-interest",
    "public-task",
]
ConsentNeed = Literal["none", "consent", "separate"]
DataClass = Literal["personal", "linkable", "not-personal"]
CookieClass = Literal["necessary", "functional", "statistics", "partner"]
SourceKind = Literal["direct", "usage", "public", "commercial"]
Threat = Literal["loss", "improper-use", "unauthorised-access", "disclosure"]
StatementKind = Literal[
    "promise", "practice", "right", "definition", "advice", "heading", "retired"
]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that occurs once and names the statement that tells of it."""

    statement: StatementId


class Entry(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One labelled entry of a table; its id is its key in the table."""

    label: Text


class Controller(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers for the processing (PIPL 73(1), GDPR 4(7)); its ownership and organisation."""

    name: Text
    country: str
    address: Text | None = None
    ownership: Text | None = None
    organisation: Text | None = None
    minimum_age: int | None = None


class Contact(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The responsible department, how to reach it, and where to complain."""

    email: str
    department: Text
    complaint: Text
    phone: str | None = None
    address: Text | None = None
    complaint_url: str | None = None


class Notice(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a change is shown before it takes effect, and by which channels."""

    period_days: int = 30
    drift_days: int = 14
    channels: tuple[Literal["page", "mail", "in-software", "atom"], ...] = ("page",)


class Region(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places (ISO 3166 codes, `*` = anywhere else) that demand the same kind of choice."""

    mode: Literal["opt-in", "opt-out"]
    places: tuple[str, ...]


class Site(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A web site or app with its own keys.

    `joins_choices`: what a visitor chose before signing in joins what she says as an account.
    """

    origins: tuple[str, ...] = ()
    service: str | None = None
    joins_choices: bool = False


class Service(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What users see as one product."""

    in_software_notice: bool = False


class Purpose(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What data is used for, on which basis, and how a consent is withdrawn."""

    basis: Basis
    consent: ConsentNeed = "none"
    withdraw: Text | None = None
    dpv: tuple[str, ...] = ()
    fideslang: tuple[str, ...] = ()

    @property
    def need(self) -> ConsentNeed:
        """The consent it needs; what rests on consent needs one whatever else it says."""
        return "consent" if (self.consent, self.basis) == ("none", "consent") else self.consent


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One datum of a category.

    `without` tells what happens when it is left out; `max_length` is in characters; `data_class`
    (key `class`) overrides the category's.
    """

    label: Text
    kind: Literal["text", "number", "boolean", "date", "choice"] = "text"
    required: bool = False
    without: Text | None = None
    max_length: int = 200
    data_class: DataClass | None = field(name="class", default=None)


class Category(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of data: its fields, class, purposes (its uses), sources and retention.

    `combinations` are sets of its linkable fields that identify a person together. What
    `never_leaves` is in no release, by order neither, and in no view.
    """

    data_class: DataClass = field(name="class")
    fields: Mapping[str, Field]
    purposes: tuple[str, ...]
    sources: tuple[str, ...]
    retention: str
    sensitive: bool = False
    never_leaves: bool = False
    combinations: tuple[tuple[str, ...], ...] = ()
    dpv: tuple[str, ...] = ()
    fideslang: tuple[str, ...] = ()


class Event(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A usage event: which fields of which category it carries, from which clients, for what."""

    category: str
    purpose: str
    attributes: tuple[str, ...]
    clients: tuple[Literal["browser", "device", "server"], ...]
    schema: int = 1


class Cookie(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cookie: its names (exact, or a prefix ending in `*`), class, readers' purposes, grammar.

    `lifetime_days` 0 lasts as long as the browser session; `grammar` is a regular expression the
    whole value must match; `holds` names the fields in it as `category.field`.
    """

    names: tuple[str, ...]
    cookie_class: CookieClass = field(name="class")
    purposes: tuple[str, ...]
    lifetime_days: int
    provider: Text
    grammar: str
    holds: tuple[str, ...] = ()
    partner: str | None = None


class Option(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service option a visitor may set, kept in a cookie."""

    values: tuple[str, ...]
    default: str
    cookie: str


class Partner(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner: `embedded` (our service inside its software) or `handed` an identifier."""

    reading: Literal["embedded", "handed"]
    feature: Text
    identifier: Text
    destination: str
    purpose: str
    rotation_days: int
    countries: tuple[str, ...] = ()


class Source(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where data comes from; third-party ones with a legal permission per place and a review."""

    kind: SourceKind
    permissions: Mapping[str, Text] = field(default_factory=dict)
    licence: Text | None = None
    review: date | None = None


class Recipient(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody data may be released to; main (5.3) unless the register says why not."""

    ground: Literal["consent", "law", "contract"]
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    countries: tuple[str, ...] = ()
    public: bool = False
    main: bool = True
    why_not_main: Text | None = None


class Processor(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who processes data on the controller's behalf (GDPR 28, PIPL 21)."""

    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    countries: tuple[str, ...] = ()
    contract: Text | None = None


class Right(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person may demand, where, and within how many days it is answered."""

    channel: Text
    address: str
    days: int


class Measure(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A security measure and the threats it stands against."""

    threats: tuple[Threat, ...]


class Retention(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long: `days` after `start`; no `days` means as long as `start` says."""

    start: Text
    days: int | None = None


class Obligation(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal duty, bound to controls or to an attested document with an expiry date."""

    law: Text
    kept_by: tuple[str, ...] = ()
    document: str | None = None
    expires: date | None = None


class Binding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statement is and which controls keep it (`[statement."id"]`).

    `closes` names the register paths (`cookie`, `purpose.visitors`) that close an open-ended word
    of the sentence; `reading` says how a loose sentence is read, and is shown beside it. A
    `retired` id once stood in the policy and is never used again.
    """

    kind: StatementKind = "practice"
    kept_by: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    reading: Text | None = None


class Cites(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The statement a default-deny refusal of each verb cites."""

    collect: StatementId
    use: StatementId
    set_cookie: StatementId
    read_cookie: StatementId
    release: StatementId
    view: StatementId
    take_effect: StatementId


class Register(Struct, frozen=True, kw_only=True):
    """The whole register, one field a table; a table that is absent or unreadable is None or empty.

    `visitor_secret_days` comes from `[retention]`, beside its entries.
    """

    controller: Controller | None = None
    contact: Contact | None = None
    notice: Notice | None = None
    region: Mapping[str, Region] = field(default_factory=dict)
    site: Mapping[str, Site] = field(default_factory=dict)
    service: Mapping[str, Service] = field(default_factory=dict)
    purpose: Mapping[str, Purpose] = field(default_factory=dict)
    category: Mapping[str, Category] = field(default_factory=dict)
    event: Mapping[str, Event] = field(default_factory=dict)
    cookie: Mapping[str, Cookie] = field(default_factory=dict)
    option: Mapping[str, Option] = field(default_factory=dict)
    partner: Mapping[str, Partner] = field(default_factory=dict)
    source: Mapping[str, Source] = field(default_factory=dict)
    recipient: Mapping[str, Recipient] = field(default_factory=dict)
    processor: Mapping[str, Processor] = field(default_factory=dict)
    right: Mapping[str, Right] = field(default_factory=dict)
    measure: Mapping[str, Measure] = field(default_factory=dict)
    retention: Mapping[str, Retention] = field(default_factory=dict)
    visitor_secret_days: int = 365
    obligation: Mapping[str, Obligation] = field(default_factory=dict)
    statement: Mapping[str, Binding] = field(default_factory=dict)
    cites: Cites | None = None
