"""Names in an OLE2 compound file, read within bounds ([MS-CFB])."""

from __future__ import annotations

import struct

from pipeline.images.opened import Cut, Enough, Opened

MOST_SECTORS = 512


def names(file: Opened) -> frozenset[str]:
    """Names of all storages and streams in the directory. Raises Cut when it lies outside."""
    head = file.need(0, 512, "the OLE2 header")
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in (9, 12):
        raise Cut("the OLE2 header", 512)
    sector = 1 << shift
    file.allow(8 << 20)
    at = struct.unpack_from("<I", head, 48)[0]
    table = [number for number in struct.unpack_from("<109I", head, 76) if number < 0xFFFFFFF0]
    found: set[str] = set()
    seen: set[int] = set()
    entries = sector // 4
    try:
        while at < 0xFFFFFFF0 and at not in seen and len(seen) < MOST_SECTORS:
            seen.add(at)
            block = file.need((at + 1) * sector, sector, "the OLE2 directory")
            for start in range(0, sector, 128):
                length = struct.unpack_from("<H", block, start + 64)[0]
                if block[start + 66] and 2 <= length <= 64:
                    name = block[start : start + length - 2].decode("utf-16-le", "replace")
                    found.add(name)
            which = at // entries
            if which >= len(table):
                break
            place = (table[which] + 1) * sector + (at % entries) * 4
            at = struct.unpack("<I", file.need(place, 4, "the OLE2 sector table"))[0]
        _last_sector(file, head, table, sector)
    except Enough:
        pass
    return frozenset(found)


def _last_sector(file: Opened, head: bytes, table: list[int], sector: int) -> None:
    """Raise Cut when the last sector in use begins behind the end of the file."""
    table = list(table)
    at = struct.unpack_from("<I", head, 68)[0]
    entries = sector // 4
    for _ in range(MOST_SECTORS):
        if at >= 0xFFFFFFF0:
            break
        block = file.need((at + 1) * sector, sector, "the OLE2 sector table")
        numbers = struct.unpack(f"<{entries}I", block)
        table += [number for number in numbers[:-1] if number < 0xFFFFFFF0]
        at = numbers[-1]
    for place in range(len(table) - 1, -1, -1):
        block = file.need((table[place] + 1) * sector, sector, "the OLE2 sector table")
        numbers = struct.unpack(f"<{entries}I", block)
        used = [index for index, number in enumerate(numbers) if number != 0xFFFFFFFF]
        if used:
            last = place * entries + used[-1]
            file.reach((last + 1) * sector + 1, "the last OLE2 sector in use")
            return
