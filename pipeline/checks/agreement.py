"""What a file list states of its images against what their headers say.

A finding is a warning where both are certain, else a hint: a column whose name may mean something
else, a header that cannot tell slices from time points, a number without a unit. Nothing is said
of a file with several images, of which a row can describe only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import combinations
from math import prod

from pipeline.check import Flag, Images, check
from pipeline.checks.file_lists import bare, listing_place
from pipeline.checks.stated import (
    MICROMETRES,
    About,
    Stated,
    byte_counts,
    columns,
    counts,
    lengths,
    names,
)
from pipeline.findings import Frozen
from pipeline.images import ImageFile
from pipeline.images.formats import table
from pipeline.intake.file_list_places import row_location
from pipeline.intake.spellings import fold
from pipeline.submission import FileList, Metadata

SAMPLES = 5
NEAR = 0.02
"""Share by which a stated pixel size may differ from the header's beyond its own rounding."""

NAMES = {"X": "wide", "Y": "high", "Z": "slices", "T": "time points", "C": "channels"}
UNLABELLED = frozenset(
    (
        "TIFF (Tagged Image File Format)",
        "PNG (Portable Network Graphics)",
        "Animated PNG",
        "JPEG",
        "JPEG 2000",
        "GIF (Graphics Interchange Format)",
        "Windows Bitmap",
        "WebP",
        "AVI (Audio Video Interleave)",
        "MP4 (MPEG-4)",
        "QuickTime Movie",
    )
)
"""Formats that number their planes without saying what they are, and hold colours as channels."""


class Told(Frozen):
    """What disagrees at one row; not `certain` where either side may be read in another way."""

    message: str
    certain: bool


Judge = Callable[[Stated, str, str], Told | None]
"""From a column, the text in it and the path of its row to what disagrees."""


def compared(file_lists: tuple[FileList, ...], about: About, judge: Judge) -> Iterator[Flag]:
    """One flag for each column, and for what is certain and what is not."""
    for file_list in file_lists:
        for column in columns(file_list, about):
            paths = file_list.table["path"].tolist()
            found: dict[bool, list[tuple[int, str, str]]] = {}
            for row, (path, text) in enumerate(zip(paths, column.values(file_list), strict=True)):
                told = judge(column, text, bare(path).rstrip("/")) if text else None
                if told is not None:
                    found.setdefault(told.certain, []).append((row, text, told.message))
            for certain, rows in sorted(found.items(), reverse=True):
                yield _flag(file_list, column, rows, certain)


def _flag(
    file_list: FileList, column: Stated, rows: list[tuple[int, str, str]], certain: bool
) -> Flag:
    row, value, message = rows[0]
    more = f"; {len(rows) - 1:,} more like this" if len(rows) > 1 else ""
    return Flag(
        message=message + more,
        at=listing_place(file_list),
        location=row_location(file_list, row, column.index),
        value=value,
        severity=None if certain else "hint",
        count=len(rows),
        samples=tuple({"row": at + 1, "value": text} for at, text, _ in rows[:SAMPLES]),
    )


def _told_images(images: Images) -> dict[str, ImageFile]:
    """The images by path whose format was told by more than their name."""
    return {
        one.path.rstrip("/"): one
        for one in images.sniffed
        if one.kind == "image" and one.evidence != "suffix"
    }


def _state(file_lists: tuple[FileList, ...], about: About) -> bool:
    """Whether any column states something of one kind."""
    return any(True for one in file_lists for _ in columns(one, about))


def _single(told: Mapping[str, ImageFile], path: str) -> ImageFile | None:
    """The image at a path, if the file holds no other one."""
    one = told.get(path)
    return one if one is not None and one.images in (None, 1) else None


