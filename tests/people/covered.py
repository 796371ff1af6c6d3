"""Which models may hold something of a person, and whose holdings answer for each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from django.db import models

NAMES: Final = frozenset(
    {"person", "subject", "account", "member", "visitor", "installation", "external", "user"}
)
"""What a column is called that says whose a row is."""
NOBODYS: Final[Mapping[str, str]] = {
    "access.Setting": "settings of the house, told to every member",
    "evidence.Examination": "figures and samples that name rows, never a value",
    "evidence.Proof": "what sabotages of a scratch store have shown",
    "ledger.Entry": "pseudonyms and names of fields; they lead to nobody without her key",
    "ledger.Epoch": "roots of trees",
    "ledger.Tile": "hashes of entries",
    "sites.Key": "keys of sites: scopes and origins, and which member made it",
    "store.QueuedJob": "numbers of rows",
    "store.StoredAnswer": "answers to keys of sites: ids, and names of the policy",
    "store.Signal": "handles and counts, for members to look at",
    "vault.Tombstone": "who was erased, so that it is done again after a restore",
    "versions.VersionFile": "the policy itself",
}
"""Models that look as if they could, each with why none of anybody's data are in it."""


class Covering(Protocol):
    """As much of a `holdings` module as is asked for here."""

    COVERS: frozenset[str]


def suspects(found: Iterable[type[models.Model]]) -> dict[str, str]:
    """Return the models that have a box, JSON, or a person, with the column that tells so.

    A row that refers to a row about somebody is about her, too.
    """
    every = list(found)
    told: dict[str, str] = {}
    for _ in every:  # each round comes one reference further
        told = {label(one): why for one in every if (why := _why(one, told))}
    return told


def _why(model: type[models.Model], told: Mapping[str, str]) -> str:
    for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's own name for it
        related = field.related_model
        refers = isinstance(related, type) and related is not model and label(related) in told
        box = isinstance(field, models.BinaryField | models.JSONField)
        if box or refers or field.name in NAMES:
            return field.name
    return ""


def label(model: type[models.Model]) -> str:
    """Return what a model is called, with its package."""
    return model._meta.label  # noqa: SLF001 - Django's own name for it


def uncovered(
    found: Iterable[type[models.Model]],
    holdings: Iterable[tuple[str, Covering]],
    nobodys: Mapping[str, str] = NOBODYS,
) -> Iterator[str]:
    """Yield what is wrong: a model nobody answers for, or two do, or that is not there."""
    every = list(found)
    known = {label(one) for one in every}
    answers: dict[str, list[str]] = {label: ["nobody's"] for label in nobodys}
    for name, module in holdings:
        for one in module.COVERS:
            answers.setdefault(one, []).append(name)
    for one, column in sorted(suspects(every).items()):
        if one not in answers:
            yield f"{one}.{column}: no holdings cover it"
    for one, names in sorted(answers.items()):
        if one not in known:
            yield f"{one}: there is no such model"
        elif len(names) > 1:
            yield f"{one}: told by {' and '.join(names)}"
