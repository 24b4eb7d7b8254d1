"""Funding: funders, grant numbers, and how they stand together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.grant_text import horizon_number, mentions, sentences
from pipeline.checks.names import moved
from pipeline.findings import Operation, Suggestion
from pipeline.intake.spellings import fold, spellings
from pipeline.registries import Project, Registries
from pipeline.submission import Metadata, Submission

GRANT = "/study/grants/*"
_SAYS_FUNDED = re.compile(
    r"\b(?:grants?|funded|funding|fellowships?|scholarships?|supported by|financ\w+|awards?)\b",
    re.IGNORECASE,
)
_NOT_A_NUMBER = re.compile(r"#?n/?a|none|tbd|pending|unknown|not applicable|-+", re.IGNORECASE)


AS_GIVEN = "Grant text"
"""The attribute under which the words around a grant number are kept."""


def _number(grant: dict[str, Any]) -> str:
    return " ".join(str(grant.get("grant_id", "")).split())


def _funder(grant: dict[str, Any]) -> str:
    return " ".join(str(grant.get("funder", "")).split())


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
    if _under_another_word(grant, "grant_id"):
        return
    if _funder(grant) and not _number(grant) and not grant.get("grant_pid"):
        named = grant.get("project_acronym") or _funder(grant)
        project = _of_acronym(str(named), registries)
        yield Flag(
            message=f"no grant number stands beside {_funder(grant)!r}"
            + (f"; {project.acronym} is {project.number} in CORDIS" if project else ""),
            value="",
            suggestion=suggest(
                Operation(do="add", place=below(place, "grant_id"), after=project.number),
                why=f"CORDIS ({project.updated}): {project.acronym} is {project.title}.",
            )
            if project is not None
            else None,
        )


def _under_another_word(grant: dict[str, Any], slot: str) -> bool:
    """Whether a field of a grant stands under another word for it, which FUN104 tells."""
    words = spellings().kinds["grants"].words
    return any(words.get(fold(one.get("name", ""))) == slot for one in grant.get("attributes", ()))


def _of_acronym(text: str, registries: Registries) -> Project | None:
    """The one Horizon Europe project whose acronym a text is; none for a funder's own acronym."""
    text = text.strip().removesuffix(" project").strip()
    if len(text) < 4 or registries.funder(text) is not None or mentions(text, registries):
        return None
    found = registries.projects(text)
    return found[0] if len(found) == 1 else None


@check("FUN003", "funder-missing", at=GRANT, severity="warning")
def funder_missing(
    grant: dict[str, Any], place: Place, metadata: Metadata, registries: Registries
) -> Iterator[Flag]:
    """A grant number stands without the funder that gave it.

    To fix: name the funder.
    """
    number = _number(grant)
    if not number or _funder(grant) or _under_another_word(grant, "funder"):
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


def _funder_in_text(number: str, study: dict[str, Any], registries: Registries) -> str | None:
    """The funder that the statements name last before a number, in the same sentence."""
    for slot in ("funding_statement", "acknowledgements"):
        for sentence in sentences(study.get(slot, "")):
            at = sentence.find(number)
            before = [one for one in mentions(sentence, registries) if one.end <= at]
            if at >= 0 and before:
                return sentence[before[-1].start : before[-1].end].removeprefix("the ")
    return None


@check("FUN004", "funding-only-in-text", at="/study", severity="hint")
def only_in_text(study: dict[str, Any]) -> Iterator[Flag]:
    """Funding is described in text, but no grant is listed.

    Programs read the list alone.

    To fix: add each funder with its grant number to Funding.
    """
    if any(_funder(grant) or _number(grant) for grant in study.get("grants", [])):
        return
    if study.get("funding_statement"):
        yield Flag(message="funding is stated in text only", at="/study/funding_statement")
    elif _in_thanks(study):
        yield Flag(message="funding is acknowledged in text only", at="/study/acknowledgements")


