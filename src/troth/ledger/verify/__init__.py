"""Verify a log offline: by its public half, an auditor's copy, or the data themselves."""

from troth.ledger.verify.check import verify
from troth.ledger.verify.findings import Finding, Report
from troth.ledger.verify.sources import LogEpoch, LogSource, UnreadableLogError

__all__ = ["Finding", "LogEpoch", "LogSource", "Report", "UnreadableLogError", "verify"]
