"""A writer of OLE2 compound files ([MS-CFB]) for tests: storages, and streams in whole sectors."""

from __future__ import annotations

import struct

Tree = dict[str, "Tree | bytes"]
SECTOR, LEAST = 512, 4096
"""Bytes of a sector, and of a stream that does not stand among the small ones."""
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: dict[str, bytes], small: bool = False) -> bytes:
    """A compound file; `/` parts storages, short streams are filled with zeros unless `small`."""
    tree: Tree = {}
    for path, data in streams.items():
        *storages, name = path.split("/")
        level = tree
        for storage in storages:
            below = level.setdefault(storage, {})
            assert isinstance(below, dict)
            level = below
        level[name] = data
    entries: list[list[object]] = [["Root Entry", 5, FREE, END, 0]]
    bodies: list[tuple[int, bytes]] = []

    def add(level: Tree, above: int) -> None:
        last = None
        for name, data in level.items():
            number = len(entries)
            entries.append([name, 2 if isinstance(data, bytes) else 1, FREE, END, 0, FREE])
            if last is None:
                entries[above][2] = number
            else:
                entries[last][5] = number
            last = number
            if isinstance(data, bytes):
                bodies.append((number, data if small else data.ljust(LEAST, b"\0")))
            else:
                add(data, number)

    entries[0].append(FREE)
    add(tree, 0)
    directory = -(-len(entries) * 128 // SECTOR)
    at = directory
    table = [*range(1, directory), END]
    content = b""
    mini, chain = b"", []
    for number, data in bodies:
        if 0 < len(data) < LEAST:
            first, count = len(chain), -(-len(data) // 64)
            entries[number][3], entries[number][4] = first, len(data)
            chain += [*range(first + 1, first + count), END]
            mini += data.ljust(count * 64, b"\0")
    listed = struct.pack(f"<{len(chain)}I", *chain)
    listed += b"\xff" * (-len(listed) % SECTOR)
    lists = END
    for number, data in [(0, mini), (-1, listed), *bodies]:
        if not data or (number > 0 and len(data) < LEAST):
            continue
        count = -(-len(data) // SECTOR)
        if number < 0:
            lists = at
        else:
            entries[number][3], entries[number][4] = at, len(data)
        table += [*range(at + 1, at + count), END]
        content += data.ljust(count * SECTOR, b"\0")
        at += count
    needed = 1
    while (len(table) + needed) * 4 > needed * SECTOR:
        needed += 1
    places = list(range(len(table), len(table) + needed))
    table += [TABLE] * needed
    table += [FREE] * (needed * SECTOR // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, needed, 0, 0, LEAST,
                        lists, len(listed) // SECTOR, END, 0, places[0])  # fmt: skip
    head += b"".join(struct.pack("<I", place) for place in places[1:])
    head = head.ljust(SECTOR, b"\xff")
    rows = b""
    for name, kind, child, start, size, right in entries:
        letters = str(name).encode("utf-16-le") + b"\0\0"
        rows += letters.ljust(64, b"\0") + struct.pack(
            "<HBBIII16x4x16xIQ", len(letters), kind, 1, FREE, right, child, start, size
        )
    rows = rows.ljust(directory * SECTOR, b"\0")
    return head + rows + content + struct.pack(f"<{len(table)}I", *table)
