"""The control of consent: it finds nothing in what was honest, and what was changed since."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec
import pytest

from tests.consent.cast import (
    AT,
    COUNT,
    PARTNERS,
    SECOND,
    STATISTICS,
    choose,
    seen,
    somebody,
    withdraw,
)
from tests.consent.test_joining import JOINS
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth.consent import accepting, bringing, joining, saying
from troth.consent.actions import Seen
from troth.consent.examinations import NO_CURSOR, shown_text
from troth.consent.models import Acceptance, Choice, Joined, Standing, Wording
from troth.consent.wording import asked
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.people import erasure
from troth.policy.promise import Evidence
from troth.policy.read import read
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
ALIAS: Final = Store().alias
HERE: Final = Seen("", "en", "sign-in", {})
LATER: Final = AT + timedelta(hours=2)


def examine(cursor: Any = NO_CURSOR, at: datetime = LATER) -> Evidence:
    return shown_text(ALIAS, at, cursor)


def honest() -> tuple[PersonId, str]:
    """Have everything happen that may: said, taken back, joined, brought, seen, accepted."""
    version = hash_of(propose_at(FIRST, JOINS))
    visitor, person = somebody(), somebody()
    shown = seen(version, STATISTICS, COUNT, files=JOINS)
    choose(visitor, {STATISTICS: True, COUNT: False}, shown)
    chinese = msgspec.structs.replace(shown, lang="zh", texts={}, key="k", origin="app:demo")
    choose(visitor, {COUNT: False}, chinese)
    withdraw(visitor, [STATISTICS], shown)
    run = joining.join
    transact_on(Store(), SYSTEM, AT + 2 * SECOND, run, visitor, person, "main", HERE)
    text = transact_on(Store(), SYSTEM, AT, bringing.add_wording, PARTNERS, "de", "May we?")
    bring = bringing.bring
    transact_on(Store(), SYSTEM, AT, bring, person, PARTNERS, True, FIRST, text, HERE)  # noqa: FBT003
    transact_on(Store(), SYSTEM, AT, accepting.acknowledge, person, version, "n", HERE)
    transact_on(Store(), SYSTEM, AT, accepting.accept, person, version, FIRST, AT, "main")
    return person, version


def test_where_nobody_has_said_anything_nothing_is_proven() -> None:
    assert examine().examined == 0


def test_all_that_was_honest_is_found_so_erased_or_not() -> None:
    person, _ = honest()
    assert Joined.objects.exists()
    found = examine()
    assert (found.verdict, found.samples) == ("kept", ())
    assert found.examined == Entry.objects.filter(kind__startswith="consent.").count() - 2
    erasure.erase(person, "asked")
    assert examine().verdict == "kept"


def test_a_yes_in_either_language_is_to_its_words(version: str) -> None:
    words = asked(read(default_policy()), STATISTICS, "zh")
    assert words is not None
    choose(somebody(), {STATISTICS: True}, Seen(version, "zh", "banner", {STATISTICS: words.hash}))
    assert examine().verdict == "kept"


def test_entries_of_before_a_choice_told_its_key_are_held_to_what_they_tell(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = saying._told  # noqa: SLF001 - what an older release told

    def told(*given: Any) -> dict[str, Any]:
        return {
            name: one
            for name, one in real(*given).items()
            if name not in {"key", "origin", "numbers"}
        }

    monkeypatch.setattr(saying, "_told", told)
    choose(somebody(), {STATISTICS: True}, seen(version, STATISTICS))
    assert examine().verdict == "kept"
    Choice.objects.update(origin="https://www.example.com")
    assert examine().verdict == "broken"


def _first_choice() -> Any:
    return Choice.objects.filter(pk=Choice.objects.order_by("pk").values("pk")[:1])


def _stand_as_before() -> None:
    """Have what stands be what was said before it was taken back."""
    said = Choice.objects.get(about=STATISTICS, given=True)
    rows = Standing.objects.filter(subject=said.subject, about=STATISTICS)
    rows.update(choice=said, given=True)


def _seen_as_accepted() -> None:
    rows = Acceptance.objects.filter(kind="acknowledgement")
    rows.update(kind="acceptance", used_at=LATER, version="0" * 64)


def _said_last_by_number() -> None:
    """Have what was taken back be said later than that, by its number."""
    said = Choice.objects.get(about=STATISTICS, given=True)
    Choice.objects.filter(pk=said.pk).update(sequence=said.sequence + 9)
    _stand_as_before()


def _of_nobody() -> None:
    """Have a withdrawal be nobody's, as of who was erased."""
    said = Choice.objects.get(about=STATISTICS, given=True)
    taken = Choice.objects.get(about=STATISTICS, given=False, subject=said.subject)
    _stand_as_before()
    Choice.objects.filter(pk=taken.pk).update(subject="", box=None)


