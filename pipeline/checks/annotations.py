"""Annotations: their types, and the images that their file lists say they were made from.

Source of the rules: the archive's help page on file lists (a 'Source image' column is mandatory
for annotations) and the MIFA guidelines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Images, Place, Skipped, check, replace, suggest
from pipeline.checks.expectations import RESERVED
from pipeline.checks.file_lists import (
    bare,
    covered,
    folders,
    listed_paths,
    listing_place,
    unread,
)
from pipeline.findings import Operation
from pipeline.intake.file_list_places import header_location, row_location
from pipeline.submission import FileList, Metadata, Submission

ANNOTATIONS = "/study/annotations/"
COMPONENTS = "/study/study_components/"
DEMANDING = ("v5", "mifa")
"""Templates whose form demands the column 'Source image'."""
TYPES = (
    "class_labels",
    "bounding_boxes",
    "counts",
    "derived_annotations",
    "geometrical_annotations",
    "graphs",
    "point_annotations",
    "segmentation_mask",
    "tracks",
    "weak_annotations",
    "other",
)
"""Annotation types of the templates BioImages v4, v5 and MIFA (submission tool, 2026)."""

_SOURCE = re.compile(r"source_?images?(_?(id|path|file|name))?")
_ELSEWHERE = re.compile(
    r"\s*(?:[a-z][a-z0-9+.-]*:\S|(?:S-[A-Z]+-?\d|EMPIAR-\d|EMD-\d|IDR\d|10\.\d{4,9}/))",
    re.IGNORECASE,
)


def source_column(file_list: FileList) -> int | None:
    """The index of the attribute that names the source image of an annotation."""
    for index, name in enumerate(file_list.columns):
        if _SOURCE.fullmatch(re.sub(r"[\s_\-]+", "_", name.strip()).lower()):
            return index
    return None


def _annotation_lists(submission: Submission) -> Iterator[FileList]:
    for file_list in submission.file_lists:
        if (file_list.component or "").startswith(ANNOTATIONS):
            yield file_list


@check("ANN001", "source-image-column-missing", at="/study", severity="warning")
def source_image_missing(study: dict[str, Any], submission: Submission) -> Iterator[Flag]:
    """The file list of annotations does not say from which image each annotation was made.

    Without it an annotation cannot be laid over its image. The templates v5 and MIFA demand it.

    To fix: add a column 'Source image' with the path of the image, as its own file list names it.
    """
    template = (submission.source.template or "").lower()
    demanded = any(word in template for word in DEMANDING)
    for file_list in _annotation_lists(submission):
        if source_column(file_list) is None:
            columns = ", ".join(f"'{name}'" for name in file_list.columns[:10])
            yield Flag(
                message=f"the annotations' file list '{file_list.name}' has no column "
                f"'Source image'; it has {columns or 'no column but the paths'}",
                at=listing_place(file_list),
                location=header_location(file_list),
                severity="error" if demanded else None,
            )


@check(
    "ANN101",
    "annotation-type-unknown",
    at="/study/annotations/*/annotation_types/*",
    severity="warning",
)
def type_unknown(value: str, place: Place) -> Iterator[Flag]:
    """An annotation type is not one of the keywords that the template offers.

    Searches for a type find only the keywords.

    To fix: choose the keyword that fits, such as 'segmentation_mask' or 'class_labels'.
    """
    if value in TYPES:
        return
    wanted = _words(value)
    for known in TYPES:
        if wanted and wanted == _words(known):
            operation = replace(place, value, known)
            yield Flag(
                message=f"the annotation type '{value}' is spelt differently from '{known}'",
                suggestion=suggest(operation, why="It differs only in spelling."),
            )
            return
    if (near := _near(wanted)) is not None:
        yield Flag(
            message=f"the annotation type '{value}' is not in the template's list: '{near}' is",
            hint=f"choose one of: {', '.join(TYPES)}.",
            suggestion=suggest(replace(place, value, near), why="It is the usual word for it."),
        )
        return
    by_words = {_words(known): known for known in TYPES}
    given = [part for part in re.split(r"[;,|/+&\n]|\band\b", value) if part.strip()]
    parts = [by_words.get(_words(part)) or _near(_words(part)) or "" for part in given]
    parts = list(dict.fromkeys(parts))
    split = Operation(do="split", place=place, before=value, after=parts)
    yield Flag(
        message=f"the annotation type '{value}' is not in the template's list"
        if not (parts and all(parts))
        else f"one value holds {len(given)} annotation types: '{value}'",
        hint=f"choose one of: {', '.join(TYPES)}.",
        suggestion=suggest(split, why="Each part is a type of the template's list.")
        if parts and all(parts)
        else None,
    )


def _words(text: str) -> str:
    """A type's letters without case, separators and the plural."""
    return re.sub(r"(?:(?<=x)es|s)$", "", re.sub(r"[\W_]+", " ", text).strip().casefold())


