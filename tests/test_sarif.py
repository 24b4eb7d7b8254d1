"""SARIF for editors: in form, at the right characters, with fixes that mend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from tests.archives import INBOX

DAY = "2026-11-22"
STUDY = INBOX / "organoid-light-sheet" / "submission.json"


def sarif(*paths: Path) -> dict[str, Any]:
    arguments = ["validate", *map(str, paths), "--no-files", "--format", "sarif", "--on", DAY]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code in (0, 1), done.output
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def in_form(log: dict[str, Any]) -> None:
    """What SARIF 2.1.0 demands of the parts that we write."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert " " not in physical["artifactLocation"]["uri"]
            region = physical.get("region", {"startLine": 1})
            assert region["startLine"] >= 1
            assert region.get("startColumn", 1) >= 1
        for fix in result.get("fixes", ()):
            for change in fix["artifactChanges"]:
                assert change["artifactLocation"]["uri"]
                assert change["replacements"]
                for one in change["replacements"]:
                    assert one["deletedRegion"]["endLine"] >= one["deletedRegion"]["startLine"]


def test_a_log_is_in_form_and_its_places_are_those_of_the_document() -> None:
    log = sarif(STUDY)
    in_form(log)
    lines = STUDY.read_text("utf-8").splitlines()
    results = log["runs"][0]["results"]
    orcid = next(one for one in results if one["ruleId"] == "ORC103")
    at = orcid["locations"][0]["physicalLocation"]["region"]
    assert lines[at["startLine"] - 1][at["startColumn"] - 1 :].startswith('"https://orcid.org/')
    pointer = orcid["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert pointer.endswith("/value")


def test_fixes_applied_by_an_editor_mend_the_document(tmp_path: Path) -> None:
    results = sarif(STUDY)["runs"][0]["results"]
    fixes = [one["fixes"][0] for one in results if one.get("fixes")]
    assert fixes
    changes = {
        json.dumps(one["deletedRegion"]): one
        for fix in fixes
        for one in fix["artifactChanges"][0]["replacements"]
    }
    text = STUDY.read_text("utf-8").splitlines(keepends=True)
    last = sorted(
        changes.values(),
        key=lambda one: (one["deletedRegion"]["startLine"], one["deletedRegion"]["startColumn"]),
        reverse=True,
    )
    for one in last:
        at = one["deletedRegion"]
        assert at["startLine"] == at["endLine"]
        line = text[at["startLine"] - 1]
        before, after = line[: at["startColumn"] - 1], line[at["endColumn"] - 1 :]
        text[at["startLine"] - 1] = before + one["insertedContent"]["text"] + after
    mended = tmp_path / "submission.json"
    mended.write_text("".join(text), "utf-8")
    fixed = {one["ruleId"] for one in results if one.get("fixes")}
    left = {one["ruleId"] for one in sarif(mended)["runs"][0]["results"]}
    assert not fixed & left - {"PUB101"}


def test_columns_of_tab_separated_text_are_characters(tmp_path: Path) -> None:
    document = tmp_path / "a study.tsv"
    document.write_text(
        "Submission\t\nTitle\tActin flow in migrating keratocytes\nReleaseDate\t2027-02-30\n\n"
        "Study\t\nDescription\tActin flow in migrating keratocytes of fish\n",
        "utf-8",
    )
    log = sarif(document)
    in_form(log)
    wrong = next(one for one in log["runs"][0]["results"] if one["ruleId"] == "REL102")
    region = wrong["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": len("ReleaseDate\t") + 1}


@pytest.mark.parametrize("content", ["", "<html></html>", '{"section": '])
def test_an_unreadable_document_is_a_result(tmp_path: Path, content: str) -> None:
    document = tmp_path / "study.json"
    document.write_text(content, "utf-8")
    log = sarif(document)
    in_form(log)
    assert [one["level"] for one in log["runs"][0]["results"]] == ["error"]


def test_a_sound_study_gives_an_empty_log_but_for_notes() -> None:
    log = sarif(INBOX / "keratocyte-actin-flow" / "submission.json")
    in_form(log)
    assert {one["level"] for one in log["runs"][0]["results"]} <= {"note"}


def test_what_stands_in_a_file_list_is_placed_there(tmp_path: Path) -> None:
    study = INBOX / "keratocyte-actin-flow"
    for name in ("submission.json", "actin_movies.tsv"):
        (tmp_path / name).write_bytes((study / name).read_bytes())
    with (tmp_path / "actin_movies.tsv").open("a", encoding="utf-8") as rows:
        rows.write("\n")
        rows.write((study / "actin_movies.tsv").read_text("utf-8").splitlines()[1] + "\n")
    log = sarif(tmp_path / "submission.json")
    in_form(log)
    again = next(one for one in log["runs"][0]["results"] if one["ruleId"] == "FLS201")
    place = again["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == (tmp_path / "actin_movies.tsv").as_uri()


def test_a_table_of_findings_in_several_files_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "study.tsv").write_text(
        "Submission\nReleaseDate\t2027-02-30\n\nStudy\nTitle\tFish\n\n"
        "Study Component\nName\tA\nFile List\tlist.tsv\n",
        "utf-8",
    )
    (tmp_path / "list.tsv").write_text("Files\nC:\\a.tif\n", "utf-8")
    arguments = ["validate", str(tmp_path / "study.tsv"), "--no-files", "--on", DAY]
    told = CliRunner().invoke(cli, arguments).output
    assert "list.tsv, line 2:1" in told
    assert "study.tsv, line 2:2" in told


def test_a_message_is_written_in_sentences() -> None:
    texts = [one["message"]["text"] for one in sarif(STUDY)["runs"][0]["results"]]
    assert texts
    assert all(text.endswith(".") and ". " in text for text in texts)
    assert all(text[0].isupper() or not text.split()[0].isalpha() for text in texts)
