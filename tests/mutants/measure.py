"""What the pipeline makes of a mutant beside the sound document it was made from."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import sources, stages
from pipeline.findings import Finding
from pipeline.knowledge import Knowledge
from pipeline.sources import Found
from pipeline.stages import Look
from tests.mutants import Mutant
from tests.mutants.document import written

DAY = dt.date(2026, 11, 22)


class Read(NamedTuple):
    """A document's findings, and its metadata after the safe changes (None: unreadable)."""

    findings: tuple[Finding, ...]
    codes: Counter[str]
    curated: Any


class Score(NamedTuple):
    """How a mutant fared: `codes` are those that it has more often than the sound document."""

    mutant: Mutant
    codes: tuple[str, ...]
    found: bool
    placed: bool
    mended: bool


def read(content: bytes, knowledge: Knowledge, folder: Path, *, curated: bool) -> Read:
    path = folder / "submission.json"
    path.write_bytes(content)
    imported = b'"accno": "S-' in content[:40]
    found = Found(given=path.name, document=path, folder=None)
    opened = sources.open_found(found, files=False, imported=imported)
    look = Look(knowledge=knowledge, day=DAY)
    findings = stages.validate(opened, look).findings
    codes = Counter(dict.fromkeys((), 0))
    for one in findings:
        codes[one.code] += one.count
    after = None
    if curated and opened.submission is not None:
        after = stages.safe_changes(opened, look)[0].metadata
    return Read(findings, codes, after)


def score(mutant: Mutant, sound: Read, knowledge: Knowledge, folder: Path) -> Score:
    told = read(mutant.content, knowledge, folder, curated=mutant.mends)
    new = {code for code, count in told.codes.items() if count > sound.codes[code]}
    specific = [one for one in told.findings if one.code in new]
    placed = any(_at(one, mutant) for one in specific)
    mended = not mutant.mends or told.curated == sound.curated
    return Score(mutant, tuple(sorted(new)), bool(new), placed, mended)


def _at(finding: Finding, mutant: Mutant) -> bool:
    if mutant.lines:
        return finding.location.line in mutant.lines
    return finding.location.pointer in mutant.pointers


def sound_documents(root: Path) -> Mapping[str, dict[str, Any]]:
    """The project's fixtures, and the corrected studies where they are at hand."""
    shared = root.parent / "shared" / "corpus"
    paths: Iterable[Path] = [
        *sorted((root / "fixtures" / "mutants").glob("*.json")),
        *sorted((root / "fixtures" / "inbox").glob("*/submission.json")),
        *sorted((shared / "metadata" / "bia").glob("*_override.json")),
        *(shared / "malformed" / "control" / f"{n}.json" for n in ("plain", "new_submission")),
    ]
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        if path.is_file():
            name = path.parent.name if path.stem == "submission" else path.stem
            found[name] = json.loads(path.read_text("utf-8"))
    return found


def sound_read(document: dict[str, Any], knowledge: Knowledge, folder: Path) -> Read:
    return read(written(document), knowledge, folder, curated=True)
