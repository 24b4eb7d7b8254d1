"""One submission from its folder to its outcome: received, judged, given its accession, emitted."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from pipeline import emission, ledger, outputs, review, sources, stages
from pipeline.accession import Accession, is_accession
from pipeline.check import Images, Known
from pipeline.checks.file_lists import WAITING_CODES
from pipeline.findings import Finding, Frozen, Location, declare
from pipeline.intake import file_list_codes
from pipeline.knowledge import Knowledge
from pipeline.outputs import report as pages
from pipeline.record import CuratedRecord, DataFile, Decision, DocumentFrame, Outcome
from pipeline.select import get
from pipeline.settings import Settings
from pipeline.sources import Found, Opened
from pipeline.stages import Judged, ListChecks, Look

FAILED = declare(
    "INT902",
    "submission-failed",
    "error",
    """The pipeline itself failed on this submission; nothing is known of it.

    To fix: nothing is asked of the depositor; the archive's engineers mend the pipeline, and the
    next run tries again.
    """,
)
ABSENT = WAITING_CODES | {file_list_codes.ABSENT.code}
"""The codes that say only that files are missing or still arriving: the depositor's turn."""

PLACE = "source.json"
TERMS_OF_USE = "EMBL-EBI Terms of Use (https://www.ebi.ac.uk/about/terms-of-use/)"


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


class Result(Frozen):
    """How curation of one submission ended, as `curate --format json` prints it."""

    submission: str
    outcome: Outcome
    accession: str | None = None
    version: int | None = None
    doi: str | None = None
    released: bool = False
    findings: Mapping[str, int]
    changes: int = 0
    record: str | None = None
    report: str


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


def discover(paths: Iterable[Path]) -> tuple[Found, ...]:
    """All submissions at the paths, in their order."""
    return tuple(found for path in paths for found in sources.discover(path))


def receive(found: Found, bench: Bench) -> Received:
    """Read a submission, look at its files, keep its bytes, and note it in the ledger."""
    opened = sources.open_found(found, files=bench.files, imported=bench.imported)
    images = stages.look_at_images(opened)
    hashes, changing = _hash(opened, images, bench)
    images = images.model_copy(update={"growing": images.growing | changing})
    content = sources.content_digest(opened)
    digest = sources.digest(opened, images.present, hashes)
    decisions = ledger.decisions(bench.ledger, opened.id)
    title, author = ("", "")
    own = None
    if opened.submission is not None:
        title, author = sources.summary_title(opened.submission.metadata)
        own = opened.submission.metadata.get("accession")
    stored = _keep_received(opened, digest, bench.settings)
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
    if opened.submission is not None:
        submission = opened.submission.model_copy(update={"received": day, "digest": digest})
        opened = opened.model_copy(update={"submission": submission})
    return Received(
        opened=opened,
        images=images,
        known=known,
        hashes=hashes,
        digest=digest,
        decisions=decisions,
        decision_digest=review.decision_digest(decisions),
    )


def _hash(opened: Opened, images: Images, bench: Bench) -> tuple[dict[str, str], frozenset[str]]:
    """SHA-256 of the listed data files that are there, and those that change meanwhile."""
    if opened.data_root is None or opened.submission is None:
        return {}, frozenset()
    hashes: dict[str, str] = {}
    changing: set[str] = set()
    for path in sorted(sources.listed(opened, images.present)):
        try:
            hashes[path] = ledger.hash_file(bench.ledger, opened.data_root / path)
        except (ledger.Growing, FileNotFoundError):
            changing.add(path)
    return hashes, frozenset(changing)


