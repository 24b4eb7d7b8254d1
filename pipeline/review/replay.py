"""Replaying decisions: curators' corrections and accepted proposals over a submission."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from pydantic import ConfigDict

from pipeline.edit import Unfit, apply, located, removal
from pipeline.findings import Finding, Frozen, Operation, declare
from pipeline.record import Change, Correction, Decision
from pipeline.review.offers import Proposal, Refused, proposals
from pipeline.select import get, parent, steps
from pipeline.submission import Metadata, Submission

CORRECTION_WITHHELD = declare(
    "CUR201",
    "correction-no-longer-fits",
    "warning",
    """A curator's own correction was not applied, because the value it replaced has changed.

    The curator judged another value; applying the correction now could undo what the depositor
    mended.

    To fix: a curator looks at the new value and corrects it again if that is still needed.
    """,
)

PROPOSAL_WITHHELD = declare(
    "CUR202",
    "accepted-proposal-no-longer-fits",
    "warning",
    """A proposal that a curator accepted was not applied, because another change came before it.

    Two changes of one value exclude each other; which of them is right is not for us to say.

    To fix: a curator decides which of the changes is to stand.
    """,
)

Judge = Callable[[Submission], tuple[Finding, ...]]
"""Runs all checks."""


class Typed(Frozen):
    """A correction as a curator types it; an empty value takes out what stands there."""

    pointer: str
    value: str
    because: str


class Settled(Frozen):
    """A submission after the decisions on it, with what is found in it then."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    submission: Submission
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]


def place_of(submission: Submission, pointer: str) -> str:
    """The record place that a curator names by itself or by a pointer into the document.

    `record:` or `document:` before it says which is meant where it could be both.
    """
    scheme, colon, rest = pointer.partition(":")
    meant = scheme if colon and scheme in ("record", "document") else None
    pointer = rest if meant else pointer
    if not pointer.startswith("/"):
        raise Refused(f"{pointer!r} is not a place such as /study/title")
    nothing = object()
    in_record = meant != "document" and get(submission.metadata, pointer, nothing) is not nothing
    from_document = [
        place
        for place, at in submission.source_map.pointers.items()
        if meant != "record"
        and at in (pointer, f"{pointer}/value")
        and not isinstance(get(submission.metadata, place), dict | list)
    ]
    if in_record and from_document not in ([], [pointer]):
        raise Refused(
            f"{pointer} is a place of the record and one of the document: "
            f"write record:{pointer} or document:{pointer}"
        )
    if in_record:
        return pointer
    if len(from_document) > 1:
        raise Refused(f"{pointer} is several places of the record: {', '.join(from_document)}")
    if from_document:
        return from_document[0]
    if meant == "document":
        raise Refused(f"the record has nothing from {pointer} of the document")
    return pointer


def correction(submission: Submission, typed: Typed, curator: str) -> Correction:
    """A typed change as it can be applied again; raises Refused where no value can stand."""
    place = place_of(submission, typed.pointer)
    before = get(submission.metadata, place)
    if not typed.because.strip():
        raise Refused(f"the correction of {place} needs a reason")
    if isinstance(before, dict | list):
        raise Refused(f"{place} is no single value; name a value in it")
    if before is None and not typed.value:
        raise Refused(f"there is nothing at {place} to take out")
    home = get(submission.metadata, parent(place))
    if isinstance(home, list) and place.endswith("/-"):
        place = f"{parent(place)}/{len(home)}"
    made = Correction(
        place=place,
        before=before,
        after=typed.value or None,
        because=typed.because,
        curator=curator,
    )
    try:
        apply(submission, _operations(submission.metadata, made))
    except Unfit as why:
        raise Refused(f"{typed.pointer} names no place of the record: {why}") from why
    return made


def _operations(metadata: Metadata, made: Correction) -> tuple[Operation, ...]:
    """What a correction does now; nothing when it is done. Raises Unfit when the value changed."""
    now = get(metadata, made.place)
    if now == made.after:
        return ()
    if now != made.before:
        raise Unfit(f"{made.place} is now {now!r}")
    if made.after is None:
        return (removal(metadata, made.place),)
    home = get(metadata, parent(made.place))
    new = isinstance(home, list) and steps(made.place)[-1] == str(len(home))
    verb: Literal["add", "set"] = "add" if new else "set"
    return (Operation(do=verb, place=made.place, before=now, after=made.after),)


