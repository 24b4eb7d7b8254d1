"""NetCDF classic files (NetCDF user's guide, appendix B), among them MINC 1."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import LIMIT, Cut, Opened, Wrong
from pipeline.images.persons import somebody

WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
_NUMBERS = {1: "int8", 3: "int16", 4: "int32", 5: "float32", 6: "float64", 7: "uint8",
            8: "uint16", 9: "uint32", 10: "int64", 11: "uint64"}  # fmt: skip
_FORMS = {1: "b", 3: "h", 4: "i", 5: "f", 6: "d", 7: "B", 8: "H", 9: "I", 10: "q", 11: "Q"}
_MINC = {"xspace": "X", "yspace": "Y", "zspace": "Z", "time": "T", "vector_dimension": "C"}
_PATIENT = {"full_name": "name", "identification": "id", "birthdate": "birth date"}
DIMENSIONS, VARIABLES, ATTRIBUTES = 10, 11, 12
MOST = 10_000
"""Dimensions, attributes or variables of one list."""


@dataclass(slots=True)
class Variable:
    """One variable: its dimensions by number, type, where it begins, and what is said of it."""

    dimensions: tuple[int, ...]
    kind: int
    begin: int
    said: dict[str, float | str] = field(default_factory=dict)


class Header:
    """The lists of a NetCDF header, read in order. Raises Cut, Wrong."""

    def __init__(self, file: Opened) -> None:
        self.data = file.read(0, min(file.size, LIMIT // 2))
        self.whole = file.size <= len(self.data)
        self.size = file.size
        self.wide = self.data[3] == 5
        self.far = self.data[3] in (2, 5)
        self.at = 4
        self.records = self._count()
        self.lengths: list[int] = []
        self.names: list[str] = []
        self.variables: dict[str, Variable] = {}
        for _ in range(self._list(DIMENSIONS)):
            self.names.append(self._name())
            self.lengths.append(self._count())
        self._attributes()
        for _ in range(self._list(VARIABLES)):
            name = self._name()
            order = tuple(self._count() for _ in range(self._few()))
            said = self._attributes()
            kind = self._number(4)
            self._count()
            self.variables[name] = Variable(order, kind, self._number(8 if self.far else 4), said)

    def _take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise Cut("the NetCDF header", self.at + count)
        self.at += count
        return self.data[self.at - count : self.at]

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _count(self) -> int:
        return self._number(8 if self.wide else 4)

    def _few(self) -> int:
        count = self._count()
        if count > MOST:
            raise Wrong(f"the NetCDF header lists {count} of one kind")
        return count

    def _list(self, kind: int) -> int:
        tag, count = self._number(4), self._few()
        if tag not in (0, kind) or (count and not tag):
            raise Wrong(f"the NetCDF header has {tag} at byte {self.at}, where a list begins")
        return count

    def _name(self) -> str:
        length = self._few()
        return self._take(-(-length // 4) * 4)[:length].decode("utf-8", "replace")

    def _attributes(self) -> dict[str, float | str]:
        said: dict[str, float | str] = {}
        for _ in range(self._list(ATTRIBUTES)):
            name, kind, count = self._name(), self._number(4), self._count()
            length = WIDTHS.get(kind, 1) * count
            value = self._take(-(-length // 4) * 4)[:length]
            if kind == 2:
                said[name] = value.decode("utf-8", "replace").strip(" \0")
            elif count and kind in _FORMS:
                said[name] = struct.unpack_from(">" + _FORMS[kind], value)[0]
        return said

    def shape(self, one: Variable) -> list[int]:
        """Lengths of a variable's dimensions; the one that grows is as long as the records."""
        lengths = [self.lengths[number] for number in one.dimensions]
        return [length or self._grown() for length in lengths]

    def _grown(self) -> int:
        return 0 if self.records in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else self.records

    def grows(self, one: Variable) -> bool:
        """Whether a variable has a place in each record."""
        return bool(one.dimensions) and self.lengths[one.dimensions[0]] == 0

    def length(self, one: Variable) -> int:
        """Bytes of a variable, or of its place in one record."""
        shape = [self.lengths[n] for n in one.dimensions[1 if self.grows(one) else 0 :]]
        return math.prod(shape) * WIDTHS.get(one.kind, 0)

    def end(self) -> int:
        """The end of the last variable."""
        growing = [one for one in self.variables.values() if self.grows(one)]
        step = sum(-(-self.length(one) // 4) * 4 for one in growing)
        if len(growing) == 1:
            step = self.length(growing[0])
        ends = [0]
        for one in self.variables.values():
            records = self._grown() if self.grows(one) else 1
            if records:
                ends.append(one.begin + (records - 1) * step + self.length(one))
        return max(ends)


@header("NetCDF", "MINC MRI")
def netcdf(file: Opened, facts: Facts) -> None:
    """NetCDF: the end of its variables; MINC: axes, steps in millimetres and type of its image."""
    if not file.head.startswith(b"CDF") or file.head[3:4] not in (b"\1", b"\2", b"\5"):
        return
    said = Header(file)
    image = said.variables.get("image")
    if image is not None and {"xspace", "yspace"} <= {said.names[n] for n in image.dimensions}:
        _minc(said, image, facts)
    file.reach(said.end(), "the variables of the NetCDF file")


def _minc(said: Header, image: Variable, facts: Facts) -> None:
    facts.format = "MINC MRI"
    patient = said.variables.get("patient")
    named = [what for key, what in _PATIENT.items()
            if patient and somebody(str(patient.said.get(key, "")))]  # fmt: skip
    if named:
        text = "the header gives the patient's " + ", ".join(named)
        facts.flag(faults.PATIENT, text, severity="warning")
    names = [said.names[number] for number in image.dimensions]
    sizes = {_MINC[n]: length for n, length in zip(names, said.shape(image), strict=True)
             if n in _MINC}  # fmt: skip
    facts.size(**{"T": 1, "C": 1, "Z": 1} | sizes)
    facts.images = 1
    kind = _NUMBERS.get(image.kind)
    unsigned = image.said.get("signtype") == "unsigned" or (
        image.kind == 1 and "signtype" not in image.said
    )
    facts.pixel_type = f"u{kind}" if kind and kind.startswith("int") and unsigned else kind
    steps = {}
    for name, axis in _MINC.items():
        told = said.variables[name].said.get("step") if name in said.variables else None
        if axis in "XYZ" and isinstance(told, int | float):
            steps[axis] = abs(told) * 1e3
    facts.pixel_size(**steps)
