"""Values that stand in the wrong field: ids within names, addresses in place of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.acquisitions import METHOD, label
from pipeline.checks.organism_names import ORGANISM, reading
from pipeline.checks.wording import STANDS_IN, is_placeholder, quoted
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import INVISIBLE, email, orcid, taxon, visible
from pipeline.registries import Organism, Registries
from pipeline.submission import Submission

_TAXON_WITHIN = re.compile(
    r"(?P<name>.*?)[\s,;:(\[]*(?P<id>(?:(?:https?://)?purl\.obolibrary\.org/obo/)?"
    r"(?:NCBI[ _:]*)?(?:Tax(?:on(?:omy)?)?(?:[ _:]*ID)?|txid)[ _:=]*\d{2,10}"
    r"|https?://www\.(?:ncbi\.nlm\.nih\.gov|uniprot\.org)/taxonomy/\S*?\d{2,10})"
    r"(?:\s*\((?P<behind>[^()]*)\)|\s*[)\]]?)\s*",
    re.IGNORECASE,
)
_DIGITS_BEHIND = re.compile(r"(?P<name>.*?)[\s,;:(\[]*\b(?P<id>\d{2,10})\s*[)\]]?\s*")


@check("BIO107", "taxon-id-in-organism-name", at=ORGANISM, severity="warning")
def taxon_in_name(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The id of a taxon stands in the place of an organism's name, or behind the name.

    A search by the name of the species does not find it.

    To fix: give the scientific name, and the id in the field for it.
    """
    given = str(organism.get("scientific_name", ""))
    if len(given) > 200 or not any(letter.isdigit() for letter in given):
        return
    if registries.organisms(" ".join(given.split())):
        return
    found = _TAXON_WITHIN.fullmatch(given)
    bare = None if found else _DIGITS_BEHIND.fullmatch(given)
    within = found or bare
    digits = taxon(within["id"]) if within else None
    known = registries.taxon(digits) if digits else None
    number = given.strip().isdecimal()
    if within is None or (bare and known is None and not number):
        return
    name = within["name"].strip() or (within.groupdict().get("behind") or "").strip()
    named = reading({"scientific_name": name}, registries) if name else None
    agrees = known is not None and (named is None or _is(known, named.found))
    if bare and name and not agrees:
        return
    says = f"; {digits} is {known.scientific_name}" if known else ""
    holds = "is a number, not a name" if number and not known else f"holds a taxon id{says}"
    yield Flag(
        message=f"the organism {quoted(given)} {holds}",
        at=below(place, "scientific_name"),
        suggestion=_taxon_apart(organism, place, name, known, registries)
        if known and agrees
        else None,
    )


def _is(known: Organism, found: tuple[tuple[Organism, str], ...]) -> bool:
    return known.taxon_id in {one.taxon_id for one, _ in found}


def _is_scientific(name: str, registries: Registries) -> bool:
    kinds = {kind for _, kind in registries.organisms(name)} if name else set()
    return bool(kinds & {"scientific", "synonym", "label"})


def _taxon_apart(
    organism: dict[str, Any], place: str, name: str, known: Organism, registries: Registries
) -> Suggestion:
    operations = [
        replace(
            below(place, "scientific_name"),
            organism["scientific_name"],
            name if _is_scientific(name, registries) else known.scientific_name,
        )
    ]
    if not organism.get("taxon_id"):
        operations.append(Operation(do="set", place=below(place, "taxon_id"), after=known.curie))
    if name and "common_name" not in organism and not _is_scientific(name, registries):
        kept = Operation(do="add", place=below(place, "common_name"), after=name)
        operations.append(kept)
    return suggest(*operations, why=f"{known.curie} is {known.scientific_name} in NCBI Taxonomy.")