_FILLER = (
    r"(?:the|grants?|award|project|contract|funding|agreement|reference|ref|number|numbers|num|nos?|nr"
    r"|n°|nº|№|id|code|under|agr|ga|projekt|projektnummer|förderkennzeichen|projet|proyecto|projeto"
    r"|processo|progetto|#)"
)
_DATED = r"(?:dated|dtd?\.?)\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
_PROSE = re.compile(
    rf"(?<!\w){_FILLER}(?!\w)|(?<![a-zà-ÿ])[a-zà-ÿ]{{4,}}\s+[a-zà-ÿ]{{3,}}"
    rf"|\b(?:funded|financed|supported|awarded) by\b|(?<!\w){_DATED}",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_TWO_WORDS = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\s+[^\W\d_]{2,}")
_CANDIDATE = re.compile(r"(?=[\w./\\-]*\d)[\w][\w./\\-]*[\w]")


def _usual(funder: str, number: str, registries: Registries) -> bool:
    """Whether a number has the form that its funder's numbers have."""
    known = registries.funder(funder)
    return bool(known and known.grant_pattern and re.fullmatch(known.grant_pattern, number))


@check("FUN005", "funder-without-id", at=GRANT, severity="hint")
def funder_without_id(
    grant: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """A funder that the registries know is named without its ROR and Crossref ids.

    Names of funders change and are written in many ways; an id lets a funder find its data.

    To fix: add the funder's ROR id and its id in the Crossref Funder Registry.
    """
    known = registries.funder(_funder(grant)) if _funder(grant) else None
    if known is None:
        return
    ids = {"funder_ror": known.ror, "funder_crossref_id": known.crossref_id}
    missing = {slot: value for slot, value in ids.items() if value and slot not in grant}
    if not missing or len(missing) < sum(map(bool, ids.values())):
        return
    said = " and ".join(missing.values())
    yield Flag(
        message=f"the funder '{_funder(grant)}' is named without its ids, {said}",
        value=_funder(grant),
        suggestion=suggest(
            *(
                Operation(do="set", place=below(place, slot), after=value)
                for slot, value in missing.items()
            ),
            why=f"The registries know the funder as {known.name}.",
        ),
    )


@check("FUN101", "grant-number-with-prose", at=GRANT, severity="warning")
def prose(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The field of the grant number holds words, or the funder's name, beside the number.

    To fix: give the number alone; name the project and the funder in their own fields.
    """
    number = _number(grant)
    if not number or _NOT_A_NUMBER.fullmatch(number) or _usual(_funder(grant), number, registries):
        return
    if (whole := _DECIMAL.fullmatch(number)) is not None:
        at = below(place, "grant_id")
        yield Flag(
            message=f"a spreadsheet has made a decimal number of the grant number: {number!r}",
            at=at,
            suggestion=suggest(
                replace(at, grant["grant_id"], whole[1]), why="No grant number ends in .0."
            ),
        )
        return
    if _ROUNDED.fullmatch(number):
        told = f"a spreadsheet has rounded the grant number to {number!r}"
        yield Flag(message=told, at=below(place, "grant_id"))
        return
    parts = [part for part in _APART.split(number) if part]
    with_id = _WITH_FUNDER_ID.fullmatch(number) if "10.13039/" in number else None
    if with_id is None and len(parts) > 1 and all(map(_is_long_number, parts)):
        # Several grants, each perhaps with a word of its own, are parted first.
        return
    worded = mentions(number, registries) if _LETTERS.search(number) else []
    named = [one for one in worded if number[one.end : one.end + 1] != "-"]
    words = _PROSE.search(number) or any(_apart(number, one.start, one.end) for one in named)
    usual = _usual_within(_funder(grant), number, registries)
    remarked = _REMARKED.fullmatch(number) or with_id or _WITH_CALL.fullmatch(number)
    if usual is None and remarked is not None:
        usual = remarked["number"]
    if usual is None and len(named) == 1 and named[0].start == 0:
        rest = number[named[0].end :].strip(" ,;:")
        usual = rest if _usual(number[: named[0].end], rest, registries) else None
    words = words or usual is not None
    if not words and re.search(r"\d", number):
        return
    if not words and not _TWO_WORDS.search(number):
        return
    message = f"{number!r} is no grant number"
    if usual is not None:
        message = f"more than the grant number {usual!r} stands in {number!r}"
    elif re.search(r"\d", number):
        message = f"the grant number {number!r} holds words"
    proposal = _exchanged(grant, place, number, registries)
    yield Flag(
        message=message,
        at=below(place, "grant_id"),
        suggestion=proposal or _number_alone(grant, place, number, usual, registries),
    )


def _exchanged(
    grant: dict[str, Any], place: str, number: str, registries: Registries
) -> Suggestion | None:
    """Funder and number each in the field of the other."""
    funder = _funder(grant)
    if not _is_number(funder) or registries.funder(number) is None or registries.funder(funder):
        return None
    return suggest(
        replace(below(place, "grant_id"), grant["grant_id"], grant["funder"]),
        replace(below(place, "funder"), grant["funder"], grant["grant_id"]),
        why=f"{number!r} is a funder that the registries know.",
    )


_LONG = re.compile(r"\d{5}")
_REMARKED = re.compile(
    r"(?P<number>(?=[^\s()]*\d{2})[^\s()]+)"
    r"(?:\s+\((?=[^()]*[^\W\d_]{3})[^()]*\)|\s+(?:awarded )?to (?:[A-Z]\.[ -]?){1,3})"
)
"""A number with a remark behind it: a name in brackets, the initials of who holds the grant."""
_WITH_FUNDER_ID = re.compile(
    rf"(?:{_FILLER}[\s.:]+)*(?P<number>(?=[\w-]*\d{{3}})[\w-]{{3,60}})[\s/,;](?:(?!\d{{4}}).)*"
    r"\b10\.13039/\d{6,12}\b(?:(?!\d{5}).)*",
    re.IGNORECASE,
)
"""A number with the funder's Crossref id behind it, as Spain's agency asks authors to write."""
_WITH_CALL = re.compile(
    r"(?:H2020|HORIZON|ERC|MSCA|FP7)(?:[- ](?:[A-Za-z][A-Za-z0-9]*|20\d\d|0\d))*[- ,/]{1,3}"
    r"(?P<number>\d{6}|(?:101|190)\d{6})"
)
"""A number of the European Union's programmes with the name of its call before it."""
_DECIMAL = re.compile(r"(\d{4,12})\.0", re.ASCII)
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d{1,2}")
"""A large number as spreadsheets show it."""


def _usual_within(funder: str, number: str, registries: Registries) -> str | None:
    """The one part of a text that has the form of its funder's numbers, the rest being no number.

    A text that names a number of Horizon Europe holds that, whatever the funder.
    """
    if (horizon := horizon_number(number)) is not None:
        return horizon if horizon != number else None
    known = registries.funder(funder)
    if known is None or not known.grant_pattern or len(number) > 200:
        return None
    parts = [part for part in re.split(r"[\s,;:()\[\]]+", number) if part]
    fitting = [part for part in parts if re.fullmatch(known.grant_pattern, part)]
    told = len(parts) > 1 and len(fitting) == 1 and sum(map(str.isdigit, fitting[0])) >= 5
    others = [part for part in parts if part not in fitting and not _YEARS.fullmatch(part)]
    if any(sum(map(str.isdigit, part)) >= 5 for part in others):
        return None
    return fitting[0] if told else None


_YEARS = re.compile(r"(?:19|20)\d\d(?:[-–/](?:19|20)\d\d)*|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d")


def _apart(number: str, start: int, end: int) -> bool:
    """Whether a funder's name stands as a word of its own, not as part of the number."""
    return (start == 0 or number[start - 1] in " ,;:(") and (
        end == len(number) or number[end] in " ,;:)"
    )


def _whole(funder: str, text: str, part: str, registries: Registries) -> str:
    """The number of its funder's form that a part of a text belongs to, else the part."""
    known = registries.funder(funder)
    if known is None or not known.grant_pattern:
        return part
    form = known.grant_pattern.removeprefix("^").removesuffix("$")
    fitting = re.finditer(rf"(?<![\w./-])(?:{form})(?![\w/-])", text)
    return next((one[0].strip() for one in fitting if part in one[0]), part)


def _number_alone(
    grant: dict[str, Any], place: str, number: str, usual: str | None, registries: Registries
) -> Suggestion | None:
    """The one number in a field, and the other words kept beside it."""
    if len(number) > 1000:
        return None
    undated = re.sub(_DATED, " ", number, flags=re.IGNORECASE)
    found = [usual] if usual is not None else _CANDIDATE.findall(undated)
    if len(found) > 1 and len({_shape(one) for one in found}) == 1 and _LONG.search(found[0]):
        return _one_grant_each(grant, place, number, found)
    if len(found) != 1 or "://" in found[0] or not re.search(r"\d{2}", found[0]):
        return None
    found = [_whole(_funder(grant), number, found[0], registries)]
    rest = number.replace(found[0], " ").strip(" ,;:()")
    telling = re.sub(rf"(?<!\w){_FILLER}(?!\w)\.?", " ", rest, flags=re.IGNORECASE).strip(" ,;:()")
    operations = [replace(below(place, "grant_id"), grant["grant_id"], found[0])]
    if telling:
        kept = {"name": AS_GIVEN, "value": number}
        operations.append(Operation(do="add", place=below(place, "attributes", "-"), after=kept))
    return suggest(*operations, why=f"{found[0]!r} is the only number in {number!r}.")


def _shape(number: str) -> str:
    """A number with its digits and letters made equal, to compare forms."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", number))


def _one_grant_each(grant: dict[str, Any], place: str, number: str, found: list[str]) -> Suggestion:
    """A grant of its own for each number of one form in a text, which is kept with the first."""
    home, _, index = place.rpartition("/")
    named = {"funder": grant["funder"]} if "funder" in grant else {}
    kept = {"name": AS_GIVEN, "value": number}
    return suggest(
        replace(below(place, "grant_id"), grant["grant_id"], found[0]),
        Operation(do="add", place=below(place, "attributes", "-"), after=kept),
        *(
            Operation(do="add", place=below(home, int(index) + n), after={**named, "grant_id": one})
            for n, one in enumerate(found[1:], 1)
        ),
        why="The numbers in the text have one form.",
    )


_IN_NAME = re.compile(
    r"[\s,;:(\[-]*(?:\b(?:grant|award|project|contract|no|nr|number|agreement|ref|id)\b[\s.:#-]*)*"
    r"(?P<number>(?<![\w./-])(?=[\w./-]*\d{3})[A-Z\d][\w./-]*(?: [A-Z]{1,3}\d[\w./-]*)?\d"
    r"(?:\w|[/-][A-Z])?)\s*[)\]]?\s*$",
    re.IGNORECASE,
)


_CODE = re.compile(r"(?<!\S)[A-Z][A-Z\d]{1,4}\Z")
"""What is part of the number behind it, as in SFB 1381 and R01 GM123456."""


@check("FUN105", "grant-number-in-funder", at=GRANT, severity="warning")
def number_in_funder(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The number of a grant stands in the field of the funder, whose own field is empty.

    Programs find neither the funder nor the grant.

    To fix: name the funder alone, and give the number in its own field.
    """
    funder = _funder(grant)
    told = len(funder) <= 300 and re.search(r"\d{3}", funder)
    found = _IN_NAME.search(funder) if told else None
    if found is None or _number(grant) or registries.funder(funder) is not None:
        return
    name = funder[: found.start()].strip(" ,;:-(")
    yearly = re.fullmatch(r"(?:19|20)\d\d", found["number"]) is not None
    if yearly or "@" in funder or "://" in funder:
        return
    name += ")" * (name.count("(") - name.count(")"))
    before = funder[: found.start("number")].rstrip()
    within = mentions(name, registries)
    coded = _CODE.search(before) is not None and all(one.end < len(before) for one in within)
    known = bool(name) and (registries.funder(name) is not None or (bool(within) and not coded))
    change = [Operation(do="set", place=below(place, "grant_id"), after=found["number"])]
    change.append(replace(below(place, "funder"), grant["funder"], name))
    yield Flag(
        message=f"the funder {funder!r} holds the grant number {found['number']!r}",
        at=below(place, "funder"),
        suggestion=suggest(*change, why=f"{name!r} names a funder that the registries know.")
        if known
        else None,
    )


_APART = re.compile(
    r"\s*[;,、，；]\s*(?:and\s+)?|\s+(?:and|&|\+|und|et|y|a|e|i|og|och|en|ve|oraz|és)\s+|\s+/\s+|\n+"
    r"|(?<=\b101\d{6})/(?=101\d{6}\b)"
)


_FUNDERS_APART = (
    re.compile(r"\s*[;\n；、]\s*|\s+/\s+"),
    re.compile(r"\s*[;\n；、]\s*|\s+(?:and|&|\+)\s+(?:the\s+)?|\s+/\s+"),
    re.compile(r"\s*[;,]\s*(?:and\s+)?(?:the\s+)?|\s+(?:and|&)\s+(?:the\s+)?"),
)
"""What parts funders, the surest marks first: `and` and commas stand in names, too."""


@check("FUN106", "several-funders-in-one-value", at=GRANT, severity="hint")
def several_funders(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One field names several funders, so that none of them finds its grant.

    Joint grants exist. It is a warning where the field of the number holds as many numbers.

    To fix: list each funder by itself, with its own grant number.
    """
    funder = _funder(grant)
    if registries.funder(funder) is not None or not (parts := _funders(funder, registries)):
        return
    numbers = [part for part in _APART.split(_number(grant)) if part]
    paired = len(numbers) == len(parts) and all(map(_is_number, numbers))
    home, _, index = place.rpartition("/")
    operations = [replace(below(place, "funder"), grant["funder"], parts[0])]
    if paired:
        operations.append(replace(below(place, "grant_id"), grant["grant_id"], numbers[0]))
    for n, part in enumerate(parts[1:], 1):
        row = {"funder": part, **({"grant_id": numbers[n]} if paired else {})}
        operations.append(Operation(do="add", place=below(home, int(index) + n), after=row))
    yield Flag(
        message=f"the field names {len(parts)} funders: {', '.join(parts)}",
        at=below(place, "funder"),
        severity="warning" if paired else None,
        suggestion=suggest(*operations, why="Each part is a funder that the registries know.")
        if paired or not numbers
        else None,
    )


def _funders(text: str, registries: Registries) -> list[str]:
    """The different funders that a text names with nothing else, at least two; else none."""
    for marks in _FUNDERS_APART if len(text) < 300 else ():
        parts = [part for part in marks.split(text) if part]
        known = {one.name for part in parts if (one := registries.funder(part)) is not None}
        if len(parts) > 1 and len(known) == len(parts):
            return parts
    return []


@check(
    "FUN102", "several-grant-numbers", at=GRANT, severity="warning", requires=["FUN101", "FUN106"]
)
def several(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One field holds the numbers of several grants.

    Hyphens, slashes and spaces belong to numbers and part nothing.

    To fix: list each grant by itself, with its funder.
    """
    number, funder = _number(grant), _funder(grant)
    if _usual(funder, number, registries):
        return
    rows = [_row(part) for part in _APART.split(number) if part]
    if len(rows) < 2 or not all(_is_number(row["grant_id"]) for row in rows):
        return
    home, _, index = place.rpartition("/")
    named = {"funder": grant["funder"]} if "funder" in grant else {}
    operations = [replace(below(place, "grant_id"), grant["grant_id"], rows[0]["grant_id"])]
    operations += [
        Operation(do="add", place=below(place, "attributes", "-"), after=kept)
        for kept in rows[0].get("attributes", ())
    ]
    operations += [
        Operation(do="add", place=below(home, int(index) + n), after={**named, **row})
        for n, row in enumerate(rows[1:], 1)
    ]
    numbers = ", ".join(row["grant_id"] for row in rows)
    yield Flag(
        message=f"the field holds {len(rows)} grant numbers: {numbers}",
        at=below(place, "grant_id"),
        suggestion=suggest(*operations, why="Each part has the form of a grant number."),
    )


_FILLED = re.compile(rf"\A(?:{_FILLER}(?!\w|-(?!{_FILLER}(?!\w))\w)\.?[\s:-]*)+", re.IGNORECASE)
"""Words before a number; letters that a dash joins to it, as in GA-2026-118, are its own."""
_NOTE = re.compile(r"(?P<number>.+?)\s*\([^()]*\)")


def _row(part: str) -> dict[str, Any]:
    """One grant of several: its number, and the text if a note in brackets stands behind it."""
    part = _FILLED.sub("", part) or part
    noted = _NOTE.fullmatch(part)
    if noted is None:
        return {"grant_id": part}
    kept = {"name": AS_GIVEN, "value": part}
    return {"grant_id": noted["number"], "attributes": [kept]}


def _is_number(text: str) -> bool:
    """Whether a text looks like a whole grant number: one word or a few, with three digits.

    A group of three digits alone is the end of an amount of money.
    """
    if re.search(r"[$€£¥]", text) or re.fullmatch(r"\d{1,3}", text):
        return False
    return len(re.findall(r"\d", text)) >= 3 and len(text.split()) <= 3


def _is_long_number(text: str) -> bool:
    return _is_number(text) and _LONG.search(text) is not None


@check("FUN103", "grant-number-unusual", at=GRANT, severity="hint", requires=["FUN101", "FUN102"])
def unusual(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """A grant number has not the form that this funder's numbers usually have.

    The forms are collected from examples, and numbers are never rewritten.

    To fix: compare the number with the award letter.
    """
    number, funder = _number(grant), _funder(grant)
    known = registries.funder(funder)
    if not number or known is None or not known.grant_pattern or _NOT_A_NUMBER.fullmatch(number):
        return
    if not re.fullmatch(known.grant_pattern, number):
        at, project = below(place, "grant_id"), _of_acronym(number, registries)
        yield Flag(
            message=f"{number!r} is unusual for {known.name}"
            + (f"; it is the acronym of {project.number} in CORDIS" if project else ""),
            at=at,
            suggestion=suggest(
                replace(at, grant["grant_id"], project.number),
                *(
                    [Operation(do="add", place=below(place, "project_acronym"), after=number)]
                    if "project_acronym" not in grant
                    else []
                ),
                why=f"CORDIS ({project.updated}): {project.acronym} is {project.title}.",
            )
            if project is not None
            else None,
        )


_OF_FUNDER = frozenset(("country", "url", "website"))
_OTHERS = frozenset({"empiar", "ro-crate"})
"""What documents of other resources say of a funder beside its name, and their kinds."""


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
        if attribute.get("value") and name != AS_GIVEN and re.search(r"[^\W\d]", name):
            if fold(name) in _OF_FUNDER and submission.source.kind in _OTHERS:
                continue
            if re.fullmatch(
                r"(?i)(?:unnamed|column|col|field|attribute|variable)[\s_:.-]*\d*", name
            ):
                continue
            at, slot = (
                below(place, "attributes", n),
                spellings().kinds["grants"].words.get(fold(name)),
            )
            meant = slot if slot and slot not in grant and len(attribute) == 2 else None
            yield Flag(
                message=f"the grant has the attribute {name!r} with the value"
                f" {attribute['value']!r}",
                at=at,
                value=attribute["value"],
                suggestion=moved(metadata, place, at, meant, attribute["value"]) if meant else None,
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
        number, funder = _number(grant), _funder(grant)
        if not number or not funder or not re.search(r"\d{3}", number) or _CORE.fullmatch(number):
            continue
        other = first.setdefault(number.casefold(), funder)
        if other.casefold() != funder.casefold():
            yield Flag(
                message=f"the grant number {number!r} is also given for {other!r}",
                at=below("/study/grants", n, "grant_id"),
            )
