"""A curator's word on a waiting submission, noted in the ledger for the next run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from pydantic import ConfigDict

from pipeline import curation, ledger, receiving, review, stages
from pipeline.curation import ABSENT
from pipeline.findings import Finding, Frozen
from pipeline.receiving import Bench, Received
from pipeline.record import Decision
from pipeline.stages import Judged


class Case(Frozen):
    """A submission as a curator sees it."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    received: Received
    judged: Judged
    bench: Bench


def case(submission: str, bench: Bench) -> Case:
    """Open a submission for a decision; raises LookupError when it cannot be opened."""
    received, bench = receiving.reopen(submission, bench)
    return Case(received=received, judged=curation.judge(received, bench), bench=bench)


def accept(
    one: Case,
    *,
    curator: str,
    note: str,
    take: Iterable[str] = (),
    typed: Iterable[review.Typed] = (),
) -> tuple[Decision, tuple[Finding, ...]]:
    """Accept a submission; what still blocks because nobody can waive it. Raises review.Refused."""
    opened = one.received.opened
    if opened.submission is None:
        raise review.Refused("a document that cannot be read cannot be accepted; send it back")
    look = receiving.look_of(one.received, one.bench)
    submission, _ = stages.safe_changes(opened, look)
    decision, blocking = review.accept(
        submission,
        one.received.decisions,
        stages.judge(opened, look),
        curator=curator,
        note=note,
        day=one.bench.day,
        absent=ABSENT,
        take=take,
        typed=typed,
    )
    _note(one, decision)
    return decision, blocking


def waive(
    one: Case,
    code: str,
    pointer: str,
    *,
    curator: str,
    note: str,
    expiry: dt.date | None = None,
) -> Decision:
    """Waive one error, until a day; raises review.Refused where it cannot be."""
    if one.judged.submission is None:
        raise review.Refused("in a document that cannot be read nothing can be let pass")
    decision = review.waive(
        one.judged.submission,
        one.judged.after.findings,
        code,
        pointer,
        curator=curator,
        note=note,
        absent=ABSENT,
        expiry=expiry,
    )
    _note(one, decision)
    return decision


def keep(one: Case, verdict: Literal["return", "hold"], *, curator: str, note: str) -> Decision:
    """Send a submission back to its depositor, or hold it; raises review.Refused unsigned."""
    decide = review.return_ if verdict == "return" else review.hold
    decision = decide(one.received.digest, curator=curator, note=note)
    _note(one, decision)
    return decision


def _note(one: Case, decision: Decision) -> None:
    """Note a decision, unless another curator's came between."""
    name, seen = one.received.opened.id, len(one.received.decisions)
    try:
        ledger.decide(one.bench.ledger, name, decision, one.bench.day, seen=seen)
    except ledger.Refused as why:
        raise review.Refused(str(why)) from why
