"""How PageTab's rows fall into blocks, also where blank lines are missing or too many."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache
from typing import Any, NamedTuple, Protocol

from pipeline.findings import Code
from pipeline.intake import pagetab_block_codes as codes
from pipeline.intake.spellings import Kind, fold, spellings

_ACCESSION = re.compile(r"\w+(?:[ ._-]\w+){0,3}")
# Where more blocks than these follow each other without blank lines, one finding tells of all.
_MOST_TOLD = 3
_ABOUT_ADDRESSES = frozenset(("description", "type"))


class Row(NamedTuple):
    """A row with its number (from 1) and its cells as text."""

    number: int
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """The first cell."""
        return self.cells[0] if self.cells else ""

    def text(self, column: int) -> str | None:
        """A cell's text by its number from 1; None when it is blank or not there."""
        value = self.cells[column - 1] if column <= len(self.cells) else ""
        return value if value.strip() else None

    def filled(self) -> list[str]:
        """The cells that are not blank."""
        return [cell for cell in self.cells if cell.strip()]


class Flag(Protocol):
    """Notes a fault at a row and a column."""

    def __call__(self, code: Code, row: int, column: int, message: str, **more: Any) -> None:
        """Note it."""


def forms() -> frozenset[str]:
    """Blocks that are no sections."""
    return frozenset(("link", "file", "links", "files"))


@cache
def types() -> dict[str, Kind]:
    """Every known section type, folded, with its kind."""
    return {one: kind for kind in spellings().kinds.values() for one in kind.types}


def kind_of(name: str) -> Kind | None:
    """The kind of a section type as written, also in a table's header."""
    return types().get(fold(name.partition("[")[0]))


@cache
def known_names(kind: str | None = None) -> frozenset[str]:
    """The attribute names that a section type has a slot for; all of them without a type."""
    table = spellings()
    above = frozenset((*table.submission, *table.source))
    found = kind_of(kind) if kind else None
    if found is not None:
        return frozenset(found.slots)
    return above.union(*(one.slots for one in table.kinds.values()))


def accession_like(value: str) -> bool:
    """Whether a text could be an accno: short, without the marks of prose."""
    return len(value) <= 40 and _ACCESSION.fullmatch(value.strip()) is not None


def prose(text: str) -> bool:
    """Whether a text is a sentence, or the end of one, and no name."""
    words = text.split()
    return len(words) >= 6 or (len(words) > 1 and words[-1][-1] in ".!?;")


def regroup(rows: Sequence[Row], flag: Flag) -> list[list[Row]]:
    """The blocks of a document; misplaced and missing blank lines are noted."""
    blocks: list[list[Row]] = []
    open_block = False
    for row in rows:
        if not row.filled():
            open_block = False
        elif row.name.lstrip("\ufeff").startswith("#"):
            if len(row.filled()) > 1:
                message = f"the line '{row.name[:60]}' is read as a comment"
                flag(codes.COMMENT, row.number, 1, message, value=row.text(2))
        elif open_block:
            blocks[-1].append(row)
        else:
            blocks.append([row])
            open_block = True
    return _joined([part for block in blocks for part in _parted(block, flag)], flag)


def _joined(blocks: list[list[Row]], flag: Flag) -> list[list[Row]]:
    """Blocks that are the rest of the one before them go back to it."""
    joined: list[list[Row]] = []
    sections: set[str] = set()
    for block in blocks:
        if (
            joined
            and not _names_parent(block[0], joined[-1], sections)
            and _is_rest(joined[-1], block)
        ):
            head, above = block[0], joined[-1]
            message = f"a blank line parts '{head.name.strip()}' from '{above[0].name}'"
            # Of a table the blank row itself is told, for it is what looks like a row.
            row = above[-1].number + 1 if _is_table(above[0]) else head.number
            flag(codes.BLANK_INSIDE, row, 1, message)
            joined[-1].extend(block)
        else:
            joined.append(block)
            sections.add((block[0].text(2) or "").strip())
    return joined


