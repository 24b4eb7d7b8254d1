"""What can be wrong with a submission, where it stands, and what would mend it."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning", "hint"]
Safety = Literal["safe", "review"]

RANK: dict[str, int] = {"hint": 0, "warning": 1, "error": 2}

FAMILIES: dict[str, str] = {
    "SUB": "document and PageTab",
    "SCH": "schema",
    "STU": "study",
    "CMP": "study components and associations",
    "BIO": "biosamples",
    "SPC": "specimens",
    "ACQ": "image acquisitions",
    "ANN": "annotations",
    "IMG": "images and their formats",
    "OME": "OME metadata",
    "FLS": "file lists",
    "AUT": "authors",
    "ORC": "ORCID iDs",
    "AFF": "organisations and affiliations",
    "FUN": "funding",
    "HEU": "Horizon Europe grants",
    "PUB": "publications",
    "LNK": "links",
    "LIC": "licences",
    "REL": "release date",
    "TXT": "text: white space, characters, placeholders",
    "CUR": "curation",
    "ACC": "accessions",
    "INT": "the pipeline itself",
}

KINDS: dict[str, str] = {
    "0": "missing",
    "1": "wrong form",
    "2": "two things disagree",
    "3": "a registry says no",
    "9": "the pipeline failed",
}


class Frozen(BaseModel):
    """A value that is never changed after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Location(Frozen):
    """A place in a document as submitted; fields that do not apply are null.

    `pointer` is a JSON Pointer (RFC 6901); `line` and `column` count from 1;
    `row` is a file-list row, counted from 1 without the header; `cell` is a spreadsheet address.
    """

    file: str | None = None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
    sheet: str | None = None
    cell: str | None = None


class Operation(Frozen):
    """One edit of the metadata: `place` points into the record, `pointer` into the document."""

    do: Literal["set", "remove", "add", "split"]
    place: str
    pointer: str | None = None
    before: Any = None
    after: Any = None


class Suggestion(Frozen):
    """What a rule or a check would change; alternatives are ranked, best first."""

    rule: str
    safety: Safety
    operations: tuple[Operation, ...]
    alternatives: tuple[tuple[Operation, ...], ...] = ()
    why: str = ""


class Finding(Frozen):
    """One thing that is wrong, or could be better, at one place."""

    code: str
    name: str
    severity: Severity
    message: str
    hint: str = ""
    location: Location = Location()
    place: str | None = None
    value: Any = None
    suggestion: Suggestion | None = None
    count: int = 1
    samples: tuple[Any, ...] = ()


class Skip(Frozen):
    """A check that could not run, and why."""

    code: str
    reason: str
    at: str | None = None


class Code(Frozen):
    """A kind of finding: what it is called, how grave it is, what it means, what to do."""

    code: str
    name: str
    severity: Severity
    explanation: str
    hint: str = ""

    @property
    def family(self) -> str:
        """The first three letters."""
        return self.code[:3]

    def at(
        self,
        location: Location,
        message: str,
        *,
        value: Any = None,
        place: str | None = None,
        hint: str | None = None,
        suggestion: Suggestion | None = None,
        severity: Severity | None = None,
        count: int = 1,
        samples: tuple[Any, ...] = (),
    ) -> Finding:
        """A finding of this kind."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            message=message,
            hint=self.hint if hint is None else hint,
            location=location,
            place=place,
            value=value,
            suggestion=suggestion,
            count=count,
            samples=samples,
        )


CODES: dict[str, Code] = {}

_CODE = re.compile(r"[A-Z]{3}[01239]\d\d")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIX = re.compile(r"^\s*To fix:\s*", re.MULTILINE)


def declare(code: str, name: str, severity: Severity, explanation: str) -> Code:
    """Register a kind of finding where it stands.

    The explanation's last paragraph starts with `To fix:` and becomes the hint.
    Raises ValueError when the code is taken, or code or name is not in form.
    """
    if code in CODES:
        raise ValueError(f"{code} is declared twice")
    if not _CODE.fullmatch(code) or code[:3] not in FAMILIES:
        raise ValueError(f"{code} is not a family and three digits")
    if not _NAME.fullmatch(name) or any(known.name == name for known in CODES.values()):
        raise ValueError(f"{name} is not a new kebab-case name")
    paragraphs = [" ".join(part.split()) for part in explanation.strip().split("\n\n")]
    fix = _FIX.split(paragraphs[-1], maxsplit=1)
    hint = fix[1] if len(fix) == 2 else ""
    made = Code(
        code=code, name=name, severity=severity, explanation="\n\n".join(paragraphs), hint=hint
    )
    CODES[code] = made
    return made


class Origin(Frozen):
    """What a report was made with: versions and digests of pipeline, schema, rules, registries."""

    pipeline: str
    schema_version: str
    schema_digest: str
    rules_digest: str
    registries: tuple[tuple[str, str, str], ...] = ()
    profile: str = "new"


class Report(Frozen):
    """All findings and skips of one submission, with what it was made with."""

    submission: str | None
    origin: Origin
    findings: tuple[Finding, ...] = ()
    skips: tuple[Skip, ...] = ()

    def count(self, severity: Severity) -> int:
        """Number of findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)
