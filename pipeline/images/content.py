"""Telling one file: by content first, then by bioio's readers, then by its suffix."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

from pipeline.images import archives, faults, headers, readers, spoilt
from pipeline.images.facts import Facts
from pipeline.images.formats import (
    Format,
    by_magic,
    by_suffix,
    by_text,
    suffixes_of,
    table,
)
from pipeline.images.opened import Cut, Enough, Opened, Wrong, inside_archive
from pipeline.images.packed import container
from pipeline.images.text import is_text, markup
from pipeline.images.textkinds import MARK_WITHIN, common, marked, not_text, tell_text

JUNK = frozenset(
    {
        ".ds_store",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "icon\r",
        ".localized",
        ".spotlight-v100",
        ".trashes",
        ".fseventsd",
        ".apdisk",
    }
)
UNFINISHED = (
    ".part",
    ".partial",
    ".crdownload",
    ".filepart",
    ".download",
    ".opdownload",
    ".!ut",
    ".!qb",
    ".aria2",
    ".incomplete",
)
LEFT_BESIDE = (".aspera-ckpt", ".aspx", ".tmp")
"""Suffixes that transfer programs put behind the name of a file, and others use, too."""
HEADER_ERRORS = (
    struct.error,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    RecursionError,
)
"""What reading a header of damaged bytes may raise; anything else is our own fault."""
_ALL_LOOKED = 1 << 19
"""Bytes of a file up to which all are looked at when its first are zero."""
_PIXELS_ALONE = frozenset({"ids", "rec", "brik", "raw", "img", "dat", "bsq", "bil", "bip"})
"""Suffixes of pixels whose header is another file."""
_STREAMS = frozenset({"gzip", "bzip2", "xz", "Zstandard"})
"""What packs one file."""
_ARCHIVES = _STREAMS | {"ZIP", "7-Zip", "RAR", "tar"}


def tell(
    path: str, name: str, shown: str, deep: bool = False, owned: bool = False
) -> tuple[Facts, int]:
    """What can be told of a file, and its size in bytes; `owned` when an image has claimed it.

    Raises OSError when it is not opened.
    """
    facts = Facts(shown)
    low = name.lower()
    with Opened(path) as file:
        if low in JUNK or (low.startswith("._") and _double(file)):
            facts.kind = "junk"
            facts.flag(faults.SYSTEM_FILE, f"{name} was made by the operating system for itself")
            return facts, file.size
        suffixes = suffixes_of(name)
        if file.size == 0:
            _empty(facts, name, suffixes)
        elif low.endswith(UNFINISHED) or (low.endswith(LEFT_BESIDE) and _of_image(name)):
            _unfinished(facts, file, name)
        else:
            try:
                _content(file, facts, name, suffixes, owned)
                if facts.format == "ZIP":
                    archives.look(file, facts, tell, deep)
                if deep and facts.kind == "image" and not inside_archive(path):
                    _pixels(file, facts, name, suffixes)
            except Enough:
                pass  # behind a URL no more than 1 MiB is read
            except OSError as error:
                why = error.strerror or error
                facts.flag(faults.READER_COMPLAINS, f"{name} cannot be read further: {why}")
            except Exception as crash:  # noqa: BLE001  one file must not end the run
                failed(facts, name, crash)
        return facts, file.size


def _pixels(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> None:
    """Read the pixel data of an image, too."""
    from pipeline.images import deeper

    try:
        if facts.evidence == "content":
            deeper.read(file, facts, suffixes)
        elif not deeper.textual(file):
            deeper.as_text(file, facts)
    except HEADER_ERRORS as crash:
        # a damaged header has been flagged when it was read
        if not facts.findings:
            failed(facts, name, crash)


def failed(facts: Facts, name: str, crash: Exception) -> None:
    """Flag that the pipeline itself failed on a file or folder."""
    facts.flag(faults.TELLING_FAILED, f"looking at {name} failed: {type(crash).__name__}")


def _of_image(name: str) -> bool:
    """Whether a name without its last suffix is surely that of an image."""
    return not table().sure.isdisjoint(suffixes_of(name.rsplit(".", 1)[0]))


def _double(file: Opened) -> bool:
    """Whether a file is AppleDouble, which macOS writes beside others: by its mark, or its size."""
    return file.size <= 1 << 16 or file.head.startswith((b"\0\x05\x16\x07", b"\0\x05\x16\0"))


def _empty(facts: Facts, name: str, suffixes: tuple[str, ...]) -> None:
    formats = by_suffix(suffixes)
    image = bool(formats) and not formats[0].other
    facts.kind = "unreadable" if image else "other"
    facts.flag(
        faults.EMPTY,
        f"{name} has 0 bytes",
        severity=None if image else "warning",
    )


def _unfinished(facts: Facts, file: Opened, name: str) -> None:
    """Flag a name that transfer programs give; told is what the file would be without it."""
    stem = name.rsplit(".", 1)[0]
    whole = Facts(facts.path)
    with contextlib.suppress(Enough, OSError):
        _content(file, whole, stem, suffixes_of(stem), owned=True)
    facts.format, facts.evidence = whole.format, whole.evidence
    facts.flag(faults.UNFINISHED, f"{name} is named as an unfinished download", broken=True)


def _content(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...], owned: bool) -> None:
    """Tell a file by its content, else by a reader or its suffix."""
    if _spoilt(file, facts, name, suffixes):
        return
    head = file.head
    found = container(file, facts, name, suffixes) or by_magic(head, name, suffixes)
    if found is None and not head.strip(b"\0") and _zeros(file):
        _is_zero(file, facts, name, suffixes)
        return
    if found is None and "ome.xml" in suffixes and not _told_apart(head):
        facts.format, facts.evidence = "OME-XML", "suffix"
        _header(file, facts, table().formats[facts.format], suffixes)
        return
    textual = found is None and is_text(head)
    if textual:
        found = tell_text(file, facts, name, suffixes)
        if facts.kind != "image":
            return
    found = found or by_text(head, name, suffixes) or headers.structure(file, name, suffixes)
    if found is None:
        _unknown(file, facts, name, suffixes, textual or owned, owned)
        return
    facts.format, facts.evidence = found.name, "content"
    if found.other:
        facts.kind = "other"
    _header(file, facts, found, suffixes)
    packed = head.startswith(b"\x1f\x8b")
    _suffix(facts, table().formats[facts.format or found.name], name, suffixes, packed)


def _spoilt(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> bool:
    """Flag bytes that were written as text, or follow a server's message; whether they are."""
    formats = by_suffix(suffixes)
    if spoilt.as_utf8(file):
        code, told = (
            faults.TEXT_MODE,
            "its bytes were written as text in UTF-8, which cannot be undone",
        )
    elif spoilt.message(file.head) and any(not one.other for one in formats):
        code = faults.BAD_SIGNATURE
        told = f"{name} begins with lines of a message between a browser and a server"
    else:
        return False
    facts.format, facts.evidence = formats[0].name if formats else None, "suffix"
    facts.flag(code, told, broken=True)
    return True


