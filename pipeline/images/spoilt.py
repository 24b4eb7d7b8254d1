"""What programs do to binary files that they take for text, or wrap into a message."""

from __future__ import annotations

import base64
import binascii
import re

from pipeline.images.formats import Format, by_magic
from pipeline.images.opened import Opened

LOOKED = 1 << 18
MOST_BEFORE = 2048
_REPLACED = b"\xef\xbf\xbd"
"""U+FFFD, which stands for what could not be read."""
LEAST_REPLACED, LEAST_LETTERS = 16, 32
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?[\r\n\t ]{0,16}"
    rb"(?:HTTP/[\d.]{1,3} \d{3}[^\r\n]{0,80}\r?\n(?:[!-~]+:[^\r\n]*\r?\n)*\r?\n"
    rb"|--+[\w'()+,./:=?-]{1,70}\r?\n(?:[!-~]+:[^\r\n]*\r?\n)+\r?\n)?"
)
"""A byte order mark, blank space, the lines of an HTTP answer or of a part of a form (RFC 7578)."""
_LEADS = frozenset(bytes([one]) for one in b"\xef\r\n\t H-")
_BASE64 = re.compile(rb"(?:data:[\w/+.-]+;base64,)?([A-Za-z0-9+/\r\n]{256,})={0,2}\s*\Z")


def message(head: bytes) -> bool:
    """Whether a file begins with the lines of an HTTP answer or of a part of a form."""
    if head[:1] not in _LEADS:
        return False
    found = _BEFORE.match(head[:MOST_BEFORE])
    return found is not None and found.end() > 20 and b":" in found[0]


def before(head: bytes) -> int:
    """Bytes before a file's own that a server or a script put there; 0 when there are none."""
    found = _BEFORE.match(head[:MOST_BEFORE])
    return found.end() if found else 0


def in_base64(head: bytes) -> Format | None:
    """The format of what a text holds in base64 (RFC 4648), told by at least four bytes."""
    found = _BASE64.match(head)
    if found is None:
        return None
    letters = b"".join(found[1].split())
    try:
        data = base64.b64decode(letters[: len(letters) // 4 * 4])
    except binascii.Error:
        return None
    return by_magic(data, "", ())


def as_utf8(file: Opened) -> bool:
    """Whether a binary file is UTF-8 throughout, as a program leaves it that took it for text.

    Bytes above 127 that were read as Latin-1 became two each, those that were no UTF-8 became
    U+FFFD; a sound file has others that are no UTF-8, or few letters beyond ASCII.
    """
    head = file.head
    if b"\0" not in head or head.isascii() or not _utf8(head):
        return False
    return is_utf8(file.read(0, min(file.size, LOOKED)))


def is_utf8(data: bytes) -> bool:
    """Whether binary data, from any byte on, are UTF-8 with U+FFFD or many letters of Latin-1."""
    # a letter may have begun up to three bytes before
    data = data[:3].lstrip(bytes(range(0x80, 0xC0))) + data[3:]
    if b"\0" not in data or not _utf8(data):
        return False
    if data.count(_REPLACED) >= LEAST_REPLACED:
        return True
    letters = re.findall(rb"[\xc2\xc3][\x80-\xbf]", data)
    leads = data.translate(None, bytes(range(0xC0)))
    return len(set(letters)) >= LEAST_LETTERS and len(leads) == len(letters)


def _utf8(data: bytes) -> bool:
    """Whether data are UTF-8, but for a letter that is cut at the end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(data) - 3 and error.reason == "unexpected end of data"
    return True
