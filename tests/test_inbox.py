"""The inbox of the first run: files that are what their documents say, people that do not exist."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import zarr
from ome_types import from_xml

from pipeline.accession import FORM

INBOX = Path(__file__).resolve().parent.parent / "fixtures" / "inbox"
FOLDERS = sorted(path for path in INBOX.iterdir() if path.is_dir())
ORCIDS = {"0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"}

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def sections(document: dict[str, Any]) -> list[dict[str, Any]]:
    found, left = [], [document["section"]]
    while left:
        one = left.pop(0)
        found.append(one)
        left += one.get("subsections", [])
    return found


def document(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "submission.json").read_text(encoding="utf-8"))
    return read


def values(folder: Path, kind: str, name: str) -> list[str]:
    return [
        attribute["value"]
        for one in sections(document(folder))
        if one["type"] == kind
        for attribute in one["attributes"]
        if attribute["name"] == name
    ]


def rows(folder: Path) -> list[tuple[str, int | None]]:
    listed: list[tuple[str, int | None]] = []
    for kind in ("Study Component", "Annotations"):
        for name in values(folder, kind, "File List"):
            text = (folder / name).read_text(encoding="utf-8")
            if name.endswith(".json"):
                listed += [(row["path"], row["size"]) for row in json.loads(text)]
            else:
                reader = csv.DictReader(text.splitlines(), delimiter="\t")
                listed += [(row["Files"], None) for row in reader]
    return listed


def unmatched(folder: Path) -> list[tuple[str, str]]:
    return [
        (kind, value)
        for kind in ("Biosample", "Specimen", "Image acquisition", "Image analysis")
        for value in values(folder, "Associations", kind)
        if value.strip() not in {title.strip() for title in values(folder, kind, "Title")}
    ]


@each
def test_people_are_invented_and_no_accession_is_given(folder: Path) -> None:
    text = (folder / "submission.json").read_text(encoding="utf-8")
    assert set(re.findall(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text)) <= ORCIDS
    emails = values(folder, "author", "E-mail")
    assert emails
    assert all(email.strip().endswith("@example.org") for email in emails)
    assert not FORM.search(text)


def test_only_one_listed_file_is_absent_and_every_file_is_listed() -> None:
    absent = []
    for folder in FOLDERS:
        files = folder / "Files"
        listed = [path for path, _ in rows(folder)]
        assert len(listed) == len(set(listed))
        absent += [(folder.name, path) for path in listed if not (files / path).exists()]
        for path in (path for path in files.rglob("*") if path.is_file()):
            inside = path.relative_to(files)
            assert {inside.as_posix(), *(up.as_posix() for up in inside.parents)} & set(listed)
    assert absent == [("yeast-er-stress-screen", "plate1/A03_DTT.ome.tif")]


def test_sizes_in_json_lists_are_those_of_the_files() -> None:
    sized = [(f, path, size) for f in FOLDERS for path, size in rows(f) if size is not None]
    assert sized
    for folder, path, size in sized:
        assert (folder / "Files" / path).stat().st_size == size


def test_only_one_association_names_no_section() -> None:
    wrong = [(folder.name, *found) for folder in FOLDERS for found in unmatched(folder)]
    assert wrong == [("wing-disc-wounding", "Specimen", "Wing disc explant, live")]


def test_ome_xml_describes_the_pixels() -> None:
    paths = [path for path in INBOX.rglob("*.ome.tif") if path.is_file()]
    assert paths
    for path in paths:
        with tifffile.TiffFile(path) as tiff:
            pixels = from_xml(tiff.pages[0].description).images[0].pixels
            counts = {"T": pixels.size_t, "C": pixels.size_c, "Z": pixels.size_z}
            assert np.prod(list(counts.values())) == len(tiff.pages)
            assert tiff.pages[0].shape == (pixels.size_y, pixels.size_x)
            assert pixels.physical_size_x
            assert len(pixels.channels) == pixels.size_c


def test_ome_zarr_has_the_levels_it_states() -> None:
    paths = list(INBOX.rglob("*.ome.zarr"))
    assert paths
    for path in paths:
        group = zarr.open_group(path, mode="r")
        (image,) = group.attrs["multiscales"]  # type: ignore[misc]
        for level in image["datasets"]:  # type: ignore[call-overload, index]
            assert group[level["path"]][...].max() > 0  # type: ignore[index, union-attr]


def test_inbox_is_small() -> None:
    assert sum(path.stat().st_size for path in INBOX.rglob("*") if path.is_file()) < 2_000_000


def test_script_writes_the_same_images(tmp_path: Path) -> None:
    script = INBOX.parent / "make_inbox.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(INBOX) for path in INBOX.glob("*/Files/**/*") if path.is_file()}
    assert made == kept
    for path in made:
        if path.suffix == ".tif":
            assert np.array_equal(tifffile.imread(tmp_path / path), tifffile.imread(INBOX / path))
