"""A value of any length in any field is judged in time that grows no faster than it."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from pipeline import knowledge
from pipeline.check import Context
from pipeline.checks import (
    acquisitions,
    authors,
    components,
    emails,
    grant_forms,
    licences,
    names,
    organisations,
    packed,
    publications,
    study,
    text,
)
from pipeline.checks.grant_text import mentions
from pipeline.identifiers import licence
from pipeline.intake import yaml_text
from pipeline.submission import Source, SourceMap, Submission, Texts

LENGTH = 40_000
SECONDS = 2.0
"""Many times what it takes; at quadratic growth each takes more."""


def context(metadata: dict[str, Any]) -> Context:
    source = Source(path="a.json", template="BioImages.v5")
    submission = Submission(
        id="long", source=source, source_map=SourceMap(file="a.json"), metadata=metadata
    )
    known = knowledge.load(None).registries
    return Context(submission=submission, day=dt.date(2026, 11, 22), registries=known)


@pytest.mark.parametrize(
    "case",
    [
        *("address", "at", "roles", "keyword", "people", "affiliation", "number", "comment"),
        *("licence", "method", "funder id", "field", "commas", "dois"),
    ],
)
def test_a_long_value_takes_no_longer_than_its_length(case: str) -> None:
    gap = "a" + " " * LENGTH + "b"
    made = context({"study": {}})
    known: Any = made.registries
    calls: dict[str, Any] = {
        "address": lambda: emails.several_emails("a" * LENGTH + "@@", "/study/authors/0/email"),
        "at": lambda: emails.email_at_in_words(f"a at {gap}"),
        "roles": lambda: authors.roles_packed("a," * LENGTH),
        "keyword": lambda: packed.keywords(gap, "/study/keywords/0"),
        "people": lambda: packed.people(gap[:1999]),
        "affiliation": lambda: organisations.without_ror(
            {"name": gap}, "/study/organisations/0", made
        ),
        "number": lambda: grant_forms.prose(
            {"grant_id": "a" * LENGTH, "funder": "EC"}, "/study/grants/0", known
        ),
        "comment": lambda: text.html_markup({}, Texts([("/study/title", "<!--" * LENGTH)])),
        "licence": lambda: licences.address_missing(
            {"name": "a (" * LENGTH}, "/study/licence", known
        ),
        "method": lambda: acquisitions.not_in_fbbi(
            {"name": "imaga" * 60 + " xyz live"}, "/study/image_acquisitions/0", known
        ),
        "funder id": lambda: grant_forms.prose(
            {"grant_id": "1" * LENGTH + " 10.13039/1", "funder": "EC"}, "/study/grants/0", known
        ),
        "field": lambda: names.misspelt(
            {"study": {"authors": [{"attributes": [{"name": gap, "value": "b"}]}]}}
        ),
        "commas": lambda: study.keywords_with_commas(
            f"{gap},{gap}", "/study/keywords/0", {"study": {"keywords": ["a"]}}
        ),
        "dois": lambda: publications.doi_placeholder(
            "10.1234/a;" * LENGTH, "/study/publications/0/doi", {}
        ),
    }
    start = time.process_time()
    list(calls[case]())
    assert time.process_time() - start < SECONDS


def test_many_names_of_funders_are_found_in_one_pass() -> None:
    known: Any = context({"study": {}}).registries
    start = time.process_time()
    found = mentions("Wellcome Trust, ERC; " * 5000, known)
    assert time.process_time() - start < SECONDS
    assert [one.european for one in found[:4]] == [False, True, False, True]


def test_a_mapping_of_yaml_takes_many_others_over_in_one_pass() -> None:
    many = "\n".join(f"  k{n}: 1" for n in range(10_000))
    merged = f"a: &a {{z: 1}}\nb: &b\n{many}\nc: {{<<: [*b{', *a' * 10_000}]}}\n"
    start = time.process_time()
    made = yaml_text.parse(merged, "a.yaml").value
    assert time.process_time() - start < 3 * SECONDS
    assert len(made["c"]) == 10_001


def test_a_licence_of_brackets_within_brackets_is_none() -> None:
    assert licence("a (" * 2000 + "a" + ")" * 2000) is None
    assert licence("CC BY 4.0 (CC-BY 4.0)") == "CC BY 4.0"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Mira Lindgren, and Tobe Okafor", 2),
        ("Mira Lindgren \n and  Tobe Okafor", 2),
        ("Mira Lindgren; Tobe Okafor;Ada Byron", 3),
        ("Mira Lindgren, Tobe Okafor and Ada Byron", 3),
    ],
)
def test_people_are_parted_whatever_stands_around_the_marks(name: str, count: int) -> None:
    (flag,) = packed.people(name)
    assert f"hold {count} people" in flag.message


def test_a_thousand_associations_that_name_nothing_are_told_quickly() -> None:
    numbers = range(1000)
    study = {
        "biosamples": [{"title": f"Sample number {n}"} for n in numbers],
        "study_components": [
            {"name": f"Component {n}", "associations": [{"biosample": f"Sampel numbr {n}"}]}
            for n in numbers
        ],
    }
    whole = context({"study": study}).submission
    rows = components.Associations.of({"study": study})
    start = time.process_time()
    flags = list(components.names_nothing(study, rows, whole))
    assert time.process_time() - start < SECONDS
    assert len(flags) == 1000
    assert all("the nearest is 'Sample number" in str(flag.message) for flag in flags)
