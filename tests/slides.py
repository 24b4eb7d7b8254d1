"""Small scans of slides, with and without a photograph of the label, as their makers lay them."""

from __future__ import annotations

import io
import sqlite3
import struct
from pathlib import Path

import tifffile

from tests.pictures import picture, pixels, recipe, tiff, write

SCN = "http://www.leica-microsystems.com/scn/2010/10/01"
JPEG = picture("JPEG")


def scn(path: Path, macro: bool = False, label: bool = False, pages: int = 3) -> None:
    """Directory 0 is the photograph of the slide, 1 the scan, 2 the label."""
    slide = (
        '<image name="macro"><view sizeX="26564529" sizeY="76734907" offsetX="0" offsetY="0"/>'
        '<pixels sizeX="16" sizeY="48"><dimension sizeX="16" sizeY="48" r="0" ifd="0"/></pixels>'
        "</image>"
    )
    scan = (
        '<image name="scan"><creationDate>2012-11-06T19:27:15.63Z</creationDate>'
        '<device model="Leica SCN400;Leica SCN" version="1.5"/>'
        '<view sizeX="32000" sizeY="16000" offsetX="9" offsetY="9"/><pixels sizeX="64" sizeY="32">'
        '<dimension sizeX="64" sizeY="32" r="0" ifd="1"/></pixels></image>'
    )
    named = '<supplementalImage type="label" ifd="2"/>'
    text = (
        f'<?xml version="1.0"?><scn xmlns="{SCN}"><collection sizeX="26564529" sizeY="76734907">'
        f"<barcode>MTIz</barcode>{slide * macro}{scan}"
        f"{named * label}"
        "</collection></scn>"
    )
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, bigtiff=True) as writer:
        for number, shape in enumerate([(48, 16, 3), (32, 64, 3), (16, 16, 3)][:pages]):
            more = {"description": text} if number == 0 else {}
            writer.write(pixels(*shape), metadata=None, photometric="rgb", **more)
    write(path, buffer.getvalue())


def mirax(path: Path, label: bytes | None = JPEG) -> None:
    """A slide of one level with two tiles; `label` is what stands where the label should."""
    home = path.parent / path.name[: -len(".mrxs")]
    identity = "ABCDEF0123456789ABCDEF0123456789"
    said = f"""[GENERAL]
SLIDE_VERSION = 01.02
SLIDE_ID = {identity}
IMAGENUMBER_X = 2
IMAGENUMBER_Y = 1
[HIERARCHICAL]
HIER_COUNT = 1
NONHIER_COUNT = 2
INDEXFILE = Index.dat
HIER_0_NAME = Slide zoom level
HIER_0_COUNT = 1
HIER_0_VAL_0 = ZoomLevel_0
HIER_0_VAL_0_SECTION = LAYER_0_LEVEL_0_SECTION
NONHIER_0_NAME = Scan data layer
NONHIER_0_COUNT = 2
NONHIER_0_VAL_0 = ScanDataLayer_SlideThumbnail
NONHIER_0_VAL_0_SECTION = NONHIERLAYER_0_LEVEL_0_SECTION
NONHIER_0_VAL_1 = {"ScanDataLayer_SlideBarcode" if label is not None else "ScanDataLayer_ScanMap"}
NONHIER_0_VAL_1_SECTION = NONHIERLAYER_0_LEVEL_1_SECTION
NONHIER_1_NAME = VIMSLIDE_POSITION_BUFFER
NONHIER_1_COUNT = 1
NONHIER_1_VAL_0 = default
[DATAFILE]
FILE_COUNT = 2
FILE_0 = Data0000.dat
FILE_1 = Data0001.dat
[LAYER_0_LEVEL_0_SECTION]
MICROMETER_PER_PIXEL_X = 0.25
MICROMETER_PER_PIXEL_Y = 0.25
"""
    stored = label if label is not None else JPEG
    lead = b"01.02" + identity.encode()
    data = [lead + b"  0" + JPEG * 2, lead + b"  1" + JPEG + stored]
    start = len(lead) + 3
    index = bytearray(lead + bytes(8))

    def put(*numbers: int) -> int:
        index.extend(struct.pack(f"<{len(numbers)}i", *numbers))
        return len(index) - 4 * len(numbers)

    size = len(JPEG)
    page = put(2, 0, 0, start, size, 0, 1, start + size, size, 0)
    level = put(0, page)
    singles = [(start, size, 1), (start + size, len(stored), 1), (start, size, 1)]
    entries = [put(0, put(1, 0, 0, 0, *one)) for one in singles]
    struct.pack_into("<2i", index, len(lead), put(level), put(*entries))
    write(path, JPEG)
    write(home / "Slidedat.ini", b"\xef\xbb\xbf" + said.replace("\n", "\r\n").encode())
    write(home / "Index.dat", bytes(index))
    for number, one in enumerate(data):
        write(home / f"Data{number:04}.dat", one)


