"""Folders that are one image: OME-Zarr 0.4 to 0.6, plates, bioformats2raw layout, Zarr, N5."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pipeline.images import faults, ngff, ome, persons, places
from pipeline.images.facts import Facts
from pipeline.images.zarrarrays import (
    Array,
    array_of,
    axes_of,
    no_chunks,
    resolution,
    technical,
    walked,
)
from pipeline.images.zarrstore import MARKS, Bad, Store, is_n5, is_store

MOST_WELLS = 4096
MOST_ARRAYS = 256
MOST_METADATA = 8 << 20
_METADATA = "OME/METADATA.ome.xml"
"""What bioformats2raw writes beside the images (NGFF 0.4, bioformats2raw.layout)."""
__all__ = ["MARKS", "is_n5", "is_store", "read"]


def read(path: str, facts: Facts, deep: bool = False) -> None:
    """Tell a store: which layout, sizes, pixels, and what is absent or damaged in it.

    `deep` also reads every chunk of its arrays once.
    """
    store = Store(path, facts)
    facts.evidence = "content"
    try:
        if store.has("attributes.json") and not any(store.has(mark) for mark in MARKS):
            _n5(store)
        elif store.has("zarr.json"):
            _version3(store)
        elif any(store.has(mark) for mark in (".zgroup", ".zarray", ".zattrs")):
            _version2(store)
        else:
            facts.format = "N5" if path.lower().endswith(".n5") else "Zarr"
            facts.evidence = "suffix"
            facts.flag(
                faults.ZARR_METADATA_MISSING,
                "the folder holds no .zgroup, .zarray or zarr.json",
                broken=True,
            )
    except Bad:
        if facts.format is None:
            facts.format = "OME-Zarr 0.5" if store.has("zarr.json") else "OME-Zarr 0.4"
    if deep and facts.kind == "image":
        from pipeline.images import zarrpixels

        zarrpixels.read(store)


def _n5(store: Store) -> None:
    """N5: the first data set at or below the top, which in a pyramid is the largest."""
    store.facts.format = "N5"
    store.n5 = True
    named = ("", "s0", "c0/s0", "setup0/timepoint0/s0")
    paths = named if places.unlisted(store.path) else walked(store)
    for path in islice(paths, MOST_WELLS):
        array = array_of(store, path)
        if array is None:
            continue
        store.facts.pixel_type = array.type
        if len(array.shape) in (2, 3):
            # the axis that varies fastest stands first
            store.facts.size(T=1, C=1, **dict(zip("XYZ", [*array.shape, 1], strict=False)))
        resolution(store, path)
        if not array.chunked:
            no_chunks(store, f"the data set {path!r}" if path else "the data set")
        return


def _version2(store: Store) -> None:
    facts = store.facts
    facts.format = "Zarr"
    if store.has(".zarray"):
        array = array_of(store, "")
        if array is not None:
            _array(store, array, store.json(".zattrs") or {})
        return
    attributes = store.json(".zattrs")
    if attributes is None:
        _largest(store)
        if _looks_like_image(store):
            facts.format = "Zarr"
            facts.flag(
                faults.OME_METADATA_MISSING,
                "the group holds arrays 0, 1 … and no .zattrs that would say what they are",
                file=f"{facts.path}/.zattrs",
            )
        return
    _ome(store, attributes, ".zattrs", "", str(_version(attributes, "0.4")))
    if facts.format == "Zarr":
        _largest(store)


def _version3(store: Store) -> None:
    facts = store.facts
    facts.format = "Zarr"
    node = store.json("zarr.json") or {}
    if node.get("node_type") == "array":
        array = array_of(store, "")
        if array is not None:
            _array(store, array, node)
        return
    attributes = node.get("attributes")
    ome = attributes.get("ome") if isinstance(attributes, dict) else None
    if isinstance(ome, dict):
        version = str(ome.get("version", ""))[:3]
        known = version if version == "0.6" else "0.5"
        _ome(store, ome, "zarr.json", "/attributes/ome", known)
    elif isinstance(attributes, dict):
        _ome(store, attributes, "zarr.json", "/attributes", "0.5")
    if facts.format == "Zarr":
        _largest(store)


def _array(store: Store, array: Array, told: Mapping[str, Any]) -> None:
    """A lone array: its type, and its sizes where its axes are named or there are two."""
    store.facts.pixel_type = array.type
    store.facts.images = 1
    names = told.get("dimension_names") or told.get("_ARRAY_DIMENSIONS")
    attributes = told.get("attributes")
    if not names and isinstance(attributes, dict):
        names = attributes.get("_ARRAY_DIMENSIONS")
    axes = [one.upper() for one in names if isinstance(one, str)] if names else []
    if not axes and len(array.shape) == 2:
        axes = ["Y", "X"]
    sizes = dict(zip(axes, array.shape, strict=False))
    if len(axes) == len(array.shape) == len(sizes) and sizes.keys() <= set("TCZYX"):
        store.facts.size(**sizes)
    if not array.chunked:
        no_chunks(store, f"the array {array.path!r}" if array.path else "the array")


def _largest(store: Store) -> None:
    """A group without a layout that is known: the largest of its images or arrays speaks for it."""
    arrays = (array_of(store, path) for path in islice(walked(store), MOST_ARRAYS))
    found = [one for one in arrays if one is not None and len(one.shape) >= 2]
    if not found:
        return
    found.sort(key=lambda one: -math.prod(one.shape))
    homes = dict.fromkeys(one.path.rpartition("/")[0] for one in found)
    images = [(home, *one) for home in homes if (one := _described(store, home))]
    if images:
        home, multiscales, file, at = images[0]
        _image(store, home, multiscales, file, at)
        store.facts.images = len(images)
        return
    most = found[0]
    parts = [part for part in most.path.split("/") if part]
    told = store.json(*parts, "zarr.json") or store.json(*parts, ".zattrs") or {}
    _array(store, most, told)
    store.facts.images = len(found)


def _described(store: Store, home: str) -> tuple[list[Any], str, str] | None:
    """What a group says of an image: its multiscales, the file and the place where they stand."""
    for mark, at in ((".zattrs", ""), ("zarr.json", "/attributes/ome")):
        found: Any = store.json(*home.split("/"), mark)
        for part in at.split("/")[1:]:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, dict) and isinstance(found.get("multiscales"), list):
            file = f"{home}/{mark}" if home else mark
            return found["multiscales"], file, f"{at}/multiscales"
    return None


def _version(attributes: Mapping[str, Any], default: str) -> str:
    for key in ("multiscales", "plate", "well"):
        found = attributes.get(key)
        found = found[0] if isinstance(found, list) and found else found
        if isinstance(found, dict) and isinstance(found.get("version"), str):
            return "0.5" if found["version"].startswith("0.5") else default
    return default


def _ome(store: Store, attributes: Mapping[str, Any], file: str, at: str, version: str) -> None:
    facts = store.facts
    multiscales = attributes.get("multiscales")
    if "multiscales" in attributes and (not multiscales or not isinstance(multiscales, list)):
        ngff.check(multiscales, file, f"{at}/multiscales", facts)
    if isinstance(attributes.get("plate"), dict):
        facts.format = f"OME-Zarr {version} HCS plate"
        _plate(store, attributes["plate"], file, f"{at}/plate")
    elif isinstance(multiscales, list) and multiscales:
        facts.format = f"OME-Zarr {version}"
        facts.images = 1
        if "image-label" in attributes:
            facts.format = f"OME-Zarr {version}"
        _image(store, "", multiscales, file, f"{at}/multiscales")
    elif "bioformats2raw.layout" in attributes:
        facts.format = "OME-Zarr bioformats2raw layout"
        _layout(store, file)
    elif isinstance(attributes.get("well"), dict):
        facts.format = f"OME-Zarr {version}"
    elif version == "0.6" and ("scene" in attributes or "coordinateSystems" in attributes):
        facts.format = f"OME-Zarr {version}"
        _largest(store)


def _looks_like_image(store: Store) -> bool:
    return any(store.has("0", mark) for mark in (".zarray", "zarr.json"))


def _layout(store: Store, file: str) -> None:
    images = sorted(name for name in places.names(store.path) if name.isdecimal())
    store.facts.images = len(images) or None
    _converted(store, set(images))
    for name in sorted(images, key=int)[:64]:
        if told := _described(store, name):
            _image(store, name, *told)


def _converted(store: Store, images: set[str]) -> None:
    """Flag what the OME-XML beside converted images says of a slide's label and of a patient."""
    try:
        data = places.beginning(f"{store.path}/{_METADATA}", MOST_METADATA)
    except (OSError, ValueError):
        return
    text = data.decode("utf-8", "replace")
    for number in ome.labels_beside(text):
        if str(number) in images:
            store.facts.flag(
                faults.LABEL, f"the image {number} is a photograph of the slide's label"
            )
    pairs = re.findall(r"<Key>([^<]{1,80})</Key>\s*<Value>([^<]{0,200})</Value>", text)
    if found := persons.told(pairs):
        told = "the original metadata give the patient's " + ", ".join(found)
        store.facts.flag(
            faults.PATIENT, told, severity="warning", file=f"{store.facts.path}/{_METADATA}"
        )


