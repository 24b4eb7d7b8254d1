"""Bruker MRI: a scan with its reconstructions, a reconstruction alone, and what their texts say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.images import ImageFile, sniff
from tests.pictures import write
from tests.told import grave

HEAD = "##TITLE=Parameter List, ParaVision 6.0\n##JCAMPDX=4.24\n"


def texts(
    frames: int = 3, dimensions: str = "4 5 6", order: str = "(3, <FG_CYCLE>, <>, 0, 0)"
) -> str:
    count = len(dimensions.split())
    return f"""{HEAD}##$VisuCoreFrameCount={frames}
##$VisuCoreDim={count}
##$VisuCoreSize=( {count} )
{dimensions}
$$ @vis= VisuCoreDim VisuCoreSize
##$VisuCoreExtent=( {count} )
{"8 5 3" if count == 3 else "8 5"}
##$VisuCoreUnits=( {count}, 65 )
{" ".join(["<mm>"] * count)}
##$VisuCoreWordType=_16BIT_SGN_INT
##$VisuFGOrderDesc=( 1 )
{order}
##$VisuManufacturer=( 65 )
<Bruker BioSpin MRI GmbH>
##$VisuStation=( 65 )
<BioSpec 94/20>
##$VisuAcqDate=<2017-08-23T11:49:57,680+0100>
##END=
"""


def told(folder: Path) -> dict[str, ImageFile]:
    return {one.path: one for one in sniff([folder], base=folder)}


def test_a_scan_is_one_image_with_its_reconstructions(tmp_path: Path) -> None:
    for name in ("acqp", "method", "visu_pars"):
        write(tmp_path / name, (HEAD + "##END=\n").encode())
    write(tmp_path / "fid", b"\1" * 64)
    for number, length in (("1", 720), ("2", 720)):
        write(tmp_path / "pdata" / number / "visu_pars", texts().encode())
        write(tmp_path / "pdata" / number / "2dseq", b"\1" * length)
    found = told(tmp_path)
    scan = found.pop("acqp")
    assert (scan.format, scan.evidence, scan.pixel_type) == ("Bruker MRI", "content", "int16")
    assert scan.sizes == {"T": 3, "C": 1, "Z": 6, "Y": 5, "X": 4}
    assert scan.pixel_size_um == {"X": 2000.0, "Y": 1000.0, "Z": 500.0}
    assert (scan.instrument, scan.acquired) == (
        "Bruker BioSpin MRI GmbH BioSpec 94/20",
        "2017-08-23T11:49:57",
    )
    assert not scan.findings
    assert {one.kind for one in found.values()} == {"companion"}
    write(tmp_path / "pdata" / "1" / "2dseq", b"\1" * 719)
    assert grave(told(tmp_path)["acqp"]) == {"IMG103"}


def test_a_reconstruction_alone_is_one_image(tmp_path: Path) -> None:
    write(tmp_path / "reco", (HEAD + "##$RECO_size=( 2 )\n4 5\n##END=\n").encode())
    write(tmp_path / "visu_pars", texts(1, order="").encode())
    write(tmp_path / "2dseq", b"\1" * 240)
    found = told(tmp_path)
    assert {name: one.kind for name, one in found.items()} == {
        "visu_pars": "image", "reco": "companion", "2dseq": "companion"}  # fmt: skip
    assert not found["visu_pars"].findings
    (tmp_path / "2dseq").unlink()
    assert grave(told(tmp_path)["visu_pars"]) == {"IMG001"}


@pytest.mark.parametrize(
    ("order", "sizes"),
    [
        ("", (1, 6)),
        ("(6, <FG_SLICE>, <>, 0, 2)", (1, 6)),
        ("(3, <FG_SLICE>, <>, 0, 2) (2, <FG_ECHO>, <>, 2, 1)", (2, 3)),
        ("(4, <FG_SLICE>, <>, 0, 2)", (1, 6)),
    ],
)
def test_frames_are_slices_and_repetitions(
    order: str, sizes: tuple[int, int], tmp_path: Path
) -> None:
    write(tmp_path / "visu_pars", texts(6, "4 5", order).encode())
    write(tmp_path / "2dseq", b"\1" * 240)
    one = told(tmp_path)["visu_pars"]
    assert one.sizes == {"T": sizes[0], "C": 1, "Z": sizes[1], "Y": 5, "X": 4}
    assert one.pixel_size_um == {"X": 2000.0, "Y": 1000.0}
