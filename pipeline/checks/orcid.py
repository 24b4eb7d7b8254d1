"""ORCID iDs of authors."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.persons import one_person, parts_of, words
from pipeline.checks.wording import author_called, is_placeholder, quoted
from pipeline.edit import removal
from pipeline.findings import Operation
from pipeline.identifiers import orcid, orcid_form, visible
from pipeline.submission import EMPIAR, Metadata, Submission


@check("ORC001", "orcid-missing", at="/study/authors/*", severity="hint")
def missing(
    author: dict[str, Any], place: Place, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """An author has no ORCID iD, so the data are not linked to their other work.

    EMPIAR names a person in each of their parts, which is told once.

    To fix: add the author's iD from orcid.org, if they have one.
    """
    if str(author.get("orcid", "")).strip():
        return
    if submission.source.kind == EMPIAR:
        authors = metadata["study"]["authors"]
        same = parts_of(int(place.rpartition("/")[2]), authors)
        if authors[same[0]] is not author or any(authors[n].get("orcid") for n in same):
            return
    yield Flag(message=f"{author_called(author)} has no ORCID iD")


_NO_ID = re.compile(
    r"\s*(?:(?:https?://)?(?:www\.)?orcid\.org/?|(?:has )?no (?:orcid|id|account)(?: id)?"
    r"|(?:(?:not (?:yet )?|un)registered|(?:no orcid(?: id)?|none) (?:registered|(?=yet))"
    r"|do(?:es)?(?: not|n't) have (?:one|an? (?:orcid|id)(?: id)?))\s?(?:yet)?\.?"
    r"|orcid(?: id)?|(?:(?:https?://)?orcid\.org/)?(?:([x0-9])\1{3}[- ]?){3}\1{3}[\dx]"
    r"|(?:(?:https?://)?orcid\.org/)?"
    r"(?=[\dx?#*_ -]*(?:x{3}|\?{3}|#{3}|\*{3}|_{3}))[\dx?#*_ -]+)\s*",
    re.IGNORECASE | re.ASCII,
)
"""The resolver alone, a word, one sign sixteen times, or signs for digits to come."""


@check("ORC104", "orcid-placeholder", at="/study/authors/*/orcid", severity="warning")
def placeholder(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The ORCID iD of an author is a word that stands in for one.

    To fix: give the author's iD, or leave the field empty.
    """
    if is_placeholder(value) or _NO_ID.fullmatch(visible(value)):
        yield Flag(
            message=f"{quoted(value)} is no ORCID iD but a placeholder",
            suggestion=suggest(removal(metadata, place), why="The value says nothing."),
        )


_WITHIN = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dXx](?!\d)")
_BARE, _PROSE = 19, 200
"""Characters of an iD alone, and of what is no value but a text."""
_ABOUT = re.compile(r"(?:https?://)?(?:www\.)?orcid\.org/?|\borcid\b|\bid\b", re.IGNORECASE)


