"""Study components, and the associations that name the study's sections by title."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.check import Context, Flag, Place, below, check, replace, suggest
from pipeline.checks.wording import is_placeholder
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import visible
from pipeline.schema import Template
from pipeline.submission import Metadata, Submission

KINDS = {
    "biosample": ("biosamples", "biosample", "Biosample"),
    "specimen": ("specimens", "specimen", "Specimen"),
    "image_acquisition": ("image_acquisitions", "image acquisition", "ImageAcquisition"),
    "image_correlation": ("image_correlations", "image correlation", "ImageCorrelation"),
    "image_analysis": ("image_analyses", "image analysis", "ImageAnalysis"),
}
"""From the slot of an association to the study's list that it names, in words, and its class."""

NEEDED = ("biosample", "specimen", "image_acquisition")
NEAR = 60
"""Below this similarity (0 to 100) a title is not proposed for another."""


class Named(NamedTuple):
    """A title that an association gives: which component and row, which slot, and the text."""

    component: dict[str, Any]
    at: tuple[int, int]
    slot: str
    title: str

    @property
    def place(self) -> str:
        """Where the title stands."""
        component, row = self.at
        return f"/study/study_components/{component}/associations/{row}/{self.slot}"


class Associations(dict[str, list[Named]]):
    """Every title that associations of the study give, by slot and in their order."""

    inexact: dict[str, list[Named]]
    """Those that no section of their kind has letter by letter; no slot where there are none."""

    @classmethod
    def of(cls, metadata: Metadata) -> Associations:
        """Those of a submission's metadata."""
        study = metadata.get("study", {})
        found = cls({slot: [] for slot in KINDS})
        for n, component in enumerate(study.get("study_components", ())):
            for m, row in enumerate(component.get("associations", ())):
                for slot in row.keys() & KINDS.keys():
                    found[slot].append(Named(component, (n, m), slot, row[slot]))
        found.inexact = {}
        for slot, given in found.items():
            there = titles(study, slot) if given else ()
            if inexact := [one for one in given if one.title not in there]:
                found.inexact[slot] = inexact
        return found


def one_line(text: str) -> str:
    """A title with the white space at its ends gone and inside collapsed."""
    return " ".join(text.split())


