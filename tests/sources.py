"""The source as its own tests read it: each file parsed once a process."""

import ast
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "troth"


@cache
def python_files() -> tuple[Path, ...]:
    """Return every Python file but migrations."""
    return tuple(
        sorted(
            path
            for folder in ("src", "tests", "bench", "tools", "client", "examples")
            for path in (ROOT / folder).rglob("*.py")
            if "migrations" not in path.parts
        )
    )


def source_files() -> list[Path]:
    """Return those of the product."""
    return [path for path in python_files() if SOURCE in path.parents]


@cache
def tree(path: Path) -> ast.Module:
    """Return a file parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file."""
    return tuple(ast.walk(tree(path)))
