"""PageTab in rows of cells: blocks of sections, tables, files and links become a tree.

Source: PageTab specification (EBIBioStudies/page-tab-specification @ 05f3614) and the reader of
BioStudies (EBIBioStudies/biostudies-backend-services, `ac.uk.ebi.biostd.tsv.deserialization`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.intake import pagetab_block_codes as codes
from pipeline.intake.json_text import DEEP, TRAILING
from pipeline.intake.pagetab_layout import (
    Row,
    accession_like,
    forms,
    kind_of,
    known_names,
    regroup,
)
from pipeline.intake.pagetab_lines import Lines, short
from pipeline.intake.pagetab_objects import DANGLING
from pipeline.intake.pagetab_tree import (
    NO_SECTION,
    NO_TYPE,
    Attribute,
    File,
    Link,
    Section,
    Tree,
)
from pipeline.intake.spellings import fold
from pipeline.select import join

_TABLE = re.compile(r"([^\[\]]*[^\[\]\s])\s*\[([^\[\]]*)\]")
_HALF_TABLE = re.compile(r"([^\[\]]*[^\[\]\s])\s*\[([^\[\]]*)|([^\[\]]+)\]")
DEEPEST = 100


@dataclass
class _Node:
    """A section while it is filled."""

    type: str
    accession: str | None
    at: str
    depth: int = 0
    attributes: list[Attribute] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    sections: list[_Node] = field(default_factory=list)

    def section(self) -> Section:
        return Section(
            self.type,
            self.accession,
            self.at,
            tuple(self.attributes),
            tuple(self.links),
            tuple(self.files),
            tuple(node.section() for node in self.sections),
        )


@dataclass
class Blocks:
    """Reads the blocks of a document into a tree of sections."""

    lines: Lines
    accessions: dict[str, _Node] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    """Every accno of the document, also of sections that come later."""

    def tree(self, rows: Sequence[Row]) -> Tree | None:
        """The tree of a document's rows; None when they are all blank."""
        blocks = regroup(rows, self.lines.flag)
        if not blocks:
            return None
        self.lines.last = blocks[-1][-1].number
        self.lines.positions[""] = self.lines.locate(blocks[0][0].number, 1)
        for block in blocks:
            for row in block:
                self.lines.place(row)
        self.stated = set(_stated(blocks))
        submission, blocks = self.submission(blocks)
        root = self.root(blocks)
        attributes = tuple(self.lines.attributes(submission[1:])) if submission else ()
        accession, at = (
            (submission[0].text(2), f"/{submission[0].number}/2") if submission else (None, "")
        )
        return Tree(accession, attributes, root.section() if root else None, at)

    def submission(self, blocks: list[list[Row]]) -> tuple[list[Row] | None, list[list[Row]]]:
        """The Submission block, and the blocks of that submission alone."""
        heads = [n for n, b in enumerate(blocks) if fold(b[0].name) == "submission"]
        if not heads or heads[0] != 0:
            first = blocks[0][0]
            where = f"; it stands in line {blocks[heads[0]][0].number}" if heads else ""
            begins = f"'{short(first.name)}'" if first.name.strip() else "an empty cell"
            message = f"the document starts with {begins}, not Submission{where}"
            self.lines.flag(codes.NO_SUBMISSION, first.number, 1, message)
        if len(heads) > 1:
            second = blocks[heads[1]][0]
            message = "a second Submission starts here; only the first one was read"
            self.lines.flag(TRAILING, second.number, 1, message, value=second.text(2))
            blocks = blocks[: heads[1]]
        if not heads:
            first = blocks[0][0]
            if kind_of(first.name) is None and fold(first.name) in known_names():
                # The block is there, only its first line is missing.
                return [Row(first.number, ("Submission",)), *blocks[0]], blocks[1:]
            return None, blocks
        return blocks[heads[0]], blocks[: heads[0]] + blocks[heads[0] + 1 :]

    def root(self, blocks: list[list[Row]]) -> _Node | None:
        """The root section with all that follows it."""
        if not blocks:
            self.lines.flag(NO_SECTION, self.lines.last + 1, 1, "the document has no root section")
            return None
        head = blocks[0][0]
        if fold(head.name) in forms() or _TABLE.fullmatch(head.name.strip()):
            message = f"a root section is missing before '{short(head.name)}'"
            self.lines.flag(NO_SECTION, head.number, 1, message)
            root = _Node("Study", None, f"/{head.number}")
        else:
            root = self.node(blocks.pop(0))
        current = root
        for block in blocks:
            current = self.block(block, root, current)
        return root

    def block(self, block: list[Row], root: _Node, current: _Node) -> _Node:
        """One block below the root; gives the section that links and files belong to next."""
        head = block[0]
        form = fold(head.name)
        if form in ("link", "file"):
            self.single(block, form, current)
        elif form in ("links", "files"):
            self.table_of_addresses(block, form, current)
        elif table := self.table_type(block):
            kind, parent = table
            home = self.parent(parent, root, head, 1) if parent.strip() else root
            if _is_section(block, kind):
                message = f"'{short(head.name)}' heads a table without columns; read as a section"
                hint = (
                    f"write '{kind}' alone for a section; its parent may stand in the third cell."
                )
                more = {"value": head.name, "hint": hint}
                self.lines.flag(codes.TABLE_HEADER, head.number, 1, message, **more)
                node = self.node([Row(head.number, (kind,)), *block[1:]], home.depth + 1)
                home.sections.append(node)
                return node
            for row, attributes in self.lines.rows(block):
                node = _Node(kind, row.text(1), f"/{row.number}", home.depth + 1, attributes)
                self.known(node)
                home.sections.append(node)
        else:
            home = self.parent(head.text(3), root, head, 3) if head.text(3) else root
            node = self.node(block, home.depth + 1)
            home.sections.append(node)
            return node
        return current

    def node(self, block: list[Row], depth: int = 0) -> _Node:
        """A section block; its accno is known from here on."""
        head = block[0]
        kind = head.name.strip()
        at = f"/{head.number}"
        self.lines.positions[join(at, "accno")] = self.lines.locate(head.number, 2)
        if not kind:
            self.lines.flag(NO_TYPE, head.number, 1, "a section has no type")
        self.lines.beyond(head, 4, "the line of a section holds its type, its accno and its parent")
        node = _Node(kind, head.text(2), at, depth)
        self.known(node)
        node.attributes += self.lines.attributes(block[1:], kind)
        return node

    def known(self, node: _Node) -> None:
        """Let later blocks name a section by its accno."""
        if node.accession is not None:
            self.accessions.setdefault(node.accession.strip(), node)

    def parent(self, name: str | None, root: _Node, head: Row, column: int) -> _Node:
        """The section that a block names as its parent."""
        wanted = (name or "").strip()
        node = self.accessions.get(wanted)
        if node is not None and node.depth < DEEPEST:
            return node
        if node is not None:
            self.lines.flag(
                DEEP, head.number, column, f"sections are nested more than {DEEPEST} deep"
            )
            return root
        later = wanted in self.stated
        what = "stands further down" if later else "no section of the document has"
        message = f"'{short(head.name)}' names the parent '{wanted}', which {what}"
        there = ", ".join(sorted(self.accessions)[:8]) or "none"
        hint = f"{DANGLING.hint} The accnos above this line: {there}."
        self.lines.flag(DANGLING, head.number, column, message, value=wanted, hint=hint)
        return root

    def single(self, block: list[Row], form: str, home: _Node) -> None:
        """A link or a file with its attributes."""
        head = block[0]
        at = f"/{head.number}"
        address = head.text(2)
        for key in ("url", "path"):
            self.lines.positions[join(at, key)] = self.lines.locate(head.number, 2)
        self.lines.beyond(head, 3, f"the line of a {form} holds one address")
        attributes = tuple(self.lines.attributes(block[1:]))
        if address is None:
            message = f"a {form} has no {_address(form)}"
            self.lines.flag(codes.NO_ADDRESS, head.number, 2 if len(head.cells) > 1 else 1, message)
        self.append(home, form, address, attributes, at)

    def append(
        self,
        home: _Node,
        form: str,
        address: str | None,
        attributes: tuple[Attribute, ...],
        at: str,
    ) -> None:
        """Put a link or a file into its section."""
        if form.startswith("link"):
            home.links.append(Link(address or "", attributes, at))
        elif address is not None:
            home.files.append(File(address, None, None, attributes, at))

    def table_of_addresses(self, block: list[Row], form: str, home: _Node) -> None:
        """A table of files or links."""
        for row, attributes in self.lines.rows(block):
            address = row.text(1)
            if address is None:
                message = f"a row of the {form} table has no {_address(form)}"
                self.lines.flag(codes.NO_ADDRESS, row.number, 1, message)
            self.append(home, form, address, tuple(attributes), f"/{row.number}")

    def table_type(self, block: list[Row]) -> tuple[str, str] | None:
        """Type and parent when a block is a table of sections, also where a bracket is missing."""
        head = block[0]
        name = head.name.strip()
        if match := _TABLE.fullmatch(name):
            return match[1], match[2]
        if match := _HALF_TABLE.fullmatch(name):
            message = f"a bracket is missing in the table header '{short(name)}'"
            self.lines.flag(codes.TABLE_HEADER, head.number, 1, message, value=name)
            return (match[1] or match[3]).strip(), match[2] or ""
        wide = len(head.filled()) >= 4
        third = head.text(3)
        odd = third is not None and third.strip() not in self.stated
        if wide or (odd and any(len(row.filled()) >= 3 for row in block[1:])):
            message = f"'{short(name)}' heads a table, but its brackets are missing"
            self.lines.flag(codes.TABLE_HEADER, head.number, 1, message, value=name)
            return name, ""
        return None


def _is_section(block: list[Row], kind: str) -> bool:
    """Whether the rows below a table's header without columns are names and values."""
    names = [fold(row.name) for row in block[1:] if row.text(2) is not None]
    known = known_names(kind)
    named = sum(name in known for name in names)
    return len(block[0].filled()) == 1 and named > 0 and 2 * named >= len(names)


def _stated(blocks: list[list[Row]]) -> Iterator[str]:
    for block in blocks:
        if fold(block[0].name) in forms() or fold(block[0].name) == "submission":
            continue
        table = "[" in block[0].name
        for value in [row.text(1) for row in block[1:]] if table else [block[0].text(2)]:
            if value is not None and (table or kind_of(block[0].name) or accession_like(value)):
                yield value.strip()


def _address(form: str) -> str:
    return "address" if form.startswith("link") else "path"
