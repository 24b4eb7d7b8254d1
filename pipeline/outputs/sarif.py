"""Findings as SARIF 2.1.0 (OASIS, 2020), which editors and code hosts show beside the text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import quote

from pipeline.findings import CODES, FAMILIES, Code, Finding, Location, Operation
from pipeline.intake.json_places import Places
from pipeline.outputs.wording import sentence

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"
LEVELS = {"error": "error", "warning": "warning", "hint": "note"}

Texts = Callable[[str], str | None]
"""The text of a file by its path, or None for what is no text (a workbook, an image)."""


class Placed(NamedTuple):
    """A finding with the path of its file as the user named it."""

    path: str
    finding: Finding


def log(found: Iterable[Placed], texts: Texts, *, version: str) -> dict[str, Any]:
    """All findings as one SARIF log; `version` is the pipeline's.

    A change is offered as a fix where every value that it sets stands in a JSON text.
    """
    listed = list(found)
    rules = sorted({one.finding.code for one in listed})
    driver = {"name": "bia-curation", "version": version, "rules": [_rule(code) for code in rules]}
    results = [_result(one, rules.index(one.finding.code), texts) for one in listed]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    kind = CODES[code]
    first, *others = kind.explanation.split("\n\n")
    why = [part for part in others if not part.startswith("To fix:")]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in kind.name.split("-")),
        "shortDescription": {"text": first},
        "fullDescription": {"text": " ".join([first, *why])},
        "help": {"text": kind.hint or first, "markdown": _markdown(kind)},
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": {"tags": [FAMILIES[kind.family]]},
    }


def _markdown(kind: Code) -> str:
    return f"**{kind.code} {kind.name}**\n\n{kind.explanation}"


def _result(one: Placed, rule: int, texts: Texts) -> dict[str, Any]:
    finding = one.finding
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": _said(finding)},
        "locations": [_location(one, texts)],
        "partialFingerprints": {"place/v1": _fingerprint(one)},
        "occurrenceCount": finding.count,
    }
    if fixes := list(_fixes(one, texts)):
        made["fixes"] = fixes
    return made


def _said(finding: Finding) -> str:
    """What is wrong and what to do, as sentences."""
    return " ".join(sentence(text) for text in (finding.message, finding.hint) if text)


def _fingerprint(one: Placed) -> str:
    told = (PurePath(one.path).name, one.finding.code, one.finding.place, one.finding.message)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _location(one: Placed, texts: Texts) -> dict[str, Any]:
    at = one.finding.location
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(one.path)}}
    if at.line is not None:
        region = {"startLine": at.line}
        if (column := _column(at, one.path, texts)) is not None:
            region["startColumn"] = column
        physical["region"] = region
    made: dict[str, Any] = {"physicalLocation": physical}
    if at.pointer is not None:
        made["logicalLocations"] = [{"fullyQualifiedName": at.pointer or "/", "kind": "value"}]
    elif at.cell is not None:
        made["logicalLocations"] = [{"fullyQualifiedName": f"{at.sheet}!{at.cell}"}]
    return made


def _uri(path: str) -> str:
    """A path as a URI reference: absolute ones with their scheme."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())


def _column(at: Location, path: str, texts: Texts) -> int | None:
    """The character at which a value starts; in tab-separated text `column` counts cells."""
    if at.column is None or at.pointer is not None:
        return at.column
    text = texts(path)
    lines = text.splitlines() if text is not None else []
    if at.line is None or at.line > len(lines):
        return None
    cells = lines[at.line - 1].split("\t")
    return 1 + sum(len(cell) + 1 for cell in cells[: at.column - 1])


def _fixes(one: Placed, texts: Texts) -> Iterator[dict[str, Any]]:
    suggestion = one.finding.suggestion
    text = texts(one.path) if suggestion is not None else None
    if suggestion is None or text is None or text.lstrip()[:1] != "{":
        return
    for operations in (suggestion.operations, *suggestion.alternatives):
        replacements = [_replacement(operation, text) for operation in operations]
        if all(replacements):
            change = {
                "artifactLocation": {"uri": _uri(one.path)},
                "replacements": replacements,
            }
            yield {
                "description": {"text": suggestion.why or suggestion.rule},
                "artifactChanges": [change],
            }


def _replacement(operation: Operation, text: str) -> dict[str, Any] | None:
    """The change of one text in quotes, or None where it cannot be told exactly."""
    if operation.do != "set" or not isinstance(operation.after, str) or not operation.pointer:
        return None
    try:
        at = Places(text, "")[operation.pointer]
        start = _offset(text, at)
        value, end = scanstring(text, start + 1, False)
    except (KeyError, ValueError, IndexError):
        return None
    if text[start] != '"' or value != operation.before:
        return None
    last = text.count("\n", 0, end)
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": last + 1,
        "endColumn": end - text.rfind("\n", 0, end),
    }
    inserted = json.dumps(operation.after, ensure_ascii=False)
    return {"deletedRegion": region, "insertedContent": {"text": inserted}}


def _offset(text: str, at: Location) -> int:
    assert at.line is not None
    assert at.column is not None
    start = 0
    for _ in range(at.line - 1):
        start = text.index("\n", start) + 1
    return start + at.column - 1
