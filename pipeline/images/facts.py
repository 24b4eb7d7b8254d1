"""What is being found out about one file, before it becomes an ImageFile."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import unquote

from pipeline.findings import Code, Finding, Location, Severity
from pipeline.images import faults
from pipeline.images.image import Evidence, Kind
from pipeline.images.opened import Cut

MOST_NAME = 200
"""Letters of a channel's or instrument's name."""
MOST_MESSAGE = 1000
"""Letters of a message: what a header says may be as long as the header."""


_DATES = (
    (r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d):(\d\d))?", "YMD"),
    (r"(\d{4})[:/](\d\d)[:/](\d\d)[T ]+(\d\d):(\d\d):(\d\d)", "YMD"),
    (r"(\d{4})(\d\d)(\d\d)(?:[T ]*(\d\d):?(\d\d):?(\d\d))?", "YMD"),
    (r"(\d{1,2})/(\d{1,2})/(\d{4}) +(\d{1,2}):(\d\d):(\d\d) *([AP])M", "MDY"),
)


def dated(text: str) -> str | None:
    """A date, and the time where there is one, in ISO 8601; None when the form is not known.

    >>> dated("2021:03:04 05:06:07"), dated("11/25/2025  4:13:17 PM"), dated("20210304")
    ('2021-03-04T05:06:07', '2025-11-25T16:13:17', '2021-03-04')
    """
    for pattern, order in _DATES:
        found = re.match(pattern, text.strip())
        if found is None:
            continue
        parts = dict(zip(order, map(int, found.groups()[:3]), strict=True))
        clock = [int(one) for one in found.groups()[3:6] if one is not None]
        if order == "MDY":
            clock[0] = clock[0] % 12 + 12 * (found[7] == "P")
        try:
            day = dt.date(parts["Y"], parts["M"], parts["D"]).isoformat()
            time = dt.time(clock[0], clock[1], clock[2]).isoformat() if clock else ""
            return f"{day}T{time}" if time else day
        except ValueError:
            return None
    return None


@dataclass(slots=True)
class Member:
    """A file or folder that belongs to an image, relative to the image's folder.

    `{stem}` stands for the image's name without its suffix, `|` parts alternatives; `absence` is
    how grave it is when none is there.
    """

    name: str
    absence: Severity | None = "error"
    least: int | None = None
    """Bytes that the header asks of it, if it is not compressed."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed stream of pixels: where it begins, how it is packed, bytes it must unpack to.

    `kind` is `gzip`, `zlib`, `bzip2` or `numbers` (as text, and how many), or one of `runs`;
    `name` is the file beside the header that holds it.
    """

    at: int
    kind: str
    promised: int | None
    name: str | None = None


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
    hollow: list[str] = field(default_factory=list)
    """Axes that the header says are 0 long."""
    findings: list[Finding] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    packed: list[Packed] = field(default_factory=list)
    """What `deep` unpacks."""
    folders: list[str] = field(default_factory=list)
    """Sibling folders whose whole content belongs to this image."""
    inside: list[str] = field(default_factory=list)
    """Sibling folders that are this image, as one: they are not walked."""

    def flag_cut(self, cut: Cut, size: int) -> None:
        """Flag a file of `size` bytes that ends before what its header describes."""
        self.flag(
            faults.TRUNCATED,
            f"{cut.what} reaches to byte {cut.end}, the file has {size} bytes",
            broken=True,
            value=cut.end,
        )

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
        if len(message) > MOST_MESSAGE:
            message = message[:MOST_MESSAGE] + " …"
        if isinstance(value, str):
            value = value[:MOST_MESSAGE]
        at = Location(file=file or self.path, pointer=pointer, line=line, column=column)
        self.findings.append(code.at(at, message, value=value, severity=severity, hint=hint))
        if broken:
            self.kind = "unreadable"

    def size(self, **axes: int | None) -> None:
        """Set pixels by axis; axes of no or nonsensical length are left out."""
        order = ("T", "C", "Z", "Y", "X")
        self.hollow = [axis for axis in order if axes.get(axis) == 0]
        known = {axis: axes[axis] for axis in order if axes.get(axis)}
        self.sizes = {
            axis: count for axis, count in known.items() if count and 0 < count < 1 << 63
        } or None

    def pixel_size(self, **axes: float | None) -> None:
        """Set micrometres by axis; nonsensical sizes (zero, negative, not finite) are left out."""
        known = {
            axis: round(float(axes[axis] or 0), 9)
            for axis in ("X", "Y", "Z")
            if axes.get(axis) and 1e-7 < float(axes[axis] or 0) < 1e7
        }
        self.pixel_size_um = known or None

    def take(self, answer: dict[str, Any]) -> None:
        """Take what a reader in the worker says; an axis that it leaves out has length 1."""
        if sizes := answer.get("sizes"):
            self.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
        if lengths := answer.get("pixel_size_um"):
            self.pixel_size(**lengths)
        self.pixel_type = answer.get("pixel_type") or self.pixel_type
        self.images = answer.get("images") or self.images
        self.name_channels([str(one) for one in answer.get("channels", ())])
        self.name_instrument(answer.get("instrument"))
        self.date(str(answer.get("acquired") or ""))

    def name_members(self, names: list[str]) -> None:
        """Add files that an index names, as XML writes them."""
        known = (unquote(unescape(name)).replace("\\", "/").strip() for name in names)
        self.members += [Member(name) for name in dict.fromkeys(known) if name]

    def date(self, text: str) -> None:
        """Set when the image was acquired, in ISO 8601; nothing when the form is not known."""
        self.acquired = dated(text)

    def name_channels(self, names: list[str]) -> None:
        """Set the names of channels in order; nothing when not one has a name."""
        known = [" ".join(name.split())[:MOST_NAME] for name in names]
        self.channels = tuple(known) if any(known) else ()

    def name_instrument(self, *names: str | None) -> None:
        """Set the microscope or camera from its maker and model; blank ones are left out."""
        parts = [" ".join(name.replace("\0", " ").split()) for name in names if name]
        self.instrument = " ".join(part for part in parts if part)[:MOST_NAME] or None
