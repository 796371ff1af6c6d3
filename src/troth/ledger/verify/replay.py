"""Decide again what entries tell: the same facts, moment and version, the same answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from troth.gate import Facts
from troth.gate.decide import decide
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import UNDECODABLE
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.read import read, version_hash
from troth.policy.rulebook import RulebookError, compile
from troth.policy.rules import Rulebook


class Told(Struct, frozen=True):
    """What an entry tells of a decision; `version` "" is the entry's own."""

    allowed: bool
    verb: str
    reason: str
    statement: str
    version: str = ""

    def __str__(self) -> str:
        return f"{'yes' if self.allowed else 'no'} ({self.reason}, {self.statement})"


class Pair(Struct, frozen=True):
    """Facts that rows of a batch share, with the decision on them."""

    facts: Facts
    decision: Told
    count: int


class About(Struct, frozen=True):
    """What of an entry's `about` is decided again: a batch's pairs."""

    pairs: tuple[Pair, ...] = ()


class Body(Struct, frozen=True):
    """What of an entry is needed to decide it again."""

    kind: str
    at: Annotated[datetime, Meta(tz=True)]
    version: str
    facts: Facts | None
    decision: Told | None
    about: About


_DECODER: Final = msgspec.json.Decoder(Body)


class Replay:
    """Decides entries again, with the versions that are at hand; each is compiled once."""

    def __init__(self, versions: Mapping[str, Mapping[str, bytes]]) -> None:
        self._versions = versions
        self._rules: dict[str, Rulebook | None] = {}
        self._replayed = 0

    def check(self, epoch: int, begin: int, bodies: Sequence[tuple[bytes, bytes]]) -> list[Finding]:
        """Decide again what these entries tell; `begin` is the index of the first."""
        found = []
        decode = _DECODER.decode
        for n, (_, raw) in enumerate(bodies):
            try:
                body = decode(raw)
            except UNDECODABLE:
                found.append(finding("malformed", epoch, begin + n))
                continue
            if body.decision is not None and body.facts is not None:
                found += self._again(body, body.facts, body.decision, epoch, begin + n)
            for pair in body.about.pairs:
                found += self._again(body, pair.facts, pair.decision, epoch, begin + n)
        return found

    def taken(self) -> int:
        """Return how many decisions were decided again since the last time this was asked."""
        taken, self._replayed = self._replayed, 0
        return taken

    def _again(self, body: Body, facts: Facts, said: Told, epoch: int, index: int) -> list[Finding]:
        version = said.version or body.version
        rules = self._rulebook(version)
        if rules is None:
            return [finding("undecidable", epoch, index, kind=body.kind, version=version[:12])]
        self._replayed += 1
        again = decide(rules, facts, body.at)
        now = Told(again.allowed, again.verb, again.reason.code, again.statement, said.version)
        if now == said:
            return []
        return [finding("replay", epoch, index, kind=body.kind, said=str(said), now=str(now))]

    def _rulebook(self, version: str) -> Rulebook | None:
        if version not in self._rules:
            self._rules[version] = self._compiled(version)
        return self._rules[version]

    def _compiled(self, version: str) -> Rulebook | None:
        files = self._versions.get(version)
        if files is None or version_hash(files) != version:
            return None
        try:
            return compile(read(files))
        except (UnreadablePolicyError, RulebookError):
            return None
