"""The line: intake, sniff, validate, curate; plain functions without clock, network or Prefect."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from pydantic import ConfigDict

from pipeline import check, data_files, edit, review, rule, schema, telling
from pipeline.check import Context, Images, Known
from pipeline.findings import (
    RANK,
    Finding,
    Frozen,
    Location,
    Operation,
    Report,
    Safety,
    declare,
)
from pipeline.identifiers import iso_date
from pipeline.images import ImageFile
from pipeline.intake.pagetab_objects import NO_VALUE
from pipeline.knowledge import Knowledge
from pipeline.record import Change, Decision
from pipeline.select import parent, steps
from pipeline.sources import Opened
from pipeline.submission import FileList, Submission

FAILED = declare(
    "INT902",
    "submission-failed",
    "error",
    """The pipeline failed on this submission, or may not read its files; nothing is known of it.

    To fix: nothing is asked of the depositor; the archive's engineers mend the pipeline or the
    rights of the files, and the next run tries again.
    """,
)

ListChecks = Callable[[FileList], Iterable[Finding]]
_ROUNDS = 6
"""More rounds of changes than any chain of rules and suggestions needs."""


class Judged(Frozen):
    """A submission after curation: as received, as curated, what was found before and after."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    opened: Opened
    submission: Submission | None
    before: Report
    after: Report
    """What still stands after the changes."""
    changes: tuple[Change, ...] = ()
    proposals: tuple[Finding, ...] = ()
    """Findings whose suggestion a curator may take, in the order in which they are numbered."""
    images: Images = Images()


class Look(Frozen):
    """Everything that a submission is judged with besides its own content."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    knowledge: Knowledge
    day: dt.date
    profile: str = "new"
    images: Images = Images()
    known: Known = Known()
    lists: ListChecks | None = None
    """How the columns of file lists are checked (default: value by value)."""
    list_findings: tuple[Finding, ...] | None = None
    """What was found in the file lists, which no change of the metadata alters."""


def failed(file: str, crash: Exception) -> Finding:
    """The finding that stands for a submission over which the pipeline itself failed."""
    why = f"the pipeline failed on this submission: {type(crash).__name__}: {crash}"
    if isinstance(crash, OSError):
        name = os.path.basename(str(crash.filename or file))
        why = f"the system does not let '{name}' be read: {crash.strerror or crash}"
    return FAILED.at(Location(file=file), why)


def look_at_images(opened: Opened) -> Images:
    """What the data files are: sizes on disk, files still arriving, and what each image is."""
    if opened.submission is None or not opened.submission.source.files_expected:
        return Images()
    from pipeline import images

    sizes = data_files.present(opened)
    root = opened.data_root
    growing = data_files.growing(sizes, opened.submission.file_lists)
    sniffed: tuple[ImageFile, ...] = ()
    if root is not None and sizes:
        owners = data_files.listed(opened, sizes)
        folders = {str(parent) for path in owners for parent in PurePosixPath(path).parents}
        sniffed = tuple(
            _below(root, one)
            for one in images.sniff([root], base=root)
            if one.path not in growing and (one.path in owners or one.path in folders)
        )
    return Images(
        looked=True,
        sniffed=sniffed,
        present=sizes,
        growing=growing,
        elsewhere=data_files.elsewhere(opened, sizes),
    )


def stated_checksums(opened: Opened, images: Images) -> dict[str, frozenset[str]]:
    """The kinds of checksum that file lists state of the files that are there, by path."""
    if opened.submission is None:
        return {}
    from pipeline.checks import checksums

    stated = checksums.stated_checksums(opened.submission.file_lists)
    there = images.present.keys() - images.growing
    return {path: kinds for path, kinds in stated.items() if path in there}


def _below(root: Path, one: ImageFile) -> ImageFile:
    """The image with the files of its findings named by their paths below the data root."""
    findings = tuple(
        finding.model_copy(update={"location": finding.location.model_copy(update={"file": name})})
        if finding.location.file and (name := os.path.relpath(finding.location.file, root))
        else finding
        for finding in one.findings
    )
    return one.model_copy(update={"findings": findings})


def validate(opened: Opened, look: Look, submission: Submission | None = None) -> Report:
    """Every finding on a submission (the one as read, or an edited one), with its suggestion."""
    submission = submission or opened.submission
    findings = list(opened.findings)
    skips = list(opened.skips)
    origin = look.knowledge.origin(look.profile)
    if submission is None:
        judged = look.knowledge.profiled(tuple(findings), look.profile)
        return Report(submission=opened.id, origin=origin, findings=judged, skips=tuple(skips))
    template = schema.template(submission.source.template)
    findings = _placed((_required(finding, template) for finding in findings), submission)
    findings += _listed(submission, look)
    findings += schema.check_schema(submission, look.knowledge.compiled)
    context = Context(
        submission=submission,
        day=look.day,
        registries=look.knowledge.registries,
        images=look.images,
        known=look.known,
        template=template,
    )
    checked, skipped = check.run(look.knowledge.checks, context)
    findings = telling.once(findings, checked)
    findings += image_findings(look.images)
    judged = look.knowledge.profiled(tuple(findings), look.profile)
    attached = rule.attach(judged, submission, look.knowledge.rules)
    return Report(
        submission=submission.id,
        origin=origin,
        findings=tuple(sorted(telling.distinct(attached), key=_order)),
        skips=(*skips, *skipped),
    )


def _listed(submission: Submission, look: Look) -> tuple[Finding, ...]:
    """What is wrong within each file list."""
    if look.list_findings is not None:
        return look.list_findings
    if not submission.file_lists:
        return ()
    from pipeline.checks.file_lists import findings_of

    checks = look.lists or findings_of
    return tuple(finding for one in submission.file_lists for finding in checks(one))


def with_lists(opened: Opened, look: Look) -> Look:
    """The same look with the file lists checked once and for all."""
    if opened.submission is None or look.list_findings is not None:
        return look
    return look.model_copy(update={"list_findings": _listed(opened.submission, look)})


def image_findings(images: Images) -> tuple[Finding, ...]:
    """What was found in the image files themselves, equal ones told once with a count."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for one in images.sniffed:
        for finding in one.findings:
            key = (finding.code, finding.severity)
            grouped.setdefault(key, []).append(finding)
    return tuple(_together(same) for same in grouped.values())


