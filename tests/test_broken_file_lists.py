"""Whatever a file list holds, reading it ends soon, and says what is wrong instead of failing."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.findings import RANK, Finding
from pipeline.intake import workbook
from pipeline.intake.file_lists import is_file_list, read_file_list
from tests import lists

CORPUS = Path(__file__).parent.parent / ".." / "shared" / "corpus" / "malformed"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STRINGS = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(rows: str, **parts: str | None) -> bytes:
    """A workbook of one sheet written by hand; `parts` replaces or (None) leaves out others."""
    content: dict[str, str | None] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="list" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        STRINGS: f'<sst xmlns="{SPREADSHEET}"><si><t>Files</t></si>'
        "<si><r><t>a_x002E_</t></r><r><t>tif</t></r><rPh><t>reading</t></rPh></si></sst>",
        SHEET: f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
        **parts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            if text is not None:
                archive.writestr(name, text)
    return packed.getvalue()


def test_a_list_of_parts_that_is_missing_is_told(tmp_path: Path) -> None:
    rows = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    made, found = read(xlsx(rows, **{"[Content_Types].xml": None}), tmp_path / "a.xlsx")
    assert (made, [one.code for one in found]) == (["a.tif"], ["FLS103"])


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{text_cell("A1", "Files")}</row>'


def read(data: bytes, path: Path) -> tuple[list[str] | None, list[Finding]]:
    path.write_bytes(data)
    is_file_list(path)
    reading = read_file_list(path)
    paths = None if reading.file_list is None else reading.file_list.table["path"].tolist()
    return paths, list(lists.everything(reading))


def test_shared_texts_runs_and_escapes_are_read(tmp_path: Path) -> None:
    rows = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    assert read(xlsx(rows), tmp_path / "a.xlsx") == (["a.tif"], [])


def test_a_workbook_of_a_later_version_of_zip_is_told(tmp_path: Path) -> None:
    data = bytearray(xlsx(HEADER))
    data[data.index(b"PK\x01\x02") + 6] = 64  # "version needed to extract" of the first part
    paths, found = read(bytes(data), tmp_path / "a.xlsx")
    assert paths is None
    assert [one.severity for one in found] == ["error"]


def test_values_keep_what_the_workbook_says(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = (
        f'<row r="1">{text_cell("A1", "Files")}{text_cell("B1", "Day")}{text_cell("C1", "Dose")}'
        f'{text_cell("D1", "On")}</row><row r="2">{text_cell("A2", "a.tif")}'
        '<c r="B2" s="1"><v>45000</v></c><c r="C2"><v>0.65</v></c>'
        '<c r="D2" t="b"><v>1</v></c></row>'
        f'<row r="3">{text_cell("A3", "b.tif")}<c r="B3" t="str"><f>1+1</f><v>two</v></c>'
        '<c r="C3"><v>12345678901234</v></c><c r="D3" t="b"><v>0</v></c></row>'
    )
    path.write_bytes(xlsx(rows))
    file_list = read_file_list(path).file_list
    assert file_list is not None
    assert file_list.table.iloc[:, 4:].to_dict("list") == {
        "Day": ["2023-03-15", "two"],
        "Dose": ["0.65", "12345678901234"],
        "On": ["TRUE", "FALSE"],
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (xlsx(HEADER, **{SHEET: None}), "is missing"),
        (xlsx(HEADER, **{"xl/workbook.xml": None, "_rels/.rels": None}), "without a workbook"),
        (xlsx(HEADER, **{"xl/_rels/workbook.xml.rels": None}), "no sheet"),
        (xlsx('<row><c t="s"><v>0</v></c></row>', **{STRINGS: None}), "texts are missing"),
        (xlsx('<row><c t="s"><v>9</v></c></row>'), "does not exist"),
        (xlsx('<row><c r="AAAA1"><v>1</v></c></row>'), "address"),
        (xlsx('<row><c r="XFE1"><v>1</v></c></row>'), "columns"),
        (xlsx('<row r="1048577"><c><v>1</v></c></row>'), "numbered"),
        (xlsx("<row>"), "broken"),
        (xlsx("<row>" + "<c>" * 200), "nested"),
        (xlsx("<row>" + "<c/>" * 250_000 + "</row>"), "too long"),
        (xlsx(HEADER, **{SHEET: '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}), "broken"),
        (xlsx(HEADER)[:-30], "end is missing"),
        (xlsx(HEADER).replace(b"workbook.xml", b"workbook.xmx"), "workbook"),
    ],
)
def test_a_broken_workbook_is_told(data: bytes, said: str, tmp_path: Path) -> None:
    paths, found = read(data, tmp_path / "a.xlsx")
    assert paths is None
    assert [each.code for each in found] == ["FLS103"]
    assert said in found[0].message


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_PART", 1 << 20)
    bomb = xlsx(HEADER, **{STRINGS: " " * (2 << 20)})
    assert len(bomb) < 1 << 14
    paths, found = read(bomb, tmp_path / "a.xlsx")
    assert paths is None
    assert [each.code for each in found] == ["FLS104"]


def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    paths, found = read(xlsx(HEADER + far), tmp_path / "a.xlsx")
    assert paths == [""]
    beyond = next(each for each in found if each.code == "FLS111")
    assert beyond.location.cell == "XFD1048576"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[" * 100_000, "SUB107", 1),
        ('[{"path":"a.tif","x":' + "[" * 100_000, "SUB107", 1),
        ('[\n{"path":"a.tif","size":NaN}]', "SUB101", 2),
        ('[\n{"path":"a.tif"},\n]', "SUB101", 3),
        ('[\n{"path":"a.tif"}\n{"path":"b.tif"}]', "SUB101", 3),
        ('[\n{"path":"a.tif"},\n{"pa', "SUB102", 3),
        ('[{"path":"a.tif"}]\n[]', "SUB103", 2),
        ('[{"path":"a.tif","size":' + "9" * 5000 + "}]", "SUB108", 1),
        ('[\n{"path":"a\\ud800.tif"}]', "SUB109", 2),
    ],
)
def test_broken_json_is_told_at_its_line(text: str, code: str, line: int, tmp_path: Path) -> None:
    _, found = read(text.encode(), tmp_path / "a.json")
    assert (found[0].code, found[0].location.line) == (code, line)


def test_a_fault_in_a_json_list_has_its_line(tmp_path: Path) -> None:
    text = '[\n  {"path": "a.tif"},\n  {\n    "size": -1,\n    "path": "b\\\\c.tif"\n  }\n]'
    _, found = read(text.encode(), tmp_path / "a.json")
    placed = {each.code: each.location for each in found}
    assert [(at.pointer, at.line, at.column) for at in placed.values()] == [
        ("/1/path", 5, 13),
        ("/1/size", 4, 13),
    ]


def test_nothing_of_a_list_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"path": "a.tif", "md5": "00", "attributes": [{"name": "path", "value": "1"},'
        '{"name": "Dye", "value": "GFP"}, {"name": "Dye", "value": 2, "unit": "mM"}]},'
        '{"path": "b.tif", "attributes": [{"name": "Dye", "value": null}]}]'
    )
    file_list = read_file_list(path).file_list
    assert file_list is not None
    assert file_list.columns == ("path", "Dye", "Dye", "Dye (unit)", "md5")
    assert list(file_list.table.columns[4:]) == ["path (2)", "Dye", "Dye (2)", "Dye (unit)", "md5"]
    assert file_list.table.iloc[0, 4:].tolist() == ["1", "GFP", "2", "mM", "00"]
    assert file_list.table.iloc[1, 4:].isna().all()


def test_cells_beyond_the_header_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("Files\tWell\tWell\na.tif\tA1\tA2\tdim\n")
    file_list = read_file_list(path).file_list
    assert file_list is not None
    assert file_list.columns == ("Well", "Well", "Column 4")
    assert file_list.table.iloc[0, 4:].tolist() == ["A1", "A2", "dim"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_marked_encodings_are_read_alike(
    end: str, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(
        end.join(["Files\tCell", "a.tif\tGroße\u2028Zelle", "b.tif\t", ""]).encode(encoding)
    )
    file_list = read_file_list(path).file_list
    assert file_list is not None
    assert file_list.table["line"].tolist() == [2, 3]
    assert file_list.table["Cell"].tolist() == ["Große\u2028Zelle", ""]


SEEDS = (
    b"Files\tWell\na.tif\tA1\n\nb.tif\tA2\n",
    b'[{"path":"a.tif","size":1,"attributes":[{"name":"Well","value":"A1"}]},{"path":"b.tif"}]',
    xlsx(HEADER + f'<row r="2">{text_cell("A2", "a.tif")}<c r="B2"><v>1</v></c></row>'),
)
PATCHES = st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=4)), max_size=5)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(SEEDS), PATCHES, st.sampled_from([".tsv", ".json", ".xlsx", ""]))
def test_no_bytes_break_the_reader(
    tmp_path: Path, seed: bytes, patches: list[tuple[int, bytes]], suffix: str
) -> None:
    data = bytearray(seed)
    for at, patch in patches:
        data[at % len(data) : at % len(data) + len(patch)] = patch
    paths, found = read(bytes(data), tmp_path / f"a{suffix}")
    assert paths is not None or any(each.severity == "error" for each in found)


def rows_of_corpus() -> list[Any]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [pytest.param(row, id=row["path"]) for row in rows if is_file_list(CORPUS / row["path"])]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of malformed documents is not here")
@pytest.mark.parametrize("row", rows_of_corpus())
def test_the_corpus_is_told_and_placed(row: dict[str, str]) -> None:
    found = lists.everything(read_file_list(CORPUS / row["path"]))
    if row["severity"] == "none":
        assert not [each for each in found if each.severity != "hint"]
        return
    rank = {**RANK, "info": 0}
    grave = [each for each in found if RANK[each.severity] >= rank[row["severity"]]]
    assert grave
    locator = row["locator"]
    if line := re.search(r"line (\d+)", locator):
        assert int(line[1]) in {each.location.line for each in grave}
    elif locator.startswith("/"):
        pointer = re.split(r"[ (]", locator)[0].rstrip("/")
        assert pointer in {each.location.pointer or "" for each in grave}
    elif cell := re.search(r"!([A-Z]+\d+)", locator):
        assert cell[1] in {each.location.cell for each in grave}
