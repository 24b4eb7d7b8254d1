"""The lines of a PageTab block: attributes with their qualifiers, and the rows of tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Code, Finding, Location
from pipeline.intake import pagetab_block_codes as codes
from pipeline.intake.json_text import TRUNCATED
from pipeline.intake.pagetab_layout import Row, kind_of, known_names, prose
from pipeline.intake.pagetab_objects import TWO_VALUES
from pipeline.intake.pagetab_tree import NO_NAME, Attribute, Qualifier
from pipeline.intake.spellings import fold
from pipeline.select import join

_OTHERWISE = re.compile(r"[:=,;|]")
_HALF_BRACKET = re.compile(
    r"\A(?:\[[^\]]*|<[^>]*|\([^)]*)\Z|\A(?:[^\[]*\]|[^<]*>|[^(]*\))\Z|\A(?:\[\s*\]|<\s*>|\(\s*\))\Z"
)


@dataclass
class Lines:
    """Reads rows as attributes, noting where each stands and what is wrong with it.

    Places in the document are `/row/column`. `ragged` says whether a row that ends early says
    something (text) or not (a sheet); `ends_open` whether the last line has no line end.
    """

    locate: Callable[[int, int], Location]
    ragged: bool = True
    ends_open: bool = False
    positions: dict[str, Location] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    alone: set[int] = field(default_factory=set)
    """Lines that hold a name alone, without a tab after it."""
    last: int = 0

    def flag(self, code: Code, row: int, column: int, message: str, **more: Any) -> None:
        """Note a fault at a cell."""
        self.findings.append(code.at(self.locate(row, column), message, **more))

    def place(self, row: Row) -> None:
        """Know where the cells of a row stand."""
        at = f"/{row.number}"
        self.positions[at] = self.locate(row.number, 1)
        for column in range(1, max(2, len(row.cells)) + 1):
            self.positions[f"{at}/{column}"] = self.locate(row.number, column)

    def attributes(self, rows: Sequence[Row], kind: str | None = None) -> list[Attribute]:
        """The attributes of a block, each with its qualifiers."""
        made: list[Attribute] = []
        names = known_names(kind)
        for row in rows:
            at, value_at = f"/{row.number}", f"/{row.number}/2"
            name, value = row.name, row.text(2)
            self.positions[join(at, "value")] = self.positions[value_at]
            self.beyond(row, 3, "a line holds a name and one value")
            parted = self.parted(row, names) if self.ragged else None
            if parted:
                name, value = parted
            if not name.strip():
                message = f"the value '{short(value)}' has no name before it"
                self.flag(NO_NAME, row.number, 1, message, value=value)
            elif self.goes_on(row, made, names):
                before = made[-1]
                made[-1] = before._replace(value=f"{before.value}\n{name}")
                message = f"the value of '{before.name}' goes on in a line of its own"
                self.flag(codes.BROKEN_VALUE, row.number, 1, message, value=short(name))
            else:
                self.attribute(made, made, name, value, (at, value_at), row.number, 1)
                if len(row.cells) > 2 and made:
                    self.further(made, row, kind)
                if self.ragged and len(row.cells) == 1 and not parted:
                    self.alone.add(row.number)
        return made

    def further(self, made: list[Attribute], row: Row, kind: str | None) -> None:
        """Values behind the first one: of a field that takes several, else kept beside it."""
        known = kind_of(kind) if kind else None
        last = made[-1]
        several = known is not None and known.slots.get(fold(last.name), "").endswith("[]")
        for column in range(3, len(row.cells) + 1):
            if (value := row.text(column)) is None:
                continue
            place = f"/{row.number}/{column}"
            if several:
                made.append(last._replace(value=value, qualifiers=(), value_at=place))
            else:
                kept = Qualifier(f"cell {column}", value, place)
                made[-1] = made[-1]._replace(qualifiers=(*made[-1].qualifiers, kept))

    def parted(self, row: Row, names: frozenset[str]) -> tuple[str, str] | None:
        """Name and value of a line where a colon or a comma stands for the tab."""
        match = _OTHERWISE.search(row.name) if len(row.filled()) == 1 else None
        if match is None:
            return None
        name, value = row.name[: match.start()].strip(), row.name[match.end() :].lstrip()
        if not name or not value or fold(name) not in names:
            return None
        message = f"'{match[0]}' stands between name and value, not a tab"
        self.flag(codes.SEPARATOR, row.number, 1, message, value=match[0])
        return name, value

    def goes_on(self, row: Row, made: list[Attribute], names: frozenset[str]) -> bool:
        """Whether a line is the rest of the value above it."""
        return (
            self.ragged
            and len(row.cells) == 1
            and bool(made)
            and made[-1].value is not None
            and prose(row.name)
            and fold(row.name) not in names
        )

    def attribute(
        self,
        made: list[Attribute],
        qualified: list[Attribute],
        name: str,
        value: str | None,
        places: tuple[str, str],
        row: int,
        column: int,
    ) -> None:
        """One attribute, or a qualifier of the last one in `qualified`."""
        plain = name.strip()
        at, value_at = places
        bracket = plain[:1] + plain[-1:] if len(plain) > 2 else ""
        if bracket in ("[]", "()"):
            qualifier = Qualifier(plain[1:-1], value, at)
            if qualified:
                last = made[-1]
                made[-1] = (
                    last._replace(qualifiers=(*last.qualifiers, qualifier))
                    if bracket == "[]"
                    else last._replace(name_qualifiers=(*last.name_qualifiers, qualifier))
                )
                return
            message = f"the qualifier '{plain}' stands before the attribute it could qualify"
            self.flag(codes.QUALIFIER_FIRST, row, column, message, value=value)
        if _HALF_BRACKET.search(plain):
            message = f"a bracket of the name '{short(plain)}' is missing"
            self.flag(codes.BRACKET, row, column, message, value=plain)
        reference = bracket == "<>"
        shown = plain[1:-1] if reference else name
        made.append(Attribute(shown, value, at, reference, value_at=value_at))

    def rows(self, block: list[Row]) -> Iterator[tuple[Row, list[Attribute]]]:
        """The rows of a table with their attributes; blank cells say nothing."""
        head = block[0]
        names = list(head.cells[1:])
        while (
            names
            and not names[-1].strip()
            and not any(
                len(row.cells) > len(names) and row.cells[len(names)].strip() for row in block[1:]
            )
        ):
            names.pop()
        self.repeated(head, names)
        if len(block) == 1:
            message = f"the table '{short(head.name)}' has no rows"
            self.flag(codes.NO_ROWS, head.number, 1, message)
        told: set[int] = set()
        for row in block[1:]:
            width = len(names) + 1
            self.beyond(row, width + 1, f"the header has {width} cells")
            if self.ragged and len(row.cells) < width:
                self.early(row, width)
            made: list[Attribute] = []
            above: list[Attribute] = []
            for column, name in enumerate(names, 2):
                value = row.text(column)
                is_qualifier = name.strip()[:1] in ("[", "(") and name.strip()[-1:] in ("]", ")")
                if value is None:
                    above = above if is_qualifier else []
                    continue
                if not name.strip():
                    if column not in told:
                        message = f"column {column} has no name; it holds '{short(value)}'"
                        self.flag(NO_NAME, head.number, column, message, value=value)
                    told.add(column)
                    continue
                place = f"/{row.number}/{column}"
                self.attribute(made, above, name, value, (place, place), row.number, column)
                above = made
            yield row, made

    def repeated(self, head: Row, names: list[str]) -> None:
        """Flag a column that stands twice and gives a field that takes one value."""
        kind = kind_of(head.name)
        seen: set[str] = set()
        for column, name in enumerate(names, 2):
            slot = kind.slots.get(fold(name), "") if kind else ""
            one = slot and "[]" not in slot
            if one and fold(name) in seen:
                message = f"the table has two columns '{short(name)}'; the first one is read"
                self.flag(TWO_VALUES, head.number, column, message, value=name)
            seen.add(fold(name))

    def early(self, row: Row, width: int) -> None:
        """Note a row that ends before its header does."""
        message = f"this row has {len(row.cells)} cells, the header {width}"
        if row.number == self.last and self.ends_open:
            message = f"the document ends in the middle of a row: {message}"
            self.flag(TRUNCATED, row.number, len(row.cells), message, severity="warning")
        else:
            self.flag(codes.SHORT, row.number, len(row.cells), message)

    def beyond(self, row: Row, column: int, expected: str) -> None:
        """Note cells with content from a column on."""
        extra = [n for n in range(column, len(row.cells) + 1) if row.text(n) is not None]
        if extra:
            value = row.text(extra[0])
            message = f"'{short(value)}' stands in cell {extra[0]} of this line"
            if others := [f"'{short(row.text(n))}'" for n in extra[1:4]]:
                message += f", and {', '.join(others)} behind it"
            message += f"; {expected}"
            self.flag(codes.BEYOND, row.number, extra[0], message, value=value, count=len(extra))


def short(value: str | None) -> str:
    """A value in few words, for a message."""
    text = " ".join((value or "").split())
    return text if len(text) <= 60 else text[:59] + "…"
