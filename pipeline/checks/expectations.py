"""The column expectations of file lists, evaluated directly or with Great Expectations.

Both give the same findings; the first is quick and serves `validate`, the suite is what the flow
runs and keeps. Great Expectations is imported nowhere else.
"""

from __future__ import annotations

import logging
import os
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.checks.file_list_columns import (
    CHARACTERS,
    EXPECTATIONS,
    FORMULA,
    NO_NAME,
    Expectation,
)
from pipeline.findings import Finding
from pipeline.intake.file_list_places import header_location, row_location
from pipeline.submission import FileList

if TYPE_CHECKING:
    from pandas import DataFrame

SAMPLES = 5
LONGEST_VALUE = 200
"""Characters of a value that a finding shows."""
RESERVED = 4
"""The table's own columns: path, size, type, line."""

GX_NAMES: dict[str, str] = {
    "avoids": "ExpectColumnValuesToNotMatchRegex",
    "holds": "ExpectColumnValuesToMatchRegex",
    "unique": "ExpectColumnValuesToBeUnique",
    "between": "ExpectColumnValuesToBeBetween",
    "among": "ExpectColumnValuesToBeInSet",
    "varies": "ExpectColumnUniqueValueCountToBeBetween",
}

Columns = dict[str, list[Any]]
"""The prepared columns, None where a value is missing."""

Failed = tuple[Expectation, str, list[int]]
"""An expectation, the prepared column, and the failing rows from 0 (none: the whole column)."""


def run_direct(file_list: FileList) -> tuple[Finding, ...]:
    """What the columns of a file list fail, evaluated value by value."""
    columns = prepared(file_list)
    return _findings(file_list, columns, _evaluate(columns))


def run_suite(file_list: FileList) -> tuple[Finding, ...]:
    """What the columns of a file list fail, evaluated by Great Expectations.

    Raises RuntimeError where an expectation could not be evaluated at all.
    """
    columns = prepared(file_list)
    return _findings(file_list, columns, _validate(columns))


def warm_up() -> None:
    """Import Great Expectations ahead of its use; that takes seconds."""
    import great_expectations  # noqa: F401


def prepared(file_list: FileList) -> Columns:
    """The columns that expectations are evaluated on.

    Columns `path`, `size`, `type`; `path_bytes`, the length in UTF-8; `path_named`, paths that
    are not blank, without the slash before them that BioStudies ignores; `path_folded`, each path
    once, without letter case and accents composed; `attributes 0`, `attributes 1` … in the list's
    order, blank where a value is missing.
    """
    table = file_list.table
    paths = table["path"].tolist()
    once = dict.fromkeys(path for path in paths if path.strip())
    columns: Columns = {
        "path": paths,
        "size": [None if size is None else int(size) for size in _given(table["size"])],
        "type": list(_given(table["type"])),
        "path_bytes": [_bytes(path) for path in paths],
        "path_named": [path.lstrip("/") if path in once else None for path in paths],
        "path_folded": [_folded(path) if once.pop(path, "") is None else None for path in paths],
    }
    for index in range(table.shape[1] - RESERVED):
        values = _given(table.iloc[:, RESERVED + index])
        columns[f"attributes {index}"] = ["" if value is None else value for value in values]
    return columns


def _given(column: Any) -> Iterator[Any]:
    """The values of a column, None where one is missing."""
    for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True):
        yield None if missing else value


def _bytes(path: str) -> int:
    return len(path) if path.isascii() else len(path.encode("utf-8", "surrogatepass"))


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _named(expectation: Expectation, filled: Iterable[str]) -> Iterator[str]:
    """The prepared columns that an expectation is about, of those that have any value."""
    if expectation.column == "attributes":
        yield from (name for name in filled if name.startswith("attributes "))
    elif expectation.column in filled:
        yield expectation.column


def _filled(columns: Columns) -> tuple[str, ...]:
    """The columns that have any value; an attribute of the list's own also if it is not blank."""
    blank = {True: (None, ""), False: (None,)}
    return tuple(
        name
        for name, values in columns.items()
        if any(value not in blank[name.startswith("attributes ")] for value in values)
    )


