"""How PageTab names the slots of the schema (`schemas/pagetab.yaml`)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline import resources
from pipeline.findings import Frozen

_PUNCTUATION = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name without case, spaces and punctuation.

    >>> fold("E-mail"), fold("grant_id")
    ('email', 'grantid')
    """
    return _PUNCTUATION.sub("", name).casefold()


class Kind(Frozen):
    """A kind of section: which attribute goes to which slot, and which sections stand below."""

    name: str
    types: tuple[str, ...]
    slots: Mapping[str, str]
    qualifiers: Mapping[str, Mapping[str, str]] = {}
    children: Mapping[str, str] = {}
    texts: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    """Other words for a field, whose values are proposed for it where it is absent."""
    written: str = ""
    """The type of such sections as the archive writes it."""
    names: Mapping[str, str] = {}
    """The names of attributes as the archive writes them, by slot."""

    def called(self, slot: str) -> str:
        """The name that the archive writes for a slot such as `organisms[].scientific_name`."""
        head = re.split(r"[\[.]", slot)[0]
        return self.names.get(head, head.replace("_", " "))


class Spellings(Frozen):
    """All kinds of sections, and what stands at the submission's level."""

    submission: Mapping[str, str]
    source: Mapping[str, str]
    kinds: Mapping[str, Kind]
    by_type: Mapping[str, str]
    """From a folded section type to the kind that stands directly below the study."""
    rembi: Mapping[str, str]
    """From a REMBI kind to the slot of an association that names it."""


@cache
def spellings() -> Spellings:
    """The table as the schemas folder has it."""
    return _read(resources.schemas() / "pagetab.yaml")


def _read(path: Path) -> Spellings:
    data: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    written = data["written"]
    kinds = {
        name: Kind(
            name=name,
            written=written.get(name, {}).get("type", ""),
            names=written.get(name, {}).get("slots", {}),
            **kind,
        )
        for name, kind in data["kinds"].items()
    }
    return Spellings(
        submission=data["submission"],
        source=data["source"],
        kinds=kinds,
        by_type={folded: name for name in data["study_children"] for folded in kinds[name].types},
        rembi=data["rembi"],
    )


@cache
def common_names() -> Mapping[str, tuple[str, str]]:
    """From `Homo sapiens (human)` to its two names, for the organisms that the archive knows."""
    path = resources.schemas() / "vocabularies" / "organisms.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {
            f"{row['scientific_name']} ({common})": (row["scientific_name"], common)
            for row in rows
            for common in filter(None, row["common_names"].split(";"))
        }


def two_names(value: str) -> tuple[str, str] | None:
    """The scientific and the common name of `Homo sapiens (human)`; white space around is kept."""
    bare = value.strip()
    pair = common_names().get(bare)
    if pair is None:
        return None
    start = value.index(bare)
    return value[:start] + pair[0], pair[1] + value[start + len(bare) :]


_LONG_NAME = 9


def near(name: str, form: str) -> bool:
    """Whether a folded name is a slip of another: one letter changed, left out, added or swapped.

    The first letter is the same, and in long names two letters may be wrong.
    """
    from rapidfuzz.distance import OSA

    most = 2 if len(form) >= _LONG_NAME else 1
    if not name or name[0] != form[0] or abs(len(name) - len(form)) > most:
        return False
    return OSA.distance(name, form, score_cutoff=most) <= most


_SHORTEST_TYPE = 5


@lru_cache(maxsize=1024)
def meant_type(folded: str) -> str | None:
    """The type of a study's sections that another one is a slip of, as the archive writes it."""
    known = spellings()
    if len(folded) < _SHORTEST_TYPE or folded[-1].isdigit():
        return None
    if any(folded in one.types for one in known.kinds.values()):
        return None
    alike = {kind: form for form, kind in known.by_type.items() if near(folded, form)}
    if len(alike) != 1:
        return None
    [(kind, form)] = alike.items()
    return known.kinds[kind].written or form
