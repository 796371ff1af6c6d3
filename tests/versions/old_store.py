"""Make a store as the first step of Troth left it: `python -m tests.versions.old_store DATA [URL]`.

Its tables are at that step's migrations, with two versions, one of which waits and is withdrawn,
and an owner.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.versions.text import default_policy_files
from troth.site.boot import set_up
from troth.site.config import Config, bundled_policy

AT: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
STATE: Final = (
    ("contenttypes", "0002_remove_content_type_name"),
    ("auth", "0012_alter_user_first_name_max_length"),
    ("sessions", "0001_initial"),
    ("versions", "0002_immutable"),
    ("people", "0001_initial"),
    ("access", "0001_initial"),
    ("evidence", "0001_initial"),
)


def main(data: Path, database: str) -> None:
    """Make the store."""
    data.mkdir(mode=0o700)
    set_up(Config(data=data, policy=bundled_policy(), database=database))
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    from troth.site.migrations import DurableExecutor  # noqa: PLC0415 - the same
    from troth.site.schema import APPLICATION_ID, MARKER  # noqa: PLC0415 - the same

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        else:
            cursor.execute(f"CREATE TABLE {MARKER} (made_at timestamptz)")
    executor = DurableExecutor(connection)
    state = executor.migrate(list(STATE))
    fill(state.apps)


def fill(apps: object) -> None:
    """Put rows in as the first step's verbs did."""
    from django.db.migrations.state import StateApps  # noqa: PLC0415 - needs Django set up

    from troth.policy.read import version_hash  # noqa: PLC0415 - the same
    from troth.versions.chain import chain_hash  # noqa: PLC0415 - the same

    assert isinstance(apps, StateApps)
    model = {name: apps.get_model("versions", name) for name in ("StoredVersion", "VersionFile")}
    files, previous = default_policy_files(), ""
    for number, more in ((1, b""), (2, b"\n")):
        content = files | {"en.md": files["en.md"] + more}
        row = {
            "number": number,
            "hash": version_hash(content),
            "recorded_at": AT + timedelta(days=number),
            "author": "start",
            "changes": "[]",
            "previous": previous,
        }
        chain = chain_hash(
            number=number,
            version=version_hash(content),
            recorded_at=AT + timedelta(days=number),
            author="start",
            changes="[]",
            previous=previous,
        )
        stored = model["StoredVersion"].objects.create(**row, chain=chain)
        for name, text in content.items():
            model["VersionFile"].objects.create(version=stored, name=name, content=text)
        apps.get_model("versions", "Effect").objects.create(
            version=stored,
            from_at=AT + timedelta(days=number),
            recorded_at=AT + timedelta(days=number),
        )
        previous = chain
    account = apps.get_model("people", "Account").objects.create(
        handle="owner-abc234", password="!", created_at=AT
    )
    apps.get_model("access", "Member").objects.create(account=account, role="owner", since=AT)
    apps.get_model("access", "OwnerLink").objects.create(
        token_hash="0" * 64, created_at=AT, expires_at=AT + timedelta(hours=1), used_at=AT
    )


if __name__ == "__main__":
    os.umask(0o077)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
