"""Files that the system does not let be read cost their own submission a finding, no other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archives import inbox

MOVIES, SHEET = "keratocyte-actin-flow", "organoid-light-sheet"
POWERS = "-dac_override,-dac_read_search"
LOCKED: dict[str, Callable[[Path], Path]] = {
    "document": lambda study: study / "submission.json",
    "folder": lambda study: study,
    "file list": lambda study: study / "actin_movies.tsv",
    "data": lambda study: study / "Files",
}


def done(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command that was run without the right to read whatever it likes."""
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        assert setpriv is not None
        command = [setpriv, f"--bounding-set={POWERS}", f"--inh-caps={POWERS}", *command]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 1, ended.stderr
    return ended


def lines_of(ended: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in ended.stdout.splitlines()]


def run(*arguments: object) -> list[dict[str, object]]:
    """The lines that such a command prints."""
    return lines_of(done(*arguments))


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Path]:
    """An inbox of a sound submission, and of one with each part that may not be read."""
    made = inbox(tmp_path / "inbox", SHEET)
    for name in LOCKED:
        inbox(tmp_path, MOVIES).joinpath(MOVIES).rename(made / name)
    locked = [part(made / name) for name, part in LOCKED.items()]
    for path in locked:
        path.chmod(0)
    yield made
    for path in locked:
        path.chmod(0o755)


def test_what_may_not_be_read_does_not_stop_validation_of_the_others(source: Path) -> None:
    lines = run("validate", source, "--format", "jsonl", "--on", "2026-11-22")
    told = {line["message"]: line["path"] for line in lines if line.get("code") == "INT902"}
    assert told == {
        f"the system does not let '{part}' be read: Permission denied": f"{source}/{name}{at}"
        for name, part, at in [
            ("data", "Files", "/submission.json"),
            ("document", "submission.json", "/submission.json"),
            ("file list", "actin_movies.tsv", "/submission.json"),
            ("folder", "folder", ""),
        ]
    }
    read = {str(line["path"]): line["read"] for line in lines if "read" in line}
    assert read == {str(source / name): False for name in LOCKED} | {str(source / SHEET): True}


@pytest.mark.xdist_group("prefect")
def test_what_may_not_be_read_does_not_stop_curation_of_the_others(source: Path) -> None:
    archive = source.parent / "archive"
    ended = run("curate", source, "--archive", archive, "--format", "jsonl", "--on", "2026-11-22")
    outcomes = {line["submission"]: line["outcome"] for line in ended}
    assert outcomes == dict.fromkeys(LOCKED, "failed") | {SHEET: "accessioned"}


@pytest.mark.xdist_group("prefect")
def test_links_to_storage_that_is_not_there_fail_and_ask_no_depositor(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", SHEET, MOVIES)
    (source / "study").symlink_to(tmp_path / "storage" / "study")
    (source / "loop").symlink_to("loop")
    shutil.rmtree(source / MOVIES / "Files")
    (source / MOVIES / "Files").symlink_to(tmp_path / "storage" / "movies")
    said = run("validate", source, "--format", "jsonl", "--on", "2026-11-22")
    assert {line["path"] for line in said if line.get("code") == "INT902"} == {
        f"{source}/{name}" for name in ("study", "loop", f"{MOVIES}/submission.json")
    }
    words = ("--archive", tmp_path / "archive", "--format", "jsonl", "--on", "2026-11-22")
    curated = done("curate", source, *words)
    outcomes = {line["submission"]: line["outcome"] for line in lines_of(curated)}
    failed = dict.fromkeys(("study", "loop", MOVIES), "failed")
    assert outcomes == failed | {SHEET: "accessioned"}
    why = "(the system does not let 'study' be read: No such file or directory)"
    assert f"study: failed {why}" in curated.stderr.splitlines()


def test_a_folder_of_files_is_read_where_each_of_them_is(tmp_path: Path) -> None:
    folder = inbox(tmp_path / "inbox", SHEET) / SHEET / "Files"
    (folder / "note.xml").write_text("<note/>", encoding="utf-8")
    command = [sys.executable, "-m", "pipeline", "validate", str(folder), "--format", "jsonl"]
    closing = lines_of(subprocess.run(command, capture_output=True, text=True, check=True))[-1]
    assert (closing["read"], closing["errors"]) == (True, 0)


def test_a_document_that_the_disk_cannot_give_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.symlink_to("/proc/self/mem")
    lines = run("validate", broken, "--no-files", "--format", "jsonl")
    assert [line.get("code") for line in lines] == ["INT902", None]
    assert lines[1]["read"] is False


def test_a_folder_without_a_document_is_named_as_it_was_given(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", SHEET)
    (source / "empty").mkdir()
    lines = run("validate", os.path.relpath(source), "--format", "jsonl", "--no-files")
    (one,) = [line for line in lines if line.get("code") == "SUB008"]
    assert one["path"] == os.path.relpath(source / "empty")
