"""Telling a text file: by its words, its markup, its suffix, and where its markup ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.findings import Severity
from pipeline.images import faults, headers, spoilt
from pipeline.images.facts import Facts
from pipeline.images.formats import (
    Format,
    by_markup,
    by_suffix,
    by_text,
    table,
)
from pipeline.images.opened import Opened
from pipeline.images.text import Markup, markup, words

_ERROR_WORDS = re.compile(
    r"access ?denied|not ?found|no ?such ?key|forbidden|unauthori[sz]ed|expired|login|error|denied"
    r"|credentials|unavailable|timed? ?-?out|exceeded|bad (?:gateway|request)",
    re.IGNORECASE,
)
_FAILED = re.compile(r"\b[45]\d\d\b|" + _ERROR_WORDS.pattern, re.IGNORECASE)
_OTHER_ENDS = frozenset({"OME-XML", "Philips iSyntax"})
"""XML that is read to its end elsewhere, or before binary data."""
NAMED = frozenset({"sldy", "visitech", "ultraview", "spc"})
"""Structures that names beside the file tell."""
MARK_WITHIN = 512
"""Bytes at the beginning that are all zero in no format that has its mark there."""
_XML_END = 4096
_OTHER_TEXT = {"json": "JSON", "xml": "XML", "html": "HTML"}


class _Read(NamedTuple):
    """What a text file holds: `kind` is html, xml, json or text, `root` its first element."""

    kind: str
    text: str
    root: Markup | None


def tell_text(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format of a text file; flags pointers, server answers and text that should be data."""
    head = file.head
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        facts.kind = "junk"
        facts.flag(faults.LFS_POINTER, f"{name} is a Git LFS pointer, the data are elsewhere")
        return None
    root = markup(head)
    found = _by_root(file, facts, root, name, suffixes) or by_text(head, name, suffixes)
    if found is not None:
        return found
    inner = spoilt.in_base64(head)
    if inner is not None and not inner.other:
        _is_other(facts, "Plain text")
        facts.flag(faults.TEXT_CONTENT, f"{name} holds {inner.name} data written as text in base64")
        return None
    text = words(head).lstrip("\ufeff \t\r\n")
    read = _Read(_text_kind(text, root), text, root)
    if _in_place_of_image(facts, name, suffixes, read, file.size):
        return None
    structured = headers.structure(file, name, suffixes)
    if structured is not None:
        return structured
    formats = by_suffix(suffixes)
    images = [one for one in formats if not one.other]
    if text.startswith("<?xml") and root is not None and images:
        _closed(file, facts, root, severity="warning")
    # an image that begins with words has been told by them
    if images and not all(map(marked, images)) and not not_text(suffixes):
        return None
    _is_other(facts, _OTHER_TEXT.get(read.kind, "Plain text"))
    if read.kind == "text" and formats and formats[0].other:
        facts.format = formats[0].name
    return None


def _is_other(facts: Facts, name: str) -> None:
    """Note what a file is that holds no image."""
    facts.format, facts.evidence, facts.kind = name, "content", "other"


def _by_root(
    file: Opened, facts: Facts, root: Markup | None, name: str, suffixes: tuple[str, ...]
) -> Format | None:
    """The format that the first element of XML tells; flags XML that is not closed."""
    if root is None or root.root.lower() in ("html", "head", "body"):
        return None
    found = by_markup(root, name, suffixes)
    if found is not None:
        facts.format, facts.evidence = found.name, "content"
        if found.name not in _OTHER_ENDS:
            _closed(file, facts, root)
    return found


