"""File lists of RO-Crates as people export them: every row read, every fault told where it is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import sources, stages
from pipeline.check import Images
from pipeline.findings import Finding
from pipeline.knowledge import Knowledge
from pipeline.sources import Found, Opened
from pipeline.stages import Look
from tests.documents import CRATE

MEANINGS = {
    "file_path": "http://bia/filePath",
    "size_in_bytes": "http://bia/sizeInBytes",
    "dataset": "http://schema.org/isPartOf",
    "type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "label": "http://schema.org/name",
    "source": "http://bia/associatedSourceImage",
}


def graph(name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = [
        {"@id": f"#{one}", "@type": "csvw:Column", "columnName": one, "propertyUrl": MEANINGS[one]}
        for one in columns
    ]
    return [
        CRATE["@graph"][0],
        {
            "@id": "./",
            "@type": ["Dataset", "bia:Study"],
            "name": "Mitotic spindles in fission yeast",
            "datePublished": "2027-04-01",
            "hasPart": [{"@id": "#wild%20type"}, {"@id": name}],
        },
        {"@id": "#wild%20type", "@type": ["Dataset", "bia:Dataset"], "name": "wild type"},
        {"@id": name, "@type": ["File", "bia:FileList"], "tableSchema": {"@id": "#schema"}},
        {
            "@id": "#schema",
            "@type": "csvw:Schema",
            "column": [{"@id": one["@id"]} for one in described],
        },
        *described,
    ]


def look(
    known: Knowledge,
    folder: Path,
    name: str,
    columns: tuple[str, ...],
    content: str | bytes,
    entities: list[dict[str, Any]] | None = None,
) -> tuple[Opened, list[Finding]]:
    document = {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": entities or graph(name, columns),
    }
    path = folder / "ro-crate-metadata.json"
    path.write_text(json.dumps(document), "utf-8")
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    found = Found(given=str(folder), document=path, folder=folder)
    opened = sources.open_found(found, files=False, imported=True)
    report = stages.validate(opened, Look(knowledge=known, day=dt.date(2026, 11, 23)))
    return opened, [one for one in report.findings if one.location.file == name]


def rows(opened: Opened) -> list[list[Any]]:
    assert opened.submission is not None
    [listed] = opened.submission.file_lists
    return [list(row) for row in listed.table.drop(columns=["size", "type"]).values.tolist()]


COLUMNS = ("file_path", "dataset", "label")


def test_commas_with_blanks_quotes_and_blank_lines_are_read_in_silence(
    known: Knowledge, tmp_path: Path
) -> None:
    content = (
        "file_path, dataset, label\r\n"
        'a.tif, #wild%20type, "left, first ""one"""\r\n'
        "\r\n"
        'b.tif,#wild%20type,"two\r\nlines"\r\n'
        "c.tif,#wild%20type,\r\n"
    )
    opened, told = look(known, tmp_path, "list.csv", COLUMNS, content)
    assert not told
    assert [row[:2] for row in rows(opened)] == [["a.tif", 2], ["b.tif", 4], ["c.tif", 6]]
    assert [row[2] for row in rows(opened)] == ['left, first "one"', "two\r\nlines", ""]


def test_the_class_of_a_file_is_no_type_of_a_file_list(known: Knowledge, tmp_path: Path) -> None:
    content = "file_path\tdataset\ttype\n" + "".join(
        f"{one}.tif\t#wild%20type\thttp://bia/Image\n" for one in "ab"
    )
    _, told = look(known, tmp_path, "list.tsv", ("file_path", "dataset", "type"), content)
    assert not told


def test_findings_stand_in_the_column_of_the_file(known: Knowledge, tmp_path: Path) -> None:
    content = "file_path\tdataset\tlabel\na.tif\t#wild%20type\t=B2\nb.tif\t#wild%20type\tb\n"
    _, [told] = look(known, tmp_path, "list.tsv", COLUMNS, content)
    assert (told.code, told.location.line, told.location.column) == ("FLS144", 2, 3)


def test_rows_too_long_and_too_short_are_told_and_kept(known: Knowledge, tmp_path: Path) -> None:
    content = "file_path\tdataset\tlabel\na.tif\t#wild%20type\ta\tmore\nb.tif\nc.tif\t\tc\n"
    opened, told = look(known, tmp_path, "list.tsv", COLUMNS, content)
    assert [(one.code, one.location.line, one.location.column) for one in told] == [
        ("FLS111", 2, 4),
        ("FLS112", 3, 1),
    ]
    assert rows(opened)[0][-1] == "more"


def test_a_quote_that_never_closes_costs_its_own_row_only(known: Knowledge, tmp_path: Path) -> None:
    content = 'file_path\tdataset\tlabel\na.tif\t\t"5 inch\nb.tif\t\tb\nc.tif\t\tc\n'
    opened, [told] = look(known, tmp_path, "list.tsv", COLUMNS, content)
    assert (told.code, told.location.line, told.location.column) == ("FLS123", 2, 3)
    assert [row[0] for row in rows(opened)] == ["a.tif", "b.tif", "c.tif"]


