"""The study: title, description, keywords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Known, Place, check, suggest
from pipeline.checks.wording import asked, is_placeholder, plain, quoted
from pipeline.findings import Operation
from pipeline.submission import Metadata, Submission

SHORT = 25
"""The submission form refuses titles under 25 characters (submission-tool 8a0331c, `minlength`)."""

_COMMA = re.compile(r"(?:,\s+|(?<=[^\W\d]{2}),(?=[^\W\d]{2})|[，،]\s*)(?![^()\[\]]*[)\]])")
_LONGEST = 20_000
"""Characters of a keyword that is looked through for commas, each of which looks ahead."""
_LABEL = re.compile(r"\s*key ?words?\s*[:：]\s*", re.IGNORECASE)
_SEMICOLON = re.compile(r"(?!(?:(?<=[A-Za-z]\d)|(?<=[A-Za-z]\d\d));\d{1,2}(?:$|[\s/,;)]|-[A-Z]));")
"""A semicolon, but for that between the numbers of a gene's family and member (PIP2;1)."""
_ENTITY = re.compile(r"&#?\w+;")


@check("STU001", "study-title-missing", at="/study", severity="error")
def title_missing(study: dict[str, Any]) -> Iterator[Flag]:
    """The study has no title, so it cannot be found, cited or given a DOI.

    To fix: give the study a title; the title of the paper is often right.
    """
    if not str(study.get("title", "")).strip():
        yield Flag(message="the study has no title")


@check("STU002", "study-description-missing", at="/study", severity="error")
def description_missing(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """The study has no description, so a reader cannot tell what the images show.

    It is an error where the document's own template asks for it, else a warning.

    To fix: describe in a few sentences what was imaged, how and why; the abstract will do.
    """
    if not str(study.get("description", "")).strip():
        needed = asked(context, "Study", "description")
        yield Flag(
            message="the study has no description", severity="error" if needed else "warning"
        )


@check("STU003", "keywords-missing", at="/study", severity="error")
def keywords_missing(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """The study has no keywords, so searches for its topic may miss it.

    It is an error where the document's own template asks for them, else a hint.

    To fix: add a few keywords, each as a value of its own.
    """
    if not study.get("keywords"):
        needed = asked(context, "Study", "keywords")
        yield Flag(message="the study has no keywords", severity="error" if needed else "hint")


@check("STU101", "study-title-short", at="/study/title", severity="error")
def title_short(title: str, submission: Submission) -> Iterator[Flag]:
    """The study's title has fewer than 25 characters; the submission form refuses it.

    A short title, or one that promises to come later, says too little to tell the study from others
    in a list of results. It is a warning in documents that are no PageTab, for they do not come
    from the form.

    To fix: say what was imaged and how; the title of the paper is often right.
    """
    length = len(title.strip())
    if 0 < length < SHORT:
        what = "is a placeholder of" if is_placeholder(title) else "has only"
        counted = "1 character" if length == 1 else f"{length} characters"
        yield Flag(
            message=f"the title {quoted(title)} {what} {counted}; {SHORT} are the least",
            severity="error" if submission.source.kind.startswith("pagetab") else "warning",
        )


@check("STU102", "study-title-full-stop", at="/study/title", severity="hint")
def title_full_stop(title: str) -> Iterator[Flag]:
    """The study's title ends with a full stop, which looks odd in citations.

    To fix: take the full stop away, unless it belongs to the last word.
    """
    if title.rstrip().endswith(".") and re.search(r"[^\s.]\.\s*$", title):
        yield Flag(message=f"the title ends with a full stop: {quoted(title.strip()[-40:])}")


@check("STU103", "study-description-short", at="/study/description", severity="warning")
def description_short(description: str, metadata: Metadata) -> Iterator[Flag]:
    """The study's description is a placeholder, its title again, or under 25 characters.

    Readers decide by the description whether the images are of use to them.

    To fix: describe in a few sentences what was imaged, how and why; the abstract will do.
    """
    text = description.strip()
    if text and is_placeholder(text):
        yield Flag(message=f"the description is a placeholder: {quoted(text)}")
    elif 0 < len(text) < SHORT:
        yield Flag(message=f"the description {quoted(text)} has only {len(text)} characters")
    elif text and _bare(text) == _bare(str(metadata["study"].get("title", ""))):
        yield Flag(message=f"the description only repeats the title: {quoted(text)}")


def _bare(text: str) -> str:
    return " ".join(text[:2000].casefold().split()).rstrip(".")


_GENOTYPE = re.compile(
    r";\s?\+(?:$|;)|[-+]/[-+];\S|[\w:-]Cre(?:ER\w*)?;\S|(?<=[a-z]\d-\d);[a-z]{2,5}\d"
)
"""Genotypes of flies, mice and plants, which have semicolons between their parts."""
_SPACED = re.compile(r";\s+")
_MANY = 3
"""Semicolons that no genotype has."""


@check("STU104", "keywords-packed-with-semicolons", at="/study/keywords/*", severity="warning")
def keywords_with_semicolons(keyword: str, place: Place) -> Iterator[Flag]:
    """One keyword value holds several keywords with semicolons between them.

    A search for one of them then finds nothing. In names of plant genes such as PIP2;1, and in
    genotypes such as Emx1-Cre;Ai14, a semicolon parts nothing.

    To fix: give each keyword as a value of its own.
    """
    if ";" not in keyword or _ENTITY.search(keyword):
        return
    genotype = _GENOTYPE.search(keyword) is not None
    apart = _SPACED if genotype and keyword.count(";") < _MANY else _SEMICOLON
    parts = [part.strip() for part in apart.split(keyword) if part.strip()]
    if len(parts) > 1:
        split = Operation(do="split", place=place, before=keyword, after=parts)
        yield Flag(
            message=f"one keyword value holds several: {quoted(keyword)}",
            suggestion=suggest(split, why="Semicolons part keywords, but not genes and genotypes.")
            if genotype or any(";" in part for part in parts)
            else None,
        )


@check(
    "STU105",
    "keywords-packed-with-commas",
    at="/study/keywords/*",
    severity="warning",
    requires=["STU104"],
)
def keywords_with_commas(keyword: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """One keyword value seems to hold several keywords with commas between them.

    A search for one of them then finds nothing. One comma alone may belong to a keyword
    ('microscopy, electron'), as may commas in names of genes and chemicals.

    To fix: give each keyword as a value of its own.
    """
    if plain(keyword) or len(keyword) > _LONGEST:
        return
    labelled = _LABEL.match(keyword)
    listed = keyword[labelled.end() :] if labelled else keyword
    parts = [part.strip(' \t\n"“”') for part in _COMMA.split(listed) if part.strip(' \t\n"“”')]
    alone = len(metadata["study"]["keywords"]) == 1
    if len(parts) > 2 or ((alone or labelled) and len(parts) == 2):
        split = Operation(do="split", place=place, before=keyword, after=parts)
        yield Flag(
            message=f"one keyword value seems to hold {len(parts)}: {quoted(keyword)}",
            suggestion=suggest(split, why="Commas part what read like keywords."),
        )


@check("STU201", "study-of-another-resource", at="/study", severity="error")
def of_another_resource(
    study: dict[str, Any], known: Known, submission: Submission
) -> Iterator[Flag]:
    """The study comes from another resource, which holds it under a number of its own.

    Whether it is given a second one here is for a curator to say.

    To fix: nothing is asked of the depositor; a curator accepts the study, or sends it back.
    """
    if known.asked and submission.held_elsewhere and "accession" not in submission.metadata:
        yield Flag(message="the study is held by another resource", value="")
