"""JSON read in one pass with the place of every value, and every fault found on the way."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from math import isinf
from typing import Any

from pydantic import ConfigDict

from pipeline.findings import Code, Finding, Frozen, Location, declare
from pipeline.intake.json_places import Places
from pipeline.select import join

NOT_JSON = declare(
    "SUB101",
    "document-not-json",
    "error",
    """The document breaks the rules of JSON (RFC 8259) and cannot be read past that place.

    To fix: mend the named line; a comma too many, a comment or marks of a merge are usual causes.
    """,
)
TRUNCATED = declare(
    "SUB102",
    "document-truncated",
    "error",
    """The document stops in the middle: its last part never arrived.

    To fix: export or upload the document again.
    """,
)
TRAILING = declare(
    "SUB103",
    "several-documents-in-one",
    "error",
    """After the document's end there is more text, so it is not clear which one is meant.

    To fix: give one document in one file.
    """,
)
DEEP = declare(
    "SUB107",
    "nesting-too-deep",
    "error",
    """The document is nested deeper than any study needs.

    To fix: export the document again; a program has wrapped it in itself.
    """,
)
NUMBER = declare(
    "SUB108",
    "number-out-of-range",
    "error",
    """A number has more digits than any value of a study.

    To fix: give the value that was meant, as text in quotes.
    """,
)
SURROGATE = declare(
    "SUB109",
    "character-broken",
    "error",
    """A value holds half of a character (a lone UTF-16 surrogate), which cannot be written.

    To fix: type the character again.
    """,
)
REPEATED_KEY = declare(
    "SUB201",
    "key-repeated",
    "error",
    """An object has the same key twice; most programs would silently drop the first value.

    To fix: keep one of them.
    """,
)

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"true|false|null|NaN|-?Infinity")
_LONE = re.compile("[\ud800-\udfff]")
_LITERALS = {"True": "true", "False": "false", "None": "null"}
_PYTHON = re.compile(r"(?:True|False|None)\b")
"""Words of another language that JSON writes in small letters."""
_BROKEN = (
    (
        "Invalid control character",
        "a line's end, a tab or another control character is in it, or its last quote is missing",
    ),
    ("escape", "a backslash in it must be doubled"),
)
"""What the reader's own words mean to people."""
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
DEEPEST = 200
LONGEST_NUMBER = 300


class Number(str):
    """A number's digits as written."""


