"""A store that holds the default policy, as its server would after the first start."""

from pathlib import Path

import pytest

from tests.evidence.scene import NOW, START
from troth.ledger.sequencer import open_log
from troth.policy.document import Version
from troth.policy.read import read
from troth.protection.canary import plant
from troth.protection.sabotages import note, small_backup
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder
from troth.store import SYSTEM, Store, transact_on
from troth.versions.actions import propose


@pytest.fixture(scope="session")
def policy_files() -> dict[str, bytes]:
    return read_folder(bundled_policy())


@pytest.fixture(scope="session")
def policy(policy_files: dict[str, bytes]) -> Version:
    return read(policy_files)


@pytest.fixture
def stored(db: None, policy_files: dict[str, bytes], tmp_path: Path) -> Store:  # noqa: ARG001 - `db` opens the database
    """Return a store where the default policy is in force since `START`, with a backup."""
    store = Store()
    open_log(store)
    transact_on(store, SYSTEM, START, propose, policy_files, "system")
    transact_on(store, SYSTEM, START, plant)
    made = small_backup(tmp_path / "backups", NOW)
    note(store, made, made.sha256)
    return store
