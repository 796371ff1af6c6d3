"""The options of `troth decide`, one a fact, grouped by what is asked."""

from typing import Annotated, Final

import typer

from troth.policy.words import mark

DATA: Final = mark("Data")
CONSENT: Final = mark("Consents")
COOKIE: Final = mark("Cookies")
RELEASE: Final = mark("Releases")
VIEW: Final = mark("Views")
EFFECT: Final = mark("Versions")

Verb = Annotated[
    str | None,
    typer.Argument(
        metavar="[VERB]",
        help=mark("collect, use, set-cookie, read-cookie, release, view or take-effect."),
    ),
]
FactsFile = Annotated[
    str | None,
    typer.Option("--facts", metavar="FILE", help=mark("Facts as JSON; - is standard input.")),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help=mark("Decide as of 2026-03-01T00:00:00Z (now).")),
]

Category = Annotated[
    list[str] | None,
    typer.Option(
        "--category", rich_help_panel=DATA, help=mark("A kind of data; several for a release.")
    ),
]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        rich_help_panel=DATA,
        help=mark("A field that was filled; `category.field` to narrow a release."),
    ),
]
Purpose = Annotated[
    str | None, typer.Option("--purpose", rich_help_panel=DATA, help=mark("What for."))
]
Outside = Annotated[
    bool | None,
    typer.Option(
        "--outside",
        rich_help_panel=DATA,
        help=mark("The values are told to a system outside this server."),
    ),
]
Source = Annotated[
    str | None,
    typer.Option("--source", rich_help_panel=DATA, help=mark("Where the data comes from.")),
]
Event = Annotated[
    str | None,
    typer.Option(
        "--event", rich_help_panel=DATA, help=mark("The usage event that carries the fields.")
    ),
]
Client = Annotated[
    str | None,
    typer.Option(
        "--client",
        rich_help_panel=DATA,
        help=mark("Who sends the event: browser, device or server."),
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", rich_help_panel=DATA, help=mark("Where the person is: CN, US-CA.")),
]
OfAge = Annotated[
    bool | None,
    typer.Option(
        "--of-age/--under-age",
        rich_help_panel=DATA,
        help=mark("Whether the minimum age is reached."),
    ),
]
Agreed = Annotated[
    list[str] | None,
    typer.Option(
        "--agreed",
        rich_help_panel=CONSENT,
        help=mark("A consent given: purpose.search, class.statistics."),
    ),
]
Separate = Annotated[
    list[str] | None,
    typer.Option(
        "--separate",
        rich_help_panel=CONSENT,
        help=mark("A separate consent given: recipient.ID, partner.ID."),
    ),
]
Refused = Annotated[
    list[str] | None,
    typer.Option(
        "--refused",
        rich_help_panel=CONSENT,
        help=mark("A cookie or class refused: cookie.visitor."),
    ),
]
Accepted = Annotated[
    bool | None,
    typer.Option(
        "--accepted",
        rich_help_panel=CONSENT,
        help=mark("The policy was accepted (which is no consent)."),
    ),
]
Name = Annotated[
    str | None, typer.Option("--name", rich_help_panel=COOKIE, help=mark("The cookie's name."))
]
Conforms = Annotated[
    bool | None,
    typer.Option(
        "--conforms/--malformed",
        rich_help_panel=COOKIE,
        help=mark("Whether the value follows the grammar (yes)."),
    ),
]
MaxAge = Annotated[
    int | None,
    typer.Option(
        "--max-age-seconds",
        min=0,
        rich_help_panel=COOKIE,
        help=mark("How long it lasts; 0 for the browser session."),
    ),
]
Ground = Annotated[
    str | None,
    typer.Option("--ground", rich_help_panel=RELEASE, help=mark("consent, law or contract.")),
]
Recipient = Annotated[
    str | None,
    typer.Option("--recipient", rich_help_panel=RELEASE, help=mark("Who would receive it.")),
]
Persons = Annotated[
    int | None,
    typer.Option(
        "--persons", min=0, rich_help_panel=RELEASE, help=mark("How many persons it is about.")
    ),
]
Consenting = Annotated[
    int | None,
    typer.Option(
        "--consenting",
        min=0,
        rich_help_panel=RELEASE,
        help=mark("How many of them consented separately."),
    ),
]
Public = Annotated[
    bool | None, typer.Option("--public", rich_help_panel=RELEASE, help=mark("To everybody."))
]
Country = Annotated[
    str | None, typer.Option("--country", rich_help_panel=RELEASE, help=mark("Where it goes."))
]
UndertakingUntil = Annotated[
    str | None,
    typer.Option(
        "--undertaking-until",
        rich_help_panel=VIEW,
        help=mark("Until when the member's undertaking is signed."),
    ),
]
ReviewDue = Annotated[
    str | None,
    typer.Option(
        "--review-due", rich_help_panel=VIEW, help=mark("When her access must be reviewed.")
    ),
]
Frozen = Annotated[
    bool | None, typer.Option("--frozen", rich_help_panel=VIEW, help=mark("Her access is frozen."))
]
Many = Annotated[
    bool | None,
    typer.Option(
        "--many",
        rich_help_panel=VIEW,
        help=mark("She has seen as many persons of late as leave for everybody allows."),
    ),
]
Case = Annotated[
    str | None, typer.Option("--case", rich_help_panel=VIEW, help=mark("The case it is about."))
]
First = Annotated[
    bool | None,
    typer.Option("--first", rich_help_panel=EFFECT, help=mark("It is the first version.")),
]
Demands = Annotated[
    list[str] | None,
    typer.Option(
        "--demand", rich_help_panel=EFFECT, help=mark("What the changes demand: notice, prominent.")
    ),
]
AnnouncedAt = Annotated[
    str | None,
    typer.Option(
        "--announced-at",
        rich_help_panel=EFFECT,
        help=mark("When they were announced: 2026-03-01T00:00:00Z."),
    ),
]
ShownAt = Annotated[
    str | None,
    typer.Option("--shown-at", rich_help_panel=EFFECT, help=mark("When they were first shown.")),
]
Prominently = Annotated[
    bool | None,
    typer.Option(
        "--prominently", rich_help_panel=EFFECT, help=mark("They were shown prominently.")
    ),
]
OldPeriodDays = Annotated[
    int | None,
    typer.Option(
        "--old-period-days",
        min=0,
        rich_help_panel=EFFECT,
        help=mark("Notice period of the version in force."),
    ),
]
FACTS: Final = (
    "category",
    "fields",
    "purpose",
    "outside",
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
    "many",
    "case",
    "first",
    "demands",
    "announced_at",
    "shown_at",
    "prominently",
    "old_period_days",
)
"""The parameters that are facts."""
