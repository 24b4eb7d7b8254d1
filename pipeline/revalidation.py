"""What a change of the schema would do to the records that the archive holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pipeline.findings import Frozen
from pipeline.schema import Compiled, violations

Turn = Literal["newly-failing", "newly-passing", "changed"]


class Revalidated(Frozen):
    """One place of one record that the candidate schema judges otherwise.

    `message` is the candidate's, or for what newly passes the present schema's.
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
        before, after = (_found(record["metadata"], one) for one in (old, new))
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
                submission=named,
                code=code,
                change=turn,
                place=place,
                message="; ".join(now or was or ()),
            )


def counted(found: Iterable[Revalidated]) -> dict[str, dict[Turn, int]]:
    """How many records each code newly fails, newly passes or judges otherwise."""
    records = {(one.code, one.change, one.submission) for one in found}
    counts = Counter((code, change) for code, change, _ in records)
    table: dict[str, dict[Turn, int]] = defaultdict(dict)
    for (code, change), number in sorted(counts.items()):
        table[code][change] = number
    return dict(table)


def _found(metadata: Mapping[str, Any], schema: Compiled) -> dict[tuple[str, str], tuple[str, ...]]:
    messages: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in violations(metadata, schema):
        messages[one.place, one.code].append(one.message)
    return {key: tuple(sorted(said)) for key, said in messages.items()}
