"""Where the values of a JSON text stand, found when asked for."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from pipeline.findings import Location
from pipeline.select import escape, parent

_SPACE = re.compile(r"[ \t\n\r]*")
_SKIP: Any = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class Places(Mapping[str, Location]):
    """Line and column of every value of a sound JSON text; keys are pointers.

    Only the containers around a wanted place are read again, each once.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self._known: dict[str, dict[str, int]] = {}
        self._unread: dict[str, Iterator[tuple[str, int]]] = {}

    def __getitem__(self, pointer: str) -> Location:
        offset = self._offset(pointer)
        line = bisect_right(self._lines, offset)
        column = offset - self._lines[line - 1] + 1
        return Location(file=self.file, pointer=pointer, line=line, column=column)

    def __iter__(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            pointer = waiting.pop()
            yield pointer
            known, unread = self._members(pointer)
            known.update(unread)
            waiting += [f"{pointer}/{key}" for key in reversed(known)]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _lines(self) -> list[int]:
        """The offsets at which lines start."""
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]

    def _offset(self, pointer: str) -> int:
        if pointer == "":
            return self._space(0)
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
            self._unread[pointer] = self._read(self._offset(pointer))
        return self._known[pointer], self._unread[pointer]

    def _read(self, offset: int) -> Iterator[tuple[str, int]]:
        mark = self.text[offset]
        if mark not in "[{":
            return
        offset, number = self._space(offset + 1), 0
        while self.text[offset] not in "]}":
            key = str(number)
            if mark == "{":
                key, offset = self._key(offset)
            yield key, offset
            offset = self._space(self._after(offset))
            if self.text[offset] == ",":
                offset = self._space(offset + 1)
            number += 1

    def _key(self, offset: int) -> tuple[str, int]:
        key, offset = scanstring(self.text, offset + 1, False)
        return escape(key), self._space(self._space(offset) + 1)

    def _after(self, offset: int) -> int:
        end: Any = _SKIP.scan_once(self.text, offset)[1]
        return int(end)

    def _space(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset
