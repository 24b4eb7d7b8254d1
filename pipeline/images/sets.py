"""Files that belong together: which image claims which, and which are absent."""

from __future__ import annotations

import os

from pipeline.images import faults
from pipeline.images.facts import Facts

_FIRST = (
    "htd",
    "wpi",
    "mlf",
    "xdce",
    "oif",
    "vsi",
    "nhdr",
    "mhd",
    "ics",
    "hed",
    "hdr",
    "imzml",
    "par",
    "ndpis",
    "afi",
    "xlef",
    "lei",
    "apl",
    "sldy",
    "mvd2",
    "nd",
    "companion.ome",
    "omp2info",
    "aqproj",
    "index",
    "h5",
    "exp",
    "l2d",
    "vms",
    "fdf",
    "mea",
    "wpp",
    "spc",
    "ser",
    "xml",
    "obsep",
    "tfcyto",
    "pcoraw",
    "jdce",
)
_RANK = {suffix: number for number, suffix in enumerate(_FIRST)}


def first_to_ask(name: str) -> tuple[int, str]:
    """Sorts files that claim others before those that may be claimed."""
    low = name.lower()
    for suffix in (low.rpartition(".")[2], ".".join(low.rsplit(".", 2)[-2:])):
        if suffix in _RANK:
            return _RANK[suffix], name
    return len(_RANK), name


class Sets:
    """The claims on files in one folder and below it."""

    def __init__(self, path: str, shown: str, owned: dict[str, str] | None = None) -> None:
        self.path = path
        self.shown = shown
        self.owned: dict[str, str] = dict(owned or {})

    def settle(self, facts: Facts) -> str | None:
        """Take a file's claims, flag what is absent; the path it is itself claimed by, or None."""
        name = os.path.basename(facts.path)
        owner = self._owner(name)
        if owner is not None and owner[0] != facts.path:
            facts.members.clear()
            if facts.kind in ("image", "other"):
                facts.kind = "companion"
                facts.format = owner[1] or facts.format
                facts.evidence = "content"
                facts.findings = [f for f in facts.findings if f.severity != "hint"]
            return owner[0]
        self._claim(facts)
        return None

    def _owner(self, name: str) -> tuple[str, str] | None:
        path = os.path.join(self.path, name)
        found = self.owned.get(path) or self.owned.get(os.path.dirname(path) + "/*")
        if found is None:
            return None
        owner, _, kind = found.partition("\0")
        return owner, kind

    def _claim(self, facts: Facts) -> None:
        mark = f"{facts.path}\0{facts.format or ''}"
        absent: list[str] = []
        optional: list[str] = []
        for member in facts.members:
            path = os.path.normpath(os.path.join(self.path, member.name))
            if os.path.exists(path):
                self.owned.setdefault(path, mark)
            elif member.required:
                absent.append(member.name)
            else:
                optional.append(member.name)
        for folder in facts.folders:
            self.owned[os.path.normpath(os.path.join(self.path, folder)) + "/*"] = mark
        if absent:
            shown = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
            facts.flag(
                faults.COMPANION_MISSING,
                f"{len(absent)} of {len(facts.members)} files of this image are absent: {shown}",
                value=absent[0],
            )
        elif optional:
            facts.flag(
                faults.COMPANION_MISSING,
                f"{optional[0]} is absent",
                value=optional[0],
                severity="warning",
            )
