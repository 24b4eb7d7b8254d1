"""Imaging methods, instruments and descriptions of a study component against its images' headers.

Which formats only one technique or one maker writes stands in `schemas/techniques.yaml`; formats
that several write say nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from pipeline.check import Flag, Images, Place, below, check
from pipeline.checks.acquisitions import label
from pipeline.checks.file_lists import bare, covered
from pipeline.findings import Frozen
from pipeline.images import ImageFile
from pipeline.resources import schemas
from pipeline.select import get
from pipeline.submission import Metadata, Submission

COMPONENT = "/study/study_components/*"


class Group(Frozen):
    """The formats of one technique or maker, and a pattern for how people name it."""

    name: str
    said: str
    formats: frozenset[str]


class Table(Frozen):
    """The techniques, the makers, and the wordings that leave the technique open."""

    techniques: tuple[Group, ...]
    makers: tuple[Group, ...]
    unclear: str


@cache
def table() -> Table:
    """The table of techniques and makers."""
    import yaml

    read = yaml.safe_load((schemas() / "techniques.yaml").read_text("utf-8"))
    return Table(
        techniques=_groups(read["techniques"], "methods"),
        makers=_groups(read["makers"], "names"),
        unclear=read["unclear"],
    )


def _groups(read: Mapping[str, Mapping[str, Any]], said: str) -> tuple[Group, ...]:
    return tuple(
        Group(name=name, said=one[said], formats=frozenset(one["formats"]))
        for name, one in read.items()
    )


def _named(text: str, groups: Iterable[Group]) -> set[str]:
    """The names of the groups that a text speaks of."""
    return {one.name for one in groups if re.search(one.said, text, re.IGNORECASE)}


def acquisitions(component: Mapping[str, Any], metadata: Metadata) -> list[dict[str, Any]] | None:
    """The image acquisitions of a study component; None where they are not known for certain.

    A component without associations may be of any acquisition of the study.
    """
    every = [one for one in get(metadata, "/study/image_acquisitions", []) if isinstance(one, dict)]
    rows = [one for one in component.get("associations", []) if isinstance(one, dict)]
    if any(one.get("image_correlation") for one in rows):
        return None
    if not rows:
        return every
    by_title = {str(one.get("title", "")).strip().casefold(): one for one in every}
    named = [str(one.get("image_acquisition", "")).strip().casefold() for one in rows]
    if not all(name in by_title for name in named):
        return None
    return [by_title[name] for name in dict.fromkeys(named)]


def _images_of(
    place: str, submission: Submission, images: Images, formats: frozenset[str] | None = None
) -> list[ImageFile]:
    """The images that the file lists of a study component name, folders included.

    Only those whose content told their format, and of some formats if they are given.
    """
    told: list[ImageFile] = [
        one
        for one in images.sniffed
        if (formats is None or one.format in formats)
        and one.kind == "image"
        and one.evidence == "content"
    ]
    if not told:
        return []
    listed = {
        bare(path).rstrip("/")
        for file_list in submission.file_lists
        if file_list.component == place
        for path in file_list.table["path"].tolist()
    }
    return [one for one in told if covered(one.path.rstrip("/"), listed)]


def _flag(found: list[ImageFile], message: str, **more: Any) -> Flag:
    others = f"; {len(found) - 1:,} more like this" if len(found) > 1 else ""
    return Flag(
        message=message + others,
        value=found[0].path,
        count=len(found),
        samples=tuple(one.path for one in found[:5]),
        **more,
    )


@check("IMG264", "format-of-another-method", at=COMPONENT, severity="warning")
def other_method(
    component: dict[str, Any],
    place: Place,
    metadata: Metadata,
    submission: Submission,
    images: Images,
) -> Iterator[Flag]:
    """A study component holds images that instruments of another technique wrote.

    Its image acquisitions name only light microscopy, for instance, and a file is in a format that
    only electron microscopes write. Readers take the image for what its acquisition says.

    To fix: associate the component with the acquisition that made the image, or move the file to
    the component it belongs to.
    """
    of_component = acquisitions(component, metadata) or []
    if not all(one.get("imaging_methods") for one in of_component):
        return
    methods = [label(method) for one in of_component for method in one["imaging_methods"]]
    said: set[str] = set()
    for method in methods:
        named = _named(method, table().techniques)
        if not named or re.search(table().unclear, method, re.IGNORECASE):
            return
        said |= named
    if not said:
        return
    for technique in table().techniques:
        if technique.name in said:
            continue
        if found := _images_of(place, submission, images, technique.formats):
            listed = ", ".join(repr(method) for method in dict.fromkeys(methods))
            yield _flag(
                found,
                f"{found[0].format!r} of '{found[0].path}' is a format of {technique.name} "
                f"{_INSTRUMENTS.get(technique.name, 'imaging')}, and the methods named are "
                f"{listed}",
            )


_INSTRUMENTS = {
    "light": "microscopes",
    "electron": "microscopes",
    "scanning probe": "microscopes",
}


@check("IMG265", "format-of-another-maker", at=COMPONENT, severity="hint")
def other_maker(
    component: dict[str, Any],
    place: Place,
    metadata: Metadata,
    submission: Submission,
    images: Images,
) -> Iterator[Flag]:
    """A study component holds images of another maker than its instrument's.

    Their format is that maker's own, or their header names its instrument. Software of one maker
    sometimes runs an instrument of another, so this may be right.

    To fix: compare the imaging instrument of the acquisition with the one that made the image.
    """
    instruments = [
        str(one.get("imaging_instrument", "")) for one in acquisitions(component, metadata) or ()
    ]
    said: set[str] = set()
    for instrument in instruments:
        named = _named(instrument, table().makers)
        if len(named) != 1 or re.search(_OWN_BUILT, instrument, re.IGNORECASE):
            return
        said |= named
    if not said:
        return
    of_images = _images_of(place, submission, images)
    for maker in table().makers:
        if maker.name in said:
            continue
        if found := [one for one in of_images if _made_by(one) == maker.name]:
            shown = found[0].instrument or found[0].format
            yield _flag(
                found,
                f"'{found[0].path}' was made with {maker.name} ({shown}), and the instrument "
                f"named is of {' and '.join(sorted(said))}",
            )


def _made_by(one: ImageFile) -> str | None:
    """The maker of an image's instrument: as its header names it, else as its format shows."""
    if one.instrument:
        return _maker_of(one.instrument)
    return next((maker.name for maker in table().makers if one.format in maker.formats), None)