def _plate(store: Store, plate: Mapping[str, Any], file: str, at: str) -> None:
    """Tell the fields of a plate, the first 64 as images; flag those that are absent."""
    facts = store.facts
    wells = plate.get("wells")
    if not isinstance(wells, list):
        return
    missing: dict[str, int] = {}
    empty: list[str] = []
    count = 0
    for number, well in enumerate(wells[:MOST_WELLS]):
        path = well.get("path") if isinstance(well, dict) else None
        if not isinstance(path, str) or ".." in path:
            continue
        if not store.has(path):
            missing.setdefault(path, number)
            continue
        for field in _fields(store, path):
            if not store.has(path, field):
                missing.setdefault(f"{path}/{field}", number)
                continue
            count += 1
            if count <= 64:
                empty += _field(store, f"{path}/{field}", first=count == 1)
    facts.images = count or None
    if missing:
        names = list(missing)
        facts.flag(
            faults.MEMBER_MISSING,
            f"{len(names)} of the wells and fields that the plate lists are absent: "
            + ", ".join(names[:5]),
            file=f"{facts.path}/{file}",
            pointer=f"{at}/wells/{missing[names[0]]}",
            value=names[0],
            broken=True,
        )
    if empty and len(empty) >= min(count, 64):
        no_chunks(store, f"the first array of {len(empty)} fields")


