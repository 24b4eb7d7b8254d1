"""A value of any length in any field is judged in time that grows no faster than it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipeline import knowledge
from pipeline.check import Context, Flag
from pipeline.checks import (
    acquisitions,
    associations,
    authors,
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
from pipeline.checks.section_titles import Associations
from pipeline.identifiers import licence
from pipeline.intake import yaml_text
from pipeline.submission import Source, SourceMap, Submission, Texts
from tests.growth import LINEAR, QUADRATIC, growth

LENGTH = 5000


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
        *("address", "at", "roles", "keyword", "affiliation", "number", "comment"),
        *("licence", "funder id", "field", "commas", "dois"),
    ],
)
def test_a_long_value_takes_no_longer_than_its_length(case: str) -> None:
    made = context({"study": {}})
    known: Any = made.registries

    def gap(n: int) -> str:
        return "a" + " " * n + "b"

    calls: dict[str, Callable[[int], Any]] = {
        "address": lambda n: emails.several_emails("a" * n + "@@", "/study/authors/0/email"),
        "at": lambda n: emails.email_at_in_words(f"a at {gap(n)}"),
        "roles": lambda n: authors.roles_packed("a," * n),
        "keyword": lambda n: packed.keywords(gap(n), "/study/keywords/0"),
        "affiliation": lambda n: organisations.without_ror(
            {"name": gap(n)}, "/study/organisations/0", made
        ),
        "number": lambda n: grant_forms.prose(
            {"grant_id": "a" * n, "funder": "EC"}, "/study/grants/0", known
        ),
        "comment": lambda n: text.html_markup({}, Texts([("/study/title", "<!--" * n)])),
        "licence": lambda n: licences.address_missing({"name": "a (" * n}, "/study/licence", known),
        "funder id": lambda n: grant_forms.prose(
            {"grant_id": "1" * n + " 10.13039/1", "funder": "EC"}, "/study/grants/0", known
        ),
        "field": lambda n: names.misspelt(
            {"study": {"authors": [{"attributes": [{"name": gap(n), "value": "b"}]}]}}
        ),
        "commas": lambda n: study.keywords_with_commas(
            f"{gap(n)},{gap(n)}", "/study/keywords/0", {"study": {"keywords": ["a"]}}
        ),
        "dois": lambda n: publications.doi_placeholder(
            "10.1234/a;" * n, "/study/publications/0/doi", {}
        ),
    }
    assert growth(lambda n: list(calls[case](n)), LENGTH) < LINEAR


def test_the_longest_names_that_are_looked_at_take_no_longer_than_their_length() -> None:
    known: Any = context({"study": {}}).registries

    def people(n: int) -> object:
        return list(packed.people("a" + " " * n + "b"))

    def method(n: int) -> object:
        name = {"name": "imaga" * n + " xyz live"}
        return list(acquisitions.not_in_fbbi(name, "/study/image_acquisitions/0", known))

    assert growth(people, 240) < LINEAR
    assert growth(method, 10) < LINEAR


def test_many_names_of_funders_are_found_in_one_pass() -> None:
    known: Any = context({"study": {}}).registries
    found = mentions("Wellcome Trust, ERC; " * 5000, known)
    assert [one.european for one in found[:4]] == [False, True, False, True]
    assert growth(lambda n: mentions("Wellcome Trust, ERC; " * n, known), 600) < LINEAR


def test_a_mapping_of_yaml_takes_many_others_over_in_one_pass() -> None:
    def made(n: int) -> Any:
        many = "\n".join(f"  k{number}: 1" for number in range(n))
        merged = f"a: &a {{z: 1}}\nb: &b\n{many}\nc: {{<<: [*b{', *a' * n}]}}\n"
        return yaml_text.parse(merged, "a.yaml").value

    assert len(made(10_000)["c"]) == 10_001
    assert growth(made, 1200) < LINEAR


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
    def flags(count: int) -> list[Flag]:
        study = {
            "biosamples": [{"title": f"Sample number {n}"} for n in range(count)],
            "study_components": [
                {"name": f"Component {n}", "associations": [{"biosample": f"Sampel numbr {n}"}]}
                for n in range(count)
            ],
        }
        whole = context({"study": study}).submission
        rows = Associations.of({"study": study})
        return list(associations.names_nothing(study, rows, whole))

    found = flags(1000)
    assert len(found) == 1000
    assert all("the nearest is 'Sample number" in str(flag.message) for flag in found)
    assert growth(flags, 125) < QUADRATIC
