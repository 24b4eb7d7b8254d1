"""Bars of the files of each study component by format: geometry alone, drawn by the template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.findings import Frozen
from pipeline.outputs.wording import number, size, visible
from pipeline.record import ComponentFiles, FormatCount

MOST_FORMATS = 8
"""Formats of a component that have a bar of their own."""
MOST_COMPONENTS = 25
LABEL = 34
"""Characters of a name that the column of names holds."""
BAR = 150.0
"""Length of the longest bar, in units of the drawing."""
ROW, HEADING, TOP = 24, 38, 34


class Bar(Frozen):
    """One row: a format with its two bars, or the heading of a component (no lengths)."""

    y: int
    label: str
    full: str
    images: str = ""
    size: str = ""
    images_length: float | None = None
    size_length: float | None = None
    on_bioformats_list: bool = False


class Plot(Frozen):
    """All rows, the drawing's height, what it shows in a sentence, and components left out."""

    rows: tuple[Bar, ...]
    height: int
    said: str
    left_out: int


def bars(components: Iterable[ComponentFiles]) -> Plot | None:
    """The plot of all components on one scale; None where there is no file."""
    every = [one for one in components if one.files]
    shown = every[:MOST_COMPONENTS]
    if not shown:
        return None
    counted = [(one, list(_most(one))) for one in shown]
    images = max(row.images for _, rows in counted for row in rows)
    bytes_ = max(row.size for _, rows in counted for row in rows)
    made: list[Bar] = []
    y = TOP
    for component, rows in counted:
        name = visible(component.study_component or "In no component", 200)
        made.append(Bar(y=y + HEADING - 12, label=_short(name, 80), full=name))
        y += HEADING
        for row in rows:
            label = visible(row.format or "Format not told", 200)
            made.append(
                Bar(
                    y=y,
                    label=_short(label, LABEL),
                    full=label,
                    images=f"{row.images:,}",
                    size=size(row.size),
                    images_length=_length(row.images, images),
                    size_length=_length(row.size, bytes_),
                    on_bioformats_list=row.on_bioformats_list,
                )
            )
            y += ROW
    return Plot(rows=tuple(made), height=y + 8, said=_said(shown), left_out=len(every) - len(shown))


def _most(component: ComponentFiles) -> Iterator[FormatCount]:
    """The formats with most images, the rest together in one."""
    some = component.formats
    if len(some) <= MOST_FORMATS:
        yield from some
        return
    yield from some[: MOST_FORMATS - 1]
    rest = some[MOST_FORMATS - 1 :]
    yield FormatCount(
        format=f"{len(rest)} other formats",
        on_bioformats_list=all(one.on_bioformats_list for one in rest),
        files=sum(one.files for one in rest),
        images=sum(one.images for one in rest),
        size=sum(one.size for one in rest),
    )


def _length(value: int, longest: int) -> float:
    """The length of a bar; what is there at all is seen."""
    return max(round(BAR * value / longest, 1), 1.5) if value and longest else 0.0


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _said(components: Iterable[ComponentFiles]) -> str:
    return "; ".join(
        f"{one.study_component or 'in no component'}: {number(one.images, 'image')} in "
        f"{number(one.files, 'file')}, {size(one.size)}"
        for one in components
    )
