"""Index files of screens and slide sets whose members lie in folders of their own."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.images import places
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.figures import count, length
from pipeline.images.headers.indexes import attributes, tags, whole
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened
from pipeline.images.text import words

MOST_FOLDERS = 4096
MOST_MEMBERS = 200_000


def gaps(found: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The combinations that a grid of names lacks; none when more than half of it is absent."""
    there = set(found)
    if not there:
        return
    axes = [sorted(set(values)) for values in zip(*there, strict=True)]
    if math.prod(len(values) for values in axes) > min(2 * len(there), MOST_MEMBERS):
        return
    combinations: list[tuple[str, ...]] = [()]
    for values in axes:
        combinations = [(*one, value) for one in combinations for value in values]
    yield from (one for one in combinations if one not in there)


@header("MetaXpress")
def metaxpress(file: Opened, facts: Facts) -> None:
    """HTD: the TIFFs of its plate, beside it or under TimePoint and ZStep folders."""
    folder = os.path.dirname(file.path) or "."
    stem = os.path.splitext(file.name)[0]
    entries = places.names(folder)
    if any(name.lower().endswith(".pnl") for name in entries):
        facts.format = "Applied Precision CellWorX"
        facts.members += [
            Member(name) for name in entries if name.lower().endswith((".pnl", ".log"))
        ]
        return
    said = _htd(words(file.read(0, min(file.size, 1 << 18))))
    times = [name for name in entries if re.fullmatch(r"(?i)timepoint_\d+", name)]
    steps = [name for name in entries if re.fullmatch(r"(?i)zstep_\d+", name)]
    facts.folders += [*times, *steps]
    wells = _wells(said)
    sites = max(1, _selected(said, "SiteSelection") if _yes(said, "Sites") else 1)
    waves = int((said.get("NWavelengths") or ["1"])[0]) if _yes(said, "Waves") else 1
    facts.images = len(wells) * sites or None
    facts.name_channels([(said.get(f"WaveName{n}") or [""])[0] for n in range(1, waves + 1)])
    mine = [name for name in entries if name.lower().startswith(f"{stem.lower()}_")]
    facts.members += [Member(name, None) for name in mine[:MOST_MEMBERS]]
    planes = _planes(folder, times)
    # a wave may be taken at some times and depths alone, or kept as a projection beside the steps
    there = _taken(folder, stem, dict.fromkeys([*planes, *times, *steps, ""]))
    if not there:
        facts.members.append(Member(f"{stem}_*.tif"))
        return
    collected = [n for n in range(1, waves + 1) if (said.get(f"WaveCollect{n}") or ["1"])[0] == "1"]
    # a GUID may follow the number of a wave, so that only one digit is sure
    asked = () if waves >= 10 else collected if waves > 1 else (1,)
    for plane, well, wave, numbers in _lacking(there, planes, wells, asked, sites):
        lead = f"{plane}/{stem}_{well}" if plane else f"{stem}_{well}"
        end = f"_w{wave}*.tif" if waves > 1 else "*.tif"
        facts.members += [
            Member(f"{lead}{f'_s{site}' if sites > 1 else ''}{end}", "warning") for site in numbers
        ]


Taken = dict[tuple[str, str, int], set[int]]
"""The sites that are there by plane, well and wave."""


def _taken(folder: str, stem: str, planes: Iterable[str]) -> Taken:
    """The pictures of a plate, by their names, in the folders of its planes."""
    pattern = re.compile(
        rf"(?i){re.escape(stem)}_([A-Z]{{1,2}}\d\d)(?:_s(\d+))?(?:_w(\d))?(?!.*_thumb)[^/]*\.tiff?"
    )
    there: Taken = {}
    for plane in planes:
        for name in places.names(os.path.join(folder, plane) if plane else folder):
            if found := pattern.match(name):
                key = (plane, found[1].upper(), int(found[3] or 1))
                there.setdefault(key, set()).add(int(found[2] or 1))
    return there


def _lacking(
    there: Taken, planes: list[str], wells: list[str], waves: Sequence[int], sites: int
) -> Iterator[tuple[str, str, int, list[str]]]:
    """The sites that are absent of each plane, well and wave; `?` where numbers are not known."""
    # the sites of a plate are those that any of its wells has, when there are as many as are asked
    numbers = set().union(*there.values())
    known = sorted(numbers) if len(numbers) == sites else []
    taken = {(plane, wave) for plane, _, wave in there}
    waved = {wave for _, wave in taken}
    for plane in planes:
        for well in wells:
            for wave in waves:
                if wave in waved and (plane, wave) not in taken:
                    continue
                have = there.get((plane, well, wave), set())
                lacking = [str(site) for site in known if site not in have]
                yield plane, well, wave, lacking if known else ["?"] * min(sites - len(have), 100)


def _htd(text: str) -> dict[str, list[str]]:
    return {
        key: [one.strip().strip('"') for one in values.split(",")]
        for key, values in re.findall(r'(?m)^"(\w+)", *(.*?)\r?$', text)
    }


def _yes(said: dict[str, list[str]], key: str) -> bool:
    return (said.get(key) or [""])[0].upper() == "TRUE"


def _selected(said: dict[str, list[str]], key: str) -> int:
    return sum(
        one.upper() == "TRUE"
        for name, row in said.items()
        if re.fullmatch(rf"{key}\d+", name)
        for one in row
    )


def _wells(said: dict[str, list[str]]) -> list[str]:
    """Names of the selected wells: B02, and AA01 from the 27th row on."""
    found = []
    for name, row in said.items():
        number = re.fullmatch(r"WellsSelection(\d{1,2})", name)
        if number is None:
            continue
        at = int(number[1]) - 1
        letters = ("A" if at >= 26 else "") + chr(ord("A") + at % 26)
        found += [f"{letters}{n:02}" for n, one in enumerate(row, 1) if one.upper() == "TRUE"]
    return found


