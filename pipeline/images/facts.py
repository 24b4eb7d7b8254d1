"""What is being found out about one file, before it becomes an ImageFile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Code, Finding, Location, Severity
from pipeline.images.image import Evidence, Kind


@dataclass(slots=True)
class Member:
    """A file or folder that belongs to an image, relative to the image's folder.

    `{stem}` stands for the image's name without its suffix, `|` parts alternatives; `absence` is
    how grave it is when none is there.
    """

    name: str
    absence: Severity | None = "error"


@dataclass(slots=True)
class Facts:
    """Collected while a header is read; `broken` once a fault makes the file unreadable."""

    path: str
    format: str | None = None
    evidence: Evidence | None = None
    kind: Kind = "image"
    sizes: dict[str, int] | None = None
    pixel_size_um: dict[str, float] | None = None
    pixel_type: str | None = None
    images: int | None = None
    channels: tuple[str, ...] = ()
    instrument: str | None = None
    acquired: str | None = None
    reader: str | None = None
    findings: list[Finding] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """Sibling folders whose whole content belongs to this image."""
    inside: list[str] = field(default_factory=list)
    """Sibling folders that are this image, as one: they are not walked."""

    def flag(
        self,
        code: Code,
        message: str,
        *,
        broken: bool = False,
        severity: Severity | None = None,
        pointer: str | None = None,
        line: int | None = None,
        column: int | None = None,
        value: Any = None,
        hint: str | None = None,
        file: str | None = None,
    ) -> None:
        """Add a finding; `broken` makes the file unreadable."""
        at = Location(file=file or self.path, pointer=pointer, line=line, column=column)
        self.findings.append(code.at(at, message, value=value, severity=severity, hint=hint))
        if broken:
            self.kind = "unreadable"

    def size(self, **axes: int | None) -> None:
        """Set pixels by axis; axes of no or nonsensical length are left out."""
        order = ("T", "C", "Z", "Y", "X")
        known = {axis: axes[axis] for axis in order if axes.get(axis)}
        self.sizes = {axis: count for axis, count in known.items() if count and count > 0} or None

    def pixel_size(self, **axes: float | None) -> None:
        """Set micrometres by axis; nonsensical sizes (zero, negative, not finite) are left out."""
        known = {
            axis: round(float(axes[axis] or 0), 9)
            for axis in ("X", "Y", "Z")
            if axes.get(axis) and 1e-7 < float(axes[axis] or 0) < 1e7
        }
        self.pixel_size_um = known or None
