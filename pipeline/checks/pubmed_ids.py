"""PubMed and PubMed Central ids of publications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.publications import NAMES
from pipeline.checks.wording import is_placeholder, quoted
from pipeline.edit import removal
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import ADDRESS, doi, pmcid, pmid, visible
from pipeline.select import get, parent
from pipeline.submission import Metadata


@check(
    "PUB110",
    "publication-pubmed-id-placeholder",
    at="/study/publications/*/pubmed_id",
    severity="warning",
)
def pubmed_placeholder(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The PubMed ID of a publication is a word that stands in for one.

    To fix: give the number, or leave the field empty until there is one.
    """
    if is_placeholder(value):
        yield Flag(
            message=f"{quoted(value)} is no PubMed ID but a placeholder",
            suggestion=suggest(removal(metadata, place), why="The value says nothing."),
        )


@check(
    "PUB108",
    "publication-pubmed-id-wrapped",
    at="/study/publications/*/pubmed_id",
    severity="hint",
)
def pubmed_wrapped(value: str) -> Iterator[Flag]:
    """The PubMed ID of a publication has a prefix or an address around its digits.

    To fix: give the digits alone.
    """
    bare = pmid(visible(value))
    if bare is not None and bare != value.strip():
        yield Flag(message=f"the PubMed ID {bare} is written as {quoted(value)}")


