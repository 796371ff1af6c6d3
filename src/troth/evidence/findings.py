"""What one run of one control gave, before it is stored."""

from msgspec import Struct

from troth.policy.promise import Evidence


class Finding(Struct, frozen=True, kw_only=True):
    """The evidence, how long it took, and whether the control itself raised an error.

    `full`: everything was looked at, not only what has come since.
    """

    evidence: Evidence
    took_ms: int = 0
    failed: bool = False
    full: bool = True
