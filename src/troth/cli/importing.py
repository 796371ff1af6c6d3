"""A file that is imported: opened, checked, taken in, told of; the same for all kinds of files."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, Literal

import msgspec
import typer
from msgspec import Struct

from troth.cli.progress import bar
from troth.cli.storing import on_data
from troth.policy.words import Message, Translate, mark
from troth.site.config import Config
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.intake.faults import Fault
    from troth.intake.importing import Job, Tally

Form = Literal["csv", "jsonl"]
FORMS: Final[Mapping[str, Form]] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
STDIN: Final = "-"
COPY_BYTES: Final = 1_048_576
PRIVATE: Final = 0o600
FINDING: Final = 1

File = Annotated[
    str, typer.Argument(metavar="FILE", help=mark("A .csv or .jsonl file, - for the input."))
]
Format = Annotated[
    Form | None, typer.Option("--format", help=mark("What FILE is, whatever its name."))
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=mark("Check all and tell what would be; write nothing."))
]
SkipBad = Annotated[
    Path | None,
    typer.Option(
        "--skip-bad",
        metavar="FILE",
        help=mark("Write rows that can't be to this new file, and take the rest."),
    ),
]


class Given(Struct, frozen=True):
    """What every import is told."""

    file: str
    form: Form | None
    dry_run: bool
    skip_bad: Path | None
    as_json: bool

    def kind(self) -> Form:
        """Return which kind of file it is. Raises CannotGoOnError."""
        form = self.form or FORMS.get(Path(self.file).suffix.lower())
        if form is None:
            raise CannotGoOnError(
                Message(mark("Say what the file is: --format csv or --format jsonl."))
            )
        return form


class Words(Struct, frozen=True):
    """How an import tells its counts: what was done, what would be, and how a rest is told."""

    done: Mapping[str, str]
    would: Mapping[str, str]


def run(
    config: Config,
    make: Callable[[Form], "Job[Any]"],
    given: Given,
    words: Words,
    translate: Translate,
) -> int:
    """Import a file and print what became of it; return the exit status. Raises CannotGoOnError.

    `make` makes the job once the data are opened.
    """
    form = given.kind()
    if given.skip_bad is not None and given.skip_bad.exists():
        raise CannotGoOnError(
            Message(
                mark("%(file)s is there already; name a new file with --skip-bad."),
                {"file": given.skip_bad},
            )
        )
    with _opened(given.file) as source, on_data(config), _plainly():
        from troth.intake.importing import StoppedError  # noqa: PLC0415 - needs Django set up

        job = make(form)
        tally, stopped = _check(job, source, given, translate), None
        refused = bool(tally.bad) and (tally.fatal or given.skip_bad is None)
        if not (refused or given.dry_run):
            try:
                tally = _take(job, source, given, translate, bad=tally.bad)
            except StoppedError as error:
                tally, stopped = error.tally, error.fault
    would = refused or given.dry_run
    if given.as_json:
        sys.stdout.write(_json(tally, stopped, would=would))
    else:
        _tell(given, tally, stopped, translate)
        sys.stdout.write(_text(tally, words, given, translate, refused=refused))
    return FINDING if refused or stopped or (given.dry_run and tally.bad) else 0


def _check(job: "Job[Any]", source: BinaryIO, given: Given, translate: Translate) -> "Tally":
    from troth.intake import importing  # noqa: PLC0415 - needs Django set up

    size = source.seek(0, os.SEEK_END)
    with bar(mark("Checking"), translate, quiet=given.as_json) as progress:
        return importing.check(job, source, lambda done: progress and progress(done, size))


def _take(
    job: "Job[Any]", source: BinaryIO, given: Given, translate: Translate, *, bad: int
) -> "Tally":
    from troth.intake import importing  # noqa: PLC0415 - needs Django set up

    size = source.seek(0, os.SEEK_END)
    aside = _private(given.skip_bad) if given.skip_bad is not None and bad else None
    try:
        with bar(mark("Importing"), translate, quiet=given.as_json) as progress:
            return importing.take(
                job, source, lambda done: progress and progress(done, size), aside
            )
    finally:
        if aside is not None:
            aside.close()


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """Open a file that is read twice; the input is kept meanwhile in a file without a name."""
    try:
        source = Path(file).open("rb") if file != STDIN else tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        while file == STDIN and (some := sys.stdin.buffer.read(COPY_BYTES)):
            source.write(some)
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be read: %(error)s."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    with source:
        yield source


def _private(file: Path) -> BinaryIO:
    """Make a new file that its owner alone may read."""
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be written: %(error)s."),
                {"file": file, "error": error.strerror},
            )
        ) from error


@contextmanager
def _plainly() -> Iterator[None]:
    from troth.people.values import NoPolicyError  # noqa: PLC0415 - needs Django set up

    try:
        yield
    except NoPolicyError as error:
        raise CannotGoOnError(error.message) from error


def _tell(given: Given, tally: "Tally", stopped: "Fault | None", translate: Translate) -> None:
    """Print what can't be to the standard error, a line each, as compilers do."""
    lines = [_line(given.file, fault, translate) for fault in tally.faults]
    if tally.bad > len(tally.faults):
        more = Message(mark("… and %(more)s more."), {"more": tally.bad - len(tally.faults)})
        lines.append(more.render(translate))
    if stopped is not None:
        lines.append(_line(given.file, stopped, translate))
    sys.stderr.writelines(f"{line}\n" for line in lines)


