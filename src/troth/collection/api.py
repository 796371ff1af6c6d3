"""`/v1/records`: data handed in as declared. `/v1/uses`: values for a purpose that is told of."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from troth.collection import bodies, calls
from troth.collection.calls import CREATED
from troth.sites import doors
from troth.sites.doors import REPEATS, call_of, described

router = Router(tags=["records"])


@router.post(
    "/records",
    operation_id="record",
    summary="Hand in data as declared",
    openapi_extra=described(
        "RecordOrRecords", "RecordOrRecordsAnswer", status=CREATED, headers=REPEATS
    ),
)
def records(request: HttpRequest) -> HttpResponse:
    """Take in one record, or up to 10,000 as `{"records": […]}`, all of them or none.

    What the policy does not tell of is refused (422), and what needs a consent that does not stand
    (403); the refusal names the sentence. A key in test mode is told the same, and nothing is kept.
    """
    caller = doors.caller_of(request, "records")
    sent = bodies.sent(request)
    call = call_of(request, caller, "")
    told = doors.write(caller, (), calls.hand_in, sent.rows, caller, call)
    return bodies.handed_in(told, caller, many=sent.many)


@router.post(
    "/uses",
    operation_id="use",
    summary="Use data for a purpose",
    openapi_extra=described("Wish", "UseAnswer"),
)
def uses(request: HttpRequest) -> HttpResponse:
    """Give the newest values of somebody's fields for a purpose; each use is entered."""
    caller = doors.caller_of(request, "uses")
    wish = doors.parse(request, bodies.WISH)
    return bodies.used(doors.write(caller, (), calls.ask_for, wish, caller))