_GROUPED = 10
"""More equal findings than this on images are told as one, with samples."""


def _together(same: list[Finding]) -> Finding:
    first = same[0]
    if len(same) == 1:
        return first
    files = [one.location.file for one in same]
    others = "1 further file" if len(same) == 2 else f"{len(same) - 1:,} further files"
    message = f"{first.message} (and {others})"
    return first.model_copy(
        update={"message": message, "count": len(same), "samples": tuple(files[:_GROUPED])}
    )


def _required(finding: Finding, template: schema.Template | None) -> Finding:
    """A blank attribute is an error where the document's own template requires its value."""
    if finding.code != NO_VALUE.code or template is None or finding.place is None:
        return finding
    if not template.requires_at(finding.place):
        return finding
    return finding.model_copy(update={"severity": "error"})


def _placed(findings: Iterable[Finding], submission: Submission) -> list[Finding]:
    """The findings of intake, each at the record place nearest around where it was found."""
    placed: list[Finding] = []
    places: dict[str, str] = {}
    cells: dict[_Cell, str] = {}
    for finding in findings:
        at = finding.location.pointer
        if finding.place is None and at:
            places = places or {at: one for one, at in submission.source_map.pointers.items()}
            while at and at not in places:
                at = parent(at)
            if place := places.get(at):
                finding = finding.model_copy(update={"place": place})
        elif finding.place is None and not submission.source_map.addressed:
            cells = cells or _by_cell(submission)
            if place := cells.get(_cell(finding.location)):
                finding = finding.model_copy(update={"place": place})
        placed.append(finding)
    return placed


_Cell = tuple[int | None, int | None, str | None, str | None]


def _cell(location: Location) -> _Cell:
    return (location.line, location.column, location.sheet, location.cell)


def _by_cell(submission: Submission) -> dict[_Cell, str]:
    """The record place that stands in each cell of a document in rows, the deepest one."""
    positions = submission.source_map.positions
    found: dict[_Cell, str] = {}
    for place, pointer in submission.source_map.pointers.items():
        if (there := positions.get(pointer)) is None:
            continue
        cell = _cell(there)
        if len(place) > len(found.get(cell, "")):
            found[cell] = place
    return found


def _order(finding: Finding) -> tuple[object, ...]:
    at = finding.location
    return (
        at.file or "",
        at.line or 0,
        at.row or 0,
        at.column or 0,
        finding.code,
        at.pointer or "",
    )


def safe_changes(opened: Opened, look: Look) -> tuple[Submission, tuple[Change, ...]]:
    """The submission after all that needs no person: rules, then checks' safe suggestions."""
    assert opened.submission is not None
    look = with_lists(opened, look)
    submission, changes = rule.apply_safe(opened.submission, look.knowledge.rules)
    for _ in range(_ROUNDS):
        found = validate(opened, look, submission).findings
        submission, made = _taken(submission, found, "safe")
        if not made:
            break
        submission, further = rule.apply_safe(submission, look.knowledge.rules)
        changes += (*made, *further)
    return submission, changes


