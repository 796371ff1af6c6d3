"""Each statement is bound to controls that exist or are named as planned; no mark is invented."""

from typing import Final

import pytest

from troth import evidence
from troth.policy.document import Version
from troth.policy.promise import PlannedControl

NOW: Final = {
    "protection.access": {
        "access.live-grants",
        "access.log-complete",
        "access.reviews-on-time",
        "access.undertakings",
    },
    "protection.organisation": {"protection.procedures"},
    "protection.measures": {
        "ledger.complete",
        "protection.authorised-only",
        "protection.backup-restores",
        "protection.purpose-checked",
        "protection.sealed-store",
    },
    "collection.definition": {"collection.registered-fields"},
    "collection.direct": {"collection.provenance", "collection.keys-in-scope"},
    "purpose.collection": {"site.topics"},
    "purpose.cookies": {"site.topics"},
    "purpose.disclosure": {"site.topics"},
    "purpose.protection": {"site.topics"},
    "purpose.revision": {"site.topics"},
    "revision.review": {"versions.history"},
}
"""The statements whose every control is built; the rest must show unproven."""


def test_each_control_a_statement_names_is_built_or_planned(policy: Version) -> None:
    named = {control for s in policy.promises for control in s.kept_by}
    assert named <= evidence.names()


def test_each_control_a_duty_names_is_built_or_planned(policy: Version) -> None:
    named = {c for duty in policy.register.obligation.values() for c in duty.kept_by}
    assert named <= evidence.names()


def test_no_control_is_named_that_keeps_nothing(policy: Version) -> None:
    named = {control for s in policy.promises for control in s.kept_by}
    assert evidence.names() <= named


def test_what_is_planned_is_not_built() -> None:
    built = {control.name for control in evidence.discover()}
    planned = {control.name for control in evidence.planned()}
    assert built
    assert planned
    assert built.isdisjoint(planned)


def test_only_the_statements_whose_controls_are_all_built_can_be_kept(policy: Version) -> None:
    built = {control.name for control in evidence.discover()}
    provable = {str(s.id): set(s.kept_by) for s in policy.promises if set(s.kept_by) <= built}
    assert provable == NOW


def test_a_new_version_is_kept_in_part_and_so_unproven(policy: Version) -> None:
    built = {control.name for control in evidence.discover()}
    timely = next(set(s.kept_by) for s in policy.promises if s.id == "revision.timely")
    assert timely & built == {"versions.immutable", "versions.parity"}
    assert timely - built == {"revision.drift"}


@pytest.mark.parametrize("control", evidence.planned(), ids=lambda control: control.name)
def test_a_planned_control_says_so_and_what_it_must_catch(control: PlannedControl) -> None:
    assert control.proves.template.startswith("Not built yet. It will prove that ")
    assert " It must catch: " in control.proves.template
