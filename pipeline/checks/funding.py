"""Funding: whether funders and grant numbers are stated, and how they stand together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.grant_numbers import AS_GIVEN, GRANT, funder_of, number_of
from pipeline.checks.grant_text import mentions, of_acronym, sentences, titled
from pipeline.checks.names import moved
from pipeline.checks.wording import is_placeholder
from pipeline.findings import Operation
from pipeline.intake.spellings import fold, near, spellings
from pipeline.registries import Registries
from pipeline.submission import Metadata, Submission

_SAYS_FUNDED = re.compile(
    r"\b(?:grants?|funded|funding|fellowships?|scholarships?|supported by|financ\w+|awards?)\b",
    re.IGNORECASE,
)


@check("FUN001", "funding-missing", at="/study", severity="hint")
def funding_missing(study: dict[str, Any]) -> Iterator[Flag]:
    """A study says nothing of its funding.

    Funders look for the data that they paid for.

    To fix: add the funder and the grant number; leave it if there was no funding.
    """
    if not study.get("grants") and not study.get("funding_statement") and not _in_thanks(study):
        yield Flag(message="no funding is stated", value="")


def _in_thanks(study: dict[str, Any]) -> bool:
    return _SAYS_FUNDED.search(study.get("acknowledgements", "")) is not None


@check("FUN002", "grant-number-missing", at=GRANT, severity="hint", requires=["FUN105"])
def number_missing(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """A funder is named without the number of a grant.

    Some funders give none; where there is one, it connects the data with the project.

    To fix: add the grant number if there is one.
    """
    if _under_another_word(grant, "grant_id") or is_placeholder(funder_of(grant)):
        return
    if funder_of(grant) and not number_of(grant) and not grant.get("grant_pid"):
        named = grant.get("project_acronym") or funder_of(grant)
        project = of_acronym(str(named), registries)
        yield Flag(
            message=f"no grant number stands beside {funder_of(grant)!r}"
            + (f"; {project.acronym} is {project.number} in CORDIS" if project else ""),
            value="",
            suggestion=suggest(
                Operation(do="add", place=below(place, "grant_id"), after=project.number),
                why=titled(project),
            )
            if project is not None
            else None,
        )


def _under_another_word(grant: dict[str, Any], slot: str) -> bool:
    """Whether a field of a grant stands under another word for it, which FUN104 tells."""
    return any(_meant(one.get("name", "")) == slot for one in grant.get("attributes", ()))


def _meant(name: str) -> str | None:
    """The field of a grant that a name is a word for, or a slip of."""
    known, folded = spellings().kinds["grants"], fold(name)
    if (slot := known.words.get(folded)) is not None or folded in known.slots:
        return slot
    if len(folded) < _SHORTEST_SLIP:
        return None
    alike = {slot for form, slot in known.slots.items() if near(folded, form)}
    return alike.pop() if len(alike) == 1 else None


_SHORTEST_SLIP = 5
"""Letters of the shortest name that a slip is looked for in."""


@check("FUN003", "funder-missing", at=GRANT, severity="warning")
def funder_missing(
    grant: dict[str, Any], place: Place, metadata: Metadata, registries: Registries
) -> Iterator[Flag]:
    """A grant number stands without the funder that gave it.

    Or an identifier stands in the place of the funder's name.

    To fix: name the funder.
    """
    number = number_of(grant)
    if _FUNDER_ID.fullmatch(funder_of(grant)) is not None:
        yield _named_by_id(grant, place, registries)
        return
    if not number or funder_of(grant) or _under_another_word(grant, "funder"):
        return
    found = _funder_in_text(number, metadata.get("study", {}), registries)
    why = f"The funding statement names {found!r} with this number." if found else ""
    project = registries.project(number)
    if not found and project is not None:
        found, why = "European Commission", f"{number} is {project.acronym} in CORDIS."
    change = Operation(do="add", place=below(place, "funder"), after=found)
    yield Flag(
        message=f"no funder stands beside the grant number {number!r}",
        suggestion=suggest(change, why=why) if found else None,
    )


_FUNDER_ID = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s?)?(?P<crossref>10\.13039/\d{6,12})"
    r"|(?:https?://)?ror\.org/(?P<ror>0[a-z0-9]{8})/?",
    re.IGNORECASE,
)
"""The id of a funder in the Crossref Funder Registry, or in ROR."""


def _named_by_id(grant: dict[str, Any], place: str, registries: Registries) -> Flag:
    """That an identifier stands for a funder's name, with the name that the registries know."""
    given = funder_of(grant)
    read = _FUNDER_ID.fullmatch(given)
    crossref = read["crossref"] if read else None
    slot = "funder_crossref_id" if crossref else "funder_ror"
    kept = crossref or f"https://ror.org/{read['ror'].lower() if read else ''}"
    names = (name for name, key in registries.funder_names() if not crossref or key == crossref)
    found = (registries.funder(name) for name in names)
    known = next((one for one in found if one and kept in (one.crossref_id, one.ror)), None)
    operations = []
    if known is not None:
        operations.append(replace(below(place, "funder"), grant["funder"], known.name))
        if slot not in grant:
            operations.append(Operation(do="add", place=below(place, slot), after=kept))
    return Flag(
        message=f"the id {given!r} stands in the place of a funder's name"
        + (f"; it is that of {known.name}" if known else ""),
        at=below(place, "funder"),
        suggestion=suggest(*operations, why="The registries have this id.") if known else None,
    )


