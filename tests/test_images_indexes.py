"""Index files: what they name is one set with them, and what is absent is told at the set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.images import ImageFile, sniff
from tests.pictures import tiff, write

ND = (
    '"NDInfoFile", Version 1.0\r\n"Description", \r\n"DoTimelapse", {timed}\r\n"NTimePoints", 5\r\n'
    '"DoStage", TRUE\r\n"NStagePositions", 2\r\n"Stage1", "A"\r\n"Stage2", "B"\r\n'
    '"DoWave", TRUE\r\n"NWavelengths", 2\r\n"WaveName1", "DAPI"\r\n"WaveName2", "GFP_long"\r\n'
    '{more}"WaveInFileName", TRUE\r\n"EndFile"\r\n'
)


def told(folder: Path) -> dict[str, ImageFile]:
    return {str(Path(one.path).relative_to(folder)): one for one in sniff([folder])}


def absent(one: ImageFile) -> str:
    found = [flag.message for flag in one.findings if flag.code == "IMG001"]
    return "; ".join(found).partition("absent: ")[2]


def stacks(folder: Path, times: int, suffix: str = "TIF") -> None:
    for wave in ("w1DAPI", "w2GFP_long"):
        for stage in (1, 2):
            for time in range(1, times + 1):
                write(folder / f"exp_{wave}_s{stage}_t{time}.{suffix}", tiff())


@pytest.mark.parametrize("suffix", ["TIF", "STK"])
def test_a_stack_that_a_metamorph_index_lacks_is_named(tmp_path: Path, suffix: str) -> None:
    write(tmp_path / "exp.nd", ND.format(timed="TRUE", more="").encode())
    # of five times, two were recorded
    stacks(tmp_path, 2, suffix)
    one = told(tmp_path)["exp.nd"]
    assert absent(one) == ""
    assert one.channels == ("DAPI", "GFP_long")
    (tmp_path / f"exp_w2GFP_long_s1_t2.{suffix}").unlink()
    one = told(tmp_path)["exp.nd"]
    assert absent(one) == f"exp_w2*_s1_t2.{suffix}"
    assert [flag.severity for flag in one.findings if flag.code == "IMG001"] == ["warning"]


def test_a_wave_that_was_taken_at_some_times_lacks_nothing(tmp_path: Path) -> None:
    more = '"WavePointsCollected2", 1, 3\r\n'
    write(tmp_path / "exp.nd", ND.format(timed="TRUE", more=more).encode())
    stacks(tmp_path, 3)
    for one in tmp_path.glob("*w2*_t2.TIF"):
        one.unlink()
    assert absent(told(tmp_path)["exp.nd"]) == ""


def test_a_whole_wave_that_is_absent_is_named(tmp_path: Path) -> None:
    write(tmp_path / "exp.nd", ND.format(timed="FALSE", more="").encode())
    for stage in (1, 2):
        write(tmp_path / f"exp_w1DAPI_s{stage}.stk", tiff())
    assert absent(told(tmp_path)["exp.nd"]) == "exp_w2*_s1.stk, exp_w2*_s2.stk"


def test_pictures_named_by_an_index_below_a_leica_index_belong_to_it(tmp_path: Path) -> None:
    head = '<?xml version="1.0"?><LMSDataContainerHeader>{}</LMSDataContainerHeader>'
    names = ["Metadata/one.xlcf", "Metadata/two.xlif", "Metadata/IOManagerConfiguation.xlif"]
    write(tmp_path / "a.xlef", head.format(
        "".join(f'<Reference File=".%5C{name}"/>' for name in names[:1] + names[2:])
    ).encode())  # fmt: skip
    write(tmp_path / names[0], head.format('<Reference File="two.xlif"/>').encode())
    write(tmp_path / names[1], head.format(
        '<Frame File="..%5Cdata%5Cx.tif"/><Frame File="../data/y.tif"/>'
        '<Reference File="one.xlcf"/><Reference File="../../secret.xlif"/>'
    ).encode())  # fmt: skip
    for name in ("x", "y"):
        write(tmp_path / "data" / f"{name}.tif", tiff())
    found = told(tmp_path)
    assert {name for name, one in found.items() if one.of} == {
        "Metadata/one.xlcf", "Metadata/two.xlif", "data/x.tif", "data/y.tif",
    }  # fmt: skip
    assert absent(found["a.xlef"]) == "../secret.xlif"
    (tmp_path / "data" / "y.tif").unlink()
    assert "data/y.tif" in absent(told(tmp_path)["a.xlef"])


def test_planes_that_micro_manager_metadata_name_belong_to_it(tmp_path: Path) -> None:
    names = [f"img_000000000_A_00{z}.tif" for z in (0, 1)]
    frames = {f"FrameKey-0-0-{z}": {"FileName": name} for z, name in enumerate(names)}
    write(tmp_path / "metadata.txt", json.dumps({"Summary": {"Slices": 2}, **frames}).encode())
    for name in names:
        write(tmp_path / name, tiff())
    found = told(tmp_path)
    assert {one.kind for name, one in found.items() if name != "metadata.txt"} == {"companion"}
    (tmp_path / names[1]).unlink()
    assert absent(told(tmp_path)["metadata.txt"]) == names[1]


def test_an_opera_measurement_names_its_pictures(tmp_path: Path) -> None:
    text = '<?xml version="1.0"?><M><Picture path="\\\\host\\d\\001001000"/></M>'
    write(tmp_path / "a.mea", text.encode())
    write(tmp_path / "001001000.flex", tiff(extratags=[(65200, 2, 4, b"<x/>", True)]))
    found = told(tmp_path)
    assert found["a.mea"].format == "Evotec/PerkinElmer Opera Flex"
    assert found["a.mea"].findings == ()
    assert found["001001000.flex"].of == f"{tmp_path}/a.mea"
    (tmp_path / "001001000.flex").unlink()
    assert absent(told(tmp_path)["a.mea"]) == "001001000.flex"


def test_pictures_that_a_leica_confocal_index_names_belong_to_it(tmp_path: Path) -> None:
    names = ["exp_z000_ch00.tif", "exp_z001_ch00.tif"]
    data = b"IIII" + bytes(301)
    for name in names:
        data += name.encode("utf-16-le") + bytes(41)
    write(tmp_path / "exp.lei", data)
    for name in names:
        write(tmp_path / name, tiff())
    found = told(tmp_path)
    assert found["exp.lei"].format == "Leica LCS LEI"
    assert {found[name].of for name in names} == {f"{tmp_path}/exp.lei"}
    (tmp_path / names[1]).unlink()
    assert absent(told(tmp_path)["exp.lei"]) == names[1]


def test_files_that_an_hdf5_leads_to(tmp_path: Path) -> None:
    import h5py
    import numpy

    for name in ("a_data_1.h5", "b/part.h5"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        with h5py.File(tmp_path / name, "w") as file:
            file["pixels"] = numpy.arange(16).reshape(4, 4)
    with h5py.File(tmp_path / "a_master.h5", "w") as file:
        file["entry/data/one"] = h5py.ExternalLink("a_data_1.h5", "/pixels")
        layout = h5py.VirtualLayout((2, 4, 4), "i8")
        layout[0] = h5py.VirtualSource("b/part.h5", "pixels", (4, 4))
        layout[1] = h5py.VirtualSource(file["entry"].create_dataset("own", (4, 4), "i8"))
        file.create_virtual_dataset("stack", layout)

    def told() -> dict[str, ImageFile]:
        return {one.path: one for one in sniff([tmp_path], base=tmp_path)}

    found = told()
    assert {found[name].of for name in ("a_data_1.h5", "b/part.h5")} == {"a_master.h5"}
    assert not [flag for flag in found["a_master.h5"].findings if flag.code == "IMG001"]
    (tmp_path / "b" / "part.h5").unlink()
    (flag,) = [flag for flag in told()["a_master.h5"].findings if flag.code == "IMG001"]
    assert (flag.severity, "b/part.h5" in flag.message) == ("warning", True)
