"""Does every name inside the register lead somewhere, and is every entry used?"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.register import Register
from troth.policy.words import mark

USED: Final = ("purpose", "retention", "source")
"""Tables whose entries say nothing by themselves: something must use them."""


class Reference(Struct, frozen=True):
    """A name in the register: where it stands, the table it means, the entry it names."""

    path: str
    table: str
    name: str


def references(scope: Scope) -> Iterator[Diagnostic]:
    """Yield names that lead nowhere, and entries that nothing names."""
    named: dict[str, set[str]] = {table: set() for table in USED}
    for reference in _references(scope):
        entries: Mapping[str, object] = getattr(scope.register, reference.table)
        if reference.table in named:
            named[reference.table].add(reference.name)
        if reference.name not in entries:
            yield _dangling(scope, reference.path, reference.table, reference.name)
    yield from _fields(scope)
    for table, names in named.items():
        for unused in getattr(scope.register, table).keys() - names:
            yield finding(
                "T314",
                scope.of(f"{table}.{unused}"),
                mark("Nothing in the register uses `%(path)s`."),
                mark("Strike it, or name it where it belongs: who reads it takes it for true."),
                path=f"{table}.{unused}",
            )


def _references(scope: Scope) -> Iterator[Reference]:
    register = scope.register
    for name, category in register.category.items():
        path = f"category.{name}"
        yield from _all(f"{path}.purposes", "purpose", category.purposes)
        yield from _all(f"{path}.sources", "source", category.sources)
        yield Reference(f"{path}.retention", "retention", category.retention)
    for name, event in register.event.items():
        yield Reference(f"event.{name}.category", "category", event.category)
        yield Reference(f"event.{name}.purpose", "purpose", event.purpose)
    for name, cookie in register.cookie.items():
        yield from _all(f"cookie.{name}.purposes", "purpose", cookie.purposes)
        if cookie.partner is not None:
            yield Reference(f"cookie.{name}.partner", "partner", cookie.partner)
    yield from _single(register)
    for table in ("recipient", "processor"):
        for name, receiver in getattr(register, table).items():
            yield from _all(f"{table}.{name}.categories", "category", receiver.categories)
            yield from _all(f"{table}.{name}.purposes", "purpose", receiver.purposes)


def _single(register: Register) -> Iterator[Reference]:
    """Yield the references of entries that name one other entry."""
    for name, option in register.option.items():
        yield Reference(f"option.{name}.cookie", "cookie", option.cookie)
    for name, partner in register.partner.items():
        yield Reference(f"partner.{name}.purpose", "purpose", partner.purpose)
    for name, site in register.site.items():
        if site.service is not None:
            yield Reference(f"site.{name}.service", "service", site.service)


def _all(path: str, table: str, names: tuple[str, ...]) -> Iterator[Reference]:
    return (Reference(path, table, name) for name in names)


def _fields(scope: Scope) -> Iterator[Diagnostic]:
    """Yield event attributes and cookie contents that are no field of a category."""
    for name, event in scope.register.event.items():
        category = scope.register.category.get(event.category)
        for attribute in event.attributes:
            if category is not None and attribute not in category.fields:
                table = f"category.{event.category}.fields"
                yield _dangling(scope, f"event.{name}.attributes", table, attribute)
        if category is not None and event.purpose not in category.purposes:
            table = f"category.{event.category}.purposes"
            yield _dangling(scope, f"event.{name}.purpose", table, event.purpose)
    for name, cookie in scope.register.cookie.items():
        for held in cookie.holds:
            of, _, field = held.partition(".")
            category = scope.register.category.get(of)
            if category is None or field not in category.fields:
                yield _dangling(scope, f"cookie.{name}.holds", "category", held)


def _dangling(scope: Scope, path: str, table: str, name: str) -> Diagnostic:
    return finding(
        "T301",
        scope.of(path, name),
        mark("`%(path)s` names `%(name)s`, and `%(table)s` has no such entry."),
        mark("Declare `%(name)s` in `%(table)s`, or name an entry that is there."),
        path=path,
        name=name,
        table=table,
    )
