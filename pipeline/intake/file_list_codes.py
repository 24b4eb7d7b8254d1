"""What can be wrong with a file list before its columns can be read."""

from __future__ import annotations

from pipeline.findings import declare

ABSENT = declare(
    "FLS001",
    "file-list-absent",
    "error",
    """A file list that the document names is not among the uploaded files.

    Without it nobody knows which files belong to the study component.

    To fix: upload the file list under exactly the name that the document gives.
    """,
)
NO_ROWS = declare(
    "FLS002",
    "file-list-without-files",
    "error",
    """A file list names no file. The archive's submission form refuses an empty list.

    To fix: add one row for each file of the study component.
    """,
)
NO_HEADER = declare(
    "FLS003",
    "files-header-missing",
    "error",
    """The first column of a file list is not headed 'Files', so its paths are not found.

    To fix: write 'Files' as the header of the first column, above the paths, on the first sheet.
    """,
)
BLANK_HEADER = declare(
    "FLS004",
    "column-header-missing",
    "error",
    """A column of a file list has no header, so nobody can know what its values mean.

    To fix: name the column, or delete it (a stray tab after the last header makes one, too).
    """,
)
EXTENSION = declare(
    "FLS101",
    "file-list-extension-unknown",
    "error",
    """A file list is named otherwise than .tsv, .xlsx or .json (in small letters).

    BioStudies chooses its reader by the extension and refuses every other one.

    To fix: save the list as tab-separated text (.tsv) or as a workbook (.xlsx).
    """,
)
WRONG_CONTENT = declare(
    "FLS102",
    "file-list-content-not-as-named",
    "error",
    """A file list holds something else than its name says, such as plain text named .xlsx.

    To fix: save the list again in the format that its name gives; renaming does not convert it.
    """,
)
DAMAGED = declare(
    "FLS103",
    "workbook-damaged",
    "error",
    """A workbook cannot be read: it is cut off, or parts of it are missing or broken.

    To fix: open it in a spreadsheet program, save it again, and upload the whole file.
    """,
)
TOO_LARGE = declare(
    "FLS104",
    "file-list-too-large",
    "error",
    """A file list is larger, or unpacks to more, than any real list; it was not read to its end.

    To fix: split the list, one for each study component, or ask the archive how to list the files.
    """,
)
SHAPE = declare(
    "FLS105",
    "file-list-structure-wrong",
    "error",
    """A JSON file list is not an array of objects with path, size, type and attributes.

    To fix: write it as [{"path": "a.tif", "attributes": [{"name": "Well", "value": "A1"}]}].
    """,
)
HEADER_SPELLING = declare(
    "FLS106",
    "files-header-misspelt",
    "warning",
    """The first header of a file list says 'Files' in other letters or with spaces around it.

    It was read as 'Files'; BioStudies compares the header exactly and would refuse the list.

    To fix: write 'Files', with a capital F and nothing around it.
    """,
)
HEADER_ROW = declare(
    "FLS107",
    "files-header-not-in-first-row",
    "error",
    """The header 'Files' stands below the first row; BioStudies takes the first row as headers.

    To fix: delete the rows above the header.
    """,
)
HEADER_COLUMN = declare(
    "FLS108",
    "files-header-not-in-first-column",
    "error",
    """The column 'Files' is not the first one; BioStudies takes the first column as paths.

    To fix: move the column 'Files' to the left end of the list.
    """,
)
SEPARATOR = declare(
    "FLS109",
    "separator-not-tab",
    "error",
    """The columns of a file list are separated by commas, semicolons or spaces instead of tabs.

    To fix: save the list as tab-separated text (in Excel: 'Text (Tab delimited)').
    """,
)
BLANK_LINE = declare(
    "FLS110",
    "file-list-blank-line",
    "warning",
    """A file list has blank lines. They were skipped; the numbers of lines still count them.

    To fix: delete the blank lines, and see whether a file is missing there.
    """,
)
CELLS_BEYOND = declare(
    "FLS111",
    "row-longer-than-header",
    "error",
    """A row of a file list has values to the right of the last header.

    A tab inside a value shifts the rest of its row; such values would be lost or misread.

    To fix: take the tab out of the value, or give the additional columns a header.
    """,
)
ROW_SHORT = declare(
    "FLS112",
    "row-shorter-than-header",
    "warning",
    """A row of a file list ends before the last column; its missing values count as blank.

    To fix: see whether values are missing at the end of the row.
    """,
)
CUT = declare(
    "FLS113",
    "last-row-cut",
    "warning",
    """A file list ends inside its last row, without a line end: the rest may have been lost.

    To fix: compare the last row with your own copy, and upload the whole list.
    """,
)
LINE_ENDS = declare(
    "FLS114",
    "file-list-line-ends-mixed",
    "hint",
    """The lines of a file list end in different ways (CR LF, LF, CR). All were read as line ends.

    To fix: save the list once in one program; nothing was lost.
    """,
)
QUOTED = declare(
    "FLS115",
    "file-list-cells-quoted",
    "hint",
    """Cells of a tab-separated file list stand in double quotes; they were read without them.

    To fix: export the list without quoting.
    """,
)
SHEETS = declare(
    "FLS116",
    "several-sheets",
    "warning",
    """A workbook has more than one sheet with content; only the first one is read.

    To fix: give each study component its own file list, and keep one sheet in each.
    """,
)
HIDDEN = declare(
    "FLS117",
    "workbook-part-hidden",
    "warning",
    """Rows, columns or the sheet of a file list are hidden; they were read like all others.

    To fix: show everything (a filter may be on), and delete what does not belong to the list.
    """,
)
MERGED = declare(
    "FLS118",
    "cells-merged",
    "error",
    """Cells of a file list are merged: only the first has a value, the others are blank.

    To fix: split the merged cells, and write the value into each row.
    """,
)
NOT_TEXT = declare(
    "FLS119",
    "path-cell-not-text",
    "error",
    """A path is a number, a date, a truth value or an error of the spreadsheet, not text.

    A spreadsheet shows such a value differently from how it keeps it, so the name is in doubt.

    To fix: format the column 'Files' as text, and type or paste the file names again.
    """,
)
UNKNOWN_KEY = declare(
    "FLS120",
    "file-list-key-unknown",
    "hint",
    """An entry of a JSON file list has a key that file lists do not know; its value is kept.

    To fix: give such a value as an attribute with a name and a value.
    """,
)
HEADER_AGAIN = declare(
    "FLS121",
    "header-row-repeated",
    "error",
    """The header stands in the list again, as where two lists are joined; it names no file.

    It was passed over.

    To fix: delete the row, and see whether both lists have the same columns.
    """,
)
COLUMN_AGAIN = declare(
    "FLS122",
    "column-repeated",
    "warning",
    """Two columns of a file list have the same header, so it is not clear which value counts.

    Both are kept, the second with a number behind its name.

    To fix: rename one of them, or delete it.
    """,
)
QUOTE_OPEN = declare(
    "FLS123",
    "file-list-quote-not-closed",
    "error",
    """A cell of a file list opens a double quote that never closes.

    Programs that heed quotes take everything after it, further rows too, for this one cell.

    To fix: close the quote at the end of the value, or take it out.
    """,
)
HEADER_ODD = declare(
    "FLS124",
    "column-header-not-a-name",
    "warning",
    """The header of a column is a formula, or holds a character that no text has.

    To fix: type the name of the column.
    """,
)
