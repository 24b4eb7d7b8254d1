"""Reading of funders and grant numbers in what depositors write."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipeline.checks.wording import folded
from pipeline.glance import Glance
from pipeline.registries import Project, Registries
from pipeline.select import get, patterns
from pipeline.submission import Metadata

EU = re.compile(
    r"(?i:europ(?:e|i|ea)an\s+comm?iss?ion"
    r"|europäische[nr]?\s+(?:union|kommission)|(?:union|commission)\s+européenne"
    r"|(?:unión|comisión|uni[aã]o|comiss[aã]o)\s+europe[ai]a?|(?:unione|commissione)\s+europea"
    r"|europese\s+(?:unie|commissie)|(?:unia|unii|komisja)\s+europejsk(?:a|iej)"
    r"|evropsk[áéo]u?\s+(?:unie|komise)|europeiska\s+(?:unionen|kommissionen)"
    r"|european\s+(?:commission|union|research\s+council|innovation\s+council"
    r"|research\s+executive\s+agency|health\s+and\s+digital\s+executive\s+agency|institute\s+of\s+innovation)"
    r"|horizon(?:te?)?[\s-]*(?:europ[ae]|2020)|seventh\s+framework|marie[\s-]+s[kc][lł]odowska"
    r"|marie[\s-]+curie|framework\s+programme|joint\s+undertaking|euratom)"
    r"|\bH2020\b|\bERC\b|\bMSCA\b|\bEU\b|\bEC\b|\bREA\b|\bHaDEA\b|\bERCEA\b|\bEISMEA\b|\bCINEA\b"
    r"|\bEIC\b|\bFP7\b|\bHORIZON\b|\bJU\b"
)
"""Wordings that name the European Union as funder: its programmes, councils and agencies."""
_MAYBE_EU = Glance(
    "EU|EC|ERC|MSCA|REA|HaDEA|EISMEA|CINEA|EIC|FP7|H2020|JU"
    "|(?i:europ|evrop|horizon|framework|marie|undertaking|euratom)"
)

EARLIER = re.compile(
    r"horizon(?:te?)?[\s-]*2020|\bH2020\b|\bFP7\b|seventh\s+framework", re.IGNORECASE
)
HORIZON_EUROPE = re.compile(r"horizon(?:te?)?[\s-]*europ[ae]\b|\bHORIZON-[A-Z]{2,}", re.IGNORECASE)

NATIONAL = re.compile(
    r"\bUKRI\b|\bSERI\b|\bSBFI\b|\b[Gg]uarantee\b|State\s+Secretariat\s+for\s+Education"
    r"|\bInnovate\s+UK\b|European\s+Regional\s+Development|\bERDF\b|\bFEDER\b|Interreg"
    r"|Cohesion\s+Fund|Social\s+Fund|\bEMBO\b|\bEMBL\b"
)
"""Funders beside the European Union that pay for, or stand beside, its projects."""

_BEFORE = (
    *(r"10\.3030/", "/project/id/", "EC/HE/", r"\bGA", r"\b[Nn]o\."),
    *("-[SACP][TtDdOo][Gg]-", "-S[Yy]G-", "-P[Oo]C-", "-(?:DN|PF|SE)-", r"-0\d-"),
    *(rf"HORIZON-{part}-202\d-" for part in (r"CL\d", "HLTH", "INFRA", "MISS", "EIC", "MSCA")),
)
"""What may stand right before a grant number: addresses, words, and the names of calls."""
NUMBER = re.compile(
    r"(?:101|190)\d{6}(?!\w|[./-]\d)"
    rf"(?:(?<![\w./-]\d{{9}})|{'|'.join(rf'(?<={one}[0-9]{{9}})' for one in _BEFORE)})",
    re.ASCII,
)
"""A grant number of the form of Horizon Europe; late Horizon 2020 and others share it.