def _names_parent(row: Row, above: list[Row], sections: Set[str]) -> bool:
    """Whether a row of type, accno and parent starts a section; not where a table refers to one."""
    parent = (row.text(3) or "").strip()
    refers = (above[0].text(3) or "").strip().startswith("<")
    return bool(parent) and parent in sections and len(row.filled()) == 3 and not refers


def _is_rest(above: list[Row], block: list[Row]) -> bool:
    name = block[0].name.strip()
    if _goes_on(above, block[0]):
        return True
    if len(name) > 2 and name[0] + name[-1] in ("[]", "()", "<>"):
        return "[" not in above[0].name
    if "[" in name or "[" in above[0].name or len(block[0].filled()) != 2:
        return False
    folded = fold(name)
    if folded in types() or folded in forms() or folded == "submission":
        return False
    head = fold(above[0].name)
    if head == "submission":
        return folded in spellings().submission or folded in spellings().source
    if head in ("link", "file"):
        return folded in _ABOUT_ADDRESSES
    kind = types().get(head)
    return kind is not None and folded in kind.slots


def _is_table(head: Row) -> bool:
    """Whether a row is the header of a table of sections, files or links."""
    return "[" in head.name or fold(head.name) in ("files", "links")


def _goes_on(table: list[Row], row: Row) -> bool:
    """Whether a row behind a blank line is the next one of the table above it."""
    head = table[0]
    if not _is_table(head):
        return False
    width = len(head.cells)
    plain = "[" not in row.name and kind_of(row.name) is None and fold(row.name) not in forms()
    return width > 2 and len(row.cells) == len(table[-1].cells) == width and plain


def _parted(block: list[Row], flag: Flag) -> list[list[Row]]:
    """A block cut where another one starts without a blank line."""
    parts: list[list[Row]] = [[block[0]]]
    kind = None if "[" in block[0].name else kind_of(block[0].name)
    seen: set[str] = set()
    for index, row in enumerate(block[1:], 1):
        after = block[index + 1] if index + 1 < len(block) else None
        if _starts(row, after, kind, seen):
            parts.append([row])
            kind = None if "[" in row.name else kind_of(row.name)
            seen = set()
        else:
            parts[-1].append(row)
            seen.add(fold(row.name))
    joined = [part[0] for part in parts[1:]]
    several = len(joined) > _MOST_TOLD
    for row in joined[:1] if several else joined:
        message = f"'{row.name.strip()}' starts here without a blank line before it"
        more: dict[str, Any] = {}
        if several:
            message += f"; so do {len(joined) - 1} other blocks below"
            samples = tuple({"row": one.number, "block": one.name} for one in joined[:5])
            more = {"count": len(joined), "samples": samples}
        flag(codes.NO_SEPARATOR, row.number, 1, message, **more)
    return parts


def _starts(row: Row, after: Row | None, kind: Kind | None, seen: set[str]) -> bool:
    """Whether a line inside a block is the first one of another block."""
    if after is None:
        return False
    name, following = fold(row.name), fold(after.name)
    value = (row.text(2) or "").strip()
    slots = kind.slots if kind else {}
    if name == "submission":
        return following in spellings().submission or following in spellings().source
    if name in ("links", "files"):
        address = after.name.strip()
        return (
            len(row.filled()) > 1 and len(after.filled()) > 1 and bool(re.search(r"[./]", address))
        )
    if name in ("link", "file"):
        there = "/" in value or "." in value
        return (
            there
            and following in _ABOUT_ADDRESSES
            and (following in seen or following not in slots)
        )
    own = kind_of(row.name)
    if own is None:
        return False
    if "[" in row.name:
        return len(row.filled()) > 1
    if following not in own.slots:
        return False
    if name in slots:
        return following in seen
    return following in seen or (following not in slots and (not value or accession_like(value)))
