"""`/v1/consents`: what somebody agrees to, and what stands."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct, json
from ninja import Router

from troth.consent import calls, foreseen, refused
from troth.consent.calls import ConsentAnswer, ConsentState, Saying
from troth.consent.saying import Seen
from troth.policy.words import Lang
from troth.sites import doors
from troth.sites.doors import REPEATS, answered, call_of, described
from troth.sites.who import PROOFS, Named, who_calls

router = Router(tags=["consents"])

END: Final = r"$(?!\n)"
"""The very end: to Python `$` also stands before a last line break; `\\Z` is no end to others."""
About = Annotated[
    str, Meta(max_length=120, pattern=rf"^[a-z][a-z0-9-]*\.[A-Za-z0-9][A-Za-z0-9_.-]*{END}")
]
TextHash = Annotated[str, Meta(pattern=rf"^[0-9a-f]{{64}}{END}")]
Place = Annotated[str, Meta(max_length=6, pattern=rf"^([A-Z]{{2}}(-[A-Z0-9]{{1,3}})?)?{END}")]
Surface = Annotated[str, Meta(max_length=40, pattern=rf"^[a-z][a-z0-9-]*{END}")]


class Consents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says to each thing she was asked, and what she was shown for it.

    `version` is the policy's hash, `texts` the SHA-256 of the words shown, by what they ask for;
    a no needs neither. `subject` (with `new` where she may be unknown) is for secret keys, `bearer`
    for the first contact of a publishable one. `join`: beside an assertion, what the visitor of
    `Troth-Subject` chose before she signed in counts for her account.
    """

    choices: dict[About, bool]
    version: Annotated[str, Meta(max_length=64)] = ""
    lang: Lang = "en"
    surface: Surface = "api"
    texts: dict[About, TextHash] = {}
    region: Place = ""
    signal: bool = False
    subject: str = ""
    new: bool = False
    bearer: Literal["visitor", "installation"] | None = None
    join: bool = False


refused.tell()
CONSENTS: Final = json.Decoder(Consents)
SHAPES: Final[tuple[Any, ...]] = (Consents, ConsentAnswer, ConsentState)


@router.post(
    "/consents",
    operation_id="consent",
    summary="Say yes or no",
    openapi_extra=described("Consents", "ConsentAnswer", headers={**REPEATS, **PROOFS}),
)
def post(request: HttpRequest) -> HttpResponse:
    """Keep what somebody says, all of it or nothing; a separate consent is asked for alone.

    A yes is bound to the words she was shown. Where only a no is said, nothing stands in its way.
    """
    caller = doors.caller_of(request, "consents")
    body = doors.parse(request, CONSENTS)
    now = datetime.now(UTC)
    who = who_calls(request, caller, Named(body.subject, body.new, body.bearer), now)
    foreseen.demand_in_place(who, new=body.new, bearer=body.bearer)
    seen = Seen(
        body.version, body.lang, body.surface, body.texts, region=body.region, signal=body.signal
    )
    saying = Saying(body.choices, seen, body.join)
    call = call_of(request, caller, who.told)
    return answered(foreseen.say(who, saying, call))


@router.get(
    "/consents",
    operation_id="consents",
    summary="What stands, and what may be asked",
    openapi_extra=described("", "ConsentState", headers=PROOFS),
)
def get(request: HttpRequest, subject: str = "", lang: Lang = "en") -> HttpResponse:
    """Tell what somebody has agreed to and refused, and the words for all that may be asked.

    By a publishable key without anybody, the words alone: nobody is made by being shown them.
    """
    caller = doors.caller_of(request, "consents")
    who = who_calls(request, caller, Named(subject), datetime.now(UTC), nobody=True)
    return answered(doors.read(caller, calls.stands, who, lang))
