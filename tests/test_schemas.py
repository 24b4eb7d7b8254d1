"""The schema: compiled copy, equality with linkml, findings, forms, profiles."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import pkgutil
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from linkml.validator import Validator
from linkml.validator.plugins import JsonschemaValidationPlugin
from linkml_runtime import SchemaView
from pydantic import BaseModel

import pipeline
from pipeline import findings, record, rule, schema
from pipeline.check import CHECKS, Context, run
from pipeline.checks import template as template_checks
from pipeline.findings import CODES, Finding, Location, Origin, Report, Severity
from pipeline.intake import pagetab_block_codes
from pipeline.resources import rules, schemas
from pipeline.schema import SchemaUnreadable, compiled, severity_in, template, templates, violations
from pipeline.schema.compiled import BUNDLED, compile_folder
from pipeline.schema.profile import profiles
from pipeline.schema.template import PLACES
from pipeline.submission import Source, SourceMap, Submission

ROOT = Path(__file__).parent.parent
VALID = sorted((ROOT / "fixtures/schema/valid").glob("*.yaml"))
INVALID = sorted((ROOT / "fixtures/schema/invalid").glob("*.yaml"))
CODE_FIXTURES = sorted((ROOT / "fixtures/codes").glob("SCH*.yaml"))
FILES = {
    "Submission": "submission.yaml",
    "CuratedRecord": "curated_record.yaml",
    "CurationRule": "curation_rule.yaml",
    "CompleteSubmission": "complete.yaml",
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def class_of(path: Path) -> str:
    return path.stem.split("-")[0]


@cache
def linkml_validator(of: str) -> Validator:
    return Validator(
        str(schemas() / FILES[of]), validation_plugins=[JsonschemaValidationPlugin(closed=True)]
    )


def linkml_paths(instance: Any, of: str) -> set[tuple[Any, ...]]:
    """Where linkml's own validator finds fault, at the outermost error of each."""
    paths = set()
    for result in linkml_validator(of).validate(instance, of).results:
        error = result.source
        while error.parent is not None:
            error = error.parent
        paths.add(tuple(error.absolute_path))
    return paths


def our_paths(instance: Any, of: str) -> set[tuple[Any, ...]]:
    validator = compiled().validator(of)
    return {tuple(error.instance_path) for error in validator.iter_errors(instance)}


def under(path: tuple[Any, ...], others: set[tuple[Any, ...]]) -> bool:
    return any(path[: len(other)] == other for other in others)


def submission(metadata: dict[str, Any], template_name: str | None = None) -> Submission:
    return Submission(
        id="made-up",
        metadata=metadata,
        source=Source(path="submission.json", template=template_name),
        source_map=SourceMap(file="submission.json"),
    )


def raised(metadata: dict[str, Any], template_name: str | None = None) -> list[Finding]:
    """The schema's and the template checks' findings on a submission."""
    made = submission(metadata, template_name)
    context = Context(submission=made, day=dt.date(2026, 11, 22), template=template(template_name))
    ours = [one for one in CHECKS.values() if one.function.__module__ == template_checks.__name__]
    return [*schema.check_schema(made, compiled()), *run(ours, context)[0]]


def test_compiled_copy_is_current() -> None:
    fresh = compile_folder(schemas()).text()
    assert (schemas() / BUNDLED).read_text("utf-8") == fresh, "run python -m pipeline.schema"


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_fixture_passes_here_and_in_linkml(path: Path) -> None:
    instance, of = read(path), class_of(path)
    assert list(violations(instance, compiled(), of)) == []
    assert linkml_paths(instance, of) == set()


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_fixture_fails_here_and_in_linkml_at_the_same_places(path: Path) -> None:
    instance, of = read(path), class_of(path)
    ours, theirs = our_paths(instance, of), linkml_paths(instance, of)
    assert ours
    assert theirs
    assert all(under(one, theirs) for one in ours)
    assert all(any(one[: len(other)] == other for one in ours) for other in theirs)
    assert list(violations(instance, compiled(), of))


