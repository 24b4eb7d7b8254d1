"""The JSON forms of PageTab (published and extended) as a tree of sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Code, Finding, declare
from pipeline.intake.json_text import DEEP, Number
from pipeline.intake.pagetab_tree import (
    NO_NAME,
    NO_SECTION,
    NO_TYPE,
    WRONG_TYPE,
    Attribute,
    File,
    Link,
    Qualifier,
    Section,
    Tree,
)
from pipeline.select import join
from pipeline.submission import SourceMap

MISSPELT_KEY = declare(
    "SUB110",
    "key-misspelt",
    "error",
    """A key of the document differs from PageTab's in its letters, so programs do not see it.

    To fix: write the key as PageTab does; capitals count.
    """,
)
NOT_TEXT = declare(
    "SUB112",
    "value-not-text",
    "warning",
    """A value is a bare number or a bare word; it was read as the text that stands there.

    To fix: put the value in double quotes.
    """,
)
FLAG = declare(
    "SUB113",
    "reference-flag-not-boolean",
    "warning",
    """The reference flag of an attribute is neither true nor false; it was read by its meaning.

    To fix: write `true` or `false` without quotes.
    """,
)
DEEPEST_SECTION = 20
TOP_KEYS = frozenset({"accno", "attributes", "section", "type"})
SECTION_KEYS = frozenset({"accno", "attributes", "files", "links", "subsections", "type"})
LINK_KEYS = frozenset({"attributes", "url"})
ATTRIBUTE_KEYS = frozenset({"name", "value", "reference", "valqual", "nmqual"})


@dataclass
class Reader:
    """Reads the JSON forms of PageTab (published and extended), collecting faults."""

    source_map: SourceMap
    findings: list[Finding] = field(default_factory=list)
    extended: bool = False
    """Whether the document is in the extended form, which has keys of its own."""

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        """Note a fault at a place of the document."""
        self.findings.append(code.at(self.source_map.position(at), message, **more))

    def tree(self, document: Any) -> Tree | None:
        """The tree of a parsed document, or None when it is no object."""
        if not isinstance(document, dict):
            self.wrong("", "the document", "an object", document)
            return None
        self.extended = not document.keys().isdisjoint(_EXTENDED)
        self.keys(document, TOP_KEYS, "")
        self.text(document.get("type"), "/type", "the document's type")
        key = "accno" if "accno" in document else "accNo"
        accession = self.text(document.get(key), join("", key), "the accession")
        listed = _own(document, "attributes", TOP_KEYS, list)
        attributes = self.attributes(document.get(listed), join("", listed))
        attributes += _extended(document)
        below = _own(document, "section", TOP_KEYS, dict)
        root = document.get(below)
        if root is None:
            at = "/section" if "section" in document else ""
            message = "the document has no root section"
            if isinstance(document.get("submissions"), list):
                message = "the document is a list of 'submissions', not one with its 'section'"
            self.flag(NO_SECTION, at, message)
            section = None
        else:
            section = self.section(root, join("", below), 0)
        self.findings = _together(self.findings)
        return Tree(accession, attributes, section, join("", key))

    def keys(self, home: dict[str, Any], known: frozenset[str], at: str) -> None:
        """Note keys that nearly are PageTab's, where the right one is absent."""
        if home.keys() <= known:
            return
        for key in sorted(home.keys() - known):
            meant = _meant(key, known)
            own = key == "accNo" and (self.extended or not at)
            if meant is not None and meant not in home and not own:
                message = f"the key '{key}' is not PageTab's '{meant}'"
                self.flag(MISSPELT_KEY, join(at, key), message, value=key)

    def section(self, value: Any, at: str, depth: int) -> Section | None:
        """One section with all below it."""
        if not isinstance(value, dict):
            self.wrong(at, "a section", "an object", value)
            return None
        self.keys(value, SECTION_KEYS, at)
        if depth == DEEPEST_SECTION:
            message = f"sections are nested more than {DEEPEST_SECTION} deep here"
            self.flag(DEEP, at, message, severity="warning")
        typed = _own(value, "type", SECTION_KEYS)
        kind = self.text(value.get(typed), join(at, typed), "the section's type")
        if kind is None:
            self.flag(NO_TYPE, f"{at}/type", "a section has no type")
        key = "accno" if "accno" in value else "accNo"
        accession = self.text(value.get(key), f"{at}/{key}", "the section's accession")
        below = "sections" if "sections" in value else "subsections"
        below = "subsections" if "subsections" in value else _own(value, below, SECTION_KEYS)
        listed = _own(value, "attributes", SECTION_KEYS, list)
        attributes = self.attributes(value.get(listed), join(at, listed))
        file_list = value.get("fileList")
        if isinstance(file_list, dict) and isinstance(file_list.get("fileName"), str):
            name_at = f"{at}/fileList/fileName"
            name = _list_name(file_list)
            attributes += (Attribute("File List", name, name_at, value_at=name_at),)
        return Section(
            type=kind or "",
            accession=accession,
            at=at,
            attributes=attributes,
            links=tuple(self.link(link, place) for link, place in self.rows(value, "links", at)),
            files=tuple(
                made
                for one, place in self.rows(value, "files", at)
                if (made := self.file(one, place)) is not None
            ),
            sections=tuple(
                child
                for one, place in self.rows(value, below, at)
                if (child := self.section(one, place, depth + 1)) is not None
            ),
        )

    def rows(self, home: dict[str, Any], key: str, at: str) -> Sequence[tuple[Any, str]]:
        """The objects of a list with their pointers; tables (lists in the list) are unfolded."""
        value = home.get(key)
        if value is None:
            return ()
        place = f"{at}/{key}"
        if not isinstance(value, list):
            self.wrong(place, f"'{key}'", "a list", value)
            return ()
        rows: list[tuple[Any, str]] = []
        for index, entry in enumerate(value):
            here = f"{place}/{index}"
            inner = _TABLES.get(str(entry.get("extType"))) if isinstance(entry, dict) else None
            if isinstance(entry, list):
                rows += [(one, f"{here}/{n}") for n, one in enumerate(entry)]
            elif inner:
                rows += self.rows(entry, inner, here)
            else:
                rows.append((entry, here))
        good = [(one, here) for one, here in rows if isinstance(one, dict)]
        for one, here in rows:
            if not isinstance(one, dict):
                self.wrong(here, f"an entry of '{key}'", "an object", one)
        return good

    def attributes(self, value: Any, at: str) -> tuple[Attribute, ...]:
        """A list of attributes."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(at, "the attributes", "a list of name and value pairs", value)
            return tuple(_named(value, at)) if isinstance(value, dict) else ()
        made: list[Attribute] = []
        for index, entry in enumerate(value):
            here = f"{at}/{index}"
            # A name and a text and nothing else, as most attributes are.
            if type(entry) is dict and len(entry) == 2:
                name, text = entry.get("name"), entry.get("value")
                if type(name) is str and type(text) is str and name.strip():
                    value_at = f"{here}/value"
                    said = text if text.strip() else None
                    made.append(Attribute(name, said, here, False, (), (), value_at))
                    continue
            if isinstance(entry, dict) and _texts(entry.get("value")):
                name = entry.get("name")
                self.wrong(f"{here}/value", f"the value of '{name}'", "text", entry["value"])
                made += _named({str(name): entry["value"]}, here, value="value")
                continue
            if (one := self.attribute(entry, here)) is not None:
                made.append(one)
        return tuple(made)

    def attribute(self, value: Any, at: str) -> Attribute | None:
        """One attribute, or None when it has no name."""
        if not isinstance(value, dict):
            self.wrong(at, "an attribute", "an object with name and value", value)
            return None
        self.keys(value, ATTRIBUTE_KEYS, at)
        called, said = (_own(value, key, ATTRIBUTE_KEYS) for key in ("name", "value"))
        where, value_at = join(at, called), join(at, said)
        name = self.text(value.get(called), where, "the attribute's name")
        if name is None:
            self.flag(NO_NAME, where, "an attribute has no name", value=_plain(value.get(said)))
            return None
        flag = value.get("reference", value.get("isReference", False))
        if flag is not None and type(flag) is not bool:
            message = f"the reference flag of '{name}' is {flag!r}, not true or false"
            self.flag(FLAG, f"{at}/reference", message, value=str(flag))
            flag = str(flag).strip().casefold() == "true"
        return Attribute(
            name=name,
            value=self.text(value.get(said), value_at, f"the value of '{name}'"),
            at=at,
            value_at=value_at,
            reference=bool(flag),
            qualifiers=self.qualifiers(value, "valqual", "valueAttrs", at),
            name_qualifiers=self.qualifiers(value, "nmqual", "nameAttrs", at),
        )

    def qualifiers(
        self, value: dict[str, Any], key: str, extended: str, at: str
    ) -> tuple[Qualifier, ...]:
        """The qualifiers of an attribute's value or name."""
        key = key if key in value else extended
        given = value.get(key)
        if given is None:
            return ()
        place = f"{at}/{key}"
        if not isinstance(given, list):
            self.wrong(place, f"'{key}'", "a list of name and value pairs", given)
            return ()
        made = (self.attribute(entry, f"{place}/{index}") for index, entry in enumerate(given))
        return tuple(Qualifier(one.name, one.value, one.at) for one in made if one is not None)

    def link(self, value: dict[str, Any], at: str) -> Link:
        """One link; a blank address is kept as empty text."""
        self.keys(value, LINK_KEYS, at)
        url = self.text(value.get("url"), f"{at}/url", "the link's address") or ""
        return Link(url, self.attributes(value.get("attributes"), f"{at}/attributes"), at)

    def file(self, value: dict[str, Any], at: str) -> File | None:
        """One file named by a section directly."""
        path = value.get("path", value.get("filePath"))
        if isinstance(path, Number):
            path = self.text(path, f"{at}/path", "a file's path")
        if not isinstance(path, str):
            self.wrong(f"{at}/path", "a file's path", "text", path)
            return None
        size = value.get("size")
        if size is not None and not str(size).isdecimal():
            self.wrong(f"{at}/size", "a file's size", "a number of bytes", size)
        kind = value.get("type")
        return File(
            path=path,
            size=int(size) if isinstance(size, Number) and size.isdecimal() else None,
            kind=str(kind) if isinstance(kind, str) else None,
            attributes=self.attributes(value.get("attributes"), f"{at}/attributes"),
            at=at,
        )

    def text(self, value: Any, at: str, what: str) -> str | None:
        """A text value; blank is None; numbers and words are read as they stand."""
        if value is None:
            return None
        if type(value) is str:
            return value if value.strip() else None
        if isinstance(value, Number | bool):
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            message = f"{what} is written as bare {shown[:40]}, not as text"
            self.flag(NOT_TEXT, at, message, value=shown[:200])
            return shown
        if not isinstance(value, str):
            self.wrong(at, what, "text", value)
            return None
        return value if value.strip() else None

    def wrong(self, at: str, what: str, expected: str, value: Any) -> None:
        """Note a part of another structure."""
        self.flag(WRONG_TYPE, at, f"{what} should be {expected}, found {_kind(value)}")