def _funder_in_text(number: str, study: dict[str, Any], registries: Registries) -> str | None:
    """The funder that the statements name last before a number, in the same sentence."""
    for slot in ("funding_statement", "acknowledgements"):
        for sentence in sentences(study.get(slot, "")):
            at = sentence.find(number)
            before = [one for one in mentions(sentence, registries) if one.end <= at]
            if at >= 0 and before:
                return sentence[before[-1].start : before[-1].end].removeprefix("the ")
    return None


_NO_FUNDING = re.compile(
    r"(?:(?:this|the) (?:work|study|research) )?(?:had |has |was |received |there (?:is|was) )*"
    r"(?:not?|without)\b[^.;\n]{0,40}\b(?:fund\w*|support\w*|grants?)\b[^.;\n]{0,60}\.?"
    r"|(?:self|un)-?funded\.?|own (?:funds|resources)\.?",
    re.IGNORECASE,
)
"""Statements that there was no funding."""


@check("FUN004", "funding-only-in-text", at="/study", severity="hint")
def only_in_text(study: dict[str, Any]) -> Iterator[Flag]:
    """Funding is described in text, but no grant is listed.

    Programs read the list alone. A statement that there was no funding is an answer.

    To fix: add each funder with its grant number to Funding.
    """
    if any(funder_of(grant) or number_of(grant) for grant in study.get("grants", [])):
        return
    if _NO_FUNDING.fullmatch(stated := str(study.get("funding_statement", "")).strip()):
        return
    if stated and not is_placeholder(stated):
        yield Flag(message="funding is stated in text only", at="/study/funding_statement")
    elif _in_thanks(study):
        yield Flag(message="funding is acknowledged in text only", at="/study/acknowledgements")


@check("FUN005", "funder-without-id", at=GRANT, severity="hint")
def funder_without_id(
    grant: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """A funder that the registries know is named without its ROR and Crossref ids.

    Names of funders change and are written in many ways; an id lets a funder find its data.

    To fix: add the funder's ROR id and its id in the Crossref Funder Registry.
    """
    known = registries.funder(funder_of(grant)) if funder_of(grant) else None
    if known is None:
        return
    ids = {"funder_ror": known.ror, "funder_crossref_id": known.crossref_id}
    missing = {slot: value for slot, value in ids.items() if value and slot not in grant}
    if not missing or len(missing) < sum(map(bool, ids.values())):
        return
    said = " and ".join(missing.values())
    yield Flag(
        message=f"the funder '{funder_of(grant)}' is named without its ids, {said}",
        value=funder_of(grant),
        suggestion=suggest(
            *(
                Operation(do="set", place=below(place, slot), after=value)
                for slot, value in missing.items()
            ),
            why=f"The registries know the funder as {known.name}.",
        ),
    )


_OF_FUNDER = frozenset(("country", "url", "website"))
"""What documents of other resources say of a funder beside its name."""
_OTHERS = frozenset({"empiar", "ro-crate"})
"""The kinds of those documents."""
_COLUMN = re.compile(r"(?:unnamed|column|col|field|attribute|variable)[\s_:.-]*\d*", re.IGNORECASE)
"""Names that programs give to columns without one."""


@check("FUN104", "grant-attribute-unexpected", at=GRANT, severity="warning")
def unexpected_attribute(
    grant: dict[str, Any], place: Place, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """A grant has an attribute that no grant has.

    Its value is kept under its name, where nobody looks for it.

    To fix: move the value to the field it belongs to: funder, grant number, project name, acronym,
    funding stream or grant PID.
    """
    for n, attribute in enumerate(grant.get("attributes", [])):
        name = attribute.get("name", "").strip()
        told = re.search(r"[^\W\d]", name) and not _COLUMN.fullmatch(name) and name != AS_GIVEN
        of_other = fold(name) in _OF_FUNDER and submission.source.kind in _OTHERS
        if not attribute.get("value") or not told or of_other:
            continue
        at, slot, value = below(place, "attributes", n), _meant(name), attribute["value"]
        free = slot is not None and slot not in grant and len(attribute) == 2
        yield Flag(
            message=f"the grant has the attribute {name!r} with the value {value!r}",
            at=at,
            value=value,
            suggestion=moved(metadata, place, at, slot, value) if slot and free else None,
        )


_CORE = re.compile(r"FC001\d{3}|CC\d{4}")
"""Numbers of the core funding that three funders pay together to the Francis Crick Institute."""


@check("FUN201", "grant-number-of-several-funders", at="/study", severity="warning")
def of_several_funders(study: dict[str, Any]) -> Iterator[Flag]:
    """One grant number is given for several funders.

    Joint grants exist; more often a number was copied to the wrong row.

    To fix: check which funder gave the grant, and correct the other row.
    """
    first: dict[str, str] = {}
    for n, grant in enumerate(study.get("grants", [])):
        number, funder = number_of(grant), funder_of(grant)
        if not number or not funder or not re.search(r"\d{3}", number) or _CORE.fullmatch(number):
            continue
        other = first.setdefault(number.casefold(), funder)
        if other.casefold() != funder.casefold():
            yield Flag(
                message=f"the grant number {number!r} is also given for {other!r}",
                at=below("/study/grants", n, "grant_id"),
            )