def _evaluate(columns: Columns) -> Iterator[Failed]:
    filled = _filled(columns)
    for expectation in EXPECTATIONS:
        for name in _named(expectation, filled):
            values = columns[name]
            if expectation.kind == "varies":
                if len(values) > 1 and len({*values} - {None}) < 2:
                    yield expectation, name, []
                continue
            fails = _TESTS[expectation.kind](expectation, values)
            wrong = [row for row, one in enumerate(values) if one is not None and fails(one)]
            if wrong:
                yield expectation, name, wrong


Test = Callable[[Any], bool]


def _avoids(expectation: Expectation, values: list[Any]) -> Test:
    search = re.compile(expectation.pattern).search
    return lambda value: search(value) is not None


def _holds(expectation: Expectation, values: list[Any]) -> Test:
    search = re.compile(expectation.pattern).search
    return lambda value: search(value) is None


def _unique(expectation: Expectation, values: list[Any]) -> Test:
    often = Counter(values)
    return lambda value: often[value] > 1


def _between(expectation: Expectation, values: list[Any]) -> Test:
    low, high = expectation.low, expectation.high
    return lambda value: (low is not None and value < low) or (high is not None and value > high)


def _among(expectation: Expectation, values: list[Any]) -> Test:
    return lambda value: value not in expectation.values


_TESTS: Mapping[str, Callable[[Expectation, list[Any]], Test]] = {
    "avoids": _avoids,
    "holds": _holds,
    "unique": _unique,
    "between": _between,
    "among": _among,
}
"""What makes a value of a column fail; `varies` is about the column as a whole."""


def _frame(columns: Columns) -> DataFrame:
    import pandas as pd

    kinds = {"size": "Int64", "path_bytes": "int64"}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=kinds.get(name, "object"))
            for name, values in columns.items()
        }
    )


def _validate(columns: Columns) -> Iterator[Failed]:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        # Great Expectations imports modules that Python has deprecated; that is not ours to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

    # It tells every temporary folder that it makes.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    batch = context.data_sources.add_pandas("file lists").add_dataframe_asset("file list")
    definition = batch.add_batch_definition_whole_dataframe("all rows")
    asked: list[tuple[Expectation, str]] = []
    suite = gx.ExpectationSuite(name="file list columns")
    filled, frame = _filled(columns), _frame(columns)
    for expectation in EXPECTATIONS:
        for name in _named(expectation, filled):
            if expectation.kind != "varies" or len(frame) > 1:
                meta = {"code": expectation.code.code, "at": len(asked)}
                suite.add_expectation(_declared(expectation, name, meta))
                asked.append((expectation, name))
    found = definition.get_batch({"dataframe": frame}).validate(suite, result_format="COMPLETE")
    failed: dict[int, list[int]] = {}
    for result in found.results:
        if result.exception_info.get("raised_exception") or any(
            isinstance(each, dict) and each.get("raised_exception")
            for each in result.exception_info.values()
        ):
            raise RuntimeError(f"an expectation was not evaluated: {result.exception_info}")
        asked_for = result.expectation_config
        if not result.success and asked_for is not None:
            rows = result.result.get("unexpected_index_list") or []
            failed[asked_for.meta["at"]] = sorted(int(row) for row in rows)
    for at in sorted(failed):
        yield (*asked[at], failed[at])


def _declared(expectation: Expectation, column: str, meta: dict[str, Any]) -> Any:
    """The expectation in the words of Great Expectations."""
    from great_expectations.expectations import core

    given: dict[str, dict[str, Any]] = {
        "avoids": {"regex": expectation.pattern},
        "holds": {"regex": expectation.pattern},
        "between": {"min_value": expectation.low, "max_value": expectation.high},
        "among": {"value_set": list(expectation.values)},
        "varies": {"min_value": 2},
    }
    named = getattr(core, GX_NAMES[expectation.kind])
    return named(column=column, meta=meta, **given.get(expectation.kind, {}))