@check(
    "ORC202",
    "orcid-of-a-co-author",
    at="/study/authors/*/orcid",
    severity="error",
    requires=["ORC104"],
)
def of_a_co_author(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The name that stands beside an ORCID iD is that of another author of the study.

    The iDs were shifted by a row: the author would be credited with another's work.

    To fix: give each author their own iD, and nothing beside it.
    """
    if not _BARE < len(value) < _PROSE:
        return
    found = _WITHIN.findall(visible(value))
    bare = orcid(found[0]) if len(found) == 1 else None
    beside = _ABOUT.sub(" ", " ".join(_WITHIN.split(visible(value))))
    if bare is None or not any(words(beside)):
        return
    authors = metadata["study"]["authors"]
    own = int(place.split("/")[3])
    meant = [n for n, one in enumerate(authors) if one_person(beside, str(one.get("name", "")))]
    if len(meant) != 1 or meant == [own]:
        return
    other = below("/study/authors", meant[0])
    name = quoted(authors[meant[0]]["name"])
    moved = None
    if not str(authors[meant[0]].get("orcid", "")).strip():
        given = Operation(do="set", place=below(other, "orcid"), after=bare)
        moved = suggest(given, removal(metadata, place), why=f"It stands beside the name {name}.")
    stands = author_called(authors[own])
    message = f"{bare} stands with {stands}, but the name beside it is {name}"
    yield Flag(message=message, suggestion=moved)


@check(
    "ORC101",
    "orcid-not-an-orcid",
    at="/study/authors/*/orcid",
    severity="error",
    requires=["ORC104", "ORC202"],
)
def not_an_orcid(value: str, place: Place) -> Iterator[Flag]:
    """The ORCID iD of an author has not the form of one: four groups of four digits.

    The submission form refuses it, and it would name another person or nobody.

    To fix: copy the iD from the author's page at orcid.org.
    """
    if value.strip() and orcid_form(visible(value)) is None:
        meant = _meant(value)
        why = "The check digit fits when look-alike letters are digits and lost zeros are put back."
        yield Flag(
            message=f"{quoted(value)} has not the form of an ORCID iD",
            suggestion=suggest(replace(place, value, meant), why=why) if meant else None,
        )


_TYPED = str.maketrans(
    {
        "\u00d7": "X",
        "\u0425": "X",
        "\u0445": "X",
        "O": "0",
        "o": "0",
        "l": "1",
        "I": "1",
        "_": "-",
        ".": "-",
        "/": "-",
    }
)


_BLOCKS = ("0000-0001-", "0000-0002-", "0000-0003-", "0009-")
"""How ORCID iDs begin (ORCID support: structure of the ORCID identifier)."""


def _meant(value: str) -> str | None:
    """The iD that a value is with its look-alike letters and odd separators set right."""
    text = unicodedata.normalize("NFKC", visible(value)).strip()
    typed = text.translate(_TYPED)
    digits = typed.removesuffix("-0").replace("-", "")
    if 9 <= len(digits) < 16 and digits[:-1].isdecimal():
        # A spreadsheet drops the zeros before a number; iDs are of two blocks of ISNI.
        whole = orcid(digits.zfill(16))
        return whole if whole and whole.startswith(_BLOCKS) else None
    return orcid(typed) if len(text) < 40 else None


@check(
    "ORC102",
    "orcid-checksum-wrong",
    at="/study/authors/*/orcid",
    severity="error",
    requires=["ORC104", "ORC202", "ORC101"],
)
def checksum_wrong(value: str) -> Iterator[Flag]:
    """An author's ORCID iD does not end in its check digit (ISO 7064, MOD 11-2).

    A digit was mistyped: the iD names another person or nobody. It is never repaired by itself.

    To fix: copy the iD from the author's page at orcid.org.
    """
    if value.strip() and orcid(visible(value)) is None:
        yield Flag(message=f"the check digit of the ORCID iD {quoted(value)} does not fit")


@check(
    "ORC103",
    "orcid-not-bare",
    at="/study/authors/*/orcid",
    severity="warning",
    requires=["ORC104", "ORC101", "ORC102"],
)
def not_bare(value: str) -> Iterator[Flag]:
    """An ORCID iD stands with an address around it, without hyphens, or with a small x.

    The archive puts the resolver's address before the iD when it registers a DOI.

    To fix: give the bare iD, as in 0000-0002-1825-0097.
    """
    bare = orcid(visible(value))
    if bare is not None and bare != value.strip():
        yield Flag(message=f"the ORCID iD {bare} is written as {quoted(value)}")


@check("ORC201", "orcid-of-two-people", at="/study", severity="warning")
def two_people(study: dict[str, Any], place: Place, submission: Submission) -> Iterator[Flag]:
    """One ORCID iD stands with two different names: a copying slip, or one person listed twice.

    Where one name is a shorter form of the other it is a hint; EMPIAR names a person in each of
    their parts.

    To fix: copy each author's own iD from orcid.org.
    """
    names: dict[str, dict[str, int]] = defaultdict(dict)
    for number, author in enumerate(study.get("authors", ())):
        bare = orcid(visible(str(author.get("orcid", ""))))
        if bare is not None and str(author.get("name", "")).strip():
            names[bare].setdefault(" ".join(str(author.get("name", "")).split()), number)
    for bare, people in names.items():
        first, *others = people.items()
        for name, number in others:
            shorter = one_person(first[0], name)
            if shorter and submission.held_elsewhere:
                continue
            yield Flag(
                message=f"{bare} is given for {quoted(first[0])} and for {quoted(name)}",
                severity="hint" if shorter else None,
                at=below(place, "authors", number, "orcid"),
            )