def _own(home: dict[str, Any], wanted: str, known: frozenset[str], of: type = object) -> str:
    """The key under which an object has what is wanted: PageTab's own, or a slip of it."""
    if wanted in home or home.keys() <= known:
        return wanted
    slips = (key for key in home if key not in known and _meant(key, known) == wanted)
    return next((key for key in slips if isinstance(home[key], of)), wanted)


def _texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and bool(value) and all(type(one) is str for one in value)


def _named(pairs: dict[str, Any], at: str, value: str | None = None) -> Iterator[Attribute]:
    """Attributes of an object of names and texts; `value` is the key of a list of texts."""
    for name, given in pairs.items():
        here = join(at, value or name)
        if type(given) is str:
            text = given if given.strip() else None
            yield Attribute(name, text, here, value_at=here)
        elif _texts(given):
            for n, one in enumerate(given):
                yield Attribute(name, one, at if value else here, value_at=join(here, n))


_ALIKE = 3
"""More findings of one structure than this are told as one."""


def _together(findings: list[Finding]) -> list[Finding]:
    """Faults of structure that a program made all over a document, told once with a count."""
    same: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        same.setdefault((one.code, one.message), []).append(one)
    told: list[Finding] = []
    for (code, message), some in same.items():
        if len(some) <= _ALIKE or code not in _STRUCTURAL:
            told += some
            continue
        samples = tuple({"pointer": one.location.pointer} for one in some[:5])
        update = {
            "message": f"{message}; {len(some) - 1} more like this",
            "count": len(some),
            "samples": samples,
        }
        told.append(some[0].model_copy(update=update))
    return told


