"""OME-XML: well formed, of the schema, and in agreement with itself and the file around it."""

from __future__ import annotations

import copy
import io
import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.images import faults, omeagree, omefaults, omesaid
from pipeline.images.facts import Facts, Member
from pipeline.images.omeagree import local, whole_number

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
MOST = 32 << 20
MOST_FLAGS = 5
MOST_ERRORS = 50
"""Errors of the schema that are looked at."""
MOST_CHILDREN = 100
"""Children of one element that are looked at in a document with more errors."""


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

    if not data.strip():
        return
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
            f"{where} is not well formed: {_in_words(text)}",
            line=position[0] or None,
            column=position[1] or None,
            broken=around is None,
        )
        return
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
        return
    space = etree.QName(root).namespace or ""
    _space(space, root, facts)
    images = [node for node in root if local(node) == "Image"]
    _agree(images, facts, around)
    if space == LATEST:
        _schema(data, root, facts, alone=around is None)
    elif re.search(r"/OME/20(09|1\d)-\d\d$", space):
        _unknown(root, facts)
    _technical(root, images, facts)
    _labels(images, facts)
    _members(root, images, facts, around)
    if around is not None and images:
        _inside(images, facts, around)
    if around is None:
        omeagree.document(root, images, facts, place)


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


def place(node: Any, attribute: str | None = None) -> str:
    """The XPath-like place of an element: /OME/Image[1]/Pixels/@Type.

    What the schema lets stand several times has its number, even where it stands once.
    """
    parts: list[str] = []
    if attribute:
        parts.append("@" + attribute)
    while node is not None:
        name = local(node)
        parent = node.getparent()
        if parent is not None:
            alike = [other for other in parent if local(other) == name]
            if name in _repeated() or len(alike) > 1:
                name += f"[{alike.index(node) + 1}]"
        parts.append(name)
        node = parent
    return "/" + "/".join(reversed(parts))


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


@cache
def _xsd_bytes() -> bytes:
    """The OME 2016-06 schema that ome-types carries; the package itself is not imported."""
    from importlib.util import find_spec

    spec = find_spec("ome_types")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in sorted(Path(folder).glob("*.xsd")):
            return found.read_bytes()
    return b""


@cache
def _xsd() -> Any:
    from lxml import etree

    data = _xsd_bytes()
    return etree.XMLSchema(etree.fromstring(data)) if data else None


@cache
def _repeated() -> frozenset[str]:
    """Elements of which the schema allows several in one place."""
    many = r'<xsd:element\s+(?:name|ref)="(\w+)"[^>]*maxOccurs="unbounded"'
    return frozenset(re.findall(many, _xsd_bytes().decode())) | {"Image"}


@cache
def _names() -> frozenset[str]:
    return frozenset(re.findall(r'<xsd:element\s+name="(\w+)"', _xsd_bytes().decode()))


@cache
def _older_names() -> frozenset[str]:
    """Element names of older OME schemas, as the transforms that ome-types carries name them."""
    from importlib.util import find_spec

    spec = find_spec("ome_types")
    found: set[str] = set()
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for one in Path(folder, "transforms").glob("*.xsl"):
            found.update(re.findall(r"\b[A-Z]\w+", one.read_text("utf-8", "replace")))
    return _names() | found


def _unknown(root: Any, facts: Facts) -> None:
    """Flag the first element that no OME schema knows, in a document of an older one."""
    known = _older_names()
    nodes = deque(root)
    looked = 0
    while nodes and looked < 20_000:
        node = nodes.popleft()
        looked += 1
        name = local(node)
        if not name or "openmicroscopy" not in str(node.tag) or name == "Value":
            continue
        if name not in known:
            facts.flag(
                omefaults.OME_FORM,
                f"no OME schema has an element {name!r}",
                pointer=place(node),
                line=node.sourceline,
                value=name,
            )
            return
        nodes.extend(node)


def _errors(data: bytes, schema: Any) -> tuple[list[str], bool]:
    """What breaks the schema, at least so many as are told in full, and whether that is all.

    The stream is checked as it is parsed, for checking a tree takes time that grows with the
    square of the number of errors: each is told with its path among its siblings.
    """
    from lxml import etree

    parts = etree.iterparse(
        io.BytesIO(data), events=("end",), schema=schema, resolve_entities=False, no_network=True
    )
    whole = True
    try:
        for number, (_, node) in enumerate(parts):
            node.clear()
            if number % 64 == 0 and len(parts.error_log) > MOST_ERRORS:
                whole = False
                break
    except etree.XMLSyntaxError:
        pass  # so it says at the end that the document is not valid
    return [str(error.message) for error in parts.error_log[: MOST_ERRORS + 1]], whole


