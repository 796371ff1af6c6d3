"""Records in a group commit: what is refused of one hinders none of the others."""

import pytest

from tests.collection.cast import KEY, message, somebody
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.collection.actions import take
from troth.collection.given import Given, Refused, Taken
from troth.collection.models import Record, Refusal
from troth.store import Committer, Store, Tx

pytestmark = pytest.mark.usefixtures("keys", "committed")


def take_one(tx: Tx, given: Given) -> Taken | Refused:
    return take(tx, [given], KEY)


def test_what_is_refused_hinders_none_of_its_group() -> None:
    propose_at(FIRST, default_policy())
    subject = somebody()
    committer = Committer(Store(), vault.prepare)
    committer.start()
    asked = [message(subject), message(subject, category="gossip"), message(subject)]
    waiting = [committer.submit(take_one, one) for one in asked]
    answers = [isinstance(one.result(30), Taken) for one in waiting]
    committer.stop()
    assert answers == [True, False, True]
    assert Record.objects.count() == 2
    assert Refusal.objects.get().times == 1
