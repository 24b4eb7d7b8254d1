"""ZIP archives, looked into without unpacking: names, sizes and first bytes (APPNOTE 6.3.10)."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.images.opened import LIMIT, Cut, Enough, Opened, Wrong, away

MOST_DIRECTORY = 16 << 20
MOST_NAMES = 100_000
MOST_UNPACKED = 1 << 16
"""Bytes that are unpacked of a compressed member."""
END, END_64, ENTRY, LOCAL = b"PK\5\6", b"PK\6\6", b"PK\1\2", b"PK\3\4"
STORED, DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name, how it is packed, and where it begins."""

    name: str
    method: int
    packed: int
    size: int
    at: int
    locked: bool
    crc: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of an archive; not `whole` when there are more than were read."""

    members: tuple[Member, ...]
    whole: bool


def contents(file: Opened) -> Contents:
    """What the central directory lists. Raises Cut when there is none: the archive is cut."""
    file.allow(MOST_DIRECTORY + LIMIT)
    tail = file.tail(min(file.size, 65557))
    end = tail.rfind(END)
    while end >= 0 and end + 22 > len(tail):
        end = tail.rfind(END, 0, end)
    if end < 0:
        raise Cut("the list of files that ends a ZIP archive", file.size + 22)
    count, length, start = struct.unpack_from("<HII", tail, end + 10)
    place = file.size - len(tail) + end
    if 0xFFFFFFFF in (length, start) or count == 0xFFFF:
        locator = file.read(place - 20, 20)
        if locator.startswith(b"PK\6\7"):
            place = struct.unpack_from("<Q", locator, 8)[0]
            record = file.need(place, 56, "the ZIP64 end record")
            if not record.startswith(END_64):
                raise Wrong(f"no ZIP64 end record stands at byte {place}, where one should")
            count, length, start = struct.unpack_from("<QQQ", record, 32)
    # something may stand before the archive, such as a program that unpacks it
    before = max(0, place - length - start)
    most = min(length, MOST_DIRECTORY, LIMIT // 4 if file.away else MOST_DIRECTORY)
    data = file.need(start + before, most, "the list of files of the ZIP archive")
    if count and not data.startswith(ENTRY):
        raise Wrong(f"no list of files stands at byte {start + before}, where one should")
    members = tuple(_members(data, before))
    return Contents(members, most == length and len(members) < MOST_NAMES)


def _members(data: bytes, before: int) -> Iterator[Member]:
    at = 0
    for _ in range(MOST_NAMES):
        if at + 46 > len(data) or not data.startswith(ENTRY, at):
            return
        flags, method, crc, packed, size, name, extra, comment = struct.unpack_from(
            "<HH4xIIIHHH", data, at + 8
        )
        start = struct.unpack_from("<I", data, at + 42)[0]
        raw = data[at + 46 : at + 46 + name]
        if 0xFFFFFFFF in (packed, size, start):
            packed, size, start = _wide(
                data[at + 46 + name : at + 46 + name + extra], packed, size, start
            )
        yield Member(
            name=raw.decode("utf-8" if flags & 0x800 else "cp437", "replace").replace("\\", "/"),
            method=method,
            packed=packed,
            size=size,
            at=start + before,
            locked=bool(flags & 1),
            crc=crc,
        )
        at += 46 + name + extra + comment


def _wide(extra: bytes, packed: int, size: int, start: int) -> tuple[int, int, int]:
    """The ZIP64 numbers of an entry, in the order of those that are full."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            wide = list(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            size = wide.pop(0) if size == 0xFFFFFFFF and wide else size
            packed = wide.pop(0) if packed == 0xFFFFFFFF and wide else packed
            start = wide.pop(0) if start == 0xFFFFFFFF and wide else start
        at += 4 + length
    return packed, size, start


