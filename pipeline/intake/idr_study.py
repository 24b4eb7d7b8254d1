"""Study files of the Image Data Resource: rows of a name and its values, side by side.

Source: IDR's templates `idr0000-study_HCS.txt` and `idr0000-study_nonHCS.txt`
(IDR/idr-metadata). Read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.findings import Finding
from pipeline.intake import pagetab_block_codes as codes
from pipeline.intake import pagetab_content as build
from pipeline.intake import pagetab_xlsx
from pipeline.intake.pagetab_json import mapped
from pipeline.intake.pagetab_layout import Row
from pipeline.intake.pagetab_lines import Lines, short
from pipeline.intake.pagetab_tree import Attribute, Link, Qualifier, Section, Tree
from pipeline.intake.pagetab_tsv import Cutter
from pipeline.intake.reading import Reading
from pipeline.intake.spellings import fold
from pipeline.intake.text import decode, line_ends
from pipeline.submission import SourceMap

KIND = "idr-study"
ORDER = 45

_PARTS = ("experimentnumber", "screennumber")
"""The rows that start a section of their own."""
_FIRST = (
    "study",
    "experiment",
    "screen",
    "assay",
    "library",
    "protocol",
    "phenotype",
    "feature",
    "processed",
    "quality",
    "raw",
    "term",
)
"""How the names of rows begin."""
_LAST = ("termsourceref", "termaccession", "termaccessionnumber", "termname")
"""How the names of rows end."""
_LONGEST = 8
"""Words of the longest name of a row."""
_PEOPLE = {
    "studypersonemail": "E-mail",
    "studypersonaddress": "Address",
    "studypersonorcid": "ORCID",
    "studypersonroles": "Role",
}
_PUBLICATIONS = {
    "studypublicationtitle": "Title",
    "studyauthorlist": "Authors",
    "studypubmedid": "PubMed ID",
    "studypmcid": "PMC ID",
    "studydoi": "DOI",
}
_PROTOCOLS = {
    "protocolname": "Name",
    "protocoltype": "Type",
    "protocoldescription": "Description",
    "protocoltypetermsourceref": "Type Term Source REF",
    "protocoltypetermaccession": "Type Term Accession",
    "protocoltypetermaccessionnumber": "Type Term Accession",
}
_ORGANISMS = {
    "organism": "Scientific name",
    "organismtermaccession": "NCBI taxon ID",
    "organismtermaccessionnumber": "NCBI taxon ID",
    "organismtermsourceref": "Term Source REF",
    "organismtermsource": "Term Source REF",
}
_METHODS = {
    "imagingmethod": "Ontology Value",
    "imagingmethodtermsourceref": "Ontology Name",
    "imagingmethodtermaccession": "Ontology Term ID",
    "imagingmethodtermaccessionnumber": "Ontology Term ID",
}
_KNOWN = (
    *("Study Title", "Study Public Release Date", "Study Data DOI", "Study Description"),
    *("Study Key Words", "Study License", "Study License URL", "Study External URL"),
    *("Study Person Last Name", "Study Person First Name", "Study Person Email"),
    *("Study Person Address", "Study Person ORCID", "Study Person Roles"),
    *("Study Publication Title", "Study Author List", "Study PubMed ID", "Study PMC ID"),
    *("Study DOI", "Study Organism", "Study Organism Term Accession", "Study Type"),
    *("Experiment Number", "Experiment Description", "Experiment Imaging Method"),
    *("Screen Number", "Screen Description", "Screen Imaging Method"),
    *("Protocol Name", "Protocol Type", "Protocol Description"),
)
"""Names of rows that have a place in the record, as the templates write them."""
_FORM = (
    *_KNOWN,
    *("Study Type Term Source REF", "Study Type Term Accession", "Study Organism Term Source REF"),
    *("Study Screens Number", "Study Experiments Number", "Study Copyright"),
    *("Study Data Publisher", "Study BioImage Archive Accession"),
    *("Experiment Sample Type", "Experiment Size", "Experiment Comments", "Experiment Assay File"),
    *("Experiment Example Images", "Experiment Organism"),
    *("Experiment Imaging Method Term Source REF", "Experiment Imaging Method Term Accession"),
    *("Screen Sample Type", "Screen Size", "Screen Comments", "Screen Example Images"),
    *("Screen Imaging Method Term Source REF", "Screen Imaging Method Term Accession"),
    *("Screen Technology Type", "Screen Technology Type Term Source REF", "Screen Organism"),
    *("Screen Technology Type Term Accession", "Screen Type", "Screen Type Term Source REF"),
    *("Screen Type Term Accession", "Library File Name", "Library File Format", "Library Type"),
    *("Library Type Term Source REF", "Library Type Term Accession", "Library Manufacturer"),
    *("Library Version", "Library Experimental Conditions", "Quality Control Description"),
    *("Protocol Type Term Source REF", "Protocol Type Term Accession"),
    *("Phenotype Name", "Phenotype Description", "Phenotype Score Type"),
    *("Raw Image Data Format", "Raw Image Organization", "Feature Level Data File Name"),
    *("Processed Data File Name", "Processed Data File Format", "Processed Data File Description"),
)
"""Names of rows that the templates have."""
_WORDS = frozenset(word.casefold() for name in _FORM for word in name.split())
_TEXT = re.compile(r"[.,;:]")
"""What stands in a text, and in no name of a row."""
_QUOTED = re.compile(r'\s*"[^"]*"(?:\s+"[^"]*")+\s*')
"""Several values in quotation marks, with blanks between them."""
_NAMES = (b"Comment[IDR Study Accession]", b"Study Title\t", b"Study Type\t")


def knows(path: Path, head: bytes) -> bool:
    """Text, or a sheet of a workbook, with the rows that every study file of IDR has."""
    if path.suffix.casefold() not in (".txt", ".tsv"):
        return pagetab_xlsx.has_sheet(path, head, _is_study)
    return head.find(_NAMES[0]) != -1 or all(name in head for name in _NAMES[1:])


def _is_study(names: list[str]) -> bool:
    """Whether a sheet's first cells are names of the rows of a study file."""
    own = {name.strip().encode() for name in names}
    return _NAMES[0] in own or all(name.strip() in own for name in _NAMES[1:])


