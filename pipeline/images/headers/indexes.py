"""Index files: text and XML that name the other files of an image."""

from __future__ import annotations

import contextlib
import json
import os
import re
import struct
import uuid
from collections.abc import Iterator
from urllib.parse import unquote
from xml.sax.saxutils import unescape

from pipeline.findings import Severity
from pipeline.images import faults, ome, omedocument, places
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.light import leica
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Cut, Enough, Opened
from pipeline.images.text import is_text, words

MOST_INDEX = 16 << 20
MOST_INDEXES = 2000
_ATTRIBUTE = re.compile(r'(?<![\w.-])([\w.-]++)="([^"]*)"')


def whole(file: Opened) -> str:
    """The whole text of an index file, at most 16 MiB."""
    file.allow(MOST_INDEX + (1 << 20))
    return words(file.read(0, min(file.size, MOST_INDEX)))


def plain(name: str) -> str:
    """A name as XML and addresses write it, with slashes between folders."""
    return unquote(unescape(name)).replace("\\", "/").strip()


def tags(text: str, names: str) -> Iterator[tuple[str, str]]:
    """Attributes and text of elements by a pattern of names, in time linear in the text."""
    for found in re.finditer(rf"<(?:\w+:)?(?:{names})\b([^<>]*+)>([^<]*+)", text):
        yield found[1], found[2]


def attributes(inside: str) -> dict[str, str]:
    """Attributes of an element by their local names."""
    return {key: plain(value) for key, value in _ATTRIBUTE.findall(inside)}


def stated(text: str, names: str, attribute: str) -> list[str]:
    """What an attribute of the elements says."""
    found = (re.search(rf'\b{attribute}="([^"]+)"', inside) for inside, _ in tags(text, names))
    return [plain(one[1]) for one in found if one]


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _add(facts: Facts, names: list[str], absence: Severity | None = "error") -> None:
    known = {member.name for member in facts.members}
    for name in dict.fromkeys(names):
        if name and name not in known and len(facts.members) < 200_000:
            facts.members.append(Member(name, absence))


@header("OME-XML")
def omexml(file: Opened, facts: Facts) -> None:
    """OME-XML: the whole document."""
    file.allow(ome.MOST + (1 << 20))
    omedocument.read(file.read(0, min(file.size, ome.MOST)), facts)


@header("Leica XLEF")
def xlef(file: Opened, facts: Facts) -> None:
    """XLEF, XLCF, XLIF: references and frames, and those of the indexes that are referred to."""
    folder = os.path.dirname(file.path) or "."
    seen: set[str] = set()
    text = whole(file)
    todo = _frames(text, "")
    described = [text]
    while todo and len(seen) < MOST_INDEXES:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        _add(facts, [name])
        if name.lower().endswith((".xlcf", ".xlif")) and not name.startswith(("/", "..")):
            with contextlib.suppress(OSError, Cut, Enough), Opened(f"{folder}/{name}") as below:
                text = whole(below)
                todo += _frames(text, os.path.dirname(name))
                described.append(text)
    images = [one for one in described if "<ImageDescription" in one]
    if images:
        leica(images[0], facts)
        facts.images = len(images)


@header("Leica LCS LEI")
def lei(file: Opened, facts: Facts) -> None:
    """LEI: the pictures that it names, in UTF-16, among its settings."""
    file.allow(MOST_INDEX + (1 << 20))
    data = file.read(0, min(file.size, MOST_INDEX))
    # letters of ASCII with a zero behind each, to the suffix; nothing is read twice
    found = re.finditer(rb"(?:[\x20-\x7e]\0){1,255}+", data)
    names = [one[0].decode("utf-16-le") for one in found]
    _add(facts, [_name(one) for one in names if one.lower().endswith((".tif", ".raw"))], "warning")


def _frames(text: str, folder: str) -> list[str]:
    """What a Leica index names, relative to the first one."""
    names = stated(text, "Reference|Frame", "File")
    return [
        os.path.normpath(os.path.join(folder, name))
        for name in names
        if "iomanagerconfig" not in name.lower() and "://" not in name
    ]


