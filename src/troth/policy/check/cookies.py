"""Are the cookies told apart, and do their values keep to what they may hold?"""

import re
import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.cookie_names import overlap
from troth.policy.diagnostic import Diagnostic
from troth.policy.register import Cookie
from troth.policy.words import mark

ADDRESS: Final = "someone@example.com"
"""What no cookie may ever hold: a grammar that lets it pass is too wide."""


def cookies(scope: Scope) -> Iterator[Diagnostic]:
    """Yield names claimed twice, unusable grammars, and necessary cookies that need a yes."""
    named = [(id_, name) for id_, cookie in scope.register.cookie.items() for name in cookie.names]
    for (one, name), (other, second) in combinations(named, 2):
        if overlap(name, second):
            yield finding(
                "T302",
                scope.of(f"cookie.{other}.names", second),
                mark("`%(second)s` of cookie.%(other)s overlaps `%(name)s` of cookie.%(one)s."),
                mark("Narrow one of them, so that each name means one declared cookie."),
                name=name,
                second=second,
                one=one,
                other=other,
            )
    for id_, cookie in scope.register.cookie.items():
        yield from _grammar(scope, id_, cookie)
        if cookie.cookie_class == "necessary":
            yield from _needless(scope, id_, cookie)


def _grammar(scope: Scope, id_: str, cookie: Cookie) -> Iterator[Diagnostic]:
    place = scope.of(f"cookie.{id_}.grammar")
    why = _fault(cookie.grammar)
    if why:
        yield finding(
            "T303",
            place,
            mark("The grammar of cookie.%(id)s is no regular expression: %(why)s."),
            mark("Write what the whole value looks like: `[a-z0-9]{32}`."),
            id=id_,
            why=why,
        )
    elif re.fullmatch(cookie.grammar, ADDRESS):
        yield finding(
            "T303",
            place,
            mark("The grammar of cookie.%(id)s lets an e-mail address pass."),
            mark("Narrow it to the identifier the cookie holds: `[a-z0-9]{32}`."),
            id=id_,
        )


def _fault(grammar: str) -> str:
    """Return why a regular expression can't be used; "" if it can."""
    if not grammar:
        return "it is empty"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(grammar)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return str(error)
    return ""


def _needless(scope: Scope, id_: str, cookie: Cookie) -> Iterator[Diagnostic]:
    for name in cookie.purposes:
        purpose = scope.register.purpose.get(name)
        if purpose is not None and (purpose.consent != "none" or purpose.basis == "consent"):
            yield finding(
                "T315",
                scope.of(f"cookie.{id_}.purposes", name),
                mark("cookie.%(id)s is classed necessary, and purpose.%(name)s needs a consent."),
                mark("Class the cookie otherwise, or strike the purpose from it."),
                id=id_,
                name=name,
            )
