"""The Crossref Funder Registry: funders by name and acronym, with the form of grant numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Member, Unreadable, member, optional
from pipeline.registries.store import Dump, Entry

NAME = "funders"
OFFICIAL = "registry.rdf or the CSV of funder names of the Crossref Funder Registry"
VOCABULARIES = ("funders",)


COUNTRIES = {
    "AR": ("argentina",),
    "AT": ("austria", "österreich"),
    "AU": ("australia",),
    "BE": ("belgium",),
    "BR": ("brazil", "brasil"),
    "CA": ("canada",),
    "CH": ("switzerland",),
    "CL": ("chile",),
    "CN": ("china", "p r china", "pr china"),
    "CZ": ("czech republic", "czechia"),
    "DE": ("germany", "deutschland"),
    "DK": ("denmark",),
    "ES": ("spain", "españa"),
    "EU": ("europe", "european union", "eu"),
    "FI": ("finland",),
    "FR": ("france",),
    "GB": ("uk", "u k", "united kingdom", "great britain"),
    "HK": ("hong kong",),
    "HU": ("hungary",),
    "IE": ("ireland",),
    "IL": ("israel",),
    "IN": ("india",),
    "IT": ("italy", "italia"),
    "JP": ("japan",),
    "KR": ("korea", "south korea", "republic of korea"),
    "MX": ("mexico", "méxico"),
    "NL": ("netherlands", "the netherlands"),
    "NO": ("norway", "norge"),
    "PL": ("poland", "polska"),
    "PT": ("portugal",),
    "RU": ("russia", "russian federation"),
    "SA": ("saudi arabia",),
    "SE": ("sweden", "sverige"),
    "SG": ("singapore",),
    "TR": ("turkey", "türkiye"),
    "TW": ("taiwan",),
    "US": ("us", "usa", "u s", "u s a", "united states", "united states of america"),
    "ZA": ("south africa",),
}
"""The countries of the built-in funders (ISO 3166-1) as people write them behind a name, folded."""

_ASIDE = (
    re.compile(
        r"(?:the\s+)?(?P<name>\S.*?)\s*[(\[](?P<aside>[^()\[\]]{2,80})[)\]]\.?", re.I | re.S
    ),
    re.compile(r"(?:the\s+)?(?P<name>\S.*?)\s*,\s*(?P<aside>[^,()]{2,60})", re.I | re.S),
    re.compile(r"(?P<aside>U\.?S\.?A?\.?|U\.?K\.?)\s+(?P<name>\S.*)", re.S),
    re.compile(r"the\s+(?P<name>\S.*)(?P<aside>)", re.I | re.S),
)
_PARTS = re.compile(r"\s*[,;/]\s*")


def without_aside(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A funder's name without what people write beside it, and the parts of that.

    >>> next(without_aside("Medical Research Council (MRC, UK)"))
    ('Medical Research Council', ('MRC', 'UK'))
    """
    for form in _ASIDE:
        if len(name) <= 300 and (found := form.fullmatch(name.strip())) is not None:
            yield found["name"], tuple(part for part in _PARTS.split(found["aside"]) if part)


class Funder(Frozen):
    """A funder: `crossref_id` is a DOI (10.13039/…), `grant_pattern` a regular expression."""

    name: str
    crossref_id: str
    ror: str = ""
    country: str = ""
    grant_pattern: str = ""


def built_in() -> Dump:
    """Funders of bioimaging with the forms of their grant numbers."""
    entries = []
    for row in vocabulary.rows("funders"):
        names = [(row["name"], "name")]
        names += [(text, "name") for text in vocabulary.several(row["spellings"])]
        names += [(text, "name") for text in vocabulary.several(row["ror_aliases"])]
        names += [(text, "acronym") for text in vocabulary.several(row["acronyms"])]
        fields = {
            key: row[key] for key in ("name", "crossref_id", "ror", "country", "grant_pattern")
        }
        entries.append(Entry(row["crossref_id"], fields, tuple(dict.fromkeys(names))))
    return Dump(entries, "2025-08-28 (selection)", vocabulary.date("funders"))


def read(path: Path) -> Dump:
    """The registry as RDF (SKOS-XL) or as the CSV of `funderNames` (uri, primary_name_display)."""
    listed = optional(path, ".csv")
    source = listed or member(path, ".rdf")
    entries = _listed(source) if listed else _concepts(source)
    return Dump(entries, None, source.date, source.position, source.size)


def _crossref(uri: str) -> str:
    return "10.13039/" + uri.rsplit("/", 1)[-1]


def _listed(source: Member) -> Iterator[Entry]:
    with source.text() as lines:
        rows = csv.DictReader(lines)
        if not {"uri", "primary_name_display"} <= set(rows.fieldnames or ()):
            raise Unreadable("the CSV has no columns uri and primary_name_display")
        for row in rows:
            key, name = _crossref(row["uri"]), row["primary_name_display"]
            yield Entry(key, {"name": name, "crossref_id": key}, ((name, "name"),))


_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_SKOS = "{http://www.w3.org/2004/02/skos/core#}"
_XL = "{http://www.w3.org/2008/05/skos-xl#}"


def _concepts(source: Member) -> Iterator[Entry]:
    from defusedxml.ElementTree import iterparse

    with closing(source):
        for _, element in iterparse(source.stream):
            if element.tag != _SKOS + "Concept":
                continue
            key = _crossref(element.get(_RDF + "about", ""))
            preferred = [
                text.text or "" for text in element.iterfind(f"{_XL}prefLabel//{_XL}literalForm")
            ]
            other = [
                text.text or "" for text in element.iterfind(f"{_XL}altLabel//{_XL}literalForm")
            ]
            if preferred:
                names = tuple((text, "name") for text in dict.fromkeys(preferred + other))
                yield Entry(key, {"name": preferred[0], "crossref_id": key}, names)
            element.clear()