@check("IMG260", "format-not-as-listed", at="", severity="warning")
def format_differs(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file list states another format than the one that the file's content shows.

    Whoever opens the file by its stated format finds it broken or loses what the format holds.

    To fix: correct the column, or upload the file that is meant.
    """
    if not _state(file_lists, "format"):
        return
    told = _told_images(images)

    def judge(column: Stated, text: str, path: str) -> Told | None:
        one = told.get(path)
        if one is None or one.format is None or _is_format(text, path, one.format):
            return None
        message = f"the list says that '{path}' is {text}, and its content is {one.format}"
        return Told(message=message, certain=one.evidence == "content")

    yield from compared(file_lists, "format", judge)


_VAGUE = frozenset(("raw", "img", "map", "dat", "data", "bin", "txt", "text", "xml", "stack"))
"""Words that are suffixes of formats and are also said of files in general."""
_CONTAINERS = {
    "tif": "tiff",
    "tiff": "tiff",
    "h5": "hdf5",
    "hdf5": "hdf5",
    "zip": "zip",
    "xml": "xml",
}
"""Suffixes of containers that other formats are built on, by the kind of their signatures."""


@cache
def _names() -> Mapping[str, frozenset[str]]:
    """Formats by their names, with and without what stands in brackets, in small letters."""
    found: dict[str, set[str]] = {}
    for name in table().formats:
        for form in (name, re.sub(r"\(.*?\)", "", name), *re.findall(r"\((.*?)\)", name)):
            if len(fold(form)) > 2:
                found.setdefault(fold(form), set()).add(name)
    return {form: frozenset(names_) for form, names_ in found.items()}


@lru_cache(maxsize=4096)
def _meant(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The suffixes, or else the formats, that a stated format may mean; neither if not known."""
    known = table().by_suffix
    word = re.sub(r"^(?:image|application|video)/(?:x-)?", "", text.casefold()).lstrip(".*")
    if word in known and word not in _VAGUE:
        return frozenset((word,)), frozenset()
    plain = fold(text)
    meant = {n for form, some in _names().items() if form.startswith(plain) for n in some}
    if meant and len(plain) > 3:
        return frozenset(), frozenset(meant)
    words = frozenset(re.split(r"[\W_]+", text.casefold())) & known.keys()
    return (words if not words & _VAGUE else frozenset()), frozenset()


def _is_format(text: str, path: str, name: str) -> bool:
    """Whether a stated format may be the one told, or cannot be understood at all."""
    suffixes, meant = _meant(text)
    if meant:
        return name in meant
    if not suffixes:
        return True
    low = path.casefold()
    return any(low.endswith(f".{suffix}") for suffix in suffixes) or _may_be(suffixes, name)


@cache
def _may_be(suffixes: frozenset[str], name: str) -> bool:
    """Whether files of a format may have one of the suffixes, its container's included."""
    known = table().formats.get(name)
    if known is None:
        return False
    inside = {key for rule in known.rules for key in rule}
    return any(one in known.all_suffixes or _CONTAINERS.get(one) in inside for one in suffixes)


@check("IMG261", "pixel-count-not-as-listed", at="", severity="warning")
def pixels_differ(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file list states other numbers of pixels, slices or time points than the image's header.

    Either the file was cropped or exported again after the list was written, or it is another one.

    To fix: compare the image with the list; correct the column, or upload the file that is meant.
    """
    if not _state(file_lists, "pixels"):
        return
    told = _told_images(images)

    def judge(column: Stated, text: str, path: str) -> Told | None:
        one = _single(told, path)
        stated = counts(text)
        if one is None or not one.sizes or column.axes == "C" or len(stated) > len(column.axes):
            return None
        if len(column.axes) > 1 and len(stated) < 2:
            return None
        return _counted(column, dict(zip(column.axes, stated, strict=False)), path, one)

    yield from compared(file_lists, "pixels", judge)


def _counted(column: Stated, stated: dict[str, int], path: str, one: ImageFile) -> Told | None:
    """The first axis along which a header has another number than stated."""
    sizes = one.sizes or {}
    for axis, count in stated.items():
        held = sizes.get(axis)
        if held is None or count in (held, 0):
            continue
        others = {"X", "Y"} if axis in "XY" else {"T", "Z", "C"}
        elsewhere = count in _products([sizes.get(other, 1) for other in others - {axis}], held)
        if elsewhere and one.format in UNLABELLED:
            continue
        said = f"{count:,} pixels {NAMES[axis]}" if axis in "XY" else f"{count:,} {NAMES[axis]}"
        return Told(
            message=f"the list says that '{path}' has {said}, and its header says {held:,}",
            certain=column.certain and not elsewhere and one.evidence == "content",
        )
    return None


def _products(others: list[int], held: int) -> set[int]:
    """What a count may be when axes are taken for one another or together."""
    every = [*others, held]
    return {prod(some) for n in range(1, len(every) + 1) for some in combinations(every, n)}


@check("IMG262", "pixel-size-not-as-listed", at="", severity="warning")
def pixel_size_differs(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file list states another physical size of a pixel than the image's header.

    Every length that is measured in the image is then wrong by that factor.

    To fix: correct the column or its unit; if the header is wrong, say so in the acquisition.
    """
    if not _state(file_lists, "pixel size"):
        return
    told = _told_images(images)

    def judge(column: Stated, text: str, path: str) -> Told | None:
        one = _single(told, path)
        if one is None or not one.pixel_size_um or set(one.pixel_size_um.values()) == {1.0}:
            return None
        stated = lengths(text, column.unit)
        axes = "XY" if len(stated) == 1 and len(column.axes) > 1 else column.axes
        parts = stated * len(axes) if len(stated) == 1 else stated
        for axis, part in zip(axes, parts, strict=False):
            held = one.pixel_size_um.get(axis)
            if held is None or not part.value:
                continue
            factors = MICROMETRES.values() if part.unit is None else (MICROMETRES[part.unit],)
            if any(
                abs(part.value * factor - held) <= max(part.step * factor * 0.51, held * NEAR)
                for factor in factors
            ):
                continue
            said = f"{part.value:g} {part.unit}" if part.unit else f"{part.value:g}"
            message = (
                f"the list says that pixels of '{path}' measure {said} along {axis}, "
                f"and its header says {held:g} µm"
            )
            return Told(message=message, certain=part.unit is not None and column.certain)
        return None

    yield from compared(file_lists, "pixel size", judge)


@check("IMG263", "channels-not-as-listed", at="", severity="warning")
def channels_differ(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file list states another number of channels than the image's header.

    A reader cannot tell which stain a channel shows when one is missing or one too many.

    To fix: correct the column, or upload the file with all its channels.
    """
    if not _state(file_lists, "pixels"):
        return
    told = _told_images(images)

    def judge(column: Stated, text: str, path: str) -> Told | None:
        one = _single(told, path)
        if one is None or not one.sizes or column.axes != "C":
            return None
        stated = counts(text)
        if len(stated) == 1:
            held = one.sizes.get("C")
            # the three samples of a colour picture are one channel to many people
            coloured = held in (3, 4) and one.pixel_type == "uint8"
            return None if coloured else _counted(column, {"C": stated[0]}, path, one)
        named = names(text) if not stated else ()
        if named and (found := _counted(column, {"C": len(named)}, path, one)):
            return found.model_copy(update={"certain": False})
        return None

    yield from compared(file_lists, "pixels", judge)


@check("FLS209", "file-size-column-differs", at="", severity="warning")
def size_column_differs(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A column of a file list states another size than the file has on disk.

    The file may be cut off or be another version.

    To fix: compare the file with your own copy; upload it again, or correct the column.
    """
    if not _state(file_lists, "bytes"):
        return

    def judge(column: Stated, text: str, path: str) -> Told | None:
        held = images.present.get(path)
        meant = byte_counts(text, column.unit)
        if held is None or path in images.growing or not meant:
            return None
        if any(abs(size - held) <= max(step, size * NEAR * (step > 0)) for size, step in meant):
            return None
        message = f"the list says that '{path}' has {text}, and it has {held:,} bytes"
        return Told(message=message, certain=column.unit is not None or not text.isdecimal())

    yield from compared(file_lists, "bytes", judge)
