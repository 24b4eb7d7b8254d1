"""What stands in a grant's fields for number and funder: one number, one funder, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.grant_numbers import (
    AS_GIVEN,
    DATED,
    FILLER,
    GRANT,
    LONG,
    are_several,
    funder_of,
    is_number,
    is_usual,
    is_worded,
    is_words,
    number_meant,
    number_of,
    parted,
    says_none,
    whole_number,
)
from pipeline.checks.grant_text import mentions, of_acronym, titled
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import visible
from pipeline.registries import Registries

Row = dict[str, Any]
"""What one grant of several has of its own."""

_DECIMAL = re.compile(r"(\d{4,12})\.0", re.ASCII)
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d{1,2}")
"""A large number as spreadsheets show it."""
_CANDIDATE = re.compile(r"(?=[\w./\\-]*\d)[\w][\w./\\-]*[\w]")
_IN_NAME = re.compile(
    r"[\s,;:(\[-]*(?:\b(?:grant|award|project|contract|no|nr|number|agreement|ref|id)\b[\s.:#-]*)*"
    r"(?P<number>(?<![\w./-])(?=[\w./-]*\d{3})[A-Z\d][\w./-]*(?: [A-Z]{1,3}\d[\w./-]*)?\d"
    r"(?:\w|[/-][A-Z])?)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<!\S)[A-Z][A-Z\d]{1,4}\Z")
"""What is part of the number behind it, as in SFB 1381 and R01 GM123456."""
_FUNDERS_APART = (
    re.compile(r"\s*[;\n；、]\s*|\s+/\s+"),
    re.compile(r"\s*[;\n；、]\s*|\s+(?:and|&|\+)\s+(?:the\s+)?|\s+/\s+"),
    re.compile(r"\s*[;,]\s*(?:and\s+)?(?:the\s+)?|\s+(?:and|&)\s+(?:the\s+)?"),
)
"""What parts funders, the surest marks first: `and` and commas stand in names, too."""
_LIST = re.compile(r"\s*[;\n；]\s*")
"""What parts the names of a list and stands in none of them."""
_FILLED = re.compile(rf"\A(?:{FILLER}(?!\w|-(?!{FILLER}(?!\w))\w)\.?[\s:-]*)+", re.IGNORECASE)
"""Words before a number; letters that a dash joins to it, as in GA-2026-118, are its own."""
_NOTE = re.compile(r"(?P<number>.+?)\s*\([^()]*\)")


@check("FUN101", "grant-number-with-prose", at=GRANT, severity="warning")
def prose(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The field of the grant number holds words, or the funder's name, beside the number.

    To fix: give the number alone; name the project and the funder in their own fields.
    """
    number, funder, at = number_of(grant), funder_of(grant), below(place, "grant_id")
    if not number or says_none(number) or is_usual(funder, visible(number), registries):
        return
    if (whole := _DECIMAL.fullmatch(number)) is not None:
        change = replace(at, grant["grant_id"], whole[1])
        yield Flag(
            message=f"a spreadsheet has made a decimal number of the grant number: {number!r}",
            at=at,
            suggestion=suggest(change, why="No grant number ends in .0."),
        )
        return
    if _ROUNDED.fullmatch(number):
        yield Flag(message=f"a spreadsheet has rounded the grant number to {number!r}", at=at)
        return
    if are_several(number):
        # Each perhaps with a word of its own: they are parted first.
        return
    meant = number_meant(funder, number, registries)
    if meant is None and not is_worded(number, registries) and not is_words(number):
        return
    message = f"{number!r} is no grant number"
    if meant is not None:
        message = f"more than the grant number {meant!r} stands in {number!r}"
    elif re.search(r"\d", number):
        message = f"the grant number {number!r} holds words"
    proposal = _exchanged(grant, place, number, registries)
    proposal = proposal or _number_alone(grant, place, number, meant, registries)
    yield Flag(message=message, at=at, suggestion=proposal)


def _exchanged(
    grant: dict[str, Any], place: str, number: str, registries: Registries
) -> Suggestion | None:
    """Funder and number each in the field of the other."""
    funder = funder_of(grant)
    if not is_number(funder) or registries.funder(number) is None or registries.funder(funder):
        return None
    return suggest(
        replace(below(place, "grant_id"), grant["grant_id"], grant["funder"]),
        replace(below(place, "funder"), grant["funder"], grant["grant_id"]),
        why=f"{number!r} is a funder that the registries know.",
    )


