"""Every format of the table is whole, and every fixture is told as its folder says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipeline.images import ImageFile, sniff
from pipeline.images.formats import suffixes_of, table
from pipeline.images.headers import HEADERS
from pipeline.images.headers.registry import STRUCTURES
from tests.pictures import slug

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "images"
CORPUS = ROOT.parent / "shared" / "corpus" / "images"
RULES = {
    "at", "hex", "text", "and", "within", "contains", "pattern", "tiff", "ole", "hdf5", "zip",
    "xml", "folder", "structure", "with_suffix", "suffixes", "name", "rank",
}  # fmt: skip


def test_the_whole_bioformats_list_is_there() -> None:
    listed = [one for one in table().formats.values() if one.listed]
    assert len(listed) == 165
    assert {"OME-TIFF", "Zeiss CZI", "MetaXpress", "3i SlideBook 7"} <= {one.name for one in listed}
    assert len({slug(name) for name in table().formats}) == len(table().formats)


def test_every_signature_can_match() -> None:
    for one in table().formats.values():
        for rule in one.rules:
            assert set(rule) <= RULES, one.name
            assert rule.get("structure", "mrc") in STRUCTURES
            assert not rule.get("with_suffix") or one.all_suffixes, one.name
        assert all(suffix == suffix.lower().lstrip(".") for suffix in one.all_suffixes)


def test_every_header_belongs_to_a_format() -> None:
    assert set(HEADERS) <= set(table().formats)


def test_suffixes_are_the_longest_first() -> None:
    assert suffixes_of("a.b.OME.tif") == ("ome.tif", "tif")
    assert suffixes_of("plain") == ()
    assert suffixes_of("._x.tif") == ("tif",)


@pytest.mark.parametrize("folder", sorted(FIXTURES.iterdir()), ids=lambda path: str(path.name))
def test_a_fixture_is_told_as_its_folder_says(folder: Path) -> None:
    found = list(sniff([folder], deep=True))
    assert found
    for one in found:
        assert slug(one.format or "") == folder.name, one
        assert one.evidence == "content", one
        assert not [flag for flag in one.findings if flag.severity != "hint"], one
    assert [one.kind for one in found].count("image") == 1
    primary = next(one for one in found if one.kind == "image")
    assert all(one.of == primary.path for one in found if one.kind == "companion")


def test_fixtures_show_many_formats_and_stay_small() -> None:
    folders = list(FIXTURES.iterdir())
    listed = {slug(one.name) for one in table().formats.values() if one.listed}
    assert len({folder.name for folder in folders} & listed) >= 70
    assert sum(path.stat().st_size for path in FIXTURES.rglob("*") if path.is_file()) < 1_000_000


def told(side: str) -> tuple[list[dict[str, str]], dict[str, ImageFile]]:
    base = CORPUS / side
    with (base / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["role"].startswith("primary")]
    return rows, {one.path.rstrip("/"): one for one in sniff([base], deep=True, base=base)}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real images beside the checkout")
def test_real_images_are_told_and_have_no_false_fault() -> None:
    rows, found = told("real")
    right = {True: 0, False: 0}
    for row in rows:
        name, off, _ = row["true_format"].partition(" - not in Bio-Formats")
        one = found[row["path"].rstrip("/")]
        assert one.kind not in ("unreadable", "junk"), one
        word = re.split(r"[ (]", name)[0].casefold()
        same = word in (one.format or "").casefold() if off else one.format == name
        right[not off] += same and one.on_bioformats_list is not bool(off)
        errors = {flag.code for flag in one.findings if flag.severity == "error"}
        assert errors <= {"IMG202"}, one
    assert right[True] >= 61
    assert right[False] >= 32


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real images beside the checkout")
def test_broken_images_are_told() -> None:
    rows, found = told("broken")
    silent = [
        row["path"]
        for row in rows
        if "undetectable" not in row["expected"] and not row["expected"].startswith("missing ext")
        if not any(f.severity != "hint" for f in found[row["path"].rstrip("/")].findings)
    ]
    assert len(silent) <= 2, silent
