"""Values sealed under a key a person, opened by a permit only, gone for ever when the key is."""

from troth.vault.derive import derive
from troth.vault.errors import DamagedError, ErasedError, KeyStoreError, NotOpenedError
from troth.vault.generations import generation_age, rotate_generation
from troth.vault.index import find, find_many, normalised
from troth.vault.opening import seal, unseal, unseal_many
from troth.vault.operator import rotate_operator_key
from troth.vault.persons import (
    Named,
    destroy,
    erased,
    index,
    keys_made_before,
    known_erased,
    known_pseudonym,
    known_pseudonyms,
    new_person,
    person_of,
    prepare,
    pseudonym,
    pseudonyms,
    read_keys,
)
from troth.vault.revoked import revoke, revoked
from troth.vault.store import (
    close_store,
    drill_identity,
    forget_keys,
    open_store,
    signing_key,
    store_id,
)
from troth.vault.tombstones import (
    adopt,
    await_writers,
    bury,
    demand_not_others,
    demand_ours,
    hold_off,
    is_buried,
    mark_destroyed,
    mark_returned,
)
from troth.vault.values import PersonId, Plain, Sealed, commitment
from troth.vault.witness import last_checkpoint, remember_checkpoint
from troth.vault.writer import hand_over, write

__all__ = [
    "DamagedError",
    "ErasedError",
    "KeyStoreError",
    "Named",
    "NotOpenedError",
    "PersonId",
    "Plain",
    "Sealed",
    "adopt",
    "await_writers",
    "bury",
    "close_store",
    "commitment",
    "demand_not_others",
    "demand_ours",
    "derive",
    "destroy",
    "drill_identity",
    "erased",
    "find",
    "find_many",
    "forget_keys",
    "generation_age",
    "hand_over",
    "hold_off",
    "index",
    "is_buried",
    "keys_made_before",
    "known_erased",
    "known_pseudonym",
    "known_pseudonyms",
    "last_checkpoint",
    "mark_destroyed",
    "mark_returned",
    "new_person",
    "normalised",
    "open_store",
    "person_of",
    "prepare",
    "pseudonym",
    "pseudonyms",
    "read_keys",
    "remember_checkpoint",
    "revoke",
    "revoked",
    "rotate_generation",
    "rotate_operator_key",
    "seal",
    "signing_key",
    "store_id",
    "unseal",
    "unseal_many",
    "write",
]
