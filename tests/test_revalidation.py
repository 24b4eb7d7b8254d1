"""Which records a candidate schema newly fails, newly passes, or judges otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.resources import schemas
from pipeline.revalidation import Revalidated, counted, revalidate
from pipeline.schema import Compiled, compiled

Candidate = Callable[[str, str, str], Compiled]


@pytest.fixture
def candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    """A copy of the schema with one text of one file replaced, compiled."""

    def made(name: str, old: str, new: str) -> Compiled:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        folder = tmp_path / "candidate"
        shutil.copytree(schemas(), folder)
        text = (folder / name).read_text("utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return compiled(folder)

    return made


def record(name: str, **study: Any) -> dict[str, Any]:
    return {"submission": name, "metadata": {"study": study}}


def told(found: list[Revalidated]) -> list[tuple[str, str, str, str]]:
    return [(one.submission, one.code, one.change, one.place) for one in found]


def test_same_schema_changes_nothing() -> None:
    wrong = record("fins", titel="Fins")
    assert list(revalidate([wrong], compiled(), compiled())) == []


def test_field_that_becomes_required_newly_fails(candidate: Candidate) -> None:
    new = candidate(
        "people.yaml",
        'exact_mappings: ["datacite:creatorName"]\n',
        'exact_mappings: ["datacite:creatorName"]\n        required: true\n',
    )
    records = [
        record("fins", authors=[{"name": "Mira Lindgren"}, {"email": "a@example.org"}]),
        record("scales", authors=[{"name": "Mira Lindgren"}]),
    ]
    found = list(revalidate(records, compiled(), new))
    assert told(found) == [("fins", "SCH001", "newly-failing", "/study/authors/1")]
    assert found[0].message == "this author has no name"
    back = list(revalidate(records, new, compiled()))
    assert told(back) == [("fins", "SCH001", "newly-passing", "/study/authors/1")]
    assert counted([*found, *found]) == {"SCH001": {"newly-failing": 1}}


def test_field_that_gets_another_name_is_told_at_both(candidate: Candidate) -> None:
    new = candidate("rembi.yaml", "      growth_protocol:\n", "      culture_protocol:\n")
    records = [record("fins", specimens=[{"growth_protocol": "28 degrees"}])]
    assert told(list(revalidate(records, compiled(), new))) == [
        ("fins", "SCH104", "newly-failing", "/study/specimens/0/growth_protocol")
    ]


def test_same_fault_in_other_words_is_changed(candidate: Candidate) -> None:
    new = candidate(
        "people.yaml",
        "pattern: ^o[1-9][0-9]*$\n        examples: [{value: o1}]",
        "pattern: ^org[0-9]+$\n        examples: [{value: org1}]",
    )
    records = [record("fins", organisations=[{"id": "x1"}, {"id": "o2"}, {"id": "org3"}])]
    assert told(list(revalidate(records, compiled(), new))) == [
        ("fins", "SCH101", "changed", "/study/organisations/0/id"),
        ("fins", "SCH101", "newly-failing", "/study/organisations/1/id"),
        ("fins", "SCH101", "newly-passing", "/study/organisations/2/id"),
    ]
