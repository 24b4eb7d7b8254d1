"""File lists against one another and against the uploaded files.

Paths are compared exactly but for a leading slash, which BioStudies ignores; a listed folder
stands for everything below it.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipeline.check import Flag, Images, Skipped, check
from pipeline.checks.expectations import run_direct
from pipeline.checks.file_list_columns import EXPECTATIONS, SYSTEM
from pipeline.findings import Finding
from pipeline.intake.file_list_places import row_location
from pipeline.select import find, parent
from pipeline.submission import FileList, Metadata, Submission

WAITING_CODES = frozenset(("FLS205", "FLS206"))
"""Findings that only wait for data files: no curator can waive them, the depositor's turn."""
LISTING = ("/study/study_components/*/file_list", "/study/annotations/*/file_list")
SAMPLES = 5

_SYSTEM_FILE = re.compile(next(e.pattern for e in EXPECTATIONS if e.code is SYSTEM))


def findings_of(file_list: FileList) -> tuple[Finding, ...]:
    """What is wrong within one file list, column by column."""
    return run_direct(file_list)


_PREVIEW = re.compile(r"ro-crate-preview(?:\.html\Z|_files/)")
"""The page that programs make of a crate, which no crate needs to describe (RO-Crate 1.2)."""


def bare(path: str) -> str:
    """A listed path as it is compared with the uploaded files."""
    return path.lstrip("/")


def listing_place(file_list: FileList) -> str | None:
    """The record place that names a file list."""
    return None if file_list.component is None else f"{file_list.component}/file_list"


def folders(paths: Collection[str]) -> set[str]:
    """All folders that files stand in."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def covered(path: str, listed: Collection[str]) -> bool:
    """Whether a path or a folder around it is listed."""
    while path:
        if path in listed:
            return True
        path = path.rpartition("/")[0]
    return False


def unread(submission: Submission) -> tuple[str, ...]:
    """The file lists that the record names and that were not read."""
    read = {file_list.component for file_list in submission.file_lists}
    names = {file_list.name for file_list in submission.file_lists}
    return tuple(
        str(name)
        for pattern in LISTING
        for place, name in find(submission.metadata, pattern)
        if parent(place) not in read and name not in names
    )


def listed_paths(submission: Submission) -> set[str]:
    """All paths that file lists and the record's own files name, as compared."""
    paths: set[str] = set()
    for file_list in submission.file_lists:
        named = [path for path in file_list.table["path"].tolist() if path.strip()]
        paths.update(map(bare, named))
        paths.update(end for path in named if _OF_OWN_COMPUTER.match(path) for end in _ends(path))
    paths.update(
        bare(path)
        for _, path in find(submission.metadata, "/**/files/*/path")
        if isinstance(path, str)
    )
    return paths


def _listed(submission: Submission) -> Iterator[tuple[FileList | str, list[str]]]:
    """Each file list, and each place of files in the record itself, with the paths it names."""
    told = set()
    for file_list in submission.file_lists:
        yield file_list, file_list.table["path"].tolist()
        if file_list.kind == "inline":
            told.add(f"{file_list.component or '/study'}/files")
    for place, files in find(submission.metadata, "/**/files"):
        if isinstance(files, list) and place not in told:
            yield place, [str(file.get("path", "")) for file in files if isinstance(file, dict)]


def _flag(
    holder: FileList | str, rows: list[int], message: str, values: list[str], hint: str | None
) -> Flag:
    if len(rows) > 1:
        message += f"; {len(rows) - 1:,} more like this"
    if isinstance(holder, str):
        at: str | None = f"{holder}/{rows[0]}/path"
        location = None
    else:
        at, location = listing_place(holder), row_location(holder, rows[0], "path")
    return Flag(
        message=message,
        at=at,
        location=location,
        value=values[0],
        hint=hint,
        count=len(rows),
        samples=tuple(
            {"row": row + 1, "value": value}
            for row, value in zip(rows[:SAMPLES], values, strict=False)
        ),
    )


