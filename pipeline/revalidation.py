"""What another schema or other rules would make of the archive's records; and writing them anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pipeline import ledger, releasing, sources, stages
from pipeline.curation import Result, curate
from pipeline.findings import Finding, Frozen
from pipeline.knowledge import Knowledge
from pipeline.receiving import Bench, noted
from pipeline.record import Change
from pipeline.schema import Compiled, violations
from pipeline.stages import Look

Turn = Literal["newly-failing", "newly-passing", "changed"]
Said = Mapping[tuple[str, str], tuple[str, ...]]
"""Messages by place and code."""


class Revalidated(Frozen):
    """One place of one record that is judged otherwise.

    `message` is the newer judgement's, or for what newly passes the older one's.
    """

    submission: str
    code: str
    change: Turn
    place: str
    message: str


def revalidate(
    records: Iterable[Mapping[str, Any]], old: Compiled, new: Compiled
) -> Iterator[Revalidated]:
    """Compare the findings of two schemas by code and place, for each curated record.

    A record is a mapping with `submission` (or `accession`) and `metadata`. What both schemas
    say in the same words is left out.
    """
    if old.digest == new.digest:
        return
    for record in records:
        named = str(record.get("submission") or record["accession"])
        before, after = (_of_schema(record["metadata"], one) for one in (old, new))
        yield from _turns(named, before, after)


def with_rules(submission: str, bench: Bench, other: Knowledge) -> tuple[Revalidated, ...]:
    """What rules other than the bench's would change and leave in a submission that has its record.

    Its document is judged with both where it was found; nothing is noted, and data files, of which
    no rule speaks, are not looked at. A change that only one of the two makes has its rule's id
    as code. Raises LookupError where the submission is no longer where it was found, RuntimeError
    where rules undo each other.
    """
    found, again = noted(submission, bench)
    opened = sources.open_found(found, files=again.files, imported=again.imported)
    profile = stages.profile_of(opened.submission, bench.day)
    decisions = ledger.decisions(bench.ledger, submission)
    before, after = (
        stages.curate(opened, Look(knowledge=one, day=bench.day, profile=profile), decisions)
        for one in (bench.knowledge, other)
    )
    said = (_of_findings(one.after.findings) for one in (before, after))
    made = (_of_changes(one.changes) for one in (before, after))
    return (*_turns(submission, *said), *_changed(submission, *made))


def write_anew(submission: str, bench: Bench) -> tuple[Result, tuple[Revalidated, ...]]:
    """Curate a submission that has its record once more; how that ended, and what turned.

    Where its metadata or files come out otherwise they are the next version; where an error
    stands now it waits for a curator, and its record stays. Raises LookupError where it has no
    record, or is no longer where it was found.
    """
    held = ledger.latest(bench.ledger, submission)
    if held is None:
        raise LookupError(f"{submission} has no record")
    before = releasing.record_of(bench.settings, held.accession, held.version).report.findings
    found, again = noted(submission, bench)
    result = curate(found, again, anew=True)
    last = ledger.last_run(bench.ledger, submission)
    if result.outcome == "unchanged" or last is None:
        return result, ()
    turns = _turns(submission, _of_findings(before), _of_findings(last.findings))
    return result, tuple(turns)


def counted(found: Iterable[Revalidated]) -> dict[str, dict[Turn, int]]:
    """How many records each code newly fails, newly passes or judges otherwise."""
    records = {(one.code, one.change, one.submission) for one in found}
    counts = Counter((code, change) for code, change, _ in records)
    table: dict[str, dict[Turn, int]] = defaultdict(dict)
    for (code, change), number in sorted(counts.items()):
        table[code][change] = number
    return dict(table)


def _turns(submission: str, before: Said, after: Said) -> Iterator[Revalidated]:
    for place, code in sorted(before.keys() | after.keys()):
        was, now = before.get((place, code)), after.get((place, code))
        if was == now:
            continue
        turn: Turn = "changed"
        if was is None:
            turn = "newly-failing"
        elif now is None:
            turn = "newly-passing"
        yield Revalidated(
            submission=submission,
            code=code,
            change=turn,
            place=place,
            message="; ".join(now or was or ()),
        )


def _changed(submission: str, before: Said, after: Said) -> Iterator[Revalidated]:
    """The changes that only one of two sets of rules makes, or makes otherwise."""
    for place, rule in sorted(before.keys() | after.keys()):
        was, now = before.get((place, rule)), after.get((place, rule))
        if was != now:
            message = "; ".join(now or ("it is left as it is",))
            yield Revalidated(
                submission=submission, code=rule, change="changed", place=place, message=message
            )


def _of_changes(changes: Iterable[Change]) -> Said:
    return _by_place(
        (one.place, change.by, f"{one.do} {one.after!r}")
        for change in changes
        for one in change.operations
    )


def _of_schema(metadata: Mapping[str, Any], schema: Compiled) -> Said:
    found = violations(metadata, schema)
    return _by_place((one.place, one.code, one.message) for one in found)


def _of_findings(findings: Iterable[Finding]) -> Said:
    return _by_place(
        (one.place or one.location.pointer or one.location.file or "", one.code, one.message)
        for one in findings
    )


def _by_place(found: Iterable[tuple[str, str, str]]) -> Said:
    """Messages by place and code, of places, codes and messages."""
    messages: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place, code, message in found:
        messages[place, code].append(message)
    return {key: tuple(sorted(said)) for key, said in messages.items()}
