"""RO-Crates: the archive's profile, older crates, and crates of other bioimage collections."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from pipeline.findings import Finding, Location
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake import ro_crate_sound
from pipeline.intake.json_text import parse
from pipeline.intake.pagetab import SPREADSHEET, spreadsheet_error
from pipeline.intake.reading import Reading
from pipeline.intake.ro_crate_graph import Graph, is_folder
from pipeline.intake.ro_crate_map import Mapping
from pipeline.intake.ro_crate_objects import Objects
from pipeline.intake.ro_crate_written import OwnMapping, is_ours
from pipeline.intake.spellings import fold
from pipeline.intake.text import count_line_ends, decode, line_ends
from pipeline.select import join
from pipeline.submission import SourceMap

KIND = "ro-crate"
ORDER = 30
NAME = "ro-crate-metadata.json"
_SUFFIXES = frozenset((".json", ".jsonld"))


def knows(path: Path, head: bytes) -> bool:
    """A metadata file by its name, or JSON with a crate's context or graph."""
    if path.suffix.casefold() not in _SUFFIXES:
        return False
    if path.stem.endswith("ro-crate-metadata"):
        return True
    return b'"@graph"' in head or b"w3id.org/ro/crate" in head


def read(data: bytes, file: str) -> Reading:
    """The metadata of a crate; its file lists are not looked for."""
    return _read(data, file, None)


def read_path(path: Path, file: str) -> Reading:
    """The metadata of a crate with the file lists beside its metadata file.

    A crate whose metadata file has a name of its own (`S-BIAD1-ro-crate-metadata.json`) is
    detached: its payload may be elsewhere, and only the lists that are there are read.
    """
    return _read(path.read_bytes(), file, path.parent, path.name in (NAME, NAME + "ld"))


def _read(data: bytes, file: str, folder: Path | None, attached: bool = True) -> Reading:
    decoded = decode(data, file)
    before = list(decoded.findings)
    if file.casefold().endswith(".jsonld"):
        message = f"the metadata file is called '{Path(file).name}', not '{NAME}'"
        before.append(codes.OLD_NAME.at(Location(file=file), message, value=Path(file).name))
    if decoded.text is None:
        return _unread(file, before)
    parsed = parse(decoded.text, file)
    before += parsed.findings
    if not parsed.readable:
        return _unread(file, before)
    before += line_ends(count_line_ends(decoded.text), file)
    places = SourceMap(file=file, positions=parsed.positions(file))
    graph = Graph(places)
    graph.read(parsed.value)
    ro_crate_sound.look(graph, parsed.value)
    if graph.root is None:
        return Reading(
            kind=KIND,
            metadata=None,
            source_map=places,
            findings=(*before, *together(graph.findings)),
        )
    return _mapped(graph, places, before, folder, attached)


def _mapped(
    graph: Graph, places: SourceMap, before: list[Finding], folder: Path | None, attached: bool
) -> Reading:
    assert graph.root is not None
    objects = Objects(graph)
    mapping = (OwnMapping if is_ours(graph) else Mapping)(graph, objects)
    metadata = mapping.document()
    _spreadsheet_errors(graph)
    if "release_date" not in metadata:
        at = join(graph.root.at, "datePublished")
        objects.pointers["/release_date"] = at
        graph.flag(codes.NO_DATE, at, "the root data entity has no 'datePublished'")
    lists = None
    if folder is not None:
        from pipeline.intake.ro_crate_lists import Lists

        lists = Lists(graph, folder, mapping.components, attached)
        lists.read()
        for place, (name, at) in lists.named.items():
            component = metadata["study"]["study_components"][int(place.rpartition("/")[2])]
            component["file_list"] = name
            objects.pointers[join(place, "file_list")] = at
        for name, at in lists.loose:
            files = metadata["study"].setdefault("files", [])
            objects.pointers[join("/study/files", len(files))] = at
            files.append({"path": name})
    for identifier, place in mapping.components.items():
        component = metadata["study"]["study_components"][int(place.rpartition("/")[2])]
        if is_folder(identifier) and not component.keys() & {"file_list", "files"}:
            # A dataset that is a folder holds what is in it.
            component["files"] = [{"path": unquote(identifier).removeprefix("./")}]
            objects.pointers[join(place, "files")] = join(graph.by_id[identifier].at, "@id")
    return Reading(
        kind=KIND,
        metadata=metadata,
        source_map=places.model_copy(update={"pointers": objects.pointers}),
        findings=(*before, *together(graph.findings), *(lists.findings if lists else ())),
        file_lists=tuple(lists.made) if lists else (),
        looked_for=tuple(lists.looked_for) if lists else (),
    )


def _spreadsheet_errors(graph: Graph) -> None:
    """Flag values of properties that are an error of a spreadsheet, or the text of a formula."""
    for entity in graph.entities:
        for key in entity.data:
            given = () if key.startswith("@") else graph.values(entity, fold(key))
            for value, at in given:
                told = spreadsheet_error(value.strip()) if isinstance(value, str) else None
                if told is not None:
                    message = f"the value of '{key}' is {told[0]}"
                    graph.flag(SPREADSHEET, at, message, value=value[:200], severity=told[1])


_ALIKE = 3
"""Findings of one code and one property that stand each for itself; more are told as one."""


def together(findings: list[Finding]) -> list[Finding]:
    """The findings, those of one code about one property or key as one, where they are many."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        about = one.message.split("'")[1] if one.message.count("'") > 1 else ""
        groups.setdefault((one.code, about), []).append(one)
    made: list[Finding] = []
    for alike in groups.values():
        if len(alike) <= _ALIKE:
            made += alike
            continue
        first, others = alike[0], len(alike) - 1
        samples = tuple({"pointer": one.location.pointer, "value": one.value} for one in alike[:20])
        message = f"{first.message}; {others} more like this"
        update = {"message": message, "count": len(alike), "samples": samples}
        made.append(first.model_copy(update=update))
    return made


def _unread(file: str, findings: list[Finding]) -> Reading:
    places = SourceMap(file=file)
    return Reading(kind=KIND, metadata=None, source_map=places, findings=tuple(findings))
