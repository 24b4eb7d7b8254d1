"""Making decisions, and what they leave standing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from pipeline.findings import Finding
from pipeline.record import Correction, Decision, Waiver
from pipeline.review.offers import Refused, pick, value_digest
from pipeline.review.replay import (
    CORRECTION_WITHHELD,
    PROPOSAL_WITHHELD,
    Judge,
    Typed,
    correction,
    settle,
)
from pipeline.select import get
from pipeline.submission import Submission

_NEVER_WAIVED = {
    "ACC": "an accession is permanent: a doubt about it is settled, not waived",
    "INT": "the pipeline itself failed here: its engineers mend it",
}


def accept(
    submission: Submission,
    earlier: Sequence[Decision],
    judge: Judge,
    *,
    curator: str,
    note: str,
    day: dt.date,
    absent: Collection[str],
    take: Iterable[str] = (),
    typed: Iterable[Typed] = (),
) -> tuple[Decision, tuple[Finding, ...]]:
    """Accept a submission: take proposals, correct values, waive each error that then remains.

    `submission` is as the safe rules left it, `earlier` the decisions so far, `absent` the codes
    that say data files are missing. Returns the decision and the errors that still stand because
    nobody can waive them. Raises Refused when a correction does not fit or is itself wrong, when
    two of the changes exclude each other, or when nothing could be decided.
    """
    _signed(curator, note)
    shown = settle(submission, earlier, judge)
    taken = pick(shown.proposals, take)
    corrections = tuple(correction(shown.submission, one, curator) for one in typed)
    if len({one.place for one in corrections}) != len(corrections):
        raise Refused("one place is corrected twice")
    decision = Decision(
        verdict="accept",
        curator=curator,
        note=note,
        digest=submission.digest,
        accepted=tuple(one.key for one in taken),
        corrections=corrections,
    )
    after = settle(submission, (*earlier, decision), judge)
    new = [one for one in after.findings if one not in shown.findings]
    for finding in new:
        if finding.code in (CORRECTION_WITHHELD.code, PROPOSAL_WITHHELD.code):
            raise Refused(f"the changes exclude each other: {finding.message}")
    left = standing(after.submission, after.findings, waivers(earlier), day=day, absent=absent)
    for finding in left:
        if finding in new and _is_made_by(finding, corrections):
            raise Refused(f"the correction is itself wrong: {finding.message}")
    waived = [
        _waiver(after.submission, one, curator, note)
        for one in left
        if not why_not_waived(one, absent)
    ]
    blocking = tuple(one for one in left if why_not_waived(one, absent))
    if blocking and not (taken or corrections or waived):
        raise Refused(f"{blocking[0].message}: {why_not_waived(blocking[0], absent)}")
    return decision.model_copy(update={"waivers": tuple(dict.fromkeys(waived))}), blocking


def waive(
    submission: Submission,
    findings: Iterable[Finding],
    code: str,
    pointer: str,
    *,
    curator: str,
    note: str,
    absent: Collection[str],
    expiry: dt.date | None = None,
) -> Decision:
    """Waive the errors of one code at one place (of record or document); `expiry` is the last day.

    `submission` and `findings` are as after the decisions so far.
    """
    _signed(curator, note)
    meant = [
        finding
        for finding in findings
        if finding.severity == "error"
        and finding.code == code
        and pointer in (_at(finding), finding.place, finding.location.pointer)
    ]
    if not meant:
        raise Refused(f"there is no error {code} at {pointer}")
    for finding in meant:
        if why := why_not_waived(finding, absent):
            raise Refused(f"{finding.message}: {why}")
    made = [_waiver(submission, finding, curator, note, expiry) for finding in meant]
    return Decision(
        verdict="accept", curator=curator, note=note, digest=submission.digest, waivers=tuple(made)
    )


def return_(digest: str, *, curator: str, note: str) -> Decision:
    """Send a submission back to its depositor until its content changes."""
    _signed(curator, note)
    return Decision(verdict="return", curator=curator, note=note, digest=digest)


def hold(digest: str, *, curator: str, note: str) -> Decision:
    """Keep a submission waiting until another decision."""
    _signed(curator, note)
    return Decision(verdict="hold", curator=curator, note=note, digest=digest)


def verdict(
    decisions: Sequence[Decision], digest: str
) -> Literal["accept", "return", "hold"] | None:
    """What the decisions say of a content now.

    The last one counts; a return counts for the content that was sent back alone.
    """
    for decision in reversed(decisions):
        if decision.verdict != "return" or decision.digest == digest:
            return decision.verdict
    return None


def merged(decisions: Iterable[Decision]) -> Decision | None:
    """All acceptances as one decision, signed by the last, for the record."""
    accepts = [decision for decision in decisions if decision.verdict == "accept"]
    if not accepts:
        return None
    corrections = {one.place: one for decision in accepts for one in decision.corrections}
    return accepts[-1].model_copy(
        update={
            "accepted": tuple(
                dict.fromkeys(one for decision in accepts for one in decision.accepted)
            ),
            "corrections": tuple(corrections.values()),
            "waivers": waivers(accepts),
        }
    )


def waivers(decisions: Iterable[Decision]) -> tuple[Waiver, ...]:
    """Every waiver given, of those for one code, place and value the last."""
    return tuple(
        {
            (waiver.code, waiver.at, waiver.digest): waiver
            for decision in decisions
            if decision.verdict == "accept"
            for waiver in decision.waivers
        }.values()
    )


def decision_digest(decisions: Sequence[Decision]) -> str:
    """SHA-256 over all acceptances in their order; empty when there are none."""
    accepts = [one.model_dump(mode="json") for one in decisions if one.verdict == "accept"]
    return value_digest(accepts) if accepts else ""


def standing(
    submission: Submission,
    findings: Iterable[Finding],
    given: Iterable[Waiver],
    *,
    day: dt.date,
    absent: Collection[str],
) -> tuple[Finding, ...]:
    """The errors that block: those whose value, as it is now, no waiver lets pass on a day."""
    passing = {
        (waiver.code, waiver.at, waiver.digest)
        for waiver in given
        if waiver.expiry is None or day <= waiver.expiry
    }
    return tuple(
        finding
        for finding in findings
        if finding.severity == "error"
        and (
            why_not_waived(finding, absent) is not None
            or (finding.code, _at(finding), _digest(submission, finding)) not in passing
        )
    )


def why_not_waived(finding: Finding, absent: Collection[str]) -> str | None:
    """Why nobody can waive a finding; None when a curator can."""
    if finding.code in absent:
        return "an accession is given only after the data files are there"
    return _NEVER_WAIVED.get(finding.code[:3])


def _signed(curator: str, note: str) -> None:
    if not curator.strip() or not note.strip():
        raise Refused("a decision needs the curator's name and a note")


def _at(finding: Finding) -> str:
    """Where a finding stands: its place in the record, else the file and row."""
    if finding.place is not None and finding.location.row is None:
        return finding.place
    location = finding.location
    row = "" if location.row is None else f"#{location.row}"
    return f"{location.file or ''}{row}" or location.pointer or ""


def _digest(submission: Submission, finding: Finding) -> str:
    value = finding.value
    if value is None and finding.place is not None:
        value = get(submission.metadata, finding.place)
    if finding.count > 1 or finding.samples:
        value = {"value": value, "count": finding.count, "samples": list(finding.samples)}
    return value_digest(value)


def _waiver(
    submission: Submission,
    finding: Finding,
    curator: str,
    reason: str,
    expiry: dt.date | None = None,
) -> Waiver:
    return Waiver(
        code=finding.code,
        at=_at(finding),
        digest=_digest(submission, finding),
        reason=reason,
        curator=curator,
        expiry=expiry,
    )


def _is_made_by(finding: Finding, corrections: Iterable[Correction]) -> bool:
    """Whether an error is of the schema, or stands where a curator typed."""
    if finding.code.startswith("SCH"):
        return True
    return any(finding.place == one.place for one in corrections)
