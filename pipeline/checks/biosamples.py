"""Biosamples: organisms against the NCBI Taxonomy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pipeline.check import Context, Flag, Place, Skipped, below, check, replace, suggest
from pipeline.checks.organism_names import (
    ABOVE_SPECIES,
    BELOW_SPECIES,
    CELL_LINES,
    NO_NAME,
    NO_ORGANISM,
    ORGANISM,
    Reading,
    among,
    genera,
    reading,
    scientific,
    shortened,
)
from pipeline.findings import Operation, Suggestion
from pipeline.identifiers import taxon, visible
from pipeline.registries import Organism, Registries
from pipeline.schema import Template


@check("BIO001", "organism-missing", at="/study/biosamples/*", severity="error")
def organism_missing(biosample: dict[str, Any], context: Context) -> Iterator[Flag]:
    """A biosample does not say which organism it is of, and the submission form asks for it.

    `simulated data` and `synthetic construct` are answers too. In an RO-Crate, whose profile asks
    for a taxon (`organismClassification`), and in REMBI YAML, whose template asks for the
    scientific name, it is a warning.

    To fix: give the scientific name of the organism, as NCBI Taxonomy has it.
    """
    form = context.template
    given = biosample.get("organisms", [])
    named = any(one.get("scientific_name") for one in given)
    kind = context.submission.source.kind
    if (kind == "ro-crate" and not given) or (kind == "rembi-yaml" and not named):
        said = "gives no scientific name of its organism" if given else "names no organism"
        yield Flag(message=f"{_called(biosample)} {said}", severity="warning")
    if isinstance(form, Template) and form.requires("Biosample", "organisms") and not named:
        yield Flag(message=f"{_called(biosample)} names no organism")


def _called(biosample: dict[str, Any]) -> str:
    return f"the biosample {biosample['title']!r}" if "title" in biosample else "a biosample"


@check("BIO101", "organism-letter-case", at=ORGANISM, severity="hint")
def letter_case(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An organism's scientific name is right but for capital letters or white space within it.

    To fix: write the genus with a capital, the species without, and one space between.
    """
    read = reading(organism, registries)
    known = scientific(read)
    given = str(organism.get("scientific_name", "")).strip()
    gaps = any(gap in given for gap in ("  ", "\t", "\r", "\n"))
    if known is None:
        yield from _marked(organism, place, read)
        yield from _begun(organism, place, read, registries)
    if known is None or (known.scientific_name == read.name and not gaps):
        return
    stated = taxon(organism.get("taxon_id", ""))
    contradicts = "taxon_id" in organism and stated != known.taxon_id
    given = organism["scientific_name"].strip() if gaps else read.name
    yield Flag(
        message=f"the organism {given!r} is written {known.scientific_name!r}"
        + (", with one space" if gaps else ""),
        at=below(place, "scientific_name"),
        suggestion=None if contradicts else _named_so(organism, place, known, read.bracket),
    )


def _marked(organism: dict[str, Any], place: str, read: Reading) -> Iterator[Flag]:
    """A scientific name with marks in it or around it."""
    bare = " ".join(re.sub(r"[\W_]+", " ", read.name).split())
    known = [one for one, kind in read.found if kind == "scientific"]
    unseen = visible(read.name) != read.name
    if len(known) == 1 and not unseen and bare.casefold() == known[0].scientific_name.casefold():
        name, at = known[0].scientific_name, below(place, "scientific_name")
        yield Flag(
            message=f"the organism {read.name!r} is written {name!r}",
            at=at,
            suggestion=suggest(
                replace(at, organism["scientific_name"], name),
                why="Only marks and letter case differ.",
            ),
        )


def _begun(
    organism: dict[str, Any], place: str, read: Reading, registries: Registries
) -> Iterator[Flag]:
    """A scientific name in other letters with its author, strain or subspecies behind it."""
    genus, _, rest = read.name.partition(" ")
    epithet, _, rest = rest.partition(" ")
    name = f"{genus.capitalize()} {epithet.lower()}"
    if read.found or not rest or name == f"{genus} {epithet}":
        return
    if _OF_TAXON.search(rest) or _beside(read.name, registries) is not None:
        return
    if name in registries.scientific_names():
        at = below(place, "scientific_name")
        again, _, others = rest.partition(" ")
        rest = f"{again.lower()} {others}".strip() if again.lower() == epithet.lower() else rest
        after = f"{name} {rest} ({read.bracket})" if read.bracket else f"{name} {rest}"
        yield Flag(
            message=f"the organism {read.name!r} begins with {name!r} in other letters",
            at=at,
            suggestion=suggest(
                replace(at, organism["scientific_name"], after),
                why="Only letter case differs; what stands behind it stays.",
            ),
        )


_OF_TAXON = re.compile(r"(?<![\w-])\d{4,}(?!\w)|tax(?:on|id)", re.IGNORECASE)


