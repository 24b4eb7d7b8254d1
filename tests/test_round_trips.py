"""What is written of a record and read again is the same metadata."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline import intake
from pipeline.findings import Origin, Report
from pipeline.intake import pagetab_json, pagetab_tsv, pagetab_xlsx, ro_crate, ro_crate_codes
from pipeline.intake import rembi_yaml as rembi
from pipeline.intake.pagetab_layout import forms, known_names, types
from pipeline.intake.reading import Reading
from pipeline.intake.spellings import fold, spellings
from pipeline.outputs import pagetab, rembi_yaml
from pipeline.outputs import pagetab_tsv as tsv
from pipeline.outputs import ro_crate as crate
from pipeline.record import CuratedRecord, DocumentFrame
from pipeline.schema import compiled, templates, violations

Tree = dict[str, Any]

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "metadata"
SCHEMA = compiled().schemas["Submission"]
ORIGIN = Origin(pipeline="0", schema_version="0", schema_digest="0", rules_digest="0")
BELOW = ("attributes", "qualifiers", "links", "files", "sections")
NOT_SAID = {
    "Licence": ("attributes", "links", "files", "sections"),
    "Affiliation": ("organisation", "attributes"),
    "Organisation": ("id",),
    "Study": ("release_date", "organisations"),
    "Submission": ("accession", "doi", "doi_requested", "release_date", "study", *BELOW[1:]),
}
"""Slots that documents do not state apart, or that are drawn with what they depend on."""
MAIN = {"Licence": "name", "Affiliation": "text", "FileReference": "path", "Link": "url"}
"""Slots without which nothing can be said of an object of the class."""
BRACKETED = re.compile(r'"name": "\s*[\[(<][^"]*[\])>]\s*"')
"""Names in brackets, by which rows of cells mark qualifiers and references."""
TAKEN = frozenset(
    {fold(name) for name in known_names()}
    | set(types())
    | forms()
    | {"submission", "email", "termid", "ontology", "ontologytermid", "url", "column"}
    | {name for kind in spellings().kinds.values() for name in (*kind.children, *kind.texts)}
)
"""Names, folded, that mean something of their own."""

ANY = st.characters(exclude_categories=["Cs"])
PLAIN = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
ROWS = PLAIN | st.sampled_from('\t\n"')
"""Rows of cells hold no control characters, and one kind of line end."""


def words(letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=1, max_size=8).filter(lambda text: bool(text.strip()))


def names() -> st.SearchStrategy[str]:
    """Names that no slot has, and that no row takes for something else."""
    letters = st.characters(categories=["L", "N"]) | st.sampled_from(" -/_.")
    made = st.text(letters, min_size=2, max_size=8)
    return made.filter(lambda name: bool(fold(name)) and fold(name) not in TAKEN)


def taken_by(form: Tree) -> tuple[str, str]:
    """What a slot takes: text, texts, number, flag, object or objects, and of which class."""
    if "items" in form:
        kind, range_ = taken_by(form["items"])
        return kind + "s", range_
    if "$ref" in form:
        return "object", form["$ref"].rpartition("/")[2]
    named = {"integer": "number", "boolean": "flag"}
    return named.get(form.get("type", ""), "text"), ""


def full(of: str, above: tuple[str, ...] = ()) -> Tree:
    """An object of a class with every slot that documents can state."""
    made: Tree = {}
    for slot, form in SCHEMA["$defs"][of]["properties"].items():
        kind, range_ = taken_by(form)
        if slot in NOT_SAID.get(of, ()) or slot == "qualifiers" or range_ in (of, *above):
            continue
        text = f"the {slot} of {of}"
        values = {"text": text, "texts": [text, text + " too"], "number": 7, "flag": True}
        if kind in values:
            made[slot] = values[kind]
        else:
            part = full(range_, (*above, of))
            made[slot] = [part] if kind == "objects" else part
    return made


class Draw:
    """Draws objects of the schema's classes, as documents could state them."""

    def __init__(self, draw: st.DrawFn, letters: st.SearchStrategy[str], sizes: bool) -> None:
        self.draw = draw
        self.words = words(letters)
        self.names = names()
        self.sizes = sizes

    def submission(self) -> Tree:
        made: Tree = {"accession": f"S-BIAD{self.draw(st.integers(1, 10**6))}"}
        if self.draw(st.booleans()):
            made["release_date"] = self.draw(self.words)
        if self.draw(st.booleans()):
            made["doi"] = self.draw(self.words.filter(lambda text: text.strip().lower() != "true"))
        if self.draw(st.booleans()):
            made["doi_requested"] = True
        if attributes := self.attributes():
            made["attributes"] = attributes
        study = self.thing("Study", 3)
        if "release_date" in made and self.draw(st.booleans()):
            study["release_date"] = made["release_date"] + "x"
        self.people(study)
        return made | {"study": study}

    def people(self, study: Tree) -> None:
        """Organisations, and authors that refer to some of them."""
        count = self.draw(st.integers(0, 3))
        listed = [{"id": f"o{n + 1}"} | self.thing("Organisation", 1) for n in range(count)]
        if listed:
            study["organisations"] = listed
        for author in study.get("authors", ()):
            for one in author.get("affiliations", ()):
                if listed and self.draw(st.booleans()):
                    one["organisation"] = self.draw(st.sampled_from(listed))["id"]
                    del one["text"]
                    one.pop("reference", None)
                    for qualifier in one.get("qualifiers", ()):
                        qualifier["of"] = "organisation"

    def thing(self, of: str, depth: int) -> Tree:
        """An object of a class with some of its slots."""
        slots = SCHEMA["$defs"][of]["properties"]
        kinds = {
            slot: taken_by(form)
            for slot, form in slots.items()
            if slot not in BELOW and slot not in NOT_SAID.get(of, ())
        }
        simple = [slot for slot, (kind, _) in kinds.items() if kind == "text"]
        main = MAIN.get(of) or self.draw(st.sampled_from(sorted(simple)))
        chosen = self.draw(st.sets(st.sampled_from(sorted(kinds)), max_size=4)) | {main}
        made: Tree = {}
        for slot in sorted(chosen):
            kind, range_ = kinds[slot]
            if kind == "text":
                made[slot] = self.draw(self.words)
            elif kind == "texts":
                made[slot] = self.draw(st.lists(self.words, min_size=1, max_size=3))
            elif kind == "number" and self.sizes:
                made[slot] = self.draw(st.integers(0, 10**15))
            elif kind == "flag":
                made[slot] = True
            elif kind == "object" and depth:
                made[slot] = self.thing(range_, depth - 1)
            elif kind == "objects" and depth:
                count = self.draw(st.integers(1, 2))
                made[slot] = [self.thing(range_, depth - 1) for _ in range(count)]
        if of == "FileReference" and not self.sizes:
            made.pop("type", None)
        self.below(made, of, slots.keys() - set(NOT_SAID.get(of, ())), depth)
        return made

    def below(self, made: Tree, of: str, may: set[str], depth: int) -> None:
        """What every object may carry besides its slots."""
        if "attributes" in may and self.draw(st.booleans()):
            made["attributes"] = self.attributes()
        bare = {"FileReference": ("path", "type"), "Link": ("url",)}.get(of, ())
        texts = sorted(s for s in made if isinstance(made[s], str) and s not in bare)
        if "qualifiers" in may and texts and self.draw(st.booleans()):
            main = {"Organism": "scientific_name", "ImagingMethod": "name", "Licence": "name"}
            of_slot = main.get(of) or self.draw(st.sampled_from(texts))
            if of_slot in made:
                made["qualifiers"] = [{"of": of_slot, **one} for one in self.qualifiers()]
        if not depth:
            return
        for slot, range_ in (("links", "Link"), ("files", "FileReference")):
            if slot in may and self.draw(st.integers(0, 3)) == 0:
                made[slot] = [self.thing(range_, 0)]
        if "sections" in may and self.draw(st.integers(0, 3)) == 0:
            made["sections"] = [self.section(depth - 1)]

    def section(self, depth: int) -> Tree:
        made: Tree = {"type": self.draw(self.names.filter(lambda name: name == name.strip()))}
        said = {"name": self.draw(self.names), "value": self.draw(self.words)}
        self.below(made, "Section", {"links", "files", "sections"}, depth)
        return made | {"attributes": [said, *self.attributes()]}

    def attributes(self) -> list[Tree]:
        """At least one attribute without a slot."""
        return [self.attribute() for _ in range(self.draw(st.integers(1, 2)))]

    def attribute(self) -> Tree:
        made: Tree = {"name": self.draw(self.names)}
        if self.draw(st.integers(0, 4)):
            made["value"] = self.draw(self.words)
        if self.draw(st.booleans()):
            made["qualifiers"] = self.qualifiers()
        if "value" in made and self.draw(st.booleans()):
            made["reference"] = True
        return made

    def qualifiers(self) -> list[Tree]:
        made = {"name": self.draw(self.names)}
        return [made | ({"value": self.draw(self.words)} if self.draw(st.booleans()) else {})]