LIES: Final[tuple[tuple[str, Callable[[], Any]], ...]] = (
    ("moment", lambda: _first_choice().update(at=FIRST)),
    ("words", lambda: _first_choice().update(text="0" * 64)),
    ("thing", lambda: _first_choice().update(about="purpose.account")),
    ("kind", lambda: _first_choice().update(kind="separate")),
    ("key", lambda: _first_choice().update(key="other")),
    ("box", lambda: _first_choice().update(box=b"\x01" * 40)),
    ("half erased", lambda: _first_choice().update(box=None)),
    ("another's entry", lambda: _first_choice().update(entry=Entry.objects.earliest("id").pk)),
    ("stands no more", lambda: Standing.objects.filter(given=True).delete()),
    ("stands as before", _stand_as_before),
    ("said last by number", _said_last_by_number),
    ("taken back by nobody", _of_nobody),
    ("yes of nobody", lambda: _first_choice().update(subject="", box=None)),
    ("accepted by nobody", lambda: Acceptance.objects.update(subject="", box=None)),
    ("of whom nobody knows", lambda: _first_choice().update(subject="f" * 32)),
    ("text of before", lambda: Wording.objects.update(text="You must.")),
    ("no text of before", lambda: Wording.objects.all().delete()),
    ("accepted later", lambda: Acceptance.objects.filter(kind="acceptance").update(used_at=LATER)),
    ("not accepted", lambda: Acceptance.objects.filter(kind="acceptance").delete()),
    ("not seen", lambda: Acceptance.objects.filter(kind="acknowledgement").delete()),
    ("seen as accepted", _seen_as_accepted),
    ("entry gone", lambda: Acceptance.objects.update(entry=uuid4())),
)


@pytest.mark.parametrize(("what", "lie"), LIES, ids=[what for what, _ in LIES])
def test_each_lie_is_found(what: str, lie: Callable[[], Any]) -> None:
    assert what
    honest()
    lie()
    found = examine()
    assert found.verdict == "broken"
    assert found.samples


def test_an_examination_goes_on_from_where_the_last_one_got(version: str) -> None:
    open_log(Store())
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    old = somebody()
    choose(old, {STATISTICS: True}, seen(version, STATISTICS), now)
    integrate_all(Store())
    first = examine(at=now)
    assert first.cursor is not None
    assert (first.verdict, first.cursor["choice"]) == ("kept", 0)  # it may not be settled yet
    found = examine(first.cursor, now + hour)
    assert found.cursor is not None
    assert (found.examined, found.cursor["examined"]) == (1, 1)
    newest = Choice.objects.get().pk
    assert found.cursor["choice"] == newest
    other = somebody()
    choose(other, {STATISTICS: True}, seen(version, STATISTICS), now)
    assert examine(found.cursor, now + hour).examined == 2
    Standing.objects.filter(subject=other).update(given=False)
    assert examine(found.cursor, now + hour).verdict == "broken"
    Standing.objects.filter(subject=other).update(given=True)
    Standing.objects.filter(subject=old).update(given=False)
    assert examine(found.cursor, now + hour).verdict == "kept"  # seen by the next full scan
    assert examine(at=now + hour).verdict == "broken"
