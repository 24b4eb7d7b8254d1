"""Headers in text of probe microscopes, and of images and meshes of VTK and Amira."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.told import grave, made


@pytest.mark.parametrize("title", ["", "Title = two words\n", "Title = abcd\nZUnits = m\n"])
def test_a_simple_field_says_sizes_and_extent(title: str, tmp_path: Path) -> None:
    text = (
        "Gwyddion Simple Field 1.0\nXRes = 4\nYRes = 2\nXReal = 2e-06\nYReal = 5e-07\n"
        f"XYUnits = m\n{title}"
    ).encode()
    data = text + b"\0" * (4 - len(text) % 4) + bytes(range(32))
    one = made(tmp_path / "a.gsf", data)
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 2, "X": 4}
    assert (one.pixel_size_um, one.pixel_type) == ({"X": 0.5, "Y": 0.25}, "float32")
    assert grave(one) == set()
    assert grave(made(tmp_path / "a.gsf", data[:-1])) == {"IMG103"}


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("a.txt", "WSxM ASCII XYZ file"),
        ("a.txt", "WSxM ASCII Matrix file"),
        ("a.cur", "IV curve file"),
    ],
)
def test_a_curve_or_text_of_wsxm_is_no_image(name: str, second: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, f"WSxM file copyright UAM\r\n{second}\r\n\r\n0 0 1\r\n".encode())
    assert (one.format, one.kind, one.findings) == ("WSxM", "other", ())


def test_a_mesh_named_as_an_image_is_told(tmp_path: Path) -> None:
    one = made(tmp_path / "a.tif", b"# vtk DataFile Version 3.0\na\nASCII\nDATASET POLYDATA\n")
    assert grave(one) == {"IMG201"}


@pytest.mark.parametrize(("values", "x"), [("POINT_DATA 24", 4), ("CELL_DATA 6", 3)])
def test_vtk_says_points_or_cells(values: str, x: int, tmp_path: Path) -> None:
    text = (
        "# vtk DataFile Version 3.0\na volume\nBINARY\nDATASET STRUCTURED_POINTS\n"
        f"DIMENSIONS 4 3 2\nSPACING 1 1 1\nORIGIN 0 0 0\n{values}\n"
        "SCALARS one unsigned_short 1\nLOOKUP_TABLE default\n"
    )
    data = text.encode() + bytes(2 * int(values.split()[1]))
    one = made(tmp_path / "a.vtk", data)
    less = 4 - x
    assert one.sizes == {"T": 1, "C": 1, "Z": 2 - less, "Y": 3 - less, "X": x}
    assert (one.kind, one.pixel_type, grave(one)) == ("image", "uint16", set())
    assert grave(made(tmp_path / "a.vtk", data[:-1])) == {"IMG103"}


@pytest.mark.parametrize("name", ["POLYDATA", "UNSTRUCTURED_GRID", "TABLE"])
def test_a_mesh_of_vtk_is_no_image(name: str, tmp_path: Path) -> None:
    text = f"# vtk DataFile Version 3.0\na\nASCII\nDATASET {name}\nPOINTS 1 float\n0 0 0\n"
    one = made(tmp_path / "a.vtk", text.encode())
    assert (one.format, one.kind, one.findings) == ("VTK", "other", ())


@pytest.mark.parametrize(("data", "x"), [("PointData", 5), ("CellData", 4)])
def test_vtk_xml_says_points_or_cells(data: str, x: int, tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?><VTKFile type="ImageData" version="0.1" byte_order="LittleEndian">'
        '<ImageData WholeExtent="0 4 -1 2 0 0" Origin="0 0 0" Spacing="1 1 1">'
        f'<Piece Extent="0 4 -1 2 0 0"><{data} Scalars="s"><DataArray type="Int16" Name="s"/>'
        f"</{data}></Piece></ImageData></VTKFile>"
    )
    one = made(tmp_path / "a.vti", text.encode())
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": x - 1, "X": x}
    assert (one.pixel_type, one.kind) == ("int16", "image")


def test_an_index_of_vtk_names_its_pieces(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?><VTKFile type="PImageData"><PImageData WholeExtent="0 3 0 1 0 0">'
        '<PPointData><PDataArray type="UInt8" Name="s"/></PPointData>'
        '<Piece Extent="0 3 0 1 0 0" Source="part_0.vti"/></PImageData></VTKFile>'
    )
    one = made(tmp_path / "a.pvti", text.encode())
    assert (one.sizes or {}).get("X") == 4
    (flag,) = [flag for flag in one.findings if flag.code == "IMG001"]
    assert "absent: part_0.vti" in flag.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtu", '<?xml version="1.0"?><VTKFile type="UnstructuredGrid" version="0.1"/>'),
        ("a.am", '# AmiraMesh 3D ASCII 2.0\nParameters {ContentType "HxSpatialGraph"}\n'),
        ("a.surf", "# HyperSurface 0.1 ASCII\nParameters {\n}\nVertices 1\n0 0 0\n"),
    ],
)
def test_another_mesh_is_no_image(name: str, text: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, text.encode())
    assert (one.kind, one.findings) == ("other", ())
