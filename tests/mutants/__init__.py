"""Defects put into sound documents at random places, each by one small function.

The defects are those that curators met in real submissions. Nothing here knows how the checks
look for them.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from tests.mutants.document import Unsuited, written

Defect = Callable[[dict[str, Any], Random], Any]


class Kind(NamedTuple):
    """A kind of defect; `mends` when undoing it is safe, so that the sound record comes back."""

    name: str
    inject: Defect
    mends: bool


class Mutant(NamedTuple):
    """A document with one defect, and the JSON Pointers under which the defect may be told."""

    kind: str
    source: str
    content: bytes
    pointers: tuple[str, ...]
    lines: tuple[int | None, ...]
    mends: bool


KINDS: dict[str, Kind] = {}
ONLY_SOME = frozenset({"study's own DOI as its publication", "own DOI is another's"})
"""Kinds that only a document with its own accession can have."""


def defect(name: str, *, mends: bool = False) -> Callable[[Defect], Defect]:
    """Declare a kind of defect.

    The function changes the document in place and gives the pointer of the defect (or several
    that are right). One that changes the text itself gives the text and the lines instead.
    """

    def declared(inject: Defect) -> Defect:
        assert name not in KINDS, name
        KINDS[name] = Kind(name, inject, mends)
        return inject

    return declared


for room in ("text", "structure", "transfer", "people", "papers", "study", "rembi", "funding"):
    importlib.import_module(f"tests.mutants.{room}")


def mutate(kind: Kind, source: str, document: dict[str, Any], random: Random) -> Mutant | None:
    """The document with one defect, or None where it has no place for it."""
    changed = copy.deepcopy(document)
    try:
        told = kind.inject(changed, random)
    except Unsuited:
        return None
    pointers: tuple[str, ...] = ()
    lines: tuple[int | None, ...] = ()
    if isinstance(told, tuple) and isinstance(told[0], bytes):
        content, lines = told
    else:
        content = written(changed)
        pointers = (told,) if isinstance(told, str) else tuple(told)
    return Mutant(kind.name, source, content, pointers, lines, kind.mends)


def several(documents: dict[str, dict[str, Any]], number: int, seed: int) -> list[Mutant]:
    """About so many mutants, every kind equally often, over the documents in turn."""
    random = Random(seed)
    names = sorted(documents)
    made: list[Mutant] = []
    for kind in KINDS.values():
        wanted = -(-number // len(KINDS))
        for _ in range(4):
            for name in random.sample(names, len(names)):
                if wanted > 0 and (mutant := mutate(kind, name, documents[name], random)):
                    made.append(mutant)
                    wanted -= 1
    return made
