"""Objects of the record from the attributes, links and files of PageTab sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipeline.findings import Code, Finding, Severity, Suggestion, declare
from pipeline.intake.pagetab_tree import Attribute, File, Link, Qualifier, Section
from pipeline.intake.spellings import Kind, fold, spellings, two_names
from pipeline.select import join
from pipeline.submission import Metadata, SourceMap

EMPTY_SECTION = declare(
    "SUB005",
    "section-empty",
    "warning",
    """A section says nothing: it has a type, but no attributes and nothing below it.

    It is left out of the record.

    To fix: fill the section in, or take it out.
    """,
)
NO_VALUE = declare(
    "SUB004",
    "attribute-without-value",
    "hint",
    """An attribute stands in the document without a value; BioStudies reads it as absent.

    It is an error where the document's own template requires the value.

    To fix: give the value, or take the attribute out.
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
    """A field that takes one value is given twice; the first one was read.

    Or the submission has another title than its study, whose own title was read.

    Two different release dates are an error: the later one holds until a person decides. The same
    value twice is a hint.

    To fix: keep the value that is right.
    """,
)
_JUNK = re.compile(
    r"(?:un(?:named|titled)|(?:column|col|spalte|colonne|colonna|columna|coluna|kolumn|kolumna|kolom|"
    r"kolonne|sloupec|столбец|列|열|field|feld|champ|campo|attribute?|atributo|variable|var|header|"
    r"property)(?:[\s_:.-]+[a-z])?|[fvxc](?=\d)|x(?=\.\d)|__empty|(?:new|name of) attribute|"
    r"(?:attribute|property) name|value|x{3,})?[\W_]*\d*|#(?:ref!|n/a|name\?|value!)|n/?a"
)
_ALIKE = 3
"""Names with hidden characters that are told each for itself; more are told as one."""
_HIDDEN = re.compile(r"^\s|\s$|[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\ufeff]")

KEYS = frozenset({"secretkey", "seckey"})
"""Names of keys that open a private study; what stands under them is kept with the source alone."""


