"""How to cite a study: the archive's sentence, and forms for reference managers.

Names stand as the depositor wrote them: where a form asks for family and given name, the whole
name is given as one, because a program cannot know where a name divides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pipeline.record import CuratedRecord
from pipeline.registries import vocabulary

NAME = "citation"
FILE = "citation.txt"

PUBLISHER = "BioImage Archive, EMBL-EBI"

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: "\\" + sign for sign in "&%$#_"}
_TO_LATEX = str.maketrans(_LATEX)


def write(record: CuratedRecord) -> bytes:
    """The archive's sentence, and the study's DOI where it has one, as text."""
    lines = [record.citation]
    if record.doi:
        lines.append(f"https://doi.org/{record.doi}")
    return "".join(line + "\n" for line in lines).encode()


def bibtex(record: CuratedRecord) -> str:
    """A BibTeX entry of type `misc`, which every style knows."""
    fields: dict[str, str | None] = {
        "author": " and ".join(_bibtex_name(name) for name, _ in _authors(record)),
        "title": "{" + title_of(record).translate(_TO_LATEX) + "}",
        "year": _year(record),
        "publisher": PUBLISHER.translate(_TO_LATEX),
        "version": str(record.version),
        "doi": record.doi,
        "url": record.link,
        "note": f"BioImage Archive accession {record.accession}",
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{record.accession},\n{body}}}\n"


def cff(record: CuratedRecord) -> str:
    """A Citation File Format 1.2.0 file of type `dataset`."""
    import yaml

    people = [
        {"name": name} | ({"orcid": f"https://orcid.org/{orcid}"} if orcid else {})
        for name, orcid in _authors(record)
    ]
    licence = of_study(record, "licence")
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": record.citation,
        "type": "dataset",
        "title": title_of(record),
        "authors": people or [{"name": "Authors not stated"}],
        "version": str(record.version),
        "doi": record.doi,
        "url": record.link,
        "date-released": release_day(record),
        "license": spdx_ids().get((licence.get("name") or "").strip().casefold()),
        "keywords": [text.strip() for text in of_study(record, "keywords") or []],
    }
    if not fields["license"]:
        fields["license-url"] = licence.get("url")
    kept = {name: value for name, value in fields.items() if value}
    text: str = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=10_000)
    return text


def ris(record: CuratedRecord) -> str:
    """A RIS record of type `DATA`; lines end as the form asks, with CR LF."""
    lines: list[tuple[str, str | None]] = [("TY", "DATA")]
    lines += [("AU", name) for name, _ in _authors(record)]
    lines += [
        ("TI", title_of(record)),
        ("PY", _year(record)),
        ("DA", (release_day(record) or "").replace("-", "/")),
        ("PB", PUBLISHER),
        ("AN", record.accession),
        ("ET", str(record.version)),
        ("DO", record.doi),
        ("UR", record.link),
    ]
    lines += [("KW", text) for text in of_study(record, "keywords") or []]
    body = "".join(f"{tag}  - {one_line(value)}\r\n" for tag, value in lines if value)
    return body + "ER  - \r\n"


def csl(record: CuratedRecord) -> str:
    """A CSL-JSON array with one entry of type `dataset`."""
    day = release_day(record)
    fields: dict[str, Any] = {
        "id": record.accession,
        "type": "dataset",
        "title": title_of(record),
        "author": [{"literal": name} for name, _ in _authors(record)],
        "issued": {"date-parts": [[int(part) for part in day.split("-")]]} if day else None,
        "publisher": PUBLISHER,
        "version": str(record.version),
        "number": record.accession,
        "DOI": record.doi,
        "URL": record.link,
    }
    kept = {name: value for name, value in fields.items() if value}
    return json.dumps([kept], ensure_ascii=False, indent=2) + "\n"


FORMS: Mapping[str, Callable[[CuratedRecord], str]] = {
    "bibtex": bibtex,
    "cff": cff,
    "ris": ris,
    "csl": csl,
}


def of_study(record: CuratedRecord, slot: str) -> Any:
    """What a slot of the study holds; an empty mapping where it is absent."""
    return record.metadata.get("study", {}).get(slot) or {}


def title_of(record: CuratedRecord) -> str:
    """The study's title in one line; its accession where it has none."""
    return one_line(of_study(record, "title") or record.accession)


def _authors(record: CuratedRecord) -> list[tuple[str, str | None]]:
    """Names with their ORCID iDs; an author without a name cannot be cited."""
    people = [one for one in of_study(record, "authors") or [] if one.get("name")]
    found = [_ORCID.search(one.get("orcid") or "") for one in people]
    return [
        (one_line(one["name"]), orcid[0] if orcid else None)
        for one, orcid in zip(people, found, strict=True)
    ]


def one_line(text: str) -> str:
    """A text with single spaces for all white space."""
    return " ".join(text.split())


def release_day(record: CuratedRecord) -> str | None:
    """The release date as YYYY-MM-DD, or None."""
    found = _DAY.match(record.release_date or "")
    return "-".join(found.groups()) if found else None


def _year(record: CuratedRecord) -> str | None:
    day = release_day(record)
    return day[:4] if day else None


def _bibtex_name(name: str) -> str:
    """The name, in braces where BibTeX would take a part of it for something else."""
    safe = name.translate(_TO_LATEX)
    return "{" + safe + "}" if "," in name or " and " in name else safe


@cache
def spdx_ids() -> Mapping[str, str]:
    """SPDX identifiers by the labels that name one licence and version, in small letters."""
    known: dict[str, str] = {}
    for row in vocabulary.rows("licences"):
        for label in (row["label"], row["spdx_id"], *vocabulary.several(row["spellings"])):
            known[label.casefold()] = row["spdx_id"]
    return known