def read(data: bytes, file: str) -> Reading:
    """The metadata of an IDR study file; a place is a line and the number of its cell.

    Depositors fill the template in with a spreadsheet, too, and send the workbook.
    """
    if data.startswith(b"PK"):
        return _workbook(data, file)
    decoded = decode(data, file)
    if decoded.text is None:
        places = SourceMap(file=file, addressed=False)
        return Reading(kind=KIND, metadata=None, source_map=places, findings=decoded.findings)
    cutter = Cutter(file)
    rows = cutter.rows(decoded.text)
    lines = Lines(cutter.locate)
    study = _Study(lines)
    tree = study.tree(rows)
    places = SourceMap(file=file, positions=lines.positions, addressed=False)
    before = (*decoded.findings, *line_ends(cutter.ends, file), *map(_lighter, cutter.findings))
    return mapped(tree, places, (*before, *lines.findings), KIND)


def _lighter(finding: Finding) -> Finding:
    """A finding of how rows were cut; IDR parts lines at tabs alone, whatever their quotes."""
    if finding.code != codes.OPEN_QUOTE.code:
        return finding
    return finding.model_copy(update={"severity": "warning"})


def _workbook(data: bytes, file: str) -> Reading:
    """The metadata of a study file in a workbook; a place is a sheet and a cell's address."""
    taken = pagetab_xlsx.read_rows(data, file, _is_study)
    places = SourceMap(file=file, addressed=False)
    if taken.locate is None:
        return Reading(kind=KIND, metadata=None, source_map=places, findings=taken.findings)
    lines = Lines(taken.locate, ragged=False)
    tree = _Study(lines).tree(taken.rows)
    places = places.model_copy(update={"positions": lines.positions})
    return mapped(tree, places, (*taken.findings, *lines.findings), KIND)


@dataclass
class _Part:
    """The rows of the study, or of one of its experiments or screens."""

    rows: list[Row] = field(default_factory=list)

    def columns(self, names: dict[str, str], prefix: str = "") -> list[list[tuple[str, Row, int]]]:
        """Values that stand in one column of several rows: name, row and cell number.

        Where a row's name comes again, another block of rows begins, with columns of its own.
        """
        blocks: list[dict[int, list[tuple[str, Row, int]]]] = [{}]
        seen: set[str] = set()
        for row in self.rows:
            folded = fold(row.name)
            name = names.get(folded.removeprefix(prefix))
            if name is None or not folded.startswith(prefix):
                continue
            if folded in seen:
                blocks.append({})
                seen.clear()
            seen.add(folded)
            for column in range(2, len(row.cells) + 1):
                if row.text(column) is not None:
                    blocks[-1].setdefault(column, []).append((name, row, column))
        return [block[column] for block in blocks for column in sorted(block)]