@check("FLS203", "file-in-two-lists", at="", severity="warning")
def in_two_lists(metadata: Metadata, file_lists: tuple[FileList, ...]) -> Iterator[Flag]:
    """A file is named in the lists of two study components, so it is not clear where it belongs.

    To fix: name each file only in the list of the study component it was made for.
    """
    seen: dict[str, FileList] = {}
    for file_list in file_lists:
        paths = [bare(path) for path in file_list.table["path"].tolist()]
        again = [
            (row, path)
            for row, path in enumerate(paths)
            if path.strip() and path in seen and seen[path].source != file_list.source
        ]
        if again:
            first = again[0][1]
            message = f"the file '{first}' is named here and in '{seen[first].name}'"
            rows, values = [row for row, _ in again], [path for _, path in again]
            yield _flag(file_list, rows, message, values[:SAMPLES], None)
        for path in paths:
            seen.setdefault(path, file_list)


@check("FLS204", "file-list-of-two-components", at="/study", severity="warning")
def of_two_components(
    study: dict[str, Any], metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """Two study components or annotations have one file list, so their files are not told apart.

    A list whose rows name their components is no fault.

    To fix: give each its own file list, which names only its own files.
    """
    seen: dict[str, str] = {}
    parted = {name for name, lines in _lines(submission).items() if len(lines) > 1}
    for pattern in LISTING:
        for place, name in find(metadata, pattern):
            if str(name).strip() in parted:
                continue
            first = seen.setdefault(str(name).strip(), parent(place))
            if first != parent(place):
                yield Flag(
                    message=f"the file list '{name}' also belongs to {_said(metadata, first)}",
                    at=place,
                    value=str(name),
                )


def _lines(submission: Submission) -> dict[str, set[int]]:
    """The first lines of each list's parts, by its name; a list read whole has one."""
    lines: dict[str, set[int]] = {}
    for one in submission.file_lists:
        lines.setdefault(one.name, set()).update(int(n) for n in one.table["line"].tolist()[:1])
    return lines


def _said(metadata: Metadata, place: str) -> str:
    """A study component or annotation set by its name."""
    for slot in ("name", "title"):
        for _, name in find(metadata, f"{place}/{slot}"):
            return f"'{name}'"
    return place


@check("FLS205", "listed-file-absent", at="", severity="error")
def absent(metadata: Metadata, submission: Submission, images: Images) -> Iterator[Flag]:
    """A listed file was not uploaded, or was uploaded under another name.

    Names must agree exactly, letter case included. The accession is given after the files are
    there.

    To fix: upload the file, or write its path exactly as it was uploaded.
    """
    present = images.present
    held = folders(present)
    near: Mapping[str, list[str]] | None = None
    for holder, paths in _listed(submission):
        gone = [
            (row, path)
            for row, path in enumerate(paths)
            if path.strip() and not _there(bare(path), present, held)
        ]
        if not gone:
            continue
        near = _by_look(present) if near is None else near
        rows, values = [row for row, _ in gone], [path for _, path in gone]
        message = f"the listed file '{values[0]}' was not uploaded"
        yield _flag(holder, rows, message, values[:SAMPLES], _near(bare(values[0]), near))


@check("FLS206", "listed-file-growing", at="", severity="error")
def growing(metadata: Metadata, submission: Submission, images: Images) -> Iterator[Flag]:
    """A listed file is still being uploaded: it grew while it was looked at.

    To fix: nothing, if the upload goes on; otherwise upload the file again.
    """
    if not images.growing:
        return
    open_folders = folders(images.growing)
    for holder, paths in _listed(submission):
        found = [
            (row, path)
            for row, path in enumerate(paths)
            if bare(path) in images.growing or bare(path).rstrip("/") in open_folders
        ]
        if found:
            rows, values = [row for row, _ in found], [path for _, path in found]
            message = f"the upload of '{values[0]}' is not finished"
            yield _flag(holder, rows, message, values[:SAMPLES], None)


@check("FLS207", "file-not-listed", at="/study", severity="warning")
def not_listed(study: dict[str, Any], submission: Submission, images: Images) -> Iterator[Flag]:
    """An uploaded file is named in no file list, so nobody would know what it shows.

    To fix: add the file to the list of its study component, or take it out of the upload.
    """
    missing = unread(submission)
    if missing:
        raise Skipped(f"the file list '{missing[0]}' could not be read")
    listed = {_plain(path) for path in listed_paths(submission)}
    own = {*submission.source.documents}
    for file_list in submission.file_lists:
        own.update((file_list.source, file_list.name))
    beside = sorted(
        path
        for path in images.present
        if not covered(path, listed)
        and not _SYSTEM_FILE.search(path)
        and not _is_own(path, own)
        and not (submission.source.kind == "ro-crate" and _PREVIEW.match(path))
    )
    if beside:
        more = f"; {len(beside) - 1:,} more are not" if len(beside) > 1 else ""
        yield Flag(
            message=f"the uploaded file '{beside[0]}' is in no file list{more}",
            value=beside[0],
            count=len(beside),
            samples=tuple(beside[:SAMPLES]),
        )


@check("FLS208", "file-size-not-as-listed", at="", severity="warning")
def size_differs(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file has another size than its list says, so it may be cut off or be another version.

    To fix: compare the file with your own copy; upload it again, or correct its size.
    """
    for file_list in file_lists:
        sized = file_list.table[file_list.table["size"].notna()]
        wrong = [
            (row, path, size)
            for row, path, size in zip(
                sized.index.tolist(), sized["path"].tolist(), sized["size"].tolist(), strict=True
            )
            if images.present.get(bare(path), size) != size and bare(path) not in images.growing
        ]
        if wrong:
            row, path, size = wrong[0]
            message = (
                f"the list says that '{path}' has {size:,} bytes, "
                f"and it has {images.present[bare(path)]:,}"
            )
            values = [each[1] for each in wrong]
            flag = _flag(file_list, [each[0] for each in wrong], message, values[:SAMPLES], None)
            yield dataclasses.replace(flag, location=row_location(file_list, row, "size"))


def _plain(path: str) -> str:
    """A path without the forms that have findings of their own and leave no doubt what is meant."""
    steps = path.replace("\\", "/").split("/")
    return "/".join(step for step in steps if step not in ("", "."))


def _there(path: str, present: Mapping[str, int], held: Collection[str]) -> bool:
    if path in present or path in held:
        return True
    plain = _plain(path)
    if plain in present or plain in held:
        return True
    # That it begins at a computer of the depositor's is told by its form.
    return _OF_OWN_COMPUTER.match(path) is not None and any(
        end in present or end in held for end in _ends(path)
    )


_OF_OWN_COMPUTER = re.compile(r"[A-Za-z]:[\\/]|\\\\|~[\\/]|/?(?:home|Users|mnt|media|Volumes)/")


def _ends(path: str) -> Iterator[str]:
    """What a path may be below the folder that was uploaded, the longest first."""
    steps = _plain(path).split("/")
    return ("/".join(steps[at:]) for at in range(1, len(steps)))


def _look(path: str) -> str:
    return unicodedata.normalize("NFC", _plain(path).strip()).casefold()


def _by_look(present: Mapping[str, int]) -> dict[str, list[str]]:
    """Uploaded paths by what they look like, and by their last step."""
    found: dict[str, list[str]] = {}
    for path in present:
        look = _look(path)
        found.setdefault(look, []).append(path)
        if "/" in look:
            found.setdefault(f"/{look.rpartition('/')[2]}", []).append(path)
        else:
            found.setdefault(f"/{look}", []).append(path)
    return found


def _near(path: str, near: Mapping[str, list[str]]) -> str | None:
    """What to do about an absent file when one that resembles it was uploaded."""
    look = _look(path)
    for other in near.get(look, ()):
        if unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", path):
            why = "its accents are composed in another way"
        elif other.strip().casefold() == path.strip().casefold() and other.strip() != path.strip():
            why = "its letter case differs"
        else:
            why = "its white space or letters differ"
        return f"'{other}' was uploaded; {why}. Make the two names agree exactly."
    elsewhere = near.get(f"/{look.rpartition('/')[2]}", [])
    if len(elsewhere) == 1:
        return (
            f"A file of this name was uploaded as '{elsewhere[0]}'; write that path if it is meant."
        )
    return None


def _is_own(path: str, own: Collection[str]) -> bool:
    return any(name == path or name.endswith(f"/{path}") for name in own)
