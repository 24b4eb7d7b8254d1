"""How places, values and sizes are said to people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from pipeline.findings import Location
from pipeline.record import Extent
from pipeline.select import get, join, steps
from pipeline.submission import Metadata

NOUNS: dict[str, str] = {
    "study": "Study",
    "authors": "Author",
    "organisations": "Organisation",
    "affiliations": "affiliation",
    "publications": "Publication",
    "links": "Link",
    "grants": "Grant",
    "biosamples": "Biosample",
    "organisms": "organism",
    "specimens": "Specimen",
    "image_acquisitions": "Image acquisition",
    "imaging_methods": "imaging method",
    "image_correlations": "Image correlation",
    "image_analyses": "Image analysis",
    "annotations": "Annotations",
    "protocols": "Protocol",
    "study_components": "Study component",
    "sizes": "size",
    "file_metadata": "annotation file",
    "associations": "association",
    "files": "file",
    "sections": "section",
    "attributes": "attribute",
    "qualifiers": "qualifier",
    "keywords": "keyword",
    "orcid": "ORCID iD",
    "doi": "DOI",
    "ror": "ROR id",
    "email": "e-mail",
    "url": "address",
    "pubmed_id": "PubMed ID",
    "pmc_id": "PMC ID",
    "issn": "ISSN",
    "grant_id": "grant number",
    "grant_pid": "grant PID",
    "taxon_id": "taxon id",
}
LABELS = ("title", "name", "scientific_name", "project_acronym", "funder", "url", "path", "type")
PRIVATE = frozenset({"secretkey", "owner", "submitter", "accesstags", "storagemode"})
"""What BioStudies adds for itself, in small letters: never shown."""

_HIDDEN = {"Cf", "Cc", "Co", "Cn", "Cs"}
_SHORT = 60


def visible(value: Any, longest: int = 2000) -> str:
    """A value as text in which every character can be seen.

    White space at the ends becomes `·`, invisible and control characters their code point in
    angle brackets, other white space than a blank likewise; a long text is cut in the middle.
    """
    text = value if isinstance(value, str) else _listed(value)
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if len(text) > longest:
        cut = longest // 2
        kept = [*range(cut), *range(len(text) - cut, len(text))]
    else:
        cut, kept = 0, list(range(len(text)))
    shown = [_seen(text[n], outside=not start <= n < end) for n in kept]
    if cut:
        shown.insert(cut, f" … {len(text) - 2 * cut:,} more characters … ")
    return "".join(shown)


def _seen(character: str, *, outside: bool) -> str:
    if character == "\n" and not outside:
        return "\n"
    if character == " ":
        return "·" if outside else " "
    if unicodedata.category(character) in _HIDDEN or character.isspace():
        return f"⟨U+{ord(character):04X}⟩"
    return character


def _listed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        pairs = (f"{key.replace('_', ' ')}: {_listed(entry)}" for key, entry in value.items())
        return "; ".join(pairs)
    if isinstance(value, list | tuple):
        return " | ".join(_listed(entry) for entry in value)
    return value if isinstance(value, str) else str(value)


def place(pointer: str | None, metadata: Metadata) -> str:
    """A record pointer in words, with the titles of what it passes.

    >>> place("/study/authors/1/orcid", {"study": {"authors": [{}, {"name": "Mira Lindgren"}]}})
    'Author 2 “Mira Lindgren”, ORCID iD'
    """
    if not pointer:
        return "The submission as a whole"
    words: list[str] = []
    at = ""
    if pointer and not pointer.startswith("/"):
        return visible(pointer)
    for step in steps(pointer):
        before, at = at, join(at, step)
        if step.isdecimal() and isinstance(get(metadata, before, []), list) and words:
            words[-1] += f" {int(step) + 1}{_title(get(metadata, at))}"
        else:
            words.append(NOUNS.get(step, step.replace("_", " ")))
    if len(words) > 1 and words[0] == "Study":
        words = words[1:]
    words[0] = words[0][:1].upper() + words[0][1:]
    return ", ".join(words)


def field(pointer: str) -> str:
    """The name of the last slot that a record pointer passes.

    >>> field("/study/authors/0/roles/1")
    'roles'
    """
    named = [step for step in steps(pointer) if not step.isdecimal() and step != "-"]
    return NOUNS.get(named[-1], named[-1].replace("_", " ")) if named else ""


def _title(thing: Any) -> str:
    if not isinstance(thing, dict):
        return ""
    label = next((thing[key] for key in LABELS if isinstance(thing.get(key), str)), "").strip()
    if not label:
        return ""
    return f" “{visible(label if len(label) <= _SHORT else label[:_SHORT] + '…')}”"


def position(location: Location) -> str:
    """Where to look in the file, as an editor or a spreadsheet program counts."""
    parts: list[str] = []
    if location.sheet:
        parts.append(f"sheet {location.sheet}")
    if location.cell:
        parts.append(f"cell {location.cell}")
    if location.line is not None:
        parts.append(f"line {location.line}")
    if location.column is not None:
        parts.append(f"column {location.column}")
    if location.row is not None and location.line is None:
        parts.append(f"row {location.row}")
    return ", ".join(([location.file] if location.file else []) + parts)


def private(location: Location) -> bool:
    """Whether a place holds what BioStudies keeps for itself."""
    return any(step.casefold() in PRIVATE for step in steps(location.pointer or ""))


def size(count: int) -> str:
    """A number of bytes for people, in powers of 1000 as file managers of depositors count."""
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{count} byte{'' if count == 1 else 's'}" if unit == "bytes" else f"{amount:.1f} {unit}"


def axes(pixels: Iterable[Extent], pixel_sizes_um: Iterable[Extent]) -> list[str]:
    """What images have along each axis: pixels and their size, a single slice or channel left out.

    >>> axes([Extent(axis="X", least=96, most=512)], [Extent(axis="X", least=0.16, most=0.16)])
    ['X 96 to 512, 0.16 µm each']
    """
    counted = {one.axis: one for one in pixels}
    measured = {one.axis: one for one in pixel_sizes_um}
    said: list[str] = []
    for axis in "XYZCT":
        count, length = counted.get(axis), measured.get(axis)
        parts = [_range(count)] if count and (axis in "XY" or count.most > 1 or length) else []
        parts += [f"{_range(length)} µm each"] if length else []
        if parts:
            said.append(f"{axis} {', '.join(parts)}")
    return said


def _range(one: Extent) -> str:
    least, most = f"{one.least:,.6g}", f"{one.most:,.6g}"
    return least if least == most else f"{least} to {most}"


def number(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun.

    >>> number(1, "file"), number(1200, "file"), number(2, "study", "studies")
    ('1 file', '1,200 files', '2 studies')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def sentence(text: str) -> str:
    """A text that starts with a capital and ends with a stop; names of files stay as they are.

    >>> sentence("the title is empty"), sentence("r1.tif holds text")
    ('The title is empty.', 'r1.tif holds text.')
    """
    text = text.strip()
    first = text.partition(" ")[0].rstrip(",;:")
    plain = first.replace("-", "").replace("'", "").replace("’", "").isalpha() and first.islower()
    start = text[:1].upper() if plain else text[:1]
    return start + text[1:] + ("" if text.endswith((".", "!", "?", ":")) else ".")


_MARKS = re.compile(r"[\\`*_{}\[\]<>#!|~&@$^]|(?<=[A-Za-z]):(?=//|\w)|(?<=www)\.", re.IGNORECASE)


def inert(text: str) -> str:
    """A text that Markdown shows as it stands: no image, HTML, table or other mark acts in it.

    Backslashes, because Prefect's older page shows character references as they are written
    (3.8.8). Its newer page makes links of bare addresses all the same; it loads nothing from them.

    >>> print(inert("![x](http://example.org/a.png)|"))
    \\!\\[x\\](http\\://example.org/a.png)\\|
    """
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", " ".join(text.split()))
