"""File lists as JSON arrays of entries with path, size, type and attributes."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes as codes
from pipeline.intake import json_text
from pipeline.intake.file_list_grid import Columns, Reading, clip, distinct
from pipeline.intake.text import decode
from pipeline.select import escape, parent, steps

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\n\r]*")
_KEYS = frozenset(("path", "size", "type", "attributes"))
_MEANT = {"attribute": "attributes"} | {key: key for key in _KEYS}
"""Keys that slip, in small letters, and what is meant."""
WHOLE = 1 << 25
"""Characters up to which a faulty list is read again as a whole to name the fault."""
LARGEST_SIZE = 2**63 - 1


class _Cells:
    """Columns of a JSON list while it is read: one value for each entry so far."""

    def __init__(self) -> None:
        self.paths: list[Any] = []
        self.sizes: list[Any] = []
        self.types: list[Any] = []
        self.lines: list[int] = []
        self.attributes: dict[tuple[str, int], list[Any]] = {}

    def columns(self) -> Columns:
        names = [name for name, _ in self.attributes]
        number = len(self.paths)
        keys = distinct(iter(names))
        values = list(self.attributes.values())
        for each in values:
            each.extend([None] * (number - len(each)))
        return Columns(
            paths=self.paths,
            lines=self.lines,
            attributes=dict(zip(keys, values, strict=True)),
            names=tuple(names),
            sizes=self.sizes,
            types=self.types,
        )


class _JsonList:
    """A JSON file list, read entry by entry so that only one is a Python object at a time."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.faults: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
        self.cells = _Cells()
        self.repeated: list[str] = []
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=_no_constant, strict=True
        )
        self.may_have_lone = _ESCAPED_SURROGATE.search(text) is not None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            self.repeated.append(next(key for key in keys if keys.count(key) > 1))
        return made

    def read(self) -> Reading:
        text = self.text
        at = self._space(0)
        if text[at : at + 1] != "[":
            return None, self._not_a_list()
        at = self._space(at + 1)
        index = 0
        while text[at : at + 1] != "]":
            try:
                entry, end = self.decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as fault:
                return None, self._broken(fault, at, index)
            self._entry(entry, index, at, end)
            at = self._space(end)
            index += 1
            if text[at : at + 1] == ",":
                at = self._space(at + 1)
                if text[at : at + 1] == "]":
                    return None, self._broken(None, at, index)
            elif text[at : at + 1] != "]":
                return None, self._broken(None, at, index)
        if self._space(at + 1) != len(text):
            return None, self._broken(None, self._space(at + 1), index)
        found = self._findings()
        if not self.cells.paths and not found:
            message = "the file list is an empty array"
            found = (codes.NO_ROWS.at(self._at(0, ""), message),)
        return self.cells.columns(), found

    def _space(self, at: int) -> int:
        return _after_space(self.text, at)

    def _at(self, offset: int, pointer: str | None) -> Location:
        line, column = _line_and_column(self.text, offset)
        return Location(file=self.file, pointer=pointer, line=line, column=column)

    def _not_a_list(self) -> tuple[Finding, ...]:
        if len(self.text) <= WHOLE:
            parsed = json_text.parse(self.text, self.file)
            if not parsed.readable:
                return parsed.findings
        kind = "an object" if self.text.lstrip()[:1] == "{" else "a single value"
        message = f"the file list is {kind}; it should be an array of objects"
        return (codes.SHAPE.at(self._at(self._space(0), ""), message),)

    def _broken(self, fault: Exception | None, at: int, index: int) -> tuple[Finding, ...]:
        """What breaks the rules of JSON, told as for any document."""
        if len(self.text) <= WHOLE:
            parsed = json_text.parse(self.text, self.file)
            if parsed.findings:
                return parsed.findings
        if isinstance(fault, json.JSONDecodeError):
            at = fault.pos
        code = json_text.TRUNCATED if at >= len(self.text) else json_text.NOT_JSON
        where = self._at(min(at, len(self.text)), f"/{index}")
        return (code.at(where, f"entry {index + 1} of the list breaks the rules of JSON here"),)

    def _entry(self, entry: Any, index: int, start: int, end: int) -> None:
        if not isinstance(entry, dict):
            self._fault("", f"an entry is {_kind(entry)} instead of an object", index, start, end)
            return
        if self.repeated:
            said = f"the key '{clip(self.repeated[0])}' occurs twice in one object"
            self._fault("", said, index, start, end)
            self.repeated.clear()
        if self.may_have_lone:
            entry = self._mended(entry, index, start, end)
        cells = self.cells
        path = entry.get("path", "")
        if not isinstance(path, str):
            self._fault("/path", f"a path is {_kind(path)} instead of text", index, start, end)
            return
        size = entry.get("size")
        if size is not None and (
            isinstance(size, bool) or not isinstance(size, int) or abs(size) > LARGEST_SIZE
        ):
            said = f"a size is {_kind(size)} ({clip(size, 40)}) instead of a number of bytes"
            self._fault("/size", said, index, start, end)
            size = None
        kind = entry.get("type")
        if kind is not None and not isinstance(kind, str):
            self._fault("/type", f"a type is {_kind(kind)} instead of text", index, start, end)
            kind = None
        cells.paths.append(path)
        cells.sizes.append(size)
        cells.types.append(kind)
        cells.lines.append(index + 1)
        self._attributes(entry.get("attributes"), index, start, end)
        for key in entry.keys() - _KEYS:
            meant = _MEANT.get(key.strip().casefold())
            if meant and meant not in entry:
                said = f"the key '{clip(key)}' is not '{meant}', so its value is not seen"
                self._fault(f"/{escape(key)}", said, index, start, end)
                continue
            said = f"an entry has the key '{clip(key)}', which file lists do not know"
            self._fault(f"/{escape(key)}", said, index, start, end)
            self._keep(key, 1, entry[key])

    def _attributes(self, given: Any, index: int, start: int, end: int) -> None:
        if given is None:
            return
        if not isinstance(given, list):
            said = f"the attributes are {_kind(given)} instead of an array"
            self._fault("/attributes", said, index, start, end)
            return
        seen: dict[str, int] = {}
        for place, attribute in enumerate(given):
            at = f"/attributes/{place}"
            if not isinstance(attribute, dict) or not isinstance(attribute.get("name"), str):
                said = "an attribute is not an object with a name and a value"
                self._fault(at, said, index, start, end)
                continue
            value = attribute.get("value")
            if isinstance(value, dict | list):
                said = f"the value of an attribute is {_kind(value)} instead of text"
                self._fault(f"{at}/value", said, index, start, end)
                continue
            name = attribute["name"]
            if not name.strip():
                said = "an attribute has a blank name"
                self._fault(f"{at}/name", said, index, start, end)
            if value is not None and not isinstance(value, str):
                said = f"the value of an attribute is {_kind(value)}, not text"
                self._fault(f"{at}/value", said, index, start, end)
            seen[name] = seen.get(name, 0) + 1
            self._keep(name, seen[name], value)
            for key in attribute.keys() - {"name", "value"}:
                said = f"an attribute has the key '{clip(key)}', which file lists do not know"
                self._fault(f"{at}/{escape(key)}", said, index, start, end)
                self._keep(f"{name} ({key})", seen[name], attribute[key])

    def _keep(self, name: str, occurrence: int, value: Any) -> None:
        """Put a value into its attribute's column, in the row of the last path."""
        column = self.cells.attributes.setdefault((name, occurrence), [])
        column.extend([None] * (len(self.cells.paths) - 1 - len(column)))
        text = isinstance(value, str) or value is None
        column.append(value if text else json.dumps(value, ensure_ascii=False))

    def _mended(self, entry: Any, index: int, start: int, end: int) -> Any:
        """An entry without lone surrogates, which no file could be written with."""
        parsed = json_text.parse(self.text[start:end], self.file)
        if any(finding.code == json_text.SURROGATE.code for finding in parsed.findings):
            said = "half of a character (a lone surrogate) stands in a value"
            self._fault("", said, index, start, end)
            return _without_lone(entry)
        return entry

    def _fault(self, below: str, said: str, index: int, start: int, end: int) -> None:
        # One kind of fault is one finding: the first place says where, the others are counted.
        kind = re.sub(r"\d+", "*", below)
        self.faults.setdefault((kind, said), []).append((f"/{index}{below}", start, end))

    def _findings(self) -> tuple[Finding, ...]:
        found: list[Finding] = []
        for (_, said), places in self.faults.items():
            pointer, start, end = places[0]
            code = codes.SHAPE
            if said.endswith("do not know"):
                code = codes.UNKNOWN_KEY
            elif "surrogate" in said:
                code = json_text.SURROGATE
            rest = f", and {len(places) - 1:,} more" if len(places) > 1 else ""
            found.append(
                code.at(
                    self._inside(pointer, start, end),
                    f"{said} ({pointer}{rest})",
                    severity="warning" if said.endswith(", not text") else None,
                    count=len(places),
                    samples=tuple(place[0] for place in places[:5]),
                )
            )
        return tuple(found)

    def _inside(self, pointer: str, start: int, end: int) -> Location:
        """Where a value inside an entry stands in the text."""
        offsets = json_text.parse(self.text[start:end], self.file).offsets
        inside = pointer[len(steps(pointer)[0]) + 1 :]
        while inside and inside not in offsets:
            inside = parent(inside)
        return self._at(start + offsets.get(inside, 0), pointer)