def _in_place_of_image(
    facts: Facts, name: str, suffixes: tuple[str, ...], read: _Read, size: int
) -> bool:
    """Flag text where the suffix promises an image; whether there is such a fault."""
    what = {"html": "a web page", "xml": "an XML message", "json": "a JSON message"}
    answer = read.kind == "html" or (
        read.kind in ("xml", "json") and _ERROR_WORDS.search(read.text) is not None
    )
    sure = not table().sure.isdisjoint(suffixes) and (answer or not not_text(suffixes))
    formats = by_suffix(suffixes)
    binary = bool(formats) and all(_binary(one) and not one.other for one in formats)
    if (
        sure
        or ("ome.xml" in suffixes and read.kind == "html")
        or (binary and not not_text(suffixes))
    ):
        _is_other(facts, _OTHER_TEXT.get(read.kind, "Plain text"))
        if answer:
            facts.flag(faults.WEB_PAGE, f"{name} holds {what[read.kind]}, not an image")
        else:
            # a suffix that is not sure may be that of another program
            facts.flag(
                faults.TEXT_CONTENT,
                f"{name} holds text, not an image",
                severity=None if sure else "warning",
            )
        return True
    failure = _failure(read, size) and (read.kind == "xml" or read.kind not in suffixes)
    if failure and any(not one.other for one in formats):
        _is_other(facts, _OTHER_TEXT[read.kind])
        facts.flag(
            faults.WEB_PAGE,
            f"{name} holds {what[read.kind]} that tells of a failure, not an image",
            severity="warning" if not_text(suffixes) else None,
        )
        return True
    return False


def _closed(file: Opened, facts: Facts, root: Markup, severity: Severity | None = None) -> None:
    """Flag an XML document that ends before its root element does; it is broken then."""
    end = file.tail(_XML_END).replace(b"\0", b"").rstrip()
    alone = file.size <= _XML_END and root.tag.endswith("/>") and end.endswith(b"/>")
    remark = end.endswith((b"-->", b"?>")) and b"<!--" not in end
    if alone or remark or re.search(rb"</(?:[\w.-]+:)?" + root.root.encode() + rb"\s*>", end):
        return
    facts.flag(
        faults.TRUNCATED,
        f"the XML ends at byte {file.size}, before its element {root.root} does",
        broken=severity is None,
        severity=severity,
        value=file.size,
    )


def common(suffixes: tuple[str, ...]) -> bool:
    """Whether files of every kind have this suffix."""
    return not table().common.isdisjoint(suffixes[-1:])


def not_text(suffixes: tuple[str, ...]) -> bool:
    """Whether text of this suffix is no image."""
    return common(suffixes) or not table().text.isdisjoint(suffixes[-1:])


def _binary(one: Format) -> bool:
    """Whether files of a format are never plain text."""
    return bool(one.rules) and all(
        "hex" in rule
        or "tiff" in rule
        or "ole" in rule
        or "hdf5" in rule
        or rule.get("structure", "sldy") not in NAMED
        for rule in one.rules
    )


def marked(one: Format) -> bool:
    """Whether files of a format surely have a mark among their first bytes."""
    return bool(one.rules) and all(map(_needs_mark, one.rules))


def _needs_mark(rule: Mapping[str, Any]) -> bool:
    """Whether what a rule asks for cannot be among zero bytes, nor behind them."""
    if "hex" in rule or "text" in rule:
        return 0 <= int(rule.get("at", 0)) < MARK_WITHIN
    if "structure" in rule:
        return rule["structure"] not in NAMED
    return "tiff" in rule or "ole" in rule or "^" in rule.get("pattern", "")[:6]


def _failure(read: _Read, size: int) -> bool:
    """Whether a server tells in a text that it did not give the file."""
    kind, text, root = read
    if kind == "html":
        title = re.search(r"(?is)<(?:title|h1)[^>]*>(.{0,200}?)<", text)
        return title is not None and _FAILED.search(title[1]) is not None
    if size > _XML_END or not _ERROR_WORDS.search(text):
        return False
    if kind == "xml":
        return "<Message>" in text and root is not None and root.root in ("Error", "ErrorResponse")
    return (
        kind == "json"
        and re.match(r'\{\s*"(?:message|error|errors|code|status)"', text) is not None
    )


def _text_kind(text: str, root: Markup | None) -> str:
    start = text[:200].lower()
    if start.startswith(("<!doctype html", "<html", "<head")) or (
        root is not None and root.root.lower() == "html"
    ):
        return "html"
    if root is not None or start.startswith("<?xml"):
        return "xml"
    if start.startswith(("{", "[")) and re.match(r'[\[{]\s*(["{\[\]}]|-?\d|true|null)', start):
        return "json"
    return "text"
