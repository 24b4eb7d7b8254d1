"""Malformed RO-Crates: descriptor, root and contexts are held to the rules, each at its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import intake
from tests.documents import CRATE

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def crate() -> dict[str, Any]:
    """A sound crate of three entities."""
    return {
        "@context": CRATE["@context"],
        "@graph": [
            copy.deepcopy(CRATE["@graph"][0]),
            {
                "@id": "./",
                "@type": "Dataset",
                "name": "Mitotic spindles in fission yeast",
                "description": "Time-lapse of tagged tubulin in fission yeast.",
                "datePublished": "2027-04-01",
                "license": {"@id": LICENCE},
                "author": [{"@id": "#p1"}],
            },
            {"@id": "#p1", "@type": "Person", "name": "Mira Lindgren"},
        ],
    }


def found(document: dict[str, Any], folder: Path) -> Any:
    path = folder / "ro-crate-metadata.json"
    path.write_text(json.dumps(document), "utf-8")
    return intake.read(path)


@pytest.mark.parametrize(
    ("index", "key", "value", "pointer"),
    [
        (None, "@context", 5, "/@context"),
        (None, "@context", "https://schema.org/", "/@context"),
        (None, "@context", ["https://w3id.org/ro/crate/1.1/context", 5], "/@context/1"),
        (0, "about", "./", "/@graph/0/about"),
        (0, "about", None, "/@graph/0/about"),
        (0, "about", {"@id": "./nothing/"}, "/@graph/0/about/@id"),
        (0, "conformsTo", None, "/@graph/0/conformsTo"),
        (0, "conformsTo", "https://w3id.org/ro/crate/1.1", "/@graph/0/conformsTo"),
        (1, "@type", "CreativeWork", "/@graph/1/@type"),
        (1, "@type", 5, "/@graph/1/@type"),
        (1, "@id", 5, "/@graph/1/@id"),
        (1, "datePublished", ["2027-04-01", "2027-05-01"], "/@graph/1/datePublished/1"),
        (1, "license", 5, "/@graph/1/license"),
        (1, "hasPart", [5], "/@graph/1/hasPart/0"),
        (1, "hasPart", [{"@id": "./"}], "/@graph/1/hasPart/0"),
        (1, "contributer", [{"@id": "#p1"}], "/@graph/1/contributer"),
        (1, "@type", "dataset", "/@graph/1/@type"),
        (0, "conformsTo", {"@id": "https://example.org/profile"}, "/@graph/0/conformsTo"),
        (0, "conformsTo", {"@id": "https://w3id.org/ro/crate/7.0"}, "/@graph/0/conformsTo"),
    ],
)
def test_faults_stand_at_their_place(
    index: int | None, key: str, value: Any, pointer: str, tmp_path: Path
) -> None:
    document = crate()
    home = document if index is None else document["@graph"][index]
    home[key] = value
    findings = found(document, tmp_path).findings
    assert pointer in [one.location.pointer for one in findings if one.severity != "hint"]


def test_a_sound_crate_stays_clean(tmp_path: Path) -> None:
    assert found(crate(), tmp_path).findings == ()


def test_an_instant_of_publication_is_its_day(tmp_path: Path) -> None:
    document = crate()
    document["@graph"][1]["datePublished"] = "2027-04-01T23:30:00-05:00"
    reading = found(document, tmp_path)
    assert reading.findings == ()
    assert reading.metadata["release_date"] == "2027-04-02"


def test_data_of_the_web_are_links(tmp_path: Path) -> None:
    document = crate()
    where = "https://example.org/cells.tif"
    document["@graph"].append({"@id": where, "@type": "File", "description": "cells"})
    study = found(document, tmp_path).metadata["study"]
    assert study["links"] == [{"url": where, "description": "cells"}]
    assert "files" not in study
