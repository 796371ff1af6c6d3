"""What is shown of records: no value, and no figure that comes from fewer than five people."""

import ast
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collection.cast import AT, KEY, message, somebody, taken
from tests.versions.cast import ALIAS, FIRST, default_policy, hash_of, propose_at
from troth import collection, vault
from troth.collection import facts
from troth.collection.facts import Asked, Figure, Span, counts, figure, last_taken, records
from troth.collection.given import By
from troth.collection.models import Record
from troth.people import erasure
from troth.vault import PersonId

DAY = timedelta(days=1)
stored = pytest.mark.usefixtures("version")


@pytest.fixture
def version(db: None, keys: Path) -> str:  # noqa: ARG001 - what it needs
    return hash_of(propose_at(FIRST, default_policy()))


def shown(by: facts.Dimension, span: Span = Span()) -> list[tuple[str, int | None, int | None]]:  # noqa: B008 - frozen
    return [
        (one.name, one.records.number, one.persons.number)
        for one in counts(ALIAS, Asked(span=span), by)
    ]


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_figure_of_fewer_than_five_is_not_shown(number: int, persons: int) -> None:
    found = figure(number, persons)
    if persons >= 5:
        assert found.number == number
        assert found.message.render(str) == str(number)
    elif number or persons:
        assert found == Figure(None)
        assert found.message.render(str) == "fewer than 5"


def test_nothing_is_nothing() -> None:
    assert figure(0, 0).message.render(str) == "0"


def test_persons_are_counted_in_one_place_alone() -> None:
    """Whoever counts them elsewhere goes round the rule."""
    folder = Path(collection.__file__).parent
    counting = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Count")
    }
    assert counting == {"facts.py"}


@stored
def test_records_are_counted_by_their_names_from_five_people_on() -> None:
    people = [somebody() for _ in range(5)]
    for person in people:
        taken(message(person), message(person))
    for person in people[:4]:
        taken(message(person, purpose="rights"), by=By("another"))
    assert shown("category") == [("contact-message", 14, 5)]
    assert shown("purpose") == [("support", 10, 5), ("rights", None, None)]
    assert shown("source") == [("direct", 14, 5)]
    assert shown("key") == [(KEY.key, 10, 5), ("another", None, None)]
    assert shown("key", Span(AT.date() + DAY)) == []
    assert facts.people(ALIAS, Asked()).number == 5
    assert facts.people(ALIAS, Asked(key="another")) == Figure(None)
    assert facts.people(ALIAS, Asked(key="nobody's")) == Figure(0)
    erasure.erase(people[0], "asked")
    assert shown("purpose") == [("support", None, None), ("rights", None, None)]


@stored
def test_each_day_is_counted_from_five_people_on() -> None:
    people = [somebody() for _ in range(5)]
    for person in people:
        taken(message(person))
        taken(message(person), at=AT.replace(hour=23, minute=59))
    taken(message(people[0]), at=AT + DAY)
    assert facts.taken_by_day(ALIAS, Asked()) == {
        AT.date(): Figure(10),
        AT.date() + DAY: Figure(None),
    }
    assert facts.taken_by_day(ALIAS, Asked(purpose="rights")) == {}


@stored
def test_in_which_ways_a_kind_came_in_is_told_by_names() -> None:
    person = somebody()
    taken(*[message(person)] * 2, message(person, purpose="rights"))
    taken(message(person), by=By("another", "app"))
    assert [(way.purpose, way.key) for way in facts.ways(ALIAS, Asked())] == [
        ("rights", KEY.key),
        ("support", KEY.key),
        ("support", "another"),
    ]
    assert len(facts.ways(ALIAS, Asked(key="another"))) == 1


@stored
def test_a_record_without_its_entry_is_told() -> None:
    person = somebody()
    taken(message(person))
    told = Record.objects.values().get()
    Record.objects.create(**{**told, "id": uuid4(), "at": AT + DAY})
    assert [one.entered for one in records(ALIAS, Asked()).lines] == [False, True]


@stored
def test_records_are_listed_newest_first_by_pseudonym_without_values(version: str) -> None:
    first, second = somebody(), somebody()
    taken(message(first, {"text": "secret words", "name": "Made-up Somebody"}))
    taken(message(second, purpose="rights"), by=By("another", "app"), at=AT + DAY)
    page = records(ALIAS, Asked())
    assert (page.count, page.page, page.pages) == (2, 1, 1)
    newest, oldest = page.lines
    assert oldest.subject == vault.known_pseudonyms([first])[first]
    assert (oldest.fields, oldest.version, oldest.at) == (("name", "text"), version, AT)
    assert (newest.key, newest.site, newest.purpose) == ("another", "app", "rights")
    assert first not in str(page)
    assert "secret" not in str(page)


@stored
def test_records_are_found_by_each_of_their_names() -> None:
    first, second = somebody(), somebody()
    taken(message(first), message(second, purpose="rights"))
    taken(message(second), by=By("another", "app"), at=AT + DAY)

    def number(**asked: object) -> int:
        return records(ALIAS, Asked(**asked)).count  # type: ignore[arg-type]

    assert (number(purpose="rights"), number(category="contact-message")) == (1, 3)
    assert (number(key="another"), number(site="main"), number(source="usage")) == (1, 2, 0)
    assert (number(person=second), number(person=second, purpose="support")) == (2, 1)
    assert number(span=Span(AT.date(), AT.date())) == 2
    assert number(span=Span(AT.date() + DAY)) == 1


@stored
def test_a_page_that_is_not_there_is_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "PAGE_ROWS", 2)
    person = somebody()
    taken(*[message(person)] * 5)
    assert [len(records(ALIAS, Asked(), page).lines) for page in (-1, 1, 3, 9)] == [2, 2, 1, 1]
    assert records(ALIAS, Asked(), 9).page == 3


@stored
def test_the_last_record_of_a_key() -> None:
    person: PersonId = somebody()
    taken(message(person))
    taken(message(person), at=AT + DAY)
    assert last_taken(ALIAS, KEY.key) == AT + DAY
    assert last_taken(ALIAS, "another") is None
    erasure.erase(person, "asked")
    assert records(ALIAS, Asked()).lines[0].subject == ""
