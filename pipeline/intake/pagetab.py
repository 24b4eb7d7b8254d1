"""From a PageTab tree to a submission's metadata, with a source map back to the document."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Code, Finding, Operation, Suggestion, declare
from pipeline.intake.pagetab_tree import Attribute, File, Link, Qualifier, Section, Tree
from pipeline.intake.spellings import Kind, common_names, fold, spellings
from pipeline.select import join
from pipeline.submission import Metadata, SourceMap

NO_VALUE = declare(
    "SUB004",
    "attribute-without-value",
    "hint",
    """An attribute stands in the document without a value; BioStudies reads it as absent.

    It is an error where the document's own template requires the value.

    To fix: give the value, or take the attribute out.
    """,
)
EMPTY_SECTION = declare(
    "SUB005",
    "section-empty",
    "warning",
    """A section says nothing: it has a type, but no attributes and nothing below it.

    It is left out of the record.

    To fix: fill the section in, or take it out.
    """,
)
NO_TITLE = declare(
    "SUB007",
    "nested-section-without-title",
    "error",
    """A REMBI section nested in its study component has no Title, so nothing can refer to it.

    The record calls it by its type and a running number.

    To fix: give the section a Title of its own.
    """,
)
JUNK_NAME = declare(
    "SUB117",
    "attribute-name-without-meaning",
    "warning",
    """An attribute's name says nothing (a spreadsheet's column heading), yet it has a value.

    The value is kept under that name.

    To fix: name the attribute for what it holds, or move the value to the field it belongs to.
    """,
)
HIDDEN_IN_NAME = declare(
    "SUB116",
    "attribute-name-with-hidden-characters",
    "warning",
    """An attribute's name holds spaces at its ends, no-break spaces or invisible characters.

    Programs that compare names exactly do not see the attribute; here it was read.

    To fix: type the name again.
    """,
)
NO_FLAG = declare(
    "SUB114",
    "reference-flag-missing",
    "warning",
    """An affiliation equals the accno of an organisation but is not marked as a reference.

    BioStudies would show the bare accno. It was read as the reference it is.

    To fix: add `"reference": true` to the attribute.
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
ACCNO_TWICE = declare(
    "SUB202",
    "section-accession-repeated",
    "warning",
    """Two sections of the document carry the same accno.

    It is an error where something refers to that accno, for then the reference is ambiguous.

    To fix: give each section an accno of its own.
    """,
)
DANGLING = declare(
    "SUB203",
    "reference-to-nothing",
    "error",
    """An attribute refers to an accno that no section of the document has.

    To fix: name the accno of the section that is meant, or add that section.
    """,
)
TO_ITSELF = declare(
    "SUB204",
    "reference-to-itself",
    "error",
    """A section refers to itself.

    To fix: take the attribute out, or name the section that is meant.
    """,
)
TWO_VALUES = declare(
    "SUB205",
    "two-values-for-one-field",
    "warning",
    """A field that takes one value is given twice with different values; the first one was read.

    Two release dates are an error: the later one holds until a person decides.

    To fix: keep the value that is right.
    """,
)