class Zipped:
    """A member of an archive: any place of a stored one, the first 64 KiB of a packed one."""

    def __init__(self, archive: str, name: str) -> None:
        found = _directory(archive).get(name)
        if found is None or found.name.endswith("/"):
            raise FileNotFoundError(2, "it is not in the archive", f"{archive}!/{name}")
        if found.locked:
            raise PermissionError(13, "it is locked with a password", name)
        if found.method not in (STORED, DEFLATED):
            raise OSError(95, f"it is packed with method {found.method}, which is not read", name)
        self.member = found
        self._start: bytes | None = None
        self.size = found.size
        self._archive = Opened(archive)
        try:
            self._at = _data_at(self._archive, found)
        except (Cut, Enough) as error:
            self._archive.close()
            raise OSError(5, "the archive ends before it", name) from error

    def fetch(self, offset: int, count: int) -> bytes:
        """Bytes of the member."""
        if self.member.method == STORED:
            return self._archive.read(self._at + offset, count)
        if offset + count > MOST_UNPACKED:
            raise Enough
        if self._start is None:
            raw = self._archive.read(self._at, min(self.member.packed, MOST_UNPACKED))
            self._start = unpacked(raw, min(self.size, MOST_UNPACKED))
        return self._start[offset : offset + count]

    def piece(self, offset: int, count: int) -> bytes:
        """Bytes of the member."""
        if self.member.method != STORED:
            return self.fetch(offset, count)
        return b"".join(self._archive.stream(self._at + offset, self._at + offset + count))

    def raw(self) -> Iterator[bytes]:
        """The member as it is packed, in pieces."""
        return self._archive.stream(self._at, self._at + self.member.packed)

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


def unzipped(archive: str, name: str) -> Iterator[bytes]:
    """The content of a member in pieces, at most as long as is listed. Raises OSError."""
    packed = Zipped(archive, name)
    member, left = packed.member, packed.size
    inflate = zlib.decompressobj(-15)
    try:
        for piece in packed.raw():
            if member.method == STORED:
                yield piece
                continue
            while piece and not inflate.eof and left > 0:
                found = inflate.decompress(piece, min(LIMIT, left))
                left -= len(found)
                piece = inflate.unconsumed_tail
                yield found
    except zlib.error as error:
        raise OSError(5, f"it cannot be unpacked: {error}", name) from error
    finally:
        packed.close()


def unpacked(raw: bytes, most: int) -> bytes:
    """The beginning of what Deflate packed, as far as it can be unpacked."""
    try:
        return zlib.decompressobj(-15).decompress(raw, most)
    except zlib.error:
        return b""


def _data_at(archive: Opened, member: Member) -> int:
    lead = archive.need(member.at, 30, "a file of the ZIP archive")
    if not lead.startswith(LOCAL):
        raise Cut("a file of the ZIP archive", member.at + 30)
    name, extra = struct.unpack_from("<HH", lead, 26)
    return member.at + 30 + int(name) + int(extra)


def _directory(archive: str) -> dict[str, Member]:
    return _read(archive, 0 if away(archive) else os.stat(archive).st_mtime_ns)


@lru_cache(maxsize=4)
def _read(archive: str, changed: int) -> dict[str, Member]:
    try:
        with Opened(archive) as file:
            return {one.name: one for one in contents(file).members}
    except (Cut, Wrong, Enough, struct.error) as error:
        raise OSError(5, "the archive's list of files cannot be read", archive) from error


def listed(archive: str, folder: str) -> Iterator[tuple[str, str, int | None]]:
    """Name, path in the archive and size of what stands in a folder; None for a folder."""
    start = folder.rstrip("/") + "/" if folder else ""
    folders: set[str] = set()
    for path, member in _directory(archive).items():
        if not path.startswith(start) or path == start:
            continue
        name, slash, _ = path[len(start) :].partition("/")
        if not slash:
            yield name, path, member.size
        elif name and name not in folders and name not in (".", ".."):
            folders.add(name)
            yield name, f"{start}{name}", None


def holds(archive: str, name: str) -> bool:
    """Whether an archive holds a file, or files below a folder."""
    try:
        known = _directory(archive)
    except OSError:
        return False
    start = name.rstrip("/") + "/"
    return name in known or any(path.startswith(start) for path in known)


def damaged(file: Opened, member: Member) -> str | None:
    """What is wrong with a packed file that is read whole, or None; never keeps more than 1 MiB."""
    at = _data_at(file, member)
    inflate = zlib.decompressobj(-15)
    total = crc = 0
    try:
        for piece in file.stream(at, at + member.packed):
            if member.method == STORED:
                crc = zlib.crc32(piece, crc)
                total += len(piece)
                continue
            while piece and not inflate.eof:
                data = inflate.decompress(piece, 1 << 20)
                crc = zlib.crc32(data, crc)
                total += len(data)
                piece = inflate.unconsumed_tail
                if total > member.size:
                    return f"unpacks to more than the {member.size} bytes that are listed"
        rest = inflate.flush() if member.method == DEFLATED else b""
        total, crc = total + len(rest), zlib.crc32(rest, crc)
    except zlib.error as error:
        return f"cannot be unpacked: {error}"
    if total < member.size:
        return f"unpacks to {total} bytes, {member.size} are listed"
    return None if crc == member.crc else "does not have the checksum that is listed"
