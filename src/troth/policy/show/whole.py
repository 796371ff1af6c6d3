"""A version as plain JSON values: everything, with the keys of policy.toml."""

from typing import Any

import msgspec

from troth.policy.document import Version
from troth.policy.words import LANGS


def as_json(version: Version) -> dict[str, Any]:
    """Return the version: hash, statements in reading order with their places, the register."""
    places = {lang: {line.id: line for line in version.lines[lang]} for lang in LANGS}
    statements = [
        {
            **msgspec.to_builtins(statement),
            "place": {
                lang: {"role": line.role, "mark": line.mark, "level": line.level, "line": line.at}
                for lang in LANGS
                if (line := places[lang].get(statement.id)) is not None
            },
        }
        for statement in version.statements
    ]
    return {
        "hash": version.hash,
        "statements": statements,
        "register": msgspec.to_builtins(version.register),
    }
