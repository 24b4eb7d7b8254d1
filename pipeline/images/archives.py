"""What a ZIP archive holds: formats of its files by name and first bytes, never unpacked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from pipeline.findings import declare
from pipeline.images import faults, zips
from pipeline.images.facts import Facts
from pipeline.images.formats import suffixes_of, table
from pipeline.images.opened import Cut, Enough, Opened, Wrong, inside_archive

MOST_LOOKED, MOST_LOOKED_AWAY = 48, 6
OF_ONE_KIND = 3
"""Files of one suffix that are looked at: the first, the middle and the last."""
MOST_WHOLE = 64 << 30
"""Bytes that `deep` unpacks of one archive at most, and not over 200 for each that it has."""
_PARCELS = ("[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype")
"""Names in documents and programs that are ZIP archives, too."""
_STORES = (".zarr", ".n5")

Tell = Callable[[str, str, str], tuple[Facts, int]]

ARCHIVE_MEMBER = declare(
    "IMG120",
    "archive-member-broken",
    "warning",
    """A ZIP archive holds files that are broken by their own headers or checksums.

    To fix: make the archive again from sound files, or upload the files themselves.
    """,
)
ARCHIVE_LOCKED = declare(
    "IMG121",
    "archive-locked",
    "warning",
    """Files in a ZIP archive can be opened only with a password, which nobody else has.

    To fix: upload the files themselves, or an archive without a password.
    """,
)
ARCHIVE_OF_IMAGES = declare(
    "IMG304",
    "archive-holds-images",
    "hint",
    """Images are in a ZIP archive, so that nobody can look at one without the whole archive.

    A file list describes the archive as one file; viewers and converters do not look into it.

    To fix: nothing is needed; uploaded one by one, each image can be described and viewed.
    """,
)


def look(file: Opened, facts: Facts, tell: Tell, deep: bool) -> None:
    """Say what an archive holds; flag it when it is cut, locked, or holds broken files."""
    try:
        held = zips.contents(file)
    except Cut as cut:
        facts.flag_cut(cut, file.size)
        return
    except Wrong as wrong:
        facts.flag(faults.HEADER_DAMAGED, str(wrong), broken=True)
        return
    files = [one for one in held.members if not one.name.endswith("/")]
    if any(one.name in _PARCELS for one in files):
        return
    locked = sum(one.locked for one in files)
    if locked:
        facts.flag(
            ARCHIVE_LOCKED,
            f"{locked} of {len(files)} files ask for a password",
            value=locked,
        )
    groups, stores = _grouped(files)
    said, broken, images = _kinds(file, groups, tell)
    if stores:
        said.insert(0, f"{len(stores):,} Zarr or N5 {'store' if len(stores) == 1 else 'stores'}")
    if images or stores:
        more = "" if held.whole else "at least "
        facts.flag(
            ARCHIVE_OF_IMAGES,
            f"{os.path.basename(file.path)} holds {more}{len(files):,} files: "
            + ", ".join(said[:8])
            + (" …" if len(said) > 8 else ""),
            value=len(files),
        )
    if deep:
        broken += _checked(file, facts, files)
    if broken:
        facts.flag(
            ARCHIVE_MEMBER,
            f"{len(broken):,} of the files looked at are broken: " + "; ".join(broken[:3]),
            value=len(broken),
        )


def _kinds(
    file: Opened, groups: Mapping[str, list[zips.Member]], tell: Tell
) -> tuple[list[str], list[str], int]:
    """What the files of each suffix are in words, those that are broken, and how many are images.

    Some of each suffix are looked at, commonest suffixes first.
    """
    said, broken, images = [], [], 0
    looked, most = 0, MOST_LOOKED_AWAY if file.away else MOST_LOOKED
    for suffix, ones in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        formats: dict[str, None] = {}
        for one in _some(ones) if looked < most and not inside_archive(file.path) else ():
            looked += 1
            told = _told(file.path, one, tell)
            if told is None:
                continue
            if told.kind in ("image", "companion"):
                formats[told.format or "unknown"] = None
            errors = [fault for fault in told.findings if fault.severity == "error"]
            if errors:
                broken.append(f"{one.name} ({errors[0].message})")
        images += len(ones) if formats else 0
        what = f" ({', '.join(formats)})" if formats else ""
        said.append(f"{len(ones):,} {'.' + suffix if suffix else 'without suffix'}{what}")
    return said, broken, images


def _grouped(files: Iterable[zips.Member]) -> tuple[dict[str, list[zips.Member]], set[str]]:
    """The files by their suffix, and the Zarr and N5 stores that hold the rest of them."""
    groups: dict[str, list[zips.Member]] = {}
    stores: set[str] = set()
    files = list(files)
    marked = {
        one.name.rpartition("/")[0]
        for one in files
        if one.name.rpartition("/")[2] in (".zgroup", ".zarray", "zarr.json")
    }
    tops = _tops(marked)
    for one in files:
        parts = one.name.split("/")
        if parts[-1].startswith("._") or "__MACOSX" in parts or parts[-1] == ".DS_Store":
            continue
        above = ("/".join(parts[:depth]) for depth in range(len(parts)))
        store = next((a for a in above if a in tops or a.lower().endswith(_STORES)), None)
        if store is not None:
            stores.add(store)
            continue
        suffixes = suffixes_of(parts[-1])
        suffix = next((s for s in suffixes if s in table().by_suffix), suffixes[-1:] or "")
        groups.setdefault(suffix if isinstance(suffix, str) else suffix[0], []).append(one)
    return groups, stores


def _tops(marked: set[str]) -> frozenset[str]:
    """The folders with metadata of a store that lie in no other."""
    found = set()
    for one in marked:
        parts = one.split("/") if one else []
        above = {"/".join(parts[:depth]) for depth in range(len(parts))}
        if not above & marked:
            found.add(one)
    return frozenset(found)


def _some(ones: list[zips.Member]) -> list[zips.Member]:
    places = sorted({0, len(ones) // 2, len(ones) - 1})
    return [ones[place] for place in places[:OF_ONE_KIND]]


def _told(archive: str, one: zips.Member, tell: Tell) -> Facts | None:
    """What the first bytes of a file in the archive tell; None when it is not read."""
    if "\0" in one.name:
        return None
    path = f"{archive}!/{one.name}"
    try:
        facts, _ = tell(path, os.path.basename(one.name), one.name)
    except (OSError, Enough):
        return None
    return facts


def _checked(file: Opened, facts: Facts, files: list[zips.Member]) -> list[str]:
    """Files of the archive that do not unpack to the checksum that is listed."""
    found = []
    left = most = min(MOST_WHOLE, 200 * file.size + (1 << 20))
    for one in files:
        left -= one.size
        if left < 0:
            whole = sum(each.size for each in files)
            facts.flag(
                faults.UNPACKS_FAR,
                f"its files unpack to {whole:,} bytes; only the first {most:,} were read",
                value=whole,
                severity="hint",
            )
            break
        if one.locked or one.method not in (zips.STORED, zips.DEFLATED):
            continue
        try:
            fault = zips.damaged(file, one)
        except (Cut, Enough):
            fault = "stands behind the end of the archive"
        if fault:
            found.append(f"{one.name} {fault}")
    return found