def apply_decision(
    submission: Submission, decision: Decision, offered: Iterable[Proposal]
) -> tuple[Submission, tuple[Change, ...], tuple[Finding, ...]]:
    """The submission with a decision's corrections and accepted proposals, and what was withheld.

    Give it the submission as the curator saw it: after the safe rules and earlier decisions.
    Corrections come first; proposals that move entries of a list are applied from its end.
    """
    changes: list[Change] = []
    withheld: list[Finding] = []
    for made in decision.corrections:
        try:
            operations = _located(submission, _operations(submission.metadata, made))
            submission = apply(submission, operations)
        except Unfit:
            withheld.append(_correction_withheld(submission, made))
            continue
        if operations:
            by = made.curator or decision.curator
            changes.append(Change(by=by, operations=operations, safety="review", why=made.because))
    for proposal in _from_the_end(one for one in offered if one.key in decision.accepted):
        operations = _located(submission, proposal.operations)
        try:
            submission = apply(submission, operations)
        except Unfit:
            withheld.append(_proposal_withheld(submission, proposal))
            continue
        changes.append(
            Change(by=proposal.source, operations=operations, safety="review", why=proposal.why)
        )
    return submission, tuple(changes), tuple(withheld)


def _located(submission: Submission, operations: Iterable[Operation]) -> tuple[Operation, ...]:
    return tuple(located(submission.source_map, operation) for operation in operations)


def _from_the_end(chosen: Iterable[Proposal]) -> list[Proposal]:
    """Proposals in an order in which none moves the place of another."""
    listed = list(chosen)
    moving = [one for one in listed if any(o.do != "set" for o in one.operations)]
    moving.sort(key=lambda one: _natural(one.operations[0].place), reverse=True)
    return [one for one in listed if one not in moving] + moving


def _natural(place: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(step) if step.isdecimal() else -1, step) for step in steps(place))


def _correction_withheld(submission: Submission, made: Correction) -> Finding:
    now = get(submission.metadata, made.place)
    return CORRECTION_WITHHELD.at(
        submission.source_map.locate(made.place),
        f"a curator's correction from {made.before!r} to {made.after!r} was not applied, "
        f"because the value is now {now!r}",
        value=now if isinstance(now, str | int | float) else None,
        place=made.place,
    )


def _proposal_withheld(submission: Submission, proposal: Proposal) -> Finding:
    return PROPOSAL_WITHHELD.at(
        submission.source_map.locate(proposal.place),
        f"the accepted proposal of {proposal.source} was not applied, because another change "
        f"of {proposal.place} came before it",
        place=proposal.place,
    )


def settle(submission: Submission, decisions: Iterable[Decision], judge: Judge) -> Settled:
    """Replay every acceptance in its order over a submission that the safe rules left, and judge.

    A proposal that shows only after another was applied is taken too if it was accepted.
    """
    accepts = [decision for decision in decisions if decision.verdict == "accept"]
    last = {made.place: made for decision in accepts for made in decision.corrections}
    changes: list[Change] = []
    withheld: list[Finding] = []
    findings = judge(submission)
    for decision in accepts:
        left = decision
        while left.corrections or left.accepted:
            offered = proposals(findings)
            submission, made, kept_back = apply_decision(submission, left, offered)
            superseded = {c.place for c in left.corrections if last[c.place] is not c}
            withheld += [
                finding
                for finding in kept_back
                if finding.code != CORRECTION_WITHHELD.code or finding.place not in superseded
            ]
            if not made:
                break
            changes += made
            findings = judge(submission)
            used = {proposal.key for proposal in offered}
            left = left.model_copy(
                update={
                    "corrections": (),
                    "accepted": tuple(one for one in left.accepted if one not in used),
                }
            )
    return Settled(
        submission=submission,
        changes=tuple(changes),
        findings=(*findings, *withheld),
        proposals=proposals(findings),
    )
