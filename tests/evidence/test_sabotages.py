"""Every sabotage of every control is caught, and breaks exactly what it says.

On SQLite they are tried in the run's one proof, as `troth audit --prove` does, on PostgreSQL here.
"""

from typing import Final

import pytest
from django.db import connections
from django.urls import resolve

from tests.evidence import proved
from tests.evidence.scene import NOTHING_YET, NOW
from troth.evidence import discover
from troth.evidence.examination import examine
from troth.evidence.fingerprint import fingerprint
from troth.evidence.prove import prove
from troth.evidence.trial import Trial
from troth.policy.document import Version
from troth.policy.promise import Control, Sabotage
from troth.site import strangers
from troth.store import Store

pytestmark = pytest.mark.slow
OFFERED: Final = [(control, one) for control in discover() for one in control.sabotages]
SABOTAGES: Final = [pytest.param(*offered, id=offered[1].name) for offered in OFFERED]
_answers: Final[dict[tuple[str, str, object], tuple[int, str]]] = {}


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask each page once for all sabotages that leave it as it is.

    Every control looks after every sabotage, and one of them asks for all pages. The proof that is
    made once in a run (`tests.evidence.proved`) asks for them each time.
    """

    def fetch(method: str, path: str) -> tuple[int, str]:
        asked = (method, path, resolve(path).func)
        if asked not in _answers:
            _answers[asked] = asking(method, path)
        return _answers[asked]

    asking = strangers.fetch
    monkeypatch.setattr(strangers, "fetch", fetch)


@pytest.fixture(scope="session")
def trials() -> dict[str, Trial]:
    """Return what came of each sabotage in the run's one proof."""
    return {trial.sabotage: trial for trial in proved.proof().trials}


@pytest.mark.parametrize(("control", "sabotage"), SABOTAGES)
def test_the_proof_shows_that_a_sabotage_is_caught_and_breaks_exactly_what_it_says(
    control: Control, sabotage: Sabotage, trials: dict[str, Trial]
) -> None:
    trial = trials[sabotage.name]
    assert trial.fault is None, trial
    assert (trial.control, trial.expected) == (control.name, sabotage.breaks)
    assert trial.broke == sabotage.breaks


@pytest.mark.beside
@pytest.mark.usefixtures("asked_once")
def test_every_sabotage_is_caught_on_postgres_too(stored: Store, policy: Version) -> None:
    before = fingerprint(connections[stored.alias])
    proving = prove(stored, policy, NOW)
    missed = {trial.sabotage: trial for trial in proving.trials if trial.fault is not None}
    assert missed == {}
    assert proving.holds, [fault.render(str) for fault in proving.faults]
    assert len(proving.trials) == len(OFFERED)
    assert fingerprint(connections[stored.alias]) == before


def test_the_proof_tries_every_sabotage_and_leaves_nothing_red(trials: dict[str, Trial]) -> None:
    whole = proved.proof()
    assert [fault.render(str) for fault in whole.faults] == []
    assert sorted(trials) == sorted(sabotage.name for _, sabotage in OFFERED)
    assert len(whole.trials) == len(OFFERED)


@pytest.mark.usefixtures("asked_once")
def test_nothing_is_red_before_a_sabotage(stored: Store, policy: Version) -> None:
    """Else a sabotage could seem caught that nothing noticed.

    Where no member has viewed anything yet, nothing of that is proven.
    """
    findings = [examine(control, stored, NOW, {}) for control in discover()]
    assert [f.evidence for f in findings if f.evidence.verdict == "broken" or f.failed] == []
    unproven = {f.evidence.control for f in findings if f.evidence.verdict != "kept"}
    assert unproven == NOTHING_YET
    assert policy.promises
