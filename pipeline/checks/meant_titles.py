"""What an association may mean by a title that no section has, and the change that says so."""

from __future__ import annotations

import re
from typing import Any

from pipeline.check import below, replace, suggest
from pipeline.checks.section_titles import KINDS, NEEDED, Associations, Named, Titles, one_line
from pipeline.checks.wording import is_placeholder
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import visible
from pipeline.submission import Submission

NEAR = 60
"""Below this similarity (0 to 100) a title is not proposed for another."""


def meaning(
    study: dict[str, Any], one: Named, rows: Associations, submission: Submission, *, alone: bool
) -> tuple[str, Suggestion | None]:
    """What a title that names nothing may mean, in words that end a sentence, and as a proposal.

    `alone` says that no other title of its kind names nothing.
    """
    there = rows.titles[one.slot]
    meant = with_accno(study, one, submission)
    near = [] if meant else nearest(one.title, there)
    several = len(titles_within(one.title, there))
    elsewhere = kinds_of(one, rows)
    told = ""
    if meant:
        told += f"; it is the accno of the {KINDS[one.slot][1]} {meant!r}"
    if several:
        told += f"; it holds the titles of {several}"
    elif near:
        told += f"; the nearest is {near[0]!r} ({_distance(one.title, near[0])})"
    if elsewhere:
        kind = KINDS[elsewhere[0]][1]
        told += f"; it is that of {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    proposal = swapped(one, rows, elsewhere) or _by_accno(one, meant) or _rows(one, there)
    if proposal is None and not _several(one, there):
        proposal = _either_side(one, near, rows)
    if proposal is None and len(there) == len(study.get(KINDS[one.slot][0], ())):
        proposal = _by_number(one, there)
    proposal = proposal or _no_answer(one)
    if proposal is None and not elsewhere and (only := _only(study, one, there, alone=alone)):
        told += f"; {only[0]}"
        proposal = only[1]
    return told, proposal


def _only(
    study: dict[str, Any], one: Named, there: Titles, *, alone: bool
) -> tuple[str, Suggestion | None] | None:
    """What may be meant where one section of the kind alone can be: the one without a title, or the
    only one there is; in words, and as a proposal."""
    listed, words, _ = KINDS[one.slot]
    sections = study.get(listed, ())
    if is_placeholder(one.title) or _several(one, there):
        return None
    if alone and len(without := _without_title(sections)) == 1:
        at = below("/study", listed, without[0], "title")
        named = Operation(do="add", place=at, after=one_line(one.title))
        return f"{words} {without[0] + 1} has none", suggest(
            named, why=f"It is the only {words} without a title, and this the only title missing."
        )
    if len(sections) == 1 and not _without_title(sections):
        only = sections[0]["title"]
        why = f"It is the only {words} of the study, and they have a word in common."
        meant = suggest(replace(one.place, one.title, only), why=why)
        return f"the only one is {only!r}", meant if share_a_word(one.title, only) else None
    return None


def _without_title(sections: list[dict[str, Any]]) -> list[int]:
    return [n for n, section in enumerate(sections) if not section.get("title", "").strip()]


_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def share_a_word(one: str, other: str) -> bool:
    """Whether two titles have a word of four letters or more in common."""
    first, second = (set(_LONG_WORD.findall(title.casefold())) for title in (one, other))
    return bool(first & second)


def kinds_of(one: Named, rows: Associations) -> list[str]:
    """The other slots whose sections have the title."""
    wanted = one_line(one.title)
    return [slot for slot in KINDS if slot != one.slot and wanted in rows.titles[slot].lines]


def swapped(one: Named, rows: Associations, elsewhere: list[str]) -> Suggestion | None:
    """Two titles of a row, each in the place of the other."""
    row = one.component["associations"][one.at[1]]
    for slot in elsewhere:
        if slot in row and one_line(row[slot]) in rows.titles[one.slot].lines:
            other = one._replace(slot=slot, title=row[slot])
            return suggest(
                replace(one.place, one.title, other.title),
                replace(other.place, other.title, one.title),
                why="Each of the two is the title of a section of the other's kind.",
            )
    return None


