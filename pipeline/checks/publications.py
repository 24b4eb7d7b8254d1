"""Publications: their DOI, year, title and authors."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.wording import folded, is_placeholder, quoted
from pipeline.edit import removal
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import (
    ADDRESS,
    BETWEEN_DOIS,
    DOI,
    doi,
    is_doi_address,
    pmcid,
    pmid,
    visible,
)
from pipeline.select import get, parent
from pipeline.submission import Metadata

OWN = re.compile(r"10\.6019/S-[A-Z][A-Z-]*\d+", re.IGNORECASE)
"""DOIs that the archive registers for its studies (BioStudies DoiService)."""

_PREPRINT = re.compile(
    r"10\.(?:1101|64898)/20\d\d\.\d\d\.\d\d\.\d+|10\.1101/\d{6}|10\.21203/rs\.|10\.48550/arxiv\.|"
    r"10\.20944/preprints|10\.26434/chemrxiv|10\.312(?:19|34)/osf\.io|10\.22541/au\.",
    re.IGNORECASE,
)
"""DOIs of bioRxiv, medRxiv, Research Square, arXiv, Preprints.org, ChemRxiv, OSF, Authorea."""

_PAGE = re.compile(r"\s*(?:https?://|www\.)\S+\s*", re.IGNORECASE)
_FIRST_LOST = re.compile(r"\s*(?:\S*doi\.org/|doi:\s*)?0\.\d{4,9}/\S+\s*", re.IGNORECASE)
_YEAR_IN_DOI = (
    (re.compile(r"(?:^|[./-])((?:19|20)\d\d)[./-]"), -1, 1),
    (re.compile(r"^s\d{5}-0(\d\d)-"), -1, 1),
    (re.compile(r"\.(20\d\d)(?:0[1-9]|1[0-2])\d{3}$"), 0, 3),
)
"""Where a DOI names a year, and how many years before and after it the paper may come out.

Plain years; Springer Nature (`s41598-024-…`: accepted 2024); manuscript numbers of Rockefeller and
EMBO journals (`jcb.202207048`: sent in July 2022)."""

DOIS = "/study/publications/*/doi"
NAMES = {
    "pmc_id": "PubMed Central ID",
    "pubmed_id": "PubMed ID",
    "doi": "DOI",
    "title": "title",
}
"""What the identifiers of a publication, and what may stand in their place, are called."""


@check("PUB001", "publication-missing", at="/study", severity="hint")
def missing(study: dict[str, Any]) -> Iterator[Flag]:
    """The study names no publication; one can be added later.

    To fix: add the paper or preprint with its DOI when there is one.
    """
    if not study.get("publications"):
        yield Flag(message="the study names no publication")


@check("PUB002", "publication-title-missing", at="/study/publications/*", severity="hint")
def title_missing(publication: dict[str, Any]) -> Iterator[Flag]:
    """A publication has no title, so readers see only a number.

    To fix: add the title of the paper.
    """
    if publication and not str(publication.get("title", "")).strip():
        yield Flag(message=f"the publication {_known(publication)} has no title")


@check("PUB003", "publication-doi-missing", at="/study/publications/*", severity="hint")
def doi_missing(publication: dict[str, Any]) -> Iterator[Flag]:
    """A publication has no DOI, so programs cannot link the paper to its data.

    To fix: add the DOI; Crossref's search finds it by the title.
    """
    linked = any(doi(str(one.get("url", ""))) for one in publication.get("links", ()))
    if publication and not linked and not str(publication.get("doi", "")).strip():
        yield Flag(message=f"the publication {_known(publication)} has no DOI")


@check("PUB004", "publication-authors-missing", at="/study/publications/*", severity="hint")
def authors_missing(publication: dict[str, Any]) -> Iterator[Flag]:
    """A publication names no authors, so readers must look them up.

    To fix: add the authors as the paper gives them.
    """
    if publication and not str(publication.get("authors", "")).strip():
        yield Flag(message=f"the publication {_known(publication)} has no authors")


@check("PUB005", "publication-year-missing", at="/study/publications/*", severity="hint")
def year_missing(publication: dict[str, Any]) -> Iterator[Flag]:
    """A publication has no year, so citations of it are incomplete.

    To fix: add the year in which the paper came out, when it has.
    """
    if publication and not str(publication.get("year", "")).strip():
        yield Flag(message=f"the publication {_known(publication)} has no year")


def _known(publication: dict[str, Any]) -> str:
    keys = ("title", "doi", "pubmed_id", "pmc_id")
    return next((quoted(publication[key]) for key in keys if publication.get(key)), "given")


_UNFINISHED_DOI = re.compile(r"10\.\d{4,9}/\S*(?:(?<![A-Za-z])X{3,}|(?<![A-Za-z])x{4,})[.\s]*\Z")
"""A DOI with letters in place of the digits that are not known yet."""
_LONGEST = 500
"""Characters of a DOI; far more than any has."""
_IN_PRESS = re.compile(
    r"\W*(?:to be )?(?:accepted|currently|forthcoming|in press|in prep\w*|in revision|submitted"
    r"|under (?:review|revision))\b(?!.*10\.\d{4})",
    re.IGNORECASE | re.DOTALL,
)
"""What authors say of a paper that has no DOI yet, such as where it was submitted."""
_BLANK_DOI = re.compile(
    r"\s*(?:https?://)?(?:(?:dx\.)?doi\.org/?)?\s*(?:doi:?\s*)?"
    r"(?:10\.)?(?:(?=.*(?:x{3}|\?{3}|#{3}|_{3}|\.{3}))[\dx?#_./-]+)?\s*",
    re.IGNORECASE,
)
"""The resolver alone, or signs for digits to come."""


@check("PUB107", "publication-doi-placeholder", at=DOIS, severity="warning")
def doi_placeholder(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The DOI of a publication is a word that stands in for one, or ends with XXX for digits.

    To fix: give the DOI, or leave the field empty until there is one.
    """
    unfinished = _UNFINISHED_DOI.search(value[-_LONGEST:]) is not None
    unfinished = unfinished or (doi(value) is None and _IN_PRESS.match(value) is not None)
    if unfinished or is_placeholder(value) or _BLANK_DOI.fullmatch(value):
        yield Flag(
            message=f"{quoted(value)} is no DOI but a placeholder",
            suggestion=suggest(removal(metadata, place), why="The value says nothing."),
        )


