"""From bytes to text: encodings, byte order marks, and files that are no documents."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from pipeline.findings import Finding, Frozen, Location, declare
from pipeline.intake.json_text import TRUNCATED

EMPTY = declare(
    "SUB104",
    "document-empty",
    "error",
    """The document has no content, so there is nothing to read.

    To fix: upload the document again; the transfer stopped before its first byte.
    """,
)
HTML = declare(
    "SUB105",
    "document-is-a-web-page",
    "error",
    """The file holds a web page, not a document: a server answered with a page that was saved.

    To fix: fetch the document again and look at its first line before uploading it.
    """,
)
ENCODING = declare(
    "SUB106",
    "encoding-not-utf8",
    "error",
    """The document is not written in UTF-8, so letters of names could be read wrongly.

    A byte order mark that says UTF-16 is followed, with a warning; any other encoding is not
    guessed.

    To fix: save the document as UTF-8 (in Excel: 'CSV UTF-8'; in an editor: 'Save with encoding').
    """,
)
CONTENT = declare(
    "SUB124",
    "document-is-another-kind-of-file",
    "error",
    """The file is called a document and holds something else: an archive, a PDF, a picture.

    To fix: unpack it, or export the study in the form that the file's name says.
    """,
)

BOM = declare(
    "SUB131",
    "byte-order-mark",
    "hint",
    """The document starts with a byte order mark, which UTF-8 does not need; it was passed over.

    To fix: nothing need be done; 'UTF-8 without BOM' in an editor leaves it out.
    """,
)
LINE_ENDS = declare(
    "SUB132",
    "line-ends-unusual",
    "hint",
    """The lines of the document end in different ways, or as on old Macintosh computers.

    To fix: nothing need be done; save the document again to make them alike.
    """,
)


_OTHERS = {
    b"\x1f\x8b": "data packed with gzip",
    b"BZh": "data packed with bzip2",
    b"\xfd7zXZ\0": "data packed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"PK\x03\x04": "a zip archive (a workbook or a text document is one, too)",
    b"PK\x05\x06": "an empty zip archive",
    b"%PDF-": "a PDF",
    b"{\\rtf": "formatted text (RTF)",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"\xd0\xcf\x11\xe0": "an older Office file, or one with a password",
    b"version https://git-lfs.github.com/spec/": "a Git LFS pointer; the document is elsewhere",
}
"""First bytes of what is sent in place of a document, and what it is."""


class Text(Frozen):
    """A document's text, or None when it cannot be read."""

    text: str | None
    findings: tuple[Finding, ...] = ()


def decode(data: bytes, file: str) -> Text:
    """The text of a document: UTF-8 with or without a byte order mark, UTF-16 with one."""
    here = Location(file=file)
    if not data.strip(b"\x00 \t\r\n"):
        what = "is empty" if not data else "holds no text"
        return Text(text=None, findings=(EMPTY.at(here, f"the document {what}"),))
    for mark, kind in _OTHERS.items():
        if data.startswith(mark):
            return Text(text=None, findings=(CONTENT.at(here, f"the file holds {kind}"),))
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        message = "the document is in UTF-32, which is not read"
        return Text(text=None, findings=(ENCODING.at(here, message),))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(data, here)
    head = data[:400]
    if head.count(0) > len(head) // 4:
        four = not any(head[2::4]) and not (any(head[::4]) and any(head[3::4]))
        width, each = ("32", "three of four bytes are") if four else ("16", "every other byte is")
        message = f"{each} zero: the document is in UTF-{width} and does not say so"
        return Text(text=None, findings=(ENCODING.at(here, message),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        at = here.model_copy(update={"line": line, "column": column})
        if fault.reason == "unexpected end of data":
            message = "the document ends inside a letter: its last part never arrived"
            return Text(text=None, findings=(TRUNCATED.at(at, message),))
        message = (
            f"byte {fault.start} (0x{data[fault.start]:02X}, line {line}) is not UTF-8; "
            "the document seems to be in an older encoding"
        )
        return Text(text=None, findings=(ENCODING.at(at, message),))
    if (shifted := _utf7(data, text)) is not None:
        begun = shifted.start()
        line, start = text.count("\n", 0, begun) + 1, text.rfind("\n", 0, begun) + 1
        where = here.model_copy(update={"line": line, "column": begun - start + 1})
        message = f"letters are written as in UTF-7 ({shifted[0]}), not UTF-8"
        return Text(text=None, findings=(ENCODING.at(where, message),))
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        return Text(text=None, findings=(HTML.at(here, "the file holds a web page (HTML)"),))
    if data.startswith(codecs.BOM_UTF8):
        message = "the document starts with a byte order mark; it was passed over"
        return Text(text=text, findings=(BOM.at(here, message),))
    return Text(text=text)


_SHIFTED = re.compile(r"\+A[A-Za-z0-9+/]{2,}-?")
"""Letters below U+0400 between the marks of UTF-7 (RFC 2152); few words look like that."""


def _utf7(data: bytes, text: str) -> re.Match[str] | None:
    """The first letter in the form of UTF-7, in a document that is wholly in it; else None."""
    if b"+A" not in data or not data.isascii():
        return None
    shifted = list(_SHIFTED.finditer(text))
    try:
        data.decode("utf-7")
        signs = [one for each in shifted for one in each[0].encode().decode("utf-7").rstrip("-")]
    except UnicodeDecodeError:
        return None
    sound = all(one.isprintable() and ord(one) < 0x400 for one in signs)
    usual = any(one == "@" or "\u00c0" <= one <= "\u00ff" for one in signs)
    return shifted[0] if sound and usual else None


def line_ends(ends: Mapping[str, int], file: str) -> tuple[Finding, ...]:
    """What is unusual in how lines end; `ends` counts LF, CR LF and CR."""
    used = [end for end, number in ends.items() if number > 0]
    if len(used) < 2 and used != ["\r"]:
        return ()
    names = {"\n": "LF", "\r\n": "CR LF", "\r": "CR"}
    said = ", ".join(f"{ends[end]:,} with {names[end]}" for end in used)
    return (LINE_ENDS.at(Location(file=file), f"lines end in an unusual way: {said}"),)


def count_line_ends(text: str) -> dict[str, int]:
    """How many lines end in LF, in CR LF and in CR."""
    windows = text.count("\r\n") if "\r" in text else 0
    returns = text.count("\r") if windows or "\r" in text else 0
    return {"\n": text.count("\n") - windows, "\r\n": windows, "\r": returns - windows}


def _utf16(data: bytes, here: Location) -> Text:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as fault:
        message = f"the document says it is UTF-16, and breaks it at byte {fault.start}"
        return Text(text=None, findings=(ENCODING.at(here, message),))
    message = "the document is in UTF-16; it was read as that"
    return Text(text=text, findings=(ENCODING.at(here, message, severity="warning"),))