def vsi(path: Path, names: tuple[str, ...] = ("20x", "Overview", "Label")) -> None:
    """A VSI with the names of its stacks behind the TIFF, and a stack for each."""
    tags = b""
    for name in names:
        text = (name + "\0").encode("utf-16-le")
        tags += struct.pack("<4I", 0x2000, 2030, 16 + len(text), len(text)) + text
    write(path, tiff() + tags)
    for number, _ in enumerate(names):
        ets(path.parent / f"_{path.stem}_" / f"stack{number + 1}" / "frame_t.ets")


def ets(path: Path) -> None:
    """Two tiles of an ETS, behind them their table."""
    tiles = [JPEG, JPEG]
    head = struct.pack("<4s3IQ2IQ2I", b"SIS\0", 64, 2, 4, 64, 228, 0, 0, len(tiles), 0)
    head = bytearray(head.ljust(64, b"\0") + b"ETS\0".ljust(228, b"\0"))
    body, rows = b"", b""
    for number, tile in enumerate(tiles):
        at = len(head) + len(body)
        rows += struct.pack("<I4iQI4x", 0, number, 0, 0, 0, at, len(tile))
        body += tile
    struct.pack_into("<Q", head, 32, len(head) + len(body))
    write(path, bytes(head) + body + rows)


def vms(path: Path, macro: bytes | None = JPEG) -> None:
    """A VMS with one tile, a map and a photograph of the slide."""
    text = (
        "[Virtual Microscope Specimen]\r\nNoLayers=1\r\nImageFile=a-1.jpg\r\nMapFile=a-map.jpg\r\n"
        + ("MacroImage=a-macro.jpg\r\n" if macro is not None else "")
    )
    write(path, text.encode())
    for name in ("a-1.jpg", "a-map.jpg"):
        write(path.parent / name, JPEG)
    if macro:
        write(path.parent / "a-macro.jpg", macro)


def isyntax(path: Path, data: str | None = "/9j/4AAQSkZJRgABAQ==") -> None:
    """The XML of an iSyntax with a label (its picture in base64), and a block."""
    label = (
        '<DataObject ObjectType="DPScannedImage"><Attribute Name="PIM_DP_IMAGE_TYPE" '
        'Group="0x301D" Element="0x1004" PMSVR="IString">LABELIMAGE</Attribute><Attribute '
        f'Name="PIM_DP_IMAGE_DATA" PMSVR="IString">{data}</Attribute></DataObject>'
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><DataObject ObjectType="DPUfsImport"><DataObject '
        'ObjectType="DPScannedImage"><Attribute Name="PIM_DP_IMAGE_TYPE">WSI</Attribute>'
        f"</DataObject>{label if data is not None else ''}{' ' * 4096}</DataObject>"
    )
    write(path, text.encode() + b"\x04" + bytes(range(200)))


def sakura(path: Path, label: bytes = JPEG) -> None:
    """The tables of a Sakura slide in which the photographs stand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE SVSlideDataXPO (OID, m_labelScan, m_overviewScan)")
        base.execute("CREATE TABLE SVScannedImageDataXPO (OID, Image)")
        base.execute("INSERT INTO SVSlideDataXPO VALUES (1, 1, 2)")
        base.execute("INSERT INTO SVScannedImageDataXPO VALUES (1, ?), (2, ?)", (label, JPEG))
    base.close()


def kfb(path: Path, label: bytes | None = JPEG) -> None:
    """A KFB of 64 by 32 pixels without tiles; the label's own header is 52 bytes long."""
    at = 100 if label is not None else 0
    head = struct.pack("<4s4s8x4i4s4x", b"\x10\0\0\0", b"KFB\0", 0, 32, 64, 20, b"JPG\0")
    head += struct.pack("<iq3i4xi4xf8xi", 1, 0, 0, at, 0, 92, 0.25, 256)
    data = head.ljust(100, b"\0")
    if label is not None:
        data += struct.pack("<8x2i4xi28x", 8, 12, len(label)) + label
    write(path, data)


recipe("mirax", "MIRAX", "a.mrxs")(lambda path: mirax(path, None))
recipe("isyntax", "Philips iSyntax", "a.isyntax")(lambda path: isyntax(path, None))
recipe("ets", "Olympus ETS", "frame_t.ets")(ets)
recipe("kfb", "KFBio", "a.kfb")(lambda path: kfb(path, None))