@check("BIO203", "organism-and-common-name-disagree", at=ORGANISM, severity="warning")
def common_name(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The common name beside an organism is that of another species.

    One of them is a slip, and readers take the images for those of the wrong animal or plant.

    To fix: correct the one that is wrong.
    """
    read = reading(organism, registries)
    known = read.only
    stated = str(organism.get("common_name", "")) or read.bracket
    word = " ".join(stated.casefold().split())
    if known is None or "scientific" not in read.kinds or not word or not known.common_names:
        return
    other = [one for one, kind in registries.organisms(word) if kind == "common"]
    if not other or any(one.taxon_id == known.taxon_id for one in other):
        return
    own = {part for name in known.common_names for part in name.casefold().split()}
    genus = known.scientific_name.split()[0]
    if own & set(word.split()) or any(one.scientific_name.split()[0] == genus for one in other):
        return
    meant = other[0].scientific_name
    yield Flag(
        message=f"{quoted(stated)} is the common name of {meant}, and the organism named is"
        f" {known.scientific_name}",
        at=below(place, "scientific_name"),
    )


_FBBI = re.compile(r"[(\[]?\b(?:https?://\S*/)?FBbi[:_]\d{8}\b[)\]]?", re.IGNORECASE)


@check("ACQ106", "imaging-method-id-in-name", at=METHOD, severity="warning")
def method_id_in_name(
    method: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """The FBbi id of an imaging method stands in its name.

    A search by the name of the method does not find it.

    To fix: give the name, and the id in the field for it.
    """
    name = str(method.get("name", ""))
    found = _FBBI.findall(name) if "fbbi" in name.casefold() else []
    if len(found) != 1:
        return
    known = registries.imaging_method_by_id(found[0].strip("()[]"))
    rest = " ".join(_FBBI.sub(" ", name).split()).strip(" ,;:-")
    proposal = None
    if known is not None and rest.casefold() in ("", known.label.casefold()):
        operations = [replace(below(place, "name"), method["name"], known.label)]
        if not method.get("term_id"):
            term = Operation(do="set", place=below(place, "term_id"), after=known.term_id)
            operations.append(term)
        proposal = suggest(*operations, why=f"{known.term_id} is {known.label!r} of FBbi.")
    says = f"; {known.term_id} is {known.label!r}" if known else ""
    yield Flag(
        message=f"the imaging method {quoted(label(method))} holds an id{says}",
        at=below(place, "name"),
        suggestion=proposal,
    )


_SURNAMES = ("no", "null", "nil", "nan", "none")
"""Words for nothing that people are called by, too."""


@check("AUT202", "author-listed-twice", at="/study/authors", severity="hint")
def listed_twice(
    authors: list[dict[str, Any]], place: Place, submission: Submission
) -> Iterator[Flag]:
    """Two authors of the study have the same name, so that one person may be listed twice.

    Or the name of one is a shorter form of the other's, and their address the same. Namesakes
    exist; ORCID iDs that differ say that they are two. EMPIAR names a person in each of their
    parts.

    To fix: leave one of the entries, or tell the two apart by their ORCID iDs.
    """
    first: dict[str, dict[str, Any]] = {}
    addressed: dict[str, dict[str, Any]] = {}
    for number, author in enumerate(() if submission.held_elsewhere else authors):
        name = _without_accents(visible(str(author.get("name", ""))))
        if name.count(",") == 1:
            name = " ".join(part.strip() for part in reversed(name.split(",")))
        if len(name) < 5:
            continue
        other = first.setdefault(name, author)
        if (address := str(author.get("email", "")).strip().casefold()) and other is author:
            same = addressed.setdefault(address, author)
            short = _without_accents(visible(str(same.get("name", ""))))
            other = same if _initials_of(name, short) or _initials_of(short, name) else author
        if other is author or is_placeholder(name):
            continue
        ids = {orcid(str(one.get("orcid", ""))) for one in (author, other)} - {None}
        if len(ids) < 2:
            message = f"{quoted(author['name'])} stands twice among the authors"
            if (
                visible(other["name"]).casefold().split()
                != visible(author["name"]).casefold().split()
            ):
                message += f", once as {quoted(other['name'])}"
            yield Flag(message=message, at=below(place, number, "name"))


def _initials_of(name: str, other: str) -> bool:
    """Whether a name is another's with the given names cut to initials."""
    (*given, family), (*full, last) = ([*re.split(r"[\s.]+", one.strip())] for one in (name, other))
    given, full = [one for one in given if one], [one for one in full if one]
    if family != last or not given or len(given) > len(full) or given == full:
        return False
    return all(
        len(one) == 1 and whole.startswith(one) for one, whole in zip(given, full, strict=False)
    )


_VIETNAMESE = re.compile("[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
"""Letters of names in which an accent makes another name."""


def _without_accents(name: str) -> str:
    """A name in small letters without accents, in which people type it."""
    whole = name.isascii() or _VIETNAMESE.search(name)
    apart = name if whole else unicodedata.normalize("NFD", name)
    letters = (one for one in apart if not unicodedata.combining(one))
    return " ".join("".join(letters).casefold().split())


_STAND_IN = re.compile(
    r"(?:(?:first|given|last|family|full|middle|sur|fore)[ -]?name\W*)+|first last|name surname"
    r"|author(?:'s)?(?: ?\d+| name)?|(?:corresponding|first|last|senior|lead|co)[ -]?authors?"
    r"|(?:and )?(?:et al|others|colleagues)\.?|j(?:ohn|ane) (?:doe|smith doe)|test(?:er)?"
    r"(?: (?:test|user|author|name|person))?|user ?\d*|(?:dr|prof|professor|mr|mrs|ms)\.?"
    r"|anonymous|submitter|contact person|principal investigator|various(?: authors)?"
    r"|N\. ?N\.?|P\.?I\.?",
    re.IGNORECASE,
)
"""Words of a form, or of a citation, where a person's name belongs."""

_TITLE = (
    r"(?:(?:Assoc(?:iate)?|Ass(?:is)?t(?:ant)?|Univ|apl|em(?:eritus)?)\.?[ -])?"
    r"Prof(?:essor)?|Dr|PD|Dipl|Ing|Mr|Mrs|Ms|Miss|Sir|Priv\.-Doz|(?:RN|MU|MV|Ph|Paed)Dr|Mgr|Dott"
    r"|(?:Doc|Dra|Drs|Ir|Bc|lek|inż|hab)(?=\.)"
)
_TITLE_BEHIND = r"Ph\.?\s?D\.?|M\.?D\.?|M\.?Sc\.?|B\.?Sc\.?|Dr\.?|MBBS"
_TITLES = re.compile(
    rf"^(?:(?:{_TITLE})\.?"
    r"(?:[ .-]{0,2}(?:med|rer|nat|phil|Ing|Biol|Chem|Phys|Inform|vet|dent|habil|mult|sc"
    r"|h\.? ?c)\b\.?)*"
    rf"\s+)+(?=\S)|,?\s+(?:{_TITLE_BEHIND})$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:[*†‡§#¶]+|(?<=[^\W\d_])\s?[\d,¹²³⁴⁵⁶⁷⁸⁹⁰]+[*†‡]*|,?\s(?:et al|and others)\.?"
    r"|\([^()]*\)?)$"
)
_INSIDE = re.compile(r"(?<=[^\W\d_]{3})\d{1,2}(?= [^\W\d_])")
"""A footnote mark behind one of several names of a person."""
_ID_BEHIND = re.compile(
    r"[\s,;(<\[]+(?:e-?mail:?\s*|orcid(?: id)?:?\s*|https?://orcid\.org/)?"
    r"(?:[\w.+-]+@[\w.-]+\.\w+|\d{4}-\d{4}-\d{4}-\d{3}[\dXx])[>)\]]*$",
    re.IGNORECASE,
)
"""An address or an ORCID iD behind a name."""
_WITHIN = re.compile(r"[\w.+-]@[\w-]+\.[\w.-]*\w\b[>)\],;]*\s+[^\W\d_]")
"""An address before the rest of a name."""
_REMARK = re.compile(
    r"\((?:corresponding|equal|contact|first|last|lead|deceased|presenting)\b", re.I
)


_LETTER = re.compile(r"[^\W\d_]")
_SIGN = re.compile("[@0-9]")
"""What no name has, and every address and id."""


@check(
    "AUT115",
    "author-name-is-no-name",
    at="/study/authors/*/name",
    severity="warning",
    glance=rf"{STANDS_IN.pattern}|[@0-9{INVISIBLE}]|^\P{{L}}*$|(?i)^\s*(?:{_STAND_IN.pattern})\s*$",
)
def no_name(name: str) -> Iterator[Flag]:
    """An e-mail address, an ORCID iD or a placeholder stands in the place of an author's name.

    The author would be cited by it.

    To fix: give the name as the author writes it.
    """
    text = visible(name).strip()
    for slot, read in (("email", email), ("orcid", orcid)) if _SIGN.search(text) else ():
        value = read(text)
        if value is not None:
            what = "an e-mail address" if slot == "email" else "an ORCID iD"
            yield Flag(message=f"{what} stands as the author's name: {quoted(name)}")
            return
    stands_in = is_placeholder(text) or _STAND_IN.fullmatch(text) or not _LETTER.search(text)
    if stands_in and text and text.casefold() not in _SURNAMES:
        tried = text.casefold().startswith("test")
        yield Flag(
            message=f"{quoted(name)} is no name but a placeholder",
            severity="hint" if tried else None,
        )


@check(
    "AUT116",
    "author-name-with-remarks",
    at="/study/authors/*/name",
    severity="hint",
    glance=r"(?i)[@\p{Nd}¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§#¶(]|et al|and others"
    rf"|^\s*(?:{_TITLE.replace('(?=', '(?:')})|\s(?:{_TITLE_BEHIND})",
)
def with_remarks(name: str, place: Place) -> Iterator[Flag]:
    """A title, a footnote mark or a remark stands beside an author's name.

    It would stand in every citation.

    To fix: give the name alone.
    """
    if len(name) > 200:
        return
    text = _ID_BEHIND.sub("", name.strip()) if _SIGN.search(name) else name
    more = f"more than a name stands in {quoted(name)}"
    if "@" in text:
        if _WITHIN.search(text):
            yield Flag(message=more)
        return
    bare = _TITLES.sub("", _TITLES.sub("", text.strip()))
    behind = _BEHIND.search(bare)
    if behind and (not behind[0].strip().startswith("(") or _REMARK.search(behind[0])):
        bare = bare[: behind.start()]
    bare = _INSIDE.sub("", bare).strip(" ,")
    if bare != name.strip().strip(" ,") and len(bare.split()) > 1:
        why = "Titles, footnote marks and remarks are no part of a name."
        yield Flag(message=more, suggestion=suggest(replace(place, name, bare), why=why))
    elif "@" in name and len(text) < len(name.strip()):
        yield Flag(message=more)
