"""Defects of the text of a document: transfer, encoding, JSON itself."""

from __future__ import annotations

import codecs
import json
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import Unsuited, written

Document = dict[str, Any]
Told = tuple[bytes, tuple[int | None, ...]]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _near(line: int) -> tuple[int, ...]:
    return (line - 1, line, line + 1)


def _text(document: Document) -> str:
    return written(document).decode()


@defect("document cut off")
def truncated(document: Document, random: Random) -> Told:
    text = _text(document)
    at = random.randrange(len(text) // 10, len(text) - 2)
    return text[:at].encode(), (_line(text, at - 1), _line(text, at))


@defect("two documents in one file")
def doubled(document: Document, random: Random) -> Told:
    text = _text(document)
    gap = random.choice(("", "\n", "\n\n", " ", ",\n"))
    end = _line(text, len(text))
    return (text + gap + text).encode(), (end, end + 1, end + 2)


@defect("web page instead of a document")
def page(document: Document, random: Random) -> Told:
    title = random.choice(("502 Bad Gateway", "Sign in", "404 Not Found"))
    head = random.choice(("<!DOCTYPE html>\n", "", "\n<!doctype HTML PUBLIC>\n"))
    return f"{head}<html><head><title>{title}</title></head></html>".encode(), (None, 1, 2, 3)


@defect("comma too many or lost")
def comma(document: Document, random: Random) -> Told:
    text = _text(document)
    if random.random() < 0.5:
        spots = [n for n in range(len(text) - 1) if text[n] in "]}" and text[n - 1] == " "]
        at = random.choice(spots)
        brace = text[:at].rstrip()
        return (brace + "," + text[len(brace) :]).encode(), _near(_line(text, at))
    spots = [n for n, c in enumerate(text) if c == "," and text[n + 1 : n + 2] == "\n"]
    at = random.choice(spots)
    return (text[:at] + text[at + 1 :]).encode(), _near(_line(text, at))


@defect("comment, merge mark or single quotes in JSON")
def dialect(document: Document, random: Random) -> Told:
    lines = _text(document).split("\n")
    at = random.randrange(1, len(lines) - 1)
    what = random.randrange(3)
    if what == 0:
        lines.insert(at, random.choice(("// a note", "# a note", "/* a note */")))
    elif what == 1:
        lines.insert(at, random.choice(("<<<<<<< HEAD", "=======", ">>>>>>> theirs")))
    else:
        quoted = [n for n, line in enumerate(lines) if line.count('"') == 4]
        at = random.choice(quoted)
        lines[at] = lines[at].replace('"', "'")
    return "\n".join(lines).encode(), _near(at + 1)


@defect("key given twice")
def key_twice(document: Document, random: Random) -> Told:
    lines = _text(document).split("\n")
    keys = [
        n
        for n, line in enumerate(lines)
        if line.strip().startswith('"value":') and line.count('"') == 4
    ]
    if not keys:
        raise Unsuited
    at = random.choice(keys)
    lines.insert(at, lines[at].rstrip(",") + ",")
    return "\n".join(lines).encode(), (at + 1, at + 2)


@defect("encoding other than UTF-8")
def encoding(document: Document, random: Random) -> Told:
    text = _text(document)
    if random.random() < 0.4:
        mark, name = random.choice(
            ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
        )
        return mark + text.encode(name), (None, 1)
    document["section"]["attributes"][0]["value"] += " in Tübingen"
    text = json.dumps(document, ensure_ascii=False, indent=1)
    name = random.choice(("latin-1", "cp1252", "mac-roman"))
    content = text.encode(name, "replace")
    first = next(n for n, c in enumerate(text) if not c.isascii())
    return content, (_line(text, first),)


@defect("bare word that JSON does not have")
def bare(document: Document, random: Random) -> Told:
    lines = _text(document).split("\n")
    keys = [n for n, line in enumerate(lines) if line.strip().startswith('"value":')]
    at = random.choice(keys)
    lines[at] = (
        lines[at].split(":")[0]
        + ": "
        + random.choice(("NaN", "Infinity", "None", "undefined", "True"))
    )
    return "\n".join(lines).encode(), _near(at + 1)


@defect("half of a character")
def surrogate(document: Document, random: Random) -> Told:
    lines = _text(document).split("\n")
    keys = [n for n, line in enumerate(lines) if line.strip().startswith('"value": "')]
    at = random.choice(keys)
    lines[at] = lines[at].replace('"value": "', '"value": "\\ud83d', 1)
    return "\n".join(lines).encode(), (at + 1,)
