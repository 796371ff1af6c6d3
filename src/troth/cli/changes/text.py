"""Changes as people read them: word marks, kinds and demands in words."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text as Styled

from troth.cli.changes import names
from troth.policy.change import Change, Mark
from troth.policy.diff import demands
from troth.policy.words import LANGS, Message, Translate, mark

STYLES = {"same": "", "deleted": "red strike", "inserted": "green underline"}
PLAIN = {"same": "%s", "deleted": "[-%s-]", "inserted": "{+%s+}"}
CONTEXT_LETTERS = 60
"""How much of an unchanged run is shown beside a change."""


def write(changes: Sequence[Change], console: Console, translate: Translate) -> None:
    """Print each change and what all of them demand."""
    for change in changes:
        _write(change, console, translate)
    console.print(Styled(summary(changes, translate)), soft_wrap=True)


def summary(changes: Sequence[Change], translate: Translate) -> str:
    """Return in one sentence how many changes there are and what they demand."""
    values = {
        "count": len(changes),
        "harmful": sum(c.harmful for c in changes),
        "demands": names.demands(demands(changes), translate),
    }
    if not changes:
        template = mark("The two versions do not differ.")
    elif not values["demands"]:
        template = mark("Changes: %(count)s, editorial: they may take effect without notice.")
    else:
        template = mark(
            "Changes: %(count)s, of them harmful: %(harmful)s."
            " Before they take effect: %(demands)s."
        )
    return Message(template, values).render(translate)


def _write(change: Change, console: Console, translate: Translate) -> None:
    told = [translate(names.WHATS[change.what]), names.kinds(change, translate)]
    if change.harmful:
        told.append(translate(names.HARMFUL))
    head = Styled(change.path, style="bold")
    head.append(f" · {' · '.join(told)}", style="red" if change.harmful else "dim")
    console.print(head, soft_wrap=True)
    for line in _values(change, coloured=console.is_terminal and bool(console.color_system)):
        console.print(Styled("  ").append_text(line), soft_wrap=True)
    console.print(Styled(f"  {change.why.render(translate)}", style="italic"), soft_wrap=True)
    if change.demands:
        before = Message(
            mark("Before it takes effect: %(demands)s."),
            {"demands": names.demands(change.demands, translate)},
        )
        console.print(Styled(f"  {before.render(translate)}"), soft_wrap=True)
    console.print()


def _values(change: Change, *, coloured: bool) -> Iterable[Styled]:
    if change.words:
        for lang in LANGS:
            if lang in change.words:
                marked = _marked(_shortened(change.words[lang]), coloured=coloured)
                yield Styled(f"{lang}  ").append_text(marked)
    elif change.what != "moved":
        pairs = [("deleted", change.old), ("inserted", change.new)]
        yield _marked([(what, value) for what, value in pairs if value], coloured=coloured)


def _marked(runs: Iterable[tuple[str, str]], *, coloured: bool) -> Styled:
    line = Styled()
    for what, words in runs:
        if coloured:
            line.append(words, style=STYLES[what])
        else:
            line.append(PLAIN[what] % words)
    return line


def _shortened(marks: Sequence[Mark]) -> Iterable[tuple[str, str]]:
    """Yield the marks with the middle of long unchanged runs left out."""
    for i, run in enumerate(marks):
        words = run.text
        if run.what == "same" and len(words) > 2 * CONTEXT_LETTERS:
            head = words[:CONTEXT_LETTERS] if i else ""
            tail = words[-CONTEXT_LETTERS:] if i < len(marks) - 1 else ""
            words = f"{head}…{tail}"
        yield run.what, words
