"""The table of formats and its signatures, compiled once from `schemas/image_formats.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.images.text import Markup, words
from pipeline.resources import schemas


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to tell a format by content; `magic` are (offset, bytes), weight their number."""

    format: Format
    magic: tuple[tuple[int, bytes], ...]
    weight: int
    only: frozenset[str] | None
    rule: Mapping[str, Any]
    name: re.Pattern[str] | None
    pattern: re.Pattern[str] | None
    contains: tuple[tuple[bytes, bytes], ...]

    def fits_name(self, name: str, suffixes: Iterable[str]) -> bool:
        """Whether the file's name allows this signature."""
        if self.only is not None and self.only.isdisjoint(suffixes):
            return False
        return self.name is None or self.name.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One format: its name, suffixes (as listed, and others its files may have), reader."""

    name: str
    suffixes: tuple[str, ...]
    also: tuple[str, ...]
    listed: bool
    other: bool
    rank: int
    reader: str | None
    usual_for: tuple[str, ...]
    rules: tuple[Mapping[str, Any], ...]

    @property
    def all_suffixes(self) -> frozenset[str]:
        """Every suffix that a file of this format may have."""
        return frozenset(self.suffixes) | frozenset(self.also)


@dataclass(frozen=True, slots=True)
class Table:
    """All formats by name and suffix, and their signatures by the place they look at."""

    formats: Mapping[str, Format]
    by_suffix: Mapping[str, tuple[Format, ...]]
    sure: frozenset[str]
    common: frozenset[str]
    text: frozenset[str]
    magic: tuple[tuple[int, Mapping[bytes, tuple[Signature, ...]]], ...]
    """By offset, then by the first two bytes there."""
    within: tuple[Signature, ...]
    patterns: tuple[Signature, ...]
    tiff: tuple[Signature, ...]
    ole: tuple[Signature, ...]
    hdf5: tuple[Signature, ...]
    zip: tuple[Signature, ...]
    xml: tuple[Signature, ...]
    structures: tuple[Signature, ...]


def suffixes_of(name: str) -> tuple[str, ...]:
    """The suffixes of a file name in lower case without dot, longest first.

    >>> suffixes_of("Cell 1.ome.TIFF")
    ('ome.tiff', 'tiff')
    >>> suffixes_of(".hidden")
    ()
    """
    parts = name.lower().lstrip(".").rsplit(".", 2)
    if len(parts) < 2:
        return ()
    return (f"{parts[1]}.{parts[2]}", parts[2]) if len(parts) == 3 else (parts[1],)


@cache
def table() -> Table:
    """The compiled table."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (schemas() / "image_formats.yaml").open("rb") as stream:
        raw = yaml.load(stream, loader)
    formats = [_format(entry) for entry in raw["formats"]]
    signatures = [_signature(one, rule) for one in formats for rule in one.rules]
    suffixes: dict[str, list[Format]] = {}
    for one in formats:
        for suffix in (*one.suffixes, *one.also):
            suffixes.setdefault(suffix, []).append(one)
    magic: dict[int, dict[bytes, list[Signature]]] = {}
    for signature in signatures:
        if signature.magic:
            at, start = signature.magic[0]
            seconds = [b""] if len(start) > 1 else [bytes([byte]) for byte in range(256)]
            for second in seconds:
                magic.setdefault(at, {}).setdefault(start[:2] + second, []).append(signature)

    def having(key: str) -> tuple[Signature, ...]:
        found = [one for one in signatures if key in one.rule]
        return tuple(sorted(found, key=lambda one: one.rule.get("rank", one.format.rank)))

    return Table(
        formats={one.name: one for one in formats},
        by_suffix={suffix: tuple(found) for suffix, found in suffixes.items()},
        sure=frozenset(raw["sure_suffixes"]),
        common=frozenset(raw.get("common_suffixes", ())),
        text=frozenset(raw.get("text_suffixes", ())),
        magic=tuple(
            (at, {key: tuple(found) for key, found in starts.items()})
            for at, starts in magic.items()
        ),
        within=tuple(one for one in signatures if one.contains),
        patterns=tuple(one for one in signatures if one.pattern),
        tiff=having("tiff"),
        ole=having("ole"),
        hdf5=having("hdf5"),
        zip=having("zip"),
        xml=having("xml"),
        structures=having("structure"),
    )


