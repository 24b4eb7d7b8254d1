"""The manifest as a table, one line a file, for spreadsheets and checksum programs."""

from __future__ import annotations

from pipeline.record import CuratedRecord

NAME = "manifest-tsv"
FILE = "manifest.tsv"

COLUMNS = ("path", "size", "sha256", "format", "study_component")
_SPACES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})


def write(record: CuratedRecord) -> bytes:
    """Tab-separated UTF-8 with a header; a tab or line end inside a value becomes an escape."""
    lines = ["\t".join(COLUMNS)]
    for file in record.files:
        values = (getattr(file, column) for column in COLUMNS)
        cells = ("" if value is None else str(value).translate(_SPACES) for value in values)
        lines.append("\t".join(cells))
    return "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
