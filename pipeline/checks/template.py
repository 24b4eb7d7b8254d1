"""What the document's own submission form demands, where no other family asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pipeline import schema
from pipeline.check import Context, Flag, Skipped, check
from pipeline.checks.wording import quoted
from pipeline.intake.spellings import fold
from pipeline.schema import Field, Template
from pipeline.schema.template import PLACES
from pipeline.select import Patterns
from pipeline.submission import Metadata

ELSEWHERE = frozenset(
    {
        ("Submission", "release_date"),
        ("Study", "title"),
        ("Study", "description"),
        ("Study", "keywords"),
        ("Study", "licence"),
        ("Author", "name"),
        ("Author", "email"),
        ("Author", "affiliations"),
        ("Biosample", "title"),
        ("Biosample", "organisms"),
        ("Specimen", "title"),
        ("ImageAcquisition", "title"),
        ("ImageCorrelation", "title"),
        ("ImageAnalysis", "title"),
        ("StudyComponent", "file_list"),
    }
)
"""Demanded fields whose absence is a code of another family."""

NEVER = frozenset({"Publication", "Link", "Grant", "Association"})
"""Classes whose gaps never withhold an accession, or are judged by the family of their own."""

SECTIONS = ("Biosample", "Specimen", "ImageAcquisition", "StudyComponent", "Annotations")
"""Classes of which a form may demand at least one section."""


@check("SCH003", "template-field-missing", at="/study", severity="error")
def field_missing(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """A field is missing that the document's own submission form demands.

    The form of another template may ask for more, but what a document was not asked for is never
    demanded of it.

    To fix: give the field; the form of the archive says under its name what is meant.
    """
    template = _template(context)
    places, asked = _asked(template.name)
    found = places.find(context.submission.metadata)
    for (of, fields), there in zip(asked, found, strict=True):
        for place, given in there:
            for field in fields:
                if not _stated(given, field):
                    yield Flag(
                        at=place, message=f"{_named(template, of, given)} has no {field.name}"
                    )


@cache
def _asked(name: str) -> tuple[Patterns, tuple[tuple[str, tuple[Field, ...]], ...]]:
    """The places at which the form of a template demands fields that no other family asks for."""
    form = schema.template(name)
    asked = {
        of: tuple(one for one in form.required(of) if (of, one.slot) not in ELSEWHERE)
        for of in PLACES
        if form is not None and of not in NEVER
    }
    told = tuple((of, fields) for of, fields in asked.items() if fields)
    return Patterns(PLACES[of] for of, _ in told), told


@check("SCH004", "template-section-missing", at="/study", severity="error")
def section_missing(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """A kind of section is missing of which the document's own submission form demands one.

    A study that brings annotations of another study's images needs no images of its own.

    To fix: add a section of that kind.
    """
    template = _template(context)
    for of in SECTIONS:
        name = PLACES[of].removeprefix("/study/").removesuffix("/*")
        least = template.minimum(of)
        given = len(study.get(name, ()))
        if given >= least or (of != "Annotations" and _annotates_others(study)):
            continue
        yield Flag(message=f"the study has no section {template.classes[of].name}")


@check("SUB006", "template-unknown", at="", severity="hint")
def template_unknown(metadata: Metadata, context: Context) -> Iterator[Flag]:
    """The document names no submission form, or one that the archive does not know.

    It is read by the types of its sections, and no field is demanded of it.

    To fix: nothing; a document of the archive's form names its template, such as BioImages.v5.
    """
    source = context.submission.source
    if isinstance(context.template, Template) or not source.kind.startswith("pagetab"):
        return
    if source.template:
        yield Flag(
            message=f"the template {quoted(source.template)} is not known",
            location=context.submission.source_map.locate("/template"),
            value=source.template,
        )
    else:
        yield Flag(message="the document names no template", value="")


def _template(context: Context) -> Template:
    if not isinstance(context.template, Template):
        raise Skipped("the document names no submission form that the archive knows")
    return context.template


def _stated(given: dict[str, Any], field: Field) -> bool:
    """Whether an object has a field, in its slot or as a further attribute of the form's name."""
    value = given.get(field.slot)
    if not value and field.slot == "file_list":
        value = given.get("files") or given.get("file_metadata")
    if isinstance(value, str):
        return bool(value.strip())
    if value:
        return True
    return any(
        fold(attribute["name"]) == fold(field.name) and attribute.get("value", "").strip()
        for attribute in given.get("attributes", ())
    )


def _named(template: Template, of: str, given: dict[str, Any]) -> str:
    called = given.get("title") or given.get("name")
    kind = "the study" if of == "Study" else f"the section {template.classes[of].name}"
    return f"{kind} {quoted(called)}" if called and of != "Study" else kind


def _annotates_others(study: dict[str, Any]) -> bool:
    return bool(study.get("annotations")) and not study.get("study_components")