def with_accno(study: dict[str, Any], one: Named, submission: Submission) -> str | None:
    """The title of the section of the kind whose accno stands in place of a title."""
    source = submission.source_map
    at = source.accessions.get(one.title.strip())
    listed = KINDS[one.slot][0]
    for n, section in enumerate(study.get(listed, ()) if at else ()):
        if source.pointers.get(below("/study", listed, n)) == at:
            return str(section.get("title", "")) or None
    return None


def _by_accno(one: Named, meant: str | None) -> Suggestion | None:
    if not meant:
        return None
    why = f"{one.title.strip()!r} is the accno of the section with this title."
    return suggest(replace(one.place, one.title, meant), why=why)


def _several(one: Named, there: Titles) -> bool:
    """Whether several titles stand in one place, of which some are known and some are not."""
    parts = [one_line(part).casefold() for part in re.split(r"[;|\n]", one.title) if part.strip()]
    return len(parts) > 1 and not there.known.keys().isdisjoint(parts)


_TITLES_APART = re.compile(r"\s*[;,|\n]\s*|\s+(?:and|&|\+)\s+")


def titles_within(text: str, there: Titles) -> list[str]:
    """The titles of sections, two or more and nothing else, that stand in one place; else none."""
    parts = [one_line(part).casefold() for part in _TITLES_APART.split(text) if part.strip()]
    if len(parts) < 2 or len(set(parts)) < len(parts) or not there.known.keys() >= set(parts):
        return []
    return [there.known[part] for part in parts]


def _rows(one: Named, there: Titles) -> Suggestion | None:
    """One row for each of several titles that stand in one place."""
    parts = titles_within(one.title, there)
    if not parts:
        return None
    component, number = one.at
    row = one.component["associations"][number]
    home = f"/study/study_components/{component}/associations"
    added = (
        Operation(do="add", place=f"{home}/{number + n}", after={**row, one.slot: part})
        for n, part in enumerate(parts[1:], 1)
    )
    return suggest(
        replace(one.place, one.title, parts[0]),
        *added,
        why="Each part is the title of a section of its kind.",
    )


def _by_number(one: Named, there: Titles) -> Suggestion | None:
    """The section that an association counts (`Biosample-2`) in place of naming it by its title."""
    kind = KINDS[one.slot][1].replace(" ", "[ _-]?")
    found = re.fullmatch(
        rf"(?:{kind}[ _-]*)?#?0*([1-9]\d{{0,2}})", one.title.strip(), re.IGNORECASE
    )
    if found is None or int(found[1]) > len(there):
        return None
    meant = there.written[int(found[1]) - 1]
    if not meant:
        return None
    why = f"{meant!r} is the title of number {found[1]} of its kind."
    return suggest(replace(one.place, one.title, meant), why=why)


def _no_answer(one: Named) -> Suggestion | None:
    """To take out a word such as none or n/a, where an association need not name a section."""
    if one.slot in NEEDED or not is_placeholder(one.title):
        return None
    gone = Operation(do="remove", place=one.place, before=one.title)
    return suggest(gone, why="The value says that there is none.")


def nearest(title: str, there: Titles) -> list[str]:
    """The titles near to one, three at most: one that begins with the other, then by similarity."""
    from rapidfuzz import fuzz, process

    wanted = one_line(title).casefold()
    near = process.extract(wanted, there.folded, scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)
    begun = there.beginning(wanted)
    return [*begun, *(other for _, _, other in near if other not in begun)][:3]


def _distance(title: str, other: str) -> str:
    from rapidfuzz.distance import Levenshtein

    away = Levenshtein.distance(one_line(title), one_line(other))
    return "1 letter differs" if away == 1 else f"{away} letters differ"


def _either_side(one: Named, near: list[str], rows: Associations) -> Suggestion | None:
    """To name the nearest section; else to give that section the title used."""
    if not near:
        return None
    choices = [(replace(one.place, one.title, title),) for title in near]
    closest = near[0]
    holders = rows.titles[one.slot].numbers[closest]
    if len(holders) == 1 and closest not in rows.used[one.slot]:
        at = below("/study", KINDS[one.slot][0], holders[0], "title")
        if one.title == visible(closest):
            why = "They differ in characters that nobody sees."
            return suggest(replace(at, closest, one.title), why=why)
        choices.insert(1, (replace(at, closest, one.title),))
    return suggest(
        *choices[0],
        alternatives=choices[1:],
        why=f"The nearest title of its kind is {closest!r}.",
    )