@st.composite
def submissions(
    draw: st.DrawFn, letters: st.SearchStrategy[str] = ANY, sizes: bool = True
) -> CuratedRecord:
    metadata = Draw(draw, letters, sizes).submission()
    template = draw(st.sampled_from([None, *sorted(templates())]))
    return record(metadata, DocumentFrame(template=template, root_path="u/1"))


def record(metadata: Tree, frame: DocumentFrame) -> CuratedRecord:
    return CuratedRecord(
        accession=metadata.get("accession", "S-BIAD3001"),
        version=1,
        submission="drawn",
        digest="d" * 64,
        release_date=metadata.get("release_date"),
        citation="…",
        link="https://example.org/S-BIAD3001",
        licence_terms="CC0",
        frame=frame,
        metadata=metadata,
        report=Report(submission="drawn", origin=ORIGIN),
    )


def in_order(tree: Any) -> Any:
    """The metadata with qualifiers in the order of their slots, which nobody chose."""
    if isinstance(tree, dict):
        made = {key: in_order(value) for key, value in tree.items()}
        if "qualifiers" in made:
            made["qualifiers"].sort(key=lambda one: one.get("of", ""))
        return made
    return [in_order(one) for one in tree] if isinstance(tree, list) else tree


def assert_same(reading: Reading, written: CuratedRecord) -> None:
    assert reading.metadata is not None
    assert in_order(reading.metadata) == in_order(written.metadata)


