"""Damaged and hostile headers: told in bounded time and memory, and never a crash of our own."""

from __future__ import annotations

import importlib.util
import io
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.images import ImageFile, sniff
from tests import recipes
from tests.confocal import oir
from tests.pictures import tiff, write
from tests.probes import aim

ROOT = Path(__file__).parent.parent
SECONDS = 60.0
"""Longer than this, on any machine, is a hang."""
MUTANTS = 6
"""Of each file of each fixture."""
OWN_FAULT = "INT912"


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "benchmarks" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


fuzz = benchmark()
FILES = fuzz.fixtures()


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    """The reader process has started and its libraries are there, as in a longer run."""
    fuzz.ready()


def told(path: Path, deep: bool = False) -> list[ImageFile]:
    begun = time.process_time()
    found = list(sniff([path], deep=deep))
    assert time.process_time() - begun < SECONDS
    assert not [fault for one in found for fault in one.findings if fault.code == OWN_FAULT]
    return found


@pytest.mark.parametrize("number", range(len(FILES)), ids=lambda n: f"{FILES[n][0].name}-{n}")
def test_mutants_of_fixtures_are_told_within_limits(number: int, tmp_path: Path) -> None:
    folder, file = FILES[number]
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    for count in range(MUTANTS):
        made = fuzz.mutant(FILES, 7, number + count * len(FILES))
        assert made.file == file
        (copy / file.relative_to(folder)).write_bytes(made.data)
        for one in told(copy):
            one.model_dump_json()


def test_mutants_depend_on_seed_and_number_alone() -> None:
    assert fuzz.mutant(FILES, 1, 40) == fuzz.mutant(FILES, 1, 40)
    assert fuzz.mutant(FILES, 1, 40) != fuzz.mutant(FILES, 2, 40)


def test_the_fuzzer_sees_what_breaks_a_limit() -> None:
    sound = {"seconds": 0.1, "grown": 3, "codes": ["IMG103"]}
    assert fuzz.verdict(sound, 30) is None
    assert fuzz.verdict("crash", 30) == "crash"
    assert fuzz.verdict({**sound, "codes": [OWN_FAULT]}, 30) == "own fault"
    assert fuzz.verdict({**sound, "seconds": 6}, 30) == "slow"
    assert fuzz.verdict({**sound, "seconds": 6, "codes": [fuzz.READER_STOPPED]}, 30) is None
    assert fuzz.verdict({**sound, "grown": 301}, 30) == "memory"


NRRD = b"NRRD0004\ntype: uint8\ndimension: 1\nsizes: %s\n%s\n\n"
OME = b'<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'


def fits_of_many_axes() -> bytes:
    cards = [b"SIMPLE  =                    T", b"BITPIX  = 8", b"NAXIS   = " + b"9" * 60, b"END"]
    return b"".join(card.ljust(80) for card in cards).ljust(2880)


def tiff_of_many_tags() -> bytes:
    """Directories of 4,090 tags each, as many as the limit for an index lets through."""
    width = 2 + 4090 * 12 + 4
    tags = b"".join(struct.pack("<HHII", 300 + n, 3, 1, n) for n in range(4090))
    data = io.BytesIO()
    data.write(struct.pack("<2sHI", b"II", 42, 8))
    for number in range(400):
        data.write(struct.pack("<H", 4090) + tags)
        data.write(struct.pack("<I", 8 + (number + 1) * width if number < 399 else 0))
    return data.getvalue()


def tiff_of_many_strips() -> bytes:
    """Directories that name the same million bytes as offsets of strips."""
    count, start = (1 << 20) - 9000, 8 + (1 << 20)
    data = io.BytesIO()
    data.write(struct.pack("<2sHI", b"II", 42, start) + b"\1" * (1 << 20))
    for number in range(20):
        entries = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (259, 3, 1, 5)]
        entries += [(273, 1, count, 9), (279, 1, count, 8)]
        data.write(struct.pack("<H", 6))
        data.write(b"".join(struct.pack("<HHII", *entry) for entry in entries))
        data.write(struct.pack("<I", start + (number + 1) * 78 if number < 19 else 0))
    return data.getvalue()


def dm3_of_long_paths() -> bytes:
    """Thousands of values below eight groups with names of 60,000 letters."""
    values = [
        struct.pack(">BH5s4sIIb", 21, 5, b"%05d" % n, b"%%%%", 1, 8, 1) for n in range(15_000)
    ]
    data = struct.pack(">2xI", len(values)) + b"".join(values)
    for _ in range(8):
        data = struct.pack(">2xIBH", 1, 20, 60_000) + b"n" * 60_000 + data
    return struct.pack(">III", 3, len(data) - 4, 1) + data


