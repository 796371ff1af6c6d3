"""What a verification finds, each kind of damage under its own code. Pure."""

from typing import Final

from msgspec import Struct

from troth.policy.words import Message, mark

TEMPLATES: Final = {
    "changed": mark("Entry %(index)s of epoch %(epoch)s was changed."),
    "removed": mark("Entry %(index)s of epoch %(epoch)s was removed."),
    "inserted": mark("An entry was inserted at %(index)s of epoch %(epoch)s."),
    "reordered": mark("Entry %(index)s of epoch %(epoch)s changed places with another."),
    "removed-all": mark("Entries %(index)s to %(end)s of epoch %(epoch)s were removed."),
    "truncated": mark(
        "Epoch %(epoch)s ends after %(found)s entries, but its checkpoint covers %(size)s."
    ),
    "surplus": mark(
        "Epoch %(epoch)s has %(found)s entries, but its checkpoint covers only %(size)s."
    ),
    "unplaced": mark("An entry of epoch %(epoch)s has the index %(place)s, which none can have."),
    "bundle": mark(
        "%(path)s of epoch %(epoch)s, with the commitments of the entries from %(index)s on, is"
        " missing or damaged: %(found)s of %(size)s can be read."
    ),
    "bodies": mark(
        "%(path)s of epoch %(epoch)s, with the entries from %(index)s on, is missing or damaged:"
        " %(found)s of %(size)s can be read."
    ),
    "stray": mark("%(path)s belongs to no epoch that is listed, at the size that is signed."),
    "orphaned": mark("%(count)s entries are of epoch %(named)s, which is not listed."),
    "forged": mark("The signature of epoch %(epoch)s's checkpoint is forged."),
    "unsigned": mark("The checkpoint of epoch %(epoch)s is not signed by its key."),
    "unreadable": mark("The checkpoint of epoch %(epoch)s cannot be read (%(why)s)."),
    "summary": mark(
        "What the list of epochs says of epoch %(epoch)s is not what its checkpoint says."
    ),
    "began": mark(
        "The list of epochs says that epoch %(epoch)s began at another moment than its first entry."
    ),
    "other-key": mark("Epoch %(epoch)s is signed by another key than the one you trust."),
    "root": mark("The entries of epoch %(epoch)s do not add up to the root that was signed."),
    "tile": mark("The tile %(path)s of epoch %(epoch)s is not what its entries add up to."),
    "forked": mark(
        "The history was rewritten: epoch %(epoch)s at %(size)s entries is not what the checkpoint"
        " you saved says."
    ),
    "shorter": mark(
        "The checkpoint you saved covers %(size)s entries of epoch %(epoch)s, which now has"
        " %(found)s."
    ),
    "lost-checkpoint": mark(
        "The checkpoint you saved (%(size)s entries of epoch %(epoch)s) covers entries that were"
        " lost when a copy was restored."
    ),
    "unknown-log": mark("The checkpoint you saved is of another log (%(origin)s)."),
    "saved-unsigned": mark("The checkpoint you saved is not signed by the key of its epoch."),
    "epoch-link": mark("Epoch %(epoch)s does not begin with what is known of epoch %(before)s."),
    "epoch-missing": mark("Epoch %(epoch)s is missing, or does not say how it began."),
    "epoch-order": mark(
        "Epoch %(epoch)s is listed behind epoch %(before)s; their numbers must rise."
    ),
    "epoch-name": mark(
        "Epoch %(epoch)s is named %(origin)s; a name ends with its number, and no other has it."
    ),
    "replay": mark(
        "Entry %(index)s of epoch %(epoch)s (%(kind)s) says %(said)s; deciding again gives %(now)s."
    ),
    "undecidable": mark(
        "Entry %(index)s of epoch %(epoch)s (%(kind)s) cannot be decided again: version"
        " %(version)s is not here, or is not what its hash says."
    ),
    "malformed": mark("Entry %(index)s of epoch %(epoch)s cannot be read."),
    "misfiled": mark(
        "Entry %(index)s of epoch %(epoch)s is found under another %(column)s than it tells: the"
        " column beside its body was changed."
    ),
}
"""By code, the sentence for people."""


class Finding(Struct, frozen=True):
    """One thing that is wrong: `code`, where, and a sentence."""

    code: str
    epoch: int | None
    index: int | None
    message: Message


def finding(
    code: str, epoch: int | None = None, index: int | None = None, **values: object
) -> Finding:
    """Return a finding; its sentence names epoch and index."""
    told = {"epoch": epoch, "index": index, **values}
    return Finding(code, epoch, index, Message(TEMPLATES[code], told))


class EpochReport(Struct, frozen=True):
    """What was verified of one epoch."""

    number: int
    origin: str
    vkey: str
    size: int
    entries: int
    bodies: int
    replayed: int


class Report(Struct, frozen=True):
    """What a verification came to: it holds where nothing was found.

    `notes` are things an auditor should know that break nothing: entries that a restore lost and
    the log itself says so. `checkpoint` is the newest, to be saved for the next time.
    """

    epochs: tuple[EpochReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Message, ...]
    checkpoint: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings
