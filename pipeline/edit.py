"""Applying operations to metadata while the source map keeps pointing into the document."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.findings import Operation
from pipeline.select import get, join, parent, steps
from pipeline.submission import Metadata, SourceMap, Submission


class Unfit(ValueError):
    """The metadata is not what the operation says it was."""


def apply(submission: Submission, operations: Iterable[Operation]) -> Submission:
    """The submission with the operations done in order.

    `set` replaces (or creates) the value at `place`; `remove` takes it out; `add` inserts `after`
    at `place` (a list index, `-` for the end, or a new key); `split` replaces one list entry by
    several. Raises Unfit when the value at `place` is not `before`, or the place cannot be reached.
    """
    metadata = copy.deepcopy(submission.metadata)
    pointers = dict(submission.source_map.pointers)
    for operation in operations:
        pointers = _apply(metadata, pointers, operation)
    return submission.model_copy(
        update={
            "metadata": metadata,
            "source_map": submission.source_map.model_copy(update={"pointers": pointers}),
        }
    )


def _apply(metadata: Metadata, pointers: dict[str, str], edit: Operation) -> dict[str, str]:
    home_pointer = parent(edit.place)
    last = steps(edit.place)[-1]
    home = get(metadata, home_pointer)
    if edit.do != "add" and get(metadata, edit.place) != edit.before:
        raise Unfit(f"{edit.place} is not {edit.before!r}")
    if isinstance(home, list):
        return _in_list(home, home_pointer, last, pointers, edit)
    if home is None and edit.do in ("set", "add"):
        home = _make(metadata, home_pointer, last)
        if isinstance(home, list):
            return _in_list(home, home_pointer, last, pointers, edit)
    if not isinstance(home, dict):
        raise Unfit(f"nothing can stand at {edit.place}")
    if edit.do == "remove":
        del home[last]
        return {k: v for k, v in pointers.items() if not _within(k, edit.place)}
    if edit.do == "split":
        raise Unfit(f"{edit.place} is not an entry of a list")
    home[last] = edit.after
    return pointers


def _make(metadata: Metadata, pointer: str, below: str) -> Any:
    """Create the mapping or list at a pointer, one level deep."""
    home = get(metadata, parent(pointer))
    if not isinstance(home, dict):
        raise Unfit(f"nothing can stand at {pointer}")
    made: Any = [] if below in ("-", "0") else {}
    home[steps(pointer)[-1]] = made
    return made


def _in_list(
    home: list[Any], at: str, last: str, pointers: dict[str, str], edit: Operation
) -> dict[str, str]:
    index = len(home) if last == "-" else int(last) if last.isdecimal() else -1
    if not 0 <= index <= len(home) or (edit.do != "add" and index == len(home)):
        raise Unfit(f"{at} has no entry {last}")
    source = pointers.get(join(at, index))
    if edit.do == "set":
        home[index] = edit.after
        return pointers
    if edit.do == "remove":
        del home[index]
        return _shift(pointers, at, index, 1, 0)
    if edit.do == "add":
        home.insert(index, edit.after)
        return _shift(pointers, at, index, 0, 1)
    home[index : index + 1] = list(edit.after)
    moved = _shift(pointers, at, index, 1, len(edit.after))
    if source is not None:
        moved |= {join(at, index + n): source for n in range(len(edit.after))}
    return moved


def _shift(
    pointers: Mapping[str, str], at: str, index: int, gone: int, come: int
) -> dict[str, str]:
    """Pointers after `gone` entries at an index of a list made room for `come` others."""
    prefix = at + "/"
    shifted: dict[str, str] = {}
    for place, pointer in pointers.items():
        if place.startswith(prefix):
            entry, slash, rest = place[len(prefix) :].partition("/")
            number = int(entry)
            if index <= number < index + gone:
                continue
            if number >= index + gone:
                place = f"{prefix}{number + come - gone}{slash}{rest}"
        shifted[place] = pointer
    return shifted


def _within(place: str, pointer: str) -> bool:
    return place == pointer or place.startswith(pointer + "/")


def removal(metadata: Metadata, place: str) -> Operation:
    """Taking a value out, with whatever around it would then be empty (a list, an entry)."""
    while (above := parent(place)).count("/") > 1 and len(get(metadata, above)) == 1:
        place = above
    return Operation(do="remove", place=place, before=get(metadata, place))


def located(source_map: SourceMap, operation: Operation) -> Operation:
    """The operation with the document pointer of its place; None where rows and cells count."""
    pointer = source_map.document_pointer(operation.place) if source_map.addressed else None
    return operation.model_copy(update={"pointer": pointer})
