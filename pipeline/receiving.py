"""Submissions coming in: read, looked at, kept byte for byte, noted in the ledger."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from pipeline import data_files, emission, ledger, releasing, review, sources, stages
from pipeline.check import Images, Known
from pipeline.findings import Finding, Frozen, declare
from pipeline.images import ImageFile
from pipeline.knowledge import Knowledge
from pipeline.record import ComponentFiles, DataFile, Decision, Extent, FormatCount
from pipeline.select import get
from pipeline.settings import Settings
from pipeline.sources import Found, Opened
from pipeline.stages import ListChecks, Look
from pipeline.submission import Metadata, Submission

PLACE = "source.json"
EXCHANGED = declare(
    "SUB222",
    "another-study-under-one-id",
    "error",
    """A submission carries the id of a study that has its accession, with another title and author.

    It would be the next version of that study; one that only has the same folder name must not.

    To fix: give the folder a name of its own; if the study is the same, tell the archive so.
    """,
)


class Bench(Frozen):
    """What every submission of a run is curated with."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    settings: Settings
    ledger: ledger.Ledger
    knowledge: Knowledge
    day: dt.date
    files: bool = True
    imported: bool = False
    lists: ListChecks | None = None


class Received(Frozen):
    """A submission whose bytes are noted in the ledger."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    opened: Opened
    images: Images
    known: Known
    hashes: Mapping[str, str]
    digest: str
    decisions: tuple[Decision, ...]
    decision_digest: str


def discover(paths: Iterable[Path], archive: Path | None = None) -> tuple[Found, ...]:
    """All submissions at the paths, in their order; the archive's own folder is none."""
    home = archive.resolve() if archive else None
    return tuple(
        found
        for path in paths
        for found in sources.discover(path)
        if found.folder is None or Path(os.path.realpath(found.folder)) != home
    )


def receive(found: Found, bench: Bench, named: str) -> Received:
    """Read a submission, look at its files, keep its bytes, and note it in the ledger.

    Call it in the turn (`emission.alone`) of the submission that is `named` there. Raises OSError
    where the document or a file list changes meanwhile: what is judged, kept and noted is one.
    """
    opened, content = _read(found, bench, named)
    images, hashes = _look(opened, bench)
    digest = data_files.digest(content, images.present, hashes)
    decisions = ledger.decisions(bench.ledger, opened.id)
    day, known = _note(opened, content, digest, bench)
    decision_digest = review.decision_digest(decisions)
    if opened.submission is not None:
        submission = opened.submission.model_copy(update={"received": day, "digest": digest})
        findings = opened.findings
        if not ledger.unchanged(bench.ledger, opened.id, digest, decision_digest):
            findings += _exchanged(submission, known, bench)
        opened = opened.model_copy(update={"submission": submission, "findings": findings})
    return Received(
        opened=opened,
        images=images,
        known=known,
        hashes=hashes,
        digest=digest,
        decisions=decisions,
        decision_digest=decision_digest,
    )


def _read(found: Found, bench: Bench, named: str) -> tuple[Opened, str]:
    """A submission as read, and the digest of its document and file lists."""
    stamp = _stamp(found)
    opened = sources.open_found(found, files=bench.files, imported=bench.imported)
    content = data_files.content_digest(held for _, held in data_files.documents(opened))
    _same((opened.id, _stamp(found)), (named, stamp), found)
    return opened, content


def _look(opened: Opened, bench: Bench) -> tuple[Images, Mapping[str, str]]:
    """What its data files are, and their SHA-256; one that changes meanwhile is still arriving."""
    before = data_files.times(opened)
    images = stages.look_at_images(opened)
    hashes, changing = _hash(opened, images, bench)
    after = data_files.times(opened)
    changing |= {
        path for path in after.keys() | before.keys() if after.get(path) != before.get(path)
    }
    images = images.model_copy(
        update={
            "growing": images.growing | changing,
            "checksums": _checksums(opened, images, hashes, bench),
            "sniffed": tuple(one for one in images.sniffed if one.path not in changing),
        }
    )
    return images, hashes


def _note(opened: Opened, content: str, digest: str, bench: Bench) -> tuple[dt.date, Known]:
    """Keep what was received; the day it first was, and what the ledger knows around it."""
    title, author = ("", "")
    own = None
    if opened.submission is not None:
        title, author = sources.summary_title(opened.submission.metadata)
        own = opened.submission.metadata.get("accession")
    stored = _keep_received(opened, content, digest, bench.settings)
    _note_place(opened, bench)
    day = ledger.receive(
        bench.ledger,
        opened.id,
        digest,
        content,
        day=bench.day,
        title=title,
        first_author=author,
        stored=stored,
    )
    known = ledger.known(
        bench.ledger,
        opened.id,
        own_accession=own,
        content_digest=content,
        title=title,
        first_author=author,
    )
    return day, known


