"""What the tests of the vault share: a canary, its permit, and the driver that dies."""

import subprocess
from pathlib import Path
from typing import Final

from tests.services import forks
from tests.services.server import environment
from troth.gate import Permit, decide, permit
from troth.gate.facts import UseFacts
from troth.policy.read import read
from troth.policy.rulebook import compile
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder
from troth.store import Tx, transact
from troth.vault import PersonId, Plain, Sealed, pseudonym, seal, unseal

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = compile(read(read_folder(bundled_policy())))
CANARY: Final = "canary-f3b1@example.invalid"
KILLED: Final = -9


def seal_canary(person: PersonId, value: str = CANARY) -> Sealed:
    """Seal an e-mail address."""
    return transact(seal, person, "account", "email", value, RULES.version)


def permit_for(tx: Tx, person: PersonId) -> Permit:
    """Return a true permit to use somebody's account for its own purpose."""
    facts = UseFacts(category="account", purpose="account")
    return permit(decide(RULES, facts, tx.now), facts, pseudonym(tx, person))


def open_canary(sealed: Sealed) -> str:
    """Open a value with a true permit."""

    def verb(tx: Tx) -> Plain:
        return unseal(tx, sealed, permit_for(tx, sealed.person))

    return transact(verb).reveal()


def stranger(tx: Tx, person: PersonId) -> Permit:
    """Return a true permit to use what of somebody is no account."""
    facts = UseFacts(category="contact-message", purpose="support")
    return permit(decide(RULES, facts, tx.now), facts, pseudonym(tx, person))


def run(keys: Path, die_at: int, what: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the driver in a process of its own."""
    words = (keys, str(die_at), what, *arguments)
    return forks.run("tests.vault.driver", *words, env=environment(), cwd=ROOT, timeout=60)


def every_byte(folder: Path) -> bytes:
    """Return the content of every file of a folder."""
    return b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
