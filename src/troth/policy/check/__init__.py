"""The compiler's checks: everything that is wrong with a policy, told at once.

A module a family of checks; each takes the same `Scope` and yields findings.
"""

from collections.abc import Callable, Iterator
from typing import Final

from troth.policy.check.bindings import bindings, keepers, required, told
from troth.policy.check.cookies import cookies
from troth.policy.check.duties import categories, outsiders, purposes
from troth.policy.check.noise import noise
from troth.policy.check.order import order
from troth.policy.check.parity import parity
from troth.policy.check.references import references
from troth.policy.check.scope import Scope
from troth.policy.check.surface import within
from troth.policy.check.values import values
from troth.policy.check.vocabulary import vocabulary
from troth.policy.check.wording import open_ended, placeholders, wavering
from troth.policy.diagnostic import Diagnostic
from troth.policy.document import Version
from troth.policy.surface import Surface

FAMILIES: Final[tuple[Callable[[Scope], Iterator[Diagnostic]], ...]] = (
    order,
    parity,
    wavering,
    open_ended,
    noise,
    placeholders,
    required,
    bindings,
    keepers,
    told,
    references,
    cookies,
    purposes,
    categories,
    outsiders,
    values,
    vocabulary,
    within,
)


def check(
    version: Version, controls: frozenset[str], surface: Surface | None = None
) -> tuple[Diagnostic, ...]:
    """Return all findings, what `read` found among them, by file, line, column and code.

    `controls` are the names that may keep a statement; `surface`, if given, is what the running
    server takes and sets, to be held to the register.
    """
    scope = Scope(version, controls, surface)
    found = [*version.problems, *(d for family in FAMILIES for d in family(scope))]
    return tuple(sorted(found, key=_order))


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    words = diagnostic.message.render(str)
    return (diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.code, words)