def _exchanged(submission: Submission, known: Known, bench: Bench) -> tuple[Finding, ...]:
    held = known.held_accession and ledger.accession(bench.ledger, known.held_accession)
    if not held or held.version is None:
        return ()
    try:
        record = releasing.record_of(bench.settings, held.accession, held.version)
    except (OSError, ValueError):  # the audit tells of a record that is lost
        return ()
    return tuple(exchanged(submission, record.metadata, held.accession))


def exchanged(submission: Submission, earlier: Metadata, accession: str) -> Iterator[Finding]:
    """What is said where title and first author are both others than in an earlier record."""
    now, before = (sources.summary_title(one) for one in (submission.metadata, earlier))
    # Nothing of that record is told: it may be private, and its depositor another.
    pairs = [
        (ledger.comparable(one), ledger.comparable(other))
        for one, other in zip(now, before, strict=True)
    ]
    if all(one and other and one != other for one, other in pairs):
        yield EXCHANGED.at(
            submission.source_map.locate("/study/title"),
            f"the record of {accession} has another title and another first author",
            value=now[0],
            place="/study/title",
        )


def _hash(opened: Opened, images: Images, bench: Bench) -> tuple[dict[str, str], frozenset[str]]:
    """SHA-256 of the listed data files that are there, and those that change meanwhile."""
    if opened.data_root is None or opened.submission is None:
        return {}, frozenset()
    root = opened.data_root
    names = sorted(data_files.listed(opened, images.present))
    try:
        hashed = ledger.hash_files(bench.ledger, [root / name for name in names])
        return dict(zip(names, (digest for _, digest in hashed), strict=True)), frozenset()
    except (ledger.Growing, FileNotFoundError):
        return _hash_each(root, names, bench)


def _checksums(
    opened: Opened, images: Images, hashes: Mapping[str, str], bench: Bench
) -> Mapping[str, Mapping[str, str]]:
    """Checksums by kind and path: every SHA-256, and what file lists state besides."""
    found: dict[str, dict[str, str]] = {"sha256": dict(hashes)}
    root = opened.data_root
    wanted = stages.stated_checksums(opened, images)
    if root is None or not wanted:
        return found
    others = {root / path: kinds - {"sha256"} for path, kinds in wanted.items()}
    for path, kind, digest in ledger.checksums(bench.ledger, others):
        found.setdefault(kind, {})[path.relative_to(root).as_posix()] = digest
    return found


def _hash_each(
    root: Path, names: Iterable[str], bench: Bench
) -> tuple[dict[str, str], frozenset[str]]:
    """One file after the other, because some of them change while they are read."""
    hashes: dict[str, str] = {}
    changing: set[str] = set()
    for name in names:
        try:
            hashes[name] = ledger.hash_file(bench.ledger, root / name)
        except (ledger.Growing, FileNotFoundError):
            changing.add(name)
    return hashes, frozenset(changing)


def _stamp(found: Found) -> tuple[int, int, int] | None:
    """What tells one writing of a document from the next."""
    if found.document is None:
        return None
    stat = found.document.stat()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _same(now: object, before: object, found: Found) -> None:
    """Refuse what was changed since it was read."""
    if now != before:
        raise OSError(errno.EBUSY, "it changed while it was read", found.shown)


def _keep_received(opened: Opened, expected: str, digest: str, settings: Settings) -> str | None:
    """Keep document and file lists byte for byte as they were read; where, below the archive."""
    held = tuple(data_files.documents(opened))
    _same(data_files.content_digest(content for _, content in held), expected, opened.found)
    if not held:
        return None
    home = opened.found.folder or held[0][0].parent
    folder = settings.received / opened.id / digest[:16]
    contents = {os.path.relpath(path, home).replace("..", "_"): one for path, one in held}
    emission.write_folder(folder, contents)
    return str(folder.relative_to(settings.archive))


def _note_place(opened: Opened, bench: Bench) -> None:
    """Note where a submission was found, so that a review can open it again."""
    place = {
        "path": str(Path(opened.found.given).absolute()),
        "files": bench.files,
        "imported": bench.imported,
    }
    content = (json.dumps(place, indent=2) + "\n").encode("utf-8", "surrogateescape")
    emission.write_file(bench.settings.received / opened.id / PLACE, content)


def reopen(submission: str, bench: Bench) -> tuple[Received, Bench]:
    """A submission that the archive knows, received again from where it was found.

    Raises LookupError when the archive does not know it, or it is no longer there, or another is.
    """
    found, again = noted(submission, bench)
    with emission.alone(bench.settings.archive, submission):
        return receive(found, again, submission), again


