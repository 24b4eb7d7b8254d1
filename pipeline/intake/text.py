"""From bytes to text: encodings, byte order marks, and files that are no documents."""

from __future__ import annotations

import codecs

from pipeline.findings import Finding, Frozen, Location, declare

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
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(data, here)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        message = (
            f"byte {fault.start} (0x{data[fault.start]:02X}, line {line}) is not UTF-8; "
            "the document seems to be in an older encoding"
        )
        at = here.model_copy(update={"line": line, "column": column})
        return Text(text=None, findings=(ENCODING.at(at, message),))
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        return Text(text=None, findings=(HTML.at(here, "the file holds a web page (HTML)"),))
    return Text(text=text)


def _utf16(data: bytes, here: Location) -> Text:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as fault:
        message = f"the document says it is UTF-16, and breaks it at byte {fault.start}"
        return Text(text=None, findings=(ENCODING.at(here, message),))
    message = "the document is in UTF-16; it was read as that"
    return Text(text=text, findings=(ENCODING.at(here, message, severity="warning"),))
