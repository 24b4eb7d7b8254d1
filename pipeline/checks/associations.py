"""Associations of study components, which name the study's sections by their titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, below, check, replace, suggest
from pipeline.checks.meant_titles import (
    kinds_of,
    meaning,
    nearest,
    share_a_word,
    swapped,
    titles_within,
    with_accno,
)
from pipeline.checks.section_titles import KINDS, Associations, Named, called, composed, one_line
from pipeline.findings import Operation
from pipeline.submission import Submission


@check("CMP101", "association-differs-in-white-space", at="/study", severity="warning")
def white_space(study: dict[str, Any], rows: Associations) -> Iterator[Flag]:
    """An association names a section by its title but for white space.

    Programs compare titles letter by letter and do not find the section.

    To fix: write the title the same way on both sides, without extra spaces.
    """
    for slot, inexact in rows.inexact.items():
        listed, words, _ = KINDS[slot]
        clean = Counter(map(one_line, rows.titles[slot].written))
        wrong: dict[str, list[Named]] = {}
        for one in inexact:
            if clean.get(one_line(one.title)) == 1:
                wrong.setdefault(one_line(one.title), []).append(one)
        for title, places in wrong.items():
            changes = tuple(_both_sides(study, rows[slot], listed, title))
            yield Flag(
                message=f"the association names the {words} {places[0].title!r}, whose title"
                f" differs from it in white space only",
                at=changes[0].place,
                count=len(places),
                suggestion=suggest(
                    *changes,
                    safety="safe",
                    why="The titles are the same but for white space; both sides change at once.",
                ),
            )


def told_by_white_space(study: dict[str, Any], rows: Associations) -> frozenset[str]:
    """The places of titles whose white space is told where associations miss them by it."""
    flags = white_space(study, rows)
    proposals = [flag.suggestion for flag in flags if flag.suggestion is not None]
    return frozenset(one.place for proposal in proposals for one in proposal.operations)


def _both_sides(
    study: dict[str, Any], rows: list[Named], listed: str, title: str
) -> Iterator[Operation]:
    """One spelling for a title in its section and in every association that names it."""
    for n, section in enumerate(study.get(listed, [])):
        before = section.get("title", "")
        if one_line(before) == title != before:
            yield replace(below("/study", listed, n, "title"), before, title)
    for one in rows:
        if one_line(one.title) == title != one.title:
            yield replace(one.place, one.title, title)


@check("CMP201", "association-names-nothing", at="/study", severity="error")
def names_nothing(
    study: dict[str, Any], rows: Associations, submission: Submission
) -> Iterator[Flag]:
    """An association names a section by a title that no section of its kind has.

    What was imaged, and how, is then not known for this study component.

    To fix: write the title exactly as the section has it, or give the section the title that the
    association uses.
    """
    for slot, inexact in rows.inexact.items():
        words = KINDS[slot][1]
        there = rows.titles[slot]
        wrong = [one for one in inexact if composed(one.title) not in there.composed]
        alone = len({one.title for one in wrong}) == 1
        for one in wrong:
            told, proposal = meaning(study, one, rows, submission, alone=alone)
            yield Flag(
                message=f"an association of the study component {called(one.component)} names the"
                f" {words} {one.title!r}, but no {words} has this title{told}",
                at=one.place,
                suggestion=proposal,
            )


@check("CMP203", "section-not-associated", at="/study", severity="hint")
def not_associated(
    study: dict[str, Any], rows: Associations, submission: Submission
) -> Iterator[Flag]:
    """No association names this section, so that nobody knows which images it belongs to.

    It is not told of a section whose title an association has nearly, or whose accno, nor of the
    only one of its kind with which an association has a word in common.

    To fix: name its title in the associations of the study component that it belongs to.
    """
    if not any(rows.values()):
        return
    for slot, (listed, words, _) in KINDS.items():
        exact = {one.title for one in rows[slot]}
        left = [
            (n, section)
            for n, section in enumerate(study.get(listed, []))
            if "title" in section and section["title"] not in exact
        ]
        if not left:
            continue
        used = set(map(composed, exact))
        left = [(n, section) for n, section in left if composed(section["title"]) not in used]
        meant = _meant(study, rows, slot, submission) | _in_other_place(rows, slot)
        for n, section in left:
            if section["title"] not in meant:
                yield Flag(
                    message=f"no association names the {words} {section['title']!r}",
                    at=_missing_row(study, slot, listed) or below("/study", listed, n),
                    value=section["title"],
                )


def _meant(
    study: dict[str, Any], rows: Associations, slot: str, submission: Submission
) -> set[str]:
    """The titles that associations mean which name no section as they are written."""
    there = rows.titles[slot]
    found: set[str] = set()
    for one in rows[slot]:
        if composed(one.title) in there.composed:
            continue
        if (known := with_accno(study, one, submission)) is not None:
            found.add(known)
        elif several := titles_within(one.title, there):
            found.update(several)
        elif near := nearest(one.title, there):
            found.add(near[0])
        elif len(study.get(KINDS[slot][0], ())) == 1:
            found.update(title for title in there.written if share_a_word(one.title, title))
    return found


def _in_other_place(rows: Associations, slot: str) -> set[str]:
    """The titles of a kind that associations give in the place of another kind's."""
    found = set()
    for other in KINDS:
        for one in rows[other] if other != slot else ():
            if one_line(one.title) in rows.titles[other].lines:
                continue
            exchanged = swapped(one, rows, kinds_of(one, rows))
            found |= {edit.before for edit in exchanged.operations} if exchanged else set()
    return found


def _missing_row(study: dict[str, Any], slot: str, listed: str) -> str | None:
    """The one association that lacks the one section of a kind."""
    components = study["study_components"]
    rows = [row for component in components for row in component.get("associations", [])]
    if len(study[listed]) != 1 or len(rows) != 1 or slot in rows[0]:
        return None
    n = next(n for n, component in enumerate(components) if component.get("associations"))
    return below("/study/study_components", n, "associations", 0)