def exr_of_one_long_name() -> bytes:
    return (
        b"v/1\1" + struct.pack("<I", 2) + b"channels\0chlist\0" + struct.pack("<i", 65_000)
        + b"a" * 65_000
    )  # fmt: skip


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "fits-axes": ("a.fits", fits_of_many_axes),
    "tiff-tags": ("a.tif", tiff_of_many_tags),
    "tiff-strips": ("a.tif", tiff_of_many_strips),
    "tiff-comments": ("a.tif", lambda: tiff(description="<!---->" * 40 + "x")),
    "dm3-paths": ("a.dm3", dm3_of_long_paths),
    "exr-name": ("a.exr", exr_of_one_long_name),
    "xml-instructions": ("a.xml", lambda: b"<??>" * 900 + b"x"),
    "xml-comments": ("a.xml", lambda: b"<!---->" * 500 + b"x"),
    "xlef-open-tags": ("a.xlef", lambda: b'<LMSDataContainerHeader Version="2">'
                       + b"<Reference " * 400_000),
    "operetta-open-tags": ("Index.idx.xml", lambda: b"<EvaluationInputData "
                           b'xmlns="http://www.perkinelmer.com/PEHH/HarmonyV5">'
                           + b"<URL " * 400_000),
    "nrrd-sizes": ("a.nrrd", lambda: NRRD % (b"999999999 " * 5000, b"encoding: raw")),
    "nrrd-wide-names": ("a.nhdr", lambda: NRRD % (b"4", b"data file: a%099999d.raw 1 90000 1")),
    "nrrd-nul": ("a.nhdr", lambda: NRRD % (b"4", b"data file: b\0c/d.raw")),
    "ome-channels": ("a.ome.xml", lambda: OME + b'<Image><Pixels SizeC="3"><Channel/></Pixels>'
                     b"</Image>" * 400 + b"</OME>"),
    "zarr-scale": ("a.zarr/.zattrs", lambda: b'{"multiscales": [{"axes": [{"name": "x", "type": '
                   b'"space", "unit": "micrometer"}], "datasets": [{"path": "0", '
                   b'"coordinateTransformations": [{"type": "scale", "scale": [1'
                   + b"0" * 400 + b"]}]}]}]}"),
    "zarr-lists": ("a.zarr/.zattrs", lambda: b'{"a": [' + b"[]," * 5_000_000 + b"[]]}"),
    "zarr-wide-type": ("a.zarr/.zarray", lambda: b'{"zarr_format": 2, "shape": [4], "chunks": [4], '
                       b'"dtype": "<u' + b"9" * 5000 + b'"}'),
    "flim-lines": ("a.fli", lambda: b"{FLIMIMAGE}\n[LAYOUT]\n" + b"\n" * 250_000 + b" " * 250_000
                   + b"x{END}"),
    "molecular-lines": ("a.stp", lambda: b"UK SOFT\r\n" + b"\n" * 250_000 + b"a " * 120_000
                        + b"Data_section  \r\n"),
    "densitometer-lines": ("a.hdr", lambda: b" IDENTIFICATION\r\nA" + b" " * 100_000 + b"=b"
                           + b" " * 100_000),
    "aim-log": ("a.aim", lambda: aim().replace(b"Dim-p ", b"Dim-p" + b" " * 400_000 + b"x", 1)),
    "oir-spaces": ("a.oir", lambda: oir().replace(b"<base:width>6", b"<base:width>" + b" " * 10)
                   + struct.pack("<II", 1_000_000, 1) + b"<lsmimage:imageProperties "
                   + b"<commonparam:axis enable=" * 39_000),
    "sxm-lines": ("a.sxm", lambda: b":NANONIS_VERSION:\n" + b":A:\n" * 100_000 + b":SCANIT_END:"),
    "vff-lines": ("a.vff", lambda: b"ncaa\n" + b"a=" * 100_000 + b"\n" * 50_000 + b"\f\n"),
    "his-frames": ("a.his", lambda: (b"IM" + struct.pack("<HHH4xHH48x", 0, 1, 1, 1, 65535)) * 9000),
    "liff-tags": ("a.liff", lambda: b"\0\0\xff\xffimpr" + struct.pack(">IH2xI", 5, 9, 20)
                  + b"".join(struct.pack(">HHQ12x", 67, 0, 44 + 24 * n) for n in range(9000))),
    "ptu-tags": ("a.ptu", lambda: b"PQTTTR\0\0" + bytes(8) + bytes(48) * 20_000),
    "hdf5-stub": ("a.h5", lambda: b"\x89HDF\r\n\x1a\n" + bytes(20)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_headers_cost_little_time(name: str, tmp_path: Path) -> None:
    file, make = HOSTILE[name]
    write(tmp_path / file, make())
    if name == "zarr-scale":
        write(tmp_path / "a.zarr/0/.zarray", b'{"shape": [4], "dtype": "|u1"}')
    assert len(told(tmp_path)) == 1


def test_a_type_of_thousands_of_digits_is_told_briefly(tmp_path: Path) -> None:
    file, make = HOSTILE["zarr-wide-type"]
    write(tmp_path / file, make())
    (found,) = told(tmp_path, deep=True)
    assert any(one.severity == "error" for one in found.findings)
    assert len(found.model_dump_json()) < 4000


def test_a_superscript_is_no_size(tmp_path: Path) -> None:
    sound = (fuzz.FIXTURES / "ome-tiff" / "cells.ome.tiff").read_bytes()
    wrong = sound.replace(b'SizeX="12"', 'SizeX="\u00b2"'.encode())
    assert wrong != sound
    write(tmp_path / "a.ome.tiff", wrong)
    (found,) = told(tmp_path)
    assert any(one.severity == "error" for one in found.findings)


GROWTH = """
import resource, sys
from pathlib import Path
from pipeline.images import sniff
list(sniff([Path(sys.argv[1])]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
list(sniff([Path(sys.argv[2])]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["dm3-paths", "tiff-tags", "zarr-lists"])
def test_hostile_headers_cost_little_memory(name: str, tmp_path: Path) -> None:
    file, make = HOSTILE[name]
    write(tmp_path / file, make())
    line = [sys.executable, "-c", GROWTH, str(fuzz.FIXTURES / "zeiss-czi"), str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    assert int(done.stdout) < 300 * unit


def test_long_ome_xml_says_the_same_in_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.images import omedocument

    for recipe in ("ome_xml", "ome_xml_channels", "ome_xml_unclosed", "ome_tiff_planes"):
        getattr(recipes, recipe)(tmp_path / f"{recipe}.ome.{'tif' if 'tiff' in recipe else 'xml'}")
    here = list(sniff([tmp_path]))
    monkeypatch.setattr(omedocument, "LONG", 0)
    assert list(sniff([tmp_path])) == here
