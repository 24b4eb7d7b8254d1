"""Identifiers of people, organisations, papers and species: forms, check digits, spellings.

A function named after an identifier gives its canonical form when a text is surely that
identifier, however it is wrapped (resolver address, prefix, missing hyphens), else None.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters without a glyph, for use inside a regular expression's class: soft hyphen, zero-width
spaces and joiners, bidirectional controls, byte order mark (Unicode 15, category Cf)."""

_asked_often = lru_cache(maxsize=512)
"""For forms that many checks ask for one value of a document."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))

_ORCID_WRAPPED = re.compile(
    r"(?:(?:https?://)?(?:www\.)?orcid\.org/|orcid(?: id)?\s*:?\s*)?"
    r"(\d{4})[- ]?(\d{4})[- ]?(\d{4})[- ]?(\d{3}[\dX])/?",
    re.ASCII | re.IGNORECASE,
)
"""ORCID iD (bioregistry `orcid`): 16 characters, the last one a check digit."""

ROR = re.compile(r"0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}")
"""ROR id without its address (bioregistry `ror`, without the stray bar of its class)."""

_ROR_WRAPPED = re.compile(r"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[a-z0-9]{8})/?", re.IGNORECASE)
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"

DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
"""DOI, loose after the slash: old DOIs hold `<>;()`, outside Crossref's recommended pattern."""

BETWEEN_DOIS = re.compile(
    r"[;,|](?:https?://(?:dx\.)?doi\.org/|doi:)?(?=10\.\d{4,9}/)", re.IGNORECASE
)
"""What parts two DOIs that stand in one value without white space."""

_DOI_ADDRESS = re.compile(
    r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}(?:\.\d+)*/[^\s?#]+)", re.IGNORECASE
)
_DOI_WRAPPED = re.compile(
    r"(?:doi\s*[:=]?\s*)?"
    r"(?P<address>(?:https?\s*:\s*/\s*/\s*)?(?:www\.)?(?:dx\.)?doi\.org\s*/\s*/?\s*)?"
    r"(?:doi\s*[:=]?\s*)?(?P<doi>10\.\d{4,9}(?:\.\d+)*(?:/|%2F)\S+)",
    re.IGNORECASE,
)

_PMID_WRAPPED = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(?:\?term=)?"
    r"|(?:pubmed|pm)(?:\s?id)?\s*[:#]?\s*)?([1-9]\d{0,7})/?",
    re.ASCII | re.IGNORECASE,
)
"""PubMed ID (bioregistry `pubmed`; eight digits suffice in 2026)."""

_PMCID_WRAPPED = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:pmc\.ncbi\.nlm\.nih\.gov/articles/"
    r"|ncbi\.nlm\.nih\.gov/pmc/articles/)|PMCID\s*:?\s*)?(PMC[1-9]\d*(?:\.\d+)?)/?",
    re.ASCII | re.IGNORECASE,
)
"""PubMed Central ID (bioregistry `pmc`)."""

_TAXON_WRAPPED = re.compile(
    r"(?:(?:https?://)?(?:purl\.obolibrary\.org/obo/NCBITaxon_|purl\.uniprot\.org/taxonomy/"
    r"|(?:www\.)?uniprot\.org/taxonomy/|(?:www\.)?ncbi\.nlm\.nih\.gov/taxonomy/"
    r"(?:\?term=txid|browser/wwwtax\.cgi\?(?:mode=\w+&)?id=)?)"
    r"|(?:obo:)?(?:ncbi[ _:]*)?(?:tax(?:on)?(?:omy)?)?[ _:]*(?:(?:tx?)?id)?[ _:=]*)?"
    r"([1-9]\d{0,9})/?",
    re.ASCII | re.IGNORECASE,
)

_EMAIL = re.compile(r"(?P<local>[^\s@]+)@(?P<domain>[^\s@]+\.[^\s@]+)")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?")

