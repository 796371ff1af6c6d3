"""Limits of tries, counted from zero in a test: they are shared by a whole process."""

import secrets

import pytest

from troth.access import sign_in as door


def count_from_zero(monkeypatch: pytest.MonkeyPatch, *pages: str) -> None:
    """Give each limit of the door a fresh name, in the modules of `pages` that import it too."""
    for name in ("PER_HANDLE", "PER_ADDRESS", "PER_SECOND"):
        limit = getattr(door, name)
        fresh = type(limit)(secrets.token_hex(4), limit.times, limit.seconds)
        for place in ("troth.access.sign_in", *pages):
            monkeypatch.setattr(f"{place}.{name}", fresh, raising=False)
