"""Faults that the control of the policy page must catch."""

from troth.policy.promise import Store
from troth.policy.words import LANGS
from troth.site.topics import topics
from troth.versions import facts
from troth.versions.sabotages import last_version, put_in_force


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
