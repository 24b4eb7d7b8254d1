"""What can be wrong with PageTab written in rows of cells (TSV, XLSX)."""

from __future__ import annotations

from pipeline.findings import declare

NO_SUBMISSION = declare(
    "SUB030",
    "submission-block-missing",
    "error",
    """The document does not start with a Submission block, so BioStudies refuses it.

    To fix: start with a line 'Submission' (a tab and the accession, if there is one), then Title
    and ReleaseDate, then a blank line.
    """,
)
NO_ROWS = declare(
    "SUB031",
    "table-without-rows",
    "error",
    """A table has a header and no row below it; BioStudies refuses it.

    To fix: add the rows, or take the header out.
    """,
)
NO_ADDRESS = declare(
    "SUB032",
    "file-or-link-without-address",
    "error",
    """A file is named without its path, or a link without its address.

    To fix: give the path or the address in the first cell of the row, or take the row out.
    """,
)
SEPARATOR = declare(
    "SUB119",
    "name-and-value-not-parted",
    "error",
    """Name and value are not separated by a tab, so BioStudies reads the whole line as a name.

    To fix: put one tab between name and value; an editor that turns tabs into spaces does this.
    """,
)
OPEN_QUOTE = declare(
    "SUB130",
    "quote-not-closed",
    "error",
    """A cell opens a double quote that never closes, so everything after it belongs to that cell.

    In a study file of IDR, which parts lines at tabs alone, it is a warning.

    To fix: close the quote at the end of the value, or take it out.
    """,
)
CONTROL = declare(
    "SUB133",
    "control-character",
    "error",
    """A cell holds a character that no text has (such as NUL), often left by a broken transfer.

    To fix: type the value again; the character cannot be seen in most editors.
    """,
)
QUALIFIER_FIRST = declare(
    "SUB134",
    "qualifier-before-attribute",
    "error",
    """A qualifier, in square or round brackets, stands before any attribute that it could qualify.

    To fix: move it below the attribute that it belongs to.
    """,
)
TABLE_HEADER = declare(
    "SUB135",
    "table-header-not-in-form",
    "error",
    """The header of a table of sections is not in the form `Type[parent]`, so it is not seen.

    To fix: write the type with both brackets, such as 'Biosample[]' or 'Biosample[SECT-001]'.
    """,
)
BEYOND = declare(
    "SUB136",
    "cell-without-name",
    "error",
    """A row has more cells than the header of its table, or a line more than a name and a value.

    What stands there has no name, so it is not in the record.

    To fix: name the column in the header, or take the cell out; a stray tab does this too.
    """,
)
SHORT = declare(
    "SUB137",
    "table-row-short",
    "warning",
    """A row of a table has fewer cells than its header; what is missing was read as blank.

    To fix: add the missing cells; leave a cell blank between tabs where there is no value.
    """,
)
BRACKET = declare(
    "SUB146",
    "bracket-not-closed",
    "error",
    """A name opens a bracket that does not close, or the other way round, or has nothing in it.

    It is then neither a qualifier (`[TermId]`) nor a reference (`<affiliation>`), but a name.

    To fix: write both brackets, with the name between them.
    """,
)
MERGE = declare(
    "SUB147",
    "merge-marks-left",
    "error",
    """Marks of a merge stand in the document, and both versions of what was not merged with them.

    To fix: keep one of the two versions, and take out the lines with the marks.
    """,
)
NO_SEPARATOR = declare(
    "SUB138",
    "block-separator-missing",
    "error",
    """A new section, link or file starts without a blank line before it.

    BioStudies would read it as attributes of what stands above.

    To fix: put a blank line before it.
    """,
)
BLANK_INSIDE = declare(
    "SUB139",
    "blank-line-inside-block",
    "error",
    """A blank line parts a section from its attributes; BioStudies would make a section of them.

    To fix: take the blank line out.
    """,
)
BROKEN_VALUE = declare(
    "SUB140",
    "value-broken-over-lines",
    "warning",
    """A value goes on in the next line without quotes; BioStudies would read that as a name.

    It was read as part of the value.

    To fix: put the value in double quotes, or write it in one line.
    """,
)
COMMENT = declare(
    "SUB141",
    "line-read-as-comment",
    "hint",
    """A line starts with '#', so it is a comment and not in the record, yet it has a value.

    To fix: take the '#' away if the value belongs to the study.
    """,
)
