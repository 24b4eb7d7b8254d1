"""Telling text from binary data, and what an XML file begins with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27, 4, 26, 28, 29, 30, 31}) + b"\x7f"
_ROOT = re.compile(
    # possessive and atomic: what cannot match must fail at once
    r"\A\s*+(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)\s*+)*+"
    r"(<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?:\s[^>]*|/)?>?)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Markup:
    """The beginning of an XML file: local name of the root, its whole tag, the decoded text."""

    root: str
    tag: str
    text: str


def words(head: bytes) -> str:
    """The beginning of a file as text, whatever its encoding; never fails."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").lstrip("\ufeff")
    if head[1:2] == b"\0" and head[3:4] == b"\0" and head[:1] not in (b"\0", b""):
        return head.decode("utf-16-le", "replace")
    if head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4:
            return head[: error.start].decode("utf-8")
        return head.decode("latin-1")


def finite(text: str) -> float:
    """The finite number that a text is; 0 where it is none."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) else 0.0


def is_text(head: bytes) -> bool:
    """Whether the beginning of a file is text of any usual encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
        return sum(letter < " " and letter not in "\t\n\r\f" for letter in text) == 0
    if head.translate(None, _CONTROL) != head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4:
            return True
        high = sum(byte > 127 for byte in head)
        return high * 10 < len(head)
    return True


def markup(head: bytes) -> Markup | None:
    """What an XML file begins with, or None when it is not one."""
    text = words(head)
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("<"):
        return None
    found = _ROOT.match(start)
    if found is None:
        return None
    return Markup(root=found[2], tag=found[1], text=start)


def settings(text: str) -> dict[str, dict[str, str]]:
    """Sections of `key=value` lines, the quotation marks around values left out."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip().lstrip("\ufeff")
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], {})
        elif "=" in line:
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), value.strip().strip("'\""))
    return found
