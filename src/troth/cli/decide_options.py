"""The options of `troth decide`, one a fact, grouped by what is asked."""

from typing import Annotated, Final

import typer

DATA: Final = "Data"
CONSENT: Final = "Consents"
COOKIE: Final = "Cookies"
RELEASE: Final = "Releases"
VIEW: Final = "Views"
EFFECT: Final = "Versions"

Verb = Annotated[
    str | None,
    typer.Argument(
        metavar="[VERB]",
        help="collect, use, set-cookie, read-cookie, release, view or take-effect.",
    ),
]
FactsFile = Annotated[
    str | None,
    typer.Option("--facts", metavar="FILE", help="Facts as JSON; - is standard input."),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="Decide as of 2026-03-01T00:00:00Z (now)."),
]

Category = Annotated[
    list[str] | None,
    typer.Option("--category", rich_help_panel=DATA, help="A kind of data; several for a release."),
]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        rich_help_panel=DATA,
        help="A field that was filled; `category.field` to narrow a release.",
    ),
]
Purpose = Annotated[str | None, typer.Option("--purpose", rich_help_panel=DATA, help="What for.")]
Source = Annotated[
    str | None, typer.Option("--source", rich_help_panel=DATA, help="Where the data comes from.")
]
Event = Annotated[
    str | None,
    typer.Option("--event", rich_help_panel=DATA, help="The usage event that carries the fields."),
]
Client = Annotated[
    str | None,
    typer.Option(
        "--client", rich_help_panel=DATA, help="Who sends the event: browser, device or server."
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", rich_help_panel=DATA, help="Where the person is: CN, US-CA."),
]
OfAge = Annotated[
    bool | None,
    typer.Option(
        "--of-age/--under-age", rich_help_panel=DATA, help="Whether the minimum age is reached."
    ),
]
Agreed = Annotated[
    list[str] | None,
    typer.Option(
        "--agreed",
        rich_help_panel=CONSENT,
        help="A consent given: purpose.search, class.statistics.",
    ),
]
Separate = Annotated[
    list[str] | None,
    typer.Option(
        "--separate",
        rich_help_panel=CONSENT,
        help="A separate consent given: recipient.ID, partner.ID.",
    ),
]
Refused = Annotated[
    list[str] | None,
    typer.Option(
        "--refused", rich_help_panel=CONSENT, help="A cookie or class refused: cookie.visitor."
    ),
]
Accepted = Annotated[
    bool | None,
    typer.Option(
        "--accepted", rich_help_panel=CONSENT, help="The policy was accepted (which is no consent)."
    ),
]
Name = Annotated[
    str | None, typer.Option("--name", rich_help_panel=COOKIE, help="The cookie's name.")
]
Conforms = Annotated[
    bool | None,
    typer.Option(
        "--conforms/--malformed",
        rich_help_panel=COOKIE,
        help="Whether the value follows the grammar (yes).",
    ),
]
MaxAge = Annotated[
    int | None,
    typer.Option(
        "--max-age-seconds",
        min=0,
        rich_help_panel=COOKIE,
        help="How long it lasts; 0 for the browser session.",
    ),
]
Ground = Annotated[
    str | None, typer.Option("--ground", rich_help_panel=RELEASE, help="consent, law or contract.")
]
Recipient = Annotated[
    str | None, typer.Option("--recipient", rich_help_panel=RELEASE, help="Who would receive it.")
]
Persons = Annotated[
    int | None,
    typer.Option("--persons", min=0, rich_help_panel=RELEASE, help="How many persons it is about."),
]
Consenting = Annotated[
    int | None,
    typer.Option(
        "--consenting",
        min=0,
        rich_help_panel=RELEASE,
        help="How many of them consented separately.",
    ),
]
Public = Annotated[
    bool | None, typer.Option("--public", rich_help_panel=RELEASE, help="To everybody.")
]
Country = Annotated[
    str | None, typer.Option("--country", rich_help_panel=RELEASE, help="Where it goes.")
]
UndertakingUntil = Annotated[
    str | None,
    typer.Option(
        "--undertaking-until",
        rich_help_panel=VIEW,
        help="Until when the member's undertaking is signed.",
    ),
]
ReviewDue = Annotated[
    str | None,
    typer.Option("--review-due", rich_help_panel=VIEW, help="When her access must be reviewed."),
]
Frozen = Annotated[
    bool | None, typer.Option("--frozen", rich_help_panel=VIEW, help="Her access is frozen.")
]
Case = Annotated[
    str | None, typer.Option("--case", rich_help_panel=VIEW, help="The case it is about.")
]
First = Annotated[
    bool | None, typer.Option("--first", rich_help_panel=EFFECT, help="It is the first version.")
]
Demands = Annotated[
    list[str] | None,
    typer.Option(
        "--demand", rich_help_panel=EFFECT, help="What the changes demand: notice, prominent."
    ),
]
AnnouncedAt = Annotated[
    str | None,
    typer.Option(
        "--announced-at",
        rich_help_panel=EFFECT,
        help="When they were announced: 2026-03-01T00:00:00Z.",
    ),
]
ShownAt = Annotated[
    str | None,
    typer.Option("--shown-at", rich_help_panel=EFFECT, help="When they were first shown."),
]
Prominently = Annotated[
    bool | None,
    typer.Option("--prominently", rich_help_panel=EFFECT, help="They were shown prominently."),
]
OldPeriodDays = Annotated[
    int | None,
    typer.Option(
        "--old-period-days",
        min=0,
        rich_help_panel=EFFECT,
        help="Notice period of the version in force.",
    ),
]
FACTS: Final = (
    "category",
    "fields",
    "purpose",
    "source",
    "event",
    "client",
    "region",
    "of_age",
    "agreed",
    "separate",
    "refused",
    "accepted",
    "name",
    "conforms",
    "max_age_seconds",
    "ground",
    "recipient",
    "persons",
    "consenting",
    "public",
    "country",
    "undertaking_until",
    "review_due",
    "frozen",
    "case",
    "first",
    "demands",
    "announced_at",
    "shown_at",
    "prominently",
    "old_period_days",
)
"""The parameters that are facts."""
