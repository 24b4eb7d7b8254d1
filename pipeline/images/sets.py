"""Files that belong together: which image claims which, and which are absent."""

from __future__ import annotations

import os
from typing import NamedTuple

from pipeline.findings import Severity
from pipeline.images import faults, places
from pipeline.images.facts import Facts, Member
from pipeline.images.formats import suffixes_of, table

_FIRST = (
    "acqp",
    "visu_pars",
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
    "h5",
    "exp",
    "l2d",
    "vms",
    "vmu",
    "mrxs",
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
    "head",
    "html",
    "rpl",
    "txt",
)
MOST_ASKED = 16
"""Members that a web server is asked for, which lists none: each costs a request."""
_RANK = {suffix: number for number, suffix in enumerate(_FIRST)}


def first_to_ask(name: str) -> tuple[int, str]:
    """Sorts files that claim others before those that may be claimed."""
    low = name.lower()
    if low.endswith(("metadata.txt", "_master.h5")) and "_mmstack_" not in low:
        return -1, name  # they claim the single planes of Micro-Manager, the parts of a detector
    for suffix in (low.rpartition(".")[2], ".".join(low.rsplit(".", 2)[-2:])):
        if suffix in _RANK and not low.endswith("_metadata.txt"):
            return _RANK[suffix], name
    # an NDTiff index stands behind the stack that claims it, the photograph behind its slide
    # and the metadata of a Micro-Manager stack behind its OME-TIFF
    behind = low in ("ndtiff.index", "display_settings.txt") or low.endswith(".full")
    behind = behind or low.endswith("_metadata.txt")
    return len(_RANK) + behind, name


class Owner(NamedTuple):
    """The image that has claimed a file: its path, and its format where that is known."""

    path: str
    format: str | None


Owned = dict[str, Owner]
"""What images have claimed, by path; a path with `/*` at its end is a whole folder."""


class Sets:
    """The claims on files in one folder and below it."""

    def __init__(self, path: str, owned: Owned | None = None) -> None:
        self.path = path
        self.owned: Owned = dict(owned or {})
        self.whole = self.owned.get(places.normal(path) + "/*")
        """The image that the whole folder belongs to."""
        self._names: dict[str, dict[str, str]] = {}

    def below(self, folder: str) -> Owned:
        """The claims that concern a folder in this one."""
        start = places.normal(folder) + "/"
        if self.whole:
            return {f"{start}*": self.whole}
        return {path: owner for path, owner in self.owned.items() if path.startswith(start)}

    def settle(self, facts: Facts) -> str | None:
        """Take a file's claims, flag what is absent; the path it is itself claimed by, or None."""
        name = os.path.basename(facts.path)
        owner = self.owner(name)
        if owner is not None and owner.path != facts.path:
            facts.members.clear()
            if facts.kind in ("image", "other"):
                facts.kind = "companion"
                facts.format = owner.format or facts.format
                facts.evidence = "content"
                # a suffix of many kinds of data is right where an index gives it
                loose = table().sure.isdisjoint(suffixes_of(name))
                facts.findings = [
                    one
                    for one in facts.findings
                    if one.severity != "hint"
                    and not (loose and one.code == faults.SUFFIX_WRONG.code)
                ]
            return owner.path
        self._claim(facts)
        return None

    def owner(self, name: str) -> Owner | None:
        """The image that has claimed a file of this folder."""
        if self.whole or not self.owned:
            return self.whole
        return self.owned.get(places.normal(os.path.join(self.path, name)))

    def _claim(self, facts: Facts) -> None:
        if not facts.members and not facts.folders:
            return
        claim = Owner(facts.path, facts.format)
        stem = os.path.splitext(os.path.basename(facts.path))[0]
        absent: dict[Severity, list[str]] = {"error": [], "warning": []}
        unlisted = self.path.startswith(("http://", "https://"))
        for member in facts.members[:MOST_ASKED] if unlisted else facts.members:
            names = member.name.replace("{stem}", stem).split("|")
            found = next((path for path in map(self._find, names) if path), None)
            if found:
                self.owned.setdefault(found, claim)
                self._short(found, member, facts)
            elif member.absence:
                absent[member.absence].append(names[0])
        for folder in facts.folders:
            self.owned[places.normal(os.path.join(self.path, folder)) + "/*"] = claim
        for severity, names in absent.items():
            if names:
                shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
                facts.flag(
                    faults.COMPANION_MISSING,
                    f"{len(names)} {'file' if len(names) == 1 else 'files'} of this image "
                    f"{'is' if len(names) == 1 else 'are'} absent: {shown}",
                    value=names[0],
                    severity=severity,
                )

    def _short(self, path: str, member: Member, facts: Facts) -> None:
        """Flag a member that has fewer bytes than the header asks for."""
        if not member.least or path.lower().endswith((".gz", ".z", ".bz2")):
            return
        size = places.size_of(path)
        if size < member.least:
            facts.flag(
                faults.TRUNCATED,
                f"the header asks for {member.least} bytes of {os.path.basename(path)}, "
                f"which has {size}",
                broken=True,
                value=size,
            )

    def _find(self, name: str) -> str | None:
        """The path of a member in or below the folder, whatever the case of its letters."""
        if "\0" in name:
            return None
        if name.startswith("/") or os.path.normpath(name).startswith(".."):
            name = os.path.basename(name)
        path = places.normal(os.path.join(self.path, name))
        if places.exists(path):
            return path
        folder, base = os.path.split(path)
        if folder not in self._names:
            self._names[folder] = {one.lower(): one for one in places.names(folder or ".")}
        actual = self._names[folder].get(base.lower())
        return os.path.join(folder, actual) if actual else None
