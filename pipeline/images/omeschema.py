"""OME-XML against the schema of its version; what is wrong, in plain words and with its place."""

from __future__ import annotations

import copy
import io
import re
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.images import omefaults
from pipeline.images.facts import Facts
from pipeline.images.omeagree import local

MOST_FLAGS = 5
MOST_ERRORS = 50
"""Errors of the schema that are looked at."""
MOST_CHILDREN = 100
"""Children of one element that are looked at in a document with more errors."""


def place(node: Any, attribute: str | None = None) -> str:
    """The XPath-like place of an element: /OME/Image[1]/Pixels/@Type.

    What the schema lets stand several times has its number, even where it stands once.
    """
    parts: list[str] = []
    if attribute:
        parts.append("@" + attribute)
    while node is not None:
        name = local(node)
        parent = node.getparent()
        if parent is not None:
            alike = [other for other in parent if local(other) == name]
            if name in _repeated() or len(alike) > 1:
                name += f"[{alike.index(node) + 1}]"
        parts.append(name)
        node = parent
    return "/" + "/".join(reversed(parts))


@cache
def _xsd_bytes() -> bytes:
    """The OME 2016-06 schema that ome-types carries; the package itself is not imported."""
    from importlib.util import find_spec

    spec = find_spec("ome_types")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in sorted(Path(folder).glob("*.xsd")):
            return found.read_bytes()
    return b""


@cache
def _xsd() -> Any:
    from lxml import etree

    data = _xsd_bytes()
    return etree.XMLSchema(etree.fromstring(data)) if data else None


@cache
def _repeated() -> frozenset[str]:
    """Elements of which the schema allows several in one place."""
    many = r'<xsd:element\s+(?:name|ref)="(\w+)"[^>]*maxOccurs="unbounded"'
    return frozenset(re.findall(many, _xsd_bytes().decode())) | {"Image"}


@cache
def _names() -> frozenset[str]:
    return frozenset(re.findall(r'<xsd:element\s+name="(\w+)"', _xsd_bytes().decode()))


@cache
def _older_names() -> frozenset[str]:
    """Element names of older OME schemas, as the transforms that ome-types carries name them."""
    from importlib.util import find_spec

    spec = find_spec("ome_types")
    found: set[str] = set()
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for one in Path(folder, "transforms").glob("*.xsl"):
            found.update(re.findall(r"\b[A-Z]\w+", one.read_text("utf-8", "replace")))
    return _names() | found


def unknown(root: Any, facts: Facts) -> None:
    """Flag the first element that no OME schema knows, in a document of an older one."""
    known = _older_names()
    nodes = deque(root)
    looked = 0
    while nodes and looked < 20_000:
        node = nodes.popleft()
        looked += 1
        name = local(node)
        if not name or "openmicroscopy" not in str(node.tag) or name == "Value":
            continue
        if name not in known:
            facts.flag(
                omefaults.OME_FORM,
                f"no OME schema has an element {name!r}",
                pointer=place(node),
                line=node.sourceline,
                value=name,
            )
            return
        nodes.extend(node)


def _errors(data: bytes, schema: Any) -> tuple[list[str], bool]:
    """What breaks the schema, at least so many as are told in full, and whether that is all.

    The stream is checked as it is parsed, for checking a tree takes time that grows with the
    square of the number of errors: each is told with its path among its siblings.
    """
    from lxml import etree

    parts = etree.iterparse(
        io.BytesIO(data), events=("end",), schema=schema, resolve_entities=False, no_network=True
    )
    whole = True
    try:
        for number, (_, node) in enumerate(parts):
            node.clear()
            if number % 64 == 0 and len(parts.error_log) > MOST_ERRORS:
                whole = False
                break
    except etree.XMLSyntaxError:
        pass  # so it says at the end that the document is not valid
    return [str(error.message) for error in parts.error_log[: MOST_ERRORS + 1]], whole


def _beginnings(root: Any) -> Any:
    """A copy of a document in which no element has more than its first children."""
    kept = copy.deepcopy(root)
    for node in kept.iter():
        if len(node) > MOST_CHILDREN:
            del node[MOST_CHILDREN:]
    return kept


def check(data: bytes, root: Any, facts: Facts, alone: bool) -> None:
    """Flag what breaks the schema of 2016-06; a document by itself (`alone`) must be valid."""
    schema = _xsd()
    if schema is None:
        return
    errors, whole = _errors(data, schema)
    if not errors:
        return
    whole = whole and len(errors) <= MOST_ERRORS
    if not whole:
        root = _beginnings(root)
    schema.validate(root)
    log = list(schema.error_log)
    if not whole or alone:
        # what a reference names may be left out; in a document by itself each has its own place
        log = [error for error in log if "No match found for key-sequence" not in error.message]
    _tell(root, log[:MOST_ERRORS], facts, alone)
    if not whole:
        text = re.sub(r"\{http[^}]*\}", "", errors[0])
        facts.flag(
            omefaults.OME_FORM,
            f"the OME-XML breaks the schema in more than {MOST_ERRORS} places, of which only the "
            f"first were looked at: {text}",
            pointer="/OME",
            value=MOST_ERRORS,
        )


