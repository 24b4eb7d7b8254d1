"""Which records a candidate schema newly fails, newly passes, or judges otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import knowledge, ledger
from pipeline.cli import cli
from pipeline.resources import rules, schemas
from pipeline.revalidation import Revalidated, counted, revalidate, with_rules, write_anew
from pipeline.schema import Compiled, compiled
from tests.archives import bench, content, curate, inbox

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


STUDY = "organoid-light-sheet"


@pytest.fixture
def curated(tmp_path: Path) -> Path:
    """An archive with one study, whose licence and e-mail address were mended."""
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", STUDY), archive)
    return archive


def without(tmp_path: Path, name: str) -> Path:
    """A copy of the curation rules without one file of them."""
    folder = tmp_path / "rules"
    shutil.copytree(rules(), folder)
    (folder / name).unlink()
    return folder


def test_what_comes_out_the_same_is_not_written_again(curated: Path) -> None:
    before = content(curated)
    with bench(curated) as made:
        result, turned = write_anew(STUDY, made)
    assert (result.outcome, result.version, turned) == ("unchanged", 1, ())
    assert content(curated) == before


def test_a_record_of_other_rules_is_the_next_version(curated: Path, tmp_path: Path) -> None:
    before = content(curated, "records")
    with bench(curated) as made:
        other = knowledge.load(rules=without(tmp_path, "people.yaml"))
        given = made.model_copy(update={"knowledge": other})
        result, turned = write_anew(STUDY, given)
        assert (result.outcome, result.accession, result.version) == ("accessioned", "S-BIAD1", 2)
        assert ("ORC103", "newly-failing") in {(one.code, one.change) for one in turned}
        assert write_anew(STUDY, given)[0].outcome == "unchanged"
        # A version that a killed run left behind is the one that the next run writes.
        newest = ledger.latest(made.ledger, STUDY)
        assert newest is not None
        given_again = ledger.assign(made.ledger, STUDY, newest.digest, anew=True)[1]
        assert given_again == ledger.assign(made.ledger, STUDY, newest.digest, anew=True)[1] == 3
    assert before.items() <= content(curated, "records").items()


def test_other_rules_are_tried_and_nothing_is_written(curated: Path, tmp_path: Path) -> None:
    before = content(curated)
    with bench(curated) as made:
        assert with_rules(STUDY, made, made.knowledge) == ()
        turned = with_rules(STUDY, made, knowledge.load(rules=without(tmp_path, "people.yaml")))
    place = "/study/authors/0/orcid"
    assert {(one.code, one.change) for one in turned if one.place == place} == {
        ("ORC103", "newly-failing"),
        ("orcid-bare", "changed"),
    }
    assert content(curated) == before


def test_a_new_error_waits_and_the_record_stays(
    curated: Path, tmp_path: Path, candidate: Candidate
) -> None:
    before = content(curated, "records")
    title = '        exact_mappings: ["datacite:Title"]\n'
    new = candidate("rembi.yaml", title, title + "        range: integer\n")
    with bench(curated) as made:
        other = made.knowledge.model_copy(update={"compiled": new})
        result, turned = write_anew(STUDY, made.model_copy(update={"knowledge": other}))
        assert (result.outcome, result.record) == ("needs-review", None)
        assert "newly-failing" in {one.change for one in turned}
        assert [one.submission for one in ledger.waiting(made.ledger)] == [STUDY]
    assert content(curated, "records") == before


def test_what_passes_again_waits_no_longer(
    curated: Path, tmp_path: Path, candidate: Candidate
) -> None:
    before = content(curated)
    title = '        exact_mappings: ["datacite:Title"]\n'
    new = candidate("rembi.yaml", title, title + "        range: integer\n")
    with bench(curated) as made:
        other = made.knowledge.model_copy(update={"compiled": new})
        write_anew(STUDY, made.model_copy(update={"knowledge": other}))
        assert curate(tmp_path / "inbox", curated)[STUDY].outcome == "unchanged"
        assert [one.submission for one in ledger.waiting(made.ledger)] == [STUDY]
        assert write_anew(STUDY, made)[0].outcome == "unchanged"
        assert ledger.waiting(made.ledger) == ()
    assert content(curated) == before


def test_a_record_that_was_lost_is_written_again(curated: Path, tmp_path: Path) -> None:
    before = content(curated, "records")
    shutil.rmtree(curated / "records")
    result = curate(tmp_path / "inbox", curated)[STUDY]
    assert (result.outcome, result.version) == ("accessioned", 1)
    assert content(curated, "records") == before


def test_the_command_writes_only_what_is_in_force(curated: Path, tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["revalidate", "--archive", str(curated), *words])

    assert run("--schemas", str(schemas())).exit_code == 2
    assert run("--rules", str(rules())).exit_code == 2
    tried = run("--rules", str(without(tmp_path, "people.yaml")), "--dry-run", "--format", "jsonl")
    assert tried.exit_code == 1
    lines = [json.loads(line) for line in tried.stdout.splitlines()]
    assert {"submission": STUDY, "code": "ORC103", "change": "newly-failing"} in lines
    (tmp_path / "rules" / "study.yaml").write_text("- id: 1\n")
    assert run("--rules", str(tmp_path / "rules"), "--dry-run").exit_code == 2
    done = run("--on", "2026-11-22")
    assert (done.exit_code, done.output) == (
        0,
        "nothing found\n1 record, 0 written anew, 0 differences\n",
    )
    shutil.rmtree(tmp_path / "inbox")
    gone = run("--on", "2026-11-22", "--format", "jsonl")
    assert gone.exit_code == 1
    assert f"S-BIAD1 was not curated anew: {STUDY} is no longer at" in gone.stderr