The name of its call may stand before it, as in ERC-2022-StG-101057970.
"""

_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(])|\n+")


_IN_GROUPS = re.compile(
    r"(?<![\d.,])(101|190)[ .\u00a0\u202f](\d{3})[ .\u00a0\u202f](\d{3})(?![\d]|[.,]\d)"
)
"""A number of Horizon Europe with its digits in groups of three."""
_GOODS = re.compile(
    r"\b(?:cat(?:alog(?:ue)?)?|orders?|lot|batch|products?|sku|antibod(?:y|ies)|clone|invoice|phone"
    r"|tel)\b[^,;]{0,20}$",
    re.IGNORECASE,
)
"""What stands before the number of something that was bought."""


def of_the_union(text: str) -> bool:
    """Whether a text names the European Union as funder."""
    return _MAYBE_EU(text) and EU.search(text) is not None


def ungrouped(text: str) -> str:
    """The text with the numbers of Horizon Europe in one run of digits."""
    return _IN_GROUPS.sub(r"\1\2\3", text)


class Mention(NamedTuple):
    """A funder named in a text: where, and whether it is the European Union."""

    start: int
    end: int
    european: bool


class Grant(NamedTuple):
    """A grant number found in free text: its place, the number, the sentence it stands in."""

    place: str
    number: str
    sentence: str


_WORD = re.compile(r"\w+")


@lru_cache(maxsize=8)
def _funders(built_in: sqlite3.Connection) -> dict[str, list[str]]:
    """The funders of the snapshot that are not the European Union, by the word they begin with.

    Longer names come first; those in small letters are compared without letter case.
    """
    beginning: dict[str, list[str]] = {}
    names = {name for name, _ in Registries(built_in=built_in).funder_names()}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        told = len(name.split()) > 1 or len(name) >= 5 or name.isupper()
        first = _WORD.match(name)
        if told and first and len(name) > 2 and not EU.search(name):
            kept = name if name.isupper() else name.lower()
            beginning.setdefault(first[0].lower(), []).append(kept)
    return beginning


def _named(text: str, registries: Registries) -> Iterator[tuple[int, int]]:
    """Where a text names funders of the snapshot; the longest name counts."""
    beginning, done = _funders(registries.built_in), 0
    for word in _WORD.finditer(text):
        start = word.start()
        for name in beginning.get(word[0].lower(), ()):
            end = start + len(name)
            there = text[start:end]
            whole = not (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
            if start >= done and whole and name in (there, there.lower()):
                done = end
                yield start, end
                break


@lru_cache(maxsize=1024)
def mentions(text: str, registries: Registries) -> tuple[Mention, ...]:
    """The funders that a text names, in its order."""
    named = list(_named(text, registries))
    national = [one.span() for one in NATIONAL.finditer(text)]
    found = [Mention(*span, european=False) for span in (*named, *national)]
    for one in EU.finditer(text):
        if not _within(one.span(), named) and not _within(one.span(), national):
            found.append(Mention(*one.span(), european=True))
    return tuple(sorted(found))


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    """Whether one of other spans, which follow each other, holds a span."""
    before = bisect_right(others, span[0], key=lambda other: other[0])
    return before > 0 and span[1] <= others[before - 1][1]


def beside(funder: str, project: Project, registries: Registries) -> str:
    """What a funder is to a project: `none`, `european`, `project` (its name), or `other`."""
    if not funder.strip():
        return "none"
    named = mentions(funder, registries)
    if any(not one.european for one in named):
        return "other"
    if named:
        return "european"
    if _nearly_european(folded(funder)):
        return "european"
    words = f" {folded(funder)} "
    own = [f" {folded(name)} " for name in (project.acronym, project.title) if folded(name)]
    return "project" if any(name in words for name in own) else "other"


_EU_NAMES = (
    *("european commission", "european union", "european research council", "horizon europe"),
    *("european innovation council", "marie skłodowska curie", "marie skłodowska curie actions"),
    *("european research executive agency", "heu", "he"),
)
"""Names of the European Union as funder, folded as `plain` does."""


def _nearly_european(name: str) -> bool:
    """Whether a funder is a name of the European Union, up to two letters in a long one."""
    from rapidfuzz.distance import OSA

    return any(
        OSA.distance(name, one, score_cutoff=2) <= (2 if len(one) > 12 else 0) for one in _EU_NAMES
    )


def horizon_number(grant_id: str) -> str | None:
    """The one number of the Horizon Europe form in a grant's number field."""
    if "101" not in grant_id and "190" not in grant_id:
        return None
    found = set(NUMBER.findall(ungrouped(grant_id)))
    return found.pop() if len(found) == 1 else None


def of_acronym(text: str, registries: Registries) -> Project | None:
    """The one Horizon Europe project whose acronym a text is; none for a funder's own acronym."""
    text = text.strip().removesuffix(" project").strip()
    if len(text) < 4 or registries.funder(text) is not None or mentions(text, registries):
        return None
    found = registries.projects(text)
    return found[0] if len(found) == 1 else None


