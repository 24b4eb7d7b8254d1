"""A submission made of the real image files of the shared corpus goes through to its accession."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from pipeline import deciding, review
from tests.archives import bench, curate

REAL = Path(__file__).parent.parent.parent / "shared" / "corpus" / "images" / "real"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the shared corpus is not here")

DOCUMENT = {
    "attributes": [
        {"name": "Template", "value": "BioImages.v5"},
        {"name": "ReleaseDate", "value": "2027-03-01"},
        {"name": "AttachTo", "value": "BioImages"},
    ],
    "section": {
        "type": "Study",
        "attributes": [
            {"name": "Title", "value": "Real image files of many formats in one submission"},
            {"name": "Description", "value": "One file or folder of each format that we met."},
            {"name": "Keywords", "value": "formats"},
            {"name": "License", "value": "CC0"},
        ],
        "subsections": [
            {
                "type": "Author",
                "attributes": [
                    {"name": "Name", "value": "Mira Lindgren"},
                    {"name": "E-mail", "value": "mira.lindgren@example.org"},
                    {"name": "affiliation", "value": "o1", "reference": True},
                ],
            },
            {
                "type": "organisation",
                "accno": "o1",
                "attributes": [{"name": "Name", "value": "Example Institute"}],
            },
            {
                "type": "Biosample",
                "attributes": [
                    {"name": "Title", "value": "Cells"},
                    {"name": "Organism", "value": "Danio rerio"},
                    {"name": "Biological entity", "value": "keratocytes"},
                ],
            },
            {
                "type": "Specimen",
                "attributes": [
                    {"name": "Title", "value": "Slide"},
                    {"name": "Sample preparation protocol", "value": "Mounted."},
                ],
            },
            {
                "type": "Image acquisition",
                "attributes": [
                    {"name": "Title", "value": "Microscope"},
                    {"name": "Imaging instrument", "value": "Several"},
                    {"name": "Image acquisition parameters", "value": "Several"},
                    {"name": "Imaging method", "value": "fluorescence microscopy"},
                ],
            },
            {
                "type": "Study Component",
                "attributes": [
                    {"name": "Name", "value": "All images"},
                    {"name": "Description", "value": "Every format"},
                    {"name": "File List", "value": "all.tsv"},
                ],
                "subsections": [
                    {
                        "type": "Associations",
                        "attributes": [
                            {"name": "Biosample", "value": "Cells"},
                            {"name": "Specimen", "value": "Slide"},
                            {"name": "Image acquisition", "value": "Microscope"},
                        ],
                    }
                ],
            },
        ],
    },
}


def test_real_images_get_an_accession_each_told(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "many-formats"
    shutil.copytree(REAL, folder / "Files", ignore=shutil.ignore_patterns("manifest.csv"))
    tops = sorted(path.name for path in (folder / "Files").iterdir())
    (folder / "all.tsv").write_text("\n".join(["Files", *tops]) + "\n", encoding="utf-8")
    (folder / "submission.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    archive = tmp_path / "archive"
    result = curate(tmp_path / "inbox", archive)["many-formats"]
    if result.outcome == "needs-review":
        # Test patients' names in DICOM headers are for a person to judge.
        with bench(archive) as made:
            one = deciding.case("many-formats", made)
            errors = {f.code for f in one.judged.after.findings if f.severity == "error"}
            assert all(code.startswith("IMG2") for code in errors)
            deciding.accept(one, curator="A. Curator", note="made-up patients of a test set")
            assert review.waivers(deciding.case("many-formats", made).received.decisions)
        result = curate(tmp_path / "inbox", archive)["many-formats"]
    assert (result.outcome, result.accession) == ("accessioned", "S-BIAD1")
    record = json.loads((archive / str(result.record)).read_bytes())
    told = {one["path"]: one.get("format") for one in record["files"]}
    with (REAL / "manifest.csv").open(encoding="utf-8") as rows:
        images = [row for row in csv.DictReader(rows) if row["role"].startswith("primary")]
    assert len(images) > 90
    for row in images:
        folder_of = row["path"].rstrip("/") + "/"
        inside = [
            name for path, name in told.items() if path == row["path"] or path.startswith(folder_of)
        ]
        assert inside, row["path"]
        assert any(inside), row["path"]
