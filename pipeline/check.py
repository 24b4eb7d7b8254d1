"""What a check is, how it is declared, and how all of them are run over one submission."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import ModuleType
from typing import Any, NamedTuple, NewType

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
from pipeline.glance import Glance
from pipeline.select import Patterns, get, join
from pipeline.submission import FileList, Metadata, Submission

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
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


Place = NewType("Place", str)
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
    elsewhere: tuple[str, ...] = ()
    """Names of uploaded files that are links leading out of the submission."""
    checksums: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Of the files that were read whole: checksums by kind (`md5`, `sha256` …), then by path."""


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


class Kind:
    """The type of a parameter; each is made once, for types of lists are slow to look up.

    `view` makes it from the metadata, where a type has a method `of` for that.
    """

    __slots__ = ("name", "view")

    def __init__(self, name: str, view: Callable[[Metadata], Any] | None) -> None:
        self.name = name
        self.view = view

    @staticmethod
    @cache
    def of(kind: Any) -> Kind:
        """The one that stands for a type."""
        return Kind(getattr(kind, "__name__", str(kind)), getattr(kind, "of", None))


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

    def given(self, kinds: tuple[Kind, ...]) -> list[Any] | str:
        """The values for parameters of these types, or why there is none."""
        values = self._values
        for kind in kinds:
            if kind in values:
                continue
            if kind.view is None:
                return _ABSENT.get(kind, f"no {kind.name} was given")
            values[kind] = kind.view(self.submission.metadata)
        # Not kept with the others: what holds itself lives on until the collector comes.
        return [self if kind is _CONTEXT else values[kind] for kind in kinds]

    @cached_property
    def _values(self) -> dict[Kind, Any]:
        known: dict[Kind, Any] = {
            _CONTEXT: None,
            _SUBMISSION: self.submission,
            _DAY: self.day,
            _KNOWN: self.known,
            _METADATA: self.submission.metadata,
            _FILE_LISTS: self.submission.file_lists,
            _PLACE: None,
        }
        if self.images.looked:
            known[_IMAGES] = self.images
        for value in (self.registries, self.template):
            held: Any = type(value)
            known |= dict.fromkeys(_kinds_of(held), value)
        return known


@cache
def _kinds_of(type_: Any) -> tuple[Kind, ...]:
    """The types that a parameter may name to be given a value of this one."""
    parents: tuple[Any, ...] = type_.__mro__[:-1]
    return tuple(Kind.of(one) for one in parents)


_CONTEXT, _SUBMISSION, _DAY, _KNOWN, _METADATA, _FILE_LISTS, _PLACE, _IMAGES = map(
    Kind.of,
    (Context, Submission, dt.date, Known, Metadata, tuple[FileList, ...], Place, Images),
)
_ABSENT = {_IMAGES: "the data files were not looked for"}
"""Why a check is skipped that asks for what is not there."""


