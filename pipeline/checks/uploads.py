"""Large uploads: how to send them, and what is too large for the people who download it.

Sources: the archive's pages on uploading (Aspera for 10 GiB and more) and on file lists (a folder
stands for its files only in sets of more than 500,000 files, as agreed with the archive).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Images, check
from pipeline.checks.file_list_columns import LARGEST_SIZE
from pipeline.checks.file_lists import bare, covered, listed_paths, listing_place
from pipeline.checks.wording import quoted
from pipeline.intake.file_list_places import row_location
from pipeline.select import find
from pipeline.submission import FileList, Metadata, Submission

ASPERA_FROM = 10 * 2**30
"""Bytes from which the archive asks for Aspera."""
MANY_FILES = 500_000
"""Files of a folder from which the archive wants to be asked before it is listed as one entry."""


@check("FLS147", "uploaded-file-over-two-terabytes", at="/study", severity="warning")
def too_large(study: dict[str, Any], submission: Submission, images: Images) -> Iterator[Flag]:
    """A single uploaded file is larger than two terabytes, which few people can download.

    To fix: ask the archive how to deposit the file in parts.
    """
    listed = listed_paths(submission)
    large = [
        path
        for path, size in images.present.items()
        if size > LARGEST_SIZE and covered(path, listed)
    ]
    if large:
        more = f"; {len(large) - 1:,} more files are as large" if len(large) > 1 else ""
        yield Flag(
            message=f"the file '{large[0]}' has {images.present[large[0]]:,} bytes{more}",
            value=large[0],
            count=len(large),
            samples=tuple(large[:5]),
        )


@check("FLS211", "uploaded-file-leads-elsewhere", at="/study", severity="warning")
def leads_elsewhere(study: dict[str, Any], images: Images) -> Iterator[Flag]:
    """An uploaded file is a link to a file outside the submission, which may be another's.

    To fix: upload the file itself in place of the link.
    """
    if images.elsewhere:
        first, more = images.elsewhere[0], len(images.elsewhere) - 1
        yield Flag(
            message=f"{quoted(first)} is a link that leads out of the submission"
            + (f"; {more:,} more files are" if more else ""),
            value=first,
            count=len(images.elsewhere),
            samples=images.elsewhere[:5],
        )


@check("FLS148", "large-upload-needs-aspera", at="/study", severity="hint")
def needs_aspera(
    study: dict[str, Any], metadata: Metadata, submission: Submission, images: Images
) -> Iterator[Flag]:
    """Files are still to be uploaded, and the submission has ten gibibytes or more.

    Uploads of this size through a browser or FTP often break off. It is said only while files
    are missing.

    To fix: upload the rest with Aspera, as the archive's help page on uploading says.
    """
    stated = _stated_sizes(metadata, submission.file_lists)
    listed = {path.rstrip("/") for path in listed_paths(submission)}
    held = {path: size for path, size in images.present.items() if covered(path, listed)}
    folders = {folder for path in held for folder in _around(path)}
    missing = {path for path in listed if path not in held and path not in folders}
    missing |= images.growing & held.keys()
    expected = {**held, **{path: size for path, size in stated.items() if size > held.get(path, 0)}}
    total = sum(expected.values())
    if missing and total >= ASPERA_FROM:
        arrived = sum(held.values())
        yield Flag(
            message=f"{len(missing):,} listed files are still to be uploaded, and the submission "
            f"has {total / 2**30:,.1f} GiB, of which {arrived / 2**30:,.1f} GiB have arrived",
            value=total,
        )


def _stated_sizes(metadata: Metadata, file_lists: tuple[FileList, ...]) -> dict[str, int]:
    """The size that lists state of each path, in bytes."""
    stated: dict[str, int] = {}
    for file_list in file_lists:
        sized = file_list.table[file_list.table["size"].notna()]
        for path, size in zip(sized["path"].tolist(), sized["size"].tolist(), strict=True):
            stated[bare(path).rstrip("/")] = int(size)
    for _, file in find(metadata, "/**/files/*"):
        if isinstance(file, dict) and isinstance(file.get("size"), int):
            stated.setdefault(bare(str(file.get("path", ""))).rstrip("/"), file["size"])
    return stated


def _around(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


@check("FLS149", "large-folder-listed-as-one", at="", severity="warning")
def large_folder(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A folder of more than 500,000 files is listed as one entry.

    The archive takes that only when it was asked before. For a folder that is one image, such as
    OME-Zarr, it is the usual form and a hint alone.

    To fix: tell the archive of the folder before submitting, or list its files one by one.
    """
    if len(images.present) <= MANY_FILES:
        return
    inside: dict[str, int] = {}
    for path in images.present:
        for folder in _around(path):
            inside[folder] = inside.get(folder, 0) + 1
    single = {one.path.rstrip("/") for one in images.sniffed if one.kind == "image"}
    for file_list in file_lists:
        for row, path in enumerate(file_list.table["path"].tolist()):
            folder = bare(path).rstrip("/")
            if inside.get(folder, 0) > MANY_FILES:
                yield Flag(
                    message=f"the folder '{folder}' holds {inside[folder]:,} files",
                    at=listing_place(file_list),
                    location=row_location(file_list, row, "path"),
                    value=path,
                    severity="hint" if folder in single else None,
                )
