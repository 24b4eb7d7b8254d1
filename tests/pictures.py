"""Small sound image files, made by name: TIFF of many kinds, OME-XML, pictures.

`RECIPES[name](path)` writes a file, or a folder that is an image, at a path.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

Recipe = Callable[[Path], None]
RECIPES: dict[str, Recipe] = {}
FORMATS: dict[str, tuple[str, str]] = {}
"""Format → file name and recipe of its fixture."""


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def recipe(name: str, shows: str | None = None, file: str = "") -> Callable[[Recipe], Recipe]:
    """Name a recipe; with `shows` it is also the fixture of that format."""

    def named(function: Recipe) -> Recipe:
        RECIPES[name] = function
        if shows:
            FORMATS[shows] = (file, name)
        return function

    return named


def plain(name: str, data: bytes, shows: str | None = None, file: str = "") -> None:
    recipe(name, shows, file)(lambda path: write(path, data))


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def pixels(*shape: int, kind: str = "uint8") -> Any:
    import numpy

    count = 1
    for axis in shape:
        count *= axis
    return (numpy.arange(count) % 251).astype(kind).reshape(shape)


def tiff(data: Any = None, **more: Any) -> bytes:
    import tifffile

    buffer = io.BytesIO()
    more = {"metadata": None, "software": None, **more}
    tifffile.imwrite(buffer, pixels(8, 12) if data is None else data, **more)
    return buffer.getvalue()


def tagged(code: int, value: bytes | int = b"x", kind: int = 7) -> dict[str, Any]:
    count = len(value) if isinstance(value, bytes) else 1
    return {"extratags": [(code, kind, count, value, True)]}


# TIFF and its kinds

plain(
    "tiff",
    tiff(resolution=(50000, 50000), resolutionunit=3),
    "TIFF (Tagged Image File Format)",
    "cells.tif",
)
plain("tiff_big", tiff(bigtiff=True))
plain("tiff_counts_more", tiff(description="ImageJ=1.53\nimages=9\nslices=9\n"))
plain("tiff_pages", tiff(pixels(10, 64, 64), photometric="minisblack"))
plain("tiff_deflate", tiff(pixels(64, 64), compression="zlib"))
LSM = struct.pack("<II", 67127628, 500) + bytes(492)
KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("Zeiss LSM (Laser Scanning Microscope) 510/710", "a.lsm", tagged(34412, LSM)),
    ("FEI TIFF", "a.tif", tagged(34682, b"[User]\r\nDate=01/02/2024\r\n\0", 2)),
    ("LEO", "a.tif", tagged(34118)),
    ("Olympus FluoView TIFF", "a.tif", tagged(34361)),
    ("Olympus SIS TIFF", "a.tif", tagged(33560)),
    ("Aperio SVS TIFF", "a.svs", {"description": "Aperio Image Library v1\n8x8|MPP = 0.5"}),
    ("MetaMorph Stack (STK)", "a.stk", tagged(33628, 1, 4)),
    ("Evotec/PerkinElmer Opera Flex", "a.flex", tagged(65200, b"<Root/>\0", 2)),
    ("Hamamatsu ndpi", "a.ndpi", tagged(65426, 1, 4)),
    ("Vectra QPTIFF", "a.qptiff", {"software": "PerkinElmer-QPI"}),
    ("Ionpath MIBI", "a.tiff", {"software": "IonpathMIBI v1"}),
    ("Ventana BIF", "a.bif", tagged(700, b"<iScan/>", 1)),
    ("Leica SCN", "a.scn", {"description": "<scn xmlns='http://x'></scn>"}),
    ("Nikon EZ-C1 TIFF", "a.tiff", {"software": "EZ-C1 3.0"}),
    ("Nikon Elements TIFF", "a.tiff", tagged(65332)),
    ("Amersham Biosciences Gel", "a.gel", tagged(33445, 2, 4)),
    ("Imacon", "a.fff", tagged(50457)),
    ("ImagePro Sequence", "a.seq", tagged(50288)),
    ("Andor Bio-Imaging Division (ABD) TIFF", "a.tif", {"description": "Andor iQ"}),
    ("SimplePCI & HCImage TIFF", "a.tiff", {"description": "Created by Hamamatsu Inc.\n"}),
    ("Photoshop TIFF", "a.tif", tagged(37724)),
    ("MIAS (Maia Scientific)", "a.tif", {"software": "eaZYX"}),
    ("BD Pathway", "a.tif", {"software": "MATROX Imaging Library"}),
    ("Improvision TIFF", "a.tif", {"description": "Improvision Data"}),
    ("MetaMorph 7.5 TIFF", "a.tiff", {"description": "<MetaData></MetaData>"}),
    ("Prairie Technologies TIFF", "a.tif", {"software": "Prairie View"}),
    ("Olympus ScanR", "a.tif", {"software": "National Instruments IMAQ"}),
    ("Micro-Manager", "a.tif", tagged(51123, b"{}\0", 2)),
    ("TVIPS TIFF", "a.tif", tagged(37706)),
]
for _format, _file, _more in KINDS:
    plain(
        f"kind_{slug(_format)}",
        tiff(pixels(2, 8, 12), photometric="minisblack", **_more),
        _format,
        _file,
    )

OME = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">\n'
    '  <Image ID="Image:0" Name="cells">\n'
    '    <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="12" SizeY="8" SizeZ="1"'
    ' SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5">\n'
    '      <Channel ID="Channel:0:0" SamplesPerPixel="1"/>\n'
    "      <TiffData/>\n    </Pixels>\n  </Image>\n</OME>\n"
)


def ome_tiff(xml: str = OME) -> bytes:
    return tiff(description=xml.encode())


plain("ome_tiff", ome_tiff(), "OME-TIFF", "cells.ome.tiff")
META = OME.replace("      <TiffData/>\n", "      <MetadataOnly/>\n")
plain("ome_xml", META.encode(), "OME-XML", "cells.ome.xml")

# pictures


def picture(kind: str, shape: tuple[int, ...] = (8, 12, 3), **more: Any) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels(*shape)).save(buffer, kind, **more)
    return buffer.getvalue()


for _format, _file, _kind in [
    ("PNG (Portable Network Graphics)", "a.png", "PNG"),
    ("JPEG", "a.jpg", "JPEG"),
    ("GIF (Graphics Interchange Format)", "a.gif", "GIF"),
    ("Windows Bitmap", "a.bmp", "BMP"),
    ("Portable Any Map", "a.ppm", "PPM"),
    ("PCX (PC Paintbrush)", "a.pcx", "PCX"),
    ("Targa", "a.tga", "TGA"),
    ("JPEG 2000", "a.jp2", "JPEG2000"),
    ("WebP", "a.webp", "WEBP"),
    ("EPS (Encapsulated PostScript)", "a.eps", "EPS"),
    ("SGI RGB", "a.rgb", "SGI"),
]:
    plain(f"a_{_kind.lower()}", picture(_kind), _format, _file)


def apng(path: Path) -> None:
    from PIL import Image

    frames = [Image.fromarray(pixels(8, 12) + n) for n in range(2)]
    frames[0].save(path, "PNG", save_all=True, append_images=frames[1:])


recipe("apng", "Animated PNG", "a.png")(apng)
