"""Plates of MetaXpress: which picture of which well, site and wavelength is absent."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from pipeline.images import sniff
from tests.pictures import tiff, write

HTD = (
    '"HTSInfoFile", Version 1.0\r\n"XWells", 3\r\n"YWells", 2\r\n'
    '"WellsSelection1", FALSE, TRUE, TRUE\r\n"WellsSelection2", FALSE, FALSE, TRUE\r\n'
    '"Sites", TRUE\r\n"XSites", 2\r\n"YSites", 2\r\n'
    '"SiteSelection1", TRUE, FALSE\r\n"SiteSelection2", TRUE, TRUE\r\n'
    '"Waves", TRUE\r\n"NWavelengths", 2\r\n'
    '"WaveName1", "DAPI"\r\n"WaveName2", "GFP"\r\n"WaveCollect1", 1\r\n"WaveCollect2", 1\r\n'
    '"EndFile"\r\n'
)
WELLS = ("A02", "A03", "B03")


def plate(folder: Path, sites: tuple[int, ...] = (1, 3, 4), times: int = 1) -> None:
    """Three wells of three sites in two waves; names end in a GUID, thumbnails stand beside."""
    write(folder / "p.HTD", HTD.encode())
    for time, well, site, wave in product(range(1, times + 1), WELLS, sites, (1, 2)):
        home = folder / f"TimePoint_{time}" if times > 1 else folder
        name = f"p_{well}_s{site}_w{wave}"
        write(home / f"{name}7F3A-{site}.tif", tiff())
        write(home / f"{name}_thumb9F3A.tif", tiff())


def absent(folder: Path) -> str:
    (one,) = [one for one in sniff([folder]) if one.path.endswith("p.HTD")]
    found = [flag.message for flag in one.findings if flag.code == "IMG001"]
    assert {flag.severity for flag in one.findings if flag.code == "IMG001"} <= {"warning"}
    return "; ".join(found).partition("absent: ")[2]


@pytest.mark.parametrize("times", [1, 2])
def test_a_plate_with_all_its_sites_lacks_nothing(tmp_path: Path, times: int) -> None:
    plate(tmp_path, times=times)
    assert absent(tmp_path) == ""
    (one,) = [one for one in sniff([tmp_path]) if one.path.endswith("p.HTD")]
    assert (one.images, one.channels) == (9, ("DAPI", "GFP"))


def test_absent_sites_are_named_by_their_number(tmp_path: Path) -> None:
    plate(tmp_path)
    (tmp_path / "p_A03_s3_w17F3A-3.tif").unlink()
    (tmp_path / "p_B03_s4_w27F3A-4.tif").unlink()
    assert absent(tmp_path) == "p_A03_s3_w1*.tif, p_B03_s4_w2*.tif"


def test_another_site_does_not_make_up_for_an_absent_one(tmp_path: Path) -> None:
    plate(tmp_path)
    (tmp_path / "p_A02_s1_w17F3A-1.tif").unlink()
    # the same picture twice, under two GUIDs
    write(tmp_path / "p_A02_s3_w1AAAA-3.tif", tiff())
    assert absent(tmp_path) == "p_A02_s1_w1*.tif"


def test_a_well_that_is_absent_altogether_is_named(tmp_path: Path) -> None:
    plate(tmp_path, times=2)
    for one in (tmp_path / "TimePoint_2").glob("p_A02_*"):
        one.unlink()
    names = [f"TimePoint_2/p_A02_s{site}_w{wave}*.tif" for wave in (1, 2) for site in (1, 3, 4)]
    assert absent(tmp_path) == ", ".join(names[:5]) + " …"


def test_sites_that_no_well_has_are_counted(tmp_path: Path) -> None:
    plate(tmp_path, sites=(1, 3))
    assert absent(tmp_path).startswith("p_A02_s?_w1*.tif, p_A02_s?_w2*.tif, p_A03_s?_w1*.tif")