def _named_so(organism: dict[str, Any], place: str, known: Organism, bracket: str) -> Suggestion:
    """The registry's scientific name, and what stood in brackets as the common name."""
    before = organism["scientific_name"]
    common = bracket.casefold() in {name.casefold() for name in known.common_names}
    if bracket and not (common and organism.get("common_name", bracket) == bracket):
        after, more = f"{known.scientific_name} ({bracket})", False
    else:
        after, more = known.scientific_name, bool(bracket) and "common_name" not in organism
    operations = [replace(below(place, "scientific_name"), before, after)]
    if more:
        operations.append(Operation(do="add", place=below(place, "common_name"), after=bracket))
    return suggest(
        *operations,
        safety="safe",
        why=f"NCBI Taxonomy {known.taxon_id} is {known.scientific_name}; only letter case differs.",
    )


@check(
    "BIO102",
    "organism-not-scientific-name",
    at=ORGANISM,
    severity="warning",
    requires=["BIO107"],
)
def not_scientific(
    organism: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """An organism is given by a common name, an abbreviation or a strain, not by its species.

    Searches by species do not find it. A word such as fish or plant stands for many species, so
    none is proposed for it unless the taxon id names one.

    To fix: give the scientific name of the species; a strain may stand as the common name.
    """
    read = reading(organism, registries)
    if read.kinds & {"scientific", "synonym", "label"} or CELL_LINES.fullmatch(read.name):
        return
    at, before = below(place, "scientific_name"), organism.get("scientific_name", "")
    if "group" in read.kinds or (read.only is not None and " " not in read.species[0]):
        yield from _of_group(organism, place, read, registries)
        return
    if not read.found and NO_NAME.fullmatch(read.name):
        yield Flag(message=f"{read.name!r} names no organism", at=at)
        return
    within = None if read.found else among(read.name, registries)
    known = (within or read).only
    if not read.found and known is None:
        choices = shortened(read.name, registries)
        edits = [(replace(at, before, one),) for one in choices]
        if edits:
            yield Flag(
                message=f"the organism {read.name!r} is shortened; it may be {_listed(choices)}",
                at=at,
                suggestion=suggest(
                    *edits[0], alternatives=edits[1:], why="Initial and epithet are the same."
                ),
            )
        return
    what = "a strain or breed" if "strain" in read.kinds else "not a scientific name"
    message = f"the organism {read.name!r} is {what}"
    if known is None:
        yield Flag(message=f"{message}; it may be {_listed(sorted(read.species))}", at=at)
        return
    named = {name.casefold() for name in (known.scientific_name, *known.common_names)}
    told = read.bracket.casefold() in named or _shortens(read.bracket, known.scientific_name)
    kept_behind = "" if told else read.bracket
    after = f"{known.scientific_name} ({kept_behind})" if kept_behind else known.scientific_name
    operations = [replace(at, before, after)]
    if "common_name" not in organism and not _shortens(read.name, known.scientific_name):
        kept = Operation(do="add", place=below(place, "common_name"), after=read.name)
        operations.append(kept)
    yield Flag(
        message=f"{message}; the species is {known.scientific_name} ({known.curie})",
        at=at,
        severity="hint" if "virus" in known.scientific_name else None,
        suggestion=suggest(
            *operations,
            why=f"{read.name!r} is of {known.scientific_name}; the name given is kept beside it.",
        ),
    )


def _shortens(name: str, scientific_name: str) -> bool:
    """Whether a name is a scientific one with its genus shortened, as in `B. subtilis`."""
    genus, _, rest = name.partition(".")
    shortened = genus[:1].isupper() and len(genus) < 4 and scientific_name.startswith(genus)
    return shortened and scientific_name.partition(" ")[2].casefold() == rest.strip().casefold()


def _of_group(
    organism: dict[str, Any], place: str, read: Reading, registries: Registries
) -> Iterator[Flag]:
    """A word for many species, with some of them; the one of the taxon id is proposed."""
    at = below(place, "scientific_name")
    digits = taxon(organism.get("taxon_id", ""))
    stated = registries.taxon(digits) if digits else None
    operations = []
    if stated is not None and stated.scientific_name in read.species:
        operations.append(replace(at, organism["scientific_name"], stated.scientific_name))
        if "common_name" not in organism:
            kept = Operation(do="add", place=below(place, "common_name"), after=read.name)
            operations.append(kept)
    named = [name for name in read.species if " " in name]
    such = f", such as {_listed(named[:3])}" if named else ""
    if stated is not None:
        such = f"; the taxon id is that of {stated.scientific_name}"
    yield Flag(
        message=f"the organism {read.name!r} is a group of many species; name the species{such}",
        at=at,
        suggestion=suggest(*operations, why=f"The taxon id is that of {stated.scientific_name}.")
        if operations and stated is not None
        else None,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


@check("BIO103", "taxon-id-prefixed", at=ORGANISM, severity="hint")
def taxon_id_prefixed(
    organism: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """A taxon id carries a prefix of its own making.

    The archive writes `NCBITaxon:` and the digits (the OBO form, such as NCBITaxon:9606); bare
    digits are taken as they are.

    To fix: write NCBITaxon: and the digits of the id.
    """
    given = organism.get("taxon_id", "")
    digits = taxon(given)
    if digits is None or re.fullmatch(r"\s*(NCBITaxon:)?\d+\s*", given):
        return
    known = registries.taxon(digits)
    read = reading(organism, registries)
    agrees = known is not None and known.taxon_id in {one.taxon_id for one, _ in read.found}
    after = f"NCBITaxon:{digits}"
    change = replace(below(place, "taxon_id"), given, after)
    why = (
        f"{digits} is {known.scientific_name} in NCBI Taxonomy, as the name says." if known else ""
    )
    yield Flag(
        message=f"the taxon id {given!r} is written {after!r}",
        at=below(place, "taxon_id"),
        suggestion=suggest(change, safety="safe" if agrees else "review", why=why),
    )


@check("BIO104", "taxon-id-not-digits", at=ORGANISM, severity="warning")
def taxon_id_form(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """A taxon id is not an id of NCBI Taxonomy, which is a number.

    To fix: look the organism up in NCBI Taxonomy and give its number, such as NCBITaxon:9606.
    """
    given = organism.get("taxon_id", "")
    if given.strip() and taxon(given) is None:
        digits = re.sub(r"(?<=\d)(?:\.0|,(?=\d{3}\b))|(?<!\d)0+(?=[1-9])", "", given)
        numbers = re.findall(r"\d+", digits)
        known = registries.taxon(numbers[0]) if len(numbers) == 1 else None
        found = {one.taxon_id for one, _ in reading(organism, registries).found}
        yield Flag(
            message=f"{given!r} is not a taxon id",
            at=below(place, "taxon_id"),
            suggestion=suggest(
                replace(below(place, "taxon_id"), given, known.curie),
                why=f"Its number is the id of {known.scientific_name}, which is named.",
            )
            if known is not None and known.taxon_id in found
            else None,
        )


_SHORTEST_JOINED = 9
"""Letters of a name of genus and species together, written without their space."""


@lru_cache(maxsize=8)
def _joined(names: frozenset[str]) -> dict[str, str]:
    """Scientific names of two words by their letters without the space."""
    return {name.replace(" ", "").casefold(): name for name in names if name.count(" ") == 1}


@check("BIO105", "organism-misspelt", at=ORGANISM, severity="warning")
def misspelt(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An organism's name is nearly that of a known one, and is no name itself.

    To fix: compare the name with NCBI Taxonomy letter by letter.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    read = reading(organism, registries)
    if (known := None if read.found else _beside(read.name, registries)) is not None:
        yield Flag(
            message=f"the organism {read.name!r} holds more than {known.scientific_name!r}",
            at=below(place, "scientific_name"),
            suggestion=suggest(
                replace(
                    below(place, "scientific_name"),
                    organism["scientific_name"],
                    known.scientific_name,
                ),
                why="The rest is punctuation, the word organism, or a common name of it.",
            ),
        )
        return
    if read.found or among(read.name, registries):
        return
    near: tuple[str, float, str] | None = None
    if _two_words(read.name):
        near = process.extractOne(
            read.name.casefold(),
            _folded(registries.scientific_names()),
            scorer=OSA.distance,
            score_cutoff=2,
        )
    elif len(read.name) > _SHORTEST_JOINED and read.name.isalpha():
        joined = _joined(registries.scientific_names()).get(read.name.casefold())
        near = (joined, 1, joined) if joined else None
    if near is None or near[2].split()[0][0].casefold() != read.name[0].casefold():
        return
    yield Flag(
        message=f"the organism {read.name!r} is no name that is known; {near[2]!r} is near",
        at=below(place, "scientific_name"),
        suggestion=suggest(
            replace(
                below(place, "scientific_name"),
                organism["scientific_name"],
                f"{near[2]} ({read.bracket})" if read.bracket else near[2],
            ),
            why=f"{near[1]:g} letters differ.",
        ),
    )


def _beside(name: str, registries: Registries) -> Organism | None:
    """The species whose name stands among marks, its common name and the word organism."""
    words = re.sub(r"[\W_]+", " ", name).split()
    if not 2 <= len(words) <= 8 or len(name) > 200:
        return None
    for start in range(len(words) - 1):
        found = registries.organisms(" ".join(words[start : start + 2]))
        known = [one for one, kind in found if kind == "scientific"]
        if len(known) != 1:
            continue
        rest = " ".join(words[:start] + words[start + 2 :]).casefold()
        rest = re.sub(r"\b(?:organism|species|scientific name|common name|the)\b", " ", rest)
        own = {re.sub(r"[\W_]+", " ", one).casefold() for one in known[0].common_names}
        if not rest.strip() or " ".join(rest.split()) in own:
            return known[0]
    return None


@lru_cache(maxsize=8)
def _folded(names: frozenset[str]) -> dict[str, str]:
    """Names without letter case."""
    return {name: name.casefold() for name in names}


def _two_words(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z]{2,} [A-Za-z-]{3,}", name) is not None


def _unlike(name: str, known: Organism) -> bool:
    """Whether a name has nothing of those of a taxon: no word, and no letters that begin one."""
    told = re.sub(r"[\W_]", "", name.casefold())
    names = (known.scientific_name, *known.common_names)
    words = [word for one in names for word in re.findall(r"\w{4,}", one.casefold())]
    initials = "".join(word[0] for word in known.scientific_name.casefold().split()[:2])
    if not told or NO_ORGANISM.fullmatch(name) or CELL_LINES.fullmatch(name):
        return False
    return not any(word[:5] in told for word in words) and not told.startswith(initials)


@check("BIO201", "taxon-id-and-name-disagree", at=ORGANISM, severity="warning")
def disagree(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """A taxon id is that of another organism than the one named.

    Either may be the slip, so neither is changed. An id that is not known is told, too.

    To fix: look both up in NCBI Taxonomy and correct the one that is wrong.
    """
    digits = taxon(organism.get("taxon_id", ""))
    read = reading(organism, registries)
    known = registries.taxon(digits) if digits is not None else None
    if known is not None and not read.found and _unlike(read.name, known):
        yield Flag(
            message=f"the taxon id {organism['taxon_id']} is {known.scientific_name}, "
            f"the organism is named {read.name!r}",
            at=below(place, "taxon_id"),
        )
    if digits is None or not read.found or "group" in read.kinds:
        return
    by_name = {one.taxon_id: one.scientific_name for one, _ in read.found}
    if digits in by_name or (known is not None and known.taxon_id in by_name):
        return
    species = tuple(f"{name} " for name in by_name.values())
    if known is not None and known.scientific_name.startswith(species):
        # A strain or subspecies of the species that is named.
        return
    named = ", ".join(f"{name} ({key})" for key, name in by_name.items())
    says = f"is {known.scientific_name}, " if known else "is not known here, and "
    yield Flag(
        message=f"the taxon id {organism['taxon_id']} {says}the organism named is {named}",
        at=below(place, "taxon_id"),
    )


@check(
    "BIO301",
    "organism-not-a-species",
    at=ORGANISM,
    severity="hint",
    requires=["BIO102", "BIO105", "BIO106", "BIO107"],
)
def not_a_species(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An organism is a hybrid, a variety, a virus isolate, a genus or a cell line.

    That is right where it is meant; it is never changed. Searches by species may miss it.

    To fix: nothing, or give the species and the rest in the description.
    """
    read = reading(organism, registries)
    rank = read.only.rank if read.only and "scientific" in read.kinds else ""
    cells = CELL_LINES.fullmatch(read.name) is not None
    if not read.name or NO_ORGANISM.fullmatch(read.name):
        return
    below_it = None if read.found else BELOW_SPECIES.search(read.name)
    if cells or below_it:
        of_cells = cells or (below_it and "cell" in below_it[0].lower())
        what = "a cell line" if of_cells else "a subspecies, hybrid, variety or isolate"
    elif rank in ABOVE_SPECIES:
        what = f"a {rank}"
    elif read.found:
        return
    elif read.name.capitalize() in genera(registries.scientific_names()):
        what = "a genus or higher group"
    elif " ".join(re.sub("[,;(]", " ", read.name).split()[:2]) in registries.scientific_names():
        what = "below species"
    else:
        return
    yield Flag(
        message=f"the organism {read.name!r} is {what}, not a species",
        at=below(place, "scientific_name"),
    )


@check(
    "BIO302",
    "organism-unknown",
    at=ORGANISM,
    severity="hint",
    requires=["BIO102", "BIO105", "BIO106", "BIO107", "BIO301"],
)
def unknown(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """NCBI Taxonomy has no organism of this name.

    To fix: check the spelling; a new or local name may stand as it is.
    """
    read = reading(organism, registries)
    if not read.name or read.found or NO_ORGANISM.fullmatch(read.name):
        return
    if not registries.complete("taxonomy"):
        raise Skipped("the full NCBI Taxonomy is not loaded (registries refresh taxonomy)")
    yield Flag(
        message=f"NCBI Taxonomy ({registries.snapshot('taxonomy').date}) has no {read.name!r}",
        at=below(place, "scientific_name"),
    )