def test_semicolons_of_a_spreadsheet_are_told_once(known: Knowledge, tmp_path: Path) -> None:
    content = 'file_path;dataset;label\na.tif;#wild%20type;"a; b"\nb.tif;#wild%20type;b\n'
    opened, [told] = look(known, tmp_path, "list.csv", COLUMNS, content)
    assert (told.code, told.location.line) == ("FLS109", 1)
    assert "semicolons" in told.message
    assert "commas" in told.hint
    assert [row[2] for row in rows(opened)] == ["a; b", "b"]


def test_headers_in_other_letters_are_told_and_read(known: Knowledge, tmp_path: Path) -> None:
    content = "File Path,dataset,Label\na.tif,#wild%20type,a\nb.tif,#wild%20type,b\n"
    opened, told = look(known, tmp_path, "list.csv", COLUMNS, content)
    assert [(one.code, one.severity, one.location.column) for one in told] == [
        ("SUB215", "error", 1),
        ("SUB215", "warning", 3),
    ]
    assert [row[0] for row in rows(opened)] == ["a.tif", "b.tif"]


def test_a_described_column_that_is_absent_is_told(known: Knowledge, tmp_path: Path) -> None:
    content = "file_path\tdataset\na.tif\t#wild%20type\n"
    _, [told] = look(known, tmp_path, "list.tsv", COLUMNS, content)
    assert told.code == "SUB215"
    assert "'label'" in told.message


@pytest.mark.parametrize(
    "content", ["paths,dataset\na.tif,\n", "file_path,label\na.tif,Müller\n".encode("cp1252")]
)
def test_a_list_that_cannot_be_read_is_told_once(
    content: str | bytes, known: Knowledge, tmp_path: Path
) -> None:
    _, [told] = look(known, tmp_path, "list.csv", ("file_path", "label"), content)
    assert told.severity == "error"
    assert "'Files'" not in told.hint


def test_sizes_are_numbers_of_bytes_or_kept_as_given(known: Knowledge, tmp_path: Path) -> None:
    columns = ("file_path", "size_in_bytes")
    content = "file_path,size_in_bytes\na.tif,12.0\nb.tif,\nc.tif,3\n"
    opened, told = look(known, tmp_path, "list.csv", columns, content)
    assert not told
    assert opened.submission is not None
    [listed] = opened.submission.file_lists
    assert listed.table["size"].tolist()[::2] == [12, 3]
    opened, [odd] = look(known, tmp_path, "list.csv", columns, content.replace("12.0", "12 kB"))
    assert (odd.code, odd.location.line, odd.location.column) == ("SUB157", 2, 2)
    assert [row[2] for row in rows(opened)] == ["12 kB", "", "3"]


def test_a_reference_that_is_encoded_otherwise_is_one_fault(
    known: Knowledge, tmp_path: Path
) -> None:
    entities = graph("list.tsv", COLUMNS)
    entities[1]["hasPart"] = [{"@id": "#wild type"}, {"@id": "./list.tsv"}]
    content = "file_path\tdataset\tlabel\na.tif\t#wild type\ta\n"
    opened, [told] = look(known, tmp_path, "list.tsv", COLUMNS, content, entities)
    assert told.code == "SUB212"
    assert "'#wild%20type' is" in told.message
    assert opened.submission is not None
    [listed] = opened.submission.file_lists
    assert listed.component == "/study/study_components/0"
    faults = [one.code for one in opened.findings if one.code[:3] == "SUB"]
    assert sorted(faults) == ["SUB153", "SUB212"]


@pytest.mark.parametrize(
    "sources",
    [
        "tilt 1",
        "a.tif",
        "['tilt 1', 'tilt 2']",
        '["tilt 1", "b.tif"]',
        "a.tif, tilt 2",
        "tilt, both",
        "",
    ],
)
def test_source_images_are_named_by_path_or_label(
    sources: str, known: Knowledge, tmp_path: Path
) -> None:
    columns = ("file_path", "type", "label", "source")
    content = (
        "file_path\ttype\tlabel\tsource\n"
        "a.tif\thttp://bia/Image\ttilt 1\t\n"
        "b.tif\thttp://bia/Image\ttilt 2\t\n"
        "c.tif\thttp://bia/Image\ttilt, both\t\n"
        f"d.tif\thttp://bia/Image\ttomogram\t{sources}\n"
    )
    _, told = look(known, tmp_path, "list.tsv", columns, content)
    assert not told


def test_a_source_image_that_is_absent_is_told_by_its_own_name(
    known: Knowledge, tmp_path: Path
) -> None:
    content = "file_path\tlabel\tsource\na.tif\ttilt 1\t['tilt 1', 'tilt 9']\n"
    _, [told] = look(known, tmp_path, "list.tsv", ("file_path", "label", "source"), content)
    assert (told.code, told.value, told.location.column) == ("SUB212", "tilt 9", 3)