def _keep_received(opened: Opened, digest: str, settings: Settings) -> str | None:
    """Keep document and file lists byte for byte; where, below the archive."""
    paths = sources.document_paths(opened)
    if not paths:
        return None
    home = opened.found.folder or paths[0].parent
    folder = settings.received / opened.id / digest[:16]
    contents = {os.path.relpath(path, home).replace("..", "_"): path.read_bytes() for path in paths}
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

    Raises LookupError when the archive does not know it, or it is no longer there.
    """
    noted = bench.settings.received / submission / PLACE
    if not noted.is_file():
        raise LookupError(f"the archive knows no submission {submission}")
    place = json.loads(noted.read_bytes().decode("utf-8", "surrogateescape"))
    path = Path(place["path"])
    found = next(iter(sources.discover(path)), None) if path.exists() else None
    if found is None:
        raise LookupError(f"{submission} is no longer at {path}")
    again = bench.model_copy(update={"files": place["files"], "imported": place["imported"]})
    received = receive(found, again)
    if received.opened.submission is None:
        raise LookupError(f"{submission} cannot be read; see its report")
    return received, again


def curate(found: Found, bench: Bench, *, twice: bool = False) -> Result:
    """Curate one submission to its outcome; run again it changes nothing.

    `twice` says that another submission of this run carries the same id. Raises OSError and
    `ledger.LedgerUnavailable` where the archive itself cannot be used.
    """
    if twice:
        return _twice(found, bench)
    received = receive(found, bench)
    opened = received.opened
    done = ledger.unchanged(bench.ledger, opened.id, received.digest, received.decision_digest)
    if done is not None and review.verdict(received.decisions, received.digest) in (None, "accept"):
        return _unchanged(opened.id, done, bench)
    run = ledger.start_run(bench.ledger, opened.id, received.digest, bench.day)
    judged = judge(received, bench)
    outcome, standing = _outcome(received, judged, bench)
    record = None
    if outcome == "accessioned":
        record = _give_accession(received, judged, bench)
        _emit(record, bench.settings)
        ledger.emitted(bench.ledger, record.accession, record.version)
    report = _write_report(received, judged, outcome, record, bench)
    ledger.finish_run(
        bench.ledger,
        run,
        outcome,
        findings=judged.after.findings,
        changes=judged.changes,
        errors=len(standing),
        proposals=len(judged.proposals),
        report=report,
    )
    held = record.accession if record else received.known.held_accession
    return Result(
        submission=opened.id,
        outcome=outcome,
        accession=held,
        version=record.version if record else None,
        doi=record.doi if record else None,
        findings=stages.counts(judged.after.findings),
        changes=len(judged.changes),
        record=_record_path(record.accession, record.version) if record else None,
        report=report,
    )


def judge(received: Received, bench: Bench) -> Judged:
    """Everything that is found, changed and proposed for a submission."""
    return stages.curate(received.opened, look_of(received, bench), received.decisions)


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


def _outcome(
    received: Received, judged: Judged, bench: Bench
) -> tuple[Outcome, tuple[Finding, ...]]:
    """What becomes of a submission, and the errors that withhold its accession."""
    errors = tuple(one for one in judged.after.findings if one.severity == "error")
    if judged.submission is None:
        failed = any(one.code.startswith("INT9") for one in errors)
        return ("failed" if failed else "needs-review"), errors
    standing = review.standing(
        judged.submission,
        judged.after.findings,
        review.waivers(received.decisions),
        day=bench.day,
        absent=ABSENT,
    )
    if any(finding.code.startswith("INT9") for finding in standing):
        return "failed", standing
    verdict = review.verdict(received.decisions, received.digest)
    if verdict == "return":
        return "returned", standing
    if verdict == "hold":
        return "needs-review", standing
    if not standing:
        return "accessioned", standing
    if all(finding.code in ABSENT for finding in standing):
        return "waiting-for-files", standing
    return "needs-review", standing


def _give_accession(received: Received, judged: Judged, bench: Bench) -> CuratedRecord:
    """The record of the next version, under the accession that is the submission's for ever."""
    submission = judged.submission
    assert submission is not None
    own = submission.metadata.get("accession", "")
    if submission.source.imported and is_accession(own):
        ledger.import_accession(bench.ledger, submission.id, own)
    released = stages.release_date(submission)
    accession, version = ledger.assign(
        bench.ledger,
        submission.id,
        received.digest,
        received.decision_digest,
        release_date=released,
        prefix=bench.settings.prefix,
        first=bench.settings.first,
    )
    return _record(received, judged, bench, accession, version, released)


def _record(
    received: Received,
    judged: Judged,
    bench: Bench,
    accession: Accession,
    version: int,
    released: dt.date | None,
) -> CuratedRecord:
    submission = judged.submission
    assert submission is not None
    metadata = submission.metadata
    wanted = metadata.get("doi_requested") or bench.settings.doi_for_all
    has_doi = wanted or metadata.get("doi") == accession.doi
    return CuratedRecord(
        accession=accession.value,
        version=version,
        submission=submission.id,
        digest=received.digest,
        release_date=released.isoformat() if released else None,
        doi=accession.doi if has_doi else None,
        citation=accession.citation,
        link=accession.link,
        licence_terms=get(metadata, "/study/licence/name") or TERMS_OF_USE,
        frame=DocumentFrame(
            template=submission.source.template,
            attach_to=submission.source.attach_to,
            root_path=submission.source.root_path,
        ),
        metadata=metadata,
        files=data_files(received),
        changes=judged.changes,
        decision=review.merged(received.decisions),
        report=judged.after,
    )


def data_files(received: Received) -> tuple[DataFile, ...]:
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
    owners = sources.listed(opened, received.images.present)
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


def _name_of(metadata: Mapping[str, Any], place: str | None) -> str | None:
    if place is None:
        return None
    owner = get(metadata, place, {})
    name = owner.get("name") or owner.get("title")
    return str(name) if name else None


def _emit(record: CuratedRecord, settings: Settings) -> None:
    """Bring the record to disk in all its forms, in one step."""
    folder = settings.archive / _record_path(record.accession, record.version)
    contents = {
        made.file: made.write(record) for made in outputs.load().values() if made.name != "public"
    }
    emission.write_folder(folder.parent, contents)