def workbook(written: CuratedRecord) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(tsv.rows(written), 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = sheet.cell(number, column)
                cell.value = text
                cell.data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("template", [None, *sorted(templates())])
def test_every_field_reads_back(template: str | None) -> None:
    study = full("Study") | {"organisations": [{"id": "o1"} | full("Organisation")]}
    metadata = {"accession": "S-BIAD3001", "release_date": "2027-03-01", "study": study}
    frame = DocumentFrame(template=template)
    whole, thin = record(metadata, frame), record(bare(metadata), frame)
    assert list(violations(metadata, compiled())) == []
    assert_same(pagetab_json.read(pagetab.write(whole), "pagetab.json"), whole)
    assert_same(ro_crate.read(crate.write(whole), crate.FILE), whole)
    assert_same(pagetab_tsv.read(tsv.write(thin), "pagetab.tsv"), thin)
    assert_same(rembi.read(rembi_yaml.write(whole), "rembi.yaml"), whole)


@FEW
@given(submissions())
def test_pagetab_json_reads_back(drawn: CuratedRecord) -> None:
    reading = pagetab_json.read(pagetab.write(drawn), "pagetab.json")
    assert_same(reading, drawn)
    assert list(violations(drawn.metadata, compiled())) == []
    assert (reading.template, reading.root_path) == (drawn.frame.template, "u/1")


@FEW
@given(submissions(ROWS, sizes=False))
def test_pagetab_tsv_reads_back(drawn: CuratedRecord) -> None:
    assert_same(pagetab_tsv.read(tsv.write(drawn), "pagetab.tsv"), drawn)


@FEW
@given(submissions(ROWS, sizes=False))
def test_pagetab_xlsx_reads_back(drawn: CuratedRecord) -> None:
    assert_same(pagetab_xlsx.read(workbook(drawn), "pagetab.xlsx"), drawn)


@FEW
@given(submissions())
def test_ro_crate_reads_back(drawn: CuratedRecord) -> None:
    reading = ro_crate.read(crate.write(drawn), crate.FILE)
    assert_same(reading, drawn)
    faults = {one.code for one in reading.findings if one.severity == "error"}
    assert faults == (set() if "release_date" in drawn.metadata else {ro_crate_codes.NO_DATE.code})


@FEW
@given(submissions())
def test_rembi_yaml_reads_back(drawn: CuratedRecord) -> None:
    reading = rembi.read(rembi_yaml.write(drawn), "rembi.yaml")
    assert_same(reading, drawn)


def bare(tree: Any) -> Any:
    """Metadata without what rows of cells have no place for."""
    if isinstance(tree, dict):
        file = "path" in tree
        return {k: bare(v) for k, v in tree.items() if not (file and k in ("size", "type"))}
    return [bare(one) for one in tree] if isinstance(tree, list) else tree


def documents() -> Iterator[tuple[Path, Reading]]:
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in (".json", ".tsv", ".xlsx", ".txt", ".yaml") and path.is_file():
            reading = intake.read(path)
            if reading.metadata is not None:
                yield path, reading


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_every_document_of_the_corpus_reads_back() -> None:
    differ = []
    for path, reading in documents():
        assert reading.metadata is not None
        frame = DocumentFrame(template=reading.template)
        full, thin = record(reading.metadata, frame), record(bare(reading.metadata), frame)
        again = {
            "pagetab": (full, pagetab_json.read(pagetab.write(full), "pagetab.json")),
            "tsv": (thin, pagetab_tsv.read(tsv.write(thin), "pagetab.tsv")),
            "ro-crate": (full, ro_crate.read(crate.write(full), crate.FILE)),
            "rembi": (full, rembi.read(rembi_yaml.write(full), "rembi.yaml")),
        }
        for form, (before, after) in again.items():
            given = {"accession": before.accession} | before.metadata
            bracketed = form == "tsv" and BRACKETED.search(json.dumps(given))
            if not bracketed and in_order(after.metadata) != in_order(given):
                differ.append((form, path.relative_to(CORPUS).as_posix()))
    assert differ == []
