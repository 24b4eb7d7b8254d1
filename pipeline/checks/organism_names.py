"""Names of organisms as depositors write them, read against the NCBI Taxonomy."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.registries import Organism, Registries

ORGANISM = "/study/**/organisms/*"

NO_ORGANISM = re.compile(
    r"simulated( data)?|synthetic( construct| data)?|no organism|in[ -]?vitro|abiotic|phantom",
    re.IGNORECASE,
)
"""Answers for data that show no organism (NCBI Taxonomy has `synthetic construct`, 32630)."""

BELOW_SPECIES = re.compile(
    r"\s(?:x|×)\s|\b(?:var|subsp|ssp|cv|f|str|sp|spp|pv|bv)\.|\b(?:strain|isolate|hybrid|virus|phage"
    r"|cultivar|serovar|ecotype|substr|cell line|cells)\b",
    re.IGNORECASE,
)
CELL_LINES = re.compile(
    r"(?:HeLa|HEK[ -]?293T?|U-?2[ -]?OS|NIH[ -/]?3T3|MCF-?7|A549|CHO(?:-K1)?|COS-?7|HCT[ -]?116|"
    r"Vero(?: E6)?|MDCK|RPE-?1|hTERT[ -]RPE-?1|Jurkat|K-?562|Caco-?2|Hep ?G2|Huh-?7|BY-2|S2|Sf9)",
    re.IGNORECASE,
)
"""Usual names of cell lines (Cellosaurus)."""


ABOVE_SPECIES = ("genus", "subgenus", "family", "order", "class", "phylum", "kingdom", "clade")
"""Ranks of NCBI Taxonomy that hold several species."""


class Reading(NamedTuple):
    """An organism as given: its name, what stands in brackets behind it, what the registry has."""

    name: str
    bracket: str
    found: tuple[tuple[Organism, str], ...]

    @property
    def kinds(self) -> set[str]:
        """The kinds of names that it is."""
        return {kind for _, kind in self.found}

    @property
    def only(self) -> Organism | None:
        """The one organism that it names."""
        ids = {organism.taxon_id for organism, _ in self.found}
        return self.found[0][0] if len(ids) == 1 else None

    @property
    def species(self) -> tuple[str, ...]:
        """The scientific names of what it may be, the commonest first."""
        return tuple(dict.fromkeys(organism.scientific_name for organism, _ in self.found))


_BRACKET = re.compile(r"(?P<name>.+?)\s*\((?P<bracket>[^()]*)\)")


def reading(organism: dict[str, Any], registries: Registries) -> Reading:
    """An organism's scientific name and what the registry knows of it."""
    text = " ".join(organism.get("scientific_name", "").split())
    found = registries.organisms(text)
    if not found and (parts := _BRACKET.fullmatch(text)):
        return Reading(parts["name"], parts["bracket"], registries.organisms(parts["name"]))
    return Reading(text, "", found)


_MATERIAL = re.compile(
    r"adults?|albino|animals?|blood|bone|brain|cells?|cultured?|derived|embryos?|embryonic"
    r"|explants?|females?|f(?:o?e)tus|f(?:o?e)tal|fibroblasts?|fresh|frozen|heart|immortali[sz]ed"
    r"|induced|ipscs?|isolated|juveniles?|kidney|knockouts?|larva[el]?|lines?|liver|lung|males?"
    r"|material|mutants?|neonatal|neurons?|organoids?|peripheral|postnatal|primary|pups?|samples?"
    r"|skin|stem|strains?|tissues?|transgenic|tumou?rs?|wild|wild-?type|xenografts?",
    re.IGNORECASE,
)
"""Words for what was taken of an organism, its age, sex or make."""

NO_NAME = re.compile(
    r"(?:various|multiple|several|many|mixed|different|other|others|diverse)"
    r"(?: (?:organisms?|species|samples?|taxa))?|un(?:specified|defined|determined|identified)"
    r"(?: organism| species)?|not (?:specified|stated|given|provided)|see (?:the )?(?:description"
    r"|text|paper|publication|methods|below|above)|(?:organism|species|samples?|tissues?|cells?"
    r"|cell lines?|cell cultures?)",
    re.IGNORECASE,
)
"""Answers that name no organism."""


_BINOMIAL = re.compile(r"(?P<genus>[A-Z][a-z]{2,}) (?P<epithet>[a-z]{3,})")
_LATIN = re.compile(r".+(?:us|um|is|ii|ae|ens|ans|oides)")


def of_species(text: str, names: frozenset[str]) -> bool:
    """Whether a text is a species or reads as one: its genus is known, or its epithet Latin."""
    if text in names:
        return True
    read = _BINOMIAL.fullmatch(text)
    if read is None:
        return False
    return read["genus"] in genera(names) or _LATIN.fullmatch(read["epithet"]) is not None


@lru_cache(maxsize=8)
def genera(names: frozenset[str]) -> frozenset[str]:
    """The first words of scientific names."""
    return frozenset(name.split()[0] for name in names)


def among(name: str, registries: Registries) -> Reading | None:
    """The one organism whose common name stands among words for material and strain."""
    words = re.sub(r"[(),;:]", " ", name).split()
    if not 1 < len(words) <= 8:
        return None
    for size in range(min(3, len(words) - 1), 0, -1):
        for start in range(len(words) - size + 1):
            read = Reading(called := " ".join(words[start : start + size]), "", ())
            rest = words[:start] + words[start + size :]
            read = read._replace(found=registries.organisms(called))
            if read.kinds & {"common", "short", "strain"} and read.only is not None:
                kept = (one for one in rest if not all(map(_MATERIAL.fullmatch, one.split("-"))))
                if all(_of_strain(one, read.only, registries) for one in kept):
                    return read
    return None


def _of_strain(word: str, known: Organism, registries: Registries) -> bool:
    """Whether a word reads as a strain, line or stage: digits in it, or a name of the organism."""
    numbered = any(letter.isdigit() for letter in word)
    if CELL_LINES.fullmatch(word) or (numbered and (len(word) < 4 or not word.isdecimal())):
        return True
    return known.taxon_id in {one.taxon_id for one, _ in registries.organisms(word)}


def shortened(name: str, registries: Registries) -> tuple[str, ...]:
    """The species of the snapshot that `X. epithet` may stand for, a strain behind it or not."""
    parts = re.fullmatch(r"([A-Z])\.? ?([a-z]{4,})(?: (?=[^ ]*\d)[\w./-]+)?", name)
    if parts is None:
        return ()
    known = _by_epithet(registries.scientific_names()).get((parts[1], parts[2]), ())
    return tuple(sorted(known))


@lru_cache(maxsize=8)
def _by_epithet(names: frozenset[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Scientific names by the initial of the genus and the epithet."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name in names:
        words = name.split()
        if len(words) == 2:
            key = (words[0][0], words[1])
            found[key] = (*found.get(key, ()), name)
    return found


def scientific(read: Reading) -> Organism | None:
    """The one organism whose scientific name it is, letter case apart."""
    same = [
        organism
        for organism, kind in read.found
        if kind == "scientific" and organism.scientific_name.casefold() == read.name.casefold()
    ]
    return same[0] if len(same) == 1 else None
