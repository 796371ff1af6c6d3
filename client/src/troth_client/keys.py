"""A secret key as it is written: `troth_sk_<id>_<secret>`, `troth_tsk_…` in test mode."""

import re
from typing import Final

SECRET: Final = re.compile(r"troth_t?sk_([a-z2-9]{12})_[A-Za-z0-9_-]{43}")


def id_of(key: str) -> str:
    """Return the id in a secret key. Raises ValueError, which does not repeat it, on another."""
    found = SECRET.fullmatch(key)
    if found is None:
        raise ValueError(
            "this is no secret key, troth_sk_… of 69 letters or troth_tsk_… of 70, as it was shown"
        )
    return found[1]
