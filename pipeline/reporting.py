"""The report of a submission for people: its page, put together and written."""

from __future__ import annotations

from pipeline import emission, releasing, review, stages
from pipeline.accession import Accession
from pipeline.outputs import report as pages
from pipeline.receiving import Bench, Received, component_files, manifest
from pipeline.record import CuratedRecord, Outcome
from pipeline.select import get
from pipeline.settings import Settings
from pipeline.stages import Judged


def write_report(
    received: Received,
    judged: Judged,
    outcome: Outcome,
    record: CuratedRecord | None,
    bench: Bench,
    name: str | None = None,
) -> str:
    """Write the report for people; its path below the archive."""
    page = report_page(received, judged, outcome, record, bench)
    return write_page(page, name or received.opened.id, bench.settings)


def write_page(page: pages.ReportPage, name: str, settings: Settings) -> str:
    """Write a report page, its Markdown and the message; the page's path below the archive."""
    folder = settings.reports / name
    for file, text in {
        "report.html": pages.html(page),
        "report.md": pages.markdown(page),
        "message.txt": pages.message(page),
    }.items():
        emission.write_file(folder / file, text.encode("utf-8", "replace"))
    return str((folder / "report.html").relative_to(settings.archive))


def report_page(
    received: Received,
    judged: Judged,
    outcome: Outcome,
    record: CuratedRecord | None,
    bench: Bench,
) -> pages.ReportPage:
    """All that a report says of a submission."""
    submitted = received.opened.submission
    held = record.accession if record else received.known.held_accession
    released = stages.release_date(judged.submission) if judged.submission else None
    accession = Accession(value=held) if held else None
    public = held is not None and is_released(bench.settings, held)
    name, findings = received.opened.id, judged.after.findings
    unconfirmed = releasing.unconfirmed(bench.ledger, name, released, findings)
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
        released=public,
        due=released is not None and released <= bench.day and not public and not unconfirmed,
        unconfirmed=unconfirmed,
        submitted=submitted.metadata if submitted else {},
        curated=judged.submission.metadata if judged.submission else {},
        found=judged.before.findings,
        standing=judged.after.findings,
        changes=judged.changes,
        proposals=pages.proposed(review.proposals(judged.proposals)),
        decision=received.decisions[-1] if received.decisions else None,
        skips=judged.after.skips,
        components=component_files(manifest(received), received.images.sniffed),
    )


def is_released(settings: Settings, accession: str) -> bool:
    """Whether a study stands in the public copy."""
    return (settings.public / accession).is_dir()