def _is_zero(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> None:
    sure = not table().sure.isdisjoint(suffixes) or not suffixes
    facts.kind = "unreadable" if sure else "other"
    facts.flag(
        faults.ALL_ZEROS,
        f"all {file.size} bytes of {name} are zero"
        if file.size <= _ALL_LOOKED
        else f"{name} has {file.size} bytes, which are zero in all 64 places looked at",
        severity="error" if sure else "warning",
    )


def _header(file: Opened, facts: Facts, found: Format, suffixes: tuple[str, ...]) -> None:
    """Read the header of a format that was told, where there is a function for it."""
    read: Callable[[Opened, Facts], None] | None = headers.HEADERS.get(found.name)
    if read is None:
        return
    try:
        read(file, facts)
    except Cut as cut:
        facts.flag_cut(cut, file.size)
    except Wrong as wrong:
        facts.flag(faults.HEADER_DAMAGED, str(wrong), broken=True)
    except Enough:
        pass
    except HEADER_ERRORS as error:
        facts.flag(
            faults.HEADER_DAMAGED,
            f"the header of this {found.name} file cannot be read ({type(error).__name__})",
            severity="warning",
        )


def _zeros(file: Opened) -> bool:
    """Whether a file whose beginning is zero is zero throughout (looked at in 64 places)."""
    if file.size <= _ALL_LOOKED:
        return not file.read(0, file.size).strip(b"\0")
    step = file.size // 64
    return not any(file.read(at, 4096).strip(b"\0") for at in range(0, file.size, step))


def _told_apart(head: bytes) -> bool:
    """Whether a file named as OME-XML begins as that, or as what is told in words of its own."""
    root = markup(head)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:40].lower()
    answers = (b"version https://git-lfs", b"<!doctype html", b"<html", b"<head")
    return (root is not None and root.root == "OME" and is_text(head)) or start.startswith(answers)


