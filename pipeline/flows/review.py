"""A curator's desk in the Prefect page: the report, a form, and the decision in the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from prefect import State, flow, get_run_logger
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput, keyset_from_base_key
from prefect.input.actions import create_flow_run_input, read_flow_run_input
from prefect.states import Completed, Failed
from pydantic import Field

from pipeline import deciding, knowledge, ledger, reporting
from pipeline import review as words
from pipeline.deciding import Case
from pipeline.findings import Finding, Frozen
from pipeline.flows import artifacts, desk
from pipeline.outputs import report as pages
from pipeline.outputs.wording import inert
from pipeline.receiving import Bench

PATIENCE = 30 * 24 * 3600
"""Seconds until a question that nobody answers ends its run."""
DONE: dict[str, str] = {"accept": "Accepted", "return": "Returned", "hold": "Held"}
LONGEST_REASON = 1000
BELOW = "*The form is below the report.*"
"""Prefect's page shows it in a small window, under all that is said before it."""
WAITS = "waits for a curator: Resume, in the menu at the top right, shows the report and the form"


class Answer(RunInput):
    """A curator's decision."""

    curator: str = Field(
        title="Curator",
        min_length=1,
        description="Your name; Prefect does not know who you are. Kept with the decision.",
    )
    verdict: Literal["accept", "return", "hold"] = Field(
        title="Verdict",
        description="accept: the next run gives the accession, errors that then remain are waived; "
        "return: it is the depositor's turn; hold: it waits for another decision.",
    )
    note: str = Field(title="Note", min_length=1, description="Why. Kept with the decision.")
    proposals: str = Field(
        default="",
        title="Proposals to take",
        description="Their numbers as in the report, such as 1, 3.2; or all.",
    )
    corrections: str = Field(
        default="",
        title="Your own corrections",
        description="Two lines each: a place, as the report lists them, and its new value, such as "
        "/study/title=A title; below it why, such as: because the depositor asked for it.",
    )


class Question(Frozen):
    """What a form asked about: the content it showed, and how many decisions there were then."""

    digest: str
    decisions: int


@flow(name="review", flow_run_name="review {submission}", persist_result=False)
def review(submission: str, archive: str | None = None, on: str | None = None) -> State[Any]:
    """Ask a curator about a waiting submission; the next curation goes on from the answer.

    Args:
        submission: The id of a submission that waits, as the reports name it.
        archive: Absolute path of the archive's folder (default: BIA_ARCHIVE).
        on: The day to judge dates by, as YYYY-MM-DD (default: today, UTC).
    """
    submission = submission.strip()  # blanks that were pasted into the form
    desk.call_run(f"review {submission}", [submission])
    with desk.opened(archive) as (chosen, book):
        bench = Bench(settings=chosen, ledger=book, knowledge=knowledge.load(), day=desk.day_of(on))
        refusals = list(_refusals())
        while True:
            # A resumed run comes by here again and finds its questions and answers.
            try:
                one = deciding.case(submission, bench)
            except LookupError as why:
                return Failed(name="Unknown", message=str(why))
            asked = _question(one, len(refusals))
            answer = _answer(one, refusals)
            try:
                left = _decide(submission, asked, answer, bench)
            except (LookupError, words.Refused) as why:
                refusals.append(str(why)[:LONGEST_REASON])
                create_flow_run_input(f"refusal-{len(refusals)}", refusals[-1])
                get_run_logger().warning("not taken: %s", refusals[-1])
                continue
            return Completed(name=DONE[answer.verdict], message=_said(answer, left))


def _refusals() -> Iterator[str]:
    """Why earlier answers of this run were not taken."""
    number = 1
    while (why := read_flow_run_input(f"refusal-{number}")) is not None:
        yield str(why)
        number += 1