def _beginnings(root: Any) -> Any:
    """A copy of a document in which no element has more than its first children."""
    kept = copy.deepcopy(root)
    for node in kept.iter():
        if len(node) > MOST_CHILDREN:
            del node[MOST_CHILDREN:]
    return kept


def _schema(data: bytes, root: Any, facts: Facts, alone: bool) -> None:
    schema = _xsd()
    if schema is None:
        return
    errors, whole = _errors(data, schema)
    if not errors:
        return
    whole = whole and len(errors) <= MOST_ERRORS
    if not whole:
        root = _beginnings(root)
    schema.validate(root)
    log = list(schema.error_log)
    if not whole or alone:
        # what a reference names may be left out; in a document by itself each has its own place
        log = [error for error in log if "No match found for key-sequence" not in error.message]
    _tell(root, log[:MOST_ERRORS], facts, alone)
    if not whole:
        text = re.sub(r"\{http[^}]*\}", "", errors[0])
        facts.flag(
            omefaults.OME_FORM,
            f"the OME-XML breaks the schema in more than {MOST_ERRORS} places, of which only the "
            f"first were looked at: {text}",
            pointer="/OME",
            value=MOST_ERRORS,
        )


def _tell(root: Any, log: list[Any], facts: Facts, alone: bool) -> None:
    """Flag errors of the schema, one for each place; a document by itself has to be valid."""
    told: set[str] = set()
    for error in log:
        found = root.xpath(error.path) if error.path else []
        node = found[0] if isinstance(found, list) and found else root
        if not hasattr(node, "tag"):
            node = node.getparent()
        message = re.sub(r"\{http[^}]*\}", "", error.message)
        attribute = re.search(r"attribute '(\w+)'", message)
        where = place(
            node, attribute[1] if attribute and "required but missing" not in message else None
        )
        if where in told:
            continue
        told.add(where)
        grave = alone or _grave(node, message)
        code = omefaults.OME_SCHEMA if grave else omefaults.OME_FORM
        facts.flag(code, _plain(message), pointer=where, line=error.line or None)
        if len(told) >= MOST_FLAGS:
            return


def _grave(node: Any, message: str) -> bool:
    """Whether a reader must stumble: pixels not described, ids out of form, unknown elements."""
    name = local(node)
    if "This element is not expected" in message:
        return name not in _names()
    if name == "Image" and "Missing child element" in message:
        return True
    if name == "Pixels":
        return "attribute" in message
    return name == "Image" and "attribute 'ID'" in message


_WORDED = (
    (r"\[facet '\w+'\] ", ""),
    (
        r"is not a valid value of the atomic type 'PositiveInt'",
        "is no whole number from 1 to 2147483647",
    ),
    (r"is not a valid value of the atomic type 'NonNegativeInt'", "is no whole number from 0 on"),
    (r"is not a valid value of the atomic type 'PositiveFloat'", "is no number above 0"),
    (r"is not a valid value of the atomic type '(?:xs:)?(?:float|double)'", "is no number"),
    (r"is not a valid value of the atomic type '(?:xs:int|xs:long|Color)'", "is no whole number"),
    (r"is not a valid value of the atomic type 'xs:boolean'", "is neither true nor false"),
    (
        r"is not a valid value of the atomic type 'xs:dateTime'",
        "is no date and time such as 2026-03-01T12:00:00",
    ),
    (r" of the atomic type '(?:xs:)?(\w+)'", r" of the type \1"),
    (r"is not an element of the set \{(.*)\}", r"is none of \1"),
    (r"is not accepted by the pattern .*", "has not the form that the schema asks for."),
    (r"Duplicate key-sequence \['([^']*)'\] in .*", r"the ID '\1' is used twice."),
    (
        r"No match found for key-sequence \['([^']*)'\] of .*",
        r"refers to '\1', which is not there.",
    ),
    (r"Not all fields of key identity-constraint .*", "has no ID of the right form."),
    (
        r"Character content other than whitespace is not allowed .*",
        "holds text where only elements may stand.",
    ),
)
"""Words of libxml2 about a schema, and plain ones for them."""


_BROKEN = (
    (r", line \d+, column \d+", ""),
    (r"Start tag expected, '<' not found", "it does not begin as XML does, with '<'"),
    (r"xmlParseEntityRef: no name", "an '&' stands alone (write &amp;)"),
    (r"xmlParseCharRef: invalid xmlChar value \d+", "a control character is written out"),
    (r"AttValue: \" or ' expected", "the value of an attribute has no quotes"),
    (r"attributes construct error", "the quotes of an attribute do not close"),
    (r"Specification mandates value for attribute (\S+)", r"the attribute '\1' has no value"),
    (r"Premature end of data in tag (\S+) line (\d+)", r"the tag '\1' of line \2 is not closed"),
    (r"Excessive depth in document: (\d+).*", r"its elements are nested more than \1 deep"),
    (r"Extra content at the end of the document", "more text follows behind its end"),
)
"""Words of libxml2 about a document that is not well formed, and plain ones for them."""