_STRUCTURAL = frozenset({MISSPELT_KEY.code, WRONG_TYPE.code, NO_NAME.code, NO_TYPE.code})


def _extended(document: dict[str, Any]) -> tuple[Attribute, ...]:
    """What BioStudies' extended form keeps beside the attributes, as the published form has it."""
    named = {
        "Title": document.get("title"),
        "ReleaseDate": document.get("releaseTime"),
        "RootPath": document.get("rootPath"),
        "DOI": document.get("doi"),
    }
    keys = {"Title": "title", "ReleaseDate": "releaseTime", "RootPath": "rootPath", "DOI": "doi"}
    given = document.get("attributes")
    present = {
        str(a.get("name")).casefold()
        for a in (given if isinstance(given, list) else ())
        if isinstance(a, dict)
    }
    made = [
        Attribute(name, str(value), join("", keys[name]), value_at=join("", keys[name]))
        for name, value in named.items()
        if isinstance(value, str) and value.strip() and name.casefold() not in present
    ]
    made = [
        Attribute(a.name, a.value.removesuffix("T00:00:00Z"), a.at, value_at=a.value_at)
        if a.name == "ReleaseDate" and a.value
        else a
        for a in made
    ]
    collections = document.get("collections")
    if isinstance(collections, list):
        for index, one in enumerate(collections):
            if isinstance(one, dict) and isinstance(one.get("accNo"), str):
                at = join("/collections", index, "accNo")
                made.append(Attribute("AttachTo", str(one["accNo"]), at, value_at=at))
    return tuple(made)


