"""What was told of one file or image folder."""

from __future__ import annotations

from typing import Literal

from pipeline.findings import Finding, Frozen

Kind = Literal["image", "companion", "other", "unreadable", "junk"]
Evidence = Literal["content", "reader", "suffix"]


class ImageFile(Frozen):
    """One image, companion or other file.

    `format` is the name on the Bio-Formats list (8.5), else the usual name, else None;
    `sizes` are pixels by axis (T, C, Z, Y, X), `pixel_size_um` micrometres by axis,
    `images` the number of images (series) in it, `of` the path of the image a companion is of;
    `channels` are their names, in order, `instrument` the microscope or camera as the file names
    it, `acquired` when the image was taken (ISO 8601, as far as the file says).
    """

    path: str
    size: int
    kind: Kind
    format: str | None = None
    on_bioformats_list: bool = False
    reader: str | None = None
    evidence: Evidence | None = None
    of: str | None = None
    sizes: dict[str, int] | None = None
    pixel_size_um: dict[str, float] | None = None
    pixel_type: str | None = None
    images: int | None = None
    channels: tuple[str, ...] = ()
    instrument: str | None = None
    acquired: str | None = None
    findings: tuple[Finding, ...] = ()
