"""A bar for what takes a while: on the standard error, and only where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from troth.policy.words import Translate


@contextmanager
def bar(
    label: str, translate: Translate, *, quiet: bool = False
) -> Iterator[Callable[[int, int], None] | None]:
    """Give what is told how many of how many are done; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import Progress  # noqa: PLC0415 - the same

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(translate(label), total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
