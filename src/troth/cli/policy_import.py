"""`troth policy import`: a policy as it was published becomes a policy folder."""

import errno
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, language, translator
from troth.policy.reader.files import FILE_NAMES
from troth.policy.words import Lang, Message, Translate, mark
from troth.site.policyfolder import read_folder
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.policy.document import Version
    from troth.policy.importer import Imported

LIMIT_BYTES: Final = 50_000_000
SHOWN_MAX: Final = 50


def import_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help=mark("The policy's text: one file in both languages, or one a language."),
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help=mark("The policy folder to write."))
    ],
    *,
    keep_noise: Annotated[
        bool, typer.Option("--keep-noise", help=mark("Report noise, but leave it in the text."))
    ] = False,
    as_json: options.AsJson = False,
    lang: GivenLanguage = None,
) -> None:
    """Make a policy folder from plain text, Markdown or HTML; lose nothing, invent nothing."""
    from troth.policy.importer import (  # noqa: PLC0415 - parsers are slow to import
        ImportRefusedError,
        TextLostError,
        import_policy,
    )

    spoken = language(lang)
    try:
        previous = _standing(out)
        imported = import_policy(_load(files), previous=previous, keep_noise=keep_noise)
        _write(out, imported.files)
    except (ImportRefusedError, TextLostError, CannotGoOnError) as error:
        sys.stderr.write(f"troth: {error.message.render(translator(spoken))}\n")
        raise typer.Exit(2) from None
    if as_json:
        sys.stdout.write(json.dumps(as_data(imported, out), ensure_ascii=False, indent=2) + "\n")
    else:
        _tell(imported, out, spoken)


def _load(files: list[Path]) -> dict[str, bytes]:
    """Return the input files by name, in order."""
    names = [file.name for file in files]
    found: dict[str, bytes] = {}
    for file in files:
        name = file.name if names.count(file.name) == 1 else str(file)
        try:
            with file.open("rb") as source:
                found[name] = source.read(LIMIT_BYTES + 1)
        except OSError as error:
            raise _cannot_read(file, error) from None
    return found


def _cannot_read(file: Path, error: OSError) -> CannotGoOnError:
    return CannotGoOnError(
        Message(
            mark("%(file)s cannot be read (%(error)s); name a file this user may read."),
            {"file": file, "error": error.strerror},
        )
    )


def _standing(out: Path) -> "Version | None":
    """Return the policy that stands in the folder; None if there is none yet."""
    from troth.policy.diagnostic import UnreadablePolicyError  # noqa: PLC0415 - see above
    from troth.policy.read import read  # noqa: PLC0415 - see above

    try:
        if not out.exists() or (out.is_dir() and not any(out.iterdir())):
            return None
        if not (out / "policy.toml").is_file():
            raise CannotGoOnError(
                Message(
                    mark(
                        "%(folder)s is there and is no policy folder (it has no policy.toml);"
                        " name a new folder with -o."
                    ),
                    {"folder": out},
                )
            )
        return read(read_folder(out))
    except UnreadablePolicyError as error:
        raise CannotGoOnError(
            Message(
                mark(
                    "The policy in %(folder)s cannot be read, so its ids cannot be kept: %(why)s"
                    " Mend it, or name a new folder with -o."
                ),
                {"folder": out, "why": error.diagnostics[0].message.render(str)},
            )
        ) from None
    except OSError as error:
        raise _cannot_read(out, error) from None


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write the folder whole: beside it first, then by a rename, so that nothing is half there."""
    target = out.resolve()
    scratch: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        new, old = scratch / "new", scratch / "old"
        if target.exists():
            shutil.copytree(target, new, symlinks=True)
        else:
            new.mkdir()
        for name in FILE_NAMES:
            (new / name).write_bytes(files[name])
        _swap(target, new, old)
    except OSError as error:
        raise _cannot_write(out, error) from None
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _swap(target: Path, new: Path, old: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        with suppress(OSError):
            old.rename(target)
        raise


def _cannot_write(out: Path, error: OSError) -> CannotGoOnError:
    template = mark(
        "%(folder)s cannot be written (%(error)s), so nothing was; let this user write there."
    )
    if isinstance(error, FileExistsError | NotADirectoryError):
        template = mark(
            "%(folder)s cannot be a folder, as a file is in its way (%(error)s);"
            " name another with -o."
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        template = mark("There is no room left to write %(folder)s, so nothing was; make room.")
    return CannotGoOnError(Message(template, {"folder": out, "error": error.strerror}))


def as_data(imported: "Imported", out: Path) -> dict[str, object]:
    """Return the report as JSON has it; `losses` is empty, or nothing would have been written."""
    report = imported.report
    return {
        "folder": str(out),
        "statements": report.statements,
        "headings": report.headings,
        "sections": dict(report.sections),
        "noise": [
            {
                "kind": noise.kind,
                "text": noise.text,
                "file": noise.file,
                "line": noise.line,
                "column": noise.column,
                "context": noise.context,
                "removed": noise.removed,
            }
            for noise in imported.noise
        ],
        "unaligned": [
            {"id": u.id, "lang": u.lang, "file": u.file, "line": u.line, "text": u.text}
            for u in imported.unaligned
        ],
        "left_out": {name: list(texts) for name, texts in report.left_out.items() if texts},
        "new": list(report.new),
        "retired": list(report.retired),
        "losses": [],
    }


KINDS: Final[Mapping[str, str]] = {
    "foreign-character": mark("foreign character"),
    "broken-tag": mark("broken tag"),
    "invisible": mark("invisible character"),
    "unreadable": mark("unreadable character"),
    "mojibake": mark("wrongly decoded characters"),
    "doubled": mark("doubled text"),
}


def _tell(imported: "Imported", out: Path, lang: Lang) -> None:
    """Print the report for people."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    console = Console(highlight=False, soft_wrap=True)
    for line in lines(imported, out, translator(lang)):
        console.print(line, markup=False)


