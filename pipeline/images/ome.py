"""OME-XML: well formed, of the schema, and in agreement with itself and the file around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from pipeline.images import faults, omeagree, omefaults, omesaid, omeschema, persons
from pipeline.images.facts import Facts, Member
from pipeline.images.omeagree import local, whole_number
from pipeline.images.omeschema import MOST_FLAGS, place

LATEST = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
_SPACES = re.compile(
    r"http://www\.openmicroscopy\.org/(Schemas/OME/(20(0[3-9]|1[0-6])-\d\d|FC)|XMLschemas/OME/.*)/?"
)
"""The namespaces of all versions of the OME schema (docs.openmicroscopy.org/ome-model, 2026)."""
_TYPES = frozenset(
    [
        "int8",
        "int16",
        "int32",
        "uint8",
        "uint16",
        "uint32",
        "float",
        "bit",
        "double",
        "complex",
        "double-complex",
    ]
)
_FORMS = {
    "float": "float32",
    "double": "float64",
    "complex": "complex64",
    "double-complex": "complex128",
}
_WIDTHS = {
    f"{kind}{bits}": bits
    for kind, all_bits in (("int", (8, 16, 32)), ("uint", (8, 16, 32)), ("float", (32, 64)))
    for bits in all_bits
}
"""Bits of a pixel by its type."""
_UNITS = {
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "micron": 1.0,
    "nm": 1e-3,
    "mm": 1e3,
    "cm": 1e4,
    "m": 1e6,
    "pm": 1e-6,
    "Å": 1e-4,
    "in": 25400.0,
}
_LABELS = frozenset({"label image", "Label"})
"""Names that Bio-Formats gives to the label of an Aperio and of a cellSens slide."""
MOST = 32 << 20
MOST_ORIGINAL = 200_000


@dataclass(frozen=True, slots=True)
class Around:
    """The TIFF that OME-XML stands in: its pages, and the first one's shape."""

    pages: int | None
    width: int
    height: int
    samples: int
    pixel_type: str | None
    name: str


def read(data: bytes, facts: Facts, around: Around | None = None) -> None:
    """Tell sizes and pixels from OME-XML and flag what is wrong with it."""
    from lxml import etree

    root = _parsed(data, facts, around) if data.strip() else None
    if root is None:
        return
    space = etree.QName(root).namespace or ""
    _space(space, root, facts)
    images = [node for node in root if local(node) == "Image"]
    _agree(images, facts, around)
    if space == LATEST:
        omeschema.check(data, root, facts, alone=around is None)
    elif re.search(r"/OME/20(09|1\d)-\d\d$", space):
        omeschema.unknown(root, facts)
    _technical(root, images, facts)
    _labels(images, facts)
    _patient(root, facts)
    _members(root, images, facts, around)
    if around is not None and images:
        _inside(images, facts, around)
    if around is not None and "_mmstack_" in around.name.lower():
        # Micro-Manager writes its own metadata beside a stack
        beside = re.sub(r"(?i)\.ome\.tiff?$", "_metadata.txt", around.name)
        facts.members.append(Member(beside, None))
    if around is None:
        omeagree.document(root, images, facts, place)


def _parsed(data: bytes, facts: Facts, around: Around | None) -> Any:
    """The first element of OME-XML; None, and flagged, where it is no XML or another."""
    from lxml import etree

    if re.search(rb"<!DOCTYPE", data[: 1 << 16]):
        line = data[: data.find(b"<!DOCTYPE")].count(b"\n") + 1
        facts.flag(omefaults.OME_DOCTYPE, "the OME-XML has a DOCTYPE", line=line, pointer="/")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        position: tuple[int | None, int | None] = getattr(error, "position", (None, None))
        where = "the OME-XML in the TIFF" if around else "the OME-XML"
        text = getattr(error, "msg", None) or str(error)
        facts.flag(
            omefaults.OME_NOT_WELL_FORMED,
            f"{where} is not well formed: {omeschema.in_words(text)}",
            line=position[0] or None,
            column=position[1] or None,
            broken=around is None,
        )
        return None
    if etree.QName(root).localname != "OME":
        if around is None:
            name = etree.QName(root).localname
            facts.flag(
                omefaults.OME_SCHEMA,
                f"the document is no OME-XML: its first element is {name!r}, not 'OME'",
                pointer=f"/{name}",
                line=root.sourceline,
                broken=True,
            )
        return None
    return root


