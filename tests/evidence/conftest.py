"""A store that holds the default policy, as its server would after the first start."""

import pytest

from tests.evidence.scene import START
from troth.ledger.sequencer import open_log
from troth.policy.document import Version
from troth.policy.read import read
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
def stored(db: None, policy_files: dict[str, bytes]) -> Store:  # noqa: ARG001 - `db` opens the database
    """Return a store where the default policy is in force since `START`."""
    store = Store()
    open_log(store)
    transact_on(store, SYSTEM, START, propose, policy_files, "system")
    return store