def curate(opened: Opened, look: Look, decisions: Iterable[Decision] = ()) -> Judged:
    """The safe changes, what curators decided, and what is found before and after them."""
    look = with_lists(opened, look)
    before = validate(opened, look)
    if opened.submission is None:
        return Judged(opened=opened, submission=None, before=before, after=before)
    submission, changes = safe_changes(opened, look)
    decisions = tuple(decisions)
    withheld: tuple[Finding, ...] = ()
    if any(decision.verdict == "accept" for decision in decisions):
        settled = review.settle(submission, decisions, judge(opened, look))
        decided = opened.model_copy(update={"submission": settled.submission})
        submission, further = safe_changes(decided, look)
        changes += (*settled.changes, *further)
        withheld = tuple(one for one in settled.findings if one.code.startswith("CUR"))
    after = validate(opened, look, submission)
    if withheld:
        withheld = look.knowledge.profiled(withheld, look.profile)
        after = after.model_copy(update={"findings": (*after.findings, *withheld)})
    return Judged(
        opened=opened,
        submission=submission,
        before=before,
        after=after,
        changes=changes,
        proposals=review.numbered(after.findings),
        images=look.images,
    )


def accept_all(opened: Opened, look: Look) -> tuple[Submission, tuple[Change, ...]]:
    """The submission with every proposal taken, the first where there are alternatives."""
    look = with_lists(opened, look)
    submission, changes = safe_changes(opened, look)
    for _ in range(_ROUNDS):
        wanted = review_wanted(validate(opened, look, submission))
        # From the end, so that taking out an entry moves none that is still to be changed.
        ordered = sorted(wanted, key=_deepest, reverse=True)
        submission, made = _taken(submission, ordered, "review")
        if not made:
            break
        taken = opened.model_copy(update={"submission": submission})
        submission, further = safe_changes(taken, look)
        changes += (*made, *further)
    return submission, changes


def _taken(
    submission: Submission, findings: Iterable[Finding], safety: Safety
) -> tuple[Submission, list[Change]]:
    """The suggestions of one safety taken in their order, but for those that no longer fit."""
    made: list[Change] = []
    for finding in findings:
        suggestion = finding.suggestion
        if suggestion is None or suggestion.safety != safety:
            continue
        try:
            submission = edit.apply(submission, suggestion.operations)
        except edit.Unfit:
            continue
        made.append(
            Change(
                by=suggestion.rule,
                operations=suggestion.operations,
                safety=safety,
                why=suggestion.why,
            )
        )
    return submission, made


def judge(opened: Opened, look: Look) -> review.Judge:
    """The judge that a review asks: every finding on the submission as edited."""
    look = with_lists(opened, look)

    def judged(one: Submission) -> tuple[Finding, ...]:
        return validate(opened, look, one).findings

    return judged


def review_wanted(report: Report) -> tuple[Finding, ...]:
    """Findings with a suggestion that only a person may take."""
    return tuple(
        finding
        for finding in report.findings
        if finding.suggestion is not None and finding.suggestion.safety == "review"
    )


def _deepest(finding: Finding) -> tuple[tuple[int, str], ...]:
    assert finding.suggestion is not None
    first: Operation = finding.suggestion.operations[0]
    return tuple((int(step), "") if step.isdecimal() else (-1, step) for step in steps(first.place))


def profile_of(submission: Submission | None, day: dt.date) -> str:
    """`published` for an imported study whose release date has passed, else `new`."""
    if submission is None or not submission.source.imported:
        return "new"
    date = release_date(submission)
    return "published" if date is not None and date <= day else "new"


def release_date(submission: Submission) -> dt.date | None:
    """The day on which a study may be shown: the later one where several are given.

    None where one of them is no date that can be read, for then nobody knows when.
    """
    metadata = submission.metadata
    given = [metadata.get("release_date"), metadata.get("study", {}).get("release_date")]
    given += [
        one.get("value")
        for one in metadata.get("attributes", ())
        if one.get("name", "").replace(" ", "").casefold() == "releasedate"
    ]
    days = [iso_date(str(text)) for text in given if text]
    known = [dt.date.fromisoformat(day) for day in days if day is not None]
    return max(known, default=None) if len(known) == len(days) else None


def counts(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Number of findings by severity."""
    total = dict.fromkeys(sorted(RANK, key=lambda s: -RANK[s]), 0)
    for finding in findings:
        total[finding.severity] += 1
    return total