@header("imzML")
def imzml(file: Opened, facts: Facts) -> None:
    """imzML: its binary data stand in the .ibd beside it, which has the same identifier."""
    text = whole(file)
    ends = []
    for part in text.split("<binaryDataArray ")[1:] + text.split("<binaryDataArray>")[1:]:
        one = part[:4000].partition("</binaryDataArray>")[0]
        offset = re.search(r'IMS:1000102"[^<>]{0,200}value="(\d{1,18})"', one)
        length = re.search(r'IMS:1000104"[^<>]{0,200}value="(\d{1,18})"', one)
        if offset and length:
            ends.append(int(offset[1]) + int(length[1]))
    facts.members.append(Member("{stem}.ibd", least=max(ends, default=None)))
    x = re.search(r'IMS:1000042"[^<>]{0,200}value="(\d{1,8})"', text)
    y = re.search(r'IMS:1000043"[^<>]{0,200}value="(\d{1,8})"', text)
    if x and y:
        facts.size(T=1, C=1, Z=1, Y=int(y[1]), X=int(x[1]))
    wide = re.search(r'IMS:1000046"([^<>]{1,400})', text)
    high = re.search(r'IMS:1000047"([^<>]{1,400})', text)
    facts.pixel_size(X=_micrometres(wide), Y=_micrometres(high or wide))
    named = re.search(r'IMS:1000080"[^<>]{0,200}value="([^"]{32,40})"', text)
    stem = os.path.splitext(file.path)[0]
    data = next((p for p in (f"{stem}.ibd", f"{stem}.IBD") if places.exists(p)), None)
    if named is None or data is None:
        return
    said = re.sub(r"[^0-9a-f]", "", named[1].lower())
    with contextlib.suppress(OSError):
        start = places.beginning(data, 16)
        if len(start) == 16 and len(said) == 32:
            first = uuid.UUID(bytes=start)
            if said not in (first.hex, uuid.UUID(bytes_le=start).hex):
                facts.flag(
                    faults.COMPANION_DIFFERS,
                    f"the imzML names the data {said}, the .ibd beside it is {first.hex}",
                    value=said,
                )


def _micrometres(found: re.Match[str] | None) -> float | None:
    """The value of a parameter of imzML whose unit is a length; without one it is micrometres."""
    value = re.search(r'\bvalue="([\d.]{1,20})"', found[1]) if found else None
    unit = re.search(r'\bunitName="(\w{1,20})"', found[1]) if found else None
    factor = {"nanometer": 1e-3, "millimeter": 1e3}.get(unit[1] if unit else "", 1.0)
    try:
        return float(value[1]) * factor if value else None
    except ValueError:
        return None


@header("EMPAD RAW XML")
def empad(file: Opened, facts: Facts) -> None:
    """EMPAD: the raw file that the XML names."""
    # the name at acquisition; the raw file may have been renamed since
    _add(facts, [_name(one) for one in stated(whole(file), "raw_file", "filename")[:1]], "warning")


@header("Olympus OMP2INFO")
def omp2info(file: Opened, facts: Facts) -> None:
    """OMP2INFO: the tiles that it names (as Bio-Formats 8)."""
    names = [plain(name) for _, name in tags(whole(file), "image") if name.strip()]
    _add(facts, [one for one in names if one.lower().endswith((".oir", ".vsi"))])
    facts.images = 1


@header("Aperio AFI")
def afi(file: Opened, facts: Facts) -> None:
    """AFI: the slides that it names."""
    _add(facts, [plain(n) for n in re.findall(r"<Path>([^<]+)</Path>", whole(file))])


@header("Hamamatsu ndpi")
def ndpis(file: Opened, facts: Facts) -> None:
    """NDPIS: the slides that it names."""
    if file.name.lower().endswith(".ndpis"):
        _add(facts, [plain(n) for n in re.findall(r"(?m)^Image\d+=(.+)$", whole(file))])


@header("Hamamatsu VMS")
def vms(file: Opened, facts: Facts) -> None:
    """VMS, VMU: the tiles, map and macro that it names; the macro shows all of the slide."""
    named = re.findall(
        r"(?mi)^(ImageFile\S*|MapFile|MacroImage|OptimisationFile)=(.+)$", whole(file)
    )
    names = {
        key: re.sub(r"^[A-Za-z]:/(?:.*/)?", "", plain(name)) for key, name in named if name.strip()
    }
    _add(facts, list(names.values()))
    facts.images = 1
    macro = next((name for key, name in names.items() if key.lower() == "macroimage"), None)
    if macro and _beside(file, macro):
        facts.flag(
            faults.LABEL,
            f"{macro} is a photograph of the whole slide, on which its label may be read",
        )


def _beside(file: Opened, name: str) -> bool:
    """Whether a file that is not empty lies beside this one, whatever the case of its letters."""
    folder = os.path.dirname(file.path) or "."
    found = next((one for one in places.names(folder) if one.lower() == name.lower()), name)
    return places.size_of(os.path.join(folder, found)) > 0