def _format(entry: Mapping[str, Any]) -> Format:
    return Format(
        name=entry["name"],
        suffixes=tuple(entry.get("suffixes", ())),
        also=tuple(entry.get("also", ())),
        listed=entry.get("listed", True),
        other=entry.get("kind") == "other",
        rank=entry.get("rank", 200),
        reader=entry.get("reader"),
        usual_for=tuple(entry.get("usual_for", ())),
        rules=tuple(entry.get("signatures", ())),
    )


def _signature(one: Format, rule: Mapping[str, Any]) -> Signature:
    magic = tuple(
        (part.get("at", 0), _bytes(part))
        for part in (rule, *rule.get("and", ()))
        if "hex" in part or ("text" in part)
    )
    only: frozenset[str] | None = None
    if rule.get("with_suffix"):
        only = one.all_suffixes
    elif "suffixes" in rule:
        only = frozenset(rule["suffixes"])
    return Signature(
        format=one,
        magic=magic,
        weight=sum(len(data) for _, data in magic),
        only=only,
        rule=rule,
        name=re.compile(rule["name"]) if "name" in rule else None,
        pattern=re.compile(rule["pattern"]) if "pattern" in rule else None,
        contains=tuple((t.encode(), t.encode("utf-16-le")) for t in rule.get("contains", ())),
    )


def _bytes(part: Mapping[str, Any]) -> bytes:
    return bytes.fromhex(part["hex"]) if "hex" in part else part["text"].encode("latin-1")


def by_magic(head: bytes, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format whose bytes stand at their offsets in the first 4 KiB, the longest signature."""
    best: Signature | None = None
    most = 0
    for at, starts in table().magic:
        for signature in starts.get(head[at : at + 2], ()):
            # a fitting suffix counts as two bytes more
            weight = signature.weight + (0 if signature.only is None else 2)
            if weight <= most or not signature.fits_name(name, suffixes):
                continue
            if all(head.startswith(data, place) for place, data in signature.magic):
                best, most = signature, weight
    return best.format if best else None


def by_text(head: bytes, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format whose texts or pattern stand in the first 4 KiB."""
    for signature in table().within:
        start = head[: signature.rule["within"]]
        if all(a in start or b in start for a, b in signature.contains) and signature.fits_name(
            name, suffixes
        ):
            return signature.format
    decoded: str | None = None
    for signature in table().patterns:
        if decoded is None:
            decoded = words(head)
        fits = signature.fits_name(name, suffixes)
        if fits and signature.pattern and signature.pattern.search(decoded):
            return signature.format
    return None


def by_markup(markup: Markup, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format of an XML file by its root element, namespace and first 4 KiB."""
    for signature in table().xml:
        rule = signature.rule["xml"]
        if "root" in rule and rule["root"] != markup.root:
            continue
        if rule.get("namespace", "") not in markup.tag:
            continue
        if rule.get("contains", "") in markup.text and signature.fits_name(name, suffixes):
            return signature.format
    return None


def by_names(
    signatures: Iterable[Signature],
    key: str,
    names: frozenset[str],
    name: str,
    suffixes: tuple[str, ...],
) -> Format | None:
    """The format of a container (OLE2, HDF5) by the names in it."""
    for signature in signatures:
        if names.issuperset(signature.rule[key]) and signature.fits_name(name, suffixes):
            return signature.format
    return None


def by_suffix(suffixes: tuple[str, ...]) -> tuple[Format, ...]:
    """The formats that claim a file's suffix, the usual one first."""
    for suffix in suffixes:
        if found := table().by_suffix.get(suffix):
            usual = [one for one in found if suffix in one.usual_for]
            listing = [one for one in found if suffix in one.suffixes and one not in usual]
            return tuple(usual + listing or found)
    return ()
