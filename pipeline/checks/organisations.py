"""Affiliations of authors and the organisations they name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Place, Skipped, below, check, suggest
from pipeline.checks.organisation_names import named, within
from pipeline.checks.persons import parts_of
from pipeline.checks.wording import asked, author_called, is_placeholder, quoted, shortens
from pipeline.edit import removal
from pipeline.findings import Operation
from pipeline.identifiers import ADDRESS, email, ror, ror_form, visible
from pipeline.registries import Registries
from pipeline.select import parent
from pipeline.submission import EMPIAR, Metadata, Submission

LONG = 90
"""Names of organisations over this many characters are postal addresses (34 real studies)."""

_POSTAL = re.compile(
    r"\b[A-Z]{0,3}-?\d{4,6}\b|\b\d{1,5}\s+\w+\s+(?:st|street|ave|avenue|road|rd|drive|lane)\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\w(?:str|strasse|straße|gasse)\.? ?\d+",
    re.IGNORECASE,
)
_NEAR = 0.75


@check("AFF001", "author-without-affiliation", at="/study/authors/*", severity="error")
def without_affiliation(
    author: dict[str, Any], place: Place, metadata: Metadata, context: Context
) -> Iterator[Flag]:
    """An author has no affiliation; the archive cannot register a DOI without one.

    It is a warning where the document's own form, or a document that is no PageTab, asks for none,
    and a hint where an address stands in its place. EMPIAR's form has no place for one beside the
    names of authors: of such documents it is told once.

    To fix: name the organisation where the author worked.
    """
    if not author.get("affiliations"):
        needed = asked(context, "Author", "affiliations") or (
            context.template is None and context.submission.source.kind.startswith("pagetab")
        )
        named, address = author_called(author), author.get("address")
        message = f"{named} has an address, but no affiliation" if address else ""
        if context.submission.source.kind == EMPIAR:
            authors = metadata["study"]["authors"]
            lacking = [n for n, one in enumerate(authors) if not one.get("affiliations")]
            once = [
                n for n in lacking if n == next(m for m in parts_of(n, authors) if m in lacking)
            ]
            if int(place.rpartition("/")[2]) != lacking[0]:
                return
            more = len(once) - 1
            message = f"{named} and {more} more have no affiliation" if more else ""
        yield Flag(
            message=message or f"{named} has no affiliation",
            severity="error" if needed else "hint" if address else "warning",
        )


@check(
    "AFF201", "affiliation-names-nothing", at="/study/authors/*/affiliations/*", severity="error"
)
def names_nothing(
    affiliation: dict[str, Any], place: Place, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """An author's affiliation is none of the organisations of the document.

    The affiliation would be lost in the citation, and the archive could not register a DOI. In
    documents of other resources it is a hint, and nothing where they have affiliations as text.

    To fix: refer to one of the organisations, or add the one that is meant.
    """
    text = str(affiliation.get("text", "")).strip()
    given = metadata["study"].get("organisations", [])
    if not text or "organisation" in affiliation or (submission.held_elsewhere and not given):
        return
    listed = [(_accno(one, n, submission), one) for n, one in enumerate(given)]
    ranked = sorted(
        ((_alike(text, accno, one), one) for accno, one in listed if one.get("id")),
        key=lambda pair: -pair[0],
    )
    edits: list[tuple[Operation, ...]] = [
        (_referring(one["id"], place, affiliation),) for alike, one in ranked if alike >= _NEAR
    ]
    why = "The names or accnos are equal, or nearly so."
    if several := _several(text, listed, place, affiliation):
        edits = [several]
    without = [one for accno, one in listed if not accno and one.get("id")]
    if not edits and len(without) == 1 and _IS_ACCNO.fullmatch(text):
        edits = [(_referring(without[0]["id"], place, affiliation),)]
        why = "It is the only organisation without an accno."
    known = "; ".join(f"{accno} = {one.get('name', '')}" for accno, one in listed[:8])
    yield Flag(
        message=f"the affiliation {quoted(text)} names no organisation of the document",
        at=below(place, "text"),
        value=text,
        severity="hint" if submission.held_elsewhere else None,
        hint=f"refer to one of the organisations ({known or 'there are none'}), or add the one "
        "that is meant.",
        suggestion=suggest(
            *edits[0],
            alternatives=edits[1:3],
            why=why,
        )
        if edits
        else None,
    )


_IS_ACCNO = re.compile(r"[A-Za-z]{1,12}[-_]?\d{1,3}")


def _accno(organisation: dict[str, Any], number: int, submission: Submission) -> str:
    """The accno of an organisation in its document; its id where documents have no accnos."""
    source = submission.source_map
    if not source.accessions:
        return str(organisation.get("id", ""))
    at = source.pointers.get(below("/study/organisations", number))
    return next((accno for accno, pointer in source.accessions.items() if pointer == at), "")


def _referring(organisation: str, place: str, affiliation: dict[str, Any]) -> Operation:
    """An affiliation by reference in the place of one by text; what else it says is kept."""
    kept = {key: value for key, value in affiliation.items() if key not in ("text", "reference")}
    after = {"organisation": organisation, **kept}
    return Operation(do="set", place=place, before=affiliation, after=after)


_PARTED = re.compile(r"[,;&]|\band\b")
"""What parts several organisations in one value."""


def _several(
    text: str, listed: list[tuple[str, dict[str, Any]]], place: str, affiliation: dict[str, Any]
) -> tuple[Operation, ...]:
    """One affiliation for each of several organisations that one value names by accno or name."""
    known = {
        str(called).strip().casefold(): one["id"]
        for accno, one in listed
        for called in (accno, one.get("name"))
        if called and one.get("id")
    }
    parts = _PARTED.split(text)
    ids = [known[one] for part in parts if (one := part.strip().casefold()) in known]
    if not 1 < len(ids) == len(parts):
        return ()
    end = f"{parent(place)}/-"
    others = (Operation(do="add", place=end, after={"organisation": one}) for one in ids[1:])
    return (_referring(ids[0], place, affiliation), *others)


def _folded(accno: str) -> str:
    """An accno without the marks that people leave out, such as `o-1` for `o1`."""
    return re.sub(r"[\W_]", "", accno).casefold()


def _alike(text: str, accno: str, organisation: dict[str, Any]) -> float:
    """How near a text is to an organisation's name or accno, from 0 to 1."""
    name = str(organisation.get("name", "")).strip()
    if text.casefold() in (name.casefold(), accno.casefold()) or _folded(text) == _folded(accno):
        return 1.0
    if shortens(text, name) or text in _acronyms(name):
        return 0.99
    if len(text) > _SHORTEST_BEGIN and name.casefold().startswith(f"{text.casefold()} "):
        return _NEAR
    return difflib.SequenceMatcher(None, text.casefold(), name.casefold()).ratio()