def noted(submission: str, bench: Bench) -> tuple[Found, Bench]:
    """Where a submission was found, and how it was looked at; raises LookupError as `reopen`."""
    note = bench.settings.received / submission / PLACE
    if not note.is_file():
        raise LookupError(_unknown(submission, bench))
    place = json.loads(note.read_bytes().decode("utf-8", "surrogateescape"))
    path = Path(place["path"])
    found = next(iter(sources.discover(path)), None) if path.exists() else None
    if found is None:
        raise LookupError(f"{submission} is no longer at {path}")
    again = bench.model_copy(update={"files": place["files"], "imported": place["imported"]})
    if (now := sources.identity(found)) != submission:
        raise LookupError(f"at {path} there is {now} now, not {submission}")
    return found, again


def _unknown(submission: str, bench: Bench) -> str:
    held = ledger.accession(bench.ledger, submission)
    if held is not None and held.submission is not None:
        return f"{submission} is an accession; its submission is {held.submission}"
    return f"the archive knows no submission {submission}"


def look_of(received: Received, bench: Bench) -> Look:
    """What a received submission is judged with."""
    return Look(
        knowledge=bench.knowledge,
        day=bench.day,
        profile=stages.profile_of(received.opened.submission, bench.day),
        images=received.images,
        known=received.known,
        lists=bench.lists,
    )


def manifest(received: Received) -> tuple[DataFile, ...]:
    """The manifest: every listed data file that is there."""
    opened = received.opened
    if opened.submission is None:
        return ()
    formats: dict[str, str | None] = {}
    folders: dict[str, str | None] = {}
    for one in received.images.sniffed:
        formats[one.path] = one.format
        if one.kind == "image":
            folders[one.path.rstrip("/") + "/"] = one.format
    metadata = opened.submission.metadata
    owners = data_files.listed(opened, received.images.present)
    return tuple(
        DataFile(
            path=path,
            size=received.images.present[path],
            sha256=received.hashes.get(path),
            format=formats.get(path) or _folder_format(path, folders),
            study_component=_name_of(metadata, owner),
        )
        for path, owner in sorted(owners.items())
    )


def _folder_format(path: str, folders: Mapping[str, str | None]) -> str | None:
    """The format of the directory that is one image and holds the file."""
    parts = path.split("/")
    for end in range(len(parts) - 1, 0, -1):
        if (folder := "/".join(parts[:end]) + "/") in folders:
            return folders[folder]
    return None


def component_files(
    files: Iterable[DataFile], sniffed: Iterable[ImageFile]
) -> tuple[ComponentFiles, ...]:
    """What the files of each study component are, in the order in which one is first named."""
    sniffed = tuple(sniffed)
    images = {one.path.rstrip("/"): one for one in sniffed if one.kind == "image"}
    on_list = frozenset(one.format for one in sniffed if one.on_bioformats_list)
    held: dict[str | None, list[DataFile]] = {}
    shown: dict[str | None, dict[str, ImageFile]] = {}
    for file in files:
        held.setdefault(file.study_component, []).append(file)
        path = file.path
        while path and path not in images:
            path = path.rpartition("/")[0]
        if path:
            shown.setdefault(file.study_component, {})[path] = images[path]
    return tuple(
        _component_files(name, some, tuple(shown.get(name, {}).values()), on_list)
        for name, some in held.items()
    )


def _component_files(
    name: str | None,
    files: list[DataFile],
    images: tuple[ImageFile, ...],
    on_list: frozenset[str | None],
) -> ComponentFiles:
    formats: dict[str | None, list[DataFile]] = {}
    for file in files:
        formats.setdefault(file.format, []).append(file)
    counts = [
        FormatCount(
            format=kind,
            on_bioformats_list=kind in on_list,
            files=len(some),
            images=sum(one.images or 1 for one in images if one.format == kind),
            size=sum(file.size for file in some),
        )
        for kind, some in formats.items()
    ]
    total = sum(one.images for one in counts)
    listed = sum(one.images for one in counts if one.on_bioformats_list)
    return ComponentFiles(
        study_component=name,
        files=len(files),
        images=total,
        size=sum(file.size for file in files),
        share_on_bioformats_list=round(listed / total, 4) if total else None,
        formats=tuple(sorted(counts, key=lambda one: (-one.images, -one.files, one.format or ""))),
        pixels=_extents(one.sizes for one in images),
        pixel_sizes_um=_extents(one.pixel_size_um for one in images),
    )


def _extents(sizes: Iterable[Mapping[str, int | float] | None]) -> tuple[Extent, ...]:
    """The least and the most along each axis over those that have it."""
    found: dict[str, list[int | float]] = {}
    for one in sizes:
        for axis, value in (one or {}).items():
            found.setdefault(axis, []).append(value)
    return tuple(
        Extent(axis=axis, least=min(found[axis]), most=max(found[axis]))
        for axis in "XYZCT"
        if axis in found
    )


def _name_of(metadata: Mapping[str, Any], place: str | None) -> str | None:
    if place is None:
        return None
    owner = get(metadata, place, {})
    name = owner.get("name") or owner.get("title")
    return str(name) if name else None
