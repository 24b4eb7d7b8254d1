"""What a path on the command line is: a submission, a lone file list, an image; and its report."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline import intake, sources, stages
from pipeline.check import Images
from pipeline.findings import Frozen, Location, Report
from pipeline.intake import file_lists
from pipeline.intake.text import EMPTY
from pipeline.knowledge import Knowledge
from pipeline.sources import Found, Opened
from pipeline.stages import Look

CRATES = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld")
MOST_SUMMED = 256 << 30
"""Bytes of data files up to which checksums that file lists state are computed."""
MOST_DEEP = 256 << 20
"""Bytes up to which the pixel data of a lone image are read, too."""


class Subject(Frozen):
    """One thing to validate; `given` is its path as the user named it."""

    given: str
    kind: Literal["submission", "file-list", "image"]
    path: Path
    found: Found | None = None

    def path_of(self, file: str | None) -> str:
        """The path of a file that a finding names, as the user would name it."""
        if file is None or file == self.given or not self.path.is_dir():
            return self.given
        for home in (self.path, self.path / "Files"):
            if os.path.exists(home / file):
                return str(Path(self.given) / (home / file).relative_to(self.path))
        return str(Path(self.given) / file)

    def beside(self, file: str | None) -> str:
        """The path of a file itself, where it stands beside the document that was named."""
        if file and not self.path.is_dir() and file not in (self.given, self.path.name):
            home = Path(self.given).parent
            if os.path.exists(self.path.parent / file):
                return str(home / file)
        return self.path_of(file)


def at(path: Path) -> Iterator[Subject]:
    """What stands at a path: itself, or the submissions of an inbox."""
    if path.is_file():
        yield _file(path)
        return
    crate = next((path / name for name in CRATES if (path / name).is_file()), None)
    if crate is not None:
        yield Subject(
            given=str(path),
            kind="submission",
            path=path,
            found=Found(given=str(path), document=crate, folder=path),
        )
        return
    found = list(sources.discover(path))
    if not any(one.document for one in found):
        yield Subject(given=str(path), kind="image", path=path)
        return
    for one in found:
        yield Subject(given=one.given, kind="submission", path=Path(one.given), found=one)


def _file(path: Path) -> Subject:
    head = intake.head_of(path)
    if file_lists.is_file_list(path, head):
        return Subject(given=str(path), kind="file-list", path=path)
    door = intake.door_for(path, head)
    if door is not None:
        data = head if len(head) < intake.HEAD else None
        found = Found(given=str(path), document=path, folder=None, kind=door.KIND, data=data)
        return Subject(given=str(path), kind="submission", path=path, found=found)
    return Subject(given=str(path), kind="image", path=path)


def validate(
    subject: Subject, knowledge: Knowledge, *, day: dt.date, profile: str, files: bool
) -> tuple[Report, bool]:
    """The report on a subject, and whether it could be read."""
    if subject.kind == "submission":
        assert subject.found is not None
        opened = sources.open_found(subject.found, files=files, imported=not files)
        images = _with_checksums(opened, stages.look_at_images(opened))
        look = Look(knowledge=knowledge, day=day, profile=profile, images=images)
        return stages.validate(opened, look), opened.submission is not None
    if subject.kind == "file-list":
        return _file_list(subject, knowledge, profile)
    return _image(subject, knowledge, profile)


def failed(subject: Subject, crash: Exception, knowledge: Knowledge, profile: str) -> Report:
    """The report on a subject over which the pipeline itself failed."""
    shown = subject.found.shown if subject.found else subject.path.name
    return Report(
        submission=None,
        origin=knowledge.origin(profile),
        findings=(stages.failed(shown, crash),),
    )


def _with_checksums(opened: Opened, images: Images) -> Images:
    """The same with the checksums that file lists state, if the files have `MOST_SUMMED` at most.

    `curate` computes them of any number of bytes, and keeps them in the ledger.
    """
    wanted = stages.stated_checksums(opened, images)
    if (
        not wanted
        or opened.data_root is None
        or sum(images.present[path] for path in wanted) > MOST_SUMMED
    ):
        return images
    from pipeline import ledger

    found: dict[str, dict[str, str]] = {}
    for path, kinds in wanted.items():
        try:
            digests = ledger.read_checksums(opened.data_root / path, kinds)
        except (ledger.Growing, OSError):
            continue
        for kind, digest in digests.items():
            found.setdefault(kind, {})[path] = digest
    return images.model_copy(update={"checksums": found})


def _file_list(subject: Subject, knowledge: Knowledge, profile: str) -> tuple[Report, bool]:
    from pipeline.checks.file_lists import findings_of

    read = file_lists.read_file_list(subject.path)
    findings = list(read.findings)
    if read.file_list is not None:
        findings += findings_of(read.file_list)
    report = Report(
        submission=None,
        origin=knowledge.origin(profile),
        findings=knowledge.profiled(tuple(findings), profile),
    )
    return report, read.file_list is not None


def _blank(path: Path) -> bool:
    """Whether a file has nothing but white space and byte order marks."""
    if path.stat().st_size > intake.HEAD:
        return False
    return not path.read_bytes().strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe")


def _image(subject: Subject, knowledge: Knowledge, profile: str) -> tuple[Report, bool]:
    from pipeline import images

    deep = subject.path.is_file() and subject.path.stat().st_size < MOST_DEEP
    sniffed = tuple(images.sniff([subject.path], deep=deep))
    findings = tuple(finding for one in sniffed for finding in one.findings)
    alone = subject.path.is_file() and all(one.kind == "other" for one in sniffed)
    if alone:
        here = Location(file=subject.path.name)
        message = f"'{subject.path.name}' is no document, file list or image"
        unknown = intake.UNKNOWN.at(here, message)
        if _blank(subject.path):
            unknown = EMPTY.at(here, f"'{subject.path.name}' holds no text")
        findings += (unknown,)
    report = Report(
        submission=None,
        origin=knowledge.origin(profile),
        findings=knowledge.profiled(findings, profile),
    )
    return report, not alone and all(one.kind != "unreadable" for one in sniffed)