def _same(text: str) -> str:
    """A title on one line, its letters and accents composed as the archive will compose them."""
    text = one_line(text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def titles(study: dict[str, Any], slot: str) -> list[str]:
    """The titles of the sections that a slot may name."""
    return [one["title"] for one in study.get(KINDS[slot][0], []) if "title" in one]


@check("CMP001", "component-without-files", at="/study/study_components/*", severity="error")
def without_files(component: dict[str, Any], submission: Submission) -> Iterator[Flag]:
    """A study component names no file list and no files, so there is nothing of it to archive.

    Studies of other resources (IDR, EMPIAR) keep their lists of files apart from the description.

    To fix: give the component a file list; leave the component out if it has no data.
    """
    if submission.held_elsewhere:
        return
    if not component.get("file_list") and not component.get("files"):
        yield Flag(
            message=f"the study component {_called(component)} has no file list and no files"
        )


@check("CMP002", "component-without-associations", at="/study/study_components/*", severity="error")
def without_associations(
    component: dict[str, Any], context: Context, place: Place
) -> Iterator[Flag]:
    """A study component does not say which biosample, specimen and image acquisition it shows.

    The submission form asks for at least one row, so that readers know what was imaged and how.

    To fix: add a row of Associations with the titles of a biosample, a specimen and an image
    acquisition of the study.
    """
    form = context.template
    if component.get("associations") or not isinstance(form, Template):
        return
    if form.minimum("Association") < 1:
        return
    yield Flag(
        message=f"the study component {_called(component)} has no associations",
        suggestion=_only_row(context.submission.metadata["study"], place),
    )


@check("CMP004", "association-incomplete", at="/study/study_components/*", severity="error")
def incomplete_association(
    component: dict[str, Any], context: Context, place: Place
) -> Iterator[Flag]:
    """A row of Associations lacks a biosample, specimen or image acquisition that the form asks.

    Readers then do not know what was imaged, or how.

    To fix: name it by its title; if there is none, say so in the description of the component.
    """
    form = context.template
    if not isinstance(form, Template):
        return
    asked = form.required("Association")
    for number, row in enumerate(component.get("associations") or ()):
        missing = [field.name for field in asked if not row.get(field.slot)]
        if missing:
            yield Flag(
                at=f"{place}/associations/{number}",
                message=f"an association of the study component {_called(component)} names no "
                + " and no ".join(missing),
            )


def _only_row(study: dict[str, Any], place: str) -> Suggestion | None:
    """The one association there can be, when the study has one section of each kind."""
    there = {slot: titles(study, slot) for slot in KINDS}
    if any(len(there[slot]) != 1 for slot in NEEDED):
        return None
    if any(len(study.get(KINDS[slot][0], [])) > 1 for slot in KINDS):
        return None
    row = {slot: found[0] for slot, found in there.items() if found}
    return suggest(
        Operation(do="add", place=below(place, "associations"), after=[row]),
        why="The study has one section of each kind, so only this row is possible.",
    )


@check("CMP003", "section-without-title", at="/study", severity="error")
def without_title(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """A section has no title, so that no association can name it.

    To fix: give the section a short title of its own.
    """
    form = context.template
    for slot, words, of in KINDS.values():
        if isinstance(form, Template) and not form.requires(of, "title"):
            continue
        for n, section in enumerate(study.get(slot, [])):
            if "title" not in section:
                yield Flag(
                    message=f"{words} {n + 1} has no title", at=below("/study", slot, n), value=""
                )


@check("CMP101", "association-differs-in-white-space", at="/study", severity="warning")
def white_space(study: dict[str, Any], rows: Associations) -> Iterator[Flag]:
    """An association names a section by its title but for white space.

    Programs compare titles letter by letter and do not find the section.

    To fix: write the title the same way on both sides, without extra spaces.
    """
    for slot, inexact in rows.inexact.items():
        listed, words, _ = KINDS[slot]
        clean = Counter(map(one_line, titles(study, slot)))
        wrong: dict[str, list[Named]] = {}
        for one in inexact:
            if clean.get(one_line(one.title)) == 1:
                wrong.setdefault(one_line(one.title), []).append(one)
        for title, places in wrong.items():
            changes = tuple(_both_sides(study, rows[slot], listed, title))
            yield Flag(
                message=f"the association names the {words} {places[0].title!r}, whose title"
                f" differs from it in white space only",
                at=changes[0].place,
                count=len(places),
                suggestion=suggest(
                    *changes,
                    safety="safe",
                    why="The titles are the same but for white space; both sides change at once.",
                ),
            )


def told_by_white_space(study: dict[str, Any], rows: Associations) -> frozenset[str]:
    """The places of titles whose white space is told where associations miss them by it."""
    flags = white_space(study, rows)
    proposals = [flag.suggestion for flag in flags if flag.suggestion is not None]
    return frozenset(one.place for proposal in proposals for one in proposal.operations)


def _both_sides(
    study: dict[str, Any], rows: list[Named], listed: str, title: str
) -> Iterator[Operation]:
    """One spelling for a title in its section and in every association that names it."""
    for n, section in enumerate(study.get(listed, [])):
        before = section.get("title", "")
        if one_line(before) == title != before:
            yield replace(below("/study", listed, n, "title"), before, title)
    for one in rows:
        if one_line(one.title) == title != one.title:
            yield replace(one.place, one.title, title)


@check("CMP201", "association-names-nothing", at="/study", severity="error")
def names_nothing(
    study: dict[str, Any], rows: Associations, submission: Submission
) -> Iterator[Flag]:
    """An association names a section by a title that no section of its kind has.

    What was imaged, and how, is then not known for this study component.

    To fix: write the title exactly as the section has it, or give the section the title that the
    association uses.
    """
    for slot, inexact in rows.inexact.items():
        listed, words, _ = KINDS[slot]
        there = titles(study, slot)
        plain = {_same(title) for title in there}
        wrong = [one for one in inexact if _same(one.title) not in plain]
        folded = {title: one_line(title).casefold() for title in there}
        used = {one.title for one in rows[slot]}
        for one in wrong:
            meant = _with_accno(study, one, submission)
            nearest = [] if meant else _nearest(one.title, folded)
            several = len(_titles_within(one.title, there))
            message = (
                f"an association of the study component {_called(one.component)} names the {words}"
                f" {one.title!r}, but no {words} has this title"
            )
            if meant:
                message += f"; it is the accno of the {words} {meant!r}"
            if several:
                message += f"; it holds the titles of {several}"
            elif nearest:
                away = _distance(one.title, nearest[0][0])
                message += f"; the nearest is {nearest[0][0]!r} ({away})"
            elsewhere = _kinds_of(study, one)
            if elsewhere:
                kind = KINDS[elsewhere[0]][1]
                message += f"; it is that of {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
            proposal = _swapped(study, one, elsewhere) or _by_accno(one, meant) or _rows(one, there)
            if proposal is None and not _several(one, there):
                proposal = _either_side(study, one, nearest, used)
            if proposal is None and len(there) == len(study.get(listed, ())):
                proposal = _by_number(one, there)
            proposal = proposal or _no_answer(one)
            if proposal is None and (only := _only(study, one, wrong, elsewhere)) is not None:
                told, proposal = only
                message += f"; {told}"
            yield Flag(message=message, at=one.place, suggestion=proposal)


def _only(
    study: dict[str, Any], one: Named, wrong: list[Named], elsewhere: list[str]
) -> tuple[str, Suggestion | None] | None:
    """What may be meant where one section of the kind alone can be: the one without a title, or the
    only one there is; in words, and as a proposal."""
    listed, words, _ = KINDS[one.slot]
    sections = study.get(listed, ())
    without = [n for n, section in enumerate(sections) if not section.get("title", "").strip()]
    there = titles(study, one.slot)
    if is_placeholder(one.title) or elsewhere or _several(one, there):
        return None
    if len(without) == 1 and len({other.title for other in wrong}) == 1:
        at = below("/study", listed, without[0], "title")
        named = Operation(do="add", place=at, after=one_line(one.title))
        return f"{words} {without[0] + 1} has none", suggest(
            named, why=f"It is the only {words} without a title, and this the only title missing."
        )
    if len(sections) == 1 and not without:
        only = sections[0]["title"]
        why = f"It is the only {words} of the study, and they have a word in common."
        meant = suggest(replace(one.place, one.title, only), why=why)
        return f"the only one is {only!r}", meant if _share_a_word(one.title, only) else None
    return None


_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def _share_a_word(one: str, other: str) -> bool:
    """Whether two titles have a word of four letters or more in common."""
    first, second = (set(_LONG_WORD.findall(title.casefold())) for title in (one, other))
    return bool(first & second)


def _kinds_of(study: dict[str, Any], one: Named) -> list[str]:
    """The other slots whose sections have the title."""
    wanted = one_line(one.title)
    return [
        slot
        for slot in KINDS
        if slot != one.slot and wanted in {one_line(title) for title in titles(study, slot)}
    ]


def _swapped(study: dict[str, Any], one: Named, elsewhere: list[str]) -> Suggestion | None:
    """Two titles of a row, each in the place of the other."""
    row = one.component["associations"][one.at[1]]
    own = {one_line(title) for title in titles(study, one.slot)}
    for slot in elsewhere:
        if slot in row and one_line(row[slot]) in own:
            other = one._replace(slot=slot, title=row[slot])
            return suggest(
                replace(one.place, one.title, other.title),
                replace(other.place, other.title, one.title),
                why="Each of the two is the title of a section of the other's kind.",
            )
    return None


def _with_accno(study: dict[str, Any], one: Named, submission: Submission) -> str | None:
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


def _several(one: Named, there: list[str]) -> bool:
    """Whether several titles stand in one place, of which some are known and some are not."""
    parts = [one_line(part).casefold() for part in re.split(r"[;|\n]", one.title) if part.strip()]
    return len(parts) > 1 and any(one_line(title).casefold() in parts for title in there)


_TITLES_APART = re.compile(r"\s*[;,|\n]\s*|\s+(?:and|&|\+)\s+")


def _titles_within(text: str, there: list[str]) -> list[str]:
    """The titles of sections, two or more and nothing else, that stand in one place; else none."""
    parts = [one_line(part).casefold() for part in _TITLES_APART.split(text) if part.strip()]
    known = {one_line(title).casefold(): title for title in there}
    whole = len(parts) > 1 and len(set(parts)) == len(parts) and all(one in known for one in parts)
    return [known[part] for part in parts] if whole else []


def _rows(one: Named, there: list[str]) -> Suggestion | None:
    """One row for each of several titles that stand in one place."""
    parts = _titles_within(one.title, there)
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


def _by_number(one: Named, there: list[str]) -> Suggestion | None:
    """The section that an association counts (`Biosample-2`) in place of naming it by its title."""
    kind = KINDS[one.slot][1].replace(" ", "[ _-]?")
    found = re.fullmatch(
        rf"(?:{kind}[ _-]*)?#?0*([1-9]\d{{0,2}})", one.title.strip(), re.IGNORECASE
    )
    if found is None or int(found[1]) > len(there) or not there[int(found[1]) - 1]:
        return None
    meant = there[int(found[1]) - 1]
    why = f"{meant!r} is the title of number {found[1]} of its kind."
    return suggest(replace(one.place, one.title, meant), why=why)


def _no_answer(one: Named) -> Suggestion | None:
    """To take out a word such as none or n/a, where an association need not name a section."""
    if one.slot in NEEDED or not is_placeholder(one.title):
        return None
    gone = Operation(do="remove", place=one.place, before=one.title)
    return suggest(gone, why="The value says that there is none.")


def _nearest(title: str, folded: dict[str, str]) -> list[tuple[str, float]]:
    """Titles near to one, best first: one that begins with the other, then by similarity."""
    from rapidfuzz import fuzz, process

    wanted = one_line(title).casefold()
    near = process.extract(wanted, folded, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None)
    similar = {other: score for _, score, other in near}
    found = []
    for other, seen in folded.items():
        begins = seen.startswith(wanted) or wanted.startswith(seen)
        if seen and (begins or other in similar):
            found.append((other, 100.0 if begins else similar[other]))
    return sorted(found, key=lambda near: -near[1])


def _distance(title: str, other: str) -> str:
    from rapidfuzz.distance import Levenshtein

    away = Levenshtein.distance(one_line(title), one_line(other))
    return "1 letter differs" if away == 1 else f"{away} letters differ"


def _either_side(
    study: dict[str, Any],
    one: Named,
    nearest: list[tuple[str, float]],
    used: set[str],
) -> Suggestion | None:
    """To name the nearest section; else to give that section the title used.

    `used` are the titles that the study's associations give in the same slot.
    """
    if not nearest:
        return None
    choices = [(replace(one.place, one.title, title),) for title, _ in nearest[:3]]
    listed = KINDS[one.slot][0]
    closest = nearest[0][0]
    holders = [n for n, s in enumerate(study[listed]) if s.get("title") == closest]
    if closest not in used and len(holders) == 1:
        at = below("/study", listed, holders[0], "title")
        if one.title == visible(closest):
            why = "They differ in characters that nobody sees."
            return suggest(replace(at, closest, one.title), why=why)
        choices.insert(1, (replace(at, closest, one.title),))
    return suggest(
        *choices[0],
        alternatives=choices[1:],
        why=f"The nearest title of its kind is {closest!r}.",
    )


@check("CMP202", "section-title-repeated", at="/study", severity="error")
def title_repeated(study: dict[str, Any]) -> Iterator[Flag]:
    """Two sections of one kind have the same title, so that an association may mean either.

    The same title on sections of different kinds is right.

    To fix: give each section a title of its own, and name it so in the associations.
    """
    for slot, words, _ in KINDS.values():
        first: dict[str, int] = {}
        for n, section in enumerate(study.get(slot, [])):
            title = one_line(section.get("title", ""))
            if title and first.setdefault(title, n) != n:
                yield Flag(
                    message=f"the title {title!r} is also that of {words} {first[title] + 1}",
                    at=below("/study", slot, n, "title"),
                )


@check("CMP203", "section-not-associated", at="/study", severity="hint")
def not_associated(
    study: dict[str, Any], rows: Associations, submission: Submission
) -> Iterator[Flag]:
    """No association names this section, so that nobody knows which images it belongs to.

    It is not told of a section whose title an association has nearly, or whose accno, nor of the
    only one of its kind with which an association has a word in common.

    To fix: name its title in the associations of the study component that it belongs to.
    """
    if not any(rows.values()):
        return
    for slot, (listed, words, _) in KINDS.items():
        exact = {one.title for one in rows[slot]}
        left = [
            (n, section)
            for n, section in enumerate(study.get(listed, []))
            if "title" in section and section["title"] not in exact
        ]
        if not left:
            continue
        used = set(map(_same, exact))
        left = [(n, section) for n, section in left if _same(section["title"]) not in used]
        meant = _meant(study, rows[slot], titles(study, slot), submission)
        meant |= _in_other_place(study, rows, slot)
        for n, section in left:
            if section["title"] not in meant:
                yield Flag(
                    message=f"no association names the {words} {section['title']!r}",
                    at=_missing_row(study, slot, listed) or below("/study", listed, n),
                    value=section["title"],
                )


def _meant(
    study: dict[str, Any], rows: list[Named], there: list[str], submission: Submission
) -> set[str]:
    """The titles that associations mean which name no section as they are written."""
    plain = {_same(title) for title in there}
    folded = {title: one_line(title).casefold() for title in there}
    found: set[str] = set()
    for one in rows:
        if _same(one.title) in plain:
            continue
        if (known := _with_accno(study, one, submission)) is not None:
            found.add(known)
        elif several := _titles_within(one.title, there):
            found.update(several)
        elif nearest := _nearest(one.title, folded):
            found.add(nearest[0][0])
        elif len(study.get(KINDS[one.slot][0], ())) == 1:
            found.update(title for title in there if _share_a_word(one.title, title))
    return found


def _in_other_place(study: dict[str, Any], rows: Associations, slot: str) -> set[str]:
    """The titles of a kind that associations give in the place of another kind's."""
    found = set()
    for other in KINDS:
        own = {one_line(title) for title in titles(study, other)}
        for one in rows[other] if other != slot else ():
            if one_line(one.title) in own:
                continue
            exchanged = _swapped(study, one, _kinds_of(study, one))
            found |= {edit.before for edit in exchanged.operations} if exchanged else set()
    return found


def _missing_row(study: dict[str, Any], slot: str, listed: str) -> str | None:
    """The one association that lacks the one section of a kind."""
    components = study["study_components"]
    rows = [row for component in components for row in component.get("associations", [])]
    if len(study[listed]) != 1 or len(rows) != 1 or slot in rows[0]:
        return None
    n = next(n for n, component in enumerate(components) if component.get("associations"))
    return below("/study/study_components", n, "associations", 0)


def _called(component: dict[str, Any]) -> str:
    return repr(component["name"]) if "name" in component else "without a name"
