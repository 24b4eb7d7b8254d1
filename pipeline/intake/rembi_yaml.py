"""REMBI and MIFA metadata as YAML or JSON, read as the PageTab that they stand for.

Source: the templates of BioImage-Archive/bia-agent (REMBI 1.5, MIFA) and the classes of
BioImage-Archive/bia-mifa-models; their rendering as PageTab gives the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.findings import Finding, Location
from pipeline.intake import json_text, yaml_text
from pipeline.intake.pagetab_json import mapped
from pipeline.intake.pagetab_tree import NO_SECTION, WRONG_TYPE, Section, Tree
from pipeline.intake.reading import Reading
from pipeline.intake.rembi_blocks import Blocks
from pipeline.intake.rembi_document import Document
from pipeline.intake.rembi_people import People
from pipeline.intake.rembi_study import Study
from pipeline.intake.rembi_words import FURTHER, OF_STUDY
from pipeline.intake.text import decode
from pipeline.select import get, join, parent, steps
from pipeline.submission import SourceMap

KIND = "rembi-yaml"
ORDER = 40

_FLAGS = frozenset(("reference", "doi_requested"))
_JSON_SIGNS = (b'"study"', b'"annotation_overview"', b'"author_first_name"')
_SIGNS = (b"study:", b"annotation_overview:", b"rembi_version", b"author_first_name")


def knows(path: Path, head: bytes) -> bool:
    """A YAML or JSON file with a study or annotations in the words of REMBI or MIFA."""
    if path.suffix.casefold() == ".json":
        if any(key in head for key in (b'"section"', b'"@graph"')):
            return False
        return any(key in head for key in _JSON_SIGNS)
    if path.suffix.casefold() not in (".yaml", ".yml"):
        return False
    lines = head.lower().replace(b"\r", b"\n").split(b"\n")
    return any(line.lstrip(b" -\xef\xbb\xbf").startswith(_SIGNS) for line in lines)


def read(data: bytes, file: str) -> Reading:
    """The metadata of a REMBI or MIFA document."""
    decoded = decode(data, file)
    places, findings = SourceMap(file=file), decoded.findings
    if decoded.text is None:
        return Reading(kind=KIND, metadata=None, source_map=places, findings=findings)
    value, readable, positions, faults = _parsed(decoded.text, file)
    places, findings = SourceMap(file=file, positions=positions), (*findings, *faults)
    if not readable:
        return Reading(kind=KIND, metadata=None, source_map=places, findings=findings)
    further = value.pop(FURTHER, {}) if isinstance(value, dict) else {}
    document = Document(places)
    tree = _tree(document, value)
    reading = mapped(tree, document.places, (*findings, *document.findings), KIND)
    return _completed(reading, further)


def _parsed(text: str, file: str) -> tuple[Any, bool, Mapping[str, Location], Iterable[Finding]]:
    """The value of a text, whether it could be read, where its parts stand, and its faults."""
    if file.casefold().endswith(".json"):
        written = json_text.parse(text, file)
        return written.value, written.readable, written.positions(file), written.findings
    parsed = yaml_text.parse(text, file)
    return parsed.value, parsed.readable, parsed.positions, parsed.findings


def _tree(document: Document, value: Any) -> Tree | None:
    """The PageTab tree of a parsed document, or None when it is no mapping."""
    if not isinstance(value, dict):
        document.flag(WRONG_TYPE, "", "the document should be blocks with names")
        return None
    blocks = document.in_words_of_template(value)
    given, rest, at = _parted(blocks)
    if not isinstance(given, dict):
        document.flag(NO_SECTION, at, "the block 'study' is blank or holds no fields")
        given = {}
    people = People()
    study = Study(document, people)
    study.take(given, at)
    if at:
        strays = _strays(document, given, rest)
        rest = {key: one for key, one in rest.items() if key not in strays}
        study.take(strays, "")
    below = [*study.below, *Blocks(document, people).sections(rest), *people.organisations]
    section = Section("Study", None, at, tuple(study.own), tuple(study.links), (), tuple(below))
    return Tree(None, tuple(study.top), section)


def _parted(blocks: dict[str, Any]) -> tuple[Any, dict[str, Any], str]:
    """The study, the blocks beside it, and where the study stands: it may be the whole document.

    A document of annotations alone has the people and the title of its study among their fields.
    """
    if "study" in blocks:
        rest = {key: one for key, one in blocks.items() if key != "study"}
        return blocks["study"], rest, "/study"
    if "annotation_overview" not in blocks:
        return blocks, {}, ""
    shared = {key: blocks[key] for key in ("authors", "title") if key in blocks}
    own = {key: one for key, one in blocks.items() if key not in shared}
    return shared, {"annotations": {"Annotations": own}}, ""


def _strays(document: Document, study: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Fields of the study that stand beside its block, where it has none of them."""
    found = {key: rest[key] for key in rest if key in OF_STUDY and key not in study}
    for key in found:
        message = f"'{key}' stands beside the block 'study'; it was read as the study's"
        hint = "move it into the block 'study', indented as the other fields are."
        at = join("", key)
        document.flag(WRONG_TYPE, at, message, value=key, hint=hint, severity="warning")
    return found


def _completed(reading: Reading, further: Any) -> Reading:
    """The reading with what stands beside the form; what has no place there is a finding."""
    if not further or reading.metadata is None:
        return reading
    metadata, source_map = reading.metadata, reading.source_map
    pointers, findings = dict(source_map.pointers), list(reading.findings)
    if not isinstance(further, dict):
        message = f"the block '{FURTHER}' should give values by their places"
        fault = WRONG_TYPE.at(source_map.position(join("", FURTHER)), message)
        return reading.model_copy(update={"findings": (*findings, fault)})
    for place, value in further.items():
        at = join("", FURTHER, str(place))
        if _set(metadata, str(place), _typed(value, str(place).rpartition("/")[2])):
            pointers[str(place)] = at
        else:
            message = f"'{place}' is no place of this study, so its value was not read"
            findings.append(WRONG_TYPE.at(source_map.position(at), message, value=str(place)))
    made = source_map.model_copy(update={"pointers": pointers})
    return reading.model_copy(update={"source_map": made, "findings": tuple(findings)})


def _typed(value: Any, slot: str) -> Any:
    """A value with numbers and truth values, which YAML is read without, as the schema has them."""
    if isinstance(value, dict):
        return {key: _typed(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one, slot) for one in value]
    if slot == "size" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value == "true" if slot in _FLAGS and value in ("true", "false") else value


def _set(metadata: dict[str, Any], place: str, value: Any) -> bool:
    """Whether a value could be set at a place, or with None taken away from it."""
    if not place.startswith("/"):
        return False
    home, last = get(metadata, parent(place)), steps(place)[-1]
    if isinstance(home, list) and last.isdecimal() and int(last) < len(home):
        home[int(last)] = value
    elif isinstance(home, dict) and value is None:
        return home.pop(last, None) is not None
    elif isinstance(home, dict):
        home[last] = value
    else:
        return False
    return True
