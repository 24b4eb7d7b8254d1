"""What a submission states of its images is held against their headers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from pipeline import checks
from pipeline.check import CHECKS, Context, Images, load, run
from pipeline.checks import agreement, stated, techniques, uploads
from pipeline.findings import Finding
from pipeline.images import ImageFile
from pipeline.images.formats import table
from pipeline.registries import vocabulary
from pipeline.submission import FileList, Source, SourceMap, Submission
from tests.archives import curate, inbox

load(checks)
OWN = {one.__name__ for one in (agreement, techniques, uploads)}
CODES = sorted(code for code, one in CHECKS.items() if one.function.__module__ in OWN)
MU = "µm".casefold()
"""With the Greek letter, whichever of the two signs was written."""
PLACE = "/study/study_components/0"


def file_list(paths: list[str], **columns: list[str]) -> FileList:
    rows = len(paths)
    fixed = {"path": paths, "size": [None] * rows, "type": [None] * rows}
    return FileList(
        name="cells.tsv",
        source="cells.tsv",
        component=PLACE,
        table=pd.DataFrame({**fixed, "line": range(2, rows + 2), **columns}),
        columns=tuple(columns),
    )


def found(lists: FileList, images: Images) -> tuple[Finding, ...]:
    submission = Submission(
        id="S-TEST1",
        metadata={"study": {"study_components": [{"name": "Cells", "file_list": "cells.tsv"}]}},
        source=Source(path="document.json"),
        source_map=SourceMap(file="document.json"),
        file_lists=(lists,),
    )
    context = Context(submission=submission, day=dt.date(2026, 11, 22), images=images)
    return run([CHECKS[code] for code in CODES], context)[0]


def stack(path: str, **given: object) -> ImageFile:
    facts = {
        "path": path,
        "size": 1,
        "kind": "image",
        "format": "OME-TIFF",
        "evidence": "content",
        "sizes": {"T": 3, "C": 2, "Z": 20, "Y": 64, "X": 96},
        "pixel_size_um": {"X": 0.16, "Y": 0.16, "Z": 0.5},
        "images": 1,
    }
    return ImageFile.model_validate({**facts, **given})


@pytest.mark.parametrize(
    ("name", "about", "axes", "unit"),
    [
        ("Pixel size (µm)", "pixel size", "XYZ", MU),
        ("pixel_size_x_nm", "pixel size", "X", "nm"),
        ("PhysicalSizeZ [um]", "pixel size", "Z", "um"),
        ("Voxel depth", "pixel size", "Z", None),
        ("microns per pixel", "pixel size", "XYZ", "um"),
        ("SizeX", "pixels", "X", None),
        ("Image Width (pixels)", "pixels", "X", "pixel"),
        ("number_of_z_slices", "pixels", "Z", None),
        ("# channels", "pixels", "C", None),
        ("Time points", "pixels", "T", None),
        ("File Format", "format", "", None),
        ("sha256sum", "checksum", "", None),
        ("File size (MB)", "bytes", "", "mb"),
    ],
)
def test_columns_are_known_by_their_usual_names(
    name: str, about: stated.About, axes: str, unit: str | None
) -> None:
    (column,) = stated.columns(file_list(["a"], **{name: ["1"]}), about)
    assert (column.axes, column.unit) == (axes, unit)


@pytest.mark.parametrize(
    "name",
    [
        "Channel",
        "Time point",
        "Width (mm)",
        "Size",
        "Slice",
        "Z",
        "Frame rate",
        "Cell size",
        "Plate",
    ],
)
def test_columns_that_say_something_else_are_left_alone(name: str) -> None:
    one = file_list(["a"], **{name: ["1"]})
    assert not [
        c for about in ("pixels", "pixel size", "bytes") for c in stated.columns(one, about)
    ]


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("0.1", "um", [(0.1, "um")]),
        ("65 nm", None, [(65, "nm")]),
        ("0,16 x 0,16 x 0,5 µm", None, [(0.16, MU), (0.16, MU), (0.5, MU)]),
        ("0.1 µm/pixel", None, [(0.1, MU)]),
        ("0.1 microns, 0.2 microns", None, [(0.1, "micron"), (0.2, "micron")]),
        ("1.08e-07", "m", [(1.08e-07, "m")]),
        ("6.5E-8 m x 6.5E-8 m", None, [(6.5e-08, "m"), (6.5e-08, "m")]),
        ("20x", None, []),
        ("512 px", None, []),
        ("unknown", "um", []),
    ],
)
def test_lengths_are_read(text: str, unit: str | None, expected: list[tuple[float, str]]) -> None:
    assert [(one.value, one.unit) for one in stated.lengths(text, unit)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,024 x 1,024 px", (1024, 1024)),
        ("512×512×20", (512, 512, 20)),
        ("3.0", (3,)),
        ("20x", ()),
        ("0.5 x 0.5", ()),
        ("1-3", ()),
    ],
)
def test_counts_are_read(text: str, expected: tuple[int, ...]) -> None:
    assert stated.counts(text) == expected


def test_thousands_of_equal_disagreements_are_one_finding() -> None:
    paths = [f"{number}.ome.tif" for number in range(3000)]
    lists = file_list(paths, **{"Size X": ["96"] * 1000 + ["512"] * 2000})
    (one,) = found(lists, Images(looked=True, sniffed=tuple(map(stack, paths))))
    assert (one.code, one.severity, one.count) == ("IMG261", "warning", 2000)
    assert (one.location.line, one.location.row) == (1002, 1001)
    assert "1,999 more like this" in one.message
    assert len(one.samples) == agreement.SAMPLES


def test_what_is_certain_is_told_apart_from_what_is_not() -> None:
    lists = file_list(["a", "b"], **{"Z slices": ["7", "3"]})
    first, second = found(lists, Images(looked=True, sniffed=(stack("a"), stack("b"))))
    assert (first.severity, first.value) == ("warning", "7")
    assert (second.severity, second.value) == ("hint", "3")


def test_planes_without_labels_agree_with_either_count() -> None:
    plain = stack(
        "a", format="TIFF (Tagged Image File Format)", sizes={"T": 1, "C": 1, "Z": 30, "X": 9}
    )
    for column in ("Time points", "Z slices", "Channels"):
        lists = file_list(["a"], **{column: ["30"]})
        assert not found(lists, Images(looked=True, sniffed=(plain,)))


def test_a_row_says_nothing_of_a_file_with_several_images() -> None:
    lists = file_list(["a"], **{"Size X": ["7"], "Pixel size (µm)": ["9"], "Channels": ["9"]})
    assert len(found(lists, Images(looked=True, sniffed=(stack("a"),)))) == 3
    assert not found(lists, Images(looked=True, sniffed=(stack("a", images=4),)))


def test_without_the_files_the_checks_say_why_they_did_not_run() -> None:
    submission = Submission(
        id="S-TEST1",
        metadata={"study": {"study_components": [{"name": "Cells"}]}},
        source=Source(path="document.json"),
        source_map=SourceMap(file="document.json"),
    )
    context = Context(submission=submission, day=dt.date(2026, 11, 22))
    findings, skips = run([CHECKS[code] for code in CODES], context)
    assert not findings
    assert {one.code for one in skips} == set(CODES)


def test_every_format_of_a_technique_or_maker_is_in_the_table_of_formats() -> None:
    known = table().formats.keys()
    for groups in (techniques.table().techniques, techniques.table().makers):
        named = [one for group in groups for one in group.formats]
        assert len(named) == len(set(named))
        assert set(named) <= known
        assert all(re.compile(group.said) for group in groups)


def test_terms_of_fbbi_are_taken_for_the_technique_they_are_of() -> None:
    terms = {row["id"]: row for row in vocabulary.rows("imaging_methods")}

    def below(root: str) -> set[str]:
        """The labels of all terms below one."""
        ids = {root}
        for _ in terms:
            ids |= {one for one, row in terms.items() if ids & set(row["parents"].split(";"))}
        return {terms[one]["label"] for one in ids}

    said = {one.name: re.compile(one.said, re.IGNORECASE) for one in techniques.table().techniques}
    electron, light = below("FBbi:00000256"), below("FBbi:00000345")
    assert len(electron) > 10
    assert len(light) > 20
    for label in electron - light:
        assert not said["light"].search(label) or said["electron"].search(label), label
    for label in light - electron:
        assert not said["electron"].search(label) or said["light"].search(label), label


MOVIES = "keratocyte-actin-flow"


def test_what_a_list_states_is_held_against_the_files_on_disk(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", MOVIES)
    listing = source / MOVIES / "actin_movies.tsv"
    head, *rows = listing.read_text("utf-8").splitlines()
    files = source / MOVIES / "Files"
    sums = [hashlib.sha256((files / row.split("\t")[0]).read_bytes()).hexdigest() for row in rows]
    states = [
        "Format\tPixel size (nm)\tChannels\tSHA256",
        *(f"OME-TIFF\t160\t2\t{s}" for s in sums),
    ]
    states[3] = states[3].replace("OME-TIFF\t160\t2", "Zeiss CZI\t65\t3")
    lines = ["\t".join(pair) for pair in zip([head, *rows], states, strict=True)]
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = curate(source, tmp_path / "archive")[MOVIES]
    assert result.outcome == "accessioned"
    record = json.loads((tmp_path / "archive" / str(result.record)).read_bytes())
    told = [one for one in record["report"]["findings"] if one["code"] in CODES]
    assert {(one["code"], one["severity"], one["location"]["line"]) for one in told} == {
        ("IMG260", "warning", 4),
        ("IMG262", "warning", 4),
        ("IMG263", "warning", 4),
    }


def test_the_inbox_agrees_with_itself_and_its_components_are_counted(tmp_path: Path) -> None:
    results = curate(inbox(tmp_path / "inbox"), tmp_path / "archive")
    for one in results.values():
        report = (tmp_path / "archive" / one.report).read_text("utf-8")
        assert not [code for code in CODES if code in report and code != "FLS148"]
    record = json.loads((tmp_path / "archive" / str(results[MOVIES].record)).read_bytes())
    by_name = {one["study_component"]: one for one in record["components"]}
    assert sum(one["files"] for one in by_name.values()) == len(record["files"])
    assert sum(one["size"] for one in by_name.values()) == sum(f["size"] for f in record["files"])
    assert by_name["Bead stacks"]["images"] == 2
    assert by_name["Bead stacks"]["share_on_bioformats_list"] == 0
    assert by_name["Actin movies"]["share_on_bioformats_list"] == 1
    assert {"axis": "Z", "least": 0.3, "most": 0.3} in by_name["Bead stacks"]["pixel_sizes_um"]
