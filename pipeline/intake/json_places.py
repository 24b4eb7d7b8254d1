"""Where the values of a JSON text stand, found when asked for."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, cast

from pipeline.findings import Location
from pipeline.select import escape, parent

_Match = Callable[[str, int], re.Match[str]]
_SPACE = cast(_Match, re.compile(r"[ \t\n\r]*").match)
_COLON = cast(_Match, re.compile(r"[ \t\n\r]*:?[ \t\n\r]*").match)
_COMMA = cast(_Match, re.compile(r"[ \t\n\r]*,?[ \t\n\r]*").match)
"""White space with a mark in it; each matches at any offset."""
_DECODER: Any = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class Places(Mapping[str, Location]):
    """Line and column of every value of a sound JSON text; keys are pointers.

    Only the containers around a wanted place are read again, each once.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self._known: dict[str, dict[str, int]] = {}
        self._offsets, self._lines = [0], [1]
        self._unread: dict[str, Iterator[tuple[str, int]]] = {}

    def __getitem__(self, pointer: str) -> Location:
        offset = self._offset(pointer)
        line, start = self._line(offset)
        return Location(file=self.file, pointer=pointer, line=line, column=offset - start + 1)

    def __iter__(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            pointer = waiting.pop()
            yield pointer
            known, unread = self._members(pointer)
            known.update(unread)
            waiting += [f"{pointer}/{key}" for key in reversed(known) if known[key] >= 0]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _line(self, offset: int) -> tuple[int, int]:
        """The line of an offset, counted from the nearest one asked before, and where it starts."""
        near = bisect_right(self._offsets, offset)
        line = self._lines[near - 1] + self.text.count("\n", self._offsets[near - 1], offset)
        self._offsets.insert(near, offset)
        self._lines.insert(near, line)
        return line, self.text.rfind("\n", 0, offset) + 1

    def _offset(self, pointer: str) -> int:
        if pointer == "":
            return _SPACE(self.text, 0).end()
        home = parent(pointer)
        wanted = pointer[len(home) + 1 :]
        known, unread = self._members(home)
        while wanted not in known:
            key, known[key] = next(unread, (wanted, -1))
        if known[wanted] < 0:
            raise KeyError(pointer)
        return known[wanted]

    def _members(self, pointer: str) -> tuple[dict[str, int], Iterator[tuple[str, int]]]:
        """Offsets in a container, by escaped key or index: those known, those not yet read."""
        if pointer not in self._known:
            self._known[pointer] = {}
            self._unread[pointer] = _read(self.text, self._offset(pointer))
        return self._known[pointer], self._unread[pointer]


def _read(text: str, offset: int) -> Iterator[tuple[str, int]]:
    """The escaped keys or indices of a container that starts at an offset, and their offsets."""
    mark, number = text[offset], 0
    if mark not in "[{":
        return
    offset = _SPACE(text, offset + 1).end()
    while text[offset] not in "]}":
        if mark == "{":
            key, offset = scanstring(text, offset + 1, False)
            offset = _COLON(text, offset).end()
            yield escape(key), offset
        else:
            yield str(number), offset
            number += 1
        offset = _COMMA(text, _DECODER.scan_once(text, offset)[1]).end()
