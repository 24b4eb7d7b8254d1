"""What a curation rule is, how rules are read, what they propose, how the safe ones are applied."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from pipeline.edit import apply, located, removal
from pipeline.findings import Finding, Frozen, Operation, Safety, Suggestion
from pipeline.identifiers import FORMS, valid
from pipeline.record import Change
from pipeline.select import find, fits, get, join, parent
from pipeline.submission import Metadata, Submission

_FIELD = re.compile(r"\{(\w+)((?:\|\w+)*)\}")
_PASSES = 20
"""More passes than any chain of rules needs; what goes on longer undoes itself."""


@cache
def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.DOTALL)
    except re.error as fault:
        raise ValueError(f"{text!r} is no regular expression: {fault}") from fault


class When(Frozen):
    """What a value must be for a rule to speak; all that are given must hold.

    `matches` is a regular expression over the whole value, its named groups are for `do`;
    `valid` names a form of `pipeline.identifiers`.
    """

    matches: str | None = None
    equals: str | None = None
    valid: str | None = None

    @field_validator("matches")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            _expression(value)
        return value

    @field_validator("valid")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        if value is not None and value not in FORMS:
            raise ValueError(f"{value!r} is no form of pipeline.identifiers")
        return value

    def parts(self, value: str) -> dict[str, str] | None:
        """The value and its named parts if it holds the condition, else None."""
        if self.equals is not None and value != self.equals:
            return None
        if self.valid is not None and not valid(self.valid, value):
            return None
        found = _expression(self.matches or ".*").fullmatch(value)
        if found is None:
            return None
        return {"value": value} | {k: v for k, v in found.groupdict().items() if v is not None}


class Do(Frozen):
    """What a rule does with the value: exactly one verb.

    `set` is a template such as `10.{rest}` or `{value|nfc}` (a part through a form of
    `pipeline.identifiers`; a form that gives nothing stops the rule); `add` gives templates for
    slots beside the value that are absent; `split` is the expression between the parts.
    """

    set: str | None = None
    add: dict[str, str] | None = None
    split: str | None = None
    remove: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Do:
        if sum(verb is not None for verb in (self.set, self.add, self.split, self.remove)) != 1:
            raise ValueError("a rule has exactly one of set, add, split, remove")
        templates = [self.set or "", *(self.add or {}).values()]
        asked = {
            form
            for text in templates
            for _, some in _FIELD.findall(text)
            for form in some.split("|")
        }
        if self.split is not None:
            _expression(self.split)
        if unknown := asked - set(FORMS) - {""}:
            raise ValueError(f"no forms of pipeline.identifiers: {sorted(unknown)}")
        return self


class Example(Frozen):
    """A value before and after: a list for `split`, a mapping for `add`, null for `remove`."""

    before: str
    after: str | tuple[str, ...] | dict[str, str] | None


class Rule(Frozen):
    """One thing that we change for the depositor, or propose to.

    `then` must hold for each new value; `unless` is an expression that stops the rule where it is
    found; `except` are patterns of places that are never touched; `apart` are patterns of places
    whose values, when they differed before, must still differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    why: str = Field(min_length=1)
    at: str = Field(pattern=r"^/")
    when: When
    do: Do
    safety: Safety
    mends: str | None = None
    then: When = When()
    unless: str | None = None
    exceptions: tuple[str, ...] = Field(default=(), alias="except")
    apart: tuple[str, ...] = ()
    examples: tuple[Example, ...] = Field(min_length=1)

    def operations(self, place: str, value: Any, metadata: Metadata) -> tuple[Operation, ...]:
        """What the rule does to a value at a place of the metadata; empty when it does nothing."""
        if not isinstance(value, str) or (self.unless and _expression(self.unless).search(value)):
            return ()
        parts = self.when.parts(value)
        if parts is None:
            return ()
        if self.do.remove:
            return (removal(metadata, place),)
        if self.do.add is not None:
            return tuple(self._added(self.do.add, parts, place, metadata))
        if self.do.split is not None:
            pieces = [
                part for part in map(str.strip, _expression(self.do.split).split(value)) if part
            ]
            if len(pieces) < 2 or not all(self.then.parts(piece) for piece in pieces):
                return ()
            return (Operation(do="split", place=place, before=value, after=pieces),)
        made = _fill(self.do.set or "", parts)
        if not made or made == value or self.then.parts(made) is None:
            return ()
        return (Operation(do="set", place=place, before=value, after=made),)

    def _added(
        self, slots: dict[str, str], parts: dict[str, str], place: str, metadata: Metadata
    ) -> Iterator[Operation]:
        for slot, template in slots.items():
            beside = join(parent(place), slot)
            made = _fill(template, parts)
            if made and get(metadata, beside) is None and self.then.parts(made) is not None:
                yield Operation(do="add", place=beside, after=made)

    def proposals(self, metadata: Metadata) -> Iterator[tuple[str, tuple[Operation, ...]]]:
        """The places where the rule speaks, each with what it would do there."""
        together = _together(self, metadata)
        for place, value in find(metadata, self.at):
            if not isinstance(value, str) or value in together:
                continue
            if any(fits(pattern, place) for pattern in self.exceptions):
                continue
            if operations := self.operations(place, value, metadata):
                yield place, operations

    def suggestion(self, submission: Submission, operations: Iterable[Operation]) -> Suggestion:
        """Operations of this rule as a suggestion, with their places in the document."""
        placed = tuple(located(submission.source_map, one) for one in operations)
        return Suggestion(rule=self.id, safety=self.safety, operations=placed, why=self.why)