def _number_alone(
    grant: dict[str, Any], place: str, text: str, meant: str | None, registries: Registries
) -> Suggestion | None:
    """The one number in a field, or those of one form, and the other words kept beside it."""
    if len(text) > 1000:
        return None
    undated = re.sub(DATED, " ", text, flags=re.IGNORECASE)
    found = [meant] if meant is not None else _CANDIDATE.findall(undated)
    if len(found) > 1 and len({_shape(one) for one in found}) == 1 and LONG.search(found[0]):
        rows = [_with_text(found[0], text), *({"grant_id": one} for one in found[1:])]
        why = "The numbers in the text have one form."
        return suggest(*_one_grant_each(grant, place, rows), why=why)
    if len(found) != 1 or "://" in found[0] or len(re.findall(r"\d", found[0])) < 3:
        return None
    number = whole_number(funder_of(grant), text, found[0], registries)
    rest = text.replace(number, " ").strip(" ,;:()")
    telling = re.sub(rf"(?<!\w){FILLER}(?!\w)\.?", " ", rest, flags=re.IGNORECASE).strip(" ,;:()")
    row = _with_text(number, text) if telling else {"grant_id": number}
    why = f"{number!r} is the only number in {text!r}."
    return suggest(*_one_grant_each(grant, place, [row]), why=why)


def _shape(number: str) -> str:
    """A number with its digits and letters made equal, to compare forms."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", number))


def _with_text(number: str, text: str) -> Row:
    """A grant with the text that its number was taken from."""
    return {"grant_id": number, "attributes": [{"name": AS_GIVEN, "value": text}]}


def _one_grant_each(grant: dict[str, Any], place: str, rows: list[Row]) -> Iterator[Operation]:
    """The first row in the place of a grant, and for each other one a grant behind it."""
    first, *others = rows
    for slot in ("funder", "grant_id"):
        if slot in first:
            yield replace(below(place, slot), grant[slot], first[slot])
    for kept in first.get("attributes", ()):
        yield Operation(do="add", place=below(place, "attributes", "-"), after=kept)
    home, _, index = place.rpartition("/")
    named = {"funder": grant["funder"]} if "funder" in grant else {}
    for n, row in enumerate(others, int(index) + 1):
        yield Operation(do="add", place=below(home, n), after={**named, **row})


@check("FUN105", "grant-number-in-funder", at=GRANT, severity="warning")
def number_in_funder(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The number of a grant stands in the field of the funder, whose own field is empty.

    Programs find neither the funder nor the grant.

    To fix: name the funder alone, and give the number in its own field.
    """
    funder = funder_of(grant)
    told = len(funder) <= 300 and re.search(r"\d{3}", funder)
    found = _IN_NAME.search(funder) if told else None
    if found is None or number_of(grant) or registries.funder(funder) is not None:
        return
    name = funder[: found.start()].strip(" ,;:-(")
    yearly = re.fullmatch(r"(?:19|20)\d\d", found["number"]) is not None
    if yearly or "@" in funder or "://" in funder or "10.13039/" in funder:
        return
    name += ")" * (name.count("(") - name.count(")"))
    before = funder[: found.start("number")].rstrip()
    within = mentions(name, registries)
    coded = _CODE.search(before) is not None and all(one.end < len(before) for one in within)
    known = bool(name) and (registries.funder(name) is not None or (bool(within) and not coded))
    change = [Operation(do="set", place=below(place, "grant_id"), after=found["number"])]
    change.append(replace(below(place, "funder"), grant["funder"], name))
    yield Flag(
        message=f"the funder {funder!r} holds the grant number {found['number']!r}",
        at=below(place, "funder"),
        suggestion=suggest(*change, why=f"{name!r} names a funder that the registries know.")
        if known
        else None,
    )


