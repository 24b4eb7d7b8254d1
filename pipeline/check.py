"""What a check is, how it is declared, and how all of them are run over one submission."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from pydantic import ConfigDict, Field

from pipeline.edit import located
from pipeline.findings import (
    Code,
    Finding,
    Frozen,
    Location,
    Operation,
    Safety,
    Severity,
    Skip,
    Suggestion,
    declare,
)
from pipeline.select import Search, get, join
from pipeline.submission import FileList, Metadata, Submission, Texts

CRASHED = declare(
    "INT901",
    "check-crashed",
    "error",
    """A check of the pipeline failed on this submission, so what it looks for is not known.

    To fix: nothing is asked of the depositor; the archive's engineers mend the check.
    """,
)


class Skipped(Exception):
    """Raised by a check that cannot run; the text says why."""


class Flag(Frozen):
    """What a check says: the runner adds the place, the code and the severity.

    `at` is the record place if it is not the one the check was called for; `location` overrides
    the place in the document (file lists); `severity` lowers or raises this one finding.
    """

    message: str
    at: str | None = None
    hint: str | None = None
    value: Any = None
    severity: Severity | None = None
    location: Location | None = None
    suggestion: Suggestion | None = None
    count: int = 1
    samples: tuple[Any, ...] = ()


class Place(str):
    """The record pointer that a check is called for."""


class Images(Frozen):
    """What was found of the data files.

    `sniffed` holds what each image is; `present` the size in bytes by path under the data root.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    looked: bool = False
    """False when the data files were not looked for."""
    sniffed: tuple[Any, ...] = ()
    present: Mapping[str, int] = Field(default_factory=dict)
    growing: frozenset[str] = frozenset()
    hashes: Mapping[str, str] = Field(default_factory=dict)
    """SHA-256 by path of the files that were read whole; empty when none was."""


class Known(Frozen):
    """What the ledger knows around a submission; empty for `validate`."""

    held_accession: str | None = None
    """The accession that the ledger holds for this submission."""
    accession_bound_to: str | None = None
    """The other submission that has the accession this document carries."""
    same_content: tuple[str, ...] = ()
    """Other submissions with the same document and file-list bytes."""
    same_title: tuple[str, ...] = ()
    """Other submissions with the same title and first author."""
    released_on: dt.date | None = None
    """The release date of the version that is public."""
    asked: bool = False
    """False when no ledger was asked."""


class Context(Frozen):
    """Everything that a check may ask for, by the type of its parameter."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    submission: Submission
    day: dt.date
    registries: Any = None
    images: Images = Images()
    known: Known = Known()
    template: Any = None
    """What the document's own template requires (`pipeline.schema.Template`), or None."""

    @cached_property
    def texts(self) -> Texts:
        """Every text of the metadata, collected once for all checks."""
        return Texts.of(self.submission.metadata)

    @cached_property
    def answers(self) -> dict[int, Any]:
        """What was given before, by the identity of the type: types of checks live for ever."""
        return {}

    def given(self, kind: Any) -> Any:
        """The value for a parameter of a type; raises Skipped when there is none."""
        for value in (self.registries, self.template):
            if value is not None and isinstance(kind, type) and isinstance(value, kind):
                return value
        if kind not in self._values:
            raise Skipped(f"no {getattr(kind, '__name__', kind)} was given")
        return self._values[kind]

    @cached_property
    def _values(self) -> dict[Any, Any]:
        return {
            Context: self,
            Submission: self.submission,
            dt.date: self.day,
            Images: self.images,
            Known: self.known,
            Metadata: self.submission.metadata,
            Texts: self.texts,
            tuple[FileList, ...]: self.submission.file_lists,
        }


