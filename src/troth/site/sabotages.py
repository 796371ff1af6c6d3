"""Faults that the controls of the pages must catch."""

from collections.abc import Callable
from typing import Any, Final

from django.urls import URLPattern

from troth.policy.promise import Store
from troth.policy.words import LANGS
from troth.site.strangers import unguarded
from troth.site.topics import topics
from troth.versions import facts
from troth.versions.sabotages import last_version, put_in_force

OPENED: Final = "console-ledger"
"""A page of the console that shows something to members."""

_before: dict[str, tuple[URLPattern, Callable[..., Any]]] = {}


def topic_missing(store: Store) -> None:
    """Put a version in force that lacks one topic's heading in one language."""
    newest = last_version(store)
    topic = topics(facts.document(store.alias, newest.hash))[0]
    name = f"{LANGS[0]}.md"
    lines = newest.files[name].splitlines(keepends=True)
    ending = f"{{#{topic}}}".encode()
    kept = b"".join(line for line in lines if not line.rstrip().endswith(ending))
    put_in_force(store, newest.files | {name: kept})


def page_failing(store: Store) -> None:
    """Put a version in force that nobody can read, so that the policy page fails."""
    put_in_force(store, last_version(store).files | {f"{LANGS[0]}.md": b"\xff\xfe"})


def page_open(_store: Store) -> None:
    """Take the guard off a page of the console, in this process."""
    pattern, view = unguarded(OPENED)
    _before[OPENED] = (pattern, pattern.callback)
    pattern.callback = view


def page_guarded(_store: Store) -> None:
    """Put the guard back."""
    if OPENED in _before:
        pattern, view = _before.pop(OPENED)
        pattern.callback = view