def _suffix(
    facts: Facts, found: Format, name: str, suffixes: tuple[str, ...], packed: bool
) -> None:
    """Flag a suffix that says another format than the content."""
    if not suffixes:
        if found.all_suffixes and not found.other:
            text = f"{name} has no suffix; its content is {found.name}"
            facts.flag(faults.SUFFIX_MISSING, text)
        return
    allowed = found.all_suffixes
    if packed:
        allowed = frozenset(one for one in allowed if one.endswith("gz"))
    if not allowed or not allowed.isdisjoint(suffixes) or suffixes[-1].isdigit():
        return
    claimed = by_suffix(suffixes)
    sure = not table().sure.isdisjoint(suffixes)
    if packed and all(one.other for one in claimed):
        return
    if facts.kind == "other" and not found.other and not sure:
        return
    if found.other:
        images = [one for one in claimed if not one.other]
        stream = found.name in _STREAMS and images and not common(suffixes)
        alone = len(images) == len(claimed) > 0 and not not_text(suffixes)
        if images and sure:
            what = "text" if found.name in ("Plain text", "JSON", "XML") else found.name
            facts.flag(faults.ARCHIVE_CONTENT, f"{name} is {what}, not an image")
        elif stream or (found.name in _ARCHIVES and alone):
            facts.flag(
                faults.ARCHIVE_CONTENT, f"{name} is {found.name}, not an image", severity="warning"
            )
        return
    if claimed:
        facts.flag(
            faults.SUFFIX_WRONG,
            f"{name} is named .{suffixes[-1]}, its content is {found.name}"
            + (" packed with gzip" if packed else ""),
            value=suffixes[-1],
            hint=f"rename it with the suffix .{found.suffixes[0]}, in the file list too."
            if found.suffixes
            else None,
        )


def _unknown(
    file: Opened,
    facts: Facts,
    name: str,
    suffixes: tuple[str, ...],
    textual: bool,
    owned: bool,
) -> None:
    """A file whose content tells nothing: damaged, or told by a reader or its suffix."""
    if (not textual and _behind_text(file, facts, name, suffixes)) or _not_as_promised(
        file, facts, name, suffixes
    ):
        return
    formats = by_suffix(suffixes)
    if common(suffixes) and sum(not one.other for one in formats) <= 1 and not owned:
        formats = ()
    if not textual and suffixes and not file.away and readers.ask(file.path, facts, suffixes):
        return
    if not formats:
        facts.kind = "other"
        facts.flag(faults.NOT_TOLD, f"what {name} is could not be told from content or name")
        return
    facts.format, facts.evidence = formats[0].name, "suffix"
    images = [one for one in formats if not one.other]
    alone = common(suffixes) or suffixes[-1] in _PIXELS_ALONE
    zeros = not textual and not alone and not file.head[:MARK_WITHIN].strip(b"\0")
    if zeros and images and all(map(marked, images)):
        facts.flag(
            faults.BAD_SIGNATURE,
            f"{name} begins with {MARK_WITHIN} zero bytes, as no .{suffixes[-1]} file does",
            severity="warning",
        )
        return
    facts.kind = "other" if formats[0].other else "image"
    if len(images) > 1 and facts.kind == "image" and not textual:
        facts.flag(
            faults.AMBIGUOUS,
            f".{suffixes[-1]} may be " + ", ".join(one.name for one in images[:6]),
        )


def _behind_text(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> bool:
    """Flag text that stands before an image; whether it does."""
    before = spoilt.before(file.head)
    inner = by_magic(file.head[before:], name, suffixes) if before else None
    if inner is None or inner.other:
        return False
    facts.format, facts.evidence = inner.name, "content"
    facts.flag(
        faults.BAD_SIGNATURE,
        f"{before} bytes of text stand before the {inner.name} data",
        broken=True,
        value=before,
    )
    return True


def _not_as_promised(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> bool:
    """Flag bytes that no file of this suffix begins with; whether the suffix is so sure."""
    if table().sure.isdisjoint(suffixes):
        return False
    formats = by_suffix(suffixes)
    facts.format, facts.evidence = formats[0].name if formats else None, "suffix"
    if headers.text_mode(file):
        facts.flag(faults.TEXT_MODE, "every line feed follows a carriage return", broken=True)
        return True
    start = file.head[:8].hex(" ")
    facts.flag(
        faults.BAD_SIGNATURE,
        f"{name} begins with the bytes {start}, as no .{suffixes[-1]} file does",
        broken=True,
        value=start,
    )
    return True
