"""PageTab as JSON, in the published and the extended form of BioStudies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.intake.json_text import Parsed, parse
from pipeline.intake.pagetab import map_tree
from pipeline.intake.pagetab_json_tree import Reader
from pipeline.intake.pagetab_tree import Tree
from pipeline.intake.reading import Reading
from pipeline.intake.text import count_line_ends, decode, line_ends
from pipeline.submission import SourceMap

KIND = "pagetab-json"
ORDER = 90
"""Asked late: whatever calls itself JSON and is nothing else is read as PageTab."""


def knows(path: Path, head: bytes) -> bool:
    """Every `.json` file that no other door took."""
    return path.suffix.casefold() == ".json"


def read(data: bytes, file: str) -> Reading:
    """The metadata of a PageTab JSON document."""
    decoded = decode(data, file)
    if decoded.text is None:
        return unreadable(file, decoded.findings)
    parsed = parse(decoded.text, file)
    if not parsed.readable:
        return unreadable(file, (*decoded.findings, *parsed.findings))
    ends = line_ends(count_line_ends(decoded.text), file)
    return read_parsed(parsed, file, (*decoded.findings, *ends))


def read_parsed(parsed: Parsed, file: str, before: tuple[Any, ...] = ()) -> Reading:
    """The metadata of a parsed PageTab document."""
    places = SourceMap(file=file, positions=parsed.positions(file))
    reader = Reader(places)
    tree = reader.tree(parsed.value)
    findings = (*before, *parsed.findings, *reader.findings)
    return mapped(tree, places, findings, KIND)


def mapped(tree: Tree | None, places: SourceMap, findings: tuple[Any, ...], kind: str) -> Reading:
    """The reading of a PageTab tree of any file form."""
    if tree is None or tree.section is None:
        return Reading(kind=kind, metadata=None, source_map=places, findings=findings)
    done = map_tree(tree, places)
    return Reading(
        kind=kind,
        metadata=done.metadata,
        source_map=places.model_copy(
            update={"pointers": done.pointers, "accessions": done.accessions}
        ),
        findings=(*findings, *done.findings),
        template=done.source.get("template"),
        attach_to=done.source.get("attach_to"),
        root_path=done.source.get("root_path"),
    )


def unreadable(file: str, findings: tuple[Any, ...]) -> Reading:
    """The reading of a document that could not be read."""
    return Reading(kind=KIND, metadata=None, source_map=SourceMap(file=file), findings=findings)
