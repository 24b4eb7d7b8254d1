"""Horizon Europe grants: the four fields the archive asks for, against CORDIS. None of it blocks.

A grant is of Horizon Europe when its number is in CORDIS and no other funder is named beside it;
what the programme is called is no evidence, since depositors write Horizon 2020 for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Skipped, below, check, replace, suggest
from pipeline.checks import grant_text
from pipeline.checks.grant_text import (
    EARLIER,
    HORIZON_EUROPE,
    FreeTexts,
    beside,
    horizon_number,
)
from pipeline.checks.wording import folded, is_placeholder
from pipeline.findings import Operation
from pipeline.identifiers import doi as bare_doi
from pipeline.registries import Project, Registries
from pipeline.registries.cordis import FIRST, wordings
from pipeline.submission import Metadata

FIELDS = {
    "funding_stream": "funding stream",
    "project_name": "project name",
    "project_acronym": "project acronym",
    "grant_pid": "grant PID",
}


def stated(project: Project) -> dict[str, str]:
    """The four fields as CORDIS has them; the PID is left out where CORDIS states none."""
    fields = {
        "funding_stream": project.stream,
        "project_name": project.title,
        "project_acronym": project.acronym,
        "grant_pid": project.pid,
    }
    return {slot: value for slot, value in fields.items() if value}


def _evidence(project: Project) -> str:
    return f"CORDIS ({project.updated}): {project.number} is {project.acronym}, {project.title}."


def grants(
    study: dict[str, Any], registries: Registries
) -> Iterator[tuple[int, str, Project | None]]:
    """The grants whose number has the form of Horizon Europe: index, number, project if known."""
    for n, grant in enumerate(study.get("grants", [])):
        number = horizon_number(grant.get("grant_id", "") or _number_of_pid(grant))
        if number is not None:
            yield n, number, registries.project(number)


def _number_of_pid(grant: dict[str, Any]) -> str:
    return (bare_doi(grant.get("grant_pid", "")) or "").removeprefix("10.3030/")


def _european(grant: dict[str, Any], project: Project, registries: Registries) -> bool:
    return beside(grant.get("funder", ""), project, registries) != "other"


@check("HEU001", "horizon-europe-fields-missing", at="/study", severity="warning")
def fields_missing(study: dict[str, Any], registries: Registries) -> Iterator[Flag]:
    """A Horizon Europe grant lacks its funding stream, project name, acronym or grant PID.

    The archive asks for these four so that the project's data can be found and reported. They are
    advice and never hold an accession back.

    To fix: add the four fields to the grant; CORDIS (cordis.europa.eu) has them by the number.
    """
    unknown = []
    for n, number, project in grants(study, registries):
        grant = study["grants"][n]
        place = below("/study/grants", n)
        if project is None:
            unknown += [number] if int(number) >= FIRST else []
            continue
        lacking = {slot: v for slot, v in stated(project).items() if not grant.get(slot)}
        if not lacking or not _european(grant, project, registries):
            continue
        words = ", ".join(FIELDS[slot] for slot in lacking)
        yield Flag(
            message=f"the Horizon Europe grant {number} ({project.acronym}) lacks: {words}",
            at=place,
            value=number,
            suggestion=suggest(
                *(
                    Operation(do="add", place=below(place, slot), after=value)
                    for slot, value in lacking.items()
                ),
                why=_evidence(project),
            ),
        )
    if unknown and not registries.complete("cordis"):
        numbers = ", ".join(unknown)
        raise Skipped(f"{numbers}: the full CORDIS list is not loaded (registries refresh cordis)")


@check("HEU002", "horizon-europe-grant-in-free-text", at="", severity="hint")
def in_free_text(metadata: Metadata, texts: FreeTexts, registries: Registries) -> Iterator[Flag]:
    """A Horizon Europe grant is named in free text only.

    Nobody finds the study by the project then.

    Where a listed number is one slip off, that is proposed for correction.

    To fix: add the grant to Funding, with its number and the four fields of its project.
    """
    rows = metadata.get("study", {}).get("grants", [])
    given = " ".join(str(row.get(slot, "")) for row in rows for slot in ("grant_id", "grant_pid"))
    given = grant_text.ungrouped(given)
    numbered_by_name = {folded(str(row.get("grant_id", ""))) for row in rows}
    told_by = ("project_acronym", "funder", "grant_id")
    acronyms = {folded(str(row.get(slot, ""))) for row in rows for slot in told_by}
    named = [
        one
        for one in grant_text.named_only(texts, metadata, registries)
        if folded(one[1].acronym) not in acronyms
    ]
    told: set[str] = set()
    for grant, project in (*grant_text.in_free_text(texts, registries), *named):
        listed = (
            re.search(rf"{grant.number}(?!\d)", given)
            or folded(project.acronym) in numbered_by_name
        )
        if listed or grant.number in told:
            continue
        told.add(grant.number)
        if (slip := _one_slip_off(grant.number, rows, texts, registries)) is not None:
            yield _mistyped(slip, grant, project, rows[slip])
            continue
        row = {"funder": "European Commission", "grant_id": grant.number, **stated(project)}
        added = [Operation(do="add", place="/study/grants/-", after=row)]
        if (within := _IN_FUNDER.fullmatch(grant.place)) is not None:
            # The number is moved to its own field by FUN105.
            new = {
                slot: text
                for slot, text in stated(project).items()
                if slot not in rows[int(within[2])]
            }
            added = [
                Operation(do="add", place=below(within[1], slot), after=text)
                for slot, text in new.items()
            ]
        yield Flag(
            message=f"the Horizon Europe grant {grant.number} ({project.acronym}) is named in free"
            f" text only: {_short(grant.sentence)}",
            at=grant.place,
            value=grant.number,
            suggestion=suggest(
                *added, why=f"{_evidence(project)} The text says: {_short(grant.sentence)}"
            )
            if added
            else None,
        )


def _one_slip_off(
    number: str, rows: list[dict[str, Any]], texts: FreeTexts, registries: Registries
) -> int | None:
    """The index of the one grant whose listed number differs by a slip and is no other project's.

    Two digits swapped, or one changed, left out or added; a number that the text has, too, is a
    grant of its own.
    """
    from rapidfuzz.distance import OSA

    near = [
        n
        for n, row in enumerate(rows)
        if (given := "".join(str(row.get("grant_id", "")).split())).isdecimal()
        and OSA.distance(given, number, score_cutoff=1) == 1
        and registries.project(given) is None
        and not any(re.search(rf"(?<!\d){given}(?!\d)", text) for _, text in texts)
        and all(one.european for one in grant_text.mentions(row.get("funder", ""), registries))
    ]
    return near[0] if len(near) == 1 else None


def _mistyped(at: int, grant: grant_text.Grant, project: Project, row: dict[str, Any]) -> Flag:
    """That the number of a listed grant is one slip off that which the text names."""
    place = below("/study/grants", at, "grant_id")
    return Flag(
        message=f"the listed grant number {row['grant_id']!r} is one slip off {grant.number}"
        f" ({project.acronym}), which the text names: {_short(grant.sentence)}",
        at=place,
        hint="compare the number with the grant agreement, and correct it.",
        suggestion=suggest(
            replace(place, row["grant_id"], grant.number),
            why=f"{_evidence(project)} The text says: {_short(grant.sentence)}",
        ),
    )


_IN_FUNDER = re.compile(r"(/study/grants/(\d+))/funder")


def _short(text: str) -> str:
    return f"“{text}”" if len(text) <= 240 else f"“{text[:239]}…”"


@check("HEU201", "programme-contradicts-number", at="", severity="warning")
def programme_contradicts(
    metadata: Metadata, texts: FreeTexts, registries: Registries
) -> Iterator[Flag]:
    """The programme that is written is not the one that the grant number belongs to.

    Often Horizon 2020 is written for a grant of Horizon Europe. What is written as funder is never
    changed by the pipeline.

    To fix: compare the number with CORDIS, and name the programme that it belongs to.
    """
    study = metadata.get("study", {})
    told = set()
    for n, number, project in grants(study, registries):
        grant, place = study["grants"][n], below("/study/grants", n)
        if project is None or not _european(grant, project, registries):
            continue
        for slot in ("funder", "funding_stream"):
            if _earlier_only(grant.get(slot, "")):
                told.add(number)
                stream = slot == "funding_stream"
                change = replace(below(place, slot), grant[slot], project.stream)
                yield Flag(
                    message=f"{grant[slot].strip()!r} is written for {number}, which is a grant of"
                    f" Horizon Europe ({project.acronym})",
                    at=below(place, slot),
                    suggestion=suggest(change, why=_evidence(project)) if stream else None,
                )
    yield from _six_digits(study)
    for found, project in grant_text.in_free_text(texts, registries):
        if found.number not in told and _earlier_only(found.sentence):
            yield Flag(
                message=f"the text names an earlier programme for {found.number}, which is a grant"
                f" of Horizon Europe ({project.acronym}): {_short(found.sentence)}",
                at=found.place,
                value=found.number,
            )


def _earlier_only(text: str) -> bool:
    return EARLIER.search(text) is not None and not HORIZON_EUROPE.search(text)


def _six_digits(study: dict[str, Any]) -> Iterator[Flag]:
    """Grants called Horizon Europe with a number of six digits, as earlier programmes have."""
    for n, grant in enumerate(study.get("grants", [])):
        number = str(grant.get("grant_id", "")).strip()
        text = f"{grant.get('funder', '')} {grant.get('funding_stream', '')}"
        named = HORIZON_EUROPE.search(text) and not grant_text.NATIONAL.search(text)
        if named and re.fullmatch(r"\d{6}", number):
            yield Flag(
                message=f"Horizon Europe is written for {number}; its grants have nine digits,"
                " those of earlier programmes six",
                at=below("/study/grants", n, "grant_id"),
            )


@check("HEU202", "other-funder-named-for-number", at="/study", severity="hint")
def other_funder(study: dict[str, Any], registries: Registries) -> Iterator[Flag]:
    """A grant's number is in CORDIS, but another funder is named beside it.

    National funders pay for some Horizon Europe projects, and some have numbers of nine digits, so
    this may be right. The grant is not taken for one of Horizon Europe.

    To fix: check the number; if the European Union pays, name it as the funder.
    """
    for n, number, project in grants(study, registries):
        grant = study["grants"][n]
        if is_placeholder(str(grant.get("funder", ""))):
            continue
        if project is not None and not _european(grant, project, registries):
            yield Flag(
                message=f"{number} is {project.acronym} of Horizon Europe in CORDIS, but the funder"
                f" named is {grant['funder'].strip()!r}",
                at=below("/study/grants", n, "funder"),
            )


@check("HEU203", "horizon-europe-field-disagrees", at="/study", severity="warning")
def field_disagrees(study: dict[str, Any], registries: Registries) -> Iterator[Flag]:
    """A field of a Horizon Europe grant is not what CORDIS has for its number.

    Acronyms and names are compared without case and punctuation; any wording of the stream agrees
    that names Horizon Europe, or the part, call or action of the project.

    To fix: compare number and field with CORDIS, and correct the one that is wrong.
    """
    agree = {
        "funding_stream": stream_agrees,
        "project_name": name_agrees,
        "project_acronym": acronym_agrees,
        "grant_pid": pid_agrees,
    }
    for n, number, project in grants(study, registries):
        grant, place = study["grants"][n], below("/study/grants", n)
        if project is None or not _european(grant, project, registries):
            continue
        for slot, agrees in agree.items():
            value = grant.get(slot, "")
            if not value.strip() or agrees(value, project):
                continue
            has = stated(project).get(slot)
            yield Flag(
                message=f"the {FIELDS[slot]} {value.strip()!r} is not that of {number}"
                + (f", which is {has!r}" if has else ""),
                at=below(place, slot),
                suggestion=suggest(replace(below(place, slot), value, has), why=_evidence(project))
                if has
                else None,
            )


def stream_agrees(text: str, project: Project) -> bool:
    """Whether a wording names Horizon Europe, or the project's part, call or type of action.

    An earlier programme is another matter (`programme-contradicts-number`).
    """
    if _earlier_only(text) or HORIZON_EUROPE.search(text):
        return True
    words = f" {folded(text)} "
    return any(f" {folded(one)} " in words for one in wordings(project) if folded(one))


def name_agrees(text: str, project: Project) -> bool:
    """Whether a project name is the title, with or without the acronym, or the acronym alone."""
    from rapidfuzz import fuzz

    given, title, acronym = folded(text), folded(project.title), folded(project.acronym)
    return title in given or given == acronym or fuzz.ratio(given, title) >= 90


def acronym_agrees(text: str, project: Project) -> bool:
    """Whether an acronym is the project's, case, punctuation and the word project apart."""
    given = folded(text).removeprefix("project ").removesuffix(" project").removesuffix(" eu")
    return given.replace(" ", "") == folded(project.acronym).replace(" ", "")


