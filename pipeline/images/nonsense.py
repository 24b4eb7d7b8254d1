"""What a header says that cannot be meant: no pixels along an axis, a pixel size never set."""

from __future__ import annotations

from pipeline.findings import declare
from pipeline.images.facts import Facts

MEASURED = frozenset(
    {
        "Bitplane Imaris",
        "DeltaVision",
        "Gatan Digital Micrograph",
        "Leica LAS AF LIF (Leica Image File Format)",
        "Nikon NIS-Elements ND2",
        "OME-Zarr 0.4",
        "OME-Zarr 0.5",
        "OME-Zarr 0.6",
        "Zeiss CZI",
        "Zeiss LSM (Laser Scanning Microscope) 510/710",
    }
)
"""Formats of microscopes in which a sound header gives a pixel size, and it is read here."""

SIZE_MISSING = declare(
    "IMG008",
    "image-pixel-size-missing",
    "hint",
    """The header of a microscope's image gives no physical size of a pixel.

    Without it nobody can measure in the image.

    To fix: state the pixel size in the image acquisition, or set it when the image is saved.
    """,
)
NO_PIXELS = declare(
    "IMG205",
    "image-without-pixels",
    "warning",
    """The header says that the image has no pixels or planes along one of its axes.

    Nothing was recorded, or the header was written before the image and never completed.

    To fix: check that the image opens on your computer; save it again or leave it out.
    """,
)
SIZE_UNSET = declare(
    "IMG206",
    "image-pixel-size-unset",
    "hint",
    """The pixel size is exactly 1 micrometre, as programs write when they were not told it.

    Every length that is measured in the image is wrong if it was not meant.

    To fix: nothing is needed if it is right; else state it in the image acquisition.
    """,
)


def judge(facts: Facts) -> None:
    """Flag what the header of a sound image says and cannot mean."""
    if facts.kind != "image" or facts.evidence == "suffix":
        return
    if facts.hollow:
        axes = ", ".join(facts.hollow)
        facts.flag(NO_PIXELS, f"the header says that the image has length 0 along {axes}")
        return
    told = facts.pixel_size_um or {}
    if facts.sizes and not told and facts.format in MEASURED:
        facts.flag(SIZE_MISSING, f"this {facts.format} image gives no pixel size")
    elif told.get("X") == told.get("Y") == 1.0:
        facts.flag(SIZE_UNSET, "the pixel size is exactly 1 µm", value=1.0)
