"""Which findings are told where several say the same: one cause, one finding."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from string import ascii_uppercase

from pipeline.findings import RANK, Finding
from pipeline.identifiers import INVISIBLE
from pipeline.intake.pagetab_block_codes import NO_ADDRESS
from pipeline.intake.pagetab_content import SLIP
from pipeline.intake.pagetab_objects import NO_VALUE
from pipeline.intake.spellings import fold, near
from pipeline.select import parent

_MISSING = {
    "PUB002": "title",
    "PUB003": "doi",
    "PUB004": "authors",
    "PUB005": "year",
    "AUT002": "email",
    "ORC001": "orcid",
    "AFF002": "ror",
    "LIC001": "licence",
    "STU002": "description",
    "STU003": "keywords",
    "FUN001": "funding_statement",
}
"""The field that is missing, by the code that tells so."""
_NEEDED = {"AUT001": "name", "STU001": "title", **_MISSING}
_BLANK = {
    "AFF001": "affiliations",
    "AFF003": "name",
    "BIO001": "organisms",
    "CMP001": "file_list",
    "CMP003": "title",
    "FUN002": "grant_id",
    "FUN003": "funder",
    "REL001": "release_date",
    **_NEEDED,
}
"""The same with those that are errors, where the form asks for the field."""
_SECTIONS = {"PUB001": "publication", "FUN001": "funding"}
"""The type of section that is missing."""


def once(before: Iterable[Finding], checked: Iterable[Finding]) -> list[Finding]:
    """What was found before the checks and by them, each cause told once and no less gravely."""
    checked = _but_of_programmes(_but_misread(list(checked)))
    before = _but_proposed(before, checked)
    told = _told_by_proposals(_told_as_slips(_but_blank(checked, before)))
    before, told = _at_blanks(before, told)
    return [*before, *told]


_MISREAD = {
    "TXT102": re.compile(f"[{INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]"),
    "TXT105": re.compile("[`´¨ˆ˜¸ˇ˚˝˛]"),
}
"""What bytes of letters read in a wrong encoding become, by the code that tells of it alone."""


def _but_misread(checked: list[Finding]) -> list[Finding]:
    """Findings of checks but for those on characters that are gone in the right encoding."""
    meant = {
        one.place: str(one.suggestion.operations[0].after)
        for one in checked
        if one.code == "TXT104" and one.suggestion is not None
    }
    return [
        one
        for one in checked
        if one.code not in _MISREAD
        or one.place not in meant
        or _MISREAD[one.code].search(meant[one.place])
    ]


def _but_of_programmes(checked: list[Finding]) -> list[Finding]:
    """Findings of checks but for odd grant numbers that are told as those of another programme."""
    told = {f"{parent(str(one.place))}/grant_id" for one in checked if one.code in _PROGRAMMES}
    return [one for one in checked if one.code != "FUN103" or one.place not in told]


_PROGRAMMES = ("HEU201", "HEU202")


def _but_proposed(before: Iterable[Finding], checked: list[Finding]) -> list[Finding]:
    """What was found before but for slips of names that a check tells with a proposal."""
    told = {one.location for one in checked if one.code == "SUB122"}
    return [one for one in before if one.code != SLIP.code or one.location not in told]


def _at_blanks(before: list[Finding], checked: list[Finding]) -> tuple[list[Finding], ...]:
    """Blank values that no check tells more gravely, and what checks tell, at the blank if any."""
    blank = {one.place: one for one in before if one.code == NO_VALUE.code and one.place}
    told, gone = [], set()
    for one in checked:
        place = f"{one.place}/{_BLANK.get(one.code)}"
        found = blank.get(place) or blank.get(f"{place}.name")
        if found is not None and found.location.file == one.location.file:
            gone.add(id(found))
            told.append(one.model_copy(update={"location": found.location}))
        else:
            told.append(one)
    return [one for one in before if id(one) not in gone], told


def _but_blank(checked: list[Finding], before: list[Finding]) -> list[Finding]:
    """Findings of checks but for those on a missing field that is told as blank, as gravely."""
    rows = {_row(one) for one in before if one.code == NO_ADDRESS.code}
    checked = [one for one in checked if one.code != "LNK002" or _row(one) not in rows]
    blank = [one for one in before if one.code == NO_VALUE.code and one.place is not None]
    if not blank:
        return checked
    grave = {one.place: RANK[one.severity] for one in blank}
    named: dict[str, set[str]] = {}
    for one in blank:
        if one.severity == "error":
            named.setdefault(parent(str(one.place)), set()).add(fold(str(one.value)))
    return [
        one
        for one in checked
        if RANK[one.severity] > grave.get(f"{one.place}/{_BLANK.get(one.code)}", -1)
        and not _names_blank(one, named.get(one.place or "", set()))
    ]


def _row(finding: Finding) -> tuple[object, ...]:
    """The row of a document that a finding is on, whatever the column of its cell."""
    at = finding.location
    address = at.cell.lstrip(ascii_uppercase) if at.cell is not None else None
    return at.file, at.sheet, address, at.line


def _names_blank(finding: Finding, blank: Collection[str]) -> bool:
    """Whether a finding is that an object lacks fields which are all told as blank."""
    if not blank or finding.code not in ("SCH003", "CMP004", "CMP203"):
        return False
    _, _, fields = finding.message.rpartition(
        " has no " if finding.code == "SCH003" else "names no "
    )
    return finding.code == "CMP203" or {fold(one) for one in fields.split(" and no ")} <= {*blank}


def _told_as_slips(checked: list[Finding]) -> list[Finding]:
    """Findings of checks, an error on a missing field told as the slip in the field's name.

    A slip in the name of a field that the form asks for is as grave as the missing field.
    """
    slips = {
        one.place: finding
        for finding in checked
        if finding.code == "SUB122" and finding.suggestion is not None
        for one in finding.suggestion.operations
        if one.do == "add"
    }
    slots: dict[str, dict[str, Finding]] = {}
    for place, finding in slips.items():
        slots.setdefault(parent(place), {})[fold(place.rpartition("/")[2])] = finding
    types = [fold(str(one.value)) for one in checked if one.code == "SUB123"]
    graver: set[int] = set()
    told = []
    for one in checked:
        slip = slips.get(f"{one.place}/{_NEEDED.get(one.code)}")
        if one.code == "SCH003":
            field = fold(one.message.rpartition(" has no ")[2])
            there = slots.get(one.place or "", {})
            slip = there.get(field) or there.get(f"{field}s")
        kind = _SECTIONS.get(one.code)
        if slip is not None and one.severity == "error":
            graver.add(id(slip))
        elif kind is None or not any(near(type_, kind) for type_ in types):
            told.append(one)
    return [
        one.model_copy(update={"severity": "error"}) if id(one) in graver else one for one in told
    ]


def _told_by_proposals(checked: list[Finding]) -> list[Finding]:
    """Findings of checks but for those on what is missing and stands there under another name."""
    filled = {
        one.place
        for finding in checked
        if finding.suggestion is not None and finding.code not in _MISSING
        for one in finding.suggestion.operations
        if one.do != "remove"
    }
    return [
        one
        for one in checked
        if one.severity == "error" or f"{one.place}/{_MISSING.get(one.code)}" not in filled
    ]


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, also where several objects of the record stand at one place."""
    kept: dict[tuple[object, ...], Finding] = {}
    places: dict[tuple[object, ...], set[str | None]] = {}
    for finding in findings:
        placed = finding.location.line is not None or finding.location.cell is not None
        apart = None if placed else finding.place
        key = (finding.code, finding.location, finding.message, finding.severity, apart)
        if key not in kept:
            kept[key] = finding
        elif finding.place not in places[key]:
            kept[key] = _both(kept[key], finding)
        places.setdefault(key, set()).add(finding.place)
    return list(kept.values())


def _both(first: Finding, other: Finding) -> Finding:
    """One finding on what two objects of the record have from the same place."""
    proposed, further = first.suggestion, other.suggestion
    update: dict[str, object] = {"count": first.count + other.count}
    if proposed is not None and further is not None and proposed.safety == further.safety:
        pairs = zip(proposed.alternatives, further.alternatives, strict=False)
        more = {
            "operations": (*proposed.operations, *further.operations),
            "alternatives": tuple((*one, *same) for one, same in pairs),
        }
        update["suggestion"] = proposed.model_copy(update=more)
    return first.model_copy(update=update)
