"""Rules do what their examples say, come to rest, and change by themselves only what is safe."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline import identifiers, resources, rule
from pipeline.findings import CODES, Finding, Operation
from pipeline.rule import Rule
from pipeline.select import find, fits, get, parent
from pipeline.submission import Source, SourceMap, Submission
from tests import test_codes
from tests.growth import LINEAR, growth

RULES = rule.load(resources.rules())
SAFE = tuple(one for one in RULES if one.safety == "safe")
FILE_PATHS = ("/study/study_components/*/file_list", "/study/**/files/*/path")


def submission(metadata: dict[str, Any], pointers: dict[str, str] | None = None) -> Submission:
    return Submission(
        id="S-TEST1",
        metadata=metadata,
        source=Source(path="document.json"),
        source_map=SourceMap(file="document.json", pointers=pointers or {}),
    )


def metadata_with(at: str, value: str) -> tuple[dict[str, Any], str]:
    """Metadata that hold one value at a place that a pattern names, and that place."""
    place = at.replace("/**/links", "/links").replace("/**", "/study/acknowledgements")
    place = place.replace("*", "0")
    tree: Any = value
    for step in reversed(place.strip("/").split("/")):
        tree = [tree] if step == "0" else {step: tree}
    return tree, place


@pytest.mark.parametrize(
    ("one", "case"),
    [pytest.param(r, e, id=f"{r.id}-{n}") for r in RULES for n, e in enumerate(r.examples)],
)
def test_an_example_holds(one: Rule, case: rule.Example) -> None:
    metadata, place = metadata_with(one.at, case.before)
    [(_, operations)] = one.proposals(metadata)
    if isinstance(case.after, dict):
        home = parent(place)
        assert {o.place: o.after for o in operations} == {
            f"{home}/{slot}": text for slot, text in case.after.items()
        }
    else:
        after = list(case.after) if isinstance(case.after, tuple) else case.after
        assert [o.after for o in operations] == [after]
        assert operations[0].before == case.before


@pytest.mark.parametrize("one", SAFE, ids=lambda one: one.id)
def test_a_safe_rule_run_twice_changes_nothing_more(one: Rule) -> None:
    for case in one.examples:
        once, changes = rule.apply_safe(submission(metadata_with(one.at, case.before)[0]), RULES)
        assert changes
        assert rule.apply_safe(once, RULES) == (once, ())


def test_rules_mend_codes_that_there_are() -> None:
    assert {one.mends for one in RULES if one.mends} <= CODES.keys()


def allowed(operation: Operation) -> bool:
    """Whether an operation is one of those that need no person: the safe list of the house."""
    place, before, after = operation.place, operation.before, operation.after
    last = place.rpartition("/")[2]
    if operation.do == "add":
        return last == "type" and after == "doi"
    if operation.do == "split":
        parts = [part.strip() for part in before.split(";") if part.strip()]
        return fits("/study/keywords/*", place) and after == parts and len(parts) > 1
    if operation.do != "set" or any(fits(pattern, place) for pattern in FILE_PATHS):
        return False
    if after in (before.strip(), unicodedata.normalize("NFC", before)):
        return True
    if last in ("orcid", "email", "doi", "pubmed_id", "url", "ror", "taxon_id"):
        shown = identifiers.visible(before).strip()
        form = {"pubmed_id": "pmid", "url": "doi"}.get(last, last)
        told = identifiers.FORMS[form](shown) if form in identifiers.FORMS else None
        return after in (identifiers.visible(before), told)
    if fits("/study/licence/name", place):
        return bool(after == identifiers.licence(before))
    return last == "release_date" and after == identifiers.iso_date(before)


TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from([case.before for one in RULES for case in one.examples]),
    st.builds(
        lambda before, text, after: before + text + after,
        st.text(" \u00a0\u200b\u202b;,.", max_size=2),
        st.sampled_from([case.before for one in RULES for case in one.examples]),
        st.text(" \u00a0\u200b\u202b;,.", max_size=2),
    ),
)
METADATA = st.fixed_dictionaries(
    {
        "release_date": TEXT,
        "study": st.fixed_dictionaries(
            {
                "title": TEXT,
                "keywords": st.lists(TEXT, min_size=1, max_size=3),
                "licence": st.fixed_dictionaries({"name": TEXT}),
                "authors": st.lists(
                    st.fixed_dictionaries({"name": TEXT, "email": TEXT, "orcid": TEXT}), max_size=2
                ),
                "organisations": st.lists(st.fixed_dictionaries({"ror": TEXT}), max_size=1),
                "publications": st.lists(
                    st.fixed_dictionaries({"doi": TEXT, "pubmed_id": TEXT, "title": TEXT}),
                    max_size=2,
                ),
                "links": st.lists(st.fixed_dictionaries({"url": TEXT}), max_size=2),
                "biosamples": st.lists(
                    st.fixed_dictionaries(
                        {"title": st.sampled_from(["Fin", "Fin ", "Tail ", "é", "é"])}
                    ),
                    max_size=3,
                ),
                "study_components": st.lists(
                    st.fixed_dictionaries(
                        {
                            "file_list": TEXT,
                            "associations": st.lists(
                                st.fixed_dictionaries(
                                    {"biosample": st.sampled_from(["Fin", "Fin ", "Tail", "é"])}
                                ),
                                max_size=2,
                            ),
                        }
                    ),
                    max_size=1,
                ),
                "files": st.lists(st.fixed_dictionaries({"path": TEXT}), max_size=1),
            }
        ),
    }
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(METADATA)
def test_what_is_changed_by_itself_is_safe_and_comes_to_rest(metadata: dict[str, Any]) -> None:
    given_one = submission(metadata)
    curated, changes = rule.apply_safe(given_one, RULES)
    for change in changes:
        assert all(allowed(operation) for operation in change.operations), change
    assert rule.apply_safe(curated, RULES) == (curated, ())
    for pattern in FILE_PATHS:
        assert list(find(metadata, pattern)) == list(find(curated.metadata, pattern))


@settings(max_examples=50, deadline=None)
@given(METADATA)
@example({"study": {"biosamples": [{"title": "Fin"}, {"title": "Fin "}]}})
def test_titles_that_differ_still_differ(metadata: dict[str, Any]) -> None:
    titles = [title for _, title in find(metadata, "/study/biosamples/*/title")]
    curated, _ = rule.apply_safe(submission(metadata), RULES)
    after = [title for _, title in find(curated.metadata, "/study/biosamples/*/title")]
    assert len(set(after)) == len(set(titles))


@pytest.mark.parametrize(("marks", "size"), [("10.", 2_500), (";", 37_500)])
def test_a_long_link_is_judged_in_time_that_grows_with_it(marks: str, size: int) -> None:
    def judged(n: int) -> object:
        url = marks * n + "x"
        return rule.apply_safe(submission({"study": {"links": [{"url": url}]}}), RULES)

    assert growth(judged, size) < LINEAR


def test_a_split_moves_what_comes_after_it_with_its_place_in_the_document() -> None:
    one = submission(
        {"study": {"keywords": ["actin; myosin", " fish "]}},
        {"/study/keywords/0": "/attributes/0/value", "/study/keywords/1": "/attributes/1/value"},
    )
    curated, changes = rule.apply_safe(one, RULES)
    assert curated.metadata["study"]["keywords"] == ["actin", "myosin", "fish"]
    assert curated.source_map.document_pointer("/study/keywords/1") == "/attributes/0/value"
    assert curated.source_map.document_pointer("/study/keywords/2") == "/attributes/1/value"
    assert {(c.by, c.operations[0].pointer) for c in changes} == {
        ("keywords-at-semicolons", "/attributes/0/value"),
        ("text-trimmed", "/attributes/1/value"),
    }


@pytest.mark.parametrize(
    ("code", "place"),
    [
        (one.mends, metadata_with(one.at, case.before))
        for one in RULES
        if one.mends
        for case in one.examples
    ],
)
def test_the_finding_that_a_rule_mends_carries_the_change(
    code: str, place: tuple[dict[str, Any], str], tmp_path: Path
) -> None:
    metadata, at = place
    found = test_codes.findings(code, {"metadata": metadata}, tmp_path)
    one = submission(metadata)
    attached = [f for f in rule.attach(found, one, RULES) if f.code == code and f.place == at]
    assert len(attached) == 1
    assert attached[0].suggestion is not None


def test_safe_rules_for_one_finding_follow_one_another() -> None:
    one = submission({"study": {"links": [{"url": "doi.org/10.1234/example.1"}]}})
    finding = Finding(
        code="LNK101", name="x", severity="warning", message="x", place="/study/links/0/url"
    )
    (attached,) = rule.attach([finding], one, RULES)
    assert attached.suggestion is not None
    assert [(o.do, o.place, o.after) for o in attached.suggestion.operations] == [
        ("set", "/study/links/0/url", "10.1234/example.1"),
        ("add", "/study/links/0/type", "doi"),
    ]
    curated, _ = rule.apply_safe(one, RULES)
    assert curated.metadata["study"]["links"] == [{"url": "10.1234/example.1", "type": "doi"}]


def test_rules_to_review_for_one_finding_are_alternatives() -> None:
    made = [
        Rule.model_validate(
            {
                "id": f"to-{name}",
                "why": "A test.",
                "at": "/study/title",
                "when": {"matches": "a"},
                "do": {"set": name},
                "safety": "review",
                "mends": "STU101",
                "examples": [{"before": "a", "after": name}],
            }
        )
        for name in ("b", "c")
    ]
    finding = Finding(code="STU101", name="x", severity="error", message="x", place="/study/title")
    (attached,) = rule.attach([finding], submission({"study": {"title": "a"}}), made)
    assert attached.suggestion is not None
    assert attached.suggestion.rule == "to-b"
    assert [ops[0].after for ops in attached.suggestion.alternatives] == ["c"]


RIGHT: dict[str, Any] = {
    "id": "a-rule",
    "why": "A test.",
    "at": "/study/title",
    "when": {"matches": "a"},
    "do": {"set": "b"},
    "safety": "safe",
    "examples": [{"before": "a", "after": "b"}],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "A Rule"},
        {"do": {"set": "b", "remove": True}},
        {"do": {}},
        {"do": {"set": "{value|nonsense}"}},
        {"when": {"valid": "nonsense"}},
        {"when": {"matches": "("}},
        {"safety": "maybe"},
        {"examples": []},
        {"on": "x"},
    ],
)
def test_a_wrong_rule_is_refused(wrong: dict[str, Any]) -> None:
    Rule.model_validate(RIGHT)
    with pytest.raises(ValidationError):
        Rule.model_validate(RIGHT | wrong)


def test_two_rules_of_one_id_are_refused_with_the_file_named(tmp_path: Path) -> None:
    text = (resources.rules() / "text.yaml").read_text("utf-8")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="text-trimmed"):
        rule.load(tmp_path)
    (tmp_path / "b.yaml").write_text("- id: 3", "utf-8")
    with pytest.raises(ValueError, match=r"b\.yaml"):
        rule.load(tmp_path)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no curation rules"):
        rule.load(tmp_path)
    (tmp_path / "none.yaml").write_text("[]", "utf-8")
    assert not rule.load(tmp_path)


def test_the_digest_tells_rules_apart(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("[]", "utf-8")
    before = rule.digest(tmp_path)
    assert rule.digest(tmp_path) == before
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    assert rule.digest(tmp_path) != before


def test_two_rules_that_undo_each_other_are_told() -> None:
    there = Rule.model_validate(RIGHT)
    back = Rule.model_validate(RIGHT | {"id": "back", "when": {"matches": "b"}, "do": {"set": "a"}})
    with pytest.raises(RuntimeError, match="come to rest"):
        rule.apply_safe(submission({"study": {"title": "a"}}), [there, back])


def test_removing_the_last_value_leaves_nothing_empty() -> None:
    gone = Rule.model_validate(
        RIGHT
        | {"at": "/study/publications/*/doi", "when": {"equals": "TBD"}, "do": {"remove": True}}
    )
    metadata = {"study": {"title": "a", "publications": [{"doi": "TBD"}]}}
    curated, changes = rule.apply_safe(submission(metadata), [gone])
    assert curated.metadata == {"study": {"title": "a"}}
    assert get(metadata, changes[0].operations[0].place) == [{"doi": "TBD"}]