def _planes(folder: str, times: list[str]) -> list[str]:
    """The folders, relative to the index, that each hold one picture of every well and wave."""
    found = []
    for time in (times or [""])[:MOST_FOLDERS]:
        names = places.names(os.path.join(folder, time) if time else folder)
        steps = [name for name in names if re.fullmatch(r"(?i)zstep_[1-9]\d*", name)]
        found += [os.path.join(time, step) for step in steps] or [time]
    return found


@header("Olympus ScanR")
def scanr(file: Opened, facts: Facts) -> None:
    """ScanR: its folder data, whose names number well, position, slice, time and channel."""
    if not file.name.lower().endswith(".xml"):
        return
    facts.members.append(Member("data"))
    facts.folders.append("data")
    step = re.search(
        r"<Name>conversion factor um/pixel</Name>\s*<Val>([\d.]{1,20})</Val>", whole(file)
    )
    if step and step[1].count(".") < 2:
        facts.pixel_size(X=float(step[1]), Y=float(step[1]))
    names = places.names(os.path.join(os.path.dirname(file.path) or ".", "data"))
    form = re.compile(r"(?i)(.*W\d+--P\d+)--(Z\d+)--(T\d+)--(.+\.tiff?)")
    found = [match.groups() for match in map(form.fullmatch, names) if match]
    facts.images = len({one[0] for one in found}) or None
    facts.name_channels(sorted({os.path.splitext(one[3])[0] for one in found}))
    facts.members += [Member(f"data/{'--'.join(one)}", "warning") for one in gaps(found)]
    if not names and places.exists(os.path.join(os.path.dirname(file.path) or ".", "data")):
        facts.members.append(Member("data/*.tif"))


@header("3i SlideBook 7")
def sldy(file: Opened, facts: Facts) -> None:
    """SLDY: its folder X.dir with one folder a capture, each with a file a channel and time."""
    home = f"{os.path.splitext(file.name)[0]}.dir"
    facts.members.append(Member(home))
    facts.inside.append(home)
    above = os.path.dirname(file.path) or "."
    captures = [
        name for name in places.names(os.path.join(above, home)) if name.endswith(".imgdir")
    ]
    facts.images = len(captures) or None
    if not captures and places.exists(os.path.join(above, home)):
        facts.members.append(Member(f"{home}/*.imgdir"))
    for capture in captures[:MOST_FOLDERS]:
        names = places.names(os.path.join(above, home, capture))
        found = [
            match.groups()
            for match in (re.fullmatch(r"ImageData_(Ch\d+)_(TP\d+)\.npy", name) for name in names)
            if match
        ]
        if not any(name.endswith(".npy") for name in names):
            facts.members.append(Member(f"{home}/{capture}/ImageData_Ch0_TP0000000.npy"))
        facts.members += [
            Member(f"{home}/{capture}/ImageData_{channel}_{time}.npy", "warning")
            for channel, time in gaps(found)
        ]


@header("PerkinElmer Operetta", "PerkinElmer Columbus")
def operetta(file: Opened, facts: Facts) -> None:
    """Index.idx.xml: the pictures that it names, and what it says of all of them."""
    if not file.name.lower().endswith(".xml"):
        return
    text = whole(file)
    if "perkinelmer.com/Columbus" in text[:2000]:
        facts.format = "PerkinElmer Columbus"
    pictures = re.split(r"<(?:URL|ImageURL)\b", text, maxsplit=MOST_MEMBERS)
    names = [found[1] for one in pictures[1:] if (found := re.match(r"[^<>]*+>([^<]++)<", one))]
    facts.name_members([name for name in names if "://" not in name])
    # an index of Columbus refers to those of its pictures
    facts.members += [
        Member(name.strip(), "warning")
        for name in re.findall(r"<Reference\b[^<>]*+>([^<]++)<", text)
        if name.strip().lower().endswith(".xml")
    ]
    numbers = [{key: value for key in _PLACES if (value := _inside(one, key))} for one in
               pictures[1:]]  # fmt: skip
    planes = [one for one in numbers if len(one) == len(_PLACES)]
    counts = {axis: len({one[key] for one in planes}) for axis, key in _AXES.items()}
    facts.size(
        **{axis: found for axis, found in counts.items() if found},
        **{axis: count(_inside(text, f"ImageSize{axis}")) for axis in "YX"},
    )
    fields = {(one["Row"], one["Col"], one["FieldID"]) for one in planes}
    facts.images = len(fields) or len(names) or None
    for axis in "XY":
        unit, size = next(tags(text, f"ImageResolution{axis}"), ("", ""))
        micrometres = length(size, attributes(unit).get("Unit", ""))
        facts.pixel_size(**{**(facts.pixel_size_um or {}), axis: micrometres})
    facts.name_channels(list(dict.fromkeys(re.findall(r"<ChannelName>([^<]+)<", text)))[:1000])
    facts.date(_inside(text, "MeasurementStartTime"))
    if kind := _inside(text, "InstrumentType"):
        facts.name_instrument("PerkinElmer", kind)


_AXES = {"T": "TimepointID", "C": "ChannelID", "Z": "PlaneID"}
_PLACES = ("Row", "Col", "FieldID", *_AXES.values())


def _inside(text: str, name: str) -> str:
    """What the first element of a name holds; nothing when there is none."""
    start = text.find(f"<{name}>")
    start += len(name) + 2
    return text[start : text.find("<", start)].strip() if start > len(name) + 1 else ""