@lru_cache(maxsize=4096)
def _maker_of(instrument: str) -> str | None:
    """The only maker that a text names; cameras of Hamamatsu stand on microscopes of all."""
    named = _named(instrument, table().makers)
    return named.pop() if len(named) == 1 and "Hamamatsu" not in named else None


_OWN_BUILT = r"custom|home[ -]?(built|made)|own design|modified|adapted|equipped|coupled"
_STACK = re.compile(r"\bz[ -]?(?:stack|series)\w*|\bvolumetric imag\w*|\bconfocal stack\w*", re.I)
_MOVIE = re.compile(r"\btime[ -]?(?:lapse|series)\b|\btimelapse\b|\bmovies?\b", re.I)
_FLAT = re.compile(
    r"project(?:ion|ed)|\bMIPs?\b|single[ -](?:plane|frame|slice|image)|still|frames?\b|snapshot"
    r"|extracted|segment|mask|\bnot?\b|without",
    re.I,
)


@check("IMG266", "stack-or-movie-with-one-plane", at=COMPONENT, severity="hint")
def one_plane(
    component: dict[str, Any], place: Place, submission: Submission, images: Images
) -> Iterator[Flag]:
    """A study component is said to hold stacks or movies, and each of its images is one plane.

    Nothing is said where file names count planes, or where projections or single frames are told.

    To fix: see whether the whole stacks were uploaded; say so if these are projections or frames.
    """
    for slot in ("name", "description"):
        text = str(component.get(slot, ""))
        claimed = _STACK.search(text) or _MOVIE.search(text)
        if claimed is None or _FLAT.search(text):
            continue
        found = _images_of(place, submission, images)
        if found and all(_is_one_plane(one) for one in found) and not _counted(found):
            message = f"{claimed[0]!r} is said, and '{found[0].path}' holds one plane"
            yield _flag(found, message, at=below(place, slot))
            return


def _is_one_plane(one: ImageFile) -> bool:
    sizes = one.sizes or {}
    return (
        one.images == 1
        and {"X", "Y"} <= sizes.keys()
        and all(sizes.get(axis, 1) == 1 for axis in "TZ")
    )


def _counted(found: list[ImageFile]) -> bool:
    """Whether file names differ in a number alone, as planes of one stack in several files do."""
    shapes = [re.sub(r"\d+", "0", one.path) for one in found]
    return len(set(shapes)) < len(shapes)
