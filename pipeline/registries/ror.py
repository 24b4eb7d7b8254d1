"""ROR: research organisations by id, official name and alias."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Member, member
from pipeline.registries.store import Dump, Entry

NAME = "ror"
OFFICIAL = "the zip of ROR data (schema v2 JSON) from zenodo.org"
VOCABULARIES = ("funders",)


class Organisation(Frozen):
    """An organisation: `ror` is its address, `names` all but acronyms, `country` two letters."""

    ror: str
    name: str
    names: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    country: str = ""
    city: str = ""
    status: str = "active"


_ID = re.compile(r"0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}")


def key(text: str) -> str:
    """The nine characters of a ROR id, however it is written; empty when there are none."""
    found = _ID.findall(text.casefold())
    return str(found[-1]) if found else ""


def built_in() -> Dump:
    """The funders of the funder vocabulary that have a ROR record of their own name."""
    entries: dict[str, Entry] = {}
    for row in vocabulary.rows("funders"):
        if row["ror_name"] and key(row["ror"]) not in entries:
            names = (row["ror_name"], *vocabulary.several(row["ror_aliases"]))
            acronyms = vocabulary.several(row["acronyms"])
            entries[key(row["ror"])] = _entry(row["ror"], names, acronyms, country=row["country"])
    return Dump(list(entries.values()), "2026-06-23 (selection)", vocabulary.date("funders"))


def _entry(
    ror: str,
    names: tuple[str, ...],
    acronyms: tuple[str, ...],
    *,
    country: str = "",
    city: str = "",
    status: str = "active",
    day: str = "",
) -> Entry:
    fields = {
        "ror": ror,
        "name": names[0] if names else "",
        "names": names,
        "acronyms": acronyms,
        "country": country,
        "city": city,
        "status": status,
    }
    found = [(name, "name") for name in names] + [(name, "acronym") for name in acronyms]
    return Entry(key(ror), fields, tuple(dict.fromkeys(found)), day)


def read(path: Path) -> Dump:
    """The official dump: one JSON array of records of schema version 2, read record by record."""
    source = member(path, "_schema_v2.json") if path.suffix == ".zip" else member(path, ".json")
    version = re.search(r"v\d[\d.]*(?=-)", path.name)
    return Dump(
        _records(source),
        version[0] if version else None,
        source.date,
        source.position,
        source.size,
    )


def _records(source: Member) -> Iterator[Entry]:
    import ijson

    with closing(source):
        for record in ijson.items(source.stream, "item"):
            yield _organisation(record)


def _organisation(record: dict[str, Any]) -> Entry:
    shown = [name["value"] for name in record["names"] if "ror_display" in name["types"]]
    other = [n["value"] for n in record["names"] if {"label", "alias"} & set(n["types"])]
    acronyms = tuple(n["value"] for n in record["names"] if "acronym" in n["types"])
    places = [at["geonames_details"] for at in record.get("locations", ())]
    place: dict[str, Any] = places[0] if places else {}
    return _entry(
        record["id"],
        tuple(dict.fromkeys(shown + other)),
        acronyms,
        country=place.get("country_code", ""),
        city=place.get("name", ""),
        status=record.get("status", "active"),
        day=record.get("admin", {}).get("last_modified", {}).get("date", ""),
    )
