"""What each column of a file list is expected to hold, declared once.

The expectations are evaluated directly or with Great Expectations (`expectations.py`).
Sources: the archive's help page on file lists, and BioStudies' own test of paths
(`FileSourcesList` and the file-list readers, biostudies-backend-services, 2026-06-30).
"""

from __future__ import annotations

from typing import Literal

from pipeline.findings import Code, Frozen, Severity, declare

Kind = Literal["avoids", "holds", "unique", "between", "among", "varies"]


class Expectation(Frozen):
    """One expectation of a column.

    `column` is `path`, `size`, `type`, or a column made from them (see `expectations.prepared`);
    `attributes` stands for each of the list's own columns. `pattern` is searched for in a value
    (kinds `avoids` and `holds`); `low` and `high` bound a number; `values` are all allowed ones.
    Missing values fail nothing.
    """

    code: Code
    kind: Kind
    column: str
    message: str
    """What is wrong, with `{value}` (and `{name}`, the column's header) in it."""
    pattern: str = ""
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()
    severity: Severity | None = None


MISSING = declare(
    "FLS005",
    "file-path-missing",
    "error",
    """A row of a file list has no path, so its values describe no file.

    To fix: write the path into the first column, or delete the row.
    """,
)
BACKSLASH = declare(
    "FLS130",
    "path-with-backslash",
    "error",
    """A path is written with backslashes. BioStudies takes only the forward slash between folders.

    To fix: replace each backslash by a forward slash (/).
    """,
)
ABSOLUTE = declare(
    "FLS131",
    "path-of-own-computer",
    "error",
    """A path starts at a drive, share or home folder of the depositor's computer, or on the web.

    The archive has only the folder that was uploaded, so such a path leads nowhere.

    To fix: start the path at the uploaded folder, for example 'plate1/cell_001.tif'.
    """,
)
ESCAPES = declare(
    "FLS132",
    "path-leads-out-of-folder",
    "error",
    """A path goes up a folder ('..'), so it may lead out of the submission.

    To fix: write the path from the uploaded folder downwards, without '..'.
    """,
)
DOT = declare(
    "FLS133",
    "path-with-dot-folder",
    "error",
    """A path has a folder '.' in it, such as './plate1/a.tif'. BioStudies refuses such paths.

    To fix: leave './' out.
    """,
)
DOUBLE = declare(
    "FLS134",
    "path-with-double-slash",
    "error",
    """A path has two slashes after one another, so a folder's name is missing between them.

    To fix: write one slash, or the folder that is missing.
    """,
)
TRAILING = declare(
    "FLS135",
    "path-ends-with-slash",
    "error",
    """A path ends with a slash. BioStudies refuses it, also for folders.

    To fix: list the files of the folder one by one, or a folder without the slash at its end.
    """,
)
SPACE = declare(
    "FLS136",
    "path-with-outer-space",
    "warning",
    """A path begins or ends with white space, which nobody sees and file names rarely have.

    To fix: delete the space, or rename the file if it really has one.
    """,
)
CHARACTERS = declare(
    "FLS137",
    "path-characters-refused",
    "error",
    """A path has characters that BioStudies refuses; some storage systems cannot hold them.

    Allowed are a-z, A-Z, 0-9, space and ! - _ . * ' ( ) with / between folders; so accents,
    commas, and signs such as # % & + = : are not.

    To fix: rename the file, upload it again, and write the new name; the archive renames nothing.
    """,
)
CONTROL = declare(
    "FLS138",
    "path-with-control-character",
    "error",
    """A path has a control character, which no program shows and many break at.

    To fix: type the path again, or export the list again from its source.
    """,
)
LONG = declare(
    "FLS139",
    "path-too-long",
    "error",
    """A path is longer than 1,024 bytes, the most that the archive's object store (S3) can hold.

    To fix: shorten the names of folders or files, and upload them again.
    """,
)
SIZE = declare(
    "FLS140",
    "file-size-negative",
    "error",
    """A file list says that a file has fewer than zero bytes.

    To fix: give the size in bytes, or leave it out.
    """,
)
HUGE = declare(
    "FLS141",
    "file-over-two-terabytes",
    "warning",
    """A single file is said to be larger than two terabytes, which few people can download.

    To fix: correct the size, or ask the archive how to deposit the file in parts.
    """,
)
TYPE = declare(
    "FLS142",
    "file-type-unknown",
    "warning",
    """An entry of a file list is neither a 'file' nor a 'directory'.

    To fix: write 'file' or 'directory'; the kind of image belongs into an attribute.
    """,
)
CONSTANT = declare(
    "FLS143",
    "column-with-one-value",
    "hint",
    """A column of a file list has the same value in all rows, so it tells no file from another.

    To fix: describe what is common to all files in the submission form instead.
    """,
)
FORMULA = declare(
    "FLS144",
    "cell-is-formula",
    "warning",
    """A cell holds the text of a spreadsheet formula instead of its result.

    To fix: replace formulas by their values (copy, then 'paste values') and save again.
    """,
)
VALUE_CONTROL = declare(
    "FLS145",
    "value-with-control-character",
    "warning",
    """A value of a file list has a control character, which no program shows.

    To fix: type the value again, or export the list again from its source.
    """,
)
SYSTEM = declare(
    "FLS146",
    "system-file-listed",
    "warning",
    """A file list names a file that an operating system made for itself, such as .DS_Store.

    To fix: delete the row, and the file from the upload.
    """,
)
WILDCARD = declare(
    "FLS151",
    "path-with-wildcard",
    "warning",
    """A star stands for a name, as in a pattern for many files; each file needs a row of its own.

    To fix: write one row for each file, with its whole name.
    """,
)
NO_NAME = declare(
    "FLS152",
    "path-is-placeholder",
    "error",
    """A row says 'n/a', a dash or an error of the spreadsheet where its path should stand.

    To fix: write the path of the file, or delete the row.
    """,
)
FAILED = declare(
    "FLS153",
    "value-is-spreadsheet-error",
    "warning",
    """A value is an error of a spreadsheet, such as #REF! or #N/A; what it should be is lost.

    To fix: mend the formula in the spreadsheet, and export the list again.
    """,
)
MOJIBAKE = declare(
    "FLS154",
    "value-read-in-wrong-encoding",
    "warning",
    """A value was read in the wrong encoding once, so that a letter became two or three others.

    To fix: open the list as UTF-8 where it was made, and export it again.
    """,
)
REPEATED = declare(
    "FLS201",
    "path-repeated",
    "warning",
    """A file list names the same path more than once; the rows may say different things of it.

    To fix: keep one row for each file.
    """,
)
CASE = declare(
    "FLS202",
    "paths-differ-in-case-only",
    "warning",
    """Two paths differ only in letter case or in how accents are composed.

    Many computers hold only one of such two files, so a download overwrites one of them.

    To fix: see whether both files exist; if so, rename one.
    """,
)