def _question(one: Case, before: int) -> Question:
    """What this run's next form asks about, noted before it is shown."""
    key = f"question-{before + 1}"
    noted = read_flow_run_input(key)
    if noted is not None:
        return Question.model_validate(noted)
    asked = Question(digest=one.received.digest, decisions=len(one.received.decisions))
    create_flow_run_input(key, asked.model_dump(mode="json"))
    artifacts.show_review(one.received.opened.id, _report(one))
    return asked


def _answer(one: Case, refusals: list[str]) -> Answer:
    """The curator's answer; a run that has none yet ends here until it is resumed."""
    key = f"answer-{len(refusals) + 1}"
    # A run that is retried has forgotten its pauses, and Prefect refuses to ask twice.
    given = read_flow_run_input(keyset_from_base_key(f"suspended-{key}")["response"])
    if given is not None:
        return Answer.model_validate(given)
    # Nothing but the description: a default would make its field optional.
    form = Answer.with_initial_data(description=_form(one, refusals))
    get_run_logger().info(WAITS)
    return suspend_flow_run(wait_for_input=form, timeout=PATIENCE, key=key)


def _report(one: Case) -> str:
    """The report as it stands now, numbered as the form asks for."""
    opened = one.received.opened
    last = ledger.last_run(one.bench.ledger, opened.id)
    outcome = last.outcome if last else "needs-review"
    page = reporting.report_page(one.received, one.judged, outcome, None, one.bench)
    return pages.markdown(page)


def _form(one: Case, refusals: list[str]) -> str:
    again = [f"**The last answer was not taken:** {inert(refusals[-1])}"] if refusals else []
    return "\n\n".join([*again, BELOW, _report(one)])


def _decide(submission: str, asked: Question, answer: Answer, bench: Bench) -> tuple[Finding, ...]:
    """Note the decision once; what still blocks. Raises Refused where the answer cannot stand."""
    since = ledger.decisions(bench.ledger, submission)[asked.decisions :]
    told = (answer.verdict, answer.curator, answer.note)
    if any((one.verdict, one.curator, one.note) == told for one in since):
        return ()
    if since:
        raise words.Refused(f"{since[-1].curator} has decided meanwhile ({since[-1].verdict})")
    one = deciding.case(submission, bench)
    if one.received.digest != asked.digest:
        raise words.Refused("the submission has changed since the form was made; look again")
    if answer.verdict == "accept":
        _, left = deciding.accept(
            one,
            curator=answer.curator,
            note=answer.note,
            take=re.split(r"[\s,;]+", answer.proposals.strip()) if answer.proposals.strip() else (),
            typed=typed(answer.corrections),
        )
        return left
    if answer.proposals.strip() or answer.corrections.strip():
        raise words.Refused("only an acceptance takes proposals and corrections")
    deciding.keep(one, answer.verdict, curator=answer.curator, note=answer.note)
    return ()


def typed(text: str) -> tuple[words.Typed, ...]:
    """Corrections as lines `POINTER=VALUE`, each with a line `because …` below it.

    >>> typed("/study/title=Wing discs\\nbecause a word was missing")
    (Typed(pointer='/study/title', value='Wing discs', because='a word was missing'),)
    """
    made: list[words.Typed] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        reason = re.match(r"because\b[:\s]*", line, re.IGNORECASE)
        pointer, sign, value = line.partition("=")
        if reason:
            if not made or made[-1].because:
                raise words.Refused(f"{line!r} stands below no correction")
            made[-1] = made[-1].model_copy(update={"because": line[reason.end() :]})
        elif sign:
            made.append(words.Typed(pointer=pointer.strip(), value=value.strip(), because=""))
        else:
            raise words.Refused(f"{line!r} is neither POINTER=VALUE nor because …")
    return tuple(made)


def _said(answer: Answer, left: tuple[Finding, ...]) -> str:
    said = f"{DONE[answer.verdict]} by {answer.curator}: {answer.note}"
    blocking = "; ".join(f"{one.code} {one.message}" for one in left)
    return f"{said}. Still blocks: {blocking}" if blocking else said
