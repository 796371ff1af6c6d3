"""An address is one person's: another who enrols with it is refused, whatever goes on beside."""

import pytest

from tests.people.test_enrol_and_erase import EMAIL, enter
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.people.actions import AlreadyThereError
from troth.people.models import Person
from troth.store import transact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_who_seems_unknown_for_a_moment_keeps_her_address(monkeypatch: pytest.MonkeyPatch) -> None:
    propose_at(FIRST, default_policy())
    first = enter()
    with monkeypatch.context() as patched:
        patched.setattr(vault, "holder", lambda _kind, _value: None)
        with pytest.raises(AlreadyThereError):
            enter()
    assert transact(vault.find, "email", EMAIL) == first.person
    assert Person.objects.count() == 1