@shaped("sldy")
def is_sldy(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SLDY: text of its name."""
    return is_text(file.head)


@header("Volocity")
def volocity(file: Opened, facts: Facts) -> None:
    """MVD2: its folder Data."""
    if not file.name.lower().endswith(".mvd2"):
        return
    facts.members.append(Member("Data"))
    facts.folders.append("Data")


@header("MetaMorph Stack (STK)")
def metamorph(file: Opened, facts: Facts) -> None:
    """ND: the stacks that begin with its name."""
    if not file.name.lower().endswith((".nd", ".scan")):
        return
    stem = os.path.splitext(file.name)[0]
    entries = places.names(os.path.dirname(file.path) or ".")
    found = [
        name
        for name in entries
        if name.lower().startswith(stem.lower())
        and name.lower().endswith((".stk", ".tif", ".tiff"))
    ]
    if found:
        _add(facts, found)
    else:
        facts.members.append(Member(f"{stem.lower()}_*.stk"))
    facts.images = len(found) or None
    said = dict(re.findall(r'(?m)^"(\w+)", *(.*?)\s*$', whole(file)))
    waves = _count(said, "DoWave", "NWavelengths")
    facts.name_channels([said.get(f"WaveName{n}", "").strip('"') for n in range(1, waves + 1)])
    facts.date(said.get("StartTime1", ""))
    if file.name.lower().endswith(".nd"):
        _add(facts, list(_lacking(stem, found, said, waves)), "warning")


def _count(said: dict[str, str], key: str, number: str) -> int:
    """How many there are of what a MetaMorph index turns on; none when it is off."""
    value = said.get(number, "")
    return int(value) if said.get(key) == "TRUE" and value.isdecimal() and len(value) < 4 else 0


def _lacking(stem: str, found: list[str], said: dict[str, str], waves: int) -> Iterator[str]:
    """Stacks of a MetaMorph index that are absent: `X_w1DAPI_s2_t3.stk`.

    Every wave is asked for, and the stages and times up to the last that any wave has: who stops
    early loses nothing.
    """
    form = re.compile(
        rf"(?i){re.escape(stem)}(?:_w(\d+)(?!.*_thumb).*?)?(?:_s(\d+))?(?:_t(\d+))?\.(?:stk|tiff?)"
    )
    there = {tuple(int(one or 0) for one in match.groups()) for name in found
             if (match := form.fullmatch(name))}  # fmt: skip
    stages = sorted({stage for _, stage, _ in there})
    times = sorted({time for _, _, time in there})
    if not there or waves * len(stages) * len(times) > MOST_INDEXES * 100:
        return
    suffix = found[0].rpartition(".")[2]
    for wave in range(1, waves + 1) if waves else (0,):
        if f"WavePointsCollected{wave}" in said:
            continue  # it was taken at some times alone
        for stage in stages:
            for time in times:
                if (wave, stage, time) not in there:
                    lead = f"{stem}_w{wave}*" if wave else stem
                    parts = [f"_s{stage}" if stage else "", f"_t{time}" if time else ""]
                    yield f"{lead}{''.join(parts)}.{suffix}"


@header("Evotec/PerkinElmer Opera Flex")
def flex(file: Opened, facts: Facts) -> None:
    """MEA: the pictures that it names, by paths of the computer that wrote it (as Bio-Formats)."""
    if not file.name.lower().endswith(".mea"):
        return
    names = [_name(one) for one in stated(whole(file), "Picture", "path")]
    _add(facts, [one if one.lower().endswith(".flex") else f"{one}.flex" for one in names])
    facts.images = len(names) or None


@header("CellVoyager")
def cellvoyager(file: Opened, facts: Facts) -> None:
    """CellVoyager: its folder Image."""
    facts.members.append(Member("Image"))
    facts.folders.append("Image")


@header("IMAGIC")
def imagic(file: Opened, facts: Facts) -> None:
    """IMAGIC: header and pixels beside each other."""
    other = ".img" if file.name.lower().endswith(".hed") else ".hed"
    facts.members.append(Member("{stem}" + other))


@header("Unisoku")
def unisoku(file: Opened, facts: Facts) -> None:
    """Unisoku: the .dat beside its .hdr."""
    if file.name.lower().endswith(".hdr"):
        facts.members.append(Member("{stem}.dat"))


@header("Becker & Hickl SPC FIFO")
def spc(file: Opened, facts: Facts) -> None:
    """SPC: what the set-up (.set) beside it says of pixels, module and time; and the set-up itself.

    SP_IMG_X and SP_IMG_Y are 1 where no image was scanned.
    """
    photons = file.name.lower().endswith(".spc")
    facts.members.append(Member("{stem}.set" if photons else "{stem}.spc|{stem}.sdt", "warning"))
    text = ""
    if photons:
        stem = file.path.rpartition(".")[0]
        found = next((p for p in (f"{stem}.set", f"{stem}.SET") if places.exists(p)), None)
        if found:
            with contextlib.suppress(OSError, Enough), Opened(found) as setup:
                text = words(setup.read(0, min(setup.size, 1 << 18)))
    said = dict(re.findall(r"\[(SP_IMG_[XY]|SP_SCAN_RX),I,(\d{1,6})\]", text))
    x, y = (int(said.get(f"SP_IMG_{axis}", 1)) for axis in "XY")
    if x > 1 and y > 1:
        facts.size(Y=y, X=x)
        facts.images = 1
    if module := re.search(r"with module (\S+)", text):
        facts.name_instrument("Becker & Hickl", module[1])
    day = re.search(r"(?m)^\s*Date\s*:\s*(\S+)", text)
    time = re.search(r"(?m)^\s*Time\s*:\s*(\d\d:\d\d:\d\d)", text)
    if day:
        facts.date(f"{day[1]} {time[1] if time else ''}".strip())


@header("NDTiff")
def ndtiff(file: Opened, facts: Facts) -> None:
    """NDTiff: the index of its planes beside it, which names their axes and files.

    Source: the specification of NDTiff 3 (github.com/micro-manager/NDTiffStorage).
    """
    facts.members += [Member("NDTiff.index", "warning"), Member("display_settings.txt", None)]
    folder = os.path.dirname(file.path) or "."
    try:
        with Opened(os.path.join(folder, "NDTiff.index")) as index:
            index.allow(MOST_INDEX + (1 << 20))
            data = index.read(0, min(index.size, MOST_INDEX))
    except (OSError, Enough):
        return
    found = list(_planes(data))
    planes = [one[:3] for one in found]
    last = found[-1][3] if found else 0
    if len(data) < MOST_INDEX and data[last:].strip(b"\0"):
        text = f"the index of planes NDTiff.index ends within an entry, at byte {len(data)}"
        facts.flag(faults.TRUNCATED, text, severity="warning", value=len(data))
    own = [end for _, name, end in planes if name == file.name]
    if not own:
        return  # it was renamed, so the index says nothing of it
    file.reach(max(own), "the last plane that the index names")
    _add(
        facts, [name for name in dict.fromkeys(name for _, name, _ in planes) if name != file.name]
    )
    values = {
        axis: {str(axes.get(axis)) for axes, _, _ in planes if axis in axes}
        for axis in ("time", "channel", "z")
    }
    counts = {letter: max(1, len(values[axis])) for letter, axis in _NDTIFF.items()}
    others = {tuple(sorted((a, str(v)) for a, v in axes.items() if a not in values))
              for axes, _, _ in planes}  # fmt: skip
    samples = 3 if (facts.sizes or {}).get("C") == 3 else 1
    shape = {axis: (facts.sizes or {}).get(axis) for axis in "YX"}
    facts.size(T=counts["T"], C=counts["C"] * samples, Z=counts["Z"], **shape)
    facts.images = len(others)
    names = sorted(values["channel"])
    if names and not all(one.isdecimal() for one in names):
        facts.name_channels(names)


_NDTIFF = {"T": "time", "C": "channel", "Z": "z"}


def _planes(data: bytes) -> Iterator[tuple[dict[str, object], str, int, int]]:
    """Axes, file, end of the pixels, and of the entry of each plane, as far as it is whole."""
    at = 0
    while at + 4 <= len(data):
        parts = []
        for _ in range(2):
            if at + 4 > len(data):
                return
            length = struct.unpack_from("<I", data, at)[0]
            parts.append(data[at + 4 : at + 4 + length])
            at += 4 + length
        if at + 32 > len(data):
            return
        start, width, height, kind = struct.unpack_from("<4I", data, at)
        at += 32
        try:
            axes = json.loads(parts[0])
        except (ValueError, RecursionError):
            return
        if not isinstance(axes, dict):
            return
        end = start + width * height * _BYTES.get(kind, 0)
        yield axes, parts[1].decode("utf-8", "replace"), end, at


_BYTES = {0: 1, 1: 2, 2: 3, 3: 2, 4: 2, 5: 2, 6: 2}
"""Bytes of a pixel by its type: 8 and 16 bits, RGB, and 10 to 14 bits in 16."""