def _space(space: str, root: Any, facts: Facts) -> None:
    """Flag a namespace that is none of a version of the OME schema."""
    if _SPACES.fullmatch(space):
        return
    ours = "openmicroscopy.org" in space.lower()
    said = (
        f"the OME element has the namespace {space!r}"
        if space
        else "the OME element has no namespace"
    )
    facts.flag(
        omefaults.OME_NAMESPACE,
        f"{said}, which is no version of the OME schema" if ours else said,
        pointer="/OME",
        line=root.sourceline,
        value=space or None,
        severity="warning" if ours and _SPACES.fullmatch(_usual(space)) else None,
    )


def _usual(space: str) -> str:
    """A namespace without a slip in its scheme or letter case."""
    text = re.sub(r"(?i)^https?://(www\.)?openmicroscopy", "http://www.openmicroscopy", space)
    return re.sub(r"(?i)/schemas/ome/", "/Schemas/OME/", text)


def _pixels(image: Any) -> Any:
    return next((node for node in image if local(node) == "Pixels"), None)


def _agree(images: list[Any], facts: Facts, around: Around | None) -> None:
    flagged = 0
    for image in images:
        if flagged >= MOST_FLAGS:
            return
        pixels = _pixels(image)
        if pixels is None:
            continue
        size = whole_number(pixels, "SizeC")
        channels = [node for node in pixels if local(node) == "Channel"]
        if size is None or not channels:
            continue
        described: int = sum(whole_number(node, "SamplesPerPixel") or 1 for node in channels)
        # colour written as one channel without its samples: the TIFF says how many
        unsaid = all(node.get("SamplesPerPixel") is None for node in channels)
        samples = around.samples if around and unsaid else 1
        if size not in (described, described * samples):
            flagged += 1
            facts.flag(
                omefaults.OME_CHANNELS,
                f"SizeC is {size}, the channels described come to {described}",
                pointer=place(pixels, "SizeC"),
                line=pixels.sourceline,
                value=size,
            )


def _technical(root: Any, images: list[Any], facts: Facts) -> None:
    facts.images = len(images) or None
    for image in images:
        pixels = _pixels(image)
        if pixels is None:
            continue
        sizes = {axis: whole_number(pixels, "Size" + axis) for axis in "TCZYX"}
        facts.size(**sizes)
        omesaid.details(root, image, pixels, facts)
        # until 2008-09 the type had another name, until 2003-FC capital letters, too
        form = pixels.get("Type") or pixels.get("PixelType", "").lower()
        facts.pixel_type = (_FORMS.get(form, form) or None) if form in _TYPES else None
        lengths: dict[str, float | None] = {}
        for axis in "XYZ":
            text = pixels.get("PhysicalSize" + axis) or image.get("PixelSize" + axis)
            unit = _UNITS.get(pixels.get(f"PhysicalSize{axis}Unit", "µm"))
            try:
                lengths[axis] = float(text) * unit if text and unit else None
            except ValueError:
                lengths[axis] = None
        facts.pixel_size(**lengths)
        given = pixels.get("PhysicalSizeX") or image.get("PixelSizeX")
        if not given or "X" not in (facts.pixel_size_um or {}):
            unit = pixels.get("PhysicalSizeXUnit", "µm")
            facts.flag(
                omefaults.SIZE_UNSET,
                f"the OME metadata give a pixel size of {given} {unit}, which no pixel has"
                if given
                else "the OME metadata give no pixel size",
                pointer=place(pixels),
                line=pixels.sourceline,
            )
        return


def _labels(images: list[Any], facts: Facts) -> None:
    """Flag the coloured photograph of a slide's label, as Bio-Formats names it when it converts."""
    for image in images[:10_000]:
        pixels = _pixels(image)
        coloured = pixels is not None and whole_number(pixels, "SizeC") in (3, 4)
        if coloured and image.get("Name", "").strip() in _LABELS:
            facts.flag(
                faults.LABEL,
                "one of its images is a photograph of the slide's label",
                pointer=place(image, "Name"),
                line=image.sourceline,
            )
            return


def labels_beside(text: str) -> list[int]:
    """Numbers of images, from 0, that OME-XML beside a converted slide calls its label."""
    found = []
    for number, part in enumerate(re.split(r"<(?:\w+:)?Image\b", text)[1:]):
        name = re.match(r'[^<>]*\bName="([^"]*)"', part)
        channels = re.search(r'<(?:\w+:)?Pixels\b[^<>]*\bSizeC="([34])"', part)
        if name and channels and name[1].strip() in _LABELS:
            found.append(number)
    return found


def _patient(root: Any, facts: Facts) -> None:
    """Flag names of a patient that Bio-Formats took over from DICOM, as it keeps original keys."""
    for node in islice(root.iter("{*}OriginalMetadata"), MOST_ORIGINAL):
        said = {local(child): child.text or "" for child in node}
        if found := persons.told([(said.get("Key", ""), said.get("Value", ""))]):
            facts.flag(
                faults.PATIENT,
                f"the original metadata give the patient's {found[0]}",
                pointer=place(node),
                line=node.sourceline,
                severity="warning",
            )
            return


