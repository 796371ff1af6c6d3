"""What was entered is held, or gone as it may be; whatever else is gone is named."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from tests.access.house import act, join
from tests.collection.cast import AT, message, somebody, taken
from tests.people.holding import DAY, expired
from tests.versions.cast import ALIAS, FIRST, default_policy, propose_at
from troth.access import known, provider
from troth.access.models import Member
from troth.collection.examinations_lost import Lost
from troth.collection.examinations_provenance import examine
from troth.collection.models import Record
from troth.ledger.models import Entry
from troth.ledger.sabotages import unguarded
from troth.ledger.sequencer import integrate_all, open_log
from troth.people import erasure
from troth.people.models import Detail, Person
from troth.policy.promise import Cursor
from troth.store import SYSTEM, Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NOW = AT + DAY
FIELDS = {"text": "Where is it?", "reply_to": "anna@example.com"}


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, default_policy())


def faults(cursor: Cursor | None = None) -> list[str]:
    """Return what is said to be wrong, each thing once."""
    return sorted({one.partition(": ")[2] for one in examine(ALIAS, NOW, cursor or {}).samples})


@pytest.fixture
def clerk() -> Member:
    """Return a member who gave a name and an address, gave others, and took one back."""
    member = act(SYSTEM, join, "support", at=AT)
    for name in ("Made-up Maria", "Made-up Mary", ""):
        act(member, known.give_name, name, at=AT)
    for address in ("maria@example.com", "mary@example.com"):
        act(member, known.give_address, address, at=AT)
    return member


def of_another_release(kind: str, *told: str) -> None:
    """Have the entries of a kind be without what an older release did not tell."""
    for entry in Entry.objects.filter(kind=kind):
        body = msgspec.json.decode(bytes(entry.body))
        for name in told:
            if name in body["about"]:
                del body["about"][name]
            else:
                body[name] = None
        with unguarded(Store()):
            Entry.objects.filter(pk=entry.pk).update(body=msgspec.json.encode(body))


def test_who_is_erased_loses_nothing_that_is_missed() -> None:
    anna, bert = somebody(), somebody()
    taken(message(anna, FIELDS), message(bert))
    erasure.erase(anna, "asked")
    assert (faults(), Record.objects.filter(person="").count()) == ([], 1)


def test_what_is_kept_for_its_days_is_not_missed_after_them_and_before_it_is() -> None:
    anna = somebody()
    taken(message(anna, FIELDS), at=AT)
    taken(message(anna), at=AT + 2 * DAY)
    assert expired(AT + 31 * DAY, contact_message=30) == {"collection": 1, "people": 2}
    assert faults() == []
    Record.objects.update(person="")
    Detail.objects.update(person="", box=None)
    assert faults() == ["a value it tells of was emptied", "its record was made nobody's"]


@pytest.mark.parametrize("old", [False, True])
def test_what_a_member_replaced_or_took_back_is_not_missed(clerk: Member, *, old: bool) -> None:
    act(clerk, provider.link, "made-up-subject", at=AT)
    act(clerk, provider.unlink, at=AT)
    if old:
        of_another_release("access.own-value-kept", "fields")
        of_another_release("access.provider-unlinked", "subject", "field")
    assert (faults(), Detail.objects.filter(box=None).count()) == ([], 4)
    Detail.objects.update(person="", box=None)
    assert faults() == ["a value it tells of was emptied"]


def test_an_invitation_that_was_withdrawn_is_not_missed() -> None:
    person = act(SYSTEM, known.keep_address, "maria@example.com", at=AT)
    act(SYSTEM, known.forget_address, person, at=AT)
    assert (faults(), Detail.objects.get().person) == ([], "")


def exchange() -> None:
    one, other = Detail.objects.order_by("pk")
    Detail.objects.filter(pk=one.pk).update(field=other.field)
    Detail.objects.filter(pk=other.pk).update(field=one.field)


def double() -> None:
    value = Detail.objects.latest("pk")
    value.pk = None
    value.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (exchange, ["not entered"]),
        (double, ["held twice"]),
        (
            lambda: Detail.objects.filter(field="text").delete(),
            ["a value it tells of is not there"],
        ),
        (
            lambda: Detail.objects.filter(field="text").update(person="", box=None),
            ["a value it tells of was emptied"],
        ),
        (lambda: Record.objects.all().delete(), ["its record is not there"]),
        (lambda: Record.objects.update(person=""), ["its record was made nobody's"]),
        (
            lambda: Person.objects.all().delete(),
            ["of somebody who is not among the persons"],
        ),
    ],
    ids=["exchanged", "doubled", "removed", "emptied", "no record", "nobody's", "no person"],
)
def test_whatever_is_removed_emptied_or_moved_is_named(
    change: Callable[[], object], says: list[str]
) -> None:
    taken(message(somebody(), FIELDS))
    assert faults() == []
    change()
    assert faults() == says


def test_an_entry_of_an_older_release_binds_no_value_to_its_field() -> None:
    """Its box does: sealed for one field, it opens in no other."""
    taken(message(somebody(), FIELDS))
    of_another_release("collection.recorded", "fields")
    assert faults() == []
    exchange()
    assert faults() == []
    Detail.objects.filter(field="text").update(field="order")
    assert faults() == ["not entered"]


def test_a_record_rests_on_an_entry_of_records_alone(clerk: Member) -> None:
    entry = Entry.objects.filter(kind="access.own-value-kept").latest("id")
    value = Detail.objects.get(entry=entry.pk)
    facts = msgspec.json.decode(bytes(entry.body))["facts"]
    Record.objects.create(
        id=entry.pk,
        person=value.person,
        category=value.category,
        purpose=value.purpose,
        source=value.source,
        version=value.version,
        fields=",".join(sorted(facts["fields"])),
        at=AT,
    )
    assert (faults(), clerk.left_at) == (["no entry tells that it was taken in"], None)


def test_an_entry_that_cannot_be_read_tells_of_nothing() -> None:
    taken(message(somebody()))
    with unguarded(Store()):
        Entry.objects.filter(kind="collection.recorded").update(body=b"{}")
    assert "does not tell what was taken in" in faults()


def test_it_goes_on_from_the_entries_that_have_their_place() -> None:
    anna = somebody()
    taken(message(anna))
    open_log(Store())
    integrate_all(Store())
    first = examine(ALIAS, NOW)
    assert first.cursor is not None
    assert first.cursor["examined"] == 1
    taken(message(anna), at=NOW)
    Record.objects.all().delete()
    found = list(Lost(ALIAS, NOW + timedelta(days=1), first.cursor))
    assert len(found) == 1
    assert len(list(Lost(ALIAS, NOW, {}))) == 2