KNOWN = {
    "EMPIAR": re.compile(r"EMPIAR-\d{5,}"),
    "EMDB": re.compile(r"EMD-\d{4,5}"),
    "PDB": re.compile(r"(?:[0-9][A-Za-z0-9]{3}|pdb_[0-9a-z]{8})"),
    "IDR": re.compile(r"idr\d{4}(?:-[\w-]+)?", re.IGNORECASE),
    "BioStudies": re.compile(r"S-[A-Z]{3,}[A-Z-]*\d+"),
    "ArrayExpress": re.compile(r"[AEP]-[A-Z]{4}-\d+"),
    "GEO": re.compile(r"G(?:PL|SM|SE|DS)\d+"),
    "INSDC": re.compile(r"[SED]R[APRSXZ]\d+"),
    "BioProject": re.compile(r"PRJ[DEN][A-Z]\d+"),
    "BioSample": re.compile(r"SAM[NED]\w?\d+"),
    "ProteomeXchange": re.compile(r"(?:PXD|PRD)\d{6}"),
    "MetaboLights": re.compile(r"MTBL[CS]\d+"),
    "MassIVE": re.compile(r"MSV\d{9}"),
    "jPOST": re.compile(r"JPST\d{6}"),
    "FlowRepository": re.compile(r"FR-FCM-\w{4}"),
    "EGA": re.compile(r"EGA[A-Z]\d{11}"),
    "dbGaP": re.compile(r"phs\d{6}(?:\.v\d+)?(?:\.p\d+)?"),
    "UniProt": re.compile(r"[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2}"),
    "Cellosaurus": re.compile(r"CVCL_[A-Z0-9]{4}"),
    "RRID": re.compile(r"RRID:\s?[A-Za-z]+[_:]?[\w:.-]+"),
    "ontology term": re.compile(r"(?:GO|UBERON|CL|EFO|FBbi|CHEBI|NCBITaxon|OBI)[:_]\d+"),
    "SWHID": re.compile(r"swh:[1-9]:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}(?:;.*)?"),
}
"""Accessions of archives that a link may give bare (patterns of bioregistry 0.15.6, CC0)."""

ADDRESS = re.compile(r"(?:https?|ftp|sftp|s3|gs)://[^\s/]+\.?[^\s]*", re.IGNORECASE)
"""An address with its scheme."""

_CC_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
_CC0 = re.compile(
    r"(?:creative commons )?cc[ _-]?(?:0|zero)(?:[ _,-]*(?:v(?:ersion)? ?)?1\.0)?(?: universal)?"
    r"|creative commons zero(?: v?1\.0)?(?: universal)?"
    r"|(?:https?://)?(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0(?:/(?:legalcode|deed)?[\w.]*)?",
    re.IGNORECASE,
)
_CC_TERMS = r"(?P<terms>(?:[ _-]*(?:nc|sa|nd))*)"
_CC_VERSION = r"(?P<version>\d(?:\.\d)?)(?:[ _-]+(?:international|unported|generic))?"
_CC_BY = re.compile(
    rf"(?:creative commons )?cc[ _-]?by{_CC_TERMS}[ _,-]*(?:v(?:ersion)?\.? ?)?{_CC_VERSION}",
    re.IGNORECASE,
)
_CC_BY_NAMED = re.compile(
    r"(?:creative commons |cc[ -])?attribution"
    r"(?P<terms>(?:[ -]*(?:noncommercial|sharealike|noderivatives))*)"
    rf"[ ,-]*{_CC_VERSION}(?: licen[cs]e)?",
    re.IGNORECASE,
)
_CC_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/licen[cs]es/by(?P<terms>(?:-(?:nc|sa|nd))*)/"
    r"(?P<version>\d\.\d)(?:/(?:legalcode|deed)?[\w.]*)?",
    re.IGNORECASE,
)

_BRACKETED = re.compile(r" ?\((\d(?:\.\d)?)\)")
_AROUND_LICENCE = re.compile(
    r"(?:(?:this work is )?licen[cs]ed under )?(?:the |an? )?(?:spdx:\s?|licen[cs]e:?\s)?"
    r"(?P<bare>.+?)"
    r"(?:,? public domain dedication)?(?: (?:licen[cs]e|deed))?\.?",
    re.IGNORECASE,
)
"""Words around a licence that say nothing about which one it is."""

_LONGEST_LICENCE = 500
"""Characters beyond which a text is no licence's name; the longest real one has about 120."""

_NAMED_TWICE = re.compile(r"(.+?) \((.+)\)")
_PUBLIC_DOMAIN = re.compile(r"public domain(?: dedication)?", re.IGNORECASE)
"""A licence with its short name in brackets behind it."""

_SLACK_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII
)


def check_digit(digits: str) -> str:
    """The ISO 7064 MOD 11-2 check character of the first digits of an ORCID iD.

    >>> check_digit("000000021694233")
    'X'
    """
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


