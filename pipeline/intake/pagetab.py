"""From a PageTab tree to a submission's metadata, with a source map back to the document."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Finding, Operation, Severity, Suggestion, declare
from pipeline.identifiers import iso_date
from pipeline.intake.pagetab_children import take
from pipeline.intake.pagetab_objects import KEYS, Objects, plain
from pipeline.intake.pagetab_tree import Attribute, Section, Tree
from pipeline.intake.spellings import fold, meant_type, spellings
from pipeline.select import join, parent
from pipeline.submission import Metadata, SourceMap

NO_TITLE = declare(
    "SUB007",
    "nested-section-without-title",
    "error",
    """A REMBI section nested in its study component has no Title, so nothing can refer to it.

    The record calls it by its type and a running number.

    To fix: give the section a Title of its own.
    """,
)
NESTED = declare(
    "SUB115",
    "section-nested-in-component",
    "warning",
    """A REMBI section stands inside a study component, as older documents had it.

    It was read as a section of the study with an association that names it.

    To fix: move the section to the study and name it in the component's Associations.
    """,
)
SPREADSHEET = declare(
    "SUB148",
    "attribute-value-spreadsheet-error",
    "error",
    """A value is an error of a spreadsheet, such as #REF! or #N/A; what it should say is lost.

    The text of a formula, which was pasted in place of its result, is a warning.

    To fix: give the value itself.
    """,
)
TYPE_SLIP = declare(
    "SUB126",
    "section-type-nearly-known",
    "warning",
    """The type of a section is nearly one that the archive knows, and was read as that one.

    Other programs, such as the archive's own form, pass such a section by.

    To fix: write the type of the section as the form of the archive does.
    """,
)
STUDY_WITHIN = declare(
    "SUB207",
    "study-within-study",
    "error",
    """A second section of type Study stands in the document; a submission holds one study.

    To fix: submit each study by itself, or give the section the type that it has.
    """,
)
ACCNO_TWICE = declare(
    "SUB202",
    "section-accession-repeated",
    "error",
    """Two sections of the document carry the same accno, to which nothing refers.

    BioStudies refuses such a document in rows (TSV, XLSX); programs that look a section up by its
    accno find only one of the two.

    To fix: give each section an accno of its own.
    """,
)
AMBIGUOUS = declare(
    "SUB206",
    "referenced-accession-repeated",
    "error",
    """Two sections of the document carry the same accno, and an attribute refers to it.

    Which of the two is meant cannot be told, such as at which of two organisations an author works.

    To fix: give each section an accno of its own, and refer to the right one.
    """,
)

DATE = "release_date"
ACCOUNTS = KEYS | {"owner", "submitter", "accesstag", "accesstags"}
"""What BioStudies adds to a submission for itself; it is kept with the source alone."""


_FAILED = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|#{5,}")
_FORMULA = re.compile(r"=\s*(?:[A-Z][A-Z.]*\(|\$?[A-Z]{1,3}\$?\d+\b)")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Metadata with where each part stands, and what belongs to the source alone."""

    metadata: Metadata
    pointers: dict[str, str]
    source: dict[str, str]
    findings: tuple[Finding, ...]
    accessions: dict[str, str] = field(default_factory=dict)
    """The pointer of the section with each accno that stands in the document once."""


def map_tree(tree: Tree, source_map: SourceMap) -> Mapped:
    """The metadata of a PageTab tree; `source_map` locates document pointers."""
    return _Mapping(Objects(source_map)).document(tree)