@dataclass
class _Study:
    """Builds the PageTab tree of a study file."""

    lines: Lines
    taken: set[int] = field(default_factory=set)
    """Numbers of the rows that have been read."""
    broken: set[int] = field(default_factory=set)
    """Numbers of the rows whose values stand in several lines."""
    below: set[int] = field(default_factory=set)
    """Numbers of the rows that have no value of their own, but values in lines below."""

    def tree(self, rows: Sequence[Row]) -> Tree:
        """The tree of a file's rows."""
        parts = self.parts(rows)
        study = parts[0]
        for part in parts:
            names = {row.name.strip(): row.number for row in reversed(part.rows)}
            for name, meant in build.slips(names, _KNOWN):
                message = f"'{short(name)}' is nearly named '{meant}'"
                self.lines.flag(build.SLIP, names[name], 1, message, value=name)
        top: list[Attribute] = []
        own: list[Attribute] = []
        links: list[Link] = []
        for row in study.rows:
            name = fold(row.name)
            if name == "studytitle":
                top += self.values(row, "Title")
            elif name == "studypublicreleasedate":
                top += self.values(row, "ReleaseDate")
            elif name == "studydatadoi":
                top += self.values(row, "DOI")
            elif name == "studydescription":
                own += self.values(row, "Description")
            elif name == "studykeywords":
                own += self.values(row, "Keyword")
            elif name == "studylicense":
                own += self.licence(row, study)
            elif name == "studyexternalurl":
                links += [
                    Link(row.cells[n - 1], (), f"/{row.number}/{n}") for n in self.filled(row)
                ]
        people, beside = self.people(study)
        own += beside
        below = [self.author(one) for one in people]
        below += [self.section("Publication", one) for one in study.columns(_PUBLICATIONS)]
        organisms = study.columns(_ORGANISMS, "study")
        if organisms:
            first = organisms[0][0][1]
            inner = tuple(self.section("Organism", one) for one in organisms)
            titled = self.made_up("Title", "Biosample", first)
            below.append(Section("Biosample", None, f"/{first.number}", (titled,), sections=inner))
        for part in parts[1:]:
            below += self.part(part, bool(organisms))
        own += self.rest(study)
        at = f"/{rows[0].number}" if rows else ""
        if rows:
            self.lines.positions[""] = self.lines.locate(rows[0].number, 1)
        return Tree(
            None, tuple(top), Section("Study", None, at, tuple(own), tuple(links), (), tuple(below))
        )

    def parts(self, rows: Sequence[Row]) -> list[_Part]:
        """The study's own rows, then those of each experiment or screen."""
        parts = [_Part()]
        for row in rows:
            self.lines.place(row)
            filled = row.filled()
            first = next((cell.lstrip() for cell in row.cells if cell.strip()), "#")
            if first.startswith("#") and (len(filled) < 2 or row.name.strip()):
                continue
            if parts[-1].rows and _breaks(parts[-1].rows[-1], row):
                self.widen(parts[-1], row)
                continue
            if len(row.filled()) == 1 and row.cells[0].strip():
                if parts[-1].rows and self.goes_on(parts[-1].rows[-1], row):
                    self.join(parts[-1], row)
                    continue
                row = self.parted(row)
            elif len(filled) == 2 and _QUOTED.fullmatch(row.cells[1]):
                row = self.unquoted(row)
            if fold(row.name) in _PARTS and row.text(2) is not None:
                parts.append(_Part())
            parts[-1].rows.append(row)
        return parts

    def goes_on(self, above: Row, row: Row) -> bool:
        """Whether a line of one cell is the rest of the value above it, and no name."""
        words = row.name.split()
        if _begins_name(words[0]) and len(words) <= _LONGEST:
            return False
        if fold(row.name).endswith(_LAST):
            return False
        if len(words) >= 6 or not row.name[:1].isalpha():
            return True
        if any(above.text(n) for n in range(2, len(above.cells) + 1)):
            return above.number in self.below or bool(_TEXT.search(row.name))
        named = _begins_name(above.name.split()[0]) and row.number == above.number + 1
        slip = any(build.slips((row.name,), _FORM))
        return named and len(row.cells) == 1 and not slip

    def parted(self, row: Row) -> Row:
        """A row with its name and its value in two cells, where a blank stands for the tab."""
        given = " ".join(row.name.split())
        known = [one for one in _FORM if given.casefold().startswith(f"{one} ".casefold())]
        name = max(known, key=len, default="")
        value = given[len(name) :].strip()
        if not name or value.split()[0].casefold() in _WORDS:
            return row
        message = f"no tab stands between the name '{name}' and its value '{short(value)}'"
        self.lines.flag(codes.SEPARATOR, row.number, 1, message, value=value, severity="warning")
        place = f"/{row.number}/2"
        self.lines.positions.setdefault(place, self.lines.locate(row.number, 1))
        return Row(row.number, (given[: len(name)], value))

    def unquoted(self, row: Row) -> Row:
        """A row with its quoted values in cells of their own, where blanks stand for the tabs."""
        message = f"no tabs stand between the values of '{short(row.name)}'"
        value = short(row.cells[1])
        self.lines.flag(codes.SEPARATOR, row.number, 2, message, value=value, severity="warning")
        values = re.findall('"([^"]*)"', row.cells[1])
        for column in range(2, len(values) + 2):
            place = f"/{row.number}/{column}"
            self.lines.positions[place] = self.lines.locate(row.number, 2)
        return Row(row.number, (row.cells[0], *values))

    def join(self, part: _Part, row: Row) -> None:
        """A line that is the rest of the value above it."""
        above = part.rows[-1]
        filled = [n for n in range(2, len(above.cells) + 1) if above.text(n)]
        cells = [*above.cells, ""] if len(above.cells) == 1 else list(above.cells)
        last = filled[-1] if filled else 2
        cells[last - 1] = f"{cells[last - 1]}\n{row.cells[0]}" if filled else row.cells[0]
        if not filled:
            self.below.add(above.number)
        self.lines.positions.setdefault(f"/{above.number}/{last}", self.lines.locate(row.number, 1))
        part.rows[-1] = Row(above.number, tuple(cells))
        self.broken_value(above, row, 1)

    def widen(self, part: _Part, row: Row) -> None:
        """The rest of a cell with a break in it, and the cells that follow that cell."""
        above = part.rows[-1]
        last = "\n".join(cell for cell in (above.cells[-1], row.name) if cell.strip())
        part.rows[-1] = Row(above.number, (*above.cells[:-1], last, *row.cells[1:]))
        for column in range(2, len(row.cells) + 1):
            place = f"/{above.number}/{len(above.cells) + column - 1}"
            self.lines.positions[place] = self.lines.locate(row.number, column)
        self.broken_value(above, row, 1 if row.name.strip() else 2)

    def broken_value(self, above: Row, row: Row, column: int) -> None:
        """Note, once for each value, that it stands in more than one line."""
        if above.number not in self.broken:
            message = f"the value of '{short(above.name)}' goes on in a line of its own"
            value = short(row.cells[column - 1])
            self.lines.flag(codes.BROKEN_VALUE, row.number, column, message, value=value)
        self.broken.add(above.number)

    def filled(self, row: Row) -> list[int]:
        """The numbers of a row's cells with a value; the row counts as read."""
        self.taken.add(row.number)
        return [n for n in range(2, len(row.cells) + 1) if row.text(n) is not None]

    def values(self, row: Row, name: str) -> list[Attribute]:
        """An attribute for each value of a row."""
        return [self.cell(name, row, column) for column in self.filled(row)]

    def cell(self, name: str, row: Row, column: int) -> Attribute:
        """The attribute of one cell."""
        place = f"/{row.number}/{column}"
        return Attribute(name, row.cells[column - 1], place, value_at=place)

    def made_up(self, name: str, value: str, row: Row) -> Attribute:
        """An attribute that the file does not have."""
        place = f"/{row.number}"
        return Attribute(name, value, place, value_at=place)

    def licence(self, row: Row, study: _Part) -> list[Attribute]:
        """The licence with its address as a qualifier."""
        made = self.values(row, "License")
        address = next((r for r in study.rows if fold(r.name) == "studylicenseurl"), None)
        if made and address is not None and self.filled(address):
            place = f"/{address.number}"
            self.lines.positions[f"{place}/value"] = self.lines.locate(address.number, 2)
            url = Qualifier("URL", address.text(2), place)
            first = made[0]
            made[0] = Attribute(
                first.name, first.value, first.at, qualifiers=(url,), value_at=first.value_at
            )
        return made

    def people(self, study: _Part) -> tuple[list[list[tuple[str, Row, int]]], list[Attribute]]:
        """The columns of people, and addresses and roles beyond them, which nobody has."""
        columns = study.columns(_NAMED)
        last = max((n for one in columns for name, _, n in one if not name.strip()), default=0)
        people: list[list[tuple[str, Row, int]]] = []
        beside: list[Attribute] = []
        for column in columns:
            if not last or column[0][2] <= last or not {name for name, *_ in column} <= _BESIDE:
                people.append(column)
                continue
            for _, row, n in column:
                self.taken.add(row.number)
                beside.append(self.cell(row.name.strip(), row, n))
                message = f"'{short(row.name)}' has more values than there are people"
                value = short(row.cells[n - 1])
                self.lines.flag(
                    codes.BEYOND, row.number, n, message, value=value, severity="warning"
                )
        return people, beside

    def author(self, column: list[tuple[str, Row, int]]) -> Section:
        """A person from the cells of one column."""
        names = {name: row.cells[n - 1].strip() for name, row, n in column if name in ("", " ")}
        made: list[Attribute] = []
        full = " ".join(names[key] for key in (" ", "") if key in names)
        for name, row, number in column:
            self.taken.add(row.number)
            if name.strip():
                made.append(self.cell(name, row, number))
            elif full:
                place = f"/{row.number}/{number}"
                made.append(Attribute("Name", full, place, value_at=place))
                full = ""
        return Section("author", None, made[0].at if made else "", tuple(made))

    def section(self, kind: str, column: list[tuple[str, Row, int]]) -> Section:
        """A section from the cells of one column."""
        self.taken |= {row.number for _, row, _ in column}
        made = tuple(self.cell(name, row, number) for name, row, number in column)
        return Section(kind, None, made[0].at, made)

    def part(self, part: _Part, has_organism: bool) -> list[Section]:
        """An experiment or a screen: a study component, and how its images were acquired."""
        first = part.rows[0]
        prefix = "experiment" if fold(first.name).startswith("experiment") else "screen"
        kind = prefix.capitalize()
        made: list[Attribute] = []
        names = {f"commentidr{prefix}name", f"{prefix}name"}
        if names.isdisjoint(fold(row.name) for row in part.rows):
            # The template of screens was filled in for an experiment, or the other way round.
            names = {"commentidrexperimentname", "commentidrscreenname"}
        for row in part.rows:
            name = fold(row.name)
            if name in names:
                made += self.values(row, "Name")
            elif name == f"{prefix}description":
                made += self.values(row, "Description")
        below = [self.section("Protocol", one) for one in part.columns(_PROTOCOLS)]
        methods = part.columns(_METHODS, prefix)
        sections: list[Section] = []
        linked: list[Attribute] = []
        if has_organism:
            linked.append(self.made_up("Biosample", "Biosample", first))
        if methods:
            title = f"Image Acquisition of {kind} {(first.text(2) or '').strip()}"
            inner = tuple(self.section("Imaging Method", one) for one in methods)
            titled = self.made_up("Title", title, first)
            at = f"/{first.number}"
            sections.append(Section("Image Acquisition", None, at, (titled,), sections=inner))
            linked.append(self.made_up("Image acquisition", title, first))
        if linked:
            below.append(Section("Associations", None, f"/{first.number}", tuple(linked)))
        made += self.rest(part)
        at = f"/{first.number}"
        return [*sections, Section("Study Component", None, at, tuple(made), sections=tuple(below))]

    def rest(self, part: _Part) -> list[Attribute]:
        """What has no other place, under its name as given."""
        return [
            one
            for row in part.rows
            if row.number not in self.taken
            for one in self.values(row, row.name.strip() or "value")
        ]


_NAMED = {**_PEOPLE, "studypersonlastname": "", "studypersonfirstname": " "}
"""Names of a person's rows; the two parts of a name stand for themselves."""
_BESIDE = frozenset(("Address", "Role"))
"""What says nothing of a person where no name stands beside it."""


def _begins_name(word: str) -> bool:
    """Whether a row's name may begin with a word."""
    return fold(word) in _FIRST or fold(word).startswith("commentidr")


def _breaks(above: Row, row: Row) -> bool:
    """Whether a row of several cells begins in the middle of the last cell of the one above."""
    if (len(row.filled()) == 1 and row.name.strip()) or len(above.cells) == 1:
        return False
    words = row.name.split()
    named = bool(words) and (_begins_name(words[0]) or not _TEXT.search(row.name))
    return not named and bool(above.cells[-1].strip())