LONGEST_PATH = 1024
LARGEST_SIZE = 2 * 10**12
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
# Backslashes, control characters, the colon of a drive or an address have findings of their own.
_REFUSED = r"[^0-9A-Za-z!\-_*'(). /\\:\x00-\x1f\x7f-\x9f]|(?<!\A[A-Za-z]):(?!//)"
_OWN_COMPUTER = (
    r"(?i)\A\s*(?:[a-z]:(?:[\\/]|\Z)|\\\\|//|~(?!\$)|file:|[a-z][a-z0-9+.-]+://"
    r"|/(?:[a-z]/)?(?:home|users|volumes|mnt|media|root|private|cygdrive)/)"
)
_SYSTEM_FILE = (
    r"(?i)(?:\A|/)(?:\.ds_store|thumbs\.db|desktop\.ini|ehthumbs\.db|\.directory|\._[^/]*|~\$[^/]*"
    r"|(?:__macosx|\.spotlight-v100|\.trashes|\.fseventsd|@eadir)(?:/.*)?)\Z"
)

_SPREADSHEET_ERROR = r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|#{4,}"
_PLACEHOLDER = r"n/?a|nan|none|null|nil|tbd|tba|todo|pending|missing|unknown|[-–—?.]+"
_TWICE_ENCODED = r"[ÃÎÏÐÑ][\x80-\xbfŒœŠšŸŽžƒˆ˜‘’‚“”„†‡•…‰‹›€™]|Â[\x80-\xbf]|â€|\u00c3\u0192"

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        code=MISSING, kind="holds", column="path", pattern=r"\S", message="the row has no path"
    ),
    Expectation(
        code=BACKSLASH,
        kind="avoids",
        column="path",
        pattern=r"\\",
        message="the path '{value}' has a backslash",
    ),
    Expectation(
        code=ABSOLUTE,
        kind="avoids",
        column="path",
        pattern=_OWN_COMPUTER,
        message="the path '{value}' starts at a drive, a share, a home folder or on the web",
    ),
    Expectation(
        code=ESCAPES,
        kind="avoids",
        column="path",
        pattern=r"(?:\A|[/\\])\.\.(?:[/\\]|\Z)",
        message="the path '{value}' goes up a folder ('..')",
    ),
    Expectation(
        code=DOT,
        kind="avoids",
        column="path",
        pattern=r"(?:\A|[/\\])\.(?:[/\\]|\Z)",
        message="the path '{value}' has a folder '.' in it",
    ),
    Expectation(
        code=DOUBLE,
        kind="avoids",
        column="path",
        pattern=r"[^/:]//",
        message="the path '{value}' has two slashes after one another",
    ),
    Expectation(
        code=TRAILING,
        kind="avoids",
        column="path",
        pattern=r"[/\\]\s*\Z",
        message="the path '{value}' ends with a slash",
    ),
    Expectation(
        code=SPACE,
        kind="avoids",
        column="path",
        pattern=r"\A\s+\S|\S\s+\Z",
        message="the path '{value}' begins or ends with white space",
    ),
    Expectation(
        code=CHARACTERS,
        kind="avoids",
        column="path",
        pattern=_REFUSED,
        message="the path '{value}' has characters that are refused: {marks}",
    ),
    Expectation(
        code=CONTROL,
        kind="avoids",
        column="path",
        pattern=_CONTROL,
        message="the path {value!r} has a control character",
    ),
    Expectation(
        code=LONG,
        kind="between",
        column="path_bytes",
        high=LONGEST_PATH,
        message=f"the path has {{value:,}} bytes, more than {LONGEST_PATH:,}",
    ),
    Expectation(
        code=FORMULA,
        kind="avoids",
        column="path",
        pattern=r"\A\s*=",
        message="the path '{value}' is the text of a formula",
        severity="error",
    ),
    Expectation(
        code=WILDCARD,
        kind="avoids",
        column="path",
        pattern=r"(?:\A|/)\*{1,2}(?:\.[\w.*]+)?\s*\Z",
        message="in the path '{value}' a star stands for the names of many files",
    ),
    Expectation(
        code=NO_NAME,
        kind="avoids",
        column="path",
        pattern=rf"(?i)\A\s*(?:{_SPREADSHEET_ERROR}|{_PLACEHOLDER})\s*\Z",
        message="'{value}' stands where the path of a file should",
    ),
    Expectation(
        code=SYSTEM,
        kind="avoids",
        column="path",
        pattern=_SYSTEM_FILE,
        message="'{value}' is a file that a system or a program made for itself",
    ),
    Expectation(
        code=REPEATED,
        kind="unique",
        column="path_named",
        message="the path '{value}' stands here again; it was first named in {first}",
    ),
    Expectation(
        code=CASE,
        kind="unique",
        column="path_folded",
        message="the path '{value}' differs only in letter case or accents from the one in {first}",
    ),
    Expectation(
        code=SIZE,
        kind="between",
        column="size",
        low=0,
        message="the file is said to have {value:,} bytes",
    ),
    Expectation(
        code=HUGE,
        kind="between",
        column="size",
        high=LARGEST_SIZE,
        message="the file is said to have {value:,} bytes",
    ),
    Expectation(
        code=TYPE,
        kind="among",
        column="type",
        values=("file", "directory"),
        message="the type '{value}' is neither 'file' nor 'directory'",
    ),
    Expectation(
        code=CONSTANT,
        kind="varies",
        column="attributes",
        message="the column '{name}' says {value!r} in all rows",
    ),
    Expectation(
        code=FORMULA,
        kind="avoids",
        column="attributes",
        pattern=r"\A\s*=[^\s=]*[A-Za-z0-9)\"]",
        message="'{value}' in the column '{name}' is the text of a formula",
    ),
    Expectation(
        code=VALUE_CONTROL,
        kind="avoids",
        column="attributes",
        pattern=r"\A[^\x00]*[\x01-\x08\x0b\x0c\x0e-\x1f\x7f][^\x00]*\Z",
        message="{value!r} in the column '{name}' has a control character",
    ),
    Expectation(
        code=VALUE_CONTROL,
        kind="avoids",
        column="attributes",
        pattern=r"\x00",
        message="{value!r} in the column '{name}' has a NUL, which no database takes",
        severity="error",
    ),
    Expectation(
        code=FAILED,
        kind="avoids",
        column="attributes",
        pattern=rf"\A\s*(?:{_SPREADSHEET_ERROR})\s*\Z",
        message="'{value}' in the column '{name}' is an error of a spreadsheet",
    ),
    Expectation(
        code=MOJIBAKE,
        kind="avoids",
        column="attributes",
        pattern=_TWICE_ENCODED,
        message="'{value}' in the column '{name}' was read in a wrong encoding",
    ),
)
