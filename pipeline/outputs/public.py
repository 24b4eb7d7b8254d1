"""What everyone may see of a released study: metadata, citation and manifest, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.identifiers import without_keys
from pipeline.intake.spellings import fold
from pipeline.outputs import citation, manifest, manifest_table
from pipeline.outputs.record import dump, in_order
from pipeline.outputs.wording import PRIVATE
from pipeline.record import CuratedRecord

NAME = "public"
FILE = "metadata.json"
EMITTED = False


_PRIVATE = PRIVATE | {"accesstag", "seckey"}
_NAMED = ("attributes", "qualifiers")
"""Lists whose objects carry names that depositors and programs gave them."""


def write(record: CuratedRecord) -> bytes:
    """The public metadata as JSON: what the study says, its names and its terms of use."""
    public: dict[str, Any] = {
        "accession": record.accession,
        "version": record.version,
        "doi": record.doi,
        "link": record.link,
        "release_date": record.release_date,
        "citation": record.citation,
        "licence_terms": record.licence_terms,
        "metadata": in_order(_shown(record.metadata)),
    }
    return dump({key: value for key, value in public.items() if value is not None})


def _shown(value: Any) -> Any:
    """The metadata without keys of addresses and without BioStudies' own keys and accounts."""
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for slot, held in value.items():
        if slot in _NAMED:
            held = [one for one in held if fold(str(one.get("name", ""))) not in _PRIVATE]
            if not held:
                continue
        kept[slot] = _shown(held)
    return kept


def bundle(record: CuratedRecord) -> Mapping[str, bytes]:
    """All files of the public copy by name."""
    return {
        FILE: write(record),
        citation.FILE: citation.write(record),
        "CITATION.cff": citation.cff(record).encode(),
        manifest.FILE: manifest.write(record),
        manifest_table.FILE: manifest_table.write(record),
    }
