"""What crates call the slots and classes of the schema, and what a slip of a term means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import yaml

from pipeline import resources
from pipeline.findings import Frozen
from pipeline.intake.spellings import fold, near

PROFILED = re.compile(r"(?:bia:|https?://bia/)(.+)")
"""A class of the archive's profile."""
LOCAL = re.compile(r"[:/#]")
"""What ends the prefix of a term."""
PREFIXES = frozenset(
    ("", "bia:", "http://bia/", "schema:", "http://schema.org/", "https://schema.org/")
)
"""What may stand before a term; other vocabularies have capitals and meanings of their own."""
_COLUMNS = frozenset(("csvw:", "http://www.w3.org/ns/csvw#"))
"""What stands before the terms of tables."""
USUAL = {
    one.casefold(): one
    for one in (
        "about", "affiliation", "author", "conformsTo", "contributor", "dateCreated",
        "datePublished", "description", "email", "hasPart", "identifier", "keywords", "license",
        "name", "publisher",
    )
}  # fmt: skip
"""Terms of RO-Crate by their small letters; another spelling of one has no meaning."""
CLASSES = {
    one.casefold(): one
    for one in (
        "Affiliation", "AnnotationData", "AnnotationMethod", "BioSample", "Contributor",
        "CreationProcess", "CreativeWork", "Dataset", "ExternalReference", "File", "FileList",
        "FundingBody", "Grant", "Image", "ImageAcquisitionProtocol", "ImageAnalysisMethod",
        "ImageCorrelationMethod", "Organization", "Person", "Protocol", "Publication",
        "ScholarlyArticle", "SignalChannel", "Specimen", "SpecimenImagingPreparationProtocol",
        "Study", "Taxon",
    )
}  # fmt: skip
"""Classes of RO-Crate and of the archive's profile by their small letters."""


class Terms(Frozen):
    """How crates name the slots of the schema (`schemas/ro_crate.yaml`)."""

    version: str
    types: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, str]]
    references: tuple[str, ...]
    classes: frozenset[str]
    prefixes: Mapping[str, str]
    terms: Mapping[str, str]


@cache
def terms() -> Terms:
    """The table as the schemas folder has it."""
    text = (resources.schemas() / "ro_crate.yaml").read_text("utf-8")
    return Terms(**yaml.load(text, Loader=yaml.CSafeLoader))


_LONG_TERM = 8
"""Letters from which a slip of a term is told from another word."""


@cache
def known_terms() -> frozenset[str]:
    """The folded terms that crates may use, none of which is a slip of another."""
    kinds = {name for kind in terms().kinds.values() for name in kind}
    return frozenset((*USUAL, *kinds, *map(fold, terms().terms), *references()))


@cache
def references() -> frozenset[str]:
    """The folded properties whose value is an entity."""
    return frozenset(map(fold, terms().references))


@cache
def _profile() -> Mapping[str, str]:
    """The terms of RO-Crate and of the archive's profile by their small letters."""
    return {**{fold(one): one for one in (*terms().terms, *terms().references)}, **USUAL}


@lru_cache(4096)
def plain(key: str) -> str:
    """A property as it is compared: folded, without the prefix or address of its vocabulary."""
    local = LOCAL.split(key)[-1]
    prefix = key.removesuffix(local)
    return fold(local if prefix in PREFIXES or prefix in _COLUMNS else key)


@lru_cache(1024)
def meant_term(name: str, *, profiled: bool) -> str | None:
    """The one long term that a folded property is a slip of."""
    if len(name) < _LONG_TERM or name in known_terms():
        return None
    known = _profile() if profiled else USUAL
    alike = [term for term in known if len(term) >= _LONG_TERM and near(name, term)]
    return known[alike[0]] if len(alike) == 1 else None


@lru_cache(1024)
def meant_class(local: str) -> str:
    """A class as it is folded, or the one long class that it is a slip of."""
    name = fold(local)
    if len(name) < _LONG_TERM or name in CLASSES or name in terms().types:
        return name
    alike = [one for one in CLASSES if len(one) >= _LONG_TERM and near(name, one)]
    return alike[0] if len(alike) == 1 else name
