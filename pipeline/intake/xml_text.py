"""XML as plain values with the line of each; no entity, address or file of it is followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Finding, Location, declare
from pipeline.intake.json_text import DEEP
from pipeline.select import join

NOT_XML = declare(
    "SUB161",
    "document-not-xml",
    "error",
    """The document breaks the rules of XML, or defines entities of its own, and cannot be read.

    To fix: mend the named line; a tag that is not closed is a usual cause.
    """,
)
DEEPEST = 100


@dataclass
class Parsed:
    """The root's name and value (None when unreadable) with the places of everything in it."""

    file: str
    root: str = ""
    value: Any = None
    readable: bool = False
    positions: dict[str, Location] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def parse(data: bytes, file: str) -> Parsed:
    """An element is a mapping of its attributes and children (a list where a name is repeated).

    The text of an element that has attributes or children stands under `#text`.
    """
    from lxml import etree

    parsed = Parsed(file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None)
        reason = str(fault).splitlines()[0] if str(fault) else "no element"
        where = Location(file=file, line=line)
        parsed.findings.append(NOT_XML.at(where, f"the rules of XML are broken: {reason}"))
        return parsed
    if root.getroottree().docinfo.internalDTD is not None:
        where = Location(file=file)
        parsed.findings.append(NOT_XML.at(where, "the document has a definition of types (DTD)"))
        return parsed
    parsed.root = _name(root)
    parsed.value = _value(root, "", 0, parsed)
    parsed.readable = not parsed.findings
    return parsed


def _value(element: Any, at: str, depth: int, parsed: Parsed) -> Any:
    parsed.positions[at] = Location(file=parsed.file, pointer=at, line=element.sourceline)
    if depth > DEEPEST:
        parsed.findings.append(DEEP.at(parsed.positions[at], "elements are nested too deep"))
        return None
    children = [child for child in element if isinstance(child.tag, str)]
    text = (element.text or "").strip()
    made: dict[str, Any] = {str(key): value for key, value in element.attrib.items()}
    if not children and not made:
        return text or None
    for child in children:
        name = _name(child)
        repeated = sum(_name(other) == name for other in children) > 1
        if repeated:
            listed = made.setdefault(name, [])
            listed.append(_value(child, join(at, name, len(listed)), depth + 1, parsed))
        else:
            made[name] = _value(child, join(at, name), depth + 1, parsed)
    if text:
        made["#text"] = text
    return made


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
