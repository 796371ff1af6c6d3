"""The cast of the version tests: the default policy, and edits of it."""

from datetime import UTC, datetime, timedelta

from troth.policy.words import VersionHash
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder
from troth.store import SYSTEM, Store, transact_on
from troth.versions.actions import Proposal, propose

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = FIRST + timedelta(days=1)
ALIAS = Store().alias


def default_policy() -> dict[str, bytes]:
    return read_folder(bundled_policy())


def edited(old: str, new: str, *names: str) -> dict[str, bytes]:
    """The default policy with `old` replaced by `new` in the named files."""
    files = default_policy()
    for name in names:
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode())
    return files


def longer_notice() -> dict[str, bytes]:
    """A changed register: statistics are kept for another time, which demands a notice."""
    return edited("period_days = 30", "period_days = 20", "policy.toml")


def retyped() -> dict[str, bytes]:
    """An editorial change, which demands nothing."""
    files = default_policy()
    return {**files, "en.md": files["en.md"] + b"\n"}


def reworded(*names: str) -> dict[str, bytes]:
    """The default policy with more words in the last sentence of the named languages."""
    more = {"en.md": " So says the house.", "zh.md": "本馆如是说。"}
    files = default_policy()
    for name in names:
        before, ending, after = files[name].rpartition(b" {#")
        files[name] = before + more[name].encode() + ending + after
    return files


def propose_at(at: datetime, files: dict[str, bytes], author: str = SYSTEM) -> Proposal:
    return transact_on(Store(), author, at, propose, files, author)


def hash_of(proposal: Proposal) -> VersionHash:
    return VersionHash(proposal.version.hash)
