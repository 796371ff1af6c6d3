"""Group *access*: the access map of a large house, and what one view through the door costs.

The map is drawn for 10,000 members of whom each holds a grant: the page that is asked for, with its
totals. The door is measured with all it does: facts, gate, opening, row, entry, alerts, commit; the
bare insert beside it is a row of the record's columns by the plain driver, committed by itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from bench.stores import Bare, Round, Row, in_turn, one_by_one, print_group, ratio, settled, took
from troth.site.config import Config

MEMBERS: Final = 10_000
MAPS: Final = 20
VIEWS: Final = 200
MAP: Final = f"access map, {MEMBERS:,} members' grants: first page with its totals"
LAST: Final = "the same, the last page"
ONE: Final = "the same, one member looked for"
DOOR: Final = "one view through the door: facts, gate, opening, row, entry, alerts"
BARE: Final = "bare durable insert"
PURPOSE: Final = "rights"
CATEGORY: Final = "account"


def main() -> None:
    """Print the group's table."""
    print_group("bench.access", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure on one database."""
    member, person = door_house()
    crowd()
    settled()
    found = in_turn(map_work() | door_work(name, folder, member, person), before=settled)
    rows = [
        (f"{name}: {what}", "≤ 200 ms" if what == MAP else "", *took(found[what]))
        for what in (MAP, LAST, ONE, BARE, DOOR)
    ]
    return [*rows, (f"{name}: door ÷ bare insert", "", *ratio(found[DOOR], found[BARE]))]


def door_house() -> tuple[Any, Any]:
    """Make a member who may see a person for long, by the verbs."""
    from tests.access.house import act, join, people, swear  # noqa: PLC0415 - needs Django set up
    from troth.access import grants, starting  # noqa: PLC0415 - the same
    from troth.store import SYSTEM  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    act(SYSTEM, starting.begin, at=now)
    owner, support = (act(SYSTEM, join, role, at=now) for role in ("owner", "support"))
    for member in (owner, support):
        swear(member, at=now)
    (person,) = people(1, at=now)
    wish = grants.Wish(
        category=CATEGORY,
        purpose=PURPOSE,
        scope="list",
        life=timedelta(days=2),
        reason="bench",
        persons=(person,),
    )
    asked = act(support, grants.ask, wish, at=now)
    act(owner, grants.decide, asked, yes=True, at=now)
    return support, person


def crowd() -> None:
    """Give ten thousand members a grant each, by rows alone."""
    from troth.access.models import Grant, Member, MemberRole  # noqa: PLC0415 - needs Django set up
    from troth.people.models import Account  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    accounts = Account.objects.bulk_create(
        [Account(handle=f"crowd-{n:06}", created_at=now) for n in range(MEMBERS)], 500
    )
    members = Member.objects.bulk_create(
        [Member(account=one, since=now, entry=uuid4()) for one in accounts], 500
    )
    MemberRole.objects.bulk_create(
        [
            MemberRole(member=one, role="support", since=now, given_by="bench", entry=uuid4())
            for one in members
        ],
        500,
    )
    Grant.objects.bulk_create(
        [
            Grant(
                member=one,
                category=CATEGORY,
                purpose=PURPOSE,
                scope="all",
                reason=b"",
                asked_at=now,
                lapses_at=now + timedelta(days=7),
                life_s=30 * 24 * 60 * 60,
                approvals_needed=1,
                decided_at=now,
                approved=True,
                until=now + timedelta(days=30),
                entry=uuid4(),
            )
            for one in members
        ],
        200,
    )


def map_work() -> dict[str, Callable[[], Round]]:
    """Return what draws a page of the map."""
    from troth.access.map import Asked, access_map  # noqa: PLC0415 - needs Django set up
    from troth.store import transact  # noqa: PLC0415 - the same
    from troth.versions.facts import current_rulebook  # noqa: PLC0415 - the same

    rules = transact(current_rulebook)
    assert rules is not None
    categories = {name: frozenset(one.uses) for name, one in rules.categories.items()}

    def draw(page: int, member: str = "") -> None:
        found = access_map(categories, Asked(member=member), datetime.now(UTC), page)
        assert found.rows

    return {
        MAP: lambda: one_by_one(lambda _: draw(1), MAPS),
        LAST: lambda: one_by_one(lambda _: draw(10_000), MAPS),
        ONE: lambda: one_by_one(lambda _: draw(1, member="crowd-004711"), MAPS),
    }


def door_work(name: str, folder: Path, member: Any, person: Any) -> dict[str, Callable[[], Round]]:
    """Return one view, and the plain row beside it."""
    from tests.access.house import value_of  # noqa: PLC0415 - needs Django set up
    from troth.access import views  # noqa: PLC0415 - the same
    from troth.store import transact_as  # noqa: PLC0415 - the same

    bare = Bare(name, folder)
    columns = ("at", "member", "role", "subject", "category", "field", "purpose", "reason")
    insert = bare.make("seen", [(f"its_{column}", "text") for column in columns])
    row = ("2026-01-01", "support-1", "support", "x" * 20, CATEGORY, "email", PURPOSE, "granted")
    sealed = value_of(person)

    def look(_number: int) -> None:
        seen = transact_as(member.handle, views.view, sealed, None, PURPOSE)
        assert seen.plain is not None

    return {
        BARE: lambda: one_by_one(lambda _: bare.connection.execute(insert, row), VIEWS),
        DOOR: lambda: one_by_one(look, VIEWS),
    }


if __name__ == "__main__":
    main()
