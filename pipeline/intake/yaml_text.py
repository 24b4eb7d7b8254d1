"""YAML as plain values with the place of each; scalars stay the text that was written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Finding, Location, declare
from pipeline.intake.json_text import DEEP, REPEATED_KEY, TRAILING
from pipeline.select import join

NOT_YAML = declare(
    "SUB160",
    "document-not-yaml",
    "error",
    """The document breaks the rules of YAML and cannot be read past that place.

    To fix: mend the named line; indentation with tabs, and a colon in a text without quotes, are
    usual causes.
    """,
)
DEEPEST = 100
MOST = 200_000
"""Values of one document, repeated ones counted each time; far more than any study has."""
_UNFIT = "the line does not fit those above: other indentation, or a quote or bracket left open"
_BLOCKS = frozenset("|>")
"""Styles of texts that YAML itself ends with a line end."""
_COLON = "a colon stands in a text without quotes"
_VALUE = re.compile(r"\s*(?:- )?(?:[^\s:#\"'\[{][^:#\"'\[{]*:\s+)?([\"'\[{])")
"""How a value begins that holds a mark of YAML."""
_MERGE = "tag:yaml.org,2002:merge"
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass
class Parsed:
    """A document's value (None when unreadable) with the places of everything in it."""

    file: str
    value: Any = None
    readable: bool = False
    positions: dict[str, Location] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def parse(text: str, file: str) -> Parsed:
    """Mappings, lists and texts of a YAML document; never raises for its content.

    Numbers, dates and truth values are the text as written; what is written as null is None. The
    line end that closes a block of text is no part of it.
    """
    import yaml

    parsed = Parsed(file)
    try:
        if not _shallow(text, parsed):
            return parsed
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
    except yaml.composer.ComposerError as fault:
        mark = fault.problem_mark
        code, problem = (
            (TRAILING, "a second document starts here")
            if "single document" in str(fault.context)
            else (NOT_YAML, str(fault.problem))
        )
        parsed.findings.append(code.at(_at(file, mark), problem))
        return parsed
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        problem = _in_words(str(fault.problem or fault.context), text, mark)
        where = _at(file, mark)
        if glued := _glued(problem, text, where.line or 0):
            problem = f"no blank stands behind the colon of '{glued[1]}'"
            column = glued.end(1) + 1
            where = where.model_copy(update={"line": (where.line or 0) - 1, "column": column})
        message = f"the rules of YAML are broken here: {problem}"
        parsed.findings.append(NOT_YAML.at(where, message))
        return parsed
    except yaml.YAMLError as fault:
        reason = str(fault).splitlines()[0]
        message = f"the rules of YAML are broken: {reason}"
        parsed.findings.append(NOT_YAML.at(Location(file=file), message))
        return parsed
    parsed.value = _Values(parsed).value(node, "") if node is not None else None
    parsed.readable = True
    return parsed


