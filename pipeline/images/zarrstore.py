"""A Zarr or N5 folder as such: its marks, and the metadata files in it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from pipeline.images import faults, places
from pipeline.images.facts import Facts

MOST_JSON = 8 << 20
MARKS = frozenset({".zgroup", ".zarray", ".zattrs", "zarr.json"})


class Bad(Exception):
    """A metadata file of a store is not read: it is not JSON and was flagged, or it is too long."""


@dataclass(slots=True)
class Store:
    """A Zarr or N5 folder being looked at."""

    path: str
    facts: Facts
    arrays: list[str] = field(default_factory=list)
    """Paths of the arrays that its metadata name."""
    n5: bool = False

    def json(self, *parts: str) -> dict[str, Any] | None:
        """A metadata file of the store; None when absent.

        Raises Bad after flagging it, or when it is longer than 8 MiB.
        """
        path = os.path.join(self.path, *parts)
        try:
            data = places.beginning(path, MOST_JSON + 1)
        except (OSError, ValueError):
            return None
        if len(data) > MOST_JSON:
            raise Bad
        shown = "/".join(parts)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            self.facts.flag(
                faults.ZARR_METADATA_DAMAGED,
                f"{shown} is not JSON: {error}",
                file=f"{self.facts.path}/{shown}",
                line=line,
                column=getattr(error, "colno", None),
                broken=True,
            )
            raise Bad from error
        if not isinstance(found, dict):
            self.facts.flag(
                faults.ZARR_METADATA_DAMAGED,
                f"{shown} is not a JSON object",
                file=f"{self.facts.path}/{shown}",
                pointer="",
                broken=True,
            )
            raise Bad
        return found

    def has(self, *parts: str) -> bool:
        """Whether a path of the store exists."""
        return places.exists(os.path.join(self.path, *parts))


def is_store(name: str, entries: frozenset[str]) -> bool:
    """Whether a folder with these entries is, or is named as, a Zarr or N5 store."""
    low = name.lower()
    if low.endswith((".zarr", ".n5", ".zr")) or entries & MARKS:
        return True
    return "attributes.json" in entries


def is_n5(path: str) -> bool:
    """Whether a folder's attributes.json is that of an N5 container."""
    try:
        found = json.loads(places.beginning(os.path.join(path, "attributes.json"), 1 << 20))
    except (OSError, ValueError, RecursionError):
        return path.lower().endswith(".n5")
    return isinstance(found, dict) and ("n5" in found or "dimensions" in found)