@pytest.mark.parametrize("path", [p for p in VALID if class_of(p) == "CompleteSubmission"])
def test_complete_study_lacks_nothing_that_any_form_asks(path: Path) -> None:
    instance = read(path)
    assert list(violations(instance, compiled(), "Submission")) == []
    images = "study_components" in instance["study"]
    for name in ("BioImages.v4", "BioImages.v5") if images else ("BioImages.MIFA.v1",):
        assert raised(instance, name) == []


@pytest.mark.parametrize("path", [p for p in INVALID if class_of(p) == "CompleteSubmission"])
def test_what_is_not_complete_may_still_be_submitted(path: Path) -> None:
    assert list(violations(read(path), compiled(), "Submission")) == []


def test_conditions_of_a_complete_study_are_told_in_words() -> None:
    said = {
        path.stem: [one.message for one in violations(read(path), compiled(), "CompleteSubmission")]
        for path in INVALID
        if class_of(path) == "CompleteSubmission"
    }
    assert said["CompleteSubmission-stream-without-acronym"] == [
        "this complete grant has no project acronym"
    ]
    assert said["CompleteSubmission-author-out-of-reach"] == [
        "this complete author has neither ORCID iD nor e-mail"
    ]
    assert said["CompleteSubmission-images-without-specimens"] == [
        "this complete study has no specimens"
    ]


def test_linkml_validator_without_plugins_passes_what_is_wrong() -> None:
    instance = read(ROOT / "fixtures/schema/invalid/Submission-unknown-slot.yaml")
    bare = Validator(str(schemas() / FILES["Submission"]))
    assert bare.validate(instance, "Submission").results == []
    assert linkml_paths(instance, "Submission")


def test_absent_is_absent_though_linkml_alone_lets_null_pass() -> None:
    instance: Any = {"study": {"title": None, "licence": None, "keywords": None, "authors": [{}]}}
    assert linkml_paths(instance, "Submission") == set()
    found = list(violations(instance, compiled()))
    assert [(one.code, one.place) for one in found] == [
        ("SCH102", "/study/keywords"),
        ("SCH102", "/study/licence"),
        ("SCH102", "/study/title"),
    ]


@pytest.mark.parametrize("path", CODE_FIXTURES, ids=lambda path: path.stem)
def test_code_is_raised_and_not_raised(path: Path) -> None:
    fixture, code = read(path), path.stem
    of = fixture.get("class", "Submission")
    for flag in fixture["flags"]:
        if of == "Submission":
            found = raised(flag["metadata"], flag.get("template"))
            places = [one.place for one in found if one.code == code]
        else:
            made = violations(flag["metadata"], compiled(), of)
            places = [one.place for one in made if one.code == code]
        assert places == [flag["place"]]
    for passing in fixture["passes"]:
        if of == "Submission":
            found = raised(passing["metadata"], passing.get("template"))
            assert code not in [one.code for one in found]
        else:
            made = violations(passing["metadata"], compiled(), of)
            assert code not in [one.code for one in made]


def test_every_schema_code_has_a_fixture() -> None:
    declared = {code for code in CODES if code.startswith("SCH")}
    assert declared == {path.stem for path in CODE_FIXTURES}


def test_messages_use_the_titles_of_the_schema() -> None:
    metadata = {
        "study": {
            "authors": [{"affiliations": [{}]}],
            "files": [{"size": 1}],
            "organisations": [{"id": "org-1"}],
            "licence": "CC0",
        }
    }
    assert {one.place: one.message for one in violations(metadata, compiled())} == {
        "/study/authors/0/affiliations/0": "this affiliation has neither organisation nor text",
        "/study/files/0": "this file has no path",
        "/study/licence": 'licence: "CC0" stands where a group of fields should stand',
        "/study/organisations/0/id": (
            'id: "org-1" is not in the form that is asked for, such as o1'
        ),
    }