def _fields(store: Store, well: str) -> Iterator[str]:
    for mark in (".zattrs", "zarr.json"):
        found: Any = store.json(*well.split("/"), mark)
        if mark == "zarr.json" and isinstance(found, dict):
            found = found.get("attributes", {})
            found = found.get("ome", {}) if isinstance(found, dict) else {}
        described = found.get("well") if isinstance(found, dict) else None
        images = described.get("images") if isinstance(described, dict) else None
        for image in images if isinstance(images, list) else ():
            path = image.get("path") if isinstance(image, dict) else None
            if isinstance(path, str) and ".." not in path:
                yield path


def _field(store: Store, path: str, first: bool) -> list[str]:
    """The path when the first array of a field has no chunk."""
    told = _described(store, path)
    if told is None:
        return []
    return [] if _image(store, path, *told, quiet=not first, plate=True) else [path]


def _channels(store: Store, file: str, at: str) -> None:
    """The labels of channels in `omero`, which stands beside `multiscales`."""
    found: Any = store.json(*file.split("/"))
    for part in at.split("/")[1:-1]:
        found = found.get(part) if isinstance(found, dict) else None
    omero = found.get("omero") if isinstance(found, dict) else None
    channels = omero.get("channels") if isinstance(omero, dict) else None
    if isinstance(channels, list):
        labels = [one.get("label") if isinstance(one, dict) else "" for one in channels[:1000]]
        store.facts.name_channels([one if isinstance(one, str) else "" for one in labels])


def _image(
    store: Store,
    path: str,
    multiscales: list[Any],
    file: str,
    at: str,
    quiet: bool = False,
    plate: bool = False,
) -> bool:
    """Tell one multiscale image; False when its first array has no chunk."""
    facts = store.facts
    if not quiet:
        ngff.check(multiscales, file, at, facts)
    scales = multiscales[0] if multiscales and isinstance(multiscales[0], dict) else {}
    datasets = scales.get("datasets")
    given, home = ngff.axes_given(scales)
    axes = axes_of(given)
    stored = True
    for number, dataset in enumerate(datasets if isinstance(datasets, list) else ()):
        name = dataset.get("path") if isinstance(dataset, dict) else None
        if not isinstance(name, str) or ".." in name:
            continue
        where = f"{path}/{name}" if path else name
        array = array_of(store, where)
        if array is None:
            facts.flag(
                faults.MEMBER_MISSING,
                f"the array {where!r} that the metadata names is not in the folder",
                file=f"{facts.path}/{file}",
                pointer=f"{at}/0/datasets/{number}",
                value=where,
                broken=True,
            )
            continue
        if axes and len(axes) != len(array.shape):
            facts.flag(
                faults.AXES,
                f"{len(axes)} axes ({', '.join(axes)}) are named for an array of "
                f"{len(array.shape)} dimensions",
                file=f"{facts.path}/{file}",
                pointer=f"{at}{home}",
                value=len(axes),
            )
            return stored
        if number == 0:
            stored = array.chunked
            if not array.chunked and not plate:
                no_chunks(store, f"the array {where!r}")
            if not quiet:
                technical(facts, axes, array, scales, dataset)
                if file.endswith((".zattrs", "zarr.json")) and not facts.channels:
                    _channels(store, file, at)
    return stored