_SHORTEST_BEGIN = 12
"""Letters of the beginning of a name that tells which is meant."""
_SMALL_WORDS = frozenset(("and", "de", "des", "di", "do", "du", "for", "für", "of", "the", "und"))


def _acronyms(name: str) -> set[str]:
    """What stands in brackets in a name, and the initials of its words, small ones left out."""
    within = set(re.findall(r"\(([^()]+)\)", name))
    words = re.findall(r"[^\W\d_]+", re.sub(r"\([^()]*\)", " ", name))
    initials = "".join(word[0] for word in words if word.casefold() not in _SMALL_WORDS)
    return within | ({initials.upper()} if len(initials) > 2 else set())


@check("AFF003", "organisation-without-name", at="/study/organisations/*", severity="error")
def without_name(
    organisation: dict[str, Any], place: Place, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """An organisation has no name, so the authors who refer to it have no affiliation.

    It is an error where an author refers to it, else a warning; a warning, too, where an address
    or an identifier stands for the name.

    To fix: give the organisation's official name.
    """
    name = str(organisation.get("name", "")).strip()
    if len(name) > _LONGEST_ACCNO and not _SIGNS.search(name):
        return
    number = int(place.rpartition("/")[2])
    accno = _accno(organisation, number, submission) or str(number + 1)
    if not name:
        used = organisation.get("id") in _referenced(metadata)
        yield Flag(
            message=f"the organisation {accno} has no name",
            severity="error" if used else "warning",
        )
    elif (what := _instead(name, accno)) is not None:
        yield Flag(
            message=f"{what} stands as the name of an organisation: {quoted(name)}",
            at=below(place, "name"),
            severity="warning",
        )


_LONGEST_ACCNO = 20
_SIGNS = re.compile(r"[@/.]|^\W*\w{9}$")
"""Signs that addresses and identifiers have."""


def _instead(name: str, accno: str) -> str | None:
    """What a text is that stands as an organisation's name and is none."""
    if ror(name) is not None:
        return "a ROR id"
    if ADDRESS.fullmatch(name):
        return "an address"
    if email(name) is not None:
        return "an e-mail address"
    bare = name.casefold() == accno.casefold() or not re.search(r"[^\W\d_]", name)
    return "a number or mark" if bare and not is_placeholder(name) else None


@check("AFF002", "organisation-without-ror", at="/study/organisations/*", severity="hint")
def without_ror(organisation: dict[str, Any], place: Place, context: Context) -> Iterator[Flag]:
    """An organisation has no ROR id, so its data are not found under its other names.

    Where exactly one record of the registry has the name, its id is proposed. A name with more in
    it, such as `Department of Physics, University of Dundee, UK`, gets the id of its part that is
    an organisation of that place.

    To fix: look the organisation up at ror.org and add its id.
    """
    name = str(organisation.get("name", "")).strip()
    if not name or str(organisation.get("ror", "")).strip():
        return
    proposal = None
    if isinstance(context.registries, Registries):
        at = below(place, "ror")
        if len(found := named(name, context.registries)) == 1:
            made = Operation(do="add", place=at, after=found[0].ror)
            proposal = suggest(made, why=f"ROR has one organisation of this name: {found[0].name}.")
        elif not found and (parts := within(name, context.registries)):
            first, *others = (Operation(do="add", place=at, after=one.ror) for one in parts)
            told = "; ".join(f"{one.name} in {one.city}" if one.city else one.name for one in parts)
            proposal = suggest(
                first,
                alternatives=[(one,) for one in others],
                why=f"The name holds that of an organisation in ROR: {told}.",
            )
    yield Flag(message=f"{quoted(name)} has no ROR id", suggestion=proposal)


@check("AFF102", "ror-form-wrong", at="/study/organisations/*/ror", severity="warning")
def ror_form_wrong(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """The ROR id of an organisation has not the form of one: a zero and eight more characters.

    To fix: copy the id from the organisation's page at ror.org.
    """
    if value.strip() and ror_form(visible(value)) is None:
        gone = suggest(removal(metadata, place), why="The value says nothing.")
        yield Flag(
            message=f"{quoted(value)} has not the form of a ROR id",
            suggestion=gone if is_placeholder(value) else None,
        )


@check(
    "AFF101",
    "ror-checksum-wrong",
    at="/study/organisations/*/ror",
    severity="warning",
    requires=["AFF102"],
)
def ror_checksum_wrong(value: str) -> Iterator[Flag]:
    """The checksum of an organisation's ROR id does not fit: a character was mistyped.

    It is never repaired, for another character gives another organisation.

    To fix: copy the id from the organisation's page at ror.org.
    """
    if value.strip() and ror(visible(value)) is None:
        yield Flag(message=f"the checksum of the ROR id {quoted(value)} does not fit")


@check(
    "AFF301",
    "ror-unknown",
    at="/study/organisations/*/ror",
    severity="hint",
    requires=["AFF101", "AFF102"],
)
def ror_unknown(value: str, registries: Registries) -> Iterator[Flag]:
    """The snapshot of ROR has no record with this id; the record may be newer than the snapshot.

    To fix: look the id up at ror.org.
    """
    bare = ror(visible(value))
    if bare is None or registries.organisation(bare) is not None:
        return
    if not registries.complete("ror"):
        raise Skipped("the full ROR registry is not loaded")
    yield Flag(message=f"the snapshot of ROR has no record {quoted(bare)}")


@check("AFF202", "ror-of-another-name", at="/study/organisations/*", severity="warning")
def ror_of_another_name(
    organisation: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """The names of the ROR record do not fit the organisation's name.

    Departments and parent organisations are legitimate: any common word of weight will do.

    To fix: look the id up at ror.org, and correct whichever is wrong.
    """
    bare = ror(visible(str(organisation.get("ror", ""))))
    record = registries.organisation(bare) if bare else None
    name = str(organisation.get("name", ""))
    if record is None or not name.strip():
        return
    spoken = " ".join(name.casefold().split())
    short = any(one.casefold() in spoken.split() for one in record.acronyms)
    if short or any(one.casefold() in spoken for one in record.names if not one.isascii()):
        return
    known = set().union(*(_words(one) for one in (*record.names, *record.acronyms, record.city)))
    if known and not known & _words(name) and not _initials(record.names) & set(name.split()):
        yield Flag(
            message=f"the ROR id {bare} is that of {quoted(record.name)}, not of {quoted(name)}",
            at=below(place, "ror"),
        )


_COMMON = re.compile(
    r"and|the|for|cent(?:er|re)|institute?o?|universi\w+|department|school|faculty|college|research|"
    r"national|laboratory|division|group|hospital|sciences?|academy|foundation|medic(?:al|ine)"
)
"""Words that stand in the names of many organisations."""


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w{3,}", name.casefold()) if not _COMMON.fullmatch(word)}


def _initials(names: tuple[str, ...]) -> set[str]:
    return {"".join(word[0] for word in name.split() if word[0].isupper()) for name in names}


@check("AFF103", "organisation-never-referenced", at="/study/organisations/*", severity="hint")
def never_referenced(
    organisation: dict[str, Any], place: Place, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """No author refers to an organisation of the document, nor names it nearly.

    One that an attribute of the study names, such as its publisher, is passed over.

    To fix: name it as the affiliation of an author, or leave it out.
    """
    said = {one.get("value") for one in metadata["study"].get("attributes", ())}
    if organisation.get("id") in _referenced(metadata) or organisation.get("name") in said:
        return
    accno = _accno(organisation, int(place.rpartition("/")[2]), submission)
    named = (
        str(affiliation["text"]).strip()
        for author in metadata["study"].get("authors", ())
        for affiliation in author.get("affiliations", ())
        if "text" in affiliation
    )
    parts = {part.strip() for text in named for part in (text, *_PARTED.split(text))}
    if not any(_alike(part, accno, organisation) >= _NEAR for part in parts if part):
        yield Flag(message=f"no author refers to {quoted(organisation.get('name', 'it'))}")


def _referenced(metadata: Metadata) -> set[str]:
    return {
        affiliation["organisation"]
        for author in metadata["study"].get("authors", ())
        for affiliation in author.get("affiliations", ())
        if "organisation" in affiliation
    }


@check(
    "AFF104", "organisation-name-with-address", at="/study/organisations/*/name", severity="hint"
)
def name_with_address(name: str) -> Iterator[Flag]:
    """The name of an organisation is its whole postal address; registries know it by name alone.

    To fix: give the name alone, and the address as the address.
    """
    if name.count(",") > 1 and (len(name) > LONG or _POSTAL.search(name)):
        told = f"the organisation's name holds further names, or its address: {quoted(name)}"
        yield Flag(message=told)