def test_schema_finding_is_located_in_the_document() -> None:
    made = Submission(
        id="made-up",
        metadata={"study": {"files": [{"path": "a.tif", "size": -1}]}},
        source=Source(path="submission.json"),
        source_map=SourceMap(
            file="submission.json",
            pointers={"/study/files/0/size": "/section/files/0/size"},
            positions={"/section/files/0/size": Location(line=7, column=15)},
        ),
    )
    (found,) = schema.check_schema(made, compiled())
    assert found.location == Location(
        file="submission.json", pointer="/section/files/0/size", line=7, column=15
    )
    assert found.value == -1
    assert found.severity == "error"


def test_validating_with_the_bundled_schema_never_imports_linkml() -> None:
    script = (
        "import sys; from pipeline.schema import compiled, violations;"
        "assert not list(violations({'study': {}}, compiled()));"
        "sys.exit('linkml' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_another_schema_folder_is_compiled_once_and_kept_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(schemas(), folder)
    text = (folder / "mifa.yaml").read_text("utf-8")
    (folder / "mifa.yaml").write_text(
        text.replace("title: annotation overview\n", "title: overview\n        required: true\n"),
        encoding="utf-8",
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    candidate = compiled(folder)
    assert candidate.digest != compiled().digest
    found = list(violations({"study": {"annotations": [{"title": "Nuclei"}]}}, candidate))
    assert [(one.code, one.message) for one in found] == [
        ("SCH001", "this annotation set has no overview")
    ]
    script = (
        "import sys; from pathlib import Path; from pipeline.schema import compiled;"
        f"assert compiled(Path({str(folder)!r})).digest == {candidate.digest!r};"
        "sys.exit('linkml' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_folder_without_a_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaUnreadable, match="holds no LinkML schema"):
        compiled(tmp_path)


def test_folder_with_a_broken_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "submission.yaml").write_text("id: https://example.org/x\nname: [", "utf-8")
    with pytest.raises(SchemaUnreadable, match="does not compile"):
        compiled(tmp_path)


@cache
def view(name: str) -> SchemaView:
    return SchemaView(str(schemas() / name))


@pytest.mark.parametrize("name", FILES.values())
def test_everything_in_the_schema_has_a_title_and_a_description(name: str) -> None:
    seen = view(name)
    elements = [*seen.all_classes().values(), *seen.all_enums().values()]
    for of in seen.all_classes():
        elements += seen.class_induced_slots(of)
    wanting = [one.name for one in elements if not (one.title and one.description)]
    wanting += [
        f"{enum.name}: {value.text}"
        for enum in seen.all_enums().values()
        for value in enum.permissible_values.values()
        if not value.description
    ]
    assert wanting == []


def test_every_field_of_a_submission_has_an_example() -> None:
    seen = view("submission.yaml")
    wanting = [
        f"{of}.{slot.name}"
        for of in seen.all_classes()
        for slot in seen.class_induced_slots(of)
        if slot.range not in seen.all_classes() and not slot.examples
    ]
    assert wanting == []


def test_terms_of_other_vocabularies_have_known_prefixes() -> None:
    for name in FILES.values():
        seen = view(name)
        elements = [*seen.all_classes().values()]
        for of in seen.all_classes():
            elements += seen.class_induced_slots(of)
        terms = {term for one in elements for term in (*one.exact_mappings, *one.close_mappings)}
        terms |= {
            value.meaning
            for enum in seen.all_enums().values()
            for value in enum.permissible_values.values()
            if value.meaning
        }
        assert [term for term in terms if "://" not in seen.expand_curie(term)] == []


def vocabulary(name: str) -> list[dict[str, str]]:
    text = (schemas() / "vocabularies" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def test_licences_of_the_schema_are_those_of_the_vocabulary() -> None:
    values = view("submission.yaml").get_enum("LicenceName").permissible_values
    assert {name: value.meaning for name, value in values.items()} == {
        row["label"]: f"spdx:{row['spdx_id']}"
        for row in vocabulary("licences")
        if row["scope"] in ("offered", "imported")
    }


def test_funding_streams_of_the_schema_are_those_of_the_vocabulary() -> None:
    values = view("submission.yaml").get_enum("FundingStream").permissible_values
    streams = {row["stream"]: row["code"] for row in vocabulary("funding_streams") if row["stream"]}
    del streams["Horizon Europe"]
    assert set(values) == set(streams)
    coded = {name: value.meaning for name, value in values.items() if value.meaning}
    assert coded == {name: f"cordis:{streams[name]}" for name in coded}


def test_every_field_of_every_form_is_a_slot_of_the_schema() -> None:
    seen = view("submission.yaml")
    unknown = [
        (form.name, of, field.slot)
        for form in templates().values()
        for of, kind in form.classes.items()
        for field in kind.fields
        if field.slot not in seen.class_slots(of)
    ]
    assert unknown == []


def test_places_of_the_classes_lead_to_objects_of_these_classes() -> None:
    seen = view("submission.yaml")
    for of, place in PLACES.items():
        at = "Submission"
        for step in place.split("/")[1:]:
            if step != "*":
                at = seen.induced_slot(step, at).range
        assert at == of


@pytest.mark.parametrize(
    "model",
    [
        *(
            one
            for one in vars(record).values()
            if isinstance(one, type) and one.__module__ == record.__name__
        ),
        findings.Operation,
        findings.Report,
        findings.Origin,
        findings.Finding,
        findings.Location,
        findings.Suggestion,
        findings.Skip,
    ],
)
def test_schema_of_the_record_mirrors_the_classes_of_the_pipeline(model: type[BaseModel]) -> None:
    slots = {slot.name for slot in view("curated_record.yaml").class_induced_slots(model.__name__)}
    assert slots == set(model.model_fields)


@pytest.mark.parametrize(
    ("of", "model"),
    [
        ("CurationRule", rule.Rule),
        ("RuleCondition", rule.When),
        ("RuleVerb", rule.Do),
        ("RuleExample", rule.Example),
    ],
)
def test_schema_of_rules_mirrors_the_classes_of_the_pipeline(
    of: str, model: type[BaseModel]
) -> None:
    slots = {slot.name for slot in view("curation_rule.yaml").class_induced_slots(of)}
    assert slots == {field.alias or name for name, field in model.model_fields.items()}


def test_curation_rules_are_valid() -> None:
    wrong = [
        (path.name, one)
        for path in sorted(rules().glob("*.yaml"))
        for each in read(path)
        for one in violations(each, compiled(), "CurationRule")
    ]
    assert wrong == []


def test_record_as_emitted_is_valid() -> None:
    made = record.CuratedRecord(
        accession="S-BIAD900001",
        version=1,
        submission="made-up",
        digest="0" * 64,
        release_date=None,
        doi=None,
        citation="Lindgren M. Fins. S-BIAD900001.",
        link="https://example.org/S-BIAD900001",
        licence_terms="CC0",
        metadata={"study": {"title": "Fins"}},
        changes=(
            record.Change(
                by="keywords-at-semicolons",
                operations=(
                    findings.Operation(do="split", place="/study/keywords/0", after=["a", "b"]),
                ),
            ),
        ),
        decision=record.Decision(
            verdict="accept",
            curator="C. Urator",
            note="",
            digest="0" * 64,
            waivers=(
                record.Waiver(
                    code="STU101",
                    at="/study/title",
                    digest="0" * 64,
                    reason="known by it",
                    curator="C. Urator",
                    expiry=dt.date(2027, 1, 1),
                ),
            ),
        ),
        report=Report(
            submission="made-up",
            origin=Origin(
                pipeline="0.1.0",
                schema_version="0.1.0",
                schema_digest="0",
                rules_digest="0",
                registries=(("ror", "2026-06-23", "0"),),
            ),
            findings=(CODES["SCH105"].at(Location(line=3), "size", value=-1, samples=(1, "a")),),
        ),
    )
    assert list(violations(made.model_dump(mode="json"), compiled(), "CuratedRecord")) == []
    without = made.model_dump(mode="json", exclude_none=True)
    assert list(violations(without, compiled(), "CuratedRecord")) == []


@pytest.mark.parametrize(
    ("name", "of", "slot", "asked"),
    [
        ("BioImages.v5", "Author", "email", True),
        ("BioImages.v4", "Author", "email", False),
        ("BioImages.v4", "Author", "orcid", False),
        ("BioImages.v5", "ImageCorrelation", "spatial_and_temporal_alignment", True),
        ("BioImages.v4", "ImageCorrelation", "spatial_and_temporal_alignment", False),
        ("BioImages.v1", "Biosample", "title", False),
        ("BioImages.MIFA.v1", "Author", "roles", True),
        ("Default.v2", "Study", "keywords", False),
        ("Default", "Submission", "release_date", True),
    ],
)
def test_form_demands_what_it_calls_required(name: str, of: str, slot: str, asked: bool) -> None:
    form = template(name)
    assert form is not None
    assert form.requires(of, slot) is asked


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("/release_date", True),
        ("/study/licence/name", True),
        ("/study/acknowledgements", False),
        ("/study/authors/3/email", True),
        ("/study/authors/3/affiliations/0/text", True),
        ("/study/licence/url", False),
        ("/study/biosamples/0/organisms/0/scientific_name", True),
        ("/study/biosamples/0/organisms/0/common_name", False),
        ("/study/study_components/1/associations/0/biosample", True),
        ("/study/study_components/1/associations/0/image_analysis", False),
        ("/study/sections/0/title", False),
        ("/study/image_acquisitions/0/imaging_methods/1", True),
    ],
)
def test_form_demands_by_place(place: str, asked: bool) -> None:
    form = template("BioImages.v5")
    assert form is not None
    assert form.requires_at(place) is asked


def test_unknown_form_asks_nothing() -> None:
    assert template("BioImages.v99") is None
    assert template(None) is None
    codes = {one.code for one in raised({"study": {"biosamples": [{"title": "Fin"}]}})}
    assert codes == {"SUB006"}


def test_missing_sections_of_each_kind_are_named_once() -> None:
    found = raised({"study": {"title": "Fins"}}, "BioImages.v5")
    assert [one.message for one in found if one.code == "SCH004"] == [
        "the study has no section Biosample",
        "the study has no section Specimen",
        "the study has no section Image acquisition",
        "the study has no section Study Component",
    ]


@pytest.mark.parametrize(
    ("name", "code", "severity", "judged"),
    [
        ("new", "STU101", "error", "error"),
        ("new", "TXT101", "hint", "hint"),
        ("published", "STU101", "error", "warning"),
        ("published", "STU103", "warning", "hint"),
        ("published", "SUB102", "error", "error"),
        ("published", "SUB202", "error", "warning"),
        ("published", "SUB206", "error", "error"),
        ("published", "SUB106", "warning", "warning"),
        ("published", "HEU201", "warning", "hint"),
        ("published", "TXT110", "hint", None),
        ("published", "FLS205", "error", None),
        ("published", "AUT002", "error", "warning"),
        ("published", "AUT002", "hint", None),
        ("brokered", "STU101", "error", "error"),
        ("brokered", "LIC302", "error", None),
    ],
)
def test_profiles_change_severities(
    name: str, code: str, severity: Severity, judged: Severity | None
) -> None:
    assert severity_in(name, code, severity) == judged


def test_no_profile_makes_a_finding_graver_that_its_check_softened() -> None:
    code = pagetab_block_codes.SEPARATOR.code
    assert severity_in("published", code, "error") == "error"
    assert severity_in("published", code, "warning") == "warning"


def test_unheard_of_profile_is_refused() -> None:
    with pytest.raises(KeyError):
        severity_in("unheard-of", "STU101", "error")


def test_profiles_name_only_codes_that_are_declared() -> None:
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not {"flows", "cli", "__main__", "migrations"} & set(module.name.split(".")):
            importlib.import_module(module.name)
    named = {code for one in profiles().values() for code in one.codes}
    assert named - CODES.keys() == set()
