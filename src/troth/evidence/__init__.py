"""Examinations of controls, the board they add up to, the audit and its proof."""

from troth.evidence.discovery import discover, names, planned

__all__ = ["discover", "names", "planned"]
