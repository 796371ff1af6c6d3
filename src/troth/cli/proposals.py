"""What became of a policy folder, as a sentence."""

from typing import TYPE_CHECKING

from troth.policy.words import Message, mark

if TYPE_CHECKING:
    from troth.versions.actions import Proposal


def became(proposal: "Proposal") -> Message:
    """Say whether the folder is a new version, in force or waiting, and for what it waits."""
    values = {
        "number": proposal.version.number,
        "hash": proposal.version.hash[:12],
        "changes": len(proposal.changes),
        "demands": ", ".join(demanded(proposal)),
        "withdrawn": proposal.withdrawn.number if proposal.withdrawn else None,
    }
    if proposal.recorded and proposal.in_force:
        template = mark("Version %(number)s (%(hash)s) of the policy is recorded and in force.")
    elif proposal.recorded:
        template = mark(
            "Version %(number)s (%(hash)s) of the policy is recorded and waits:"
            " its changes (%(changes)s) demand %(demands)s first."
        )
    elif proposal.withdrawn is not None:
        template = mark(
            "The folder is version %(number)s (%(hash)s) again, which is in force;"
            " version %(withdrawn)s, which waited, is withdrawn."
        )
    elif proposal.in_force:
        template = mark("The folder is version %(number)s (%(hash)s), which is in force.")
    else:
        template = mark(
            "The folder is version %(number)s (%(hash)s), which waits:"
            " its changes (%(changes)s) demand %(demands)s first."
        )
    return Message(template, values)


def demanded(proposal: "Proposal") -> list[str]:
    """Return what the changes demand before they may take effect, sorted."""
    return sorted({demand for change in proposal.changes for demand in change.demands})
