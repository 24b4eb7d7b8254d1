"""One submission from its folder to its outcome: judged, given its accession, emitted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from contextlib import suppress

from pipeline import emission, ledger, outputs, releasing, reporting, review, sources, stages
from pipeline.accession import Accession, is_accession
from pipeline.check import Images, Known
from pipeline.checks.file_lists import WAITING_CODES
from pipeline.findings import Finding, Frozen, Location, declare
from pipeline.intake import file_list_codes
from pipeline.outputs import report as pages
from pipeline.receiving import Bench, Received, component_files, look_of, manifest, receive
from pipeline.record import CuratedRecord, DocumentFrame, Outcome
from pipeline.select import get
from pipeline.settings import Settings
from pipeline.sources import Found
from pipeline.stages import Judged

ABSENT = WAITING_CODES | {file_list_codes.ABSENT.code}
"""The codes that say only that files are missing or still arriving: the depositor's turn."""

REFUSED = declare(
    "INT903",
    "accession-refused",
    "error",
    """The ledger refuses a submission its accession: it is withdrawn, or held for another.

    To fix: nothing is asked of the depositor; a curator finds out whose the accession is.
    """,
)

TERMS_OF_USE = "EMBL-EBI Terms of Use (https://www.ebi.ac.uk/about/terms-of-use/)"


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


def curate(found: Found, bench: Bench, *, twice: bool = False, anew: bool = False) -> Result:
    """Curate one submission to its outcome; run again it changes nothing.

    `twice` says that another submission of this run carries the same id, `anew` that content whose
    record stands is judged once more: what comes out otherwise is the next version. Of runs that
    overlap one works on a submission, the others wait, so that what was read last is noted last.
    Raises OSError and `ledger.LedgerUnavailable` where the archive itself cannot be used.
    """
    if twice:
        return _twice(found, bench)
    named = sources.identity(found)
    with emission.alone(bench.settings.archive, named):
        return _curate(receive(found, bench, named), bench, anew=anew)


def _curate(received: Received, bench: Bench, *, anew: bool) -> Result:
    """What becomes of a submission that was received."""
    opened = received.opened
    done = _done(received, bench)
    if done is not None and not (anew and _differs(received, done, bench)):
        return _unchanged(received, done, bench, judged=anew)
    run = ledger.start_run(bench.ledger, opened.id, received.digest, bench.day)
    judged = judge(received, bench)
    outcome, standing = _outcome(received, judged, bench)
    record = None
    if outcome == "accessioned":
        try:
            made = _give_accession(received, judged, bench, anew=done is not None)
            _emit(made, bench.settings)
            record = made
        except ledger.Refused as why:
            refused = REFUSED.at(Location(file=opened.found.shown), str(why))
            outcome, standing, judged = "needs-review", (refused,), _with(judged, refused)
    report = reporting.write_report(received, judged, outcome, record, bench)
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
    if record is not None:
        # Last of all: what a killed run left undone is done again until this is noted.
        ledger.emitted(bench.ledger, record.accession, record.version)
    held = record.accession if record else received.known.held_accession
    return Result(
        submission=opened.id,
        outcome=outcome,
        accession=held,
        version=record.version if record else None,
        doi=record.doi if record else None,
        released=held is not None and reporting.is_released(bench.settings, held),
        findings=stages.counts(judged.after.findings),
        changes=len(judged.changes),
        record=_record_path(record.accession, record.version) if record else None,
        report=report,
    )


def _done(received: Received, bench: Bench) -> ledger.RecordVersion | None:
    """The version that stands for this content and these decisions; None if its record is lost."""
    digests = (received.digest, received.decision_digest)
    done = ledger.unchanged(bench.ledger, received.opened.id, *digests)
    if done is None or review.verdict(received.decisions, received.digest) not in (None, "accept"):
        return None
    path = bench.settings.archive / _record_path(done.accession, done.version)
    return done if path.is_file() else None


def _differs(received: Received, done: ledger.RecordVersion, bench: Bench) -> bool:
    """Whether a record would now be withheld, or say other things of its study and files."""
    judged = judge(received, bench)
    if judged.submission is None or _outcome(received, judged, bench)[0] != "accessioned":
        return True
    record = releasing.record_of(bench.settings, done.accession, done.version)
    now = (judged.submission.metadata, manifest(received))
    return (record.metadata, record.files) != now


def _with(judged: Judged, finding: Finding) -> Judged:
    """The same with one more finding."""
    after = judged.after
    more = after.model_copy(update={"findings": (*after.findings, finding)})
    return judged.model_copy(update={"after": more})


def judge(received: Received, bench: Bench) -> Judged:
    """Everything that is found, changed and proposed for a submission."""
    return stages.curate(received.opened, look_of(received, bench), received.decisions)


