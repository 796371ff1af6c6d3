"""The first owner enters by a link: hashed, one use, one hour."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from tests.access.house import act, house
from troth.access import facts, known
from troth.access.actions import (
    LINK_LIFE,
    NEW_OWNER,
    LinkUnusableError,
    OpenedLink,
    OwnerExistsError,
    claim_ownership,
    open_new_owner_link,
    open_owner_link,
)
from troth.access.known import LOCK
from troth.access.models import Member, MemberRole, OwnerLink
from troth.ledger.models import Entry
from troth.people.mail import letter_of
from troth.people.models import Account
from troth.people.passwords import LENGTH_MAX, chosen
from troth.store import Store, transact_on
from troth.store.locks import lock_number
from troth.store.models import OutboxRow, Signal

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PASSWORD = "a long and quiet river"


def open_link(at: datetime = AT) -> OpenedLink:
    return transact_on(Store(), "system", at, open_owner_link)


def claim(token: str, at: datetime = AT, password: str = PASSWORD) -> Member:
    return transact_on(Store(), "system", at, claim_ownership, token, chosen(password))


def person_of(member: Member) -> str:
    return Account.objects.get(pk=member.account_id).person


def test_who_opens_the_link_becomes_the_owner() -> None:
    assert not facts.has_owner()
    member = claim(open_link().token)
    assert facts.has_owner()
    assert facts.roles_of(member) == {"owner"}
    assert member.account.handle.startswith("owner-")
    assert member.account.check_password(PASSWORD)
    assert member.account.password.startswith("argon2$argon2id$")


def test_the_token_itself_is_stored_nowhere() -> None:
    opened = open_link()
    assert OwnerLink.objects.get().token_hash != opened.token
    assert opened.token not in repr(opened)


def test_a_link_works_once() -> None:
    opened = open_link()
    claim(opened.token)
    MemberRole.objects.all().delete()
    Member.objects.all().delete()
    with pytest.raises(LinkUnusableError):
        claim(opened.token)


def test_a_link_works_for_an_hour_and_no_longer() -> None:
    opened = open_link()
    with pytest.raises(LinkUnusableError):
        claim(opened.token, AT + LINK_LIFE)
    claim(opened.token, AT + LINK_LIFE - timedelta(seconds=1))


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 64])
def test_a_token_that_was_never_given_opens_nothing(token: str) -> None:
    open_link()
    with pytest.raises(LinkUnusableError):
        claim(token)
    assert not Account.objects.exists()


def test_a_new_link_ends_the_one_before() -> None:
    old, new = open_link(), open_link(AT + timedelta(minutes=1))
    with pytest.raises(LinkUnusableError):
        claim(old.token, AT + timedelta(minutes=2))
    claim(new.token, AT + timedelta(minutes=2))


def test_links_and_owners_are_made_one_at_a_time() -> None:
    """Held until the transaction ends: a second one waits, and then finds the owner there."""
    for verb in (open_link, lambda: claim(open_link().token)):
        with transaction.atomic():
            verb()
            assert connection.vendor == "sqlite" or lock_number(LOCK) in held_locks()


def held_locks() -> set[int]:
    """PostgreSQL's advisory locks of this connection, as the 64-bit numbers they were asked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return {int(row[0]) for row in cursor.fetchall()}


def test_where_there_is_an_owner_no_link_is_made() -> None:
    claim(open_link().token)
    with pytest.raises(OwnerExistsError):
        open_link()


def test_a_server_started_beside_another_ends_no_link() -> None:
    shown = open_link()
    transact_on(Store(), "system", AT + timedelta(minutes=1), open_owner_link, alone=False)
    claim(shown.token, AT + timedelta(minutes=2))


@pytest.mark.usefixtures("keys")
def test_an_owner_who_lost_her_way_in_is_followed_by_another() -> None:
    first = claim(open_link().token)
    link = transact_on(Store(), "system", AT, open_new_owner_link)
    second = claim(link.token)
    assert facts.roles_of(first) == facts.roles_of(second) == {"owner"}
    told = Entry.objects.filter(kind="access.owner-link-opened").order_by("pk")
    assert sorted(json.loads(bytes(one.body))["about"]["beside"] for one in told) == [False, True]
    assert Signal.objects.get(kind=NEW_OWNER).closed_at is None
    with pytest.raises(LinkUnusableError):
        claim(link.token)


@pytest.mark.usefixtures("keys")
def test_owners_and_security_are_told_by_mail() -> None:
    staff = house()
    for role in ("owner", "security", "auditor"):
        act(staff.members[role], known.give_address, f"{role}@example.com")
    act("system", open_new_owner_link)
    letters = [letter_of(bytes(row.body)) for row in OutboxRow.objects.filter(kind="mail")]
    told = {one.person for one in letters if one.template == "access.owner-link"}
    assert told == {person_of(staff[role]) for role in ("owner", "security")}


@pytest.mark.usefixtures("keys")
def test_a_link_for_one_more_ends_with_the_next() -> None:
    claim(open_link().token)
    old, new = (transact_on(Store(), "system", AT, open_new_owner_link) for _ in range(2))
    with pytest.raises(LinkUnusableError):
        claim(old.token)
    claim(new.token)


@pytest.mark.parametrize(
    "password", ["short", "123456789012", "password1234", "x" * (LENGTH_MAX + 1), ""]
)
def test_a_weak_password_is_refused_and_the_link_stays_usable(password: str) -> None:
    opened = open_link()
    with pytest.raises(ValidationError):
        claim(opened.token, password=password)
    assert not Account.objects.exists()
    claim(opened.token)