@dataclass
class Objects:
    """Makes objects, noting where each part stands and what is wrong with it."""

    source_map: SourceMap
    pointers: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    organisations: dict[str, str] = field(default_factory=dict)
    """From an organisation section's pointer to its id in the record."""
    accessions: dict[str, list[Section]] = field(default_factory=dict)
    """All sections by their accno."""
    referenced: set[str] = field(default_factory=set)
    """The accnos that something refers to."""

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        """Note a fault at a place of the document."""
        self.findings.append(code.at(self.source_map.position(at), message, **more))

    def object(self, section: Section, kind: Kind, place: str) -> Metadata:
        """One object of the record from a section's attributes."""
        self.pointers[place] = section.at
        made: Metadata = {}
        left: list[Attribute] = []
        slots, pointers = kind.slots, self.pointers
        for attribute in section.attributes:
            self.named(attribute, place)
            slot = slots.get(fold(attribute.name))
            if attribute.value is None:
                self.no_value(attribute, join(place, slot.split("[")[0]) if slot else "", section)
                left.append(attribute)
            elif slot is None:
                self.refers(attribute, section, place)
                self.meaningless(attribute, place)
                left.append(attribute)
            elif slot == "affiliations[]":
                self.affiliation(made, attribute, place)
            elif "." in slot:
                self.part(made, attribute, kind, slot, place, left)
            elif slot.endswith("[]"):
                self.one_of_many(made, attribute, slot[:-2], place)
            elif slot in made:
                if plain(made[slot]) != plain(attribute.value):
                    self.second_value(attribute, slot, made[slot])
                    left.append(attribute)
            else:
                made[slot] = attribute.value
                pointers[f"{place}/{slot}"] = attribute.value_at
                self.qualified(made, slot, _said_of(attribute), place)
        self.leftovers(made, place, left)
        return made

    def one_of_many(self, made: Metadata, attribute: Attribute, slot: str, place: str) -> None:
        """A further value of a slot that takes several."""
        values = made.setdefault(slot, [])
        values.append(attribute.value)
        self.pointers.setdefault(f"{place}/{slot}", attribute.at)
        self.pointers[f"{place}/{slot}/{len(values) - 1}"] = attribute.value_at
        self.qualified(made, slot, _said_of(attribute), place)

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
            at = f"{place}/{head}/{len(listed)}"
            listed.append({})
            target: Metadata = listed[-1]
        elif head in made:
            if made[head].get(tail) != attribute.value:
                self.second_value(attribute, head, made[head].get(tail))
                left.append(attribute)
            return
        else:
            at, target = f"{place}/{head}", made.setdefault(head, {})
        self.pointers[at] = attribute.at
        target[tail] = attribute.value
        self.pointers[f"{at}/{tail}"] = attribute.value_at
        if tail == "scientific_name" and (pair := two_names(str(attribute.value))):
            target["scientific_name"], target["common_name"] = pair
            self.pointers[f"{at}/common_name"] = attribute.value_at
        known = kind.qualifiers.get(head, {})
        others: list[Qualifier] = []
        for qualifier in _said_of(attribute):
            name = known.get(fold(qualifier.name))
            if name is None or name in target or qualifier.value is None:
                others.append(qualifier)
            else:
                target[name] = qualifier.value
                self.pointers[f"{at}/{name}"] = f"{qualifier.at}/value"
        self.qualified(target, tail, tuple(others), at)

    def qualified(
        self, made: Metadata, slot: str, qualifiers: tuple[Qualifier, ...], place: str
    ) -> None:
        """Qualifiers that no slot takes stand beside the slot they qualify."""
        for qualifier in qualifiers:
            kept = made.setdefault("qualifiers", [])
            self.pointers[f"{place}/qualifiers/{len(kept)}"] = qualifier.at
            kept.append({"of": slot, **_named(qualifier.name, qualifier.value)})

    def affiliation(self, made: Metadata, attribute: Attribute, place: str) -> None:
        """A reference to an organisation by accno, or the text as given."""
        value = str(attribute.value)
        affiliations = made.setdefault("affiliations", [])
        at = f"{place}/affiliations/{len(affiliations)}"
        self.pointers[at] = attribute.at
        targets = self.accessions.get(value.strip(), [])
        target = next((t for t in targets if t.at in self.organisations), None)
        if target is None:
            affiliations.append(
                {"text": value, **({"reference": True} if attribute.reference else {})}
            )
            self.pointers[f"{at}/text"] = attribute.value_at
            self.qualified(affiliations[-1], "text", _said_of(attribute), at)
            return
        self.referenced.add(value.strip())
        affiliations.append({"organisation": self.organisations[target.at]})
        self.pointers[f"{at}/organisation"] = attribute.value_at
        self.qualified(affiliations[-1], "organisation", _said_of(attribute), at)
        if not attribute.reference:
            message = f"'{value}' is the accno of an organisation, but not marked as a reference"
            self.flag(NO_FLAG, attribute.at, message, value=value, place=at)

    def refers(self, attribute: Attribute, section: Section, place: str) -> None:
        """Whether a reference names something else that is there."""
        if not attribute.reference or attribute.value is None:
            return
        value = attribute.value.strip()
        if value == section.accession:
            message = f"'{attribute.name}' refers to the section '{value}' in which it stands"
            self.flag(TO_ITSELF, attribute.value_at, message, value=value, place=place)
        elif value not in self.accessions:
            known = ", ".join(sorted(k for k in self.accessions if k)[:8]) or "none"
            message = f"'{attribute.name}' refers to '{value}', which no section has"
            hint = f"{DANGLING.hint} The accnos of this document: {known}."
            self.flag(DANGLING, attribute.value_at, message, value=value, hint=hint, place=place)
        else:
            self.referenced.add(value)

    def leftovers(self, made: Metadata, place: str, left: list[Attribute]) -> None:
        """Attributes without a slot, under their names as given."""
        left = [attribute for attribute in left if fold(attribute.name) not in KEYS]
        if not left:
            return
        kept, pointers = made.setdefault("attributes", []), self.pointers
        for attribute in left:
            at = f"{place}/attributes/{len(kept)}"
            kept.append(_attribute(attribute))
            pointers[at] = attribute.at
            pointers[f"{at}/value"] = attribute.value_at
            pointers[f"{at}/name"] = f"{attribute.at}/name"

    def rest(self, made: Metadata, place: str, section: Section, others: list[Section]) -> None:
        """Links, files and sections of other types that stand in a section."""
        if section.links:
            made.setdefault("links", [])
            for link in section.links:
                made["links"].append(self.link(link, f"{place}/links/{len(made['links'])}"))
        if section.files:
            listed = made.setdefault("files", [])
            for one in section.files:
                listed.append(self.file(one, f"{place}/files/{len(listed)}"))
        others = [one for one in others if fold(one.type) not in KEYS]
        # The order of sections of different types says nothing; that of one type may.
        full = sorted((s for s in others if not s.empty), key=lambda s: s.type.strip().casefold())
        for other in others:
            if other.empty:
                self.empty_section(other)
        if full:
            made["sections"] = [self.other(s, f"{place}/sections/{n}") for n, s in enumerate(full)]

    def other(self, section: Section, place: str) -> Metadata:
        """A section of a type that the schema has no class for."""
        self.pointers[place] = section.at
        self.pointers[f"{place}/type"] = f"{section.at}/type"
        made: Metadata = {"type": section.type}
        for attribute in section.attributes:
            self.named(attribute, place)
            self.refers(attribute, section, place)
        self.leftovers(made, place, list(section.attributes))
        self.rest(made, place, section, list(section.sections))
        return made

    def link(self, link: Link, place: str) -> Metadata:
        """A link with its description and type."""
        self.pointers[place] = link.at
        made: Metadata = {}
        if link.url:
            made["url"] = link.url
            self.pointers[f"{place}/url"] = f"{link.at}/url"
        self.described(made, link.attributes, spellings().kinds["links"].slots, place)
        return made

    def file(self, file: File, place: str) -> Metadata:
        """A file that a section names directly."""
        self.pointers[place] = file.at
        self.pointers[f"{place}/path"] = file.path_at or f"{file.at}/path"
        made: Metadata = {"path": file.path}
        if file.size is not None:
            made["size"] = file.size
        if file.kind is not None:
            made["type"] = file.kind
        self.described(made, file.attributes, spellings().kinds["files"].slots, place)
        return made

    def described(
        self, made: Metadata, attributes: Iterable[Attribute], slots: Mapping[str, str], place: str
    ) -> None:
        """What is said of a link or a file."""
        left: list[Attribute] = []
        for attribute in attributes:
            slot = slots.get(fold(attribute.name))
            if slot is None or slot in made or attribute.value is None:
                left.append(attribute)
                continue
            made[slot] = attribute.value
            self.pointers[f"{place}/{slot}"] = attribute.value_at
            self.qualified(made, slot, _said_of(attribute), place)
        self.leftovers(made, place, left)

    def named(self, attribute: Attribute, place: str) -> None:
        """Note a name that holds what nobody sees."""
        if _hides(attribute.name):
            shown = _HIDDEN.sub(lambda one: f"<U+{ord(one[0]):04X}>", attribute.name)
            message = f"the name of the attribute '{shown}' holds hidden characters"
            at = f"{attribute.at}/name"
            self.flag(HIDDEN_IN_NAME, at, message, value=attribute.name, place=place)

    def hidden_in_names(self) -> None:
        """Tell names with the same hidden characters as one finding, where they are many."""
        alike: dict[tuple[str, ...], list[Finding]] = {}
        for one in self.findings:
            if one.code == HIDDEN_IN_NAME.code:
                signs = sorted(set(_HIDDEN.findall(str(one.value))))
                alike.setdefault(tuple(signs), []).append(one)
        for first, *others in alike.values():
            if len(others) < _ALIKE:
                continue
            message = f"{first.message}, and so do those of {len(others)} other attributes"
            samples = tuple(_sample(one) for one in (first, *others)[:20])
            update = {"message": message, "count": len(others) + 1, "samples": samples}
            self.findings[self.findings.index(first)] = first.model_copy(update=update)
            gone = {id(one) for one in others}
            self.findings = [one for one in self.findings if id(one) not in gone]

    def meaningless(self, attribute: Attribute, place: str) -> None:
        """Note a name that says nothing of its value."""
        if _says_nothing(attribute.name):
            message = f"'{attribute.name}' says nothing of its value '{_short(attribute.value)}'"
            self.flag(JUNK_NAME, attribute.at, message, value=attribute.name, place=place)

    def no_value(
        self,
        attribute: Attribute,
        place: str,
        section: Section | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Note an attribute without a value; `place` is where its slot would stand."""
        if place and place not in self.pointers:
            self.pointers[place] = attribute.at
        where = f" of the section '{section.type}'" if section else ""
        message = f"the attribute '{attribute.name}'{where} has no value"
        self.flag(
            NO_VALUE,
            attribute.value_at,
            message,
            value=attribute.name,
            place=place or None,
            severity=severity,
        )

    def second_value(self, attribute: Attribute, slot: str, first: Any) -> None:
        """Note a further value of a slot that takes one."""
        if attribute.value is None:
            self.no_value(attribute, "")
            return
        message = (
            f"'{attribute.name}' is given twice: '{_short(first)}' and '{_short(attribute.value)}'"
        )
        more: dict[str, Any] = {"value": attribute.value}
        if first == attribute.value:
            message = f"'{attribute.name}' is given twice with the same value, '{_short(first)}'"
            more |= {"severity": "hint", "hint": "keep one of them."}
        elif slot == "release_date":
            more["severity"] = "error"
        self.flag(TWO_VALUES, attribute.at, message, **more)

    def other_title(self, title: Attribute, own: str) -> None:
        """Note that the submission has another title than its study, which is read."""
        given = f"'{_short(title.value)}', the study is called '{_short(own)}'"
        self.flag(
            TWO_VALUES, title.value_at, f"the submission is called {given}", value=title.value
        )

    def empty_section(
        self, section: Section, suggestion: Suggestion | None = None, place: str | None = None
    ) -> None:
        """Note a section that is left out of the record because it says nothing."""
        message = f"the section '{section.type}' says nothing; it is left out of the record"
        self.flag(EMPTY_SECTION, section.at, message, suggestion=suggestion, place=place)


@lru_cache(maxsize=4096)
def _hides(name: str) -> bool:
    """Whether a name holds white space at its ends or signs that nobody sees."""
    return _HIDDEN.search(name) is not None


@lru_cache(maxsize=4096)
def _says_nothing(name: str) -> bool:
    """Whether a name is a number, a letter, or a program's word for a column."""
    return _JUNK.fullmatch(name.strip().casefold()) is not None


def _sample(finding: Finding) -> dict[str, Any]:
    """Where a finding stands, and its value."""
    stands = finding.location.model_dump(exclude={"file"}, exclude_none=True)
    return {**stands, "value": finding.value}


def _attribute(attribute: Attribute) -> Metadata:
    made = _named(attribute.name, attribute.value)
    if qualifiers := _said_of(attribute):
        made["qualifiers"] = [_named(q.name, q.value) for q in qualifiers]
    if attribute.reference:
        made["reference"] = True
    return made


def _said_of(attribute: Attribute) -> tuple[Qualifier, ...]:
    said = attribute.qualifiers + attribute.name_qualifiers
    return tuple(one for one in said if fold(one.name) not in KEYS) if said else said


def _named(name: str, value: str | None) -> Metadata:
    return {"name": name} if value is None else {"name": name, "value": value}


def plain(value: Any) -> str:
    """A value as one line, white space collapsed."""
    return " ".join(str(value).split())


def _short(value: Any) -> str:
    text = plain(value)
    return text if len(text) <= 60 else text[:59] + "…"
