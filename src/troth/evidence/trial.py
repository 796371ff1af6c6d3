"""What came of trying sabotages: pure, so that the verdict over a proof stands in one place."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from troth.policy.document import Version
from troth.policy.promise import Verdict
from troth.policy.words import Message, StatementId, mark

SHOWN: Final = 8
"""How many statements a sentence lists before it only counts them."""


class Trial(Struct, frozen=True, kw_only=True):
    """One sabotage tried: what should have turned red, what did.

    `changed` tells whether the store was any different afterwards, `turned_red` whether the
    control it belongs to answered *broken*, `failed` which controls raised an error over it,
    `error` what the sabotage itself raised, and `stays` whether undoing it left another store.
    """

    control: str
    sabotage: str
    expected: frozenset[StatementId]
    broke: frozenset[StatementId] = frozenset()
    changed: bool = True
    turned_red: bool = False
    failed: tuple[str, ...] = ()
    error: str = ""
    stays: bool = False
    took_ms: int = 0

    @property
    def caught(self) -> bool:
        """Whether exactly what should turn red did, by its own control."""
        return self.fault is None

    @property
    def fault(self) -> Message | None:
        """What is wrong with the sabotage or its control; None if it was caught."""
        if self.error:
            return Message(mark("It could not be tried (%(error)s)."), {"error": self.error})
        if self.stays:
            return Message(mark("Something of it stayed after it was undone."))
        if not self.changed:
            return Message(mark("The sabotage changed nothing in the store."))
        if not self.expected:
            return Message(mark("The sabotage names no statement that it breaks."))
        return self._wrong_red()

    def _wrong_red(self) -> Message | None:
        if self.failed:
            return Message(
                mark("Controls failed over it: %(names)s."), {"names": ", ".join(self.failed)}
            )
        if not self.turned_red:
            return Message(mark("%(control)s did not turn red."), {"control": self.control})
        if missing := self.expected - self.broke:
            return Message(mark("Should have turned red too: %(ids)s."), {"ids": listed(missing)})
        if extra := self.broke - self.expected:
            return Message(mark("Turned red and should not: %(ids)s."), {"ids": listed(extra)})
        return None


class Proving(Struct, frozen=True, kw_only=True):
    """A whole proof: what was red before anything was done, each trial, what was red after all.

    `unprovable` are the controls that offer no sabotage: a defect, as nobody knows whether they
    can turn red.
    """

    red_before: frozenset[StatementId]
    failed_before: tuple[str, ...]
    unprovable: tuple[str, ...]
    trials: tuple[Trial, ...]
    red_after: frozenset[StatementId] = frozenset()
    took_ms: int = 0

    @property
    def defects(self) -> tuple[Message, ...]:
        """What is wrong with the store or the controls apart from any trial."""
        found = []
        if self.red_before:
            found.append(
                Message(mark("Red before any sabotage: %(ids)s."), {"ids": listed(self.red_before)})
            )
        found += [
            Message(mark("%(control)s failed before any sabotage."), {"control": name})
            for name in self.failed_before
        ]
        found += [
            Message(mark("%(control)s has no sabotage that shows it can fail."), {"control": name})
            for name in self.unprovable
        ]
        if left := self.red_after - self.red_before:
            said = mark("Red after every sabotage was undone: %(ids)s.")
            found.append(Message(said, {"ids": listed(left)}))
        return tuple(found)

    @property
    def faults(self) -> tuple[Message, ...]:
        """Everything that keeps this from being a proof."""
        missed = (trial.fault for trial in self.trials)
        return (*self.defects, *(fault for fault in missed if fault is not None))

    @property
    def holds(self) -> bool:
        """Whether every control is shown to turn red, and only when it should."""
        return not self.faults


def red_statements(version: Version, verdicts: Mapping[str, Verdict]) -> frozenset[StatementId]:
    """Return the statements that a control of these verdicts breaks."""
    return frozenset(
        statement.id
        for statement in version.promises
        if any(verdicts.get(name) == "broken" for name in statement.kept_by)
    )


def listed(ids: Iterable[StatementId]) -> str:
    """Return ids as a list in a sentence, of many only the first."""
    names = sorted(ids)
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
