"""The column expectations of file lists, evaluated with pandas or with Great Expectations.

Both give the same findings; pandas is quick to import and serves `validate`, the suite is what
the flow runs and keeps. Great Expectations is imported nowhere else.
"""

from __future__ import annotations

import logging
import os
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.checks.file_list_columns import CHARACTERS, EXPECTATIONS, Expectation
from pipeline.findings import Finding
from pipeline.intake.file_list_places import header_location, row_location
from pipeline.submission import FileList

if TYPE_CHECKING:
    from pandas import DataFrame, Series

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

Failed = tuple[Expectation, str, list[int]]
"""An expectation, the prepared column, and the failing rows from 0 (none: the whole column)."""


def run_pandas(file_list: FileList) -> tuple[Finding, ...]:
    """What the columns of a file list fail, evaluated with pandas."""
    frame = prepared(file_list)
    return _findings(file_list, frame, _evaluate(frame))


def run_suite(file_list: FileList) -> tuple[Finding, ...]:
    """What the columns of a file list fail, evaluated by Great Expectations.

    Raises RuntimeError where an expectation could not be evaluated at all.
    """
    frame = prepared(file_list)
    return _findings(file_list, frame, _validate(frame))


def warm_up() -> None:
    """Import Great Expectations ahead of its use; that takes seconds."""
    import great_expectations  # noqa: F401


def prepared(file_list: FileList) -> DataFrame:
    """The table that expectations are evaluated on.

    Columns `path`, `size`, `type`; `path_bytes`, the length in UTF-8; `path_named`, paths that
    are not blank; `path_folded`, each path once, without letter case and accents composed;
    `attributes 0`, `attributes 1` … in the list's order, blank where a value is missing.
    """
    import pandas as pd

    table = file_list.table
    path = table["path"].astype(object).reset_index(drop=True)
    named = path.where(path.str.strip() != "", None)
    once = named.where(~named.duplicated(), None)
    columns: dict[str, Any] = {
        "path": path,
        "size": table["size"].astype("Int64").reset_index(drop=True),
        "type": table["type"].astype(object).reset_index(drop=True),
        "path_bytes": path.map(_bytes, na_action="ignore").astype("int64"),
        "path_named": named,
        "path_folded": once.map(_folded, na_action="ignore"),
    }
    for index in range(table.shape[1] - RESERVED):
        values = table.iloc[:, RESERVED + index].astype(object)
        columns[f"attributes {index}"] = values.fillna("").reset_index(drop=True)
    return pd.DataFrame(columns)


def _bytes(path: str) -> int:
    return len(path) if path.isascii() else len(path.encode("utf-8", "surrogatepass"))


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _columns(expectation: Expectation, filled: Mapping[str, Series[Any]]) -> Iterator[str]:
    """The prepared columns that an expectation is about, of those that have any value."""
    if expectation.column == "attributes":
        yield from (name for name in filled if name.startswith("attributes "))
    elif expectation.column in filled:
        yield expectation.column


def _filled(frame: DataFrame) -> dict[str, Series[Any]]:
    """The values of each column that has any."""
    columns = {str(name): frame[name].dropna() for name in frame.columns}
    return {name: column for name, column in columns.items() if len(column)}


def _evaluate(frame: DataFrame) -> Iterator[Failed]:
    tests: dict[str, Callable[[Expectation, Series[Any]], Any]] = {
        "avoids": lambda e, column: _searched(e, column),
        "holds": lambda e, column: ~_searched(e, column),
        "unique": lambda e, column: column.duplicated(keep=False),
        "between": _outside,
        "among": lambda e, column: ~column.isin(e.values),
    }
    filled = _filled(frame)
    for expectation in EXPECTATIONS:
        for name in _columns(expectation, filled):
            column = filled[name]
            if expectation.kind == "varies":
                if len(frame) > 1 and column.nunique() < 2:
                    yield expectation, name, []
                continue
            wrong = tests[expectation.kind](expectation, column)
            if wrong.any():
                yield expectation, name, [int(row) for row in column.index[wrong]]


def _searched(expectation: Expectation, column: Series[Any]) -> Any:
    search = re.compile(expectation.pattern).search
    return column.map(lambda value: search(value) is not None).astype(bool)


def _outside(expectation: Expectation, column: Series[Any]) -> Any:
    low, high = expectation.low, expectation.high
    wrong = column.isna()
    if low is not None:
        wrong |= column < low
    if high is not None:
        wrong |= column > high
    return wrong.astype(bool)


def _validate(frame: DataFrame) -> Iterator[Failed]:
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
    filled = _filled(frame)
    for expectation in EXPECTATIONS:
        for name in _columns(expectation, filled):
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
    file_list: FileList, frame: DataFrame, failed: Iterator[Failed]
) -> tuple[Finding, ...]:
    return tuple(_finding(file_list, frame, *each) for each in failed)


def _finding(
    file_list: FileList, frame: DataFrame, expectation: Expectation, column: str, rows: list[int]
) -> Finding:
    kind, _, number = column.partition(" ")
    attribute = int(number) if number else None
    name = file_list.columns[attribute] if attribute is not None else kind
    shown = "path" if column.startswith("path") and column != "path_bytes" else column
    if not rows:
        value = frame[column].iloc[0]
        return expectation.code.at(
            header_location(file_list, attribute),
            expectation.message.format(value=_clip(value), name=name),
            value=_clip(value),
            place=_place(file_list),
            count=1,
        )
    first = ""
    if expectation.kind == "unique":
        first, rows = _repeats(file_list, frame[column], rows)
    values = frame[shown].iloc[rows[:SAMPLES]].tolist()
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


def _repeats(file_list: FileList, column: Series[Any], rows: list[int]) -> tuple[str, list[int]]:
    """Where the value that is repeated first was first named, and the rows that repeat one."""
    found = column.iloc[rows]
    again = [row for row, repeated in zip(rows, found.duplicated(), strict=True) if repeated]
    first = rows[found.tolist().index(column.iloc[again[0]])]
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