@check(
    "PUB101", "publication-doi-as-address", at=DOIS, severity="hint", requires=["PUB103", "PUB107"]
)
def doi_as_address(value: str) -> Iterator[Flag]:
    """The DOI of a publication is given as the resolver's address, which is valid.

    To fix: nothing; the archive stores the DOI alone.
    """
    if is_doi_address(value.strip()):
        yield Flag(message=f"the DOI {doi(value)} is given as an address")


@check(
    "PUB102",
    "publication-doi-with-text-around",
    at=DOIS,
    severity="warning",
    requires=["PUB101", "PUB103", "PUB107"],
)
def doi_with_text(value: str) -> Iterator[Flag]:
    """The DOI of a publication has the word doi, or white space, before it or within its address.

    The archive and its programs compare DOIs exactly; the address leads nowhere.

    To fix: give the bare DOI, as in 10.1234/example.
    """
    bare = doi(visible(value))
    if bare is not None and bare != value.strip():
        yield Flag(message=f"the DOI {bare} is written as {quoted(value)}")


@check(
    "PUB103",
    "publication-doi-with-punctuation",
    at=DOIS,
    severity="warning",
    requires=["PUB107"],
)
def doi_with_punctuation(value: str, place: Place) -> Iterator[Flag]:
    """The DOI of a publication ends with punctuation, most likely that of a sentence.

    To fix: take the punctuation away if the DOI resolves without it.
    """
    bare = doi(visible(value))
    if bare is None or _ENTITY.search(bare):
        return
    lone = any(bare.endswith(e) and bare.count(e) > bare.count(s) for s, e in _BRACKETS)
    tagged = _TAG_BEHIND.search(bare)
    if (
        lone
        or tagged
        or bare.endswith(("/", ".", ",", ";", ":", "?", '"', "'", "’", "”", "“", "»"))
    ):
        clean = bare[: tagged.start()] if tagged else bare.rstrip("/") if bare[-1] == "/" else ""
        yield Flag(
            message=f"the DOI {quoted(bare)} ends with {'markup' if tagged else 'punctuation'}",
            suggestion=suggest(replace(place, value, clean), why="It is no part of a DOI.")
            if DOI.fullmatch(clean)
            else None,
        )


_ENTITY = re.compile(r"&(?:amp;)*(?:lt|gt|amp);")
"""A sign as web pages write it."""
_TAG_BEHIND = re.compile(r"</?[A-Za-z]+[^<>]*>?$")
_BRACKETS = (("(", ")"), ("[", "]"), ("<", ">"))


@check("PUB104", "publication-doi-first-digit-lost", at=DOIS, severity="warning")
def doi_first_digit(value: str) -> Iterator[Flag]:
    """The DOI of a publication starts with 0. where every DOI starts with 10.

    To fix: put the 1 before it.
    """
    if _FIRST_LOST.fullmatch(visible(value)):
        yield Flag(message=f"{quoted(value)} lacks the first digit of a DOI")


