"""Settings of access: within limits, by who may, appended and never changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tests.access.cast import AT, make_member
from troth.access import settings
from troth.access.acting import NoMemberError
from troth.access.allowed import NotAllowedError
from troth.access.models import Member, Setting
from troth.access.settings import Hours, UnfitSettingError, UnknownSettingError
from troth.ledger.models import Entry
from troth.store import Store, Tx, transact_on

pytestmark = pytest.mark.django_db
SHANGHAI = {"start": "09:00", "end": "18:00", "days": [5, 1, 1], "zone": "Asia/Shanghai"}


@pytest.fixture
def owner() -> Member:
    return make_member("owner")


def set_(member: Member, name: str, given: object) -> Setting | None:
    return transact_on(Store(), member.handle, AT, settings.set_setting, name, given)


def test_until_somebody_sets_one_the_default_holds() -> None:
    for name, declared in settings.SETTINGS.items():
        assert settings.value("default", name) == declared.default
        assert declared.parse(declared.default) == declared.default
        assert declared.label
        assert declared.tells


def test_what_is_set_holds_and_is_entered(owner: Member) -> None:
    set_(owner, settings.APPROVALS_NEEDED, 2)
    assert settings.number("default", settings.APPROVALS_NEEDED) == 2
    row = Setting.objects.get()
    assert row.by == owner.handle
    entry = Entry.objects.get(pk=row.entry or "")
    assert entry.kind == "access.setting-set"
    assert b'"before":1' in bytes(entry.body)


def test_the_newest_counts_and_the_older_stay(owner: Member) -> None:
    for number in (2, 3, 1):
        set_(owner, settings.APPROVALS_NEEDED, number)
    assert settings.number("default", settings.APPROVALS_NEEDED) == 1
    assert list(Setting.objects.order_by("pk").values_list("value", flat=True)) == [2, 3, 1]


def test_what_was_set_cannot_be_changed(owner: Member) -> None:
    set_(owner, settings.FREEZE_ON_ALERT, given=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Setting.objects.update(value=False)
    assert settings.switch("default", settings.FREEZE_ON_ALERT)


def test_setting_what_is_so_already_writes_nothing(owner: Member) -> None:
    assert set_(owner, settings.WORKING_HOURS, Hours("08:00", "20:00", (1, 2, 3, 4, 5), "UTC")) is (
        None
    )
    assert not Setting.objects.exists()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (settings.APPROVALS_NEEDED, 0),
        (settings.APPROVALS_NEEDED, 4),
        (settings.APPROVALS_NEEDED, True),
        (settings.APPROVALS_NEEDED, "2"),
        (settings.UNDERTAKING_DAYS, 367),
        (settings.FREEZE_ON_ALERT, 1),
        (settings.LONGEST_LIFE_DAYS, {"any": 30}),
        (settings.LONGEST_LIFE_DAYS, {"any": 30, "sensitive": 0}),
        (settings.LONGEST_LIFE_DAYS, {"any": 7, "sensitive": 30}),
        (settings.LONGEST_LIFE_DAYS, {"any": 30, "sensitive": 7, "": 1}),
        (settings.LONGEST_LIFE_DAYS, 30),
        (settings.WORKING_HOURS, SHANGHAI | {"end": "08:59"}),
        (settings.WORKING_HOURS, SHANGHAI | {"end": "24:01"}),
        (settings.WORKING_HOURS, SHANGHAI | {"start": "9:00"}),
        (settings.WORKING_HOURS, SHANGHAI | {"start": "0९:00"}),
        (settings.WORKING_HOURS, SHANGHAI | {"days": []}),
        (settings.WORKING_HOURS, SHANGHAI | {"days": [8]}),
        (settings.WORKING_HOURS, SHANGHAI | {"zone": "Nowhere/Land"}),
        (settings.WORKING_HOURS, SHANGHAI | {"zone": "../../etc/passwd"}),
        (settings.WORKING_HOURS, "always"),
    ],
)
def test_what_is_out_of_bounds_is_refused(owner: Member, name: str, given: Any) -> None:
    before = settings.value("default", name)
    with pytest.raises(UnfitSettingError) as refused:
        set_(owner, name, given)
    assert refused.value.message.render(str)
    assert settings.value("default", name) == before


def test_there_is_no_other_setting(owner: Member) -> None:
    with pytest.raises(UnknownSettingError):
        set_(owner, "approvals", 1)
    with pytest.raises(UnknownSettingError):
        settings.value("default", "approvals")


@pytest.mark.parametrize("role", ["privacy-officer", "support", "auditor", "engineer"])
def test_who_may_not_set_is_refused(owner: Member, role: Any) -> None:
    with pytest.raises(NotAllowedError):
        set_(make_member(role), settings.APPROVALS_NEEDED, 2)
    assert set_(owner, settings.APPROVALS_NEEDED, 2) is not None


def test_the_server_itself_sets_nothing() -> None:
    with pytest.raises(NoMemberError):
        transact_on(Store(), "system", AT, settings.set_setting, settings.APPROVALS_NEEDED, 2)


def test_a_transaction_sees_what_it_has_set(owner: Member) -> None:
    def verb(tx: Tx) -> tuple[int, int]:
        before = settings.number(tx, settings.VOLUME_PER_HOUR)
        settings.set_setting(tx, settings.VOLUME_PER_HOUR, 5)
        return before, settings.number(tx, settings.VOLUME_PER_HOUR)

    assert transact_on(Store(), owner.handle, AT, verb) == (60, 5)


def test_a_value_a_later_release_would_not_take_falls_back_to_the_default() -> None:
    Setting.objects.create(
        name=settings.APPROVALS_NEEDED,
        value=9,
        at=AT,
        by="test",
        entry=UUID(int=1),
    )
    assert settings.number("default", settings.APPROVALS_NEEDED) == 1


def test_a_category_may_have_a_life_of_its_own(owner: Member) -> None:
    set_(owner, settings.LONGEST_LIFE_DAYS, {"any": 20, "sensitive": 5, "request": 2})
    found = [
        settings.longest_life("default", category, sensitive=sensitive)
        for category, sensitive in (("request", True), ("account", False), ("payment", True))
    ]
    assert found == [timedelta(days=2), timedelta(days=20), timedelta(days=5)]


@pytest.mark.parametrize(
    ("at", "within"),
    [
        (datetime(2026, 1, 5, 0, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 5, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 9, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 6, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 8, 16, 30, tzinfo=UTC), False),
    ],
)
def test_working_hours_are_read_off_the_clocks_of_the_place(
    owner: Member, at: datetime, *, within: bool
) -> None:
    set_(owner, settings.WORKING_HOURS, SHANGHAI)
    hours = settings.working_hours("default")
    assert hours.days == (1, 5)
    assert hours.covers(at) is within