def _members(root: Any, images: list[Any], facts: Facts, around: Around | None) -> None:
    names: dict[str, None] = {}
    for image in images[:10_000]:
        pixels = _pixels(image)
        for node in pixels if pixels is not None else ():
            if local(node) == "TiffData":
                for child in node:
                    if local(child) == "UUID" and child.get("FileName"):
                        names[child.get("FileName")] = None
    own = around.name if around else None
    companions = [node.get("MetadataFile") for node in root if local(node) == "BinaryOnly"]
    for name in [*names, *companions]:
        if name and name != own and len(facts.members) < 100_000:
            facts.members.append(Member(name.replace("\\", "/"), "warning" if around else "error"))
    if own is not None and len(names) == 1 and own not in names:
        # renamed after it was written: its planes are its own
        facts.members.clear()


def _inside(images: list[Any], facts: Facts, around: Around) -> None:
    """Flag planes and sizes that OME-XML states and the TIFF around it has not."""
    read = [_pixels(image) for image in images]
    told = [one for pixels in read if (one := _planes(pixels, around)) is not None]
    if facts.members or not told or len(told) < len(read):
        return
    declared, explicit = sum(one.declared for one in told), sum(one.explicit for one in told)
    needed = max(explicit, *(one.needed for one in told))
    _too_few(read[0], facts, around, _Planes(declared, explicit, needed))
    if len(images) == 1:
        _other_sizes(read[0], facts, around)


class _Planes(NamedTuple):
    """Planes that the sizes of pixels make up, that TiffData counts, and that its places need."""

    declared: int
    explicit: int
    needed: int


def _planes(pixels: Any, around: Around) -> _Planes | None:
    """The planes of an image; None where its sizes are not told."""
    if pixels is None:
        return None
    sizes = [whole_number(pixels, "Size" + axis) for axis in "TCZYX"]
    if not all(sizes):
        return None
    times, channels, depth = (size or 1 for size in sizes[:3])
    named = sum(local(node) == "Channel" for node in pixels)
    stored = named or channels
    if named <= 1 and channels > 1:
        stored = max(1, channels // max(1, around.samples))
    declared = depth * times * stored
    data = [node for node in pixels if local(node) == "TiffData"]
    explicit = needed = 0
    for node in data:
        count, ifd = whole_number(node, "PlaneCount"), whole_number(node, "IFD")
        if count is None:
            count = declared if ifd is None and len(data) == 1 else 1
        explicit += count
        needed = max(needed, (ifd or 0) + count)
    return _Planes(declared, explicit, needed)


def _too_few(pixels: Any, facts: Facts, around: Around, planes: _Planes) -> None:
    """Flag planes that OME-XML asks for and that are not in the file."""
    declared, explicit, needed = planes
    name = next(
        (f"Size{axis}" for axis in "ZTC" if (whole_number(pixels, "Size" + axis) or 1) > 1), "SizeZ"
    )
    where: dict[str, Any] = {"pointer": place(pixels, name), "line": pixels.sourceline}
    if around.pages is not None and needed > around.pages:
        facts.flag(
            omefaults.OME_PLANES,
            f"the OME-XML asks for {needed} planes, the file has {around.pages}",
            **where,
            value=needed,
        )
    elif explicit and declared > explicit:
        facts.flag(
            omefaults.OME_PLANES,
            f"the sizes make {declared} planes, {explicit} are said to be stored",
            **where,
            value=declared,
            severity="error" if 2 * explicit <= declared else "warning",
        )


def _other_sizes(pixels: Any, facts: Facts, around: Around) -> None:
    """Flag a type and sizes of pixels that are others than those of the TIFF."""
    said = _FORMS.get(pixels.get("Type", ""), pixels.get("Type"))
    differs = _WIDTHS.get(said or "") != _WIDTHS.get(around.pixel_type or "")
    if differs and {said, around.pixel_type} <= _WIDTHS.keys():
        facts.flag(
            omefaults.OME_SIZES,
            f"OME-XML says that pixels are {said}, those of the TIFF are {around.pixel_type}",
            pointer=place(pixels, "Type"),
            line=pixels.sourceline,
        )
    sizes = (whole_number(pixels, "SizeX"), whole_number(pixels, "SizeY"))
    if sizes != (around.width, around.height):
        facts.flag(
            omefaults.OME_SIZES,
            f"OME-XML says {pixels.get('SizeX')} by {pixels.get('SizeY')} pixels, "
            f"the TIFF has {around.width} by {around.height}",
            pointer=place(pixels, "SizeX"),
            line=pixels.sourceline,
        )