@_asked_often
def orcid_form(text: str) -> str | None:
    """Sixteen characters as an ORCID iD writes them, whether or not the check digit fits.

    >>> orcid_form("http://orcid.org/0000-0002-1825-0098")
    '0000-0002-1825-0098'
    """
    found = _ORCID_WRAPPED.fullmatch(text.strip().translate(_DASHES))
    return "-".join(found.groups()).upper() if found else None


def orcid(text: str) -> str | None:
    """The bare ORCID iD, if its check digit fits.

    >>> orcid("000000021694233x")
    '0000-0002-1694-233X'
    """
    form = orcid_form(text)
    if form is None:
        return None
    digits = form.replace("-", "")
    return form if check_digit(digits[:-1]) == digits[-1] else None


@_asked_often
def ror_form(text: str) -> str | None:
    """Nine characters as a ROR id writes them, whether or not the checksum fits."""
    found = _ROR_WRAPPED.fullmatch(text.strip())
    return found[1].lower() if found else None


def ror(text: str) -> str | None:
    """The bare ROR id, if its checksum fits (ISO 7064 MOD 97-10 over Crockford base 32).

    >>> ror("https://ror.org/02catss52"), ror("02catss53")
    ('02catss52', None)
    """
    form = ror_form(text)
    if form is None or not ROR.fullmatch(form):
        return None
    value = 0
    for character in form[1:7]:
        value = value * 32 + _BASE32.index(character)
    return form if 98 - (value * 100) % 97 == int(form[7:]) else None


@_asked_often
def doi(text: str) -> str | None:
    """The bare DOI, letters as given; percent-decoded only when taken from a resolver's address.

    White space is dropped around and inside the resolver part, never inside the DOI. Two DOIs are
    none.

    >>> doi("https://doi.org/DOI: 10.1234/example.1"), doi("10.1234/exam ple")
    ('10.1234/example.1', None)
    """
    found = _DOI_WRAPPED.fullmatch(text.strip())
    if found is None:
        return None
    bare = found["doi"]
    if found["address"]:
        if "?" in bare or "#" in bare:
            return None
        bare = unquote(bare)
    return bare if DOI.fullmatch(bare) and not BETWEEN_DOIS.search(bare) else None


def is_doi_address(text: str) -> bool:
    """Whether a text is a well-formed address of the DOI resolver."""
    return _DOI_ADDRESS.fullmatch(text) is not None and doi(text) is not None


_ADDRESS_WITHIN = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_KEY = re.compile(
    r"[?&](?:key|token|access_token|private_link|view_only|secret)=[\w.~%+=-]{11,}[\w~%+=-]",
    re.IGNORECASE,
)
"""What opens a private study or deposit to reviewers, in BioStudies, Zenodo, OSF and others."""
UNLISTED = re.compile(
    r"(https?://(?:[\w-]+\.)*(?:figshare\.com/s/|datadryad\.org/(?:stash/)?share/))[\w-]{12,}",
    re.IGNORECASE,
)
"""The same where the key is the end of the address, which leads nowhere without it."""


def without_keys(text: str) -> str:
    """A text with its addresses as they are for everyone, without the keys of what is private.

    >>> without_keys("see https://example.org/S-BIAD1?key=0123456789abcdef&a=b")
    'see https://example.org/S-BIAD1?a=b'
    """
    return _ADDRESS_WITHIN.sub(lambda found: _without_key(found[0]), UNLISTED.sub(r"\1", text))


def _without_key(address: str) -> str:
    bare = _KEY.sub("", address)
    return bare if "?" in bare or "?" not in address else bare.replace("&", "?", 1)


def pmid(text: str) -> str | None:
    """The digits of a PubMed ID.

    >>> pmid("PMID: 35189131"), pmid("PMC5753238")
    ('35189131', None)
    """
    found = _PMID_WRAPPED.fullmatch(text.strip())
    return found[1] if found else None


def pmcid(text: str) -> str | None:
    """The PubMed Central ID with its prefix.

    >>> pmcid("pmc5753238"), pmcid("5753238")
    ('PMC5753238', None)
    """
    found = _PMCID_WRAPPED.fullmatch(text.strip())
    return found[1].upper() if found else None


