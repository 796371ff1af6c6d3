"""What others have written, made so that a terminal only shows it."""


def shown(line: str) -> str:
    """Return a line with whatever is no letter, sign or space written out.

    A line break in it could go on as a line of ours, and an escape hide all that follows.
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def shown_json(text: str) -> str:
    """Return JSON that says the same, laid out as it is, with such characters escaped."""
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    """Return a character as JSON writes it: two halves where it is beyond 16 bits."""
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
