"""`bia-curation review`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import printing
from pipeline.cli.batch import finding_line
from pipeline.cli.opened import archive_at
from pipeline.cli.validate import placed

if TYPE_CHECKING:
    from pipeline.deciding import Case
    from pipeline.record import Decision

COLUMNS = ("submission", "outcome", "since", "errors", "proposals", "report")
DONE = {"accept": "accepted", "return": "returned", "hold": "held"}


@click.group()
def review() -> None:
    """Decide submissions that wait for a curator.

    Example: bia-curation review list
    """


@review.command("list")
@printing.archive_option
@printing.format_option
def list_(archive: Path, form: str) -> None:
    """Every submission that waits, and for what.

    Example: bia-curation review list
    """
    from pipeline import ledger

    with archive_at(archive) as (_, book):
        lines = (
            {**one.model_dump(), "since": one.since.isoformat()} for one in ledger.waiting(book)
        )
        printing.rows(form, lines, COLUMNS)


@contextmanager
def _case(submission: str, archive: Path, day: dt.date) -> Iterator[Case]:
    from pipeline import deciding, knowledge, receiving
    from pipeline import review as words

    with archive_at(archive) as (chosen, book):
        bench = receiving.Bench(settings=chosen, ledger=book, knowledge=knowledge.load(), day=day)
        try:
            yield deciding.case(submission, bench)
        except (LookupError, words.Refused) as why:
            raise click.UsageError(str(why)) from why


@review.command()
@click.argument("submission")
@printing.archive_option
@printing.format_option
@printing.day_option
def show(submission: str, archive: Path, form: str, day: dt.date) -> None:
    """Findings, numbered proposals and changes of a submission.

    Example: bia-curation review show wing-disc
    """
    from pipeline import review as words

    with _case(submission, archive, day) as one:
        judged = one.judged
        told: dict[str, Any] = {
            "submission": submission,
            "findings": [
                finding_line(finding.location.file or "", submission, finding)
                for finding in judged.after.findings
            ],
            "proposals": [
                {
                    "number": proposal.label,
                    "code": proposal.source,
                    "place": proposal.place,
                    "why": proposal.why,
                    "operations": [made.model_dump() for made in proposal.operations],
                }
                for proposal in words.proposals(judged.after.findings)
            ],
            "changes": [change.model_dump() for change in judged.changes],
        }
        if form != "table":
            printing.put(printing.as_json(told))
        else:
            _for_people(told)


def _for_people(told: dict[str, Any]) -> None:
    findings = placed(told["findings"])
    printing.table(findings, ("severity", "code", "where", "message"), "Findings")
    proposals = [
        {
            **one,
            "change": "; ".join(
                f"{made['place']}: {made['before']!r} -> {made['after']!r}"
                for made in one["operations"]
            ),
        }
        for one in told["proposals"]
    ]
    printing.table(proposals, ("number", "code", "change", "why"), "Proposals")
    changes = [
        {"by": one["by"], "why": one["why"], **made}
        for one in told["changes"]
        for made in one["operations"]
    ]
    printing.table(changes, ("by", "place", "before", "after", "why"), "Changes")


def _signed(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--note", required=True, help="Why; kept with the decision.")(command)
    return click.option("--curator", required=True, help="Who decides.")(command)


@review.command()
@click.argument("submission")
@_signed
@click.option("--take", multiple=True, help="A proposal's number (3, or 3.2), or `all`.")
@click.option("--set", "sets", multiple=True, help="POINTER=VALUE: your own correction.")
@click.option("--because", multiple=True, help="Why, one for each --set.")
@printing.archive_option
@printing.format_option
@printing.day_option
def accept(
    submission: str,
    curator: str,
    note: str,
    take: tuple[str, ...],
    sets: tuple[str, ...],
    because: tuple[str, ...],
    archive: Path,
    form: str,
    day: dt.date,
) -> None:
    """Accept a submission: take proposals, correct values, waive what then remains.

    Its next curation goes on from there.

    \b
    Example: bia-curation review accept wing-disc --take 1 \\
      --curator 'A. Name' --note checked

    \b
    Example: bia-curation review accept wing-disc --set '/study/title=Wing discs' \\
      --because 'a word was missing' --curator 'A. Name' --note 'asked the depositor'
    """
    from pipeline import deciding, ledger
    from pipeline import review as words

    if len(sets) != len(because):
        raise click.UsageError("each --set needs its own --because")
    typed = []
    for given, reason in zip(sets, because, strict=True):
        pointer, sign, value = given.partition("=")
        if not sign:
            raise click.UsageError(f"--set {given!r} is not POINTER=VALUE")
        typed.append(words.Typed(pointer=pointer, value=value, because=reason))
    with _case(submission, archive, day) as one:
        last = ledger.last_run(one.bench.ledger, submission)
        if take and last is not None and last.digest != one.received.digest:
            raise click.UsageError(
                f"{submission} has changed since its report, whose numbers --take names;"
                " curate it, then look again"
            )
        decision, blocking = deciding.accept(
            one, curator=curator, note=note, take=take, typed=typed
        )
        _decided(submission, decision, form)
        for finding in blocking:
            click.echo(f"still blocks: {finding.code} {finding.message}", err=True)


@review.command("return")
@click.argument("submission")
@_signed
@printing.archive_option
@printing.format_option
@printing.day_option
def return_(
    submission: str, curator: str, note: str, archive: Path, form: str, day: dt.date
) -> None:
    """Send a submission back to its depositor until its content changes.

    \b
    Example: bia-curation review return wing-disc \\
      --curator 'A. Name' --note 'files are missing'
    """
    from pipeline import deciding

    with _case(submission, archive, day) as one:
        decision = deciding.keep(one, "return", curator=curator, note=note)
        _decided(submission, decision, form)


@review.command()
@click.argument("submission")
@_signed
@printing.archive_option
@printing.format_option
@printing.day_option
def hold(submission: str, curator: str, note: str, archive: Path, form: str, day: dt.date) -> None:
    """Keep a submission waiting until another decision.

    \b
    Example: bia-curation review hold wing-disc \\
      --curator 'A. Name' --note 'asked the funder'
    """
    from pipeline import deciding

    with _case(submission, archive, day) as one:
        _decided(submission, deciding.keep(one, "hold", curator=curator, note=note), form)


@review.command()
@click.argument("submission")
@click.argument("code")
@click.argument("pointer")
@_signed
@printing.archive_option
@printing.format_option
@click.option("--until", type=printing.Day(), help="The last day on which it passes.")
@printing.day_option
def waive(
    submission: str,
    code: str,
    pointer: str,
    curator: str,
    note: str,
    until: dt.date | None,
    archive: Path,
    form: str,
    day: dt.date,
) -> None:
    """Let one error pass, for its present value.

    POINTER is the error's place as `review show` prints it: a pointer into the document or the
    record, or FILE#ROW in a file list.

    \b
    Example: bia-curation review waive wing-disc STU101 /study/title \\
      --curator 'A. Name' --note 'the series is called so'
    """
    from pipeline import deciding

    with _case(submission, archive, day) as one:
        decision = deciding.waive(one, code, pointer, curator=curator, note=note, expiry=until)
        _decided(submission, decision, form)


def _decided(submission: str, decision: Decision, form: str) -> None:
    line = {"submission": submission, **decision.model_dump(mode="json")}
    if form != "table":
        printing.put(printing.as_json(line))
        return
    counts = (
        (len(decision.accepted), "proposal", "taken"),
        (len(decision.corrections), "value", "corrected"),
        (len(decision.waivers), "error", "waived"),
    )
    told = [f"{printing.counted(count, noun)} {what}" for count, noun, what in counts if count]
    signed = f"{submission}: {DONE[decision.verdict]} by {decision.curator}"
    printing.put("; ".join((signed, *told)))