def _line(file: str, fault: "Fault", translate: Translate) -> str:
    place = ":".join(str(part) for part in (file, fault.line, fault.column) if part)
    told = f" [{fault.statement}]" if fault.statement else ""
    return f"{place}: {fault.message.render(translate)}{told}"


def _text(
    tally: "Tally", words: Words, given: Given, translate: Translate, *, refused: bool
) -> str:
    would = refused or given.dry_run
    counts = {**tally.counts, "new": tally.new}
    lines = [Message(mark("Rows read: %(count)s."), {"count": tally.rows})]
    lines += [
        Message(template, {"count": counts.get(name, 0)})
        for name, template in (words.would if would else words.done).items()
    ]
    if tally.bad:
        reasons = ", ".join(f"{code} {count}" for code, count in sorted(tally.reasons.items()))
        lines.append(
            Message(
                mark("Rows that can't be: %(count)s (%(reasons)s)."),
                {"count": tally.bad, "reasons": reasons},
            )
        )
    lines += _end(tally, given, refused=refused)
    return "".join(f"{line.render(translate)}\n" for line in lines)


def _end(tally: "Tally", given: Given, *, refused: bool) -> Sequence[Message]:
    if refused and tally.fatal:
        return [Message(mark("Nothing was written. Mend the file first."))]
    if refused:
        return [
            Message(
                mark(
                    "Nothing was written. Mend these rows, or leave them out with --skip-bad FILE."
                )
            )
        ]
    if given.dry_run:
        return [Message(mark("Nothing was written: this was a dry run."))]
    if tally.bad:
        return [Message(mark("They are in %(file)s."), {"file": given.skip_bad})]
    return []


def _json(tally: "Tally", stopped: "Fault | None", *, would: bool) -> str:
    told = {
        "written": not would,
        "rows": tally.rows,
        "counts": {**tally.counts, "new": tally.new},
        "refused": dict(sorted(tally.reasons.items())),
        "faults": [_fault(fault) for fault in tally.faults],
        "faults_left_off": tally.bad - len(tally.faults),
        "stopped": None if stopped is None else _fault(stopped),
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _fault(fault: "Fault") -> Mapping[str, object]:
    return {
        "line": fault.line,
        "column": fault.column,
        "code": fault.code,
        "message": fault.message.render(str),
        "statement": fault.statement,
    }
