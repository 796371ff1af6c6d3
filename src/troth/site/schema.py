"""The database: is it ours, is it older than the code, bring it up to date."""

from django.core.management import call_command
from django.db import DatabaseError, connection


def bring_up_to_date() -> None:
    """Apply the migrations that are missing."""
    call_command("migrate", verbosity=0, interactive=False)


def answers() -> bool:
    """Tell whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