def lines(imported: "Imported", out: Path, translate: Translate) -> list[str]:
    """Return the report for people, line by line, in the language of `translate`."""
    from troth.policy.importer import (  # noqa: PLC0415 - parsers are slow to import
        BEFORE_FIRST_HEADING,
    )

    def say(template: str, **values: object) -> str:
        return Message(template, values).render(translate)

    report = imported.report
    told = [
        say(
            mark("%(folder)s: %(statements)s statements, %(headings)s headings, nothing lost."),
            folder=out,
            statements=report.statements,
            headings=report.headings,
        )
    ]
    told += [
        f"  {translate(name) if name == BEFORE_FIRST_HEADING else name}  {count}"
        for name, count in report.sections.items()
    ]
    if imported.noise:
        told.append(say(mark("Noise in %(count)s places:"), count=len(imported.noise)))
    for noise in imported.noise[:SHOWN_MAX]:
        told.append(
            say(
                mark("  %(place)s  %(kind)s %(text)s  in “%(context)s”  (removed)")
                if noise.removed
                else mark("  %(place)s  %(kind)s %(text)s  in “%(context)s”  (left in the text)"),
                place=f"{noise.file}:{noise.line}:{noise.column}",
                kind=translate(KINDS[noise.kind]),
                text=_visible(noise.text),
                context=noise.context,
            )
        )
    if imported.unaligned:
        count = len(imported.unaligned)
        told.append(say(mark("In one language only, %(count)s statements:"), count=count))
    told += [
        f"  {u.file}:{u.line}  {u.lang}  {u.id}  {u.text}" for u in imported.unaligned[:SHOWN_MAX]
    ]
    hidden = sum(max(0, len(x) - SHOWN_MAX) for x in (imported.noise, imported.unaligned))
    if hidden:
        told.append(say(mark("… and %(count)s more; --json lists all."), count=hidden))
    for name, texts in report.left_out.items():
        for text in texts:
            told.append(
                say(mark("Left out of %(file)s, no policy text: %(text)s"), file=name, text=text)
            )
    if report.new:
        told.append(say(mark("New: %(ids)s"), ids=", ".join(report.new)))
    if report.retired:
        told.append(say(mark("Retired: %(ids)s"), ids=", ".join(report.retired)))
    told.append(
        say(
            mark(
                "Next: write the register %(folder)s/policy.toml (what you collect, for what, whom"
                " you give it to; docs/import.md tells how) and fill its open places, then run"
                " `troth policy check %(folder)s`."
            ),
            folder=out,
        )
    )
    return told


def _visible(text: str) -> str:
    """Return a noise text so that it can be seen: an invisible character by its number."""
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)