def _in_words(message: str) -> str:
    """Why a document is not well formed, in plain words."""
    for pattern, words in _BROKEN:
        message = re.sub(pattern, words, message)
    return message


def _plain(message: str) -> str:
    """An error of the schema in plain words."""
    for pattern, words in _WORDED:
        message = re.sub(pattern, words, message)
    return message


def _technical(root: Any, images: list[Any], facts: Facts) -> None:
    facts.images = len(images) or None
    for image in images:
        pixels = _pixels(image)
        if pixels is None:
            continue
        sizes = {axis: whole_number(pixels, "Size" + axis) for axis in "TCZYX"}
        facts.size(**sizes)
        omesaid.details(root, image, pixels, facts)
        form = pixels.get("Type", "")
        facts.pixel_type = (_FORMS.get(form, form) or None) if form in _TYPES else None
        lengths: dict[str, float | None] = {}
        for axis in "XYZ":
            text = pixels.get("PhysicalSize" + axis)
            unit = _UNITS.get(pixels.get(f"PhysicalSize{axis}Unit", "µm"))
            try:
                lengths[axis] = float(text) * unit if text and unit else None
            except ValueError:
                lengths[axis] = None
        facts.pixel_size(**lengths)
        given = pixels.get("PhysicalSizeX")
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
        if coloured and image.get("Name", "").strip().lower() == "label image":
            facts.flag(
                faults.LABEL,
                "one of its images is a photograph of the slide's label",
                pointer=place(image, "Name"),
                line=image.sourceline,
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
    others = bool(facts.members)
    needed = 0
    declared = 0
    explicit = 0
    told: Any = None
    for image in images:
        pixels = _pixels(image)
        if pixels is None:
            return
        sizes = {axis: whole_number(pixels, "Size" + axis) for axis in "TCZYX"}
        if None in sizes.values() or 0 in sizes.values():
            return
        channels = [node for node in pixels if local(node) == "Channel"]
        planes_c = len(channels) or (sizes["C"] or 1)
        if len(channels) <= 1 and (sizes["C"] or 1) > 1:
            planes_c = max(1, (sizes["C"] or 1) // max(1, around.samples))
        planes = (sizes["Z"] or 1) * (sizes["T"] or 1) * planes_c
        declared += planes
        tiff_data = [node for node in pixels if local(node) == "TiffData"]
        for node in tiff_data:
            count = whole_number(node, "PlaneCount")
            ifd = whole_number(node, "IFD")
            if count is None:
                count = 1 if ifd is not None else (planes if len(tiff_data) == 1 else 1)
            explicit += count
            needed = max(needed, (ifd or 0) + count)
        told = told or pixels
    if others or told is None:
        return
    name = next(
        (f"Size{axis}" for axis in "ZTC" if (whole_number(told, "Size" + axis) or 1) > 1), "SizeZ"
    )
    if around.pages is not None and max(needed, explicit) > around.pages:
        facts.flag(
            omefaults.OME_PLANES,
            f"the OME-XML asks for {max(needed, explicit)} planes, the file has {around.pages}",
            pointer=place(told, name),
            line=told.sourceline,
            value=max(needed, explicit),
        )
    elif explicit and declared > explicit:
        facts.flag(
            omefaults.OME_PLANES,
            f"the sizes make {declared} planes, {explicit} are said to be stored",
            pointer=place(told, name),
            line=told.sourceline,
            value=declared,
            severity="error" if 2 * explicit <= declared else "warning",
        )
    first = _pixels(images[0])
    said = _FORMS.get(first.get("Type", ""), first.get("Type"))
    differs = _WIDTHS.get(said or "") != _WIDTHS.get(around.pixel_type or "")
    if len(images) == 1 and differs and {said, around.pixel_type} <= _WIDTHS.keys():
        facts.flag(
            omefaults.OME_SIZES,
            f"OME-XML says that pixels are {said}, those of the TIFF are {around.pixel_type}",
            pointer=place(first, "Type"),
            line=first.sourceline,
        )
    if len(images) == 1 and (whole_number(first, "SizeX"), whole_number(first, "SizeY")) != (
        around.width,
        around.height,
    ):
        facts.flag(
            omefaults.OME_SIZES,
            f"OME-XML says {first.get('SizeX')} by {first.get('SizeY')} pixels, "
            f"the TIFF has {around.width} by {around.height}",
            pointer=place(first, "SizeX"),
            line=first.sourceline,
        )