class Check(Frozen):
    """One check: a function with the code it raises and the places it looks at."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    code: Code
    at: str
    function: Callable[..., Iterable[Flag]]
    requires: tuple[str, ...] = ()


CHECKS: dict[str, Check] = {}


def check(
    code: str, name: str, *, at: str, severity: Severity, requires: Iterable[str] = ()
) -> Callable[[Callable[..., Iterable[Flag]]], Callable[..., Iterable[Flag]]]:
    """Declare a function as a check; its docstring explains it, `To fix:` in it is the hint.

    The function is called for each place that `at` matches. Its first parameter is the value
    there; further ones are filled by type from the context (`Submission`, `Metadata`, `Texts`,
    `dt.date`, `Images`, `Known`, `Place`, `Context`). It is not called where one of `requires`
    flagged.
    """

    def declared(function: Callable[..., Iterable[Flag]]) -> Callable[..., Iterable[Flag]]:
        kind = declare(code, name, severity, inspect.getdoc(function) or "")
        CHECKS[code] = Check(code=kind, at=at, function=function, requires=tuple(requires))
        return function

    return declared


@cache
def _asks(function: Callable[..., Iterable[Flag]]) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return tuple((name, hints[name]) for name in names)


def load(package: ModuleType) -> Mapping[str, Check]:
    """All checks of a package, found by scanning it."""
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    return CHECKS


def run(checks: Iterable[Check], context: Context) -> tuple[tuple[Finding, ...], tuple[Skip, ...]]:
    """Run checks over a submission in code order, required ones first; a crash is a finding."""
    findings: list[Finding] = []
    skips: list[Skip] = []
    flagged: dict[str, set[str]] = {}
    search = Search(context.submission.metadata)
    for one in checks if isinstance(checks, Ordered) else ordered(checks):
        given = None if _asks(one.function) else _NOTHING
        for place, value in search.find(one.at):
            if one.requires and any(place in flagged.get(code, ()) for code in one.requires):
                continue
            try:
                if given is not _NOTHING:
                    given = _given(one, context, place, given)
                for flag in one.function(value, **given):
                    found = _finding(one, flag, context, place)
                    findings.append(found)
                    flagged.setdefault(one.code.code, set()).update({place, found.place or place})
            except Skipped as why:
                skips.append(Skip(code=one.code.code, reason=str(why), at=place or None))
                break
            except Exception as crash:  # noqa: BLE001 - a crashed check is a finding
                findings.append(_crash(one, crash, context, place))
    return tuple(findings), tuple(dict.fromkeys(skips))


class Ordered(tuple[Check, ...]):
    """Checks in the order of their codes, each after those it requires."""


def ordered(checks: Iterable[Check]) -> Ordered:
    """Checks in the order in which they run."""
    by_code = {one.code.code: one for one in checks}
    done: dict[str, Check] = {}

    def visit(code: str) -> None:
        if code in by_code and code not in done:
            for other in by_code[code].requires:
                visit(other)
            done[code] = by_code[code]

    for code in sorted(by_code):
        visit(code)
    return Ordered(done.values())


def _given(
    one: Check, context: Context, place: str, before: dict[str, Any] | None
) -> dict[str, Any]:
    """What a check asks for; `before` is what it was given at another place."""
    asks = _asks(one.function)
    if before is None:
        before = {}
        for name, kind in asks:
            if kind is not Place:
                if id(kind) not in context.answers:
                    context.answers[id(kind)] = context.given(kind)
                before[name] = context.answers[id(kind)]
    if len(before) == len(asks) and Place not in _kinds(one.function):
        return before
    return before | {name: Place(place) for name, kind in asks if kind is Place}


_NOTHING: dict[str, Any] = {}
"""What a check is given that asks for nothing but the value at its place."""


@cache
def _kinds(function: Callable[..., Iterable[Flag]]) -> frozenset[Any]:
    return frozenset(kind for _, kind in _asks(function))


def _finding(one: Check, flag: Flag, context: Context, place: str) -> Finding:
    source_map = context.submission.source_map
    at = place if flag.at is None else flag.at
    value = flag.value or None
    if value is None:
        value = get(context.submission.metadata, at)
        value = value if isinstance(value, str | int | float) else None
    suggestion = flag.suggestion
    if suggestion is not None:
        suggestion = suggestion.model_copy(
            update={
                "rule": suggestion.rule or one.code.name,
                "operations": tuple(located(source_map, o) for o in suggestion.operations),
                "alternatives": tuple(
                    tuple(located(source_map, o) for o in ops) for ops in suggestion.alternatives
                ),
            }
        )
    return one.code.at(
        flag.location or source_map.locate(at),
        flag.message,
        value=value,
        place=at,
        hint=flag.hint,
        suggestion=suggestion,
        severity=flag.severity,
        count=flag.count,
        samples=flag.samples,
    )


def _crash(one: Check, crash: Exception, context: Context, place: str) -> Finding:
    return CRASHED.at(
        context.submission.source_map.locate(place),
        f"the check {one.code.code} ({one.code.name}) failed here: {type(crash).__name__}: {crash}",
        place=place,
        severity="error" if one.code.severity == "error" else "warning",
    )


def replace(place: str, before: Any, after: Any) -> Operation:
    """The operation that sets a place to another value."""
    return Operation(do="set", place=place, before=before, after=after)


def suggest(
    *operations: Operation,
    safety: Safety = "review",
    why: str = "",
    alternatives: Iterable[tuple[Operation, ...]] = (),
) -> Suggestion:
    """A suggestion of a check; the runner names it after the check."""
    return Suggestion(
        rule="", safety=safety, operations=operations, alternatives=tuple(alternatives), why=why
    )


def below(place: str, *names: str | int) -> str:
    """The place of a slot below a place."""
    return join(place, *names)
