"""What the headers of cameras, probes and scanners say, and how their lengths prove a cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.images import sniff
from tests import cameras, confocal, instruments, probes
from tests.recipes import RECIPES
from tests.told import grave, made, only

PLANE = {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 6}
HALF = {"X": 0.5, "Y": 0.5}
Sizes = dict[str, int]

SOUND: list[tuple[str, bytes, str | None, Sizes | None, dict[str, float]]] = [
    ("a.ipl", cameras.iplab(), "uint16", PLANE | {"T": 2, "C": 2, "Z": 3}, HALF),
    ("b.ipl", cameras.iplab(">", 10, (6, 4, 1, 3, 2)), "float64", PLANE | {"T": 2, "Z": 3}, HALF),
    ("a.ipm", cameras.ivision(), "uint16", PLANE | {"Z": 3}, {}),
    ("b.ipm", cameras.ivision(5), "uint8", PLANE | {"C": 3, "Z": 3}, {}),
    ("a.dcimg", cameras.dcimg(), "uint16", PLANE | {"T": 3}, {}),
    ("b.dcimg", cameras.dcimg(7), "uint16", PLANE | {"T": 3}, {}),
    ("a.his", cameras.his(), "uint16", PLANE, {}),
    ("b.his", cameras.his(6, wide=True), "uint16", PLANE, {}),
    ("a.i2i", cameras.i2i("I", ">"), "int16", PLANE | {"T": 2, "Z": 3}, {}),
    ("b.i2i", cameras.i2i(groups=0), "float32", PLANE | {"Z": 6}, {}),
    ("a.arf", cameras.arf(">"), "uint16", PLANE | {"T": 3}, {}),
    ("b.arf", cameras.arf(version=1, bits=16), "uint16", PLANE, {}),
    ("a.st7", cameras.sbig(), "uint16", PLANE, {"X": 9.0, "Y": 9.0}),
    ("b.st7", cameras.sbig(packed=True), "uint16", PLANE, {"X": 9.0, "Y": 9.0}),
    ("a.raw", cameras.openlab_raw(3, 3), "uint8", PLANE | {"C": 3, "Z": 3}, {}),
    ("a.liff", cameras.liff(), "uint16", PLANE | {"Z": 3}, {"X": 0.25, "Y": 0.25}),
    ("b.liff", cameras.liff(2, ("C=1 Z=1", "C=2 Z=1")), "uint16", PLANE | {"C": 2},
     {"X": 0.25, "Y": 0.25}),
    ("a.bip", cameras.bip(), "float32", PLANE, {"X": 100.0, "Y": 200.0}),
    ("a.scn", cameras.scn(), "uint16", PLANE, {"X": 100.0, "Y": 100.0}),
    ("a.sm3", probes.rhk(), "int16", PLANE, {"X": 1e-3, "Y": 1e-3}),
    ("a.sm2", probes.rhk(numbers=False, kind=0), "float32", PLANE, {"X": 1e-3, "Y": 1e-3}),
    ("a.afm", probes.quesant(), "uint16", PLANE | {"Y": 6}, {"X": 2.0, "Y": 2.0}),
    ("a.tfr", probes.topometrix(), "uint16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("b.tfr", probes.topometrix(4), "uint16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("a.wat", probes.watop(), "int16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("a.top", probes.oxford(), "uint16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("b.top", probes.oxford(later=True), "uint16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("a.img", probes.burleigh(), "uint16", PLANE, {"X": 2.0, "Y": 2.0}),
    ("b.img", probes.fei(), "uint8", PLANE, {}),
    ("c.img", probes.jeol(), "uint8", PLANE, {}),
    ("a.dat", probes.sm_camera(), "uint8", PLANE, {}),
    ("a.stp", probes.molecular(), "uint16", PLANE | {"Z": 2}, {"X": 2.0, "Y": 2.0}),
    ("a.al3d", probes.alicona(), "uint8", PLANE, {"X": 2.0, "Y": 2.0}),
    ("b.al3d", probes.alicona(texture=False), "float32", PLANE, {"X": 2.0, "Y": 2.0}),
    ("a.aim", probes.aim(), "int16", PLANE | {"Z": 2}, {"X": 10.0, "Y": 10.0, "Z": 10.0}),
    ("b.aim", probes.aim(False), "int16", PLANE | {"Z": 2}, {"X": 10.0, "Y": 10.0, "Z": 10.0}),
    ("a.dm2", probes.dm2(2, 1), "int16", PLANE, {}),
    ("a.dti", probes.vgsam(4), "float32", PLANE, {}),
    ("a.sdt", probes.sdt(), "uint16", PLANE | {"T": 8, "C": 2}, {}),
    ("c.sdt", probes.sdt(packed=True), "uint16", PLANE | {"T": 8, "C": 2}, {}),
    ("b.sdt", probes.sdt(13, 2), "uint16", PLANE | {"T": 8, "C": 2}, {}),
    ("a.fli", probes.flim(background=True), "uint16", PLANE | {"T": 12}, {}),
    ("a.vff", probes.vff(), "int16", PLANE | {"Z": 2}, {"X": 50.0, "Y": 50.0, "Z": 50.0}),
    ("a.mif", probes.mrtrix(), "int16", PLANE | {"Z": 2, "T": 3}, {**dict.fromkeys("XY", 500.0),
     "Z": 2000.0}),
    ("a.oir", confocal.oir(), "uint16", PLANE | {"Z": 3, "C": 2, "T": 2},
     {"X": 0.25, "Y": 0.25, "Z": 1.0}),
    ("b.oir", confocal.oir(1, 1, 1, False), "uint8", PLANE, {"X": 0.25, "Y": 0.25, "Z": 1.0}),
    ("a.lof", confocal.lof(), "uint16", PLANE | {"Z": 3, "C": 2}, {"X": 0.5, "Y": 0.5, "Z": 2.0}),
    ("a.pic", confocal.pic(notes=confocal.NOTES), "uint16", PLANE | {"Z": 3},
     {"X": 0.5, "Y": 0.5, "Z": 14.0}),
    ("b.pic", confocal.pic(True, ("AXIS_2 = 257 0.0 0.5 um", "AXIS_4 2 0.0 1.0 s")), "uint8",
     PLANE | {"T": 3}, {"X": 0.5}),
    ("a.obf", confocal.obf(), "uint16", PLANE | {"Z": 3}, dict.fromkeys("XYZ", 0.1)),
    ("b.obf", confocal.obf(0x40, (6, 4, 1, 2)), "float32", PLANE | {"C": 2},
     dict.fromkeys("XYZ", 0.1)),
    ("a.sxm", probes.sxm(), "float32", PLANE | {"C": 3}, {"X": 2e-3, "Y": 2e-3}),
    ("a.ptu", probes.picoquant(), None, PLANE, {"X": 0.25, "Y": 0.25}),
    ("a.phu", probes.picoquant(3), None, None, {}),
    ("a.1sc", cameras.gel(), "uint16", PLANE, {"X": 2000.0, "Y": 2000.0}),
    ("b.1sc", cameras.gel("<"), "uint16", PLANE, {"X": 2000.0, "Y": 2000.0}),
    ("a.dpx", probes.dpx(), "uint16", PLANE | {"C": 3}, {}),
    ("b.dpx", probes.dpx("<"), "uint16", PLANE | {"C": 3}, {}),
    ("a.cin", probes.cineon(), "uint16", PLANE | {"C": 3}, {}),
]  # fmt: skip
ENDS_WITH_MORE = {
    "a.ipl",
    "b.ipl",
    "a.liff",
    "b.liff",
    "a.dm2",
    "a.pic",
    "b.pic",
    "a.obf",
    "a.1sc",
    "b.1sc",
}
"""Of these the last tenth is no pixels."""


@pytest.mark.parametrize(
    ("name", "data", "kind", "sizes", "steps"), SOUND, ids=lambda one: str(one)[:12]
)
def test_a_header_says_sizes_type_and_steps(
    name: str,
    data: bytes,
    kind: str | None,
    sizes: Sizes | None,
    steps: dict[str, float],
    tmp_path: Path,
) -> None:
    one = made(tmp_path / name, data)
    assert (one.evidence, one.pixel_type, one.sizes) == ("content", kind, sizes)
    assert one.pixel_size_um == (pytest.approx(steps) if steps else None)
    assert grave(one) == set()
    # bytes behind the end are none of its business
    assert grave(made(tmp_path / name, data + bytes(512))) == set()


@pytest.mark.parametrize(
    ("name", "data"), [one[:2] for one in SOUND], ids=lambda one: str(one)[:12]
)
def test_a_cut_file_is_told_by_its_lengths(name: str, data: bytes, tmp_path: Path) -> None:
    whole = made(tmp_path / name, data)
    for tenths in (3, 9):
        cut = made(tmp_path / name, data[: len(data) * tenths // 10])
        assert cut.format == whole.format
        assert grave(cut) or (tenths == 9 and name in ENDS_WITH_MORE)


def test_lengths_alone_tell_formats_without_a_signature(tmp_path: Path) -> None:
    for name, data, sizes in [
        ("a.lim", cameras.lim(48), PLANE | {"C": 3}),
        ("a.xqd", probes.seiko(), PLANE),
        ("a.pr3", probes.ubm(), PLANE),
        ("a.bin", probes.picoquant_bin(), PLANE | {"T": 3}),
    ]:
        one = made(tmp_path / name, data)
        assert (one.evidence, one.sizes) == ("content", sizes), name
        assert grave(one) == set()
        assert made(tmp_path / name, data[:-7]).evidence != "content"


def test_an_oir_names_its_channels_and_date(tmp_path: Path) -> None:
    one = made(tmp_path / "a.oir", confocal.oir())
    assert (one.channels, one.acquired) == (("CH1", "CH2"), "2020-01-02T03:04:05")
    # one that is still being written does not know its length yet
    early = bytearray(confocal.oir())
    early[32:48] = bytes(16)
    assert grave(made(tmp_path / "a.oir", bytes(early))) == set()


@pytest.mark.parametrize(
    ("data", "sizes"),
    [
        (instruments.ipw(1), {"Z": 1, "C": 1}),
        (instruments.ipw(3), {"Z": 3, "C": 1}),
        (instruments.ipw(4, "channels=2\nslices=2\nframes=1\n"), {"Z": 2, "C": 2}),
    ],
)
def test_the_frames_of_an_image_pro_workspace(data: bytes, sizes: Sizes, tmp_path: Path) -> None:
    # its stream ImageInfo is not the storage of a Zeiss XRM
    one = made(tmp_path / "a.ipw", data)
    assert (one.format, one.pixel_type) == ("ImagePro Workspace", "uint8")
    assert one.sizes == {"T": 1, "Y": 8, "X": 12, **sizes}
    assert grave(one) == set()


def test_a_densitometer_keeps_its_pixels_beside_its_words(tmp_path: Path) -> None:
    for name, data in cameras.densitometer().items():
        (tmp_path / name).write_bytes(data)
    found = {Path(one.path).name: one for one in sniff([tmp_path])}
    one = found["a.hdr"]
    assert (one.format, one.pixel_type, one.sizes) == ("Perkin Elmer Densitometer", "uint16", PLANE)
    assert one.pixel_size_um == {"X": 50.0, "Y": 25.0}
    assert (found["a.IMG"].kind, found["a.IMG"].of) == ("companion", one.path)
    (tmp_path / "a.IMG").write_bytes(bytes(range(47)))
    assert "IMG103" in {f.code for one in sniff([tmp_path]) for f in one.findings}


def test_dates_channels_and_makers_of_scans(tmp_path: Path) -> None:
    one = made(tmp_path / "a.sxm", probes.sxm())
    assert (one.channels, one.acquired) == (("Z0", "Z1", "Bias"), "2010-11-02T15:42:39")
    one = made(tmp_path / "a.ptu", probes.picoquant())
    assert (one.instrument, one.acquired) == ("PicoQuant HydraHarp 400", "2009-07-06T06:00:00")
    RECIPES["imod"](tmp_path / "a.mod")
    one = only(tmp_path / "a.mod")
    assert one.sizes == PLANE | {"C": 3, "Z": 3}
    assert one.pixel_size_um == pytest.approx(dict.fromkeys("XYZ", 5.5e-3))


def test_the_packed_pixels_of_a_flim_are_unpacked(tmp_path: Path) -> None:
    data = probes.flim(packed=True)
    (tmp_path / "a.fli").write_bytes(data)
    assert grave(only(tmp_path / "a.fli", deep=True)) == set()
    (tmp_path / "a.fli").write_bytes(data[:-9])
    assert grave(only(tmp_path / "a.fli", deep=True)) == {"IMG103"}


@pytest.mark.parametrize(
    ("data", "name", "sizes", "kind", "images"),
    [
        (instruments.zvi(), "a.zvi", PLANE | {"Z": 2, "C": 3}, "uint16", 1),
        (instruments.zvi((2, 1, 1), 3), "a.zvi", PLANE | {"Z": 2, "C": 3}, "uint8", 1),
        (instruments.zvi((1, 2, 4), 1), "a.zvi", PLANE | {"T": 4, "C": 2}, "uint8", 1),
        (instruments.zvi((1, 2, 1), 2, tiles=3), "a.zvi", PLANE | {"C": 2}, "uint16", 3),
        (instruments.zvi((1, 1, 1), alone=True), "a.zvi", PLANE, "uint16", 1),
        (instruments.cxd(), "a.cxd", PLANE | {"Z": 2, "T": 2}, "uint16", 1),
        (instruments.cxd(2, 1, 24), "a.cxd", PLANE | {"T": 2, "C": 3}, "uint8", 1),
        (instruments.cxd(3, 1, 16, 2), "a.cxd", PLANE | {"T": 3, "C": 2}, "uint16", 1),
    ],
)
def test_what_the_streams_of_compound_files_say(
    data: bytes, name: str, sizes: Sizes, kind: str, images: int, tmp_path: Path
) -> None:
    one = made(tmp_path / name, data)
    assert (one.sizes, one.pixel_type, one.images) == (sizes, kind, images)
    assert grave(one) == set()
    if name == "a.zvi":
        assert one.pixel_size_um == pytest.approx({"X": 0.1, "Y": 0.1, "Z": 0.5})
        assert (one.acquired, one.instrument) == ("2009-07-06T06:00:00", "Axioplan")
    else:
        assert one.pixel_size_um == pytest.approx({"X": 0.5, "Y": 0.5})
        assert one.acquired == "2012-12-14T23:06:40"
    assert grave(made(tmp_path / name, data[: len(data) // 2])) == {"IMG103"}