@dataclass
class _Mapping:
    objects: Objects
    titles: dict[str, set[str]] = field(default_factory=dict)
    made_up: dict[str, int] = field(default_factory=dict)

    def document(self, tree: Tree) -> Mapped:
        metadata: Metadata = {}
        source: dict[str, str] = {}
        if tree.accession is not None:
            metadata["accession"] = tree.accession.strip()
            self.objects.pointers["/accession"] = tree.accession_at
        study_title = self.submission_level(tree, metadata, source)
        if tree.section is not None:
            metadata["study"] = self.study(tree.section)
        study = metadata.setdefault("study", {})
        if tree.section is not None:
            self.within(tree.section, tree.section)
            self.spreadsheet_errors(tree)
        if study_title is not None:
            self.title_from_above(study, metadata, study_title)
        if "release_date" in study:
            self.one_release_date(metadata, study)
        self.repeated_accessions()
        self.objects.hidden_in_names()
        self.objects.pointers[""] = ""
        known = self.objects.accessions.items()
        single = {accno: found[0].at for accno, found in known if len(found) == 1}
        found = tuple(self.objects.findings)
        return Mapped(metadata, self.objects.pointers, source, found, single)

    def submission_level(
        self, tree: Tree, metadata: Metadata, source: dict[str, str]
    ) -> Attribute | None:
        title: Attribute | None = None
        left: list[Attribute] = []
        for attribute in tree.attributes:
            key = fold(attribute.name)
            slot = spellings().submission.get(key)
            if key in ACCOUNTS:
                continue
            self.objects.named(attribute, "")
            if kept := spellings().source.get(key):
                source.setdefault(kept, (attribute.value or "").strip())
                self.objects.pointers.setdefault(join("", kept), attribute.value_at or attribute.at)
            elif slot == "doi" and (attribute.value or "true").strip().casefold() == "true":
                metadata["doi_requested"] = True
                self.objects.pointers["/doi_requested"] = attribute.at
            elif slot == "title" and title is None and attribute.value is not None:
                title = attribute
            elif slot is not None and slot != "title" and attribute.value is None:
                severity: Severity | None = "error" if slot == DATE else None
                self.objects.no_value(attribute, join("", slot), severity=severity)
                left.append(attribute)
            elif slot in ("release_date", "doi") and slot not in metadata:
                metadata[slot] = attribute.value
                self.objects.pointers[join("", slot)] = attribute.value_at
            elif slot is not None:
                first = title.value if slot == "title" and title else metadata.get(slot)
                self.objects.second_value(attribute, slot, first)
                left.append(self.later(attribute, metadata) if slot == DATE else attribute)
            else:
                if attribute.value is None:
                    self.objects.no_value(attribute, "")
                left.append(attribute)
        self.objects.leftovers(metadata, "", left)
        return title

    def within(self, root: Section, section: Section) -> None:
        """Flag sections of the root's type below the root: a second study in one document."""
        for child in section.sections:
            if fold(root.type) == "study" and fold(child.type) == "study" and not child.empty:
                message = "a second section of type Study stands within the study"
                self.objects.flag(STUDY_WITHIN, child.at, message)
            self.within(root, child)

    def spreadsheet_errors(self, tree: Tree) -> None:
        """Flag values that are an error of a spreadsheet, or the text of a formula."""
        todo = [tree.section] if tree.section else []
        attributes = list(tree.attributes)
        while todo:
            section = todo.pop()
            attributes += section.attributes
            todo += section.sections
        for one in attributes:
            if not one.value or one.value[0].isalnum():
                continue
            value = one.value.strip()
            if (told := spreadsheet_error(value)) is not None:
                what, grave = told
                message = f"the value of '{one.name}' is {what}"
                self.objects.flag(
                    SPREADSHEET, one.value_at, message, value=value[:200], severity=grave
                )

    def title_from_above(self, study: Metadata, metadata: Metadata, title: Attribute) -> None:
        """The submission's Title is the study's, where the study has none of its own."""
        if "title" not in study:
            study["title"] = title.value
            self.objects.pointers["/study/title"] = title.value_at
        elif plain(study["title"]) != plain(title.value):
            kept = metadata.setdefault("attributes", [])
            kept.append({"name": title.name, "value": title.value})
            self.objects.pointers[join("/attributes", len(kept) - 1)] = title.at
            self.objects.other_title(title, study["title"])

    def later(self, second: Attribute, metadata: Metadata) -> Attribute:
        """Of two release dates the later one holds; the other one is kept as an attribute."""
        first = metadata[DATE]
        if not _later(second.value, first):
            return second
        at = self.objects.pointers[f"/{DATE}"]
        metadata[DATE] = second.value
        self.objects.pointers[f"/{DATE}"] = second.value_at
        return Attribute(second.name, first, parent(at), value_at=at)

    def one_release_date(self, metadata: Metadata, study: Metadata) -> None:
        """A study's own release date stands apart only where it differs from the submission's."""
        place = "/study/release_date"
        if "release_date" not in metadata:
            metadata["release_date"] = study.pop("release_date")
            self.objects.pointers["/release_date"] = self.objects.pointers.pop(place)
        elif metadata["release_date"] == study["release_date"]:
            del study["release_date"]
            del self.objects.pointers[place]
        elif _later(study[DATE], metadata[DATE]):
            places = self.objects.pointers
            metadata[DATE], study[DATE] = study[DATE], metadata[DATE]
            places["/release_date"], places[place] = places[place], places["/release_date"]

    def respelt(self, study: Section) -> Section:
        """The study with the types of its sections as they are meant; each slip is told once."""
        slips: dict[str, list[Section]] = {}
        made: list[Section] = []
        for child in study.sections:
            meant = meant_type(fold(child.type))
            if meant is not None:
                slips.setdefault(child.type, []).append(child)
                child = child._replace(type=meant)
            made.append(child)
        for given, sections in slips.items():
            meant, others = meant_type(fold(given)), len(sections) - 1
            message = f"the section type '{given.strip()}' was read as '{meant}'"
            message += f"; {others} more like this" if others else ""
            more = {"value": given, "count": len(sections)}
            self.objects.flag(TYPE_SLIP, sections[0].at, message, **more)
        return study._replace(sections=tuple(made)) if slips else study

    def study(self, section: Section) -> Metadata:
        section = self.respelt(section)
        self.register(section)
        self.know_organisations(section)
        kind = spellings().kinds["study"]
        study = self.objects.object(section, kind, "/study")
        others: list[Section] = []
        components: list[tuple[Section, int]] = []
        for child in take(self.objects, study, section.sections, kind, "/study"):
            name = spellings().by_type.get(fold(child.type))
            if name is None:
                others.append(child)
            elif child.empty and child.at not in self.objects.organisations:
                self.objects.empty_section(child)
            elif name == "study_components":
                components.append((child, len(components)))
            else:
                self.entry(study, name, child)
        for child, index in components:
            self.component(study, child, index)
        self.objects.rest(study, "/study", section, others)
        return study

    def entry(self, study: Metadata, name: str, section: Section) -> int:
        """Append a section to its list of the study; its index there."""
        entries = study.setdefault(name, [])
        place = f"/study/{name}/{len(entries)}"
        kind = spellings().kinds[name]
        made = self.objects.object(section, kind, place)
        if name == "organisations":
            made = {"id": self.objects.organisations[section.at], **made}
        below = take(self.objects, made, section.sections, kind, place)
        self.objects.rest(made, place, section, below)
        entries.append(made)
        if "title" in made:
            self.titles.setdefault(name, set()).add(made["title"])
        return len(entries) - 1

    def component(self, study: Metadata, section: Section, index: int) -> None:
        """A study component, with what older documents nest in it lifted to the study."""
        nested: dict[str, list[Section]] = {}
        stubs: list[tuple[str, Section]] = []
        plain: list[Section] = []
        for child in section.sections:
            name = spellings().by_type.get(fold(child.type))
            if name is None or name not in spellings().rembi:
                plain.append(child)
            elif child.empty:
                stubs.append((name, child))
            else:
                nested.setdefault(name, []).append(child)
        own = Section(
            section.type,
            section.accession,
            section.at,
            section.attributes,
            section.links,
            section.files,
            tuple(plain),
        )
        self.entry(study, "study_components", own)
        place = join("/study/study_components", index)
        if nested:
            self.lift(study, place, nested)
        for name, stub in stubs:
            self.stub(study, place, name, stub)

    def lift(self, study: Metadata, place: str, nested: dict[str, list[Section]]) -> None:
        """Sections of the study in place of nested ones, and one association per combination."""
        named: dict[str, list[str]] = {}
        for name in spellings().rembi:
            for section in nested.get(name, ()):
                kind = section.type
                self.objects.flag(
                    NESTED,
                    section.at,
                    f"this '{kind}' stands inside a study component; read as one of the study",
                )
                index = self.entry(study, name, section)
                made = study[name][index]
                if "title" not in made:
                    made["title"] = self.make_title(name, kind)
                    at = join("/study", name, index, "title")
                    self.objects.pointers[at] = section.at
                    message = f"this '{kind}' has no Title; the record calls it '{made['title']}'"
                    self.objects.flag(NO_TITLE, section.at, message, place=at)
                named.setdefault(name, []).append(made["title"])
        component = study["study_components"][int(place.rpartition("/")[2])]
        associations = component.setdefault("associations", [])
        names = list(named)
        for titles in itertools.product(*named.values()):
            at = join(place, "associations", len(associations))
            self.objects.pointers[at] = self.objects.pointers[place]
            associations.append(
                {spellings().rembi[n]: title for n, title in zip(names, titles, strict=True)}
            )

    def make_title(self, name: str, kind: str) -> str:
        """The section's type as written, then `<type> 2`, …; never one that is in use."""
        while True:
            number = self.made_up[name] = self.made_up.get(name, 0) + 1
            title = kind if number == 1 else f"{kind} {number}"
            if title not in self.titles.get(name, ()):
                self.titles.setdefault(name, set()).add(title)
                return title

    def stub(self, study: Metadata, place: str, name: str, stub: Section) -> None:
        """An empty REMBI section in a component: it may stand for the only one of its kind."""
        slot = spellings().rembi[name]
        there = study.get(name, [])
        component = study["study_components"][int(place.rpartition("/")[2])]
        rows = component.get("associations", [])
        suggestion = None
        if len(there) == 1 and "title" in there[0] and rows and not any(slot in r for r in rows):
            title = there[0]["title"]
            places = [f"{place}/associations/{n}/{slot}" for n in range(len(rows))]
            suggestion = Suggestion(
                rule="section-empty",
                safety="review",
                why=f"'{title}' is the study's only {stub.type}, and an empty one stands here.",
                operations=tuple(
                    Operation(do="set", place=at, pointer=stub.at, after=title) for at in places
                ),
            )
        self.objects.empty_section(stub, suggestion, place=join(place, "associations", 0, slot))

    def register(self, section: Section) -> None:
        """Note the accno of every section of the document."""
        if section.accession is not None:
            self.objects.accessions.setdefault(section.accession.strip(), []).append(section)
        for child in section.sections:
            self.register(child)

    def know_organisations(self, study: Section) -> None:
        """Number the organisations of the study by their order: o1, o2, …

        One that says nothing counts where something refers to it.
        """
        number = 0
        for child in study.sections:
            if spellings().by_type.get(fold(child.type)) != "organisations":
                continue
            if not child.empty or _refers(study, child.accession):
                number += 1
                self.objects.organisations[child.at] = f"o{number}"

    def repeated_accessions(self) -> None:
        for accession, sections in self.objects.accessions.items():
            for section in sections[1:]:
                code = AMBIGUOUS if accession in self.objects.referenced else ACCNO_TWICE
                message = f"the accno '{accession}' is carried by {len(sections)} sections"
                at = f"{section.at}/accno"
                self.objects.flag(code, at, message, value=accession)


def spreadsheet_error(value: str) -> tuple[str, Severity] | None:
    """What a spreadsheet left in the place of a value, and how grave that is; else None."""
    if not value.startswith(("#", "=")):
        return None
    if _FAILED.fullmatch(value):
        return f"an error of a spreadsheet: {value}", "error"
    return ("the text of a formula", "warning") if _FORMULA.match(value) else None


def _refers(study: Section, accession: str | None) -> bool:
    """Whether a reference of a section directly below the study names an accno."""
    wanted = (accession or "").strip()
    return bool(wanted) and any(
        one.reference and (one.value or "").strip() == wanted
        for child in study.sections
        for one in child.attributes
    )


def _later(one: Any, other: Any) -> bool:
    """Whether a day is later than another; False where one of them is no day."""
    first, second = iso_date(str(one)), iso_date(str(other))
    return first is not None and second is not None and first > second