class Parsed(Frozen):
    """A JSON value with the text that it was read from."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    value: Any
    readable: bool
    text: str
    findings: tuple[Finding, ...] = ()

    def positions(self, file: str) -> Places:
        """Line and column of every value; keys are pointers."""
        return Places(self.text, file)

    @cached_property
    def offsets(self) -> dict[str, int]:
        """From the pointer of every value, as far as it could be read, to its offset."""
        reader = _Reader(self.text, "")
        with suppress(_Stop):
            reader.document()
        return reader.offsets


class _Stop(Exception):
    def __init__(self, code: Code, offset: int, message: str, pointer: str | None = None) -> None:
        self.code, self.offset, self.message, self.pointer = code, offset, message, pointer


def parse(text: str, file: str) -> Parsed:
    """The value of a JSON text; numbers keep their digits as text (`Number`).

    Not readable when the text breaks JSON's rules; faults that leave the rest readable
    (repeated keys, NaN, numbers too long, broken characters) are findings beside the value.
    """
    try:
        return Parsed(value=_sound(text), readable=True, text=text)
    except (ValueError, RecursionError):
        reader = _Reader(text, file)
    try:
        value = reader.document()
    except _Stop as stop:
        fault = stop.code.at(_at(text, stop.offset, file, stop.pointer), stop.message)
        return Parsed(
            value=None,
            readable=False,
            text=text,
            findings=(*reader.findings, fault),
        )
    return Parsed(value=value, readable=True, text=text, findings=tuple(reader.findings))


def _sound(text: str) -> Any:
    """The value of a text without any fault, read fast; ValueError where one may be."""
    if "\\u" in text and _HALF.search(text):
        raise ValueError
    value = _DECODER.decode(text)
    if _is_flat(text):
        return value
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return value
        level = [
            below
            for one in level
            for below in (one.values() if type(one) is dict else one)
            if type(below) is dict or type(below) is list
        ]
    raise ValueError


_NO_BRACKETS = bytes(set(range(128)) - set(b"{}[]"))


def _is_flat(text: str) -> bool:
    """Whether pairs of brackets, taken out from the innermost, are gone before the deepest level.

    Brackets within texts only make it seem deeper. A round takes out two levels at most.
    """
    brackets = text.encode("ascii", "ignore").translate(None, _NO_BRACKETS)
    for _ in range(DEEPEST // 2):
        left = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(left) == len(brackets):
            break
        brackets = left
    return not brackets


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _digits(text: str) -> Number:
    if _beyond(text):
        raise ValueError
    return Number(text)


def _beyond(number: str) -> bool:
    """Whether no program can hold a number: too many digits, or too large an exponent."""
    return len(number) > LONGEST_NUMBER or ("e" in number.lower() and isinf(float(number)))


def _no_word(word: str) -> Any:
    raise ValueError


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_digits, parse_float=_digits, parse_constant=_no_word
)


def _at(text: str, offset: int, file: str, pointer: str | None = None) -> Location:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Location(file=file, pointer=pointer, line=line, column=column)


def _begins_word(text: str) -> bool:
    return any(word.startswith(text) for word in (*_WORDS, "NaN", "Infinity", "-Infinity"))


class _Reader:
    """One pass over a text with a stack of its own, so that no nesting can exhaust Python's."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.offsets: dict[str, int] = {}
        self.findings: list[Finding] = []

    def document(self) -> Any:
        end = len(self.text)
        offset = self.space(0)
        holder: list[Any] = []
        # Each frame: a container and its pointer.
        stack: list[tuple[Any, str]] = []
        pointer = ""
        key: str | None = None
        while True:
            value, offset, opened = self.value(offset, pointer)
            if stack:
                home = stack[-1][0]
                if isinstance(home, dict):
                    home[str(key)] = value
                else:
                    home.append(value)
            else:
                holder.append(value)
            if opened:
                if len(stack) >= DEEPEST:
                    message = f"more than {DEEPEST} brackets are open here"
                    raise _Stop(DEEP, offset - 1, message, pointer)
                stack.append((value, pointer))
                offset = self.space(offset)
                if self.text[offset : offset + 1] not in ("]", "}"):
                    key, pointer, offset = self.member(stack[-1], offset)
                    continue
            while stack:
                offset = self.space(offset)
                mark = self.text[offset : offset + 1]
                container, at = stack[-1]
                close = "}" if isinstance(container, dict) else "]"
                if mark == close:
                    stack.pop()
                    offset += 1
                elif mark == ",":
                    if not container:
                        raise _Stop(NOT_JSON, offset, "a comma stands before the first value")
                    after = self.space(offset + 1)
                    if self.text[after : after + 1] == close:
                        message = f"a comma stands after the last value, before '{close}'"
                        raise _Stop(NOT_JSON, after, message)
                    key, pointer, offset = self.member((container, at), after)
                    break
                else:
                    self.fail(offset, f"a comma or '{close}' is missing")
            else:
                offset = self.space(offset)
                if offset < end:
                    raise _Stop(TRAILING, offset, "more text follows after the document's end")
                return holder[0]

    def member(self, frame: tuple[Any, str], offset: int) -> tuple[str | None, str, int]:
        """The key and pointer of the next value, and where that value starts."""
        container, at = frame
        if isinstance(container, list):
            return None, join(at, len(container)), offset
        if self.text[offset : offset + 1] != '"':
            self.fail(offset, "a key in double quotes is missing")
        key, after = self.string(offset, at)
        pointer = join(at, key)
        if key in container:
            self.findings.append(
                REPEATED_KEY.at(
                    _at(self.text, offset, self.file, pointer),
                    f"the key '{key}' occurs twice; only the last one was read",
                    value=key,
                )
            )
        after = self.space(after)
        if self.text[after : after + 1] != ":":
            self.fail(after, f"a colon is missing after the key '{key}'")
        return key, pointer, self.space(after + 1)

    def value(self, offset: int, pointer: str) -> tuple[Any, int, bool]:
        """A scalar, or a container just opened."""
        self.offsets[pointer] = offset
        mark = self.text[offset : offset + 1]
        if mark == "{":
            return {}, offset + 1, True
        if mark == "[":
            return [], offset + 1, True
        if mark == '"':
            value, after = self.string(offset, pointer)
            return value, after, False
        if word := _WORD.match(self.text, offset):
            return self.word(word[0], offset, pointer), word.end(), False
        if number := _NUMBER.match(self.text, offset):
            if _beyond(number[0]):
                long = len(number[0]) > LONGEST_NUMBER
                what = f"a number of {len(number[0])} digits" if long else "a number too large"
                message = f"{what} stands here"
                self.findings.append(NUMBER.at(_at(self.text, offset, self.file, pointer), message))
            return Number(number[0]), number.end(), False
        self.fail(offset, "a value is missing")
        raise AssertionError

    def word(self, word: str, offset: int, pointer: str) -> Any:
        if word in _WORDS:
            return _WORDS[word]
        message = f"{word} is no value of JSON"
        self.findings.append(NOT_JSON.at(_at(self.text, offset, self.file, pointer), message))
        return Number(word)

    def string(self, offset: int, pointer: str) -> tuple[str, int]:
        try:
            value, after = scanstring(self.text, offset + 1, True)
        except json.JSONDecodeError as fault:
            cut = not self.text[fault.pos :].strip()
            if cut or fault.msg.startswith("Unterminated"):
                raise _Stop(
                    TRUNCATED, len(self.text), "the document ends inside a text in quotes"
                ) from None
            what = next((words for said, words in _BROKEN if said in fault.msg), fault.msg)
            raise _Stop(NOT_JSON, fault.pos, f"a text in quotes is broken: {what}") from None
        if _LONE.search(value):
            message = "half of a character (a lone surrogate) stands in this value"
            self.findings.append(SURROGATE.at(_at(self.text, offset, self.file, pointer), message))
            value = _LONE.sub("\N{REPLACEMENT CHARACTER}", value)
        return value, after

    def space(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def fail(self, offset: int, message: str) -> None:
        """Stop at a place where the rules of JSON are broken, or where the text ends."""
        if offset >= len(self.text):
            raise _Stop(TRUNCATED, offset, "the document ends before it is complete")
        rest = self.text[offset : offset + 9]
        if rest and offset + len(rest) == len(self.text) and _begins_word(rest):
            raise _Stop(TRUNCATED, offset, "the document ends inside a word")
        if offset == self.space(0) and rest.startswith("<"):
            raise _Stop(NOT_JSON, offset, "the file begins with '<': it holds XML, not JSON")
        found = self.text[offset : offset + 12].splitlines()[0] if self.text[offset:] else ""
        # Words are not shown: what stands here may be a key that nobody else should see.
        signs = re.match(r"[^\w\s]*", found)
        shown = repr(signs[0]) if signs and signs[0] else "a word without quotes"
        if self.text[offset - 1 : offset] == '"' and shown.startswith("a word"):
            shown += ' (a quotation mark within a text is written \\")'
        elif literal := _PYTHON.match(found):
            shown = f"{literal[0]}, which JSON writes {_LITERALS[literal[0]]}"
        raise _Stop(NOT_JSON, offset, f"{message}; found {shown}")
