"""What curation leaves behind: changes, decisions, and the curated record."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pipeline.findings import Frozen, Operation, Report, Safety
from pipeline.submission import Metadata

Outcome = Literal[
    "accessioned", "unchanged", "waiting-for-files", "needs-review", "returned", "failed"
]


class Change(Frozen):
    """What was changed for the depositor: by which rule, check or curator, and why."""

    by: str
    operations: tuple[Operation, ...]
    safety: Safety = "safe"
    why: str = ""


class Waiver(Frozen):
    """An error that a curator lets pass, for one value at one place."""

    code: str
    at: str
    digest: str
    """SHA-256 of the value's canonical JSON; another value asks again."""
    reason: str
    curator: str
    expiry: dt.date | None = None


class Correction(Frozen):
    """A curator's own typed change: applied again while the value it replaced is unchanged."""

    place: str
    before: Any = None
    after: Any = None
    because: str = ""
    curator: str = ""


class Decision(Frozen):
    """What a curator decided of a submission, for one digest of its content."""

    verdict: Literal["accept", "return", "hold"]
    curator: str
    note: str
    digest: str
    accepted: tuple[str, ...] = ()
    """Keys of the proposals taken (`pipeline.review.key`)."""
    corrections: tuple[Correction, ...] = ()
    waivers: tuple[Waiver, ...] = ()


class DataFile(Frozen):
    """One file of the manifest: `path` as listed, `size` in bytes, `sha256` when it was read."""

    path: str
    size: int
    sha256: str | None = None
    format: str | None = None
    study_component: str | None = None


class FormatCount(Frozen):
    """Files of one format, `size` in bytes; `format` is None where it could not be told.

    `images` counts the images in them; tables and companions have none.
    """

    format: str | None = None
    on_bioformats_list: bool
    files: int
    images: int
    size: int


class Extent(Frozen):
    """The least and the most that images have along one axis (T, C, Z, Y, X)."""

    axis: str
    least: int | float
    most: int | float


class ComponentFiles(Frozen):
    """The data files of one study component or annotation set, `size` in bytes.

    `share_on_bioformats_list` is that of the images (0 to 1; None without images); `pixels` are
    counts along each axis, `pixel_sizes_um` micrometres, over the images whose headers say them.
    """

    study_component: str | None = None
    files: int
    images: int
    size: int
    share_on_bioformats_list: float | None = None
    formats: tuple[FormatCount, ...]
    pixels: tuple[Extent, ...] = ()
    pixel_sizes_um: tuple[Extent, ...] = ()


class DocumentFrame(Frozen):
    """What a document says to BioStudies and not of the study; written back as it stood."""

    template: str | None = None
    attach_to: str | None = None
    root_path: str | None = None


class CuratedRecord(Frozen):
    """One version of a curated study under its accession; holds no wall-clock time."""

    accession: str
    version: int
    submission: str
    digest: str
    release_date: str | None = None
    doi: str | None = None
    citation: str
    link: str
    licence_terms: str
    frame: DocumentFrame = DocumentFrame()
    metadata: Metadata
    files: tuple[DataFile, ...] = ()
    components: tuple[ComponentFiles, ...] = ()
    changes: tuple[Change, ...] = ()
    decision: Decision | None = None
    report: Report