def _findings(
    file_list: FileList, columns: Columns, failed: Iterator[Failed]
) -> tuple[Finding, ...]:
    return tuple(
        _finding(file_list, columns, *each)
        for each in _causes(list(failed))
        if not _usual(file_list, *each)
    )


def _causes(failed: list[Failed]) -> Iterator[Failed]:
    """The failures but for the signs of what is no path at all, such as a formula."""
    no_path = {
        row
        for expectation, column, rows in failed
        if column == "path" and expectation.code in (FORMULA, NO_NAME)
        for row in rows
    }
    for expectation, column, rows in failed:
        left = [row for row in rows if row not in no_path]
        if expectation.code is not CHARACTERS:
            yield expectation, column, rows
        elif left:
            yield expectation, column, left


def _usual(file_list: FileList, expectation: Expectation, column: str, rows: list[int]) -> bool:
    """Whether a column has one value because all files belong to the same thing of a document."""
    number = column.partition(" ")[2]
    return expectation.kind == "varies" and file_list.columns[int(number)] in file_list.related


def _finding(
    file_list: FileList, columns: Columns, expectation: Expectation, column: str, rows: list[int]
) -> Finding:
    kind, _, number = column.partition(" ")
    attribute = int(number) if number else None
    name = file_list.columns[attribute] if attribute is not None else kind
    shown = "path" if column.startswith("path") and column != "path_bytes" else column
    if not rows:
        value = columns[column][0]
        return expectation.code.at(
            header_location(file_list, attribute),
            expectation.message.format(value=_clip(value), name=name),
            value=_clip(value),
            place=_place(file_list),
            count=1,
        )
    first = ""
    if expectation.kind == "unique":
        first, rows = _repeats(file_list, columns[column], rows)
    values = [columns[shown][row] for row in rows[:SAMPLES]]
    message = expectation.message.format(
        value=_clip(values[0]), name=name, first=first, marks=_marks(expectation, values[0])
    )
    if len(rows) > 1:
        message += f"; {len(rows) - 1:,} more like this"
    where = "path" if column.startswith("path") else column
    return expectation.code.at(
        row_location(file_list, rows[0], attribute if attribute is not None else where),
        message,
        value=_clip(values[0]),
        place=_place(file_list),
        hint=_hint(expectation, values[0]),
        severity=expectation.severity,
        count=len(rows),
        samples=tuple(
            {"row": row + 1, "value": _clip(value)}
            for row, value in zip(rows, values, strict=False)
        ),
    )


def _repeats(file_list: FileList, column: list[Any], rows: list[int]) -> tuple[str, list[int]]:
    """Where the value that is repeated first was first named, and the rows that repeat one."""
    seen: dict[Any, int] = {}
    again = [row for row in rows if seen.setdefault(column[row], row) != row]
    first = seen[column[again[0]]]
    at = row_location(file_list, first, "path")
    return at.cell or (f"line {at.line}" if at.line else f"{at.pointer}"), again


def _marks(expectation: Expectation, value: Any) -> str:
    """The refused characters of a path, each once, as they are and by name where unusual."""
    if expectation.code is not CHARACTERS:
        return ""
    import re

    marks = dict.fromkeys(re.findall(expectation.pattern, str(value)))
    return " ".join(
        mark if mark.isascii() else f"{mark} ({unicodedata.name(mark, 'unnamed').lower()})"
        for mark in list(marks)[:10]
    )


def _hint(expectation: Expectation, value: Any) -> str | None:
    if expectation.code is CHARACTERS and value != unicodedata.normalize("NFC", str(value)):
        return (
            f"{expectation.code.hint} Its accents are written apart from their letters, "
            "as macOS does: compare the name with care."
        )
    return None


def _clip(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:LONGEST_VALUE]}…"
    return value if isinstance(value, str) else int(value)


def _place(file_list: FileList) -> str | None:
    return None if file_list.component is None else f"{file_list.component}/file_list"