def taxon(text: str) -> str | None:
    """The digits of an NCBI taxon id.

    >>> taxon("NCBI:txid9606"), taxon("http://purl.obolibrary.org/obo/NCBITaxon_7955")
    ('9606', '7955')
    """
    found = _TAXON_WRAPPED.fullmatch(text.strip())
    return found[1] if found else None


@_asked_often
def email(text: str) -> str | None:
    """The address, if it has the form of one: one `@`, a domain of two or more labels (RFC 6531).

    >>> email(" o'brien+lab@mail.example.ac.uk"), email("mira@example")
    ("o'brien+lab@mail.example.ac.uk", None)
    """
    address = visible(text).strip()
    if address[:7].lower() == "mailto:":
        address = address[7:].lstrip()
    found = _EMAIL.fullmatch(address)
    if found is None or not _LOCAL.fullmatch(found["local"]):
        return None
    labels = found["domain"].split(".")
    sound = all(_LABEL.fullmatch(label) for label in labels) and len(labels[-1]) > 1
    return address if sound and not labels[-1].isdecimal() else None


@_asked_often
def iso_date(text: str) -> str | None:
    """The calendar date of an ISO date, leading zeros or not, or of an instant (its UTC day).

    >>> iso_date("2027-3-1"), iso_date("2027-03-01T23:30:00-05:00"), iso_date("1/3/2027")
    ('2027-03-01', '2027-03-02', None)
    """
    text = text.strip()
    try:
        if found := _SLACK_DATE.fullmatch(text):
            return dt.date(*(int(part) for part in found.groups())).isoformat()
        if _INSTANT.fullmatch(text):
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC).date().isoformat()
    except (ValueError, OverflowError):
        return None
    return None


def known_accession(text: str) -> str | None:
    """The archive whose accessions look like this text, or None."""
    return next((name for name, form in KNOWN.items() if form.fullmatch(text.strip())), None)


def visible(text: str) -> str:
    """The text without characters that have no glyph."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def nfc(text: str) -> str:
    """The text in Unicode's composed form (NFC); canonical equivalence only."""
    return unicodedata.normalize("NFC", text)


@_asked_often
def licence(text: str) -> str | None:
    """The name of a Creative Commons licence as the submission form writes it, version included.

    None where the text names no version, except for CC0, of which there is one only.

    >>> licence("cc-by_4.0"), licence("CC0 1.0 Universal"), licence("CC BY")
    ('CC BY 4.0', 'CC0', None)
    """
    if len(text) > _LONGEST_LICENCE:
        return None
    text = _BRACKETED.sub(r" \1", " ".join(text.translate(_DASHES).split()))
    if around := _AROUND_LICENCE.fullmatch(text):
        text = around["bare"]
    if (twice := _NAMED_TWICE.fullmatch(text)) and licence(twice[1]) == licence(twice[2]):
        return licence(twice[1])
    if twice and _PUBLIC_DOMAIN.fullmatch(twice[1]) and licence(twice[2]) == "CC0":
        return "CC0"
    if _CC0.fullmatch(text):
        return "CC0"
    found = _CC_BY.fullmatch(text) or _CC_BY_NAMED.fullmatch(text) or _CC_ADDRESS.fullmatch(text)
    if found is None:
        return None
    version = found["version"] if "." in found["version"] else found["version"] + ".0"
    terms = found["terms"].casefold().replace("noncommercial", "nc").replace("sharealike", "sa")
    terms = "-".join(re.findall("nc|sa|nd", terms.replace("noderivatives", "nd"))).upper()
    if version not in _CC_VERSIONS or terms not in ("", "SA", "ND", "NC", "NC-SA", "NC-ND"):
        return None
    return f"CC BY{'-' if terms else ''}{terms} {version}"


FORMS: dict[str, Callable[[str], str | None]] = {
    "orcid": orcid,
    "ror": ror,
    "doi": doi,
    "pmid": pmid,
    "pmcid": pmcid,
    "taxon": taxon,
    "email": email,
    "licence": licence,
    "iso_date": iso_date,
    "visible": visible,
    "nfc": nfc,
    "trimmed": str.strip,
}
"""Canonical forms by the names that curation rules use."""


def valid(name: str, text: str) -> bool:
    """Whether a text is already in a canonical form; raises KeyError for an unknown name.

    >>> valid("orcid", "0000-0002-1825-0097"), valid("orcid", "0000000218250097")
    (True, False)
    """
    return FORMS[name](text) == text