def titled(project: Project) -> str:
    """What CORDIS says of the project that an acronym is of, as the reason of a change."""
    return f"CORDIS ({project.updated}): {project.acronym} is {project.title}."


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text."""
    yield from (part for part in _SENTENCE.split(text) if part.strip())


def _paid_by_another(sentence: str, at: int, end: int, registries: Registries) -> bool:
    """Whether the funder named nearest before a number, or else right behind it, is not the EU."""
    named = mentions(sentence, registries)
    before = [one for one in named if one.end <= at]
    behind = [one for one in named if one.start >= end]
    nearest = before[-1] if before else behind[0] if behind else None
    return nearest is not None and not nearest.european


_FREE_TEXT = patterns(
    "/study/funding_statement",
    "/study/acknowledgements",
    "/study/attributes/*/value",
    "/study/authors/*/funding",
    "/study/authors/*/attributes/*/value",
    "/study/grants/*/attributes/*/value",
    "/study/grants/*/funder",
    "/study/sections/**/attributes/*/value",
    "/attributes/*/value",
)


class FreeTexts(tuple[tuple[str, str], ...]):
    """The texts in which depositors name their funding, with their places."""

    @classmethod
    def of(cls, metadata: Metadata) -> FreeTexts:
        """Those of a submission's metadata."""
        found = _FREE_TEXT.find(metadata)
        return cls(one for there in found for one in there if isinstance(one[1], str))


def in_free_text(texts: FreeTexts, registries: Registries) -> Iterator[tuple[Grant, Project]]:
    """Horizon Europe grants in statements, acknowledgements and oddly named attributes.

    A grant counts when its number is in CORDIS and the funder nearest to it is not another one.
    """
    seen: set[str] = set()
    for place, text in texts:
        if not ("101" in text or "190" in text):
            continue
        for sentence in map(ungrouped, sentences(text)):
            for found in NUMBER.finditer(sentence):
                project = registries.project(found[0])
                if project is None or found[0] in seen:
                    continue
                if _GOODS.search(sentence, 0, found.start()):
                    continue
                if _paid_by_another(sentence, found.start(), found.end(), registries):
                    continue
                seen.add(found[0])
                yield Grant(place, found[0], " ".join(sentence.split())), project


_ACRONYM = re.compile(
    r"(?<![\w./-])(?=\w*[A-Z\d]\w*[A-Z\d]|\w+-\w*[A-Z])[A-Za-z][\w-]{3,}(?![\w/-])"
)
"""A word that may be a project's acronym: two capitals or digits in it at least."""
_PROJECT = (
    r"(?:projects?|grants?|actions?|networks?|consorti(?:um|a)|fellowships?|infrastructures?)"
)
_MAYBE_PROJECT = Glance("(?i)project|grant|action|network|consorti|fellowship|infrastructure")
_PAYING = Glance("(?i)fund|support|financ|award|grant|receiv|horizon|programm|sponsor")
"""Words of which one stands in a sentence that says who paid."""
_CALLED = re.compile(rf"{_PROJECT}[\s\"'“‘(:,-]{{1,4}}$", re.IGNORECASE)
_CALLING = re.compile(rf"[\s\"'”’)]{{1,3}}(?:EU[ -])?{_PROJECT}\b", re.IGNORECASE)
_ABOUT_PROJECT = re.compile(r"project|grant|fund|horizon|\bEU\b|cordis", re.IGNORECASE)


def named_only(
    texts: FreeTexts, metadata: Metadata, registries: Registries
) -> Iterator[tuple[Grant, Project]]:
    """Horizon Europe projects that texts name by their acronym, without any number.

    The acronym must be of one project only, beside a word such as project or grant in a sentence
    that names the European Union, or the whole value of an attribute named for projects.
    """
    seen: set[str] = set()
    for place, text in texts:
        if len(text) > _LONGEST or place.endswith("/funder"):
            continue
        whole = place.endswith("/value") and " " not in text.strip()
        if whole:
            name = get(metadata, place.removesuffix("value") + "name", "")
            whole = _ABOUT_PROJECT.search(str(name)) is not None
        if not whole and not (_MAYBE_PROJECT(text) and of_the_union(text)):
            continue
        for sentence in sentences(text):
            paid = whole or (_PAYING(sentence) and of_the_union(sentence))
            if not paid or NUMBER.search(sentence):
                continue
            for found in _ACRONYM.finditer(sentence):
                told = _CALLED.search(sentence, 0, found.start()) or _CALLING.match(
                    sentence, found.end()
                )
                if not told and not (whole and sentence.strip() == found[0]):
                    continue
                projects = () if EU.search(found[0]) else registries.projects(found[0])
                if len(projects) == 1 and projects[0].number not in seen:
                    seen.add(projects[0].number)
                    grant = Grant(place, projects[0].number, " ".join(sentence.split()))
                    yield grant, projects[0]


_LONGEST = 20_000
"""Characters beyond which a text is no statement of funding."""
