"""The functions that read headers, by the format's name, and the arithmetic that tells some."""

from __future__ import annotations

import struct
from collections.abc import Callable

from pipeline.images.facts import Facts
from pipeline.images.formats import Format, table
from pipeline.images.opened import Cut, Enough, Opened

Read = Callable[[Opened, Facts], None]
Test = Callable[[Opened, str, tuple[str, ...]], bool]

HEADERS: dict[str, Read] = {}
STRUCTURES: dict[str, Test] = {}
ANYWHERE: set[str] = set()
"""Arithmetic that hardly anything else fits, so that it needs no suffix."""


def header(*names: str) -> Callable[[Read], Read]:
    """Declare the function that reads the header of these formats; of each there is one."""

    def declared(function: Read) -> Read:
        for name in names:
            assert name not in HEADERS, f"the header of {name} is declared twice"
            HEADERS[name] = function
        return function

    return declared


def shaped(name: str, anywhere: bool = False) -> Callable[[Test], Test]:
    """Declare the arithmetic that `structure: name` in the table asks for."""

    def declared(function: Test) -> Test:
        assert name not in STRUCTURES, f"the structure {name} is declared twice"
        STRUCTURES[name] = function
        if anywhere:
            ANYWHERE.add(name)
        return function

    return declared


def structure(file: Opened, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format whose arithmetic fits a file, with one of its suffixes as a rule."""
    for signature in table().structures:
        shape = signature.rule["structure"]
        if signature.format.all_suffixes.isdisjoint(suffixes) and shape not in ANYWHERE:
            continue
        test = STRUCTURES.get(shape)
        if test is None:
            continue
        try:
            if test(file, name, suffixes):
                return signature.format
        except (Cut, Enough, ValueError, IndexError, ArithmeticError, struct.error):
            continue
    return None
