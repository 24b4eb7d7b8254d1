"""From the entities of an RO-Crate to a submission's metadata."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import unquote

from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.ro_crate_graph import LISTED, Entity, Graph, below, is_file_list, is_folder
from pipeline.intake.ro_crate_objects import Objects
from pipeline.intake.ro_crate_people import People
from pipeline.select import get, join
from pipeline.submission import Metadata

_TAXON = re.compile(r"(?:NCBI|obo)?:?(?:txid|NCBITaxon[_:])\d+|https?://.*NCBITaxon_\d+", re.I)
_ARCHIVES = re.compile(
    r"\s*(?:S-\s?[A-Z]{2}|S[_ ]?B(?:IAD|SST|SMS)|https?://\S*/S-[A-Z])", re.IGNORECASE
)
"""Identifiers that BioStudies gave, well written or not; others are those of other resources."""

_WEB = re.compile(r"(?:https?|ftps?|s3|sftp)://", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_TECHNICAL = frozenset(("column", "schema", "table", "filelist", "file", "image", "creativework"))
MOST_COMBINATIONS = 1000
"""Associations of one component; more than any real one has."""
_IMAGING = ("associatedimageacquisitionprotocol", "associatedspecimenimageacquisitionprotocol")
_ANY_PROTOCOL = "labprotocol"
_PARTS = {
    "biosample": ("associatedbiologicalentity", "associatedbiosample"),
    "specimen": ("associatedspecimenimagingpreparationprotocol",),
    "image_acquisition": _IMAGING,
    "image_correlation": ("associatedimagecorrelationmethod",),
    "image_analysis": ("associatedimageanalysismethod",),
}
_SPECIMEN = ("associatedspecimen",)
_TITLED = frozenset(
    ("biosamples", "specimens", "image_acquisitions", "image_correlations", "image_analyses")
)
"""Kinds that associations name by their titles."""


@dataclass
class Mapping:
    """Makes the record of a crate."""

    graph: Graph
    objects: Objects
    components: dict[str, str] = field(default_factory=dict)
    """From a dataset's `@id` to the record place of its study component."""

    @cached_property
    def namesakes(self) -> frozenset[str]:
        """Where entities stand whose title another one of their kind has before them."""
        seen: set[tuple[str | None, str]] = set()
        found: set[str] = set()
        for entity in self.graph.entities:
            kind = self.kind_of(entity)
            title = self.graph.title(entity) if kind in _TITLED else None
            if title and (kind, title) in seen:
                found.add(entity.at)
            seen.add((kind, title or ""))
        return frozenset(found)

    @cached_property
    def preparations(self) -> frozenset[str]:
        """Where protocols of no class of the profile stand that specimens alone are made by."""
        names = (*_PARTS["specimen"], "imagingpreparationprotocol")
        made, imaged = (
            {found.at for one in self.graph.entities for found, _ in self.graph.targets(one, *some)}
            for some in (names, _IMAGING)
        )
        return frozenset(made - imaged)

    def kind_of(self, entity: Entity) -> str | None:
        """The kind of object that an entity is; a `LabProtocol` is what it is referred to as."""
        if entity.is_a(_ANY_PROTOCOL) and entity.kind == "image_acquisitions":
            return "specimens" if entity.at in self.preparations else entity.kind
        return entity.kind

    def document(self) -> Metadata:
        """The metadata of the whole crate."""
        root = self.graph.root
        assert root is not None
        self.objects.pointers[""] = root.at
        metadata: Metadata = {}
        people = People(self.graph, self.objects)
        study, done = self.objects.make(root, "study", "/study")
        self.top(metadata, root, done)
        metadata["study"] = study
        people.organisations_of(study)
        people.authors(study, root, done)
        people.licence(study, root, done)
        people.grants(study, root, done)
        people.several(study, root, "publications", ("relatedpublication", "citation"), done)
        people.several(study, root, "publications", ("seealso",), done, articles=True)
        people.several(study, root, "links", ("seealso",), done, articles=False)
        for kind in (
            "biosamples",
            "specimens",
            "image_acquisitions",
            "image_correlations",
            "image_analyses",
            "annotations",
        ):
            for entity in self.all_of(kind):
                self.entry(study, kind, entity)
        for entity in self.all_of("study_components"):
            if entity.id not in self.folders:
                self.component(study, entity)
        self.files(study)
        self.objects.left(study, root, "/study", done | {"haspart"})
        people.other_organisations(study)
        self.others(study)
        return metadata

    def top(self, metadata: Metadata, root: Entity, done: set[str]) -> None:
        """Accession, DOI and date of the submission."""
        for name in ("accessionid", "identifier", "doi"):
            for value, at in self.graph.values(root, name):
                text = self.graph.text(value, at)
                slot = "doi" if text and "10." in text else "accession"
                if text and slot == "accession" and not _ARCHIVES.match(text):
                    continue
                if text and slot not in metadata and isinstance(value, str):
                    metadata[slot] = text
                    self.objects.pointers[join("", slot)] = at
                    done.add(name)
        for value, at in self.graph.values(root, "datepublished"):
            if isinstance(value, dict):
                # A typed literal of JSON-LD.
                value, at = value.get("@value"), join(at, "@value")
            if isinstance(value, str) and "release_date" not in metadata:
                metadata["release_date"] = _day(str(value))
                self.objects.pointers["/release_date"] = at
                done.add("datepublished")
            elif isinstance(value, str) and _day(str(value)) != metadata["release_date"]:
                message = f"'datePublished' has a second value, '{value}'; the first one was read"
                self.graph.flag(codes.WRONG_VALUE, at, message, value=str(value))

    @cached_property
    def folders(self) -> dict[str, str]:
        """From a folder that a dataset of the profile holds to that dataset, by their `@id`.

        A dataset of no class of the profile is there what RO-Crate calls any folder.
        """
        held: dict[str, str] = {}
        for one in self.graph.by_id.values() if self.graph.profiled else ():
            open_ = [one] if one.profiled and one is not self.graph.root else []
            while open_:
                for found, _ in self.graph.targets(open_.pop(), "haspart"):
                    plain = found.kind == "study_components" and not found.profiled
                    if plain and is_folder(found.id) and found.id not in held:
                        held[found.id] = one.id
                        open_.append(found)
        return held

    def all_of(self, kind: str) -> list[Entity]:
        """The entities of a kind, but for the study itself."""
        root = self.graph.root
        return [one for one in self.graph.entities if one is not root and self.kind_of(one) == kind]

    def entry(self, study: Metadata, kind: str, entity: Entity) -> None:
        """One entity in its list of the study, under a title that associations can name."""
        place = join("/study", kind, len(study.get(kind, ())))
        made, done = self.objects.make(entity, kind, place)
        title = self.title(entity)
        if title and ("title" not in made or entity.at in self.namesakes):
            made["title"] = title
            self.objects.pointers.setdefault(join(place, "title"), join(entity.at, "@id"))
        if kind == "biosamples":
            self.organisms(made, entity, place)
            done |= {"organismclassification", "taxonomicrange"}
        if kind == "image_acquisitions":
            self.methods(made, entity, place, done)
        self.objects.left(made, entity, place, done)
        study.setdefault(kind, []).append(made)

    def organisms(self, made: Metadata, entity: Entity, place: str) -> None:
        """The taxa of a biosample."""
        names = ("organismclassification", "taxonomicrange")
        for value, at in self.graph.values(entity, *names):
            taxon = self.graph.follow(value, at)
            here = join(place, "organisms", len(made.get("organisms", ())))
            if taxon is None:
                text = self.graph.text(value, at)
                one: Metadata = {}
                if text is not None:
                    one["taxon_id" if _TAXON.fullmatch(text) else "scientific_name"] = text
            else:
                one, done = self.objects.make(taxon, "organisms", here)
                if _TAXON.fullmatch(taxon.id):
                    one["taxon_id"] = taxon.id
                    self.objects.pointers[join(here, "taxon_id")] = join(taxon.at, "@id")
                self.objects.left(one, taxon, here, done)
            if one:
                self.objects.pointers.setdefault(here, at)
                made.setdefault("organisms", []).append(one)

    def methods(self, made: Metadata, entity: Entity, place: str, done: set[str]) -> None:
        """Imaging methods: names and FBbi terms beside each other, or defined terms."""
        numbers = [
            (str(number), at)
            for value, at in self.graph.values(entity, "fbbiid")
            if isinstance(number := value.get("@id") if isinstance(value, dict) else value, str)
        ]
        found: list[tuple[Metadata, str]] = []
        ids: dict[int, str] = {}
        for value, at in self.graph.values(entity, "imagingmethodname"):
            if (text := self.graph.text(value, at)) is not None:
                found.append(({"name": text}, at))
        for index, (number, at) in enumerate(numbers):
            ids[index] = at
            if index < len(found):
                found[index][0]["term_id"] = number
            else:
                found.append(({"term_id": number}, at))
        for value, at in self.graph.values(entity, "measurementtechnique"):
            term = self.graph.follow(value, at)
            text = self.graph.text(value, at)
            if text is not None:
                one = {"name": text}
                if term is not None:
                    self.objects.used.add(term.at)
                    one |= {"term_id": term.id} if term.id and term.id != text else {}
                found.append((one, at))
        for index, (one, at) in enumerate(found):
            self.objects.pointers[join(place, "imaging_methods", index)] = at
            if index in ids:
                here = join(place, "imaging_methods", index, "term_id")
                self.objects.pointers[here] = ids[index]
            made.setdefault("imaging_methods", []).append(one)
        done |= {"imagingmethodname", "fbbiid", "measurementtechnique"}

    def component(self, study: Metadata, entity: Entity) -> None:
        """A dataset as a study component, with one association per combination it names."""
        place = join("/study/study_components", len(study.get("study_components", ())))
        made, done = self.objects.make(entity, "study_components", place)
        title = self.title(entity)
        if "name" not in made and title:
            made["name"] = title
            self.objects.pointers[join(place, "name")] = join(entity.at, "@id")
        rows = list(self.combinations(entity))
        for one, _ in self.graph.targets(entity, "association"):
            self.objects.used.add(one.at)
            rows += self.combinations(one)
            extra: Metadata = {}
            names = {name for part in _PARTS.values() for name in part}
            self.objects.left(extra, one, place, names)
            made.setdefault("attributes", []).extend(extra.get("attributes", ()))
        if not made.get("attributes"):
            made.pop("attributes", None)
        if rows:
            made["associations"] = rows[:MOST_COMBINATIONS]
            self.objects.pointers[join(place, "associations")] = entity.at
        taken = {name for part in _PARTS.values() for name in part}
        if rows:
            taken |= set(_SPECIMEN)
        self.objects.left(made, entity, place, done | taken | {*LISTED, "association"})
        if entity.id:
            self.components[entity.id] = place
        study.setdefault("study_components", []).append(made)

    def combinations(self, entity: Entity) -> Iterator[Metadata]:
        """The associations that an entity names: every combination of its parts."""
        parts: dict[str, list[str]] = {}
        for slot, names in _PARTS.items():
            titles = [
                self.title(found)
                for found, _ in self.graph.targets(entity, *names)
                if slot != "specimen" or not self.images(found)
            ]
            parts[slot] = [one for one in titles if one]
        for specimen, _ in self.graph.targets(entity, *_SPECIMEN):
            self.objects.used.add(specimen.at)
            for slot, name in (
                ("biosample", "biologicalentity"),
                ("specimen", "imagingpreparationprotocol"),
            ):
                found = [one for one, _ in self.graph.targets(specimen, name)]
                titles = [self.title(one) for one in found if not self.images(one)]
                parts[slot] += [one for one in titles if one and one not in parts[slot]]
        filled = {slot: titles for slot, titles in parts.items() if titles}
        if filled:
            for row in itertools.islice(itertools.product(*filled.values()), MOST_COMBINATIONS):
                yield dict(zip(filled, row, strict=True))

    def images(self, entity: Entity) -> bool:
        """Whether an entity is a `LabProtocol` of imaging, whatever else it is referred to as."""
        return entity.is_a(_ANY_PROTOCOL) and self.kind_of(entity) == "image_acquisitions"

    def files(self, study: Metadata) -> None:
        """The files that the crate describes itself, each in the component that holds it."""
        homes = {one: self.components[held] for one, held in self.folders.items()}
        homes = {**homes, **self.components}
        owners = {
            found.at: place
            for identifier, place in homes.items()
            for found, _ in self.graph.targets(self.graph.by_id[identifier], "haspart")
        }
        for entity in self.graph.entities:
            folder = entity.id in self.folders
            if not (folder or entity.is_a("file")) or is_file_list(entity) or not entity.id:
                continue
            if _WEB.match(entity.id):
                self.elsewhere(study, entity)
                continue
            inside = (place for within, place in homes.items() if below(entity.id, within))
            home = owners.get(entity.at) or next(inside, "/study")
            holder = study if home == "/study" else get({"study": study}, home)
            listed = holder.setdefault("files", [])
            place = join(home, "files", len(listed))
            self.objects.pointers[place] = entity.at
            self.objects.pointers[join(place, "path")] = join(entity.at, "@id")
            self.objects.used.add(entity.at)
            made: Metadata = {"path": unquote(entity.id).removeprefix("./")}
            for value, _ in self.graph.values(entity, "contentsize"):
                if str(value).isdecimal():
                    made["size"] = int(value)
            self.objects.left(made, entity, place, {"contentsize"} if "size" in made else set())
            listed.append(made)

    def elsewhere(self, study: Metadata, entity: Entity) -> None:
        """A data entity of the web, which is no file of the submission, as a link."""
        place = join("/study/links", len(study.setdefault("links", [])))
        made, done = self.objects.make(entity, "links", place)
        made["url"] = entity.id
        self.objects.pointers[join(place, "url")] = join(entity.at, "@id")
        self.objects.left(made, entity, place, done)
        study["links"].append(made)

    def title(self, entity: Entity) -> str | None:
        """What associations call an entity: its title, else its `@id` without marks.

        A crate refers by `@id`, so that titles may repeat: the second has its `@id` behind it.
        """
        title = self.graph.title(entity)
        if title and entity.at in self.namesakes:
            return f"{title} ({unquote(entity.id.removeprefix('#'))})"
        return unquote(title.removeprefix("#")) if title and title == entity.id else title

    def others(self, study: Metadata) -> None:
        """Entities that the record has no class for, as sections of their type."""
        left = [
            entity
            for entity in self.graph.entities
            if entity.at not in self.objects.used and not entity.is_a(*_TECHNICAL)
        ]
        for entity in sorted(left, key=lambda one: (one.types or ("entity",))[-1].casefold()):
            place = join("/study/sections", len(study.get("sections", ())))
            made: Metadata = {"type": str(entity.types[-1]) if entity.types else "entity"}
            self.objects.left(made, entity, place, set())
            if "attributes" in made:
                self.objects.pointers[place] = entity.at
                study.setdefault("sections", []).append(made)


def _day(text: str) -> str:
    """The day in UTC of an instant, which RO-Crate allows for a date; other texts as they are."""
    if not _INSTANT.fullmatch(text):
        return text
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (instant.astimezone(UTC) if instant.tzinfo else instant).date().isoformat()
