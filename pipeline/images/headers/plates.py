"""Indexes of plates that also tell what their pictures are: Yokogawa, InCell and ImageXpress."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.images import places
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.figures import count, length
from pipeline.images.headers.indexes import attributes, plain, tags, whole
from pipeline.images.headers.registry import header
from pipeline.images.opened import Enough, Opened

MOST_ROWS = 200_000


def _beside(file: Opened, name: str) -> str:
    """The text of another file of the folder; nothing when it is absent."""
    try:
        with Opened(os.path.join(os.path.dirname(file.path) or ".", name)) as found:
            return whole(found)
    except (OSError, Enough):
        return ""


def _shape(
    facts: Facts, rows: Iterable[Mapping[str, str]], axes: Mapping[str, str], field: list[str]
) -> None:
    """Planes along each axis, and fields, as the rows of an index number them."""
    kept = list(rows)
    if not kept:
        return
    counts = {axis: len({row.get(name) for row in kept}) for axis, name in axes.items()}
    shape = {axis: (facts.sizes or {}).get(axis) for axis in "YX"}
    facts.size(**counts, **shape)
    facts.images = len({tuple(row.get(name) for name in field) for row in kept})


@header("CV7000")
def cv7000(file: Opened, facts: Facts) -> None:
    """CV7000, CV8000, CQ1: the plate (.wpi), its records (.mlf), and what they say of pictures.

    MeasurementDetail.mrf gives sizes and the names of the other files, the .mes channels. Source:
    files that fmi-faim/faim-ipa and fractal-uzh-converters publish, read 2026-11.
    """
    name = file.name.lower()
    if not name.endswith((".wpi", ".mlf")):
        facts.kind = "other"
        return
    folder = os.path.dirname(file.path) or "."
    known = places.names(folder)
    if name.endswith(".mlf") and any(one.lower().endswith(".wpi") for one in known):
        return  # the plate speaks for it
    detail = _beside(file, "MeasurementDetail.mrf")
    if name.endswith(".wpi"):
        facts.members += [Member("MeasurementData.mlf"), Member("MeasurementDetail.mrf", "warning")]
        text = _beside(file, "MeasurementData.mlf")
    else:
        text = whole(file)
        facts.members.append(Member("MeasurementDetail.mrf", "warning"))
        named = re.search(r'\bWellPlateFileName="([^"]+\.wpi)"', detail)
        facts.members.append(Member(plain(named[1]) if named else "*.wpi", "warning"))
    records = [(said, inside) for said, inside in tags(text, r"\w+") if 'Type="IMG"' in said]
    facts.name_members([inside for _, inside in records if inside.strip()])
    facts.members += [
        Member(one, None)
        for one in known
        if one.lower().endswith((".wpp", ".mes", ".mrf", ".mlf")) or one.startswith("DC_")
        if one != file.name
    ]
    _measured(facts, detail)
    rows = [attributes(said) for said, _ in records]
    axes = {"T": "TimePoint", "C": "Ch", "Z": "ZIndex"}
    _shape(facts, rows, axes, ["Row", "Column", "FieldIndex"])
    settings = re.search(r'\bMeasurementSettingFileName="([^"]+\.mes)"', detail)
    told = {
        one.get("Ch"): one.get("Fluorophore") or one.get("Target") or one.get("Acquisition") or ""
        for one in (
            attributes(said)
            for said, _ in tags(_beside(file, plain(settings[1])) if settings else "", "Channel")
        )
    }
    taken = {row["Ch"] for row in rows if "Ch" in row}
    facts.name_channels([told.get(one) or "" for one in sorted(taken, key=lambda n: (len(n), n))])


def _measured(facts: Facts, detail: str) -> None:
    """Sizes, type and length of pixels, instrument and date in MeasurementDetail.mrf."""
    for said, _ in tags(detail, "MeasurementChannel"):
        channel = attributes(said)
        facts.size(Y=count(channel.get("VerticalPixels")), X=count(channel.get("HorizontalPixels")))
        facts.pixel_size(
            X=length(channel.get("HorizontalPixelDimension")),
            Y=length(channel.get("VerticalPixelDimension")),
        )
        bits = count(channel.get("InputBitDepth"))
        facts.pixel_type = f"uint{bits}" if bits in (8, 16) else None
        break
    for said, _ in tags(detail, "MeasurementDetail"):
        plate = attributes(said)
        facts.date(plate.get("BeginTime", ""))
        # what is no model is a number that the maker gave the machine
        model = re.match(r"C[QV]\d\w*", plate.get("TargetSystem", ""))
        facts.name_instrument("Yokogawa", model[0] if model else None)
        break


@header("InCell 1000/2000")
def incell(file: Opened, facts: Facts) -> None:
    """XDCE: the pictures that it names, their sizes, channels and date."""
    text = whole(file)
    images = [attributes(said) for said, _ in tags(text, "Image")]
    names = [one["filename"] for one in images if one.get("filename")]
    facts.name_members([name.rsplit("/", 1)[-1] for name in names])
    facts.images = len(names) or None
    for said, _ in tags(text, "Size"):
        size = attributes(said)
        facts.size(Y=count(size.get("height")), X=count(size.get("width")))
        break
    for said, _ in tags(text, "ObjectiveCalibration"):
        lens = attributes(said)
        unit = lens.get("unit", "um")
        facts.pixel_size(
            X=length(lens.get("pixel_width"), unit), Y=length(lens.get("pixel_height"), unit)
        )
        break
    numbers = [attributes(said) for said, _ in tags(text, "Identifier")]
    wells = [
        (row[1], column[1])
        for row, column in zip(
            re.finditer(r'<Row\b[^<>]*\bnumber="(\d+)"', text),
            re.finditer(r'<Column\b[^<>]*\bnumber="(\d+)"', text),
            strict=False,
        )
    ]
    if len(numbers) == len(wells) == len(names):
        rows = [
            {**one, "row": row, "column": column}
            for one, (row, column) in zip(numbers, wells, strict=True)
        ]
        axes = {"T": "time_index", "C": "wave_index", "Z": "z_index"}
        _shape(facts, rows, axes, ["row", "column", "field_index"])
    filters = [attributes(said).get("name", "") for said, _ in tags(text, "EmissionFilter")]
    facts.name_channels(filters)
    for said, _ in tags(text, "Creation"):
        made = attributes(said)
        facts.date(f"{made.get('date', '')} {made.get('time', '')}".strip())
        break


@header("JDCE")
def jdce(file: Opened, facts: Facts) -> None:
    """JDCE: JSON that names tables of its pictures; sizes, channels, date (ImageXpress HCS.ai).

    Source: a plate that fractal-uzh-converters publishes, written by MetaXpress Acquire 2025.2.
    """
    text = whole(file)
    if not text.lstrip().startswith("{"):
        return
    stack = _object(json.loads(text), "ImageStack")
    tables = [one for one in stack.get("ImageMetadataFiles") or () if isinstance(one, str)]
    facts.name_members(tables)
    rows: list[dict[str, str]] = []
    for table in tables[:100]:
        rows += list(csv.DictReader(io.StringIO(_beside(file, table))))[: MOST_ROWS - len(rows)]
    names = [(row.get("ImageSubFolderPath"), row.get("ImageFileName")) for row in rows]
    facts.name_members([f"{folder}/{name}" if folder else name for folder, name in names if name])
    protocol = _object(stack, "AutoLeadAcquisitionProtocol")
    camera = _object(protocol, "Camera", "Size")
    facts.size(Y=count(camera.get("Height")), X=count(camera.get("Width")))
    lens = _object(protocol, "ObjectiveCalibration")
    unit = str(lens.get("Unit", "um"))
    facts.pixel_size(
        X=length(lens.get("PixelWidth"), unit), Y=length(lens.get("PixelHeight"), unit)
    )
    axes = {"T": "Timepoint", "C": "Wavelength", "Z": "ZIndex"}
    _shape(facts, rows, axes, ["Row", "Column", "Field"])
    waves = protocol.get("Wavelengths")
    facts.name_channels(
        [
            str(_object(one, "EmissionFilter").get("Name") or "")
            for one in (waves if isinstance(waves, list) else ())[:1000]
        ]
    )
    made = _object(stack, "Creation")
    facts.date(f"{made.get('Date', '')} {made.get('Time', '')}".strip())


def _object(given: Any, *names: str) -> dict[str, Any]:
    """The object below the names; an empty one where there is none."""
    for name in names:
        given = given.get(name) if isinstance(given, dict) else None
    return given if isinstance(given, dict) else {}
