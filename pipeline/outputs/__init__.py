"""What is written of a curated record: each module has a `NAME`, a `FILE` and `write(record)`.

An output with `EMITTED = False` is not kept beside the record; `export --as` writes it when asked.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from pipeline.findings import Frozen
from pipeline.record import CuratedRecord


class Refused(ValueError):
    """A record cannot be written in a form; the text says why."""


class Output(Frozen):
    """One form of a record: what it is called, the name of its file, and how it is written."""

    name: str
    file: str
    write: Callable[[CuratedRecord], bytes]
    emitted: bool = True


@cache
def load() -> Mapping[str, Output]:
    """All outputs by name, found by scanning this package; raises ValueError for a name twice."""
    found: dict[str, Output] = {}
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        made = importlib.import_module(module.name)
        if not hasattr(made, "NAME"):
            continue
        if made.NAME in found:
            raise ValueError(f"two outputs are called {made.NAME}")
        found[made.NAME] = Output(
            name=made.NAME,
            file=made.FILE,
            write=made.write,
            emitted=getattr(made, "EMITTED", True),
        )
    return MappingProxyType(found)


def write(record: CuratedRecord, name: str) -> bytes:
    """A record in the form of a name; raises KeyError for a name that no output has."""
    return load()[name].write(record)
