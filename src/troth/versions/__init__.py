"""Immutable versions of the policy, and which one is in force."""