_JUNK = re.compile(r"(unnamed|column|col|field|attribute|variable)?[\s_:.-]*\d*")
_HIDDEN = re.compile(r"^\s|\s$|[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Metadata with where each part stands, and what belongs to the source alone."""

    metadata: Metadata
    pointers: dict[str, str]
    source: dict[str, str]
    findings: tuple[Finding, ...]


def map_tree(tree: Tree, source_map: SourceMap) -> Mapped:
    """The metadata of a PageTab tree; `source_map` locates document pointers."""
    return _Mapping(source_map).document(tree)


@dataclass
class _Mapping:
    source_map: SourceMap
    pointers: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    organisations: dict[str, str] = field(default_factory=dict)
    """From an organisation's accno to its id in the record."""
    accessions: dict[str, list[Section]] = field(default_factory=dict)
    referenced: set[str] = field(default_factory=set)
    titles: dict[str, set[str]] = field(default_factory=dict)
    made_up: dict[str, int] = field(default_factory=dict)

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        self.findings.append(code.at(self.source_map.position(at), message, **more))

    # -- the document ---------------------------------------------------------------------------

    def document(self, tree: Tree) -> Mapped:
        metadata: Metadata = {}
        source: dict[str, str] = {}
        if tree.accession is not None:
            metadata["accession"] = tree.accession.strip()
            self.pointers["/accession"] = tree.accession_at
        study_title = self.submission_level(tree, metadata, source)
        if tree.section is not None:
            metadata["study"] = self.study(tree.section)
        study = metadata.setdefault("study", {})
        if study_title is not None:
            self.title_from_above(study, metadata, study_title)
        if "release_date" in study:
            self.one_release_date(metadata, study)
        self.repeated_accessions()
        self.pointers[""] = ""
        return Mapped(metadata, self.pointers, source, tuple(self.findings))

    def submission_level(
        self, tree: Tree, metadata: Metadata, source: dict[str, str]
    ) -> Attribute | None:
        title: Attribute | None = None
        left: list[Attribute] = []
        for attribute in tree.attributes:
            key = fold(attribute.name)
            slot = spellings().submission.get(key)
            self.named(attribute)
            if kept := spellings().source.get(key):
                source.setdefault(kept, (attribute.value or "").strip())
            elif slot == "doi" and (attribute.value or "true").strip().casefold() == "true":
                metadata["doi_requested"] = True
                self.pointers["/doi_requested"] = attribute.at
            elif slot == "title" and title is None and attribute.value is not None:
                title = attribute
            elif slot is not None and slot != "title" and attribute.value is None:
                self.no_value(attribute, join("", slot))
                left.append(attribute)
            elif slot in ("release_date", "doi") and slot not in metadata:
                metadata[slot] = attribute.value
                self.pointers[join("", slot)] = attribute.value_at
            elif slot is not None:
                self.second_value(attribute, slot, metadata.get(slot))
                left.append(attribute)
            else:
                if attribute.value is None:
                    self.no_value(attribute, "")
                left.append(attribute)
        self.leftovers(metadata, "", left)
        return title

    def title_from_above(self, study: Metadata, metadata: Metadata, title: Attribute) -> None:
        """The submission's Title is the study's, where the study has none of its own."""
        if "title" not in study:
            study["title"] = title.value
            self.pointers["/study/title"] = title.value_at
        elif _plain(study["title"]) != _plain(title.value):
            kept = metadata.setdefault("attributes", [])
            kept.append({"name": title.name, "value": title.value})
            self.pointers[join("/attributes", len(kept) - 1)] = title.at

    def one_release_date(self, metadata: Metadata, study: Metadata) -> None:
        """A study's own release date stands apart only where it differs from the submission's."""
        place = "/study/release_date"
        if "release_date" not in metadata:
            metadata["release_date"] = study.pop("release_date")
            self.pointers["/release_date"] = self.pointers.pop(place)
        elif metadata["release_date"] == study["release_date"]:
            del study["release_date"]
            del self.pointers[place]

    # -- the study ------------------------------------------------------------------------------

    def study(self, section: Section) -> Metadata:
        self.register(section)
        self.know_organisations(section)
        study = self.object(section, spellings().kinds["study"], "/study")
        others: list[Section] = []
        components: list[tuple[Section, int]] = []
        for child in section.sections:
            name = spellings().by_type.get(fold(child.type))
            if name is None:
                others.append(child)
            elif child.empty and not self.has_accession_in_use(child):
                self.empty_section(child)
            elif name == "study_components":
                components.append((child, len(components)))
            else:
                self.entry(study, name, child)
        for child, index in components:
            self.component(study, child, index)
        self.rest(study, "/study", section, others)
        return study

    def entry(self, study: Metadata, name: str, section: Section) -> int:
        """Append a section to its list of the study; its index there."""
        entries = study.setdefault(name, [])
        place = join("/study", name, len(entries))
        kind = spellings().kinds[name]
        made = self.object(section, kind, place)
        if name == "organisations":
            made = {"id": self.organisations[section.at], **made}
        below = [s for s in section.sections if fold(s.type) not in kind.children]
        for child in section.sections:
            if (slot := kind.children.get(fold(child.type))) is not None:
                listed = made.setdefault(slot, [])
                listed.append(
                    self.object(child, spellings().kinds[slot], join(place, slot, len(listed)))
                )
                self.rest(
                    listed[-1], join(place, slot, len(listed) - 1), child, list(child.sections)
                )
        self.rest(made, place, section, below)
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
            if name not in spellings().rembi:
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
                self.flag(
                    NESTED,
                    section.at,
                    f"this '{kind}' stands inside a study component; read as a section of the study",
                )
                index = self.entry(study, name, section)
                made = study[name][index]
                if "title" not in made:
                    made["title"] = self.make_title(name, kind)
                    at = join("/study", name, index, "title")
                    self.pointers[at] = section.at
                    message = f"this '{kind}' has no Title; the record calls it '{made['title']}'"
                    self.flag(NO_TITLE, section.at, message, place=at)
                named.setdefault(name, []).append(made["title"])
        component = study["study_components"][int(place.rpartition("/")[2])]
        associations = component.setdefault("associations", [])
        names = list(named)
        for titles in itertools.product(*named.values()):
            at = join(place, "associations", len(associations))
            self.pointers[at] = self.pointers[place]
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
            places = [join(place, "associations", n, slot) for n in range(len(rows))]
            suggestion = Suggestion(
                rule="section-empty",
                safety="review",
                why=f"'{title}' is the only {stub.type} of the study, and an empty one stands here.",
                operations=tuple(
                    Operation(do="set", place=at, pointer=stub.at, after=title) for at in places
                ),
            )
        self.empty_section(stub, suggestion, place=join(place, "associations", 0, slot))

    def empty_section(
        self, section: Section, suggestion: Suggestion | None = None, place: str | None = None
    ) -> None:
        message = f"the section '{section.type}' says nothing; it is left out of the record"
        self.flag(EMPTY_SECTION, section.at, message, suggestion=suggestion, place=place)

    def has_accession_in_use(self, section: Section) -> bool:
        return section.at in self.organisations

    # -- objects --------------------------------------------------------------------------------

    def object(self, section: Section, kind: Kind, place: str) -> Metadata:
        """One object of the record from a section's attributes."""
        self.pointers[place] = section.at
        made: Metadata = {}
        left: list[Attribute] = []
        for attribute in section.attributes:
            self.named(attribute)
            slot = kind.slots.get(fold(attribute.name))
            if attribute.value is None:
                self.no_value(attribute, join(place, slot.split("[")[0]) if slot else "", section)
                left.append(attribute)
            elif slot is None:
                self.refers(attribute, section)
                self.meaningless(attribute)
                left.append(attribute)
            elif slot == "affiliations[]":
                self.affiliation(made, attribute, place, section)
            elif "." in slot:
                self.part(made, attribute, kind, slot, place, left)
            elif slot.endswith("[]"):
                self.one_of_many(made, attribute, slot[:-2], place)
            elif slot in made:
                if _plain(made[slot]) != _plain(attribute.value):
                    self.second_value(attribute, slot, made[slot])
                    left.append(attribute)
            else:
                made[slot] = attribute.value
                self.pointers[join(place, slot)] = attribute.value_at
                self.qualified(made, slot, attribute.qualifiers, place)
        self.leftovers(made, place, left)
        return made

    def one_of_many(self, made: Metadata, attribute: Attribute, slot: str, place: str) -> None:
        values = made.setdefault(slot, [])
        values.append(attribute.value)
        self.pointers.setdefault(join(place, slot), attribute.at)
        self.pointers[join(place, slot, len(values) - 1)] = attribute.value_at
        self.qualified(made, slot, attribute.qualifiers, place)

    def part(
        self,
        made: Metadata,
        attribute: Attribute,
        kind: Kind,
        slot: str,
        place: str,
        left: list[Attribute],
    ) -> None:
        """A value that opens an object of its own, such as an organism with its taxon id."""
        head, _, tail = slot.partition(".")
        if head.endswith("[]"):
            head = head[:-2]
            listed = made.setdefault(head, [])
            at = join(place, head, len(listed))
            listed.append({})
            target: Metadata = listed[-1]
        elif head in made:
            if made[head].get(tail) != attribute.value:
                self.second_value(attribute, head, made[head].get(tail))
                left.append(attribute)
            return
        else:
            at, target = join(place, head), made.setdefault(head, {})
        self.pointers[at] = attribute.at
        target[tail] = attribute.value
        self.pointers[join(at, tail)] = attribute.value_at
        if tail == "scientific_name" and (pair := common_names().get(_plain(attribute.value))):
            target["scientific_name"], target["common_name"] = pair
            self.pointers[join(at, "common_name")] = attribute.value_at
        known = kind.qualifiers.get(head, {})
        others: list[Qualifier] = []
        for qualifier in attribute.qualifiers:
            name = known.get(fold(qualifier.name))
            if name is None or name in target or qualifier.value is None:
                others.append(qualifier)
            else:
                target[name] = qualifier.value
                self.pointers[join(at, name)] = join(qualifier.at, "value")
        self.qualified(target, tail, tuple(others), at)

    def qualified(
        self, made: Metadata, slot: str, qualifiers: tuple[Qualifier, ...], place: str
    ) -> None:
        """Qualifiers that no slot takes stand beside the slot they qualify."""
        for qualifier in qualifiers:
            kept = made.setdefault("qualifiers", [])
            self.pointers[join(place, "qualifiers", len(kept))] = qualifier.at
            kept.append({"of": slot, **_named(qualifier.name, qualifier.value)})

    def affiliation(
        self, made: Metadata, attribute: Attribute, place: str, section: Section
    ) -> None:
        """A reference to an organisation by accno, or the text as given."""
        value = str(attribute.value)
        affiliations = made.setdefault("affiliations", [])
        at = join(place, "affiliations", len(affiliations))
        self.pointers[at] = attribute.at
        targets = self.accessions.get(value.strip(), [])
        target = next((t for t in targets if t.at in self.organisations), None)
        if target is None:
            affiliations.append(
                {"text": value, **({"reference": True} if attribute.reference else {})}
            )
            self.pointers[join(at, "text")] = attribute.value_at
            self.refers(attribute, section)
            return
        self.referenced.add(value.strip())
        affiliations.append({"organisation": self.organisations[target.at]})
        self.pointers[join(at, "organisation")] = attribute.value_at
        if not attribute.reference:
            message = f"'{value}' is the accno of an organisation, but not marked as a reference"
            self.flag(NO_FLAG, attribute.at, message, value=value, place=at)

    def refers(self, attribute: Attribute, section: Section) -> None:
        """Whether a reference names something else that is there."""
        if not attribute.reference or attribute.value is None:
            return
        value = attribute.value.strip()
        if value == section.accession:
            message = f"'{attribute.name}' refers to the section '{value}' in which it stands"
            self.flag(TO_ITSELF, attribute.value_at, message, value=value)
        elif value not in self.accessions:
            known = ", ".join(sorted(k for k in self.accessions if k)[:8]) or "none"
            message = f"'{attribute.name}' refers to '{value}', which no section has"
            hint = f"{DANGLING.hint} The accnos of this document: {known}."
            self.flag(DANGLING, attribute.value_at, message, value=value, hint=hint)
        else:
            self.referenced.add(value)

    def leftovers(self, made: Metadata, place: str, left: list[Attribute]) -> None:
        """Attributes without a slot, under their names as given."""
        for attribute in left:
            kept = made.setdefault("attributes", [])
            at = join(place, "attributes", len(kept))
            kept.append(_attribute(attribute))
            self.pointers[at] = attribute.at
            self.pointers[join(at, "value")] = attribute.value_at
            self.pointers[join(at, "name")] = join(attribute.at, "name")

    def rest(self, made: Metadata, place: str, section: Section, others: list[Section]) -> None:
        """Links, files and sections of other types that stand in a section."""
        if section.links:
            made.setdefault("links", [])
            for link in section.links:
                made["links"].append(self.link(link, join(place, "links", len(made["links"]))))
        if section.files:
            made["files"] = [
                self.file(one, join(place, "files", n)) for n, one in enumerate(section.files)
            ]
        full = [s for s in others if not s.empty]
        for other in others:
            if other.empty:
                self.empty_section(other)
        if full:
            made["sections"] = [
                self.other(s, join(place, "sections", n)) for n, s in enumerate(full)
            ]

    def other(self, section: Section, place: str) -> Metadata:
        """A section of a type that the schema has no class for."""
        self.pointers[place] = section.at
        self.pointers[join(place, "type")] = join(section.at, "type")
        made: Metadata = {"type": section.type}
        for attribute in section.attributes:
            self.named(attribute)
            self.refers(attribute, section)
        self.leftovers(made, place, list(section.attributes))
        self.rest(made, place, section, list(section.sections))
        return made

    def link(self, link: Link, place: str) -> Metadata:
        self.pointers[place] = link.at
        made: Metadata = {}
        if link.url:
            made["url"] = link.url
            self.pointers[join(place, "url")] = join(link.at, "url")
        left: list[Attribute] = []
        for attribute in link.attributes:
            slot = {"description": "description", "type": "type"}.get(fold(attribute.name))
            if slot is None or slot in made or attribute.value is None:
                left.append(attribute)
                continue
            made[slot] = attribute.value
            self.pointers[join(place, slot)] = attribute.value_at
        self.leftovers(made, place, left)
        return made

    def file(self, file: File, place: str) -> Metadata:
        self.pointers[place] = file.at
        self.pointers[join(place, "path")] = join(file.at, "path")
        made: Metadata = {"path": file.path}
        if file.size is not None:
            made["size"] = file.size
        if file.kind is not None:
            made["type"] = file.kind
        self.leftovers(made, place, list(file.attributes))
        return made

    # -- faults ---------------------------------------------------------------------------------

    def named(self, attribute: Attribute) -> None:
        if _HIDDEN.search(attribute.name):
            message = f"the name of the attribute {attribute.name!r} holds hidden characters"
            self.flag(HIDDEN_IN_NAME, join(attribute.at, "name"), message, value=attribute.name)

    def meaningless(self, attribute: Attribute) -> None:
        if _JUNK.fullmatch(attribute.name.strip().casefold()):
            message = f"'{attribute.name}' says nothing of its value '{_short(attribute.value)}'"
            self.flag(JUNK_NAME, attribute.at, message, value=attribute.name)

    def no_value(self, attribute: Attribute, place: str, section: Section | None = None) -> None:
        if place and place not in self.pointers:
            self.pointers[place] = attribute.at
        where = f" of the section '{section.type}'" if section else ""
        message = f"the attribute '{attribute.name}'{where} has no value"
        self.flag(NO_VALUE, attribute.value_at, message, value=attribute.name, place=place or None)

    def second_value(self, attribute: Attribute, slot: str, first: Any) -> None:
        message = (
            f"'{attribute.name}' is given twice: '{_short(first)}' and '{_short(attribute.value)}'"
        )
        dates = slot == "release_date" and first != attribute.value
        severity = "error" if dates else None
        self.flag(TWO_VALUES, attribute.at, message, value=attribute.value, severity=severity)

    # -- accnos ---------------------------------------------------------------------------------

    def register(self, section: Section) -> None:
        """Note the accno of every section of the document."""
        if section.accession is not None:
            self.accessions.setdefault(section.accession.strip(), []).append(section)
        for child in section.sections:
            self.register(child)

    def know_organisations(self, study: Section) -> None:
        """Number the organisations of the study by their order: o1, o2, …"""
        number = 0
        for child in study.sections:
            if spellings().by_type.get(fold(child.type)) == "organisations" and not child.empty:
                number += 1
                self.organisations[child.at] = f"o{number}"

    def repeated_accessions(self) -> None:
        for accession, sections in self.accessions.items():
            for section in sections[1:]:
                referenced = accession in self.referenced
                message = f"the accno '{accession}' is carried by {len(sections)} sections"
                self.flag(
                    ACCNO_TWICE,
                    join(section.at, "accno"),
                    message,
                    value=accession,
                    severity="error" if referenced else None,
                )


def _attribute(attribute: Attribute) -> Metadata:
    made = _named(attribute.name, attribute.value)
    qualifiers = attribute.qualifiers + attribute.name_qualifiers
    if qualifiers:
        made["qualifiers"] = [_named(q.name, q.value) for q in qualifiers]
    if attribute.reference:
        made["reference"] = True
    return made


def _named(name: str, value: str | None) -> Metadata:
    return {"name": name} if value is None else {"name": name, "value": value}


def _plain(value: Any) -> str:
    return " ".join(str(value).split())


def _short(value: Any) -> str:
    text = _plain(value)
    return text if len(text) <= 60 else text[:59] + "…"