class Check(Frozen):
    """One check: a function with the code it raises and the places it looks at."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    code: Code
    at: str
    function: Callable[..., Iterable[Flag]]
    requires: tuple[str, ...] = ()
    glance: Glance | None = None

    @property
    def asks(self) -> tuple[Kind, ...]:
        """The types of the parameters after the value."""
        hints = typing.get_type_hints(self.function)
        names = list(inspect.signature(self.function).parameters)[1:]
        return tuple(Kind.of(hints[name]) for name in names)


CHECKS: dict[str, Check] = {}


def check(
    code: str,
    name: str,
    *,
    at: str,
    severity: Severity,
    requires: Iterable[str] = (),
    glance: str | None = None,
) -> Callable[[Callable[..., Iterable[Flag]]], Callable[..., Iterable[Flag]]]:
    """Declare a function as a check; its docstring explains it, `To fix:` in it is the hint.

    The function is called for each place that `at` matches. Its first parameter is the value
    there; further ones are filled by type from the context (`Submission`, `Metadata`, `Texts`,
    `dt.date`, `Images`, `Known`, `Place`, `Context`, and any class with a method `of` that makes
    a view of the metadata, once for all checks). It is not called where one of `requires`
    flagged, nor where the quick look `glance` finds nothing in the value (`Glance`), and skipped
    where what it asks for is absent, such as `Images` when no data files were looked for.
    """

    def declared(function: Callable[..., Iterable[Flag]]) -> Callable[..., Iterable[Flag]]:
        kind = declare(code, name, severity, inspect.getdoc(function) or "")
        CHECKS[code] = Check(
            code=kind,
            at=at,
            function=function,
            requires=tuple(requires),
            glance=None if glance is None else Glance(glance),
        )
        return function

    return declared


def load(package: ModuleType) -> Mapping[str, Check]:
    """All checks of a package, found by scanning it."""
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    return CHECKS


class Step(NamedTuple):
    """A check with all that is asked of it at each of its places, at hand."""

    check: Check
    at: int
    """Which of the patterns of all checks is its own."""
    function: Callable[..., Iterable[Flag]]
    asks: tuple[Kind, ...]
    place_at: int | None
    """Which of the parameters after the value is its place, if one is."""
    requires: tuple[str, ...]
    glance: Glance | None

    @classmethod
    def of(cls, one: Check, at: int) -> Step:
        """The step of a check."""
        asks = one.asks
        place_at = asks.index(_PLACE) if _PLACE in asks else None
        return cls(one, at, one.function, asks, place_at, one.requires, one.glance)


class Ordered(tuple[Check, ...]):
    """Checks in the order of their codes, each after those it requires."""

    def prepare(self) -> None:
        """Find out now what is needed to run them."""
        _ = self.steps, self.places

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What is done of each."""
        return tuple(Step.of(one, self._patterns.index(one.at)) for one in self)

    @cached_property
    def places(self) -> Patterns:
        """The patterns that the checks look at, each once."""
        return Patterns(self._patterns)

    @cached_property
    def _patterns(self) -> list[str]:
        return list(dict.fromkeys(one.at for one in self))


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


def run(checks: Iterable[Check], context: Context) -> tuple[tuple[Finding, ...], tuple[Skip, ...]]:
    """Run checks over a submission in code order, required ones first; a crash is a finding."""
    plan = checks if isinstance(checks, Ordered) else ordered(checks)
    findings: list[Finding] = []
    skips: dict[tuple[str, str, str | None], None] = {}
    flagged: dict[str, set[str]] = {}
    given: dict[tuple[Kind, ...], list[Any] | str] = {}
    places = plan.places.find(context.submission.metadata)
    for one, at, function, asks, place_at, requires, glance in plan.steps:
        if not (found := places[at]):
            continue
        asked = given.get(asks)
        for place, value in found:
            if glance is not None and not glance(value):
                continue
            known = requires and flagged.keys() & requires
            if known and any(place in flagged[code] for code in known):
                continue
            try:
                if asked is None:
                    asked = given[asks] = context.given(asks)
                if isinstance(asked, str):
                    skips[one.code.code, asked, place or None] = None
                    break
                if place_at is not None:
                    asked[place_at] = place
                for flag in function(value, *asked):
                    made = _finding(one, flag, context, place)
                    findings.append(made)
                    flagged.setdefault(one.code.code, set()).update({place, made.place or place})
            except Skipped as why:
                skips[one.code.code, str(why), place or None] = None
                break
            except Exception as crash:  # noqa: BLE001 - a crashed check is a finding
                findings.append(_crash(one, crash, context, place))
    return tuple(findings), tuple(_skip(*one) for one in skips)


@lru_cache(maxsize=512)
def _skip(code: str, reason: str, at: str | None) -> Skip:
    """One skip, made once, as every submission of a run has the same ones."""
    return Skip(code=code, reason=reason, at=at)


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