_WORDS = (
    ("mapping values are not allowed", _COLON),
    ("did not find expected key", _UNFIT),
    ("did not find expected '-'", _UNFIT),
    ("did not find expected <document start>", _UNFIT),
    ("could not find expected ':'", "a name stands here without a colon behind it"),
    ("unexpected end of stream", "a quote is not closed before the end of the document"),
    ("did not find expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("found undefined alias", "a text that begins with '*' is not in quotes"),
    ("found unknown escape", "a backslash stands in double quotes; single quotes take it as it is"),
)
"""What the reader's own words mean to people who write YAML by hand."""


def _glued(problem: str, text: str, number: int) -> re.Match[str] | None:
    """A name and a value without a blank between them, which make the next line go on there."""
    lines = text.splitlines()
    above = lines[number - 2] if problem == _COLON and 1 < number <= len(lines) else ""
    return re.match(r"\s*(?:- )?([A-Za-z][\w ]*):(?=[^\s/])", above)


def _in_words(problem: str, text: str, mark: Any) -> str:
    """What breaks the rules, in words for people; what the reader says where none are known."""
    lines = text.splitlines()
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    if "did not find expected" in problem and (begun := _VALUE.match(line)):
        sign, end = begun[1], mark.column
        if sign in "\"'" and line[end - 1 : end] == sign and end > begun.start(1) + 1:
            kind = "double" if sign == '"' else "single"
            return f"a text in {kind} quotes has one within it, which ends it before its end"
        if sign in "[{" and "," not in line[begun.start(1) : end]:
            return f"a text that begins with '{sign}' is not in quotes"
    if "cannot start any token" in problem and mark is not None:
        sign = line[mark.column : mark.column + 1]
        if sign == "\t" or "\t" in line[: mark.column]:
            return "a tab stands where YAML takes spaces only"
        return f"a text that begins with '{sign}' is not in quotes" if sign else problem
    named = re.match(r"(\s*)(?:- )?[A-Za-z][\w ]*:", line)
    if "mapping values" in problem and named is not None and named.end() == mark.column + 1:
        above = lines[mark.line - 1] if mark.line else ""
        if len(named[1]) > len(above) - len(above.lstrip()):
            return "the line stands further right than the one above it, whose value goes on here"
    return next((words for said, words in _WORDS if said in problem), problem)


def _at(file: str, mark: Any, pointer: str | None = None) -> Location:
    if mark is None:
        return Location(file=file, pointer=pointer)
    return Location(file=file, pointer=pointer, line=mark.line + 1, column=mark.column + 1)


def _shallow(text: str, parsed: Parsed) -> bool:
    """Whether a document is nested no deeper than a reader that calls itself can follow."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            message = f"more than {DEEPEST} values are open here"
            parsed.findings.append(DEEP.at(_at(parsed.file, event.start_mark), message))
            return False
    return True


class _Values:
    """Turns nodes into values; an alias is read each time it is named, within bounds."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.seen = 0
        self.open: set[int] = set()

    def value(self, node: Any, at: str) -> Any:
        """The value of a node, noting where it stands."""
        import yaml

        self.seen += 1
        self.parsed.positions[at] = _at(self.parsed.file, node.start_mark, at)
        if isinstance(node, yaml.ScalarNode):
            plain = node.style is None or node.style == ""
            if node.style in _BLOCKS:
                return str(node.value).rstrip("\n")
            return None if plain and node.value in _NOTHING else str(node.value)
        if id(node) in self.open or self.seen > MOST:
            if self.seen <= MOST + 1:
                message = "a value holds itself, or is repeated without end"
                self.parsed.findings.append(DEEP.at(self.parsed.positions[at], message))
            return None
        self.open.add(id(node))
        made: Any
        if isinstance(node, yaml.SequenceNode):
            made = [self.value(one, join(at, index)) for index, one in enumerate(node.value)]
        else:
            made = self.merged(node, at)
            own: set[str] = set()
            for key_node, value_node in node.value:
                if self.seen > MOST:
                    break
                if key_node.tag == _MERGE:
                    continue
                key = str(key_node.value)[:200]
                here = join(at, key)
                if key in own:
                    message = f"the key '{key}' occurs twice; only the last one was read"
                    where = _at(self.parsed.file, key_node.start_mark, here)
                    self.parsed.findings.append(REPEATED_KEY.at(where, message, value=key))
                own.add(key)
                made[key] = self.value(value_node, here)
        self.open.discard(id(node))
        return made

    def merged(self, node: Any, at: str) -> dict[str, Any]:
        """What a mapping takes over from others by `<<` (YAML 1.1); the first one named wins."""
        here = self.parsed.positions[at]
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                given = self.value(value_node, at)
                for one in given if isinstance(given, list) else [given]:
                    for name, taken in (one if isinstance(one, dict) else {"<<": one}).items():
                        made.setdefault(name, taken)
        self.parsed.positions[at] = here
        return made