@check("PUB105", "publication-doi-is-a-page", at=DOIS, severity="warning", requires=["PUB107"])
def doi_is_page(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The address of a web page stands in the place of a publication's DOI.

    Pages move, DOIs do not. Where the address tells the DOI, it is proposed.

    To fix: copy the DOI from the page.
    """
    text = visible(value)
    if not _PAGE.fullmatch(text) or doi(text) is not None or _FIRST_LOST.fullmatch(text):
        return
    if BETWEEN_DOIS.search(text):
        return
    resolved = _by_resolver(value, place)
    page = "is the address of a page, not a DOI"
    told = "is not how the address of a DOI is written" if resolved else page
    yield Flag(
        message=f"{quoted(value)} {told}",
        suggestion=_moved(text.strip(), value, place, metadata) or resolved,
    )


_RESOLVER = re.compile(
    r"\s*(?:(?:https?:/{0,2})?(?:www\.|dx\.)*doi\.org[.:/]+)+"
    r"(?P<doi>10\.\d{4,9}/[^\s?#]*[^\s?#.,;:])(?:[?#]\S*)?\s*",
    re.IGNORECASE,
)
"""A DOI behind a resolver's address that is doubled, mistyped in its signs, or has a query."""


def _by_resolver(value: str, place: str) -> Suggestion | None:
    """The DOI behind a resolver's address that leads nowhere as it is written."""
    found = _RESOLVER.fullmatch(visible(value))
    bare = doi(found["doi"]) if found else None
    why = "The DOI stands behind the resolver's address."
    return suggest(replace(place, value, bare), why=why) if bare else None


def _moved(text: str, value: str, place: str, metadata: Metadata) -> Suggestion | None:
    """An id of PubMed or PubMed Central in the place of a DOI, put where it belongs."""
    slot, moved = "pmc_id", pmcid(text)
    if moved is None and (not text.isdecimal() or len(text) in (7, 8)):
        slot, moved = "pubmed_id", pmid(text)
    if moved is None or get(metadata, below(parent(place), slot)) is not None:
        return None
    return suggest(
        Operation(do="add", place=below(parent(place), slot), after=moved),
        Operation(do="remove", place=place, before=value),
        why=f"The value is a {NAMES[slot]}.",
    )


@check(
    "PUB106",
    "publication-doi-form-wrong",
    at=DOIS,
    severity="warning",
    requires=["PUB104", "PUB105", "PUB107"],
)
def doi_form(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The DOI of a publication has not the form of one: 10., a number, a slash, and more.

    To fix: copy the DOI from the paper's page.
    """
    bare = doi(visible(value))
    if value.strip() and bare is None:
        moved = _moved(visible(value).strip(), value, place, metadata)
        if moved is None and (meant := _meant_doi(value)) is not None:
            why = "Every DOI is 10., digits, a slash, and the rest."
            moved = suggest(replace(place, value, meant), why=why)
        apart = BETWEEN_DOIS.sub(" ", value)
        several = list(dict.fromkeys(map(_unpunctuated, _WITHIN.findall(apart))))
        alone = value.count("10.") == 1 and _ALONE.search(value) is not None
        if moved is None and len(several) == 1 and alone:
            why = "It is the only DOI in the text."
            moved = suggest(replace(place, value, several[0]), why=why)
        if moved is None and len(several) > 1:
            choices = [(replace(place, value, one),) for one in several]
            why = "A publication has one DOI; each of these may be it."
            moved = suggest(*choices[0], alternatives=choices[1:], why=why)
            told = f"{quoted(value)} holds {len(several)} DOIs; a publication has one"
            yield Flag(message=told, suggestion=moved)
            return
        yield Flag(message=f"{quoted(value)} is no DOI", suggestion=moved)
    elif bare is not None and (whole := _VERSIONED.fullmatch(bare)) and whole[1] != bare:
        yield Flag(
            message=f"the DOI {quoted(bare)} ends with the version or file of a page of a preprint",
            suggestion=suggest(replace(place, value, whole[1]), why="The DOI is of all versions."),
        )
    elif bare is not None and _ENTITY.search(bare):
        plain = unescape(unescape(bare))
        why = "A web page writes these signs so."
        yield Flag(
            message=f"the DOI {quoted(bare)} is written as web pages write {quoted(plain)}",
            suggestion=suggest(replace(place, value, plain), why=why),
        )
    elif bare is not None and _TYPESET.search(bare):
        typed = unicodedata.normalize("NFKC", bare.translate(_TYPED))
        why = "A text program or a PDF put another character for it."
        yield Flag(
            message=f"the DOI {quoted(bare)} holds a character that DOIs are not made of",
            suggestion=suggest(replace(place, value, typed), why=why) if typed.isascii() else None,
        )


_WITHIN = re.compile(r"""(?<![\d.])10\.\d{4,9}/[^\s"'<>|\u2018-\u201e]+""")
_ALONE = re.compile(
    _WITHIN.pattern + r"""["'\u2018-\u201e)>\].,;:|\s]*(?:[(\[][^()\[\]]*[)\]]\s*)?\Z"""
)
"""A DOI behind which nothing stands that may be its end: marks, and a remark in brackets."""
_VERSIONED = re.compile(
    r"(10\.1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8})(?:v\d{1,2})?(?:\.(?:abstract|article|full)\S*)?",
    re.IGNORECASE,
)
"""DOIs of bioRxiv and medRxiv, whose pages add a version."""


def _unpunctuated(text: str) -> str:
    """A DOI without what the sentence around it put behind; brackets in pairs are its own."""
    text = text.rstrip(".,;:")
    lone = text.endswith((")", "]")) and text.count("(") < text.count(")")
    return text[:-1].rstrip(".,;:") if lone else text


def _meant_doi(value: str) -> str | None:
    """The DOI that a value is with full-width signs, a comma or a backslash set right."""
    text = unicodedata.normalize("NFKC", visible(value)).strip()
    text = re.sub(r"^1[oO](?=\.\d{4})", "10", text)
    text = re.sub(r"^(10\.\d{4,9})\s+(?=[^\s/]+$)", r"\1/", text)
    return doi(re.sub(r"^(.{0,20}?\b10)\s?[.,]\s?(\d{4,9})\s?[/\\|]\s?", r"\1.\2/", text))


_TYPED = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-") | {0x3002: "."}
_TYPESET = re.compile("[\u2010-\u2014\u2212\u3002\uff01-\uff5e]")
"""Dashes and full-width signs; other letters beyond ASCII stand in a few true DOIs."""


@check(
    "PUB202", "publication-doi-is-the-study-itself", at="/study/publications/*", severity="warning"
)
def doi_of_study(publication: dict[str, Any], place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The study's own DOI is given as that of a publication.

    To fix: give the DOI of the paper; the study's own belongs to the submission.
    """
    bare = doi(visible(str(publication.get("doi", ""))))
    own = doi(str(metadata.get("doi", "")))
    mine = f"10.6019/{metadata.get('accession', '')}"
    if bare is None or not OWN.fullmatch(bare):
        return
    if bare.casefold() not in {str(own).casefold(), mine.casefold()}:
        return
    edits = [removal(metadata, below(place, "doi"))]
    if own is None:
        edits.append(Operation(do="add", place="/doi", after=bare))
    yield Flag(
        message=f"{bare} is the DOI of the study itself",
        at=below(place, "doi"),
        suggestion=suggest(*edits, why="The DOI is that of these data."),
    )


@check("PUB203", "publication-is-a-preprint", at=DOIS, severity="hint")
def is_preprint(value: str) -> Iterator[Flag]:
    """The publication is a preprint; an article may follow.

    To fix: nothing now; add the article when it is out.
    """
    bare = doi(visible(value))
    if bare is not None and _PREPRINT.match(bare):
        yield Flag(message=f"{bare} is a preprint")


@check("PUB201", "publication-year-and-doi-disagree", at="/study/publications/*", severity="hint")
def year_and_doi(publication: dict[str, Any], place: Place) -> Iterator[Flag]:
    """The year of a publication and the year within its DOI are far apart.

    One year of difference is common between the online and the printed version.

    To fix: look the year up on the paper's page.
    """
    bare = doi(visible(str(publication.get("doi", ""))))
    year = str(publication.get("year", "")).strip()
    if bare is None or not re.fullmatch(r"\d{4}", year, re.ASCII):
        return
    for form, before, after in _YEAR_IN_DOI:
        found = form.search(bare.partition("/")[2])
        if found is None:
            continue
        told = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
        if not told + before <= int(year) <= told + after:
            yield Flag(
                message=f"the year is {year}, the DOI {bare} says {told}", at=below(place, "year")
            )
        return


@check("PUB112", "publication-year-form-wrong", at="/study/publications/*/year", severity="warning")
def year_form(value: str, place: Place, day: dt.date, metadata: Metadata) -> Iterator[Flag]:
    """The year of a publication is not a number of four digits, or one that lies ahead.

    To fix: give the year as in 2026, or leave it out until the paper is published.
    """
    if re.fullmatch(r"\s*(?:19|20)\d\d\s*", value, re.ASCII):
        if not _OLDEST <= int(value) <= day.year + 1:
            message = f"{quoted(value)} is not likely the year of a publication with images"
            yield Flag(message=message, severity="hint")
        return
    if value.strip():
        years = {*re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", value.replace("O", "0"))}
        lone = years.pop() if len(years) == 1 and len(value) < 40 else None
        proposal = None
        if lone:
            proposal = suggest(replace(place, value, lone), why="It is the only year in it.")
        elif is_placeholder(value):
            proposal = suggest(removal(metadata, place), why="The value says nothing.")
        yield Flag(message=f"{quoted(value)} is no year", suggestion=proposal)


_OLDEST = 1950


@check(
    "PUB113",
    "publication-text-is-an-identifier",
    at="/study/publications/*",
    severity="warning",
)
def text_is_identifier(
    publication: dict[str, Any], place: Place, metadata: Metadata
) -> Iterator[Flag]:
    """An identifier or an address stands as the title or the authors of a publication.

    Readers of the citation see a number in place of the words. Or the title stands as the authors.

    To fix: give the title and the authors as the paper has them, and the identifier in its field.
    """
    for slot in ("title", "authors"):
        value = str(publication.get(slot, ""))
        text = visible(value).strip()
        if len(text) > 300 or not _DIGIT.search(text):
            continue
        bare, page = doi(text), ADDRESS.fullmatch(text)
        if not (bare or page or pmcid(text) or (len(text) > _YEAR and pmid(text))):
            continue
        at = below(place, slot)
        edits: list[Operation] = []
        if bare and not publication.get("doi"):
            edits = [Operation(do="add", place=below(place, "doi"), after=bare)]
        what = "DOI"
        for home, known in (("pmc_id", pmcid(text)), ("pubmed_id", pmid(text))):
            if not bare and not edits and known and not publication.get(home):
                edits, what = (
                    [Operation(do="add", place=below(place, home), after=known)],
                    NAMES[home],
                )
                break
        if edits or (bare and doi(str(publication["doi"])) == bare):
            edits.append(removal(metadata, at))
        yield Flag(
            message=f"{quoted(value)} stands as the {slot} of a publication",
            at=at,
            suggestion=suggest(*edits, why=f"The value is a {what}.") if edits else None,
        )
    title, authors = (str(publication.get(slot, "")) for slot in ("title", "authors"))
    told = len(title.split()) > 3 and not is_placeholder(title)
    if told and folded(title) == folded(authors):
        message = f"the title of a publication stands as its authors: {quoted(authors)}"
        yield Flag(message=message, at=below(place, "authors"))


_DIGIT = re.compile(r"\d")
_YEAR = 5
"""Digits up to which a number may be a title (1984)."""


@check("PUB204", "publication-identifier-repeated", at="/study", severity="warning")
def repeated(study: dict[str, Any], place: Place) -> Iterator[Flag]:
    """Two publications of the study with different titles carry the same DOI or PubMed ID.

    An identifier names one paper, so one of the two is a slip of copying. The same publication
    twice is a hint.

    To fix: look both papers up, and give each its own identifier.
    """
    reads: dict[str, Callable[[str], str | None]] = {
        "doi": doi,
        "pubmed_id": pmid,
        "pmc_id": pmcid,
    }
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for number, publication in enumerate(study.get("publications", ())):
        title = folded(str(publication.get("title", "")))
        told: set[str] = set()
        for slot, read in reads.items():
            known = read(visible(str(publication.get(slot, ""))))
            if known is None or is_placeholder(str(publication[slot])):
                continue
            other, named = first.setdefault((slot, known.casefold()), (number, title))
            if other != number and title == named and slot not in told:
                earlier = study["publications"][other]
                told.update(reads)
                yield Flag(
                    message=f"the publication {number + 1} is the publication {other + 1} again",
                    at=below(place, "publications", number),
                    severity="hint",
                    suggestion=suggest(
                        Operation(
                            do="remove",
                            place=below(place, "publications", number),
                            before=publication,
                        ),
                        why="It says nothing that the other does not say.",
                    )
                    if publication.items() <= earlier.items()
                    else None,
                )
            if other != number and title and named and title != named:
                yield Flag(
                    message=f"{quoted(publication[slot])} is also the {NAMES[slot]} of the"
                    f" publication {other + 1}, whose title differs",
                    at=below(place, "publications", number, slot),
                )