@check(
    "PUB109",
    "publication-pubmed-id-not-a-number",
    at="/study/publications/*",
    severity="warning",
    requires=["PUB110"],
)
def pubmed_number(publication: dict[str, Any], place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The PubMed ID of a publication is no number but a PubMed Central ID, a DOI or a title.

    Where the value belongs to an empty field of the same publication, it is proposed there.

    To fix: give the number that PubMed shows as PMID.
    """
    value = str(publication.get("pubmed_id", ""))
    at = below(place, "pubmed_id")
    if value.strip() and value.strip() == str(publication.get("year", "")).strip():
        yield Flag(message=f"the year {value.strip()} stands as the PubMed ID", at=at)
        return
    if not value.strip() or is_placeholder(value) or pmid(visible(value)) is not None:
        return
    parted = re.sub(r"[\s,]", "", value) if _PARTED.fullmatch(value) else value
    within = _PMID_WITHIN.fullmatch(parted)
    slot, moved = ("", "") if within is not None else _home(visible(value).strip())
    if slot == "pmc_id" and moved[3:].isdecimal() and int(moved[3:]) > REACHED:
        digits = replace(at, value, moved[3:])
        yield Flag(
            message=f"{quoted(value)} has the prefix of PubMed Central before a PubMed ID",
            at=at,
            suggestion=suggest(digits, why="PubMed Central has not reached this number.")
            if pmid(moved[3:])
            else None,
        )
        return
    edits: list[Operation] = []
    if slot and not publication.get(slot):
        edits = [Operation(do="add", place=below(place, slot), after=moved)]
        edits.append(Operation(do="remove", place=at, before=value))
    elif slot == "pmc_id" and (number := pmid(visible(str(publication[slot])))) is not None:
        edits = [replace(at, value, number)]
        edits.append(replace(below(place, slot), publication[slot], moved))
    elif slot and len(publication) > 1 and _same(_bare(slot, publication[slot]), moved):
        edits = [removal(metadata, at)]
    why = f"The value is a {NAMES[slot]}." if slot else ""
    if within is not None:
        edits, why = [replace(at, value, within[1])], "They are the digits of a PubMed ID."
    yield Flag(
        message=f"{quoted(value)} is no PubMed ID",
        at=at,
        suggestion=suggest(*edits, why=why) if edits else None,
    )


_PARTED = re.compile(r"\s*\d{1,4}(?:[\s,]\d{3,4})+\s*", re.ASCII)
"""Digits in groups, as numbers are typeset."""
_PMID_WITHIN = re.compile(
    r"\s*(?:#|MED[:/]|PubMed(?: ?ID)?:?|PMID:?|https?://(?:www\.)?europepmc\.org/(?:article|abstract)/MED/"
    r"|(?:https?://)?(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed)/)?\s*"
    r"([1-9]\d{6,7})(?:\.0)?(?:[.,;/]?|/?[?#]\S*)\s*(?:\([^()\d]*\)|\[[^\[\]\d]*\])?\s*",
    re.IGNORECASE | re.ASCII,
)
"""Seven or eight digits with what spreadsheets, PubMed and Europe PMC put around them."""


def _home(value: str) -> tuple[str, str]:
    """The field that a value in the place of a PubMed ID belongs to, and the value there."""
    if (number := pmcid(value)) is not None:
        return "pmc_id", number
    if (bare := doi(value)) is not None:
        return "doi", bare
    return ("title", value) if len(value.split()) > 3 and not ADDRESS.match(value) else ("", value)


def _bare(slot: str, value: object) -> object:
    """A DOI without what stands around it; other values as they are."""
    return (doi(visible(str(value)).strip(" .,;")) or value) if slot == "doi" else value


def _same(one: object, other: str) -> bool:
    return " ".join(str(one).split()).rstrip(".").casefold() == other.rstrip(".").casefold()


@check(
    "PUB111", "publication-pmc-id-form-wrong", at="/study/publications/*/pmc_id", severity="warning"
)
def pmc_form(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The PubMed Central ID of a publication is not PMC and digits; a PubMed ID may stand there.

    PubMed Central has not reached 15 million, so that a higher number is one of PubMed.

    To fix: give the id that PubMed Central shows as PMCID.
    """
    proposal = None
    if re.fullmatch(r"\s*PMC[1-9]\d*(?:\.\d+)?\s*", value, re.ASCII):
        number = value.strip()[3:]
        known = get(metadata, below(parent(place), "pubmed_id"))
        if number == known or ("." not in number and int(number) > REACHED):
            same = suggest(removal(metadata, place), why="The number is the PubMed ID.")
            yield Flag(
                message=f"{quoted(value)} has the number of a PubMed ID, not of PubMed Central",
                suggestion=same if number == known else None,
            )
        return
    if not value.strip():
        return
    if is_placeholder(value):
        proposal = suggest(removal(metadata, place), why="The value says nothing.")
    elif pmcid(str(get(metadata, below(parent(place), "pubmed_id"), ""))) and pmid(value):
        # The two stand in each other's field, which is told of the PubMed ID.
        return
    elif (digits := pmid(value)) is not None:
        proposal = _number_at(value, digits, place, metadata)
    elif (spaced := pmcid("".join(value.split()))) is not None:
        proposal = suggest(replace(place, value, spaced), why="White space stood in the id.")
    elif (bare := doi(visible(value))) and get(metadata, below(parent(place), "doi")) == bare:
        proposal = suggest(removal(metadata, place), why="The same DOI stands in its own field.")
    yield Flag(message=f"{quoted(value)} is no PubMed Central ID", suggestion=proposal)


REACHED = 15_000_000
"""A number that PubMed Central ids stay below for some years (about 12.9 million in 2026)."""


def _number_at(value: str, number: str, place: str, metadata: Metadata) -> Suggestion | None:
    """A number without prefix in the place of a PubMed Central ID, moved or completed."""
    beside = below(parent(place), "pubmed_id")
    known = get(metadata, beside)
    if known is not None and pmid(str(known)) == number:
        return suggest(removal(metadata, place), why="The same number stands as PubMed ID.")
    completed = replace(place, value, f"PMC{number}")
    moved = (
        Operation(do="add", place=beside, after=number),
        Operation(do="remove", place=place, before=value),
    )
    if int(number) > REACHED:
        why = "PubMed Central has not reached this number, PubMed has."
        return suggest(*moved, why=why) if known is None else None
    choices = [moved] if known is None else []
    return suggest(completed, alternatives=choices, why="The prefix PMC was left out.")
