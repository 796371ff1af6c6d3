"""Which controls there are: each `troth.<package>.controls` module offers its own.

No package is imported by name, and neither Django's settings nor a database is needed.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import troth
from troth.evidence.planned import PLANNED
from troth.policy.promise import Control, PlannedControl


@cache
def discover() -> tuple[Control, ...]:
    """Return every control that is built, by name. Raises ValueError on a name that occurs twice.

    A `controls` module names its controls in `CONTROLS: tuple[Control, ...]`.
    """
    found: dict[str, Control] = {}
    for package in iter_modules(troth.__path__, "troth."):
        if not package.ispkg or find_spec(f"{package.name}.controls") is None:
            continue
        for control in import_module(f"{package.name}.controls").CONTROLS:
            if control.name in found:
                raise ValueError(f"two controls are called {control.name}")
            found[control.name] = control
    return tuple(found[name] for name in sorted(found))


def planned() -> tuple[PlannedControl, ...]:
    """Return the controls that are not built yet, by name."""
    return tuple(sorted(PLANNED, key=lambda control: control.name))


def names() -> frozenset[str]:
    """Return the names a policy may bind statements to: controls built and planned."""
    return frozenset(control.name for control in discover()) | {c.name for c in planned()}
