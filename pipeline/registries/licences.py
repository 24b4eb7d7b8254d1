"""Licences by SPDX identifier, name and spelling."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Unreadable, member
from pipeline.registries.store import Dump, Entry

NAME = "licences"
OFFICIAL = "licenses.json of the SPDX licence list"
VOCABULARIES = ("licences",)


class Licence(Frozen):
    """A licence: `label` is what the submission form writes.

    `scope` is one of offered, imported, not-offered, software, not-a-licence, terms-of-use.
    `versioned` is false when the spelling found names no version, so that no one licence is meant.
    """

    spdx_id: str
    name: str
    label: str = ""
    url: str = ""
    legalcode_url: str = ""
    scope: str = "not-offered"
    versioned: bool = True


def built_in() -> Dump:
    """The licences of the submission form, of imported studies, and those depositors name."""
    entries = []
    for row in vocabulary.rows("licences"):
        names = [(row["spdx_id"], "id"), (row["name"], "name")]
        names += [
            (text, "name") for text in (row["label"], row["url"], row["legalcode_url"]) if text
        ]
        names += [(text, "name") for text in vocabulary.several(row["spellings"])]
        names += [(text, "unversioned") for text in vocabulary.several(row["unversioned"])]
        fields = {k: row[k] for k in ("spdx_id", "name", "label", "url", "legalcode_url", "scope")}
        entries.append(Entry(row["spdx_id"] or row["name"], fields, tuple(dict.fromkeys(names))))
    return Dump(entries, "2026-09-17 (selection)", vocabulary.date("licences"))


def read(path: Path) -> Dump:
    """The SPDX list: `licenseListVersion`, `releaseDate` and `licenses`."""
    source = member(path, ".json")
    with closing(source):
        listed = json.load(source.stream)
    if not isinstance(listed, dict) or "licenses" not in listed:
        raise Unreadable(f"{path.name} holds no licenses")
    made = str(listed.get("releaseDate", ""))[:10]
    day = dt.date.fromisoformat(made) if made else source.date
    return Dump(
        _entries(listed["licenses"]),
        str(listed.get("licenseListVersion", day)),
        day,
        lambda: source.size,
        source.size,
    )


def _entries(licences: list[dict[str, Any]]) -> Iterator[Entry]:
    for licence in licences:
        key, name = licence["licenseId"], licence["name"]
        url = next(iter(licence.get("seeAlso", ())), licence.get("reference", ""))
        fields = {"spdx_id": key, "name": name, "url": url}
        yield Entry(key, fields, ((key, "id"), (name, "name")))
