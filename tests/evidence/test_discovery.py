"""Controls are found wherever a package offers them, without settings or a database."""

import subprocess
import sys

import pytest

from troth.evidence import discover, names, planned
from troth.evidence.discovery import discover as uncached
from troth.policy.document import Version
from troth.versions import controls

WITHOUT_SETTINGS = """
import sys
from troth.evidence import names
assert "versions.immutable" in names()
from django.conf import settings
assert not settings.configured
assert "django.db.models" not in sys.modules
"""


def test_the_controls_of_this_step_are_found() -> None:
    built = {control.name for control in discover()}
    assert {"versions.immutable", "versions.parity", "versions.history", "site.topics"} <= built


def test_a_control_is_either_built_or_planned() -> None:
    built = [control.name for control in discover()]
    later = [control.name for control in planned()]
    assert len(set(later)) == len(later)
    assert set(built).isdisjoint(later)
    assert names() == {*built, *later}


def test_every_binding_of_the_default_policy_names_a_control(policy: Version) -> None:
    bound = {name for statement in policy.promises for name in statement.kept_by}
    assert bound <= names()
    assert all(statement.kept_by for statement in policy.promises)


def test_every_control_can_be_shown_to_fail() -> None:
    assert [control.name for control in discover() if not control.sabotages] == []


def test_every_sabotage_has_a_name_of_its_own_and_breaks_known_statements(policy: Version) -> None:
    sabotages = [sabotage for control in discover() for sabotage in control.sabotages]
    assert len({sabotage.name for sabotage in sabotages}) == len(sabotages)
    known = {statement.id for statement in policy.promises}
    assert all(sabotage.breaks and sabotage.breaks <= known for sabotage in sabotages)


def test_two_controls_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "CONTROLS", controls.CONTROLS * 2)
    with pytest.raises(ValueError, match="two controls are called versions"):
        uncached.__wrapped__()


def test_names_are_known_without_settings() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_SETTINGS], check=True)