def _outcome(
    received: Received, judged: Judged, bench: Bench
) -> tuple[Outcome, tuple[Finding, ...]]:
    """What becomes of a submission, and the errors that withhold its accession."""
    errors = tuple(one for one in judged.after.findings if one.severity == "error")
    standing = errors
    if judged.submission is not None:
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
    if not standing and judged.submission is not None:
        return "accessioned", standing
    if standing and all(finding.code in ABSENT for finding in standing):
        return "waiting-for-files", standing
    return "needs-review", standing


def _give_accession(
    received: Received, judged: Judged, bench: Bench, *, anew: bool
) -> CuratedRecord:
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
        anew=anew,
    )
    asked = submission.metadata.get("doi_requested") or bench.settings.doi_for_all
    stated = submission.metadata.get("doi") == accession.doi
    doi = ledger.keep_doi(bench.ledger, accession, wanted=bool(asked or stated))
    return _record(received, judged, accession, version, released, doi)


def _record(
    received: Received,
    judged: Judged,
    accession: Accession,
    version: int,
    released: dt.date | None,
    doi: str | None,
) -> CuratedRecord:
    submission = judged.submission
    assert submission is not None
    metadata = submission.metadata
    files = manifest(received)
    return CuratedRecord(
        accession=accession.value,
        version=version,
        submission=submission.id,
        digest=received.digest,
        release_date=released.isoformat() if released else None,
        doi=doi,
        citation=accession.citation,
        link=accession.link,
        licence_terms=get(metadata, "/study/licence/name") or TERMS_OF_USE,
        frame=DocumentFrame(
            template=submission.source.template,
            attach_to=submission.source.attach_to,
            root_path=submission.source.root_path,
        ),
        metadata=metadata,
        files=files,
        components=component_files(files, received.images.sniffed),
        changes=judged.changes,
        decision=review.merged(received.decisions),
        report=judged.after,
    )


def _emit(record: CuratedRecord, settings: Settings) -> None:
    """Bring the record to disk in all its forms, in one step; never over another submission's."""
    with suppress(FileNotFoundError):
        there = releasing.record_of(settings, record.accession, record.version)
        if there.submission != record.submission:
            raise ledger.Refused(f"a record of another submission stands as {there.accession}")
    folder = settings.archive / _record_path(record.accession, record.version)
    contents = {made.file: made.write(record) for made in outputs.load().values() if made.emitted}
    emission.write_folder(folder.parent, contents)


def _record_path(accession: str, version: int) -> str:
    return f"records/{accession}/v{version}/{outputs.load()['record'].file}"


def _unchanged(
    received: Received, done: ledger.RecordVersion, bench: Bench, *, judged: bool
) -> Result:
    """The outcome of content that has its record: nothing is written, unless it came back.

    It comes back after other content of it has waited, and where it was `judged` to be as its
    record says after it waited itself.
    """
    submission = received.opened.id
    last = ledger.last_run(bench.ledger, submission)
    waited = last is not None and judged and last.outcome != "accessioned"
    if last is None or last.digest != done.digest or waited:
        _came_back(received, done, bench)
        last = ledger.last_run(bench.ledger, submission)
    assert last is not None
    held = ledger.accession(bench.ledger, done.accession)
    return Result(
        submission=submission,
        outcome="unchanged",
        accession=done.accession,
        version=done.version,
        doi=held.doi if held else None,
        released=reporting.is_released(bench.settings, done.accession),
        findings=stages.counts(last.findings),
        changes=len(last.changes),
        record=_record_path(done.accession, done.version),
        report=last.report or "",
    )


def _came_back(received: Received, done: ledger.RecordVersion, bench: Bench) -> None:
    """Report anew on content whose record stands, and let it wait no longer."""
    run = ledger.start_run(bench.ledger, received.opened.id, received.digest, bench.day)
    record = releasing.record_of(bench.settings, done.accession, done.version)
    judged = judge(received, bench)
    report = reporting.write_report(received, judged, "accessioned", record, bench)
    ledger.finish_run(
        bench.ledger,
        run,
        "accessioned",
        findings=record.report.findings,
        changes=record.changes,
        errors=0,
        report=report,
    )


def _twice(found: Found, bench: Bench) -> Result:
    """A second submission under an id of this run: told, and nothing of it noted."""
    opened = sources.told_twice(sources.open_found(found, files=False, imported=bench.imported))
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
    with emission.alone(bench.settings.archive, name):
        report = reporting.write_report(received, judged, "needs-review", None, bench, name)
    return Result(
        submission=opened.id,
        outcome="needs-review",
        findings=stages.counts(judged.after.findings),
        report=report,
    )


def crashed(found: Found, bench: Bench, crash: Exception) -> Result:
    """The outcome of a submission over which the pipeline itself failed; tried again next time."""
    finding = stages.failed(found.given, crash)
    origin = bench.knowledge.origin("new")
    page = pages.ReportPage(
        submission=found.name,
        outcome="failed",
        origin=origin,
        found=(finding,),
        standing=(finding,),
    )
    with emission.alone(bench.settings.archive, found.name):
        report = reporting.write_page(page, found.name, bench.settings)
    return Result(
        submission=found.name,
        outcome="failed",
        findings=stages.counts((finding,)),
        report=report,
    )