def test_a_list_that_no_schema_describes_is_read_by_its_usual_header(
    known: Knowledge, tmp_path: Path
) -> None:
    entities = graph("list.csv", COLUMNS)
    entities[3]["tableSchema"] = {"@id": "#nowhere"}
    content = "file_path, dataset, stain\na.tif, #wild%20type, actin\nb.tif, #wild%20type, DNA\n"
    opened, told = look(known, tmp_path, "list.csv", COLUMNS, content, entities)
    assert not told
    assert [[row[0], row[2]] for row in rows(opened)] == [["a.tif", "actin"], ["b.tif", "DNA"]]
    assert [one.code for one in opened.findings] == ["SUB211"]


def test_a_size_not_yet_known_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    columns = ("file_path", "dataset", "size_in_bytes")
    content = (
        "\t".join(columns) + "\n" + "".join(f"{one}.ome.zarr\t#wild%20type\t-1\n" for one in "abc")
    )
    entities = graph("list.tsv", columns)
    entities[-1]["propertyUrl"] = "http://bia/fileSize"
    _, [told] = look(known, tmp_path, "list.tsv", columns, content, entities)
    assert (told.code, told.count, told.location.column) == ("SUB157", 3, 3)


def test_a_wrong_reference_of_many_rows_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    columns = ("file_path", "dataset", "label")
    lines = ["\t".join(columns), *(f"{n}.tif\t#mutant\t{n}" for n in range(40))]
    _, told = look(known, tmp_path, "list.tsv", columns, "\n".join(lines))
    [once] = [one for one in told if one.code == "SUB212"]
    assert (once.count, once.location.line, once.location.column) == (40, 2, 2)
    assert "39 more rows" in once.message
    lines = ["\t".join(columns), *(f"{n}.tif\t#mutant{n}\t{n}" for n in range(40))]
    _, told = look(known, tmp_path, "list.tsv", columns, "\n".join(lines))
    [once] = [one for one in told if one.code == "SUB212"]
    assert (once.count, once.value) == (40, "#mutant0")


def test_a_list_of_blanks_is_told(known: Knowledge, tmp_path: Path) -> None:
    _, told = look(known, tmp_path, "list.csv", COLUMNS, ",,\r\n,,\r\n")
    assert [one.code for one in told] == ["FLS002"]


def test_brackets_without_end_in_a_cell_are_a_wrong_reference(
    known: Knowledge, tmp_path: Path
) -> None:
    content = f"file_path,source\na.tif,{'[' * 5000}x\n"
    _, told = look(known, tmp_path, "list.csv", ("file_path", "source"), content)
    assert "'x' in column 'source' is not in the file list" in [one.message for one in told]


@pytest.mark.parametrize(
    "column",
    [
        {"columnName": "file_path", "propertyUrl": {"@id": "http://bia/filePath"}},
        {"columnName": "file_path", "propertyUrl": "bia:filePath"},
        {"csvw:name": "file_path", "csvw:propertyUrl": "http://bia/filePath"},
        {"http://www.w3.org/ns/csvw#name": "file_path", "propertyUrl": "bia:filePath"},
    ],
)
def test_columns_are_described_in_any_form_of_their_terms(
    column: dict[str, Any], known: Knowledge, tmp_path: Path
) -> None:
    entities = graph("list.tsv", COLUMNS)
    entities[5] = {"@id": "#file_path", "@type": "csvw:Column", **column}
    content = "file_path\tdataset\tlabel\na.tif\t#wild%20type\ta\n"
    opened, told = look(known, tmp_path, "list.tsv", COLUMNS, content, entities)
    assert not told
    assert "SUB039" not in {one.code for one in opened.findings}
    assert [row[0] for row in rows(opened)] == ["a.tif"]


def test_the_page_that_programs_make_of_a_crate_needs_no_list(
    known: Knowledge, tmp_path: Path
) -> None:
    content = "file_path\tdataset\tlabel\na.tif\t#wild%20type\ta\n"
    look(known, tmp_path, "list.tsv", COLUMNS, content)
    present = dict.fromkeys(
        ("a.tif", "ro-crate-preview.html", "ro-crate-preview_files/a.css", "notes.html"), 1
    )
    found = Found(given="s", document=tmp_path / "ro-crate-metadata.json", folder=tmp_path)
    opened = sources.open_found(found, imported=True)
    assert opened.submission is not None
    images = Images(looked=True, present=present)
    day = dt.date(2026, 11, 23)
    report = stages.validate(opened, Look(knowledge=known, day=day, images=images))
    (told,) = [one for one in report.findings if one.code == "FLS207"]
    assert (told.value, told.count) == ("notes.html", 1)