def read_json(text: str, file: str) -> Reading:
    """The columns of a JSON array of entries with path, size, type and attributes."""
    return _JsonList(text, file).read()


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no value of JSON")


def _without_lone(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_without_lone(each) for each in value]
    if isinstance(value, dict):
        return {_without_lone(key): _without_lone(each) for key, each in value.items()}
    return value


def position(path: Path, pointer: str) -> tuple[int, int] | None:
    """Line and column of an entry's member, or of what is nearest around it, in a JSON list.

    None for lists of more than `WHOLE` characters, and when the file is no longer as it was.
    """
    try:
        state = path.stat()
        text = _text(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return None
    index, inside = int(steps(pointer)[0]), pointer[len(steps(pointer)[0]) + 1 :]
    decoder = json.JSONDecoder()
    at = _after_space(text, _after_space(text, 0) + 1)
    try:
        for _ in range(index):
            at = _after_space(text, decoder.raw_decode(text, at)[1])
            at = _after_space(text, at + 1)
        end = decoder.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return None
    offsets = json_text.parse(text[at:end], path.name).offsets
    while inside and inside not in offsets:
        inside = parent(inside)
    return _line_and_column(text, at + offsets.get(inside, 0))


@lru_cache(maxsize=1)
def _text(path: Path, _changed: int, size: int) -> str:
    """The text of a list that was read before; empty when it is too long to look at again."""
    return (decode(path.read_bytes(), path.name).text or "") if size <= WHOLE else ""


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    names = {dict: "an object", list: "an array", str: "text", int: "a number", float: "a number"}
    return names.get(type(value), "null")
