"""PageTab as a tree of sections, whatever file it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.findings import declare

WRONG_TYPE = declare(
    "SUB111",
    "structure-wrong",
    "error",
    """A part of the document has another structure than PageTab gives it, so it cannot be read.

    To fix: write it as PageTab does: attributes, links, files and subsections are lists of objects.
    Write the blocks of a REMBI document as its template has them.
    """,
)
NO_SECTION = declare(
    "SUB001",
    "root-section-missing",
    "error",
    """The document has no root section, so there is no study in it.

    To fix: give the study as `section` with its type, attributes and subsections.
    """,
)
NO_TYPE = declare(
    "SUB002",
    "section-without-type",
    "error",
    """A section does not say what it is; BioStudies refuses such a document.

    To fix: give the section its type, such as 'Biosample' or 'Study Component'.
    """,
)
NO_NAME = declare(
    "SUB003",
    "attribute-without-name",
    "error",
    """An attribute has no name, so its value cannot be understood; BioStudies refuses it.

    To fix: name the attribute, or take it out.
    """,
)


class Qualifier(NamedTuple):
    """A qualifier of a value (or of an attribute's name)."""

    name: str
    value: str | None
    at: str


class Attribute(NamedTuple):
    """A name with its value as written; `value` is None when it is absent or blank."""

    name: str
    value: str | None
    at: str
    reference: bool = False
    qualifiers: tuple[Qualifier, ...] = ()
    name_qualifiers: tuple[Qualifier, ...] = ()
    value_at: str = ""


class Link(NamedTuple):
    """A link with its attributes."""

    url: str
    attributes: tuple[Attribute, ...]
    at: str


class File(NamedTuple):
    """A file that a section names directly; `size` in bytes."""

    path: str
    size: int | None
    kind: str | None
    attributes: tuple[Attribute, ...]
    at: str
    path_at: str | None = None
    """Where the path stands, if not under `path`."""


class Section(NamedTuple):
    """A section of any type with all that stands in it."""

    type: str
    accession: str | None
    at: str
    attributes: tuple[Attribute, ...] = ()
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is said in it."""
        return not (
            any(a.value is not None for a in self.attributes)
            or self.links
            or self.files
            or any(not section.empty for section in self.sections)
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole document: what stands at the submission's level, and the root section."""

    accession: str | None
    attributes: tuple[Attribute, ...]
    section: Section | None
    accession_at: str = "/accno"