_USUAL = {
    **dict.fromkeys(("clas", "classe", "classification", "classification label"), "class_labels"),
    **dict.fromkeys(("box", "bbox"), "bounding_boxes"),
    **dict.fromkeys(("cell count", "count of object"), "counts"),
    **dict.fromkeys(("polygon", "roi", "region of interest", "outline"), "geometrical_annotations"),
    **dict.fromkeys(("point", "keypoint", "landmark"), "point_annotations"),
    **dict.fromkeys(("mask", "segmentation", "label mask"), "segmentation_mask"),
    **dict.fromkeys(("instance mask", "instance segmentation"), "segmentation_mask"),
    **dict.fromkeys(("instance segmentation mask", "binary mask"), "segmentation_mask"),
    **dict.fromkeys(("semantic segmentation", "semantic segmentation mask"), "segmentation_mask"),
    **dict.fromkeys(("centroid", "centre point", "center point", "spot"), "point_annotations"),
    "skeleton": "graphs",
    **dict.fromkeys(("weak label", "scribble", "scribble annotation"), "weak_annotations"),
    **dict.fromkeys(("cell track", "tracking", "trajectory", "trajectorie"), "tracks"),
}
"""Other words for the types of annotations, as `_words` makes them."""


def _near(words: str) -> str | None:
    """The type that words mean, or differ from by a letter or two."""
    from rapidfuzz.distance import OSA

    if (meant := _USUAL.get(words)) is not None:
        return meant
    far = {known: OSA.distance(words, _words(known), score_cutoff=2) for known in TYPES}
    near = [known for known, away in far.items() if away <= 2 and len(words) > 8]
    return near[0] if len(near) == 1 else None


@check("ANN201", "source-image-not-listed", at="", severity="error")
def source_image_not_listed(
    metadata: Metadata, submission: Submission, context: Context
) -> Iterator[Flag]:
    """An annotation names a source image that no file list of the submission holds.

    A folder of listed files is a source image, and so is a file whose companions are listed.
    Addresses and accessions of images elsewhere are not asked for, nor is anything when the
    submission has annotations alone.

    To fix: write the image's path exactly as its own file list does.
    """
    named = [each for each in _annotation_lists(submission) if source_column(each) is not None]
    if not named or not study_has_images(submission):
        return
    missing = unread(submission)
    if missing:
        raise Skipped(f"the file list '{missing[0]}' could not be read")
    listed = listed_paths(submission)
    around = folders(listed) | {
        one.of for one in context.images.sniffed if one.of and covered(one.path, listed)
    }
    for file_list in named:
        column = source_column(file_list) or 0
        values = file_list.table.iloc[:, RESERVED + column].fillna("").tolist()
        unknown = {
            value
            for value in set(values)
            if value.strip() and not _is_listed(value, listed, around)
        }
        rows = [row for row, value in enumerate(values) if value in unknown]
        if rows:
            more = f"; {len(rows) - 1:,} more like this" if len(rows) > 1 else ""
            yield Flag(
                message=f"the source image '{values[rows[0]]}' is named in no file list{more}",
                at=listing_place(file_list),
                location=row_location(file_list, rows[0], column),
                value=values[rows[0]],
                count=len(rows),
                samples=tuple({"row": row + 1, "value": values[row]} for row in rows[:5]),
            )


@check("ANN202", "source-image-is-no-image", at="", severity="warning")
def source_is_no_image(
    metadata: Metadata, submission: Submission, images: Images
) -> Iterator[Flag]:
    """An annotation names as its source image a file whose content is no image.

    A table or a text cannot be laid under an annotation. Archives such as zip are not asked.

    To fix: name the image that the annotation was made from.
    """
    named = [each for each in _annotation_lists(submission) if source_column(each) is not None]
    if not named:
        return
    others = {
        one.path: one.format
        for one in images.sniffed
        if one.kind == "other" and one.evidence == "content" and one.format not in PACKED
    }
    for file_list in named:
        column = source_column(file_list) or 0
        values = file_list.table.iloc[:, RESERVED + column].fillna("").tolist()
        rows = [row for row, value in enumerate(values) if bare(value.strip()) in others]
        if rows:
            first = values[rows[0]].strip()
            more = f"; {len(rows) - 1:,} more like this" if len(rows) > 1 else ""
            yield Flag(
                message=f"the source image '{first}' is no image but {others[bare(first)]}{more}",
                at=listing_place(file_list),
                location=row_location(file_list, rows[0], column),
                value=first,
                count=len(rows),
                samples=tuple({"row": row + 1, "value": values[row]} for row in rows[:5]),
            )


PACKED = frozenset((None, "ZIP", "gzip", "bzip2", "xz", "Zstandard", "7-Zip", "RAR", "tar"))
"""Formats that may hold an image inside."""


def study_has_images(submission: Submission) -> bool:
    """Whether a study component has a file list, so that source images can be looked for."""
    return any((each.component or "").startswith(COMPONENTS) for each in submission.file_lists)


def _is_listed(value: str, listed: set[str], around: set[str]) -> bool:
    """Whether a value names a listed file, several of them, or an image elsewhere."""
    return _names(value, listed, around) or all(
        _names(part, listed, around) for part in re.split(r"[;,|\n]", value) if part.strip()
    )


def _names(value: str, listed: set[str], around: set[str]) -> bool:
    path = bare(value.strip())
    return bool(_ELSEWHERE.match(value)) or covered(path, listed) or path.rstrip("/") in around