def pid_agrees(text: str, project: Project) -> bool:
    """Whether a PID is the DOI that CORDIS states, 10.3030/ and the number, or an address of it."""
    given = (bare_doi(text) or text).strip().casefold()
    if given in {project.pid.casefold(), f"10.3030/{project.number}"}:
        return True
    return (
        re.search(
            rf"(?:cordis\.europa\.eu/project/id|EC/HE|501100000780:)[/:]{project.number}\b", text
        )
        is not None
    )


@check("HEU301", "grant-number-not-in-cordis", at="/study", severity="hint")
def not_in_cordis(study: dict[str, Any], registries: Registries) -> Iterator[Flag]:
    """A number of the form of Horizon Europe is not in the list of its projects.

    It is unknown, not wrong: late Horizon 2020, other programmes of the Union and grants newer
    than the list have such numbers.

    To fix: check the number; nothing if it is right.
    """
    missing = [
        (n, number)
        for n, number, project in grants(study, registries)
        if project is None and _may_be_european(study["grants"][n], registries)
    ]
    if missing and not registries.complete("cordis"):
        numbers = ", ".join(number for _, number in missing)
        raise Skipped(f"{numbers}: the full CORDIS list is not loaded (registries refresh cordis)")
    for n, number in missing:
        older = " Such low numbers are of Horizon 2020." if int(number) < FIRST else ""
        yield Flag(
            message=f"{number} is no Horizon Europe project in CORDIS"
            f" ({registries.snapshot('cordis').date}).{older}",
            at=below("/study/grants", n, "grant_id"),
        )


def _may_be_european(grant: dict[str, Any], registries: Registries) -> bool:
    named = grant_text.mentions(grant.get("funder", ""), registries)
    return all(one.european for one in named)
