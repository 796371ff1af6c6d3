"""Argon2 as in the product, at its least cost: tests hash hundreds of passwords.

Servers under test run as users run them, at full cost.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2PasswordHasher(Argon2PasswordHasher):
    """The same algorithm and format with one pass over the least memory."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
