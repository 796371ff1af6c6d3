"""What differs between two versions of a policy, and what the difference demands. Pure."""

from troth.policy.diff.compare import demanded, demands, diff, is_major, needs_nothing

__all__ = ["demanded", "demands", "diff", "is_major", "needs_nothing"]
