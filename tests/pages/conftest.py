"""What page tests share: a recorded policy, a member who is signed in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from django.test import Client
from msgspec.structs import replace

from tests.access.house import House, house
from tests.pages.samples import changed, default_policy
from tests.people.factor import give_factor
from tests.people.proof import prove
from troth.access.models import OWNER, Member, MemberRole
from troth.evidence.actions import record
from troth.evidence.examination import examine_all
from troth.evidence.findings import Finding
from troth.people.models import Account, new_handle
from troth.store import SYSTEM, Store, transact, transact_on
from troth.versions.actions import propose

AUTHOR: Final = "sample"

_found: Final[dict[tuple[bytes, ...], tuple[Finding, ...]]] = {}
"""What an examination found, by the policy folder it found it on."""


@pytest.fixture
def policy_files() -> Mapping[str, bytes]:
    """Return the bundled policy folder."""
    return default_policy()


@pytest.fixture
def published(
    db: None,  # noqa: ARG001 - the database it writes to
    policy_files: Mapping[str, bytes],
) -> Mapping[str, bytes]:
    """Record the bundled policy and what every control finds on it.

    They examine once for all tests, as the store is the same: the pages show what is recorded.
    """
    transact(propose, policy_files, AUTHOR)
    now, folder = datetime.now(UTC), tuple(policy_files.values())
    if folder not in _found:
        _found[folder] = examine_all(Store(), now)
    else:
        again = [replace(f, evidence=replace(f.evidence, at=now)) for f in _found[folder]]
        transact_on(Store(), SYSTEM, now, record, again)
    return policy_files


@pytest.fixture
def waiting(published: Mapping[str, bytes]) -> int:
    """Record a changed policy that demands a notice, so that it waits; return its number."""
    return transact(propose, changed(published), AUTHOR).version.number


@pytest.fixture
def member(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy the console shows
) -> Client:
    """Return a browser in which the owner is signed in."""
    now = datetime.now(UTC)
    account = Account(handle=new_handle("owner"), created_at=now)
    account.set_unusable_password()  # a hash takes half a second; who needs one claims a link
    account.save()
    member = Member.objects.create(account=account, since=now)
    MemberRole.objects.create(member=member, role=OWNER, since=now, given_by="test")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    give_factor(account)
    client.force_login(account)
    prove(client)
    return client


@pytest.fixture
def staff(
    db: None,  # noqa: ARG001 - the database it writes to
    keys: Path,  # noqa: ARG001 - the vault of what is sealed
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """Return a house of today, in which everybody is sworn."""
    from tests.access import house as module  # noqa: PLC0415 - its moments are changed

    began = datetime.now(UTC) - timedelta(hours=2)
    for name, at in (("BEGAN", began), ("NOW", began + timedelta(hours=1))):
        monkeypatch.setattr(module, name, at)
    monkeypatch.setattr(module.act, "__kwdefaults__", {"at": began + timedelta(hours=1)})
    monkeypatch.setattr(module.swear, "__defaults__", (began,))
    monkeypatch.setattr(module.people, "__defaults__", ("somebody", began))
    return house()
