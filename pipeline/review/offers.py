"""Proposals: the changes that a curator may take, named so that they can be told again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.findings import Finding, Frozen, Operation


class Refused(ValueError):
    """A decision cannot be made as asked; the text says why, for people."""


class Proposal(Frozen):
    """A change that a curator may take; `choice` counts the alternatives of one number from 1."""

    number: int
    choice: int
    key: str
    source: str
    """The code of the finding that proposes it."""
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


def numbered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with a change that a curator may take; the same change stands once."""
    found: dict[str, Finding] = {}
    for finding in findings:
        suggestion = finding.suggestion
        if suggestion is not None and suggestion.safety == "review":
            found.setdefault(key("", "", suggestion.operations), finding)
    return tuple(found.values())


def proposals(findings: Iterable[Finding]) -> tuple[Proposal, ...]:
    """What a curator may take, numbered from 1 in the order of the findings."""
    listed: list[Proposal] = []
    for number, finding in enumerate(numbered(findings), 1):
        suggestion = finding.suggestion
        assert suggestion is not None
        for choice, operations in enumerate((suggestion.operations, *suggestion.alternatives), 1):
            at = finding.place or operations[0].place
            listed.append(
                Proposal(
                    number=number,
                    choice=choice,
                    key=key(finding.code, at, operations),
                    source=finding.code,
                    place=at,
                    why=suggestion.why or finding.message,
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