def _record_path(accession: str, version: int) -> str:
    return f"records/{accession}/v{version}/{outputs.load()['record'].file}"


def _write_report(
    received: Received,
    judged: Judged,
    outcome: Outcome,
    record: CuratedRecord | None,
    bench: Bench,
    name: str | None = None,
) -> str:
    """Write the report for people; its path below the archive."""
    page = report_page(received, judged, outcome, record)
    return _write_page(page, name or received.opened.id, bench.settings)


def report_page(
    received: Received, judged: Judged, outcome: Outcome, record: CuratedRecord | None
) -> pages.ReportPage:
    """All that a report says of a submission."""
    submitted = received.opened.submission
    on_list = {one.format for one in received.images.sniffed if one.on_bioformats_list}
    held = record.accession if record else received.known.held_accession
    released = stages.release_date(judged.submission) if judged.submission else None
    accession = Accession(value=held) if held else None
    return pages.ReportPage(
        submission=received.opened.id,
        outcome=outcome,
        origin=judged.after.origin,
        title=get(judged.submission.metadata, "/study/title") if judged.submission else None,
        accession=held,
        version=record.version if record else None,
        release_date=released.isoformat() if released else None,
        doi=record.doi if record else None,
        link=accession.link if accession else None,
        citation=accession.citation if accession else None,
        licence_terms=record.licence_terms if record else None,
        submitted=submitted.metadata if submitted else {},
        curated=judged.submission.metadata if judged.submission else {},
        found=judged.before.findings,
        standing=judged.after.findings,
        changes=judged.changes,
        proposals=pages.proposed(review.proposals(judged.proposals)),
        decision=received.decisions[-1] if received.decisions else None,
        skips=judged.after.skips,
        components=pages.files_by_component(data_files(received), on_list),
    )


def _unchanged(submission: str, done: ledger.RecordVersion, bench: Bench) -> Result:
    last = ledger.last_run(bench.ledger, submission)
    held = ledger.accession(bench.ledger, done.accession)
    report = last.report if last and last.report else ""
    return Result(
        submission=submission,
        outcome="unchanged",
        accession=done.accession,
        version=done.version,
        doi=held.doi if held else None,
        released=is_released(bench.settings, done.accession),
        findings=stages.counts(last.findings if last else ()),
        changes=len(last.changes) if last else 0,
        record=_record_path(done.accession, done.version),
        report=report,
    )


def is_released(settings: Settings, accession: str) -> bool:
    """Whether a study stands in the public copy."""
    return (settings.public / accession).is_dir()


def _twice(found: Found, bench: Bench) -> Result:
    """A second submission under an id of this run: told, and nothing of it noted."""
    opened = sources.open_found(found, files=False, imported=bench.imported)
    message = f"another submission of this run is called '{opened.id}' too"
    where = opened.submission.source_map.locate("") if opened.submission else None
    fault = sources.TWICE.at(where or Location(file=found.given), message, value=opened.id)
    opened = opened.model_copy(update={"findings": (*opened.findings, fault)})
    received = Received(
        opened=opened,
        images=Images(),
        known=Known(),
        hashes={},
        digest="",
        decisions=(),
        decision_digest="",
    )
    judged = judge(received, bench)
    name = f"{opened.id} (again, {hashlib.sha256(found.given.encode()).hexdigest()[:8]})"
    report = _write_report(received, judged, "needs-review", None, bench, name)
    return Result(
        submission=opened.id,
        outcome="needs-review",
        findings=stages.counts(judged.after.findings),
        report=report,
    )


def identity(found: Found, bench: Bench) -> str:
    """The id that a submission will have: its own accession, or its folder's or document's name."""
    return sources.open_found(found, files=False, imported=bench.imported).id


def crashed(found: Found, bench: Bench, crash: Exception) -> Result:
    """The outcome of a submission over which the pipeline itself failed; tried again next time."""
    message = f"the pipeline failed on this submission: {type(crash).__name__}: {crash}"
    finding = FAILED.at(Location(file=found.given), message)
    origin = bench.knowledge.origin("new")
    page = pages.ReportPage(
        submission=found.name,
        outcome="failed",
        origin=origin,
        found=(finding,),
        standing=(finding,),
    )
    return Result(
        submission=found.name,
        outcome="failed",
        findings=stages.counts((finding,)),
        report=_write_page(page, found.name, bench.settings),
    )


def _write_page(page: pages.ReportPage, name: str, settings: Settings) -> str:
    folder = settings.reports / name
    for file, text in {
        "report.html": pages.html(page),
        "report.md": pages.markdown(page),
        "message.txt": pages.message(page),
    }.items():
        emission.write_file(folder / file, text.encode("utf-8", "replace"))
    return str((folder / "report.html").relative_to(settings.archive))