def _list_name(file_list: dict[str, Any]) -> str:
    """The name of a file list, whose extension the extended form has in its copies alone.

    Before BioStudies has written the copies it gives the address of the files; its JSON form then
    names the list `<name>.json`.
    """
    name = str(file_list["fileName"])
    if name.endswith((".tsv", ".json", ".xlsx")):
        return name
    copies = file_list.get("pageTabFiles")
    if isinstance(copies, list) and copies:
        names = {str(one.get("fileName")) for one in copies if isinstance(one, dict)}
        return next((made for end in ("tsv", "json") if (made := f"{name}.{end}") in names), name)
    bare = "." not in name[-6:]
    return f"{name}.json" if bare and isinstance(file_list.get("filesUrl"), str) else name


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Number):
        return f"the number {value[:40]}"
    names = {dict: "an object", list: "a list", bool: "true or false", str: "text"}
    return names.get(type(value), type(value).__name__)


def _plain(value: Any) -> str | None:
    return str(value)[:200] if isinstance(value, str) else None


_EXTENDED = frozenset(
    {"accNo", "collections", "relPath", "released", "schemaVersion", "secretKey", "storageMode"}
)
"""Keys at the top of BioStudies' extended form alone."""
_TABLES = {"sectionsTable": "sections", "filesTable": "files", "linksTable": "links"}
"""Tables of the extended form, each with the key of its rows."""
_SYNONYMS = {
    "accession": "accno",
    "key": "name",
    "label": "name",
    "val": "value",
    "children": "subsections",
    "properties": "attributes",
    "sub_sections": "subsections",
    "sub-sections": "subsections",
}
"""Keys that other programs have for what PageTab calls otherwise."""


def _meant(key: str, known: frozenset[str]) -> str | None:
    """The key that another one is a slip of: in its capitals, its end, or one letter lost."""
    told = key.casefold()
    if _SYNONYMS.get(told) in known:
        return _SYNONYMS[told]
    for one in sorted(known):
        lost = any(one[:n] + one[n + 1 :] == told for n in range(len(one)))
        if told in (one, one + "s") or lost or (len(told) > 2 and one.startswith(told)):
            return one
    return None
