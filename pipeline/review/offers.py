"""Proposals: the changes that a curator may take, named so that they can be told again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.findings import Finding, Frozen, Operation, Suggestion


class Refused(ValueError):
    """A decision cannot be made as asked; the text says why, for people."""


class Proposal(Frozen):
    """A change that a curator may take; `choice` counts the alternatives of one number from 1."""

    number: int
    choice: int
    key: str
    source: str
    """The code of the finding, or the id of the rule, that proposes it."""
    place: str
    why: str
    operations: tuple[Operation, ...]

    @property
    def label(self) -> str:
        """How people name it: `3`, or `3.2` for the second alternative."""
        return str(self.number) if self.choice == 1 else f"{self.number}.{self.choice}"


def value_digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON: sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def key(source: str, place: str, operations: Iterable[Operation]) -> str:
    """The name of a proposal that stays while it proposes the same change at the same place."""
    done = [operation.model_dump(mode="json", exclude={"pointer"}) for operation in operations]
    return f"{source}@{place}#{value_digest(done)[:16]}"


def proposals(
    findings: Iterable[Finding], suggestions: Iterable[Suggestion] = ()
) -> tuple[Proposal, ...]:
    """What a curator may take, numbered from 1 in report order; the same change stands once."""
    told = [
        (finding.code, finding.place, finding.message, finding.suggestion)
        for finding in findings
        if finding.suggestion is not None
    ] + [(suggestion.rule, None, suggestion.why, suggestion) for suggestion in suggestions]
    listed: list[Proposal] = []
    seen: set[str] = set()
    number = 0
    for source, place, message, suggestion in told:
        same = key("", "", suggestion.operations)
        if suggestion.safety != "review" or same in seen:
            continue
        seen.add(same)
        number += 1
        for choice, operations in enumerate((suggestion.operations, *suggestion.alternatives), 1):
            at = place or operations[0].place
            listed.append(
                Proposal(
                    number=number,
                    choice=choice,
                    key=key(source, at, operations),
                    source=source,
                    place=at,
                    why=suggestion.why or message,
                    operations=operations,
                )
            )
    return tuple(listed)


def pick(offered: Sequence[Proposal], take: Iterable[str]) -> tuple[Proposal, ...]:
    """The proposals named by number (`3`, `3.2`) or `all` (the first of each number)."""
    by_label = {proposal.label: proposal for proposal in offered}
    chosen: dict[int, Proposal] = {}
    for label in take:
        if label == "all":
            for proposal in offered:
                if proposal.choice == 1:
                    chosen.setdefault(proposal.number, proposal)
        elif label not in by_label:
            raise Refused(
                f"there is no proposal {label}; there are {', '.join(by_label) or 'none'}"
            )
        elif chosen.setdefault(by_label[label].number, by_label[label]) != by_label[label]:
            raise Refused(f"of proposal {by_label[label].number} only one alternative can be taken")
    return tuple(chosen[number] for number in sorted(chosen))
