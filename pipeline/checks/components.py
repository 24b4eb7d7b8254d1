"""Study components with their files and associations, and the titles of sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Place, below, check, suggest
from pipeline.checks.section_titles import KINDS, NEEDED, Titles, called, one_line
from pipeline.findings import Operation, Suggestion
from pipeline.schema import Template
from pipeline.submission import Submission


@check("CMP001", "component-without-files", at="/study/study_components/*", severity="error")
def without_files(component: dict[str, Any], submission: Submission) -> Iterator[Flag]:
    """A study component names no file list and no files, so there is nothing of it to archive.

    Studies of other resources (IDR, EMPIAR) keep their lists of files apart from the description.

    To fix: give the component a file list; leave the component out if it has no data.
    """
    if submission.held_elsewhere:
        return
    if not component.get("file_list") and not component.get("files"):
        yield Flag(message=f"the study component {called(component)} has no file list and no files")


@check("CMP002", "component-without-associations", at="/study/study_components/*", severity="error")
def without_associations(
    component: dict[str, Any], context: Context, place: Place
) -> Iterator[Flag]:
    """A study component does not say which biosample, specimen and image acquisition it shows.

    The submission form asks for at least one row, so that readers know what was imaged and how.

    To fix: add a row of Associations with the titles of a biosample, a specimen and an image
    acquisition of the study.
    """
    form = context.template
    if component.get("associations") or not isinstance(form, Template):
        return
    if form.minimum("Association") < 1:
        return
    yield Flag(
        message=f"the study component {called(component)} has no associations",
        suggestion=_only_row(context.submission.metadata["study"], place),
    )


@check("CMP004", "association-incomplete", at="/study/study_components/*", severity="error")
def incomplete_association(
    component: dict[str, Any], context: Context, place: Place
) -> Iterator[Flag]:
    """A row of Associations lacks a biosample, specimen or image acquisition that the form asks.

    Readers then do not know what was imaged, or how.

    To fix: name it by its title; if there is none, say so in the description of the component.
    """
    form = context.template
    if not isinstance(form, Template):
        return
    asked = form.required("Association")
    for number, row in enumerate(component.get("associations") or ()):
        missing = [field.name for field in asked if not row.get(field.slot)]
        if missing:
            yield Flag(
                at=f"{place}/associations/{number}",
                message=f"an association of the study component {called(component)} names no "
                + " and no ".join(missing),
            )


def _only_row(study: dict[str, Any], place: str) -> Suggestion | None:
    """The one association there can be, when the study has one section of each kind."""
    there = {slot: Titles.of(study, slot).written for slot in KINDS}
    if any(len(there[slot]) != 1 for slot in NEEDED):
        return None
    if any(len(study.get(KINDS[slot][0], [])) > 1 for slot in KINDS):
        return None
    row = {slot: found[0] for slot, found in there.items() if found}
    return suggest(
        Operation(do="add", place=below(place, "associations"), after=[row]),
        why="The study has one section of each kind, so only this row is possible.",
    )


@check("CMP003", "section-without-title", at="/study", severity="error")
def without_title(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """A section has no title, so that no association can name it.

    To fix: give the section a short title of its own.
    """
    form = context.template
    for slot, words, of in KINDS.values():
        if isinstance(form, Template) and not form.requires(of, "title"):
            continue
        for n, section in enumerate(study.get(slot, [])):
            if "title" not in section:
                yield Flag(
                    message=f"{words} {n + 1} has no title", at=below("/study", slot, n), value=""
                )


@check("CMP202", "section-title-repeated", at="/study", severity="error")
def title_repeated(study: dict[str, Any]) -> Iterator[Flag]:
    """Two sections of one kind have the same title, so that an association may mean either.

    The same title on sections of different kinds is right.

    To fix: give each section a title of its own, and name it so in the associations.
    """
    for slot, words, _ in KINDS.values():
        first: dict[str, int] = {}
        for n, section in enumerate(study.get(slot, [])):
            title = one_line(section.get("title", ""))
            if title and first.setdefault(title, n) != n:
                yield Flag(
                    message=f"the title {title!r} is also that of {words} {first[title] + 1}",
                    at=below("/study", slot, n, "title"),
                )
