"""What OME-Zarr metadata must say of an image: axes, data sets, transformations (NGFF 0.1 to 0.6).

Source: the specification of OME-NGFF, versions 0.1 to 0.5, and the draft of 0.6 (RFC 5), whose
axes stand in coordinate systems (ngff.openmicroscopy.org, read 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pipeline.findings import Severity
from pipeline.images import faults
from pipeline.images.facts import Facts

MOST_FLAGS = 5
MOST_DATASETS = 100
_KNOWN = re.compile(r"0\.[1-6](?:\.\d+|-?dev.*|rc.*)?")
_ORDER = {"time": 0, "channel": 1, "space": 2}
Wrong = tuple[str, str, Severity]
"""Place below `multiscales`, what is wrong there, how grave it is."""


def check(multiscales: Any, file: str, at: str, facts: Facts) -> None:
    """Flag what breaks the specification in the first image of a document."""
    for place, message, severity in islice(_all(multiscales, at), MOST_FLAGS):
        facts.flag(
            faults.NGFF,
            message,
            file=f"{facts.path}/{file}",
            pointer=at + place,
            severity=severity,
        )


def _all(multiscales: Any, at: str) -> Iterator[Wrong]:
    if not isinstance(multiscales, list) or not multiscales:
        yield "", "'multiscales' is no list of images", "error"
        return
    scales = multiscales[0]
    if not isinstance(scales, dict):
        yield "/0", "an entry of 'multiscales' is no object", "error"
        return
    version = scales.get("version", "0.5" if at.startswith("/attributes") else "0.4")
    if not isinstance(version, str) or not _KNOWN.fullmatch(version):
        yield "/0/version", f"{version!r} is no version of OME-Zarr", "warning"
    # 0.1 and 0.2 have no axes, 0.3 names them by texts, later ones describe them
    old = str(version)[:3]
    axes, home = axes_given(scales)
    if old not in ("0.1", "0.2"):
        yield from _axes(axes, old, home)
    yield from _datasets(
        scales.get("datasets"),
        len(axes) if isinstance(axes, list) else 0,
        asked=old not in ("0.1", "0.2", "0.3"),
    )


def axes_given(scales: Mapping[str, Any]) -> tuple[Any, str]:
    """The axes of an image and their place below `multiscales`.

    In 0.6 they are those of the coordinate system that the arrays are scaled to.
    """
    systems = scales.get("coordinateSystems")
    if "axes" in scales or not isinstance(systems, list):
        return scales.get("axes"), "/0/axes"
    names = [system.get("name") if isinstance(system, dict) else None for system in systems]
    first = next(iter(_objects(scales.get("datasets"))), {})
    change = next(iter(_objects(first.get("coordinateTransformations"))), {})
    output = change.get("output")
    wanted = output.get("name") if isinstance(output, dict) else output
    number = names.index(wanted) if wanted is not None and wanted in names else 0
    system = systems[number] if number < len(systems) else None
    axes = system.get("axes") if isinstance(system, dict) else None
    return axes, f"/0/coordinateSystems/{number}/axes"


def _objects(given: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def scaling(changes: Any) -> list[float] | None:
    """The factor of each axis that transformations come to; None when they give none.

    In 0.6 a scale may stand in a sequence.
    """
    found: list[float] | None = None
    for change in _objects(changes):
        factors = change.get("scale")
        if change.get("type") == "sequence":
            factors = scaling(change.get("transformations"))
        plain = isinstance(factors, list) and all(
            isinstance(one, int | float) and abs(one) < 1e12 for one in factors
        )
        if not plain or not isinstance(factors, list):
            continue
        if found is None:
            found = [float(one) for one in factors]
        elif len(found) == len(factors):
            found = [one * float(other) for one, other in zip(found, factors, strict=True)]
    return found


def _axes(axes: Any, version: str, home: str) -> Iterator[Wrong]:
    if not isinstance(axes, list) or not axes:
        what = "the image names no axes" if axes is None else "'axes' is no list"
        yield home, what, "error"
        return
    seen: set[str] = set()
    kinds: list[int] = []
    for number, axis in enumerate(axes[:20]):
        place = f"{home}/{number}"
        name = axis.get("name") if isinstance(axis, dict) else axis
        if not isinstance(name, str) or (version != "0.3" and not isinstance(axis, dict)):
            yield place, "an axis is no object with a name", "error"
            continue
        if name in seen:
            yield place, f"two axes are called '{name}'", "error"
        seen.add(name)
        if isinstance(axis, dict) and "units" in axis and "unit" not in axis:
            message = f"the unit of the axis '{name}' is called 'units', which programs pass over"
            yield place, message, "hint"
        kind = axis.get("type") if isinstance(axis, dict) else None
        kinds.append(_ORDER.get(str(kind), 1))
    if version != "0.3" and kinds != sorted(kinds):
        message = "the axes stand in another order than time, channel, space"
        yield home, message, "warning"


def _datasets(datasets: Any, axes: int, asked: bool) -> Iterator[Wrong]:
    if not isinstance(datasets, list) or not datasets:
        what = "names no arrays" if not datasets else "has 'datasets' that are no list"
        yield "/0/datasets", f"the image {what}", "error"
        return
    for number, dataset in enumerate(datasets[:MOST_DATASETS]):
        place = f"/0/datasets/{number}"
        path = dataset.get("path") if isinstance(dataset, dict) else None
        if not isinstance(path, str):
            yield f"{place}/path", "an array of the image has no path that is a text", "error"
            continue
        if path.startswith("/") or ".." in path.split("/"):
            yield f"{place}/path", f"the path '{path}' leads out of the image", "error"
        changes = dataset.get("coordinateTransformations")
        if changes is None and asked:
            message = "an array says nothing of its scale (coordinateTransformations)"
            yield f"{place}/coordinateTransformations", message, "warning"
        elif changes is not None:
            yield from _changes(changes, f"{place}/coordinateTransformations", axes)


def _changes(changes: Any, place: str, axes: int) -> Iterator[Wrong]:
    if not isinstance(changes, list):
        yield place, "'coordinateTransformations' is no list", "error"
        return
    for number, change in enumerate(changes[:10]):
        if not isinstance(change, dict):
            yield f"{place}/{number}", "a transformation is no object", "error"
            continue
        for kind in ("scale", "translation"):
            given = change.get(kind)
            if given is None:
                continue
            here = f"{place}/{number}/{kind}"
            plain = isinstance(given, list) and all(
                isinstance(one, int | float) and not isinstance(one, bool) for one in given
            )
            if not plain:
                yield here, f"a {kind} is no list of numbers", "error"
            elif axes and len(given) != axes:
                yield here, f"a {kind} has {len(given)} numbers for {axes} axes", "error"
            elif kind == "scale" and any(one <= 0 for one in given):
                yield here, "a scale is zero or negative, which no pixel has", "error"
