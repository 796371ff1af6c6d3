"""Every sabotage of every control is caught, and breaks exactly what it says."""

import pytest
from django.db import connections

from tests.evidence.scene import NOTHING_YET, NOW
from troth.evidence import discover
from troth.evidence.examination import examine
from troth.evidence.fingerprint import fingerprint
from troth.evidence.prove import attempt
from troth.policy.document import Version
from troth.policy.promise import Control, Sabotage
from troth.store import Store

SABOTAGES = [
    pytest.param(control, sabotage, id=sabotage.name)
    for control in discover()
    for sabotage in control.sabotages
]


@pytest.mark.parametrize(("control", "sabotage"), SABOTAGES)
def test_a_sabotage_is_caught_and_breaks_exactly_what_it_says(
    control: Control, sabotage: Sabotage, stored: Store, policy: Version
) -> None:
    """Nothing of it stays: not in the database, and what it did elsewhere breaks nothing later."""
    before = fingerprint(connections[stored.alias])
    trial = attempt(stored, policy, NOW, control, sabotage, discover())
    assert trial.fault is None, trial
    assert trial.broke == sabotage.breaks
    assert fingerprint(connections[stored.alias]) == before
    assert examine(control, stored, NOW, {}).evidence.verdict != "broken"


def test_nothing_is_red_before_a_sabotage(stored: Store, policy: Version) -> None:
    """Else a sabotage could seem caught that nothing noticed.

    Where no member has viewed anything yet, nothing of that is proven.
    """
    findings = [examine(control, stored, NOW, {}) for control in discover()]
    assert [f.evidence for f in findings if f.evidence.verdict == "broken" or f.failed] == []
    unproven = {f.evidence.control for f in findings if f.evidence.verdict != "kept"}
    assert unproven == NOTHING_YET
    assert policy.promises
