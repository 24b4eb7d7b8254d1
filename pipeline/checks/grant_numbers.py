"""Grant numbers: what looks like one, and how it is told from the words around it."""

from __future__ import annotations

import re
from typing import Any

from pipeline.checks.grant_text import Mention, horizon_number, mentions
from pipeline.registries import Registries

GRANT = "/study/grants/*"
AS_GIVEN = "Grant text"
"""The attribute under which the words around a grant number are kept."""

FILLER = (
    r"(?:the|grants?|award|project|contract|funding|agreement|reference|ref|number|numbers|num|nos?|nr"
    r"|n°|nº|№|id|code|under|agr|ga|projekt|projektnummer|förderkennzeichen|projet|proyecto|projeto"
    r"|processo|progetto|#)"
)
"""A word that stands beside a grant number."""
DATED = r"(?:dated|dtd?\.?)\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
"""The date of an award behind its number."""
_PROSE = re.compile(
    rf"(?<!\w){FILLER}(?!\w)|(?<![a-zà-ÿ])[a-zà-ÿ]{{4,}}\s+[a-zà-ÿ]{{3,}}"
    rf"|\b(?:funded|financed|supported|awarded) by\b|(?<!\w){DATED}",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_TWO_WORDS = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\s+[^\W\d_]{2,}")
_SMALL_WORD = re.compile(r"(?=.{5})[a-z]+(?:-[a-z]+)*", re.ASCII)
_NOT_A_NUMBER = re.compile(r"#?n/?a|none|tbd|pending|unknown|not applicable|-+", re.IGNORECASE)
LONG = re.compile(r"\d{5}")
_REMARKED = re.compile(
    r"(?P<number>(?=[^\s()]*\d{2})[^\s()]+)"
    r"(?:\s+\((?=[^()]*[^\W\d_]{3})[^()]*\)|\s+(?:awarded )?to (?:[A-Z]\.[ -]?){1,3})"
)
"""A number with a remark behind it: a name in brackets, the initials of who holds the grant."""
_WITH_FUNDER_ID = re.compile(
    rf"(?:{FILLER}[\s.:]+)*(?P<number>(?=[\w-]*\d{{3}})[\w-]{{3,60}})[\s/,;](?:(?!\d{{4}}).)*"
    r"\b10\.13039/\d{6,12}\b(?:(?!\d{5}).)*",
    re.IGNORECASE,
)
"""A number with the funder's Crossref id behind it, as Spain's agency asks authors to write."""
_WITH_CALL = re.compile(
    r"(?:H2020|HORIZON|ERC|MSCA|FP7)(?:[- ](?:[A-Za-z][A-Za-z0-9]*|20\d\d|0\d))*[- ,/]{1,3}"
    r"(?P<number>\d{6}|(?:101|190)\d{6})"
)
"""A number of the European Union's programmes with the name of its call before it."""
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-–/](?:19|20)\d\d)*|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d")
_APART = re.compile(
    r"\s*[;,、，；]\s*(?:and\s+)?|\s+(?:and|&|\+|und|et|y|a|e|i|og|och|en|ve|oraz|és)\s+|\s+/\s+|\n+"
    r"|(?<=\b101\d{6})/(?=101\d{6}\b)"
)
"""What parts several numbers."""


def number_of(grant: dict[str, Any]) -> str:
    """The number of a grant as given, in one line."""
    return " ".join(str(grant.get("grant_id", "")).split())


def funder_of(grant: dict[str, Any]) -> str:
    """The funder of a grant as given, in one line."""
    return " ".join(str(grant.get("funder", "")).split())


def says_none(text: str) -> bool:
    """Whether a text says that there is no number."""
    return _NOT_A_NUMBER.fullmatch(text) is not None


def is_usual(funder: str, number: str, registries: Registries) -> bool:
    """Whether a number has the form that its funder's numbers have."""
    known = registries.funder(funder)
    return bool(known and known.grant_pattern and re.fullmatch(known.grant_pattern, number))