def _fill(template: str, parts: dict[str, str]) -> str | None:
    made = ""
    at = 0
    for field in _FIELD.finditer(template):
        part: str | None = parts.get(field[1], "")
        for form in filter(None, field[2].split("|")):
            part = None if part is None else FORMS[form](part)
        if part is None:
            return None
        made += template[at : field.start()] + part
        at = field.end()
    return made + template[at:]


def _together(rule: Rule, metadata: Metadata) -> frozenset[str]:
    """Values that a rule must leave, because two that differ would become one."""
    left: set[str] = set()
    for pattern in rule.apart:
        before: dict[str, set[str]] = defaultdict(set)
        for place, value in find(metadata, pattern):
            if isinstance(value, str):
                made = rule.operations(place, value, metadata)
                before[made[0].after if made else value].add(value)
        left.update(*(values for values in before.values() if len(values) > 1))
    return frozenset(left)


class Rules(tuple[Rule, ...]):
    """Rules in the order in which they run."""

    @cached_property
    def by_code(self) -> dict[str, list[Rule]]:
        """The rules by the code of the findings that they mend."""
        mending: dict[str, list[Rule]] = defaultdict(list)
        for rule in self:
            if rule.mends is not None:
                mending[rule.mends].append(rule)
        return mending


def load(folder: Path) -> Rules:
    """All rules of a folder, its files in name order.

    Raises ValueError: with the file's name where its rules cannot be read, with the folder's where
    it holds no file of rules.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rules: list[Rule] = []
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ValueError(f"{folder} holds no curation rules")
    for path in paths:
        try:
            entries = yaml.load(path.read_bytes(), Loader=loader) or []
            rules += [Rule.model_validate(entry) for entry in entries]
        except (yaml.YAMLError, ValueError) as fault:
            raise ValueError(f"{path.name}: {fault}") from fault
    ids = [rule.id for rule in rules]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"rules with one id: {', '.join(twice)}")
    return Rules(rules)


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of a folder's rule files."""
    told = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        content = path.read_bytes()
        told.update(f"{path.name} {len(content)}\n".encode() + content)
    return told.hexdigest()


def apply_safe(
    submission: Submission, rules: Iterable[Rule]
) -> tuple[Submission, tuple[Change, ...]]:
    """The submission after the safe rules, run in order until they change nothing more.

    Raises RuntimeError when they never come to rest: two rules undo each other.
    """
    safe = [rule for rule in rules if rule.safety == "safe"]
    changes: list[Change] = []
    for _ in range(_PASSES):
        known = len(changes)
        for rule in safe:
            made = [rule.suggestion(submission, o) for _, o in rule.proposals(submission.metadata)]
            # From the end, so that a split or a removal moves nothing that is still to be changed.
            done = [one for suggestion in reversed(made) for one in suggestion.operations]
            if done:
                submission = apply(submission, done)
            changes += [Change(by=rule.id, operations=s.operations, why=rule.why) for s in made]
        if len(changes) == known:
            return submission, tuple(changes)
    raise RuntimeError(f"the rules do not come to rest: {changes[-1].by} and others")


def attach(
    findings: Iterable[Finding], submission: Submission, rules: Iterable[Rule]
) -> tuple[Finding, ...]:
    """The findings, each with the change of the rules that mend its code at its place.

    Safe rules follow one another in one suggestion; of rules to review the first is proposed and
    the others are its alternatives.
    """
    mending = (rules if isinstance(rules, Rules) else Rules(rules)).by_code
    left: dict[str, frozenset[str]] = {}
    attached: list[Finding] = []
    for finding in findings:
        if finding.suggestion is not None or finding.code not in mending:
            attached.append(finding)
            continue
        able = [rule for rule in mending[finding.code] if _reaches(rule, finding.place)]
        if able and finding.place is not None:
            for rule in able:
                if rule.id not in left:
                    left[rule.id] = _together(rule, submission.metadata)
            value = get(submission.metadata, finding.place)
            if isinstance(value, str):
                able = [rule for rule in able if value not in left[rule.id]]
            update = {"suggestion": _mending(finding.place, submission, able)}
            finding = finding.model_copy(update=update)
        attached.append(finding)
    return tuple(attached)


def _reaches(rule: Rule, place: str | None) -> bool:
    """Whether a place is one that the rule looks at."""
    if place is None or not fits(rule.at, place):
        return False
    return not any(fits(pattern, place) for pattern in rule.exceptions)


def _mending(place: str, submission: Submission, rules: Iterable[Rule]) -> Suggestion | None:
    metadata = submission.metadata
    value = get(metadata, place)
    chain: list[Operation] = []
    first: Rule | None = None
    choices: list[tuple[Rule, tuple[Operation, ...]]] = []
    for rule in rules:
        operations = rule.operations(place, value, metadata)
        if operations and rule.safety == "review":
            choices.append((rule, operations))
        elif operations:
            first = first or rule
            chain += operations
            value = next((o.after for o in operations if o.place == place), value)
    if first is not None:
        return first.suggestion(submission, chain)
    if not choices:
        return None
    best, others = choices[0], choices[1:]
    alternatives = tuple(
        rule.suggestion(submission, operations).operations
        for rule, operations in others
        if operations != best[1]
    )
    made = best[0].suggestion(submission, best[1])
    return made.model_copy(update={"alternatives": alternatives})
