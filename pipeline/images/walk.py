"""Walking folders: which files belong together, and one ImageFile for each."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.images import content, faults, nonsense, places, zarrs
from pipeline.images.facts import Facts
from pipeline.images.formats import suffixes_of, table
from pipeline.images.image import ImageFile
from pipeline.images.opened import away
from pipeline.images.sets import Owned, Sets, first_to_ask


def sniff(
    paths: Iterable[Path | str],
    *,
    deep: bool = False,
    base: Path | None = None,
) -> Iterator[ImageFile]:
    """Tell every file and image folder at or below the paths, one ImageFile for each.

    A path may be a URL (`s3://`, `https://`, `ftp://`, `zip://`, `file://`), of which at most
    1 MiB a file is fetched. `path` of the result is the given path joined with the rest, or
    relative to `base`. Raises nothing for a damaged file.
    """
    for given in paths:
        said = str(given)
        for told in _sniff(places.plain(said), deep):
            if said.startswith(("zip://", "file://")):
                told = _renamed(told, said)
            if base is not None:
                told = told.model_copy(
                    update={
                        "path": os.path.relpath(told.path, base),
                        "of": os.path.relpath(told.of, base) if told.of else None,
                    }
                )
            yield told


def _renamed(told: ImageFile, given: str) -> ImageFile:
    """The same with its paths in the form in which the folder or file was given."""
    findings = tuple(
        one.model_copy(
            update={
                "location": one.location.model_copy(
                    update={"file": places.as_given(one.location.file, given)}
                )
            }
        )
        if one.location.file
        else one
        for one in told.findings
    )
    of = places.as_given(told.of, given) if told.of else None
    path = places.as_given(told.path, given)
    return told.model_copy(update={"path": path, "of": of, "findings": findings})


def sniff_file(path: Path | str, deep: bool = False) -> ImageFile:
    """Tell one file, or one folder that is an image.

    A metadata file of a Zarr store speaks for its store.
    """
    shown = places.plain(str(path))
    if places.is_folder(shown):
        return _folder_image(shown, shown, deep)
    folder, name = os.path.split(shown)
    if name in zarrs.MARKS:
        told = _folder_image(folder or ".", folder or ".", deep)
        return told.model_copy(update={"path": shown, "size": places.size_of(shown)})
    return _finish(*_tell(shown, shown, deep), Sets(folder or "."))


def _sniff(given: str, deep: bool) -> Iterator[ImageFile]:
    if places.is_folder(given):
        given = given.rstrip("/") or given
        yield from _folder(given, given, {}, deep)
        return
    try:
        told = sniff_file(given, deep)
    except OSError as error:
        told = _unopened(given, error)
    yield told


def _folder(path: str, shown: str, owned: Owned, deep: bool) -> Iterator[ImageFile]:
    """Everything in a folder; `owned` are paths that an image above has claimed."""
    try:
        entries = sorted(places.entries(path))
    except OSError as error:
        marks = (*sorted(zarrs.MARKS), "attributes.json")
        if away(path) and any(places.exists(f"{path}/{mark}") for mark in marks):
            # a web server lists nothing, and the files of a store have known names
            yield _folder_image(path, shown, deep)
        else:
            yield _unopened(shown, error)
        return
    names = frozenset(entry.name for entry in entries)
    if zarrs.is_store(os.path.basename(path), names) and (
        names & zarrs.MARKS or "attributes.json" not in names or zarrs.is_n5(path)
    ):
        yield _folder_image(path, shown, deep)
        return
    sets = Sets(path, owned)
    inside: set[str] = set()
    files = [entry for entry in entries if not entry.folder]
    files.sort(key=lambda entry: first_to_ask(entry.name))
    for entry in files:
        below = f"{shown}/{entry.name}"
        try:
            facts, size = _tell(entry.path, below, deep, sets.owner(entry.name) is not None)
        except OSError as error:
            yield _unopened(below, error)
            continue
        for folder in facts.inside:
            inside.add(folder)
            size += places.weight(os.path.join(path, folder))
        yield _finish(facts, size, sets)
    for entry in entries:
        if entry.folder and not entry.link and entry.name not in inside:
            yield from _folder(entry.path, f"{shown}/{entry.name}", sets.below(entry.path), deep)


def _tell(path: str, shown: str, deep: bool, owned: bool = False) -> tuple[Facts, int]:
    return content.tell(path, _printable(places.name_of(path)), _printable(shown), deep, owned)


def _finish(facts: Facts, size: int, sets: Sets | None) -> ImageFile:
    of = sets.settle(facts) if sets is not None else None
    nonsense.judge(facts)
    known = table().formats.get(facts.format or "")
    listed = known is not None and known.listed
    if facts.kind == "image" and known is not None and not listed:
        facts.flag(faults.NOT_LISTED, f"{known.name} is not on the Bio-Formats list")
    return ImageFile(
        path=facts.path,
        size=size,
        kind=facts.kind,
        format=facts.format,
        on_bioformats_list=listed,
        reader=facts.reader or (known.reader if known else None),
        evidence=facts.evidence if facts.format else None,
        of=of,
        sizes=facts.sizes,
        pixel_size_um=facts.pixel_size_um,
        pixel_type=facts.pixel_type,
        images=facts.images,
        channels=facts.channels,
        instrument=facts.instrument,
        acquired=facts.acquired,
        findings=tuple(facts.findings),
    )


def _printable(path: str) -> str:
    """A path whose name is not UTF-8, so that it can be written down."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _folder_image(path: str, shown: str, deep: bool) -> ImageFile:
    facts = Facts(_printable(shown))
    try:
        zarrs.read(path, facts, deep)
    except OSError as error:
        facts.flag(faults.READER_COMPLAINS, f"it cannot be read: {error.strerror or error}")
    except Exception as crash:  # noqa: BLE001  one folder must not end the run
        content.failed(facts, os.path.basename(shown), crash)
    return _finish(facts, places.weight(path), None)


_NO_FILE = {
    errno.ELOOP: "it is a link that leads to itself",
    errno.ENOENT: "there is no such file, or it is a link that leads nowhere",
    errno.ENXIO: "it is a pipe, a socket or a device",
}


def _unopened(shown: str, error: OSError) -> ImageFile:
    facts = Facts(_printable(shown), kind="unreadable")
    why = _NO_FILE.get(error.errno or 0, str(error.strerror or error))
    facts.flag(faults.READER_COMPLAINS, f"it cannot be opened: {why}", severity="error")
    return _finish(facts, 0, None)


__all__ = ["sniff", "sniff_file", "suffixes_of"]