def _tell(root: Any, log: list[Any], facts: Facts, alone: bool) -> None:
    """Flag errors of the schema, one for each place; a document by itself has to be valid."""
    told: set[str] = set()
    for error in log:
        found = root.xpath(error.path) if error.path else []
        node = found[0] if isinstance(found, list) and found else root
        if not hasattr(node, "tag"):
            node = node.getparent()
        message = re.sub(r"\{http[^}]*\}", "", error.message)
        attribute = re.search(r"attribute '(\w+)'", message)
        where = place(
            node, attribute[1] if attribute and "required but missing" not in message else None
        )
        # of an ID out of form, libxml2 says a second time that the element has none
        twice = "key identity-constraint" in message and place(node, "ID") in told
        if where in told or twice:
            continue
        told.add(where)
        grave = alone or _grave(node, message)
        code = omefaults.OME_SCHEMA if grave else omefaults.OME_FORM
        text = _elsewhere(node, root) if "This element is not expected" in message else None
        facts.flag(code, text or _plain(message), pointer=where, line=error.line or None)
        if len(told) >= MOST_FLAGS:
            return


def _elsewhere(node: Any, root: Any) -> str | None:
    """What is wrong with an element of another namespace than the document's; None in its own."""
    space = node.tag.partition("}")[0].lstrip("{") if "}" in str(node.tag) else ""
    if root.tag.startswith(f"{{{space}}}"):
        return None
    said = f"is of the namespace {space!r}" if space else "has no namespace"
    return f"Element '{local(node)}' {said}, unlike the OME element."


def _grave(node: Any, message: str) -> bool:
    """Whether a reader must stumble: pixels not described, ids out of form, unknown elements."""
    name = local(node)
    if "This element is not expected" in message:
        return name not in _names()
    if name == "Image" and "Missing child element" in message:
        return True
    if name == "Pixels":
        return "attribute" in message
    return name == "Image" and "attribute 'ID'" in message


_WORDED = (
    (r"\[facet '\w+'\] ", ""),
    (
        r"is not a valid value of the atomic type 'PositiveInt'",
        "is no whole number from 1 to 2147483647",
    ),
    (r"is not a valid value of the atomic type 'NonNegativeInt'", "is no whole number from 0 on"),
    (r"is not a valid value of the atomic type 'PositiveFloat'", "is no number above 0"),
    (r"is not a valid value of the atomic type '(?:xs:)?(?:float|double)'", "is no number"),
    (r"is not a valid value of the atomic type '(?:xs:int|xs:long|Color)'", "is no whole number"),
    (r"is not a valid value of the atomic type 'xs:boolean'", "is neither true nor false"),
    (
        r"is not a valid value of the atomic type 'xs:dateTime'",
        "is no date and time such as 2026-03-01T12:00:00",
    ),
    (r" of the atomic type '(?:xs:)?(\w+)'", r" of the type \1"),
    (r"is not an element of the set \{(.*)\}", r"is none of \1"),
    (r"is not accepted by the pattern .*", "has not the form that the schema asks for."),
    (r"Duplicate key-sequence \['([^']*)'\] in .*", r"the ID '\1' is used twice."),
    (
        r"No match found for key-sequence \['([^']*)'\] of .*",
        r"refers to '\1', which is not there.",
    ),
    (r"Not all fields of key identity-constraint .*", "has no ID of the right form."),
    (
        r"This element is not expected\. Expected is (?:one of )?\( (.*) \)\.",
        r"it may not stand here; \1 may.",
    ),
    (r"This element is not expected\.", "it may not stand here."),
    (
        r"Missing child element\(s\)\. Expected is (?:one of )?\( (.*) \)\.",
        r"it lacks an element; of these there may be: \1.",
    ),
    (r"The value '([^']*)' must be greater than '([^']*)'", r"The value '\1' is not above \2"),
    (r"is less than the minimum value allowed \('([^']*)'\)", r"is below the least allowed, \1"),
    (
        r"Character content other than whitespace is not allowed .*",
        "holds text where only elements may stand.",
    ),
)
"""Words of libxml2 about a schema, and plain ones for them."""


_BROKEN = (
    (r", line \d+, column \d+", ""),
    (r"Start tag expected, '<' not found", "it does not begin as XML does, with '<'"),
    (r"xmlParseEntityRef: no name", "an '&' stands alone (write &amp;)"),
    (r"xmlParseCharRef: invalid xmlChar value \d+", "a control character is written out"),
    (r"AttValue: \" or ' expected", "the value of an attribute has no quotes"),
    (r"attributes construct error", "the quotes of an attribute do not close"),
    (r"Specification mandates value for attribute (\S+)", r"the attribute '\1' has no value"),
    (r"Premature end of data in tag (\S+) line (\d+)", r"the tag '\1' of line \2 is not closed"),
    (r"Excessive depth in document: (\d+).*", r"its elements are nested more than \1 deep"),
    (
        r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)",
        r"the tag '\1' of line \2 is closed by '\3'",
    ),
    (r"Extra content at the end of the document", "more text follows behind its end"),
)
"""Words of libxml2 about a document that is not well formed, and plain ones for them."""


def in_words(message: str) -> str:
    """Why a document is not well formed, in plain words."""
    for pattern, words in _BROKEN:
        message = re.sub(pattern, words, message)
    return message


def _plain(message: str) -> str:
    """An error of the schema in plain words."""
    for pattern, words in _WORDED:
        message = re.sub(pattern, words, message)
    return message
