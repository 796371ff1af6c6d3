"""Did every use state its purpose, and does every decision come out the same again?"""

from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct

from troth.ledger.models import Entry
from troth.ledger.verify.replay import Replay
from troth.policy.promise import Evidence, Verdict
from troth.policy.words import Message, mark
from troth.versions import facts

CONTROL: Final = "protection.purpose-checked"
CHUNK: Final = 2_000
OPENING: Final = frozenset({"use", "view", "release", "read_cookie", "read-cookie"})
"""The verbs after whose yes personal values are opened."""
SAMPLES_MAX: Final = 10
UNDECIDABLE: Final = "undecidable"
"""The version is not at hand as it was recorded: that is for the controls of versions to tell."""


class _Told(Struct, frozen=True):
    verb: str


class _Body(Struct, frozen=True):
    """What of an entry tells whether something was opened, and on what."""

    kind: str
    facts: msgspec.Raw = msgspec.Raw(b"null")
    decision: _Told | None = None

    @property
    def is_bare(self) -> bool:
        """Whether values were opened and it does not say what for."""
        stated = bytes(self.facts) != b"null"
        return self.decision is not None and self.decision.verb in OPENING and not stated


_DECODER: Final = msgspec.json.Decoder(_Body)


def examine(alias: str, now: datetime) -> Evidence:
    """Decide again whatever any entry tells of a decision."""
    replay = Replay(facts.all_files(alias))
    rows = Entry.objects.using(alias).order_by("id").values_list("body", flat=True)
    source = rows.iterator(CHUNK)
    entries = undecided = 0
    wrong: list[str] = []
    while some := [bytes(body) for body in islice(source, CHUNK)]:
        wrong += [f"entry {entries + n}: no facts" for n, body in enumerate(some) if _bare(body)]
        for fault in replay.check(0, entries, [(b"", body) for body in some]):
            if fault.code == UNDECIDABLE:
                undecided += 1
            else:
                wrong.append(f"entry {fault.index}: {fault.code}")
        entries += len(some)
    decided = replay.taken()
    verdict: Verdict = "unproven" if undecided else "kept"
    why = (
        Message(mark("A use stated no purpose, or a decision does not come out again."))
        if wrong
        else Message(mark("Some decisions cannot be decided again: their policy is not at hand."))
        if undecided
        else Message(
            mark("Every decision on record decided again and the same (%(count)s so far)."),
            {"count": decided},
        )
    )
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=decided or len(wrong),
        at=now,
        why=why,
        figures={mark("Entries read"): entries, mark("Decisions decided again"): decided},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _bare(body: bytes) -> bool:
    try:
        return _DECODER.decode(body).is_bare
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False  # the replay reports it
