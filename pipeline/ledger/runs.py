"""Runs over submissions with what they found and changed, and what curators decided."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from pipeline.findings import Finding, Frozen
from pipeline.ledger.connection import Ledger, Refused
from pipeline.ledger.submissions import hold
from pipeline.ledger.tables import changes as change_table
from pipeline.ledger.tables import contents, runs
from pipeline.ledger.tables import decisions as decision_table
from pipeline.ledger.tables import findings as finding_table
from pipeline.record import Change, Decision, Outcome

WAITING: tuple[Outcome, ...] = ("waiting-for-files", "needs-review", "returned", "failed")
KEPT: dict[str, Outcome] = {"return": "returned", "hold": "needs-review"}
"""What a submission waits for after a decision that keeps it back."""


class Waiting(Frozen):
    """A submission that waits: since which day with this outcome, and what is to be decided."""

    submission: str
    outcome: Outcome
    since: dt.date
    errors: int
    proposals: int
    report: str | None


class Run(Frozen):
    """A finished run over one submission."""

    id: int
    submission: str
    digest: str
    day: dt.date
    outcome: Outcome
    report: str | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def start_run(ledger: Ledger, submission: str, digest: str, day: dt.date) -> int:
    """Note that a run over a submission began; a run that is never finished counts for nothing."""
    with ledger.write() as connection:
        hold(connection, submission)
        made = connection.execute(
            sa.insert(runs)
            .values(submission=submission, digest=digest, day=day)
            .returning(runs.c.id)
        )
        return int(made.scalar_one())


def finish_run(
    ledger: Ledger,
    run: int,
    outcome: Outcome,
    *,
    findings: Iterable[Finding] = (),
    changes: Iterable[Change] = (),
    errors: int | None = None,
    proposals: int = 0,
    report: str | None = None,
) -> None:
    """Note how a run ended, with its findings and changes, in one transaction.

    `errors` is the number that still blocks (default: all findings that are errors); `report` a
    path. Findings and changes equal to those of the submission's last run are kept once.
    """
    found = [(finding, _body(finding)) for finding in findings]
    made = [(change, _body(change)) for change in changes]
    digest = hashlib.sha256(
        json.dumps([[body for _, body in found], [body for _, body in made]]).encode()
    ).hexdigest()
    if errors is None:
        errors = sum(finding.severity == "error" for finding, _ in found)
    with ledger.write() as connection:
        own = connection.execute(
            sa.select(runs.c.submission, runs.c.day).where(runs.c.id == run)
        ).one()
        last = _last(connection, own.submission)
        evidence = last.evidence if last is not None and last.evidence_digest == digest else run
        since = last.since if last is not None and last.outcome == outcome else own.day
        connection.execute(
            sa.update(runs)
            .where(runs.c.id == run)
            .values(
                outcome=outcome,
                since=since,
                errors=errors,
                proposals=proposals,
                report=report,
                evidence=evidence,
                evidence_digest=digest,
                finished=sa.func.now(),
            )
        )
        if evidence == run:
            _keep(connection, run, found, made)


def _keep(
    connection: sa.Connection,
    run: int,
    found: list[tuple[Finding, str]],
    made: list[tuple[Change, str]],
) -> None:
    if found:
        connection.execute(
            sa.insert(finding_table),
            [
                {
                    "run": run,
                    "number": number,
                    "code": finding.code,
                    "severity": finding.severity,
                    "place": finding.place,
                    "body": body,
                }
                for number, (finding, body) in enumerate(found, start=1)
            ],
        )
    if made:
        connection.execute(
            sa.insert(change_table),
            [
                {
                    "run": run,
                    "number": number,
                    "by": change.by,
                    "safety": change.safety,
                    "body": body,
                }
                for number, (change, body) in enumerate(made, start=1)
            ],
        )


def last_run(ledger: Ledger, submission: str) -> Run | None:
    """The last finished run over a submission with its findings and changes, in their order."""
    with ledger.read() as connection:
        last = _last(connection, submission)
        if last is None:
            return None
        found = connection.execute(
            sa.select(finding_table.c.body)
            .where(finding_table.c.run == last.evidence)
            .order_by(finding_table.c.number)
        ).scalars()
        made = connection.execute(
            sa.select(change_table.c.body)
            .where(change_table.c.run == last.evidence)
            .order_by(change_table.c.number)
        ).scalars()
        return Run(
            id=last.id,
            submission=last.submission,
            digest=last.digest,
            day=last.day,
            outcome=last.outcome,
            report=last.report,
            findings=tuple(Finding.model_validate(json.loads(body)) for body in found),
            changes=tuple(Change.model_validate(json.loads(body)) for body in made),
        )


def last_content(ledger: Ledger, submission: str) -> tuple[str, str | None] | None:
    """Digest of the content that a run last began on, and where its document is kept, if any."""
    with ledger.read() as connection:
        found = connection.execute(
            sa.select(runs.c.digest, contents.c.stored)
            .outerjoin(
                contents,
                sa.and_(
                    contents.c.submission == runs.c.submission, contents.c.digest == runs.c.digest
                ),
            )
            .where(runs.c.submission == submission)
            .order_by(runs.c.id.desc())
            .limit(1)
        ).one_or_none()
    return None if found is None else (found.digest, found.stored)


def waiting(ledger: Ledger) -> tuple[Waiting, ...]:
    """Every submission that waits, by id: its last run left it so, or a curator has since then.

    What was sent back or held says so before the next run, also where it has its record.
    """
    newest = (
        sa.select(sa.func.max(runs.c.id))
        .where(runs.c.outcome.is_not(None))
        .group_by(runs.c.submission)
    )
    latest = sa.select(sa.func.max(decision_table.c.id)).group_by(decision_table.c.submission)
    said = sa.select(decision_table).where(
        decision_table.c.id.in_(latest), decision_table.c.verdict.in_(KEPT)
    )
    kept = said.with_only_columns(decision_table.c.after_run)
    asked = (
        sa.select(runs)
        .where(runs.c.id.in_(newest), runs.c.outcome.in_(WAITING) | runs.c.id.in_(kept))
        .order_by(runs.c.submission)
    )
    with ledger.read() as connection:
        decided = {row.after_run: row for row in connection.execute(said)}
        rows = connection.execute(asked).all()
    listed = []
    for row in rows:
        outcome, since = row.outcome, row.since
        last = decided.get(row.id)
        if last is not None and KEPT[last.verdict] != outcome:
            outcome, since = KEPT[last.verdict], last.day
        listed.append(
            Waiting(
                submission=row.submission,
                outcome=outcome,
                since=since,
                errors=row.errors,
                proposals=row.proposals,
                report=row.report,
            )
        )
    return tuple(listed)


def decide(
    ledger: Ledger, submission: str, decision: Decision, day: dt.date, *, seen: int | None = None
) -> None:
    """Append a curator's decision; nothing takes it out again.

    `seen` is the number of decisions that it was made upon; raises Refused where others came since.
    """
    with ledger.write() as connection:
        hold(connection, submission)
        made = connection.execute(
            sa.select(decision_table.c.curator, decision_table.c.verdict)
            .where(decision_table.c.submission == submission)
            .order_by(decision_table.c.id)
        ).all()
        if seen is not None and (since := made[seen:]):
            raise Refused(f"{since[-1].curator} has decided meanwhile ({since[-1].verdict})")
        last = _last(connection, submission)
        connection.execute(
            sa.insert(decision_table).values(
                submission=submission,
                verdict=decision.verdict,
                curator=decision.curator,
                digest=decision.digest,
                day=day,
                after_run=None if last is None else last.id,
                body=_body(decision),
            )
        )


def decisions(ledger: Ledger, submission: str) -> tuple[Decision, ...]:
    """Every decision on a submission, oldest first."""
    with ledger.read() as connection:
        found = connection.execute(
            sa.select(decision_table.c.body)
            .where(decision_table.c.submission == submission)
            .order_by(decision_table.c.id)
        ).scalars()
        return tuple(Decision.model_validate(json.loads(body)) for body in found)


def accepted_after(ledger: Ledger, submission: str, day: dt.date) -> bool:
    """Whether a curator has accepted a submission on a later day."""
    asked = sa.select(decision_table.c.id).where(
        decision_table.c.submission == submission,
        decision_table.c.verdict == "accept",
        decision_table.c.day > day,
    )
    with ledger.read() as connection:
        return connection.execute(asked.limit(1)).one_or_none() is not None


def _last(connection: sa.Connection, submission: str) -> sa.Row[Any] | None:
    return connection.execute(
        sa.select(runs)
        .where(runs.c.submission == submission, runs.c.outcome.is_not(None))
        .order_by(runs.c.id.desc())
        .limit(1)
    ).one_or_none()


def _body(what: Finding | Change | Decision) -> str:
    """Canonical JSON; escapes keep what a database cannot hold."""
    return json.dumps(what.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
