"""Is what the running server does within the register: its forms, cookies and events?"""

from collections.abc import Iterator

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.cookie_names import covers
from troth.policy.diagnostic import Diagnostic
from troth.policy.surface import Form, FormField, SetCookie
from troth.policy.words import mark


def within(scope: Scope) -> Iterator[Diagnostic]:
    """Yield whatever the server would take or set that the register does not declare."""
    if scope.surface is None:
        return
    for form in scope.surface.forms:
        for field in form.fields:
            yield from _field(scope, form, field)
    for cookie in scope.surface.cookies:
        yield from _cookie(scope, cookie)
    for event in scope.surface.events:
        if event not in scope.register.event:
            yield finding(
                "T406",
                scope.of("event"),
                mark("The server takes the event `%(event)s`, which the register does not hold."),
                mark("Declare `[event.%(event)s]`, or switch the event off."),
                event=event,
            )


def _field(scope: Scope, form: Form, field: FormField) -> Iterator[Diagnostic]:
    of, _, name = field.collects.partition(".")
    category = scope.register.category.get(of)
    declared = None if category is None else category.fields.get(name)
    if category is None or declared is None:
        yield finding(
            "T401",
            scope.of(f"category.{of}" if category else "category"),
            mark("The form `%(form)s` collects `%(collects)s`, which is not in the register."),
            mark("Declare the field in its category, or take it out of the form."),
            form=form.name,
            collects=field.collects,
        )
        return
    if declared.required != field.required:
        message = (
            mark("The form `%(form)s` demands `%(collects)s`, which the register calls optional.")
            if field.required
            else mark(
                "The form `%(form)s` lets `%(collects)s` out, which the register calls required."
            )
        )
        yield finding(
            "T402",
            scope.of(f"category.{of}.fields.{name}"),
            message,
            mark("Make the form and `required` in the register agree."),
            form=form.name,
            collects=field.collects,
        )
    if form.purpose not in category.purposes:
        yield finding(
            "T403",
            scope.of(f"category.{of}.purposes"),
            mark(
                "The form `%(form)s` collects `%(collects)s` for `%(purpose)s`,"
                " which is no purpose of category.%(category)s."
            ),
            mark("Add the purpose to the category, if the text tells of it."),
            form=form.name,
            collects=field.collects,
            purpose=form.purpose,
            category=of,
        )


def _cookie(scope: Scope, cookie: SetCookie) -> Iterator[Diagnostic]:
    declared = next(
        (
            (id_, entry)
            for id_, entry in scope.register.cookie.items()
            if any(covers(pattern, cookie.name) for pattern in entry.names)
        ),
        None,
    )
    if declared is None:
        yield finding(
            "T404",
            scope.of("cookie"),
            mark("The server sets the cookie `%(name)s`, which the register does not declare."),
            mark("Declare it under `[cookie.…]` with its class, purpose and lifetime."),
            name=cookie.name,
        )
    elif cookie.lifetime_days > declared[1].lifetime_days:
        yield finding(
            "T405",
            scope.of(f"cookie.{declared[0]}.lifetime_days"),
            mark("`%(name)s` lives %(real)s days, and is declared for %(declared)s."),
            mark("Declare the longer life, or shorten the cookie's."),
            name=cookie.name,
            real=cookie.lifetime_days,
            declared=declared[1].lifetime_days,
        )