@check("FUN106", "several-funders-in-one-value", at=GRANT, severity="hint")
def several_funders(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One field names several funders, so that none of them finds its grant.

    Joint grants exist. It is a warning where the field of the number holds as many numbers.

    To fix: list each funder by itself, with its own grant number.
    """
    funder = funder_of(grant)
    if registries.funder(funder) is not None or not (parts := _funders(funder, registries)):
        return
    numbers = parted(number_of(grant))
    paired = len(numbers) == len(parts) and all(map(is_number, numbers))
    rows: list[Row] = [{"funder": part} for part in parts]
    if paired:
        rows = [{**row, "grant_id": one} for row, one in zip(rows, numbers, strict=True)]
    operations = _one_grant_each(grant, place, rows)
    yield Flag(
        message=f"the field names {len(parts)} funders: {', '.join(parts)}",
        at=below(place, "funder"),
        severity="warning" if paired else None,
        suggestion=suggest(*operations, why="Each part names a funder.")
        if paired or not numbers
        else None,
    )


def _funders(text: str, registries: Registries) -> list[str]:
    """The different funders that a text names, at least two; else none."""
    for marks in _FUNDERS_APART if len(text) < 300 else ():
        parts = [bare for part in marks.split(text) if (bare := part.strip(" ,"))]
        known = {one.name for part in parts if (one := registries.funder(part)) is not None}
        if len(parts) > 1 and len(known) == len(parts):
            return parts
    listed = [part for part in _LIST.split(text) if part] if len(text) < 300 else []
    if len(listed) > 1 and any(registries.funder(part) is not None for part in listed):
        # A semicolon parts names only, so that one known name is proof enough.
        return listed if not any(re.search(r"\d", part) for part in listed) else []
    return []


@check(
    "FUN102", "several-grant-numbers", at=GRANT, severity="warning", requires=["FUN101", "FUN106"]
)
def several_numbers(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One field holds the numbers of several grants.

    Hyphens, slashes and spaces belong to numbers and part nothing.

    To fix: list each grant by itself, with its funder.
    """
    number, funder = number_of(grant), funder_of(grant)
    if is_usual(funder, number, registries):
        return
    rows = [_row(part) for part in parted(number)]
    if len(rows) < 2 or not all(is_number(row["grant_id"]) for row in rows):
        return
    operations = _one_grant_each(grant, place, rows)
    numbers = ", ".join(row["grant_id"] for row in rows)
    yield Flag(
        message=f"the field holds {len(rows)} grant numbers: {numbers}",
        at=below(place, "grant_id"),
        suggestion=suggest(*operations, why="Each part has the form of a grant number."),
    )


def _row(part: str) -> Row:
    """One grant of several: its number, and the text if a note in brackets stands behind it."""
    part = _FILLED.sub("", part) or part
    noted = _NOTE.fullmatch(part)
    return {"grant_id": part} if noted is None else _with_text(noted["number"], part)


@check("FUN103", "grant-number-unusual", at=GRANT, severity="hint", requires=["FUN101", "FUN102"])
def unusual(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """A grant number has not the form that this funder's numbers usually have.

    The forms are collected from examples, and numbers are never rewritten.

    To fix: compare the number with the award letter.
    """
    number, funder = number_of(grant), funder_of(grant)
    known = registries.funder(funder)
    if not number or known is None or not known.grant_pattern or says_none(number):
        return
    if not re.fullmatch(known.grant_pattern, visible(number)):
        at, project = below(place, "grant_id"), of_acronym(number, registries)
        if (meant := _meant(visible(number), known.grant_pattern)) is not None:
            why = f"It has the form of the numbers of {known.name} then."
            yield Flag(
                message=f"{number!r} is unusual for {known.name}; it may be {meant!r}",
                at=at,
                suggestion=suggest(replace(at, grant["grant_id"], meant), why=why),
            )
            return
        yield Flag(
            message=f"{number!r} is unusual for {known.name}"
            + (f"; it is the acronym of {project.number} in CORDIS" if project else ""),
            at=at,
            suggestion=suggest(
                replace(at, grant["grant_id"], project.number),
                *(
                    [Operation(do="add", place=below(place, "project_acronym"), after=number)]
                    if "project_acronym" not in grant
                    else []
                ),
                why=titled(project),
            )
            if project is not None
            else None,
        )


def _meant(number: str, form: str) -> str | None:
    """The number without marks around it, or with zeros for letters O beside digits, if usual."""
    bare = number.strip("#'\"“”‘’ ")
    before = re.sub(r"[Oo](?=\d)", "0", bare)
    likely = (bare, before, re.sub(r"(?<=\d)[Oo]", "0", before))
    return next((one for one in likely if re.fullmatch(form, one)), None)