def is_number(text: str) -> bool:
    """Whether a text looks like a whole grant number: one word or a few, with three digits.

    A group of three digits alone is the end of an amount of money.
    """
    if re.search(r"[$€£¥]", text) or re.fullmatch(r"\d{1,3}", text):
        return False
    return len(re.findall(r"\d", text)) >= 3 and len(text.split()) <= 3


def parted(text: str) -> list[str]:
    """The parts of a text that may be numbers of several grants."""
    return [part for part in _APART.split(text) if part]


def are_several(text: str) -> bool:
    """Whether a text is several long numbers, each perhaps with a word of its own."""
    if _with_funder_id(text) is not None:
        return False
    given = parted(text)
    return len(given) > 1 and all(is_number(one) and LONG.search(one) for one in given)


def is_worded(number: str, registries: Registries) -> bool:
    """Whether words, or the name of a funder, stand in a number."""
    named = _named(number, registries)
    return _PROSE.search(number) is not None or any(_apart(number, one) for one in named)


def is_words(text: str) -> bool:
    """Whether a text is words alone; a single one is written small, unlike schemes and acronyms."""
    worded = _TWO_WORDS.search(text) is not None or _SMALL_WORD.fullmatch(text) is not None
    return worded and not re.search(r"\d", text)


def number_meant(funder: str, number: str, registries: Registries) -> str | None:
    """The number that stands in a text with more than it, where its form tells."""
    if (within := _usual_within(funder, number, registries)) is not None:
        return within
    remarked = (
        _REMARKED.fullmatch(number) or _with_funder_id(number) or _WITH_CALL.fullmatch(number)
    )
    if remarked is not None:
        return remarked["number"]
    named = _named(number, registries)
    if len(named) == 1 and named[0].start == 0:
        rest = number[named[0].end :].strip(" ,;:")
        return rest if is_usual(number[: named[0].end], rest, registries) else None
    return None


def _named(number: str, registries: Registries) -> list[Mention]:
    """The funders that a text names, but for those that a hyphen makes part of a number."""
    named = mentions(number, registries) if _LETTERS.search(number) else ()
    return [one for one in named if number[one.end : one.end + 1] != "-"]


def _with_funder_id(number: str) -> re.Match[str] | None:
    return _WITH_FUNDER_ID.fullmatch(number) if "10.13039/" in number else None


def _usual_within(funder: str, number: str, registries: Registries) -> str | None:
    """The one part of a text that has the form of its funder's numbers, the rest being no number.

    A text that names a number of Horizon Europe holds that, whatever the funder.
    """
    known = registries.funder(funder)
    form = known.grant_pattern if known is not None and len(number) <= 200 else ""
    parts = [part for part in re.split(r"[\s,;:()\[\]]+", number) if part]
    fitting = [part for part in parts if form and re.fullmatch(form, part)]
    if (horizon := horizon_number(number)) is not None:
        own = [one for one in fitting if one != horizon and sum(map(str.isdigit, one)) >= 5]
        return None if own or horizon == number else horizon
    if not form:
        return None
    told = len(parts) > 1 and len(fitting) == 1 and sum(map(str.isdigit, fitting[0])) >= 5
    others = [part for part in parts if part not in fitting and not _YEARS.fullmatch(part)]
    if any(sum(map(str.isdigit, part)) >= 5 for part in others):
        return None
    return fitting[0] if told else None


def _apart(number: str, named: Mention) -> bool:
    """Whether a funder's name stands as a word of its own, not as part of the number."""
    start, end = named.start, named.end
    return (start == 0 or number[start - 1] in " ,;:(") and (
        end == len(number) or number[end] in " ,;:)"
    )


def whole_number(funder: str, text: str, part: str, registries: Registries) -> str:
    """The number of its funder's form that a part of a text belongs to, else the part."""
    known = registries.funder(funder)
    if known is None or not known.grant_pattern:
        return part
    form = known.grant_pattern.removeprefix("^").removesuffix("$")
    fitting = re.finditer(rf"(?<![\w./-])(?:{form})(?![\w/-])", text)
    return next((one[0].strip() for one in fitting if part in one[0]), part)
