"""The report for people: a page, a Markdown summary, and a message to the depositor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ConfigDict, Field

from pipeline.findings import (
    CODES,
    FAMILIES,
    Finding,
    Frozen,
    Operation,
    Origin,
    Severity,
    Skip,
)
from pipeline.outputs import plot, wording
from pipeline.record import Change, ComponentFiles, Decision, Outcome
from pipeline.submission import Metadata

if TYPE_CHECKING:
    from jinja2 import Environment

LARGEST_MARKDOWN = 100_000
"""Bytes; the Prefect page takes seconds to show more (measured with Prefect 3.8)."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")
ORDER = {family: number for number, family in enumerate(FAMILIES)}


class Proposed(Frozen):
    """A change that a curator may take, by the number that `review show` gives it.

    `choices` are its alternatives, best first; the second one of number 3 is called 3.2.
    """

    number: int
    source: str
    """The code of the finding, or the id of the rule, that proposes it."""
    place: str
    why: str
    choices: tuple[tuple[Operation, ...], ...]


class Offer(Protocol):
    """One choice of a proposal, as the review numbers them; choices of a number follow in order."""

    @property
    def number(self) -> int:
        """The number, from 1."""

    @property
    def source(self) -> str:
        """The code or rule that proposes it."""

    @property
    def place(self) -> str:
        """The record place."""

    @property
    def why(self) -> str:
        """Why it would be better."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What would be changed."""


def proposed(offers: Iterable[Offer]) -> tuple[Proposed, ...]:
    """Offers with the choices of each number together."""
    return tuple(
        Proposed(
            number=number,
            source=choices[0].source,
            place=choices[0].place,
            why=choices[0].why,
            choices=tuple(one.operations for one in choices),
        )
        for number, group in groupby(offers, key=lambda offer: offer.number)
        for choices in [list(group)]
    )


class ReportPage(Frozen):
    """All that a report says of one submission, before or after its accession.

    `found` are the findings on the submission as submitted, `standing` those after all changes;
    their places point into `submitted` and `curated`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    submission: str
    outcome: Outcome
    origin: Origin
    title: str | None = None
    accession: str | None = None
    version: int | None = None
    release_date: str | None = None
    released: bool = False
    due: bool = False
    """Whether its release date has come, and the next release brings it out."""
    unconfirmed: bool = False
    """Whether its release date passed while it waited, and a curator has to confirm it."""
    doi: str | None = None
    link: str | None = None
    citation: str | None = None
    licence_terms: str | None = None
    submitted: Metadata = Field(default_factory=dict)
    curated: Metadata = Field(default_factory=dict)
    found: tuple[Finding, ...] = ()
    standing: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    proposals: tuple[Proposed, ...] = ()
    decision: Decision | None = None
    skips: tuple[Skip, ...] = ()
    components: tuple[ComponentFiles, ...] = ()

    def count(self, severity: Severity) -> int:
        """Number of findings of a severity that still stand."""
        return sum(finding.severity == severity for finding in self.standing)

    @property
    def settled(self) -> tuple[Finding, ...]:
        """What was found and does not stand any more, by code and place in the document."""
        left = {(one.code, one.location) for one in self.standing}
        return tuple(one for one in self.found if (one.code, one.location) not in left)

    @property
    def contact(self) -> str | None:
        """The author to write to: the corresponding one, else the first with a name."""
        people = (self.curated or self.submitted).get("study", {}).get("authors", [])
        named = [one for one in people if one.get("name")]
        asked = [
            one
            for role in ("corresponding author", "submitter")
            for one in named
            if role in (text.strip().casefold() for text in one.get("roles", []))
        ]
        name = next((one["name"] for one in asked + named), None)
        return wording.visible(" ".join(name.split())) if name else None


def html(page: ReportPage) -> str:
    """The report as one HTML page: its own style, no script, nothing asked of any other address."""
    return _environment(escape=True).get_template("report.html").render(_given(page))


def markdown(page: ReportPage) -> str:
    """The report as Markdown below 100 kB; what the depositor wrote cannot act in it.

    Where there is too much to say, fewer findings of each kind are shown and the rest counted.
    """
    template = _environment(escape=False).get_template("report.md")
    for most in (200, 60, 20, 6, 2):
        text = template.render(_given(page), most=most)
        if len(text.encode("utf-8", "replace")) < LARGEST_MARKDOWN:
            break
    return text


def message(page: ReportPage) -> str:
    """A plain-text message to the depositor: what to mend, or what the accession is."""
    text = _environment(escape=False).get_template("message.txt").render(_given(page))
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _given(page: ReportPage) -> Mapping[str, Any]:
    listed = {severity: _in_order(page.standing, severity) for severity in SEVERITIES}
    return {
        "page": page,
        "listed": listed,
        "standing": {severity: _by_family(some) for severity, some in listed.items()},
        "proposal": lambda finding: _number(finding, page.proposals),
        "severities": SEVERITIES,
        "size": wording.size,
        "axes": wording.axes,
        "plot": plot.bars(page.components),
        "number": wording.number,
        "position": wording.position,
        "place": wording.place,
        "field": wording.field,
        "value": _value,
        "why": _why,
    }


def _number(finding: Finding, proposals: Iterable[Proposed]) -> int | None:
    """The number of the proposal that is a finding's suggestion."""
    if finding.suggestion is None:
        return None
    same = (p.number for p in proposals if finding.suggestion.operations in p.choices)
    return next(same, None)


def _in_order(findings: Iterable[Finding], severity: Severity) -> list[Finding]:
    """Findings of one severity in the order of the families and codes."""
    some = [one for one in findings if one.severity == severity]
    return sorted(some, key=lambda one: (ORDER.get(one.code[:3], len(ORDER)), one.code))


def _by_family(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings in order, grouped by the name of their family."""
    return [
        (FAMILIES.get(family, family), list(group))
        for family, group in groupby(findings, key=lambda one: one.code[:3])
    ]


def _value(finding: Finding) -> str:
    """The value of a finding, unless it stands where BioStudies keeps its own keys."""
    if finding.value is None or wording.private(finding.location):
        return ""
    return wording.visible(finding.value)


def _why(code: str) -> str:
    """Why a kind of finding matters: its explanation without what to do."""
    known = CODES.get(code)
    if known is None:
        return ""
    parts = [part for part in known.explanation.split("\n\n") if not part.startswith("To fix:")]
    return " ".join(parts)


def _visible(context: Mapping[str, Any], value: Any, longest: int = 2000) -> str:
    """A value as people read it, organisations by their names."""
    page: ReportPage = context["page"]
    if isinstance(value, dict | list | tuple):
        listed = (page.curated or page.submitted).get("study", {}).get("organisations", ())
        names = {one.get("id"): one.get("name") for one in listed}
        value = _with_names(value, names)
    return wording.visible(value, longest)


def _with_names(value: Any, names: Mapping[Any, Any]) -> Any:
    """A value whose references to organisations are the names of these."""
    if isinstance(value, list | tuple):
        return [_with_names(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    shown = {key: _with_names(one, names) for key, one in value.items()}
    if isinstance(given := value.get("organisation"), str):
        shown["organisation"] = names.get(given) or given
    if "text" in shown:
        shown.pop("reference", None)
    return shown


@cache
def _environment(*, escape: bool) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["visible"] = pass_context(_visible)
    made.filters["inert"] = wording.inert
    made.filters["sentence"] = wording.sentence
    return made
