"""A table as plain lines: for terminals, and for programs that read a line a row."""

from collections.abc import Sequence
from typing import Final

GAP: Final = "  "


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the headings first, each column as wide as its widest cell.

    A Chinese character takes two places. No cell is cut: a key's id is copied from here.
    """
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - slow to import

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = (
        GAP.join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)
