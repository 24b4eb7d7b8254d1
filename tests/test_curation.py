"""The line from folder to record: outcomes, decisions, versions, privacy."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import deciding, ledger, receiving, releasing, review, schema
from tests.archives import DAY, bench, content, curate, inbox
from tests.documents import REMBI

CLEAN = "keratocyte-actin-flow"
MENDED = "organoid-light-sheet"
DECIDED = "wing-disc-wounding"
INCOMPLETE = "yeast-er-stress-screen"


def test_four_submissions_have_four_fates(tmp_path: Path) -> None:
    results = curate(inbox(tmp_path / "inbox"), tmp_path / "archive")
    assert {name: one.outcome for name, one in results.items()} == {
        CLEAN: "accessioned",
        MENDED: "accessioned",
        DECIDED: "needs-review",
        INCOMPLETE: "waiting-for-files",
    }
    assert [results[CLEAN].accession, results[MENDED].accession] == ["S-BIAD1", "S-BIAD2"]
    assert results[CLEAN].findings == {
        "error": 0,
        "warning": 0,
        "hint": results[CLEAN].findings["hint"],
    }
    assert results[DECIDED].accession is None
    for one in results.values():
        report = (tmp_path / "archive" / one.report).read_text("utf-8")
        assert one.submission in report


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox"), tmp_path / "archive"
    first = curate(source, archive)
    before = content(archive)
    second = curate(source, archive)
    assert content(archive) == before
    assert second[CLEAN].outcome == second[MENDED].outcome == "unchanged"
    assert second[CLEAN].accession == first[CLEAN].accession
    assert second[DECIDED].outcome == "needs-review"
    assert second[INCOMPLETE].outcome == "waiting-for-files"


def test_records_are_valid_and_bear_no_clock(tmp_path: Path) -> None:
    curate(inbox(tmp_path / "inbox"), tmp_path / "one")
    curate(inbox(tmp_path / "again"), tmp_path / "two")
    assert content(tmp_path / "one", "records") == content(tmp_path / "two", "records")
    compiled = schema.compiled()
    for path in (tmp_path / "one" / "records").rglob("record.json"):
        assert (
            list(schema.violations(json.loads(path.read_bytes()), compiled, "CuratedRecord")) == []
        )


def test_safe_rules_mend_and_every_change_says_why(tmp_path: Path) -> None:
    results = curate(inbox(tmp_path / "inbox", MENDED), tmp_path / "archive")
    assert results[MENDED].changes > 5
    record = json.loads((tmp_path / "archive" / str(results[MENDED].record)).read_bytes())
    assert "organoid" in record["metadata"]["study"]["keywords"]
    assert all(change["why"] and change["safety"] == "safe" for change in record["changes"])
    assert any(finding["code"].startswith("HEU") for finding in record["report"]["findings"])


def test_a_curator_accepts_with_a_typed_correction(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", DECIDED), tmp_path / "archive"
    curate(source, archive)
    place = "/study/study_components/0/associations/0/specimen"
    with bench(archive) as made:
        assert [one.submission for one in ledger.waiting(made.ledger)] == [DECIDED]
        one = deciding.case(DECIDED, made)
        submission = one.judged.submission
        assert submission is not None
        right = submission.metadata["study"]["specimens"][0]["title"]
        typed = review.Typed(pointer=place, value=right, because="asked the depositor")
        _, blocking = deciding.accept(
            one, curator="A. Curator", note="one word differed", typed=[typed]
        )
        assert blocking == ()
    result = curate(source, archive)[DECIDED]
    assert (result.outcome, result.accession) == ("accessioned", "S-BIAD1")
    record = json.loads((archive / str(result.record)).read_bytes())
    assert (
        record["metadata"]["study"]["study_components"][0]["associations"][0]["specimen"] == right
    )
    assert record["decision"]["curator"] == "A. Curator"
    assert [c["by"] for c in record["changes"] if c["safety"] == "review"] == ["A. Curator"]
    assert curate(source, archive)[DECIDED].outcome == "unchanged"


def test_a_proposal_can_be_taken_by_its_number(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", DECIDED), tmp_path / "archive"
    curate(source, archive)
    with bench(archive) as made:
        one = deciding.case(DECIDED, made)
        numbers = [
            p.label
            for p in review.proposals(one.judged.after.findings)
            if p.source == "CMP201" or "association" in p.place
        ]
        deciding.accept(one, curator="A. Curator", note="the nearest title", take=numbers[:1])
    assert curate(source, archive)[DECIDED].outcome == "accessioned"


def test_a_returned_submission_waits_for_other_content(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", DECIDED), tmp_path / "archive"
    curate(source, archive)
    with bench(archive) as made:
        deciding.keep(
            deciding.case(DECIDED, made), "return", curator="A. Curator", note="please name it"
        )
    assert curate(source, archive)[DECIDED].outcome == "returned"
    document = source / DECIDED / "submission.json"
    document.write_text(document.read_text("utf-8") + "\n", encoding="utf-8")
    assert curate(source, archive)[DECIDED].outcome == "needs-review"


def test_missing_files_cannot_be_waived_and_their_arrival_ends_the_wait(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", INCOMPLETE), tmp_path / "archive"
    curate(source, archive)
    with bench(archive) as made, pytest.raises(review.Refused, match="data files"):
        deciding.accept(deciding.case(INCOMPLETE, made), curator="A. Curator", note="let it pass")
    files = source / INCOMPLETE / "Files"
    there = next(files.rglob("*.ome.tif"))
    shutil.copy(there, files / "plate1" / "A03_DTT.ome.tif")
    result = curate(source, archive)[INCOMPLETE]
    assert (result.outcome, result.accession) == ("accessioned", "S-BIAD1")


def test_changed_content_is_a_new_version_under_the_same_accession(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    first = curate(source, archive)[CLEAN]
    kept = content(archive, "records")
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    study["section"]["attributes"].append({"name": "Acknowledgements", "value": "We thank all."})
    document.write_text(json.dumps(study, indent=2), encoding="utf-8")
    second = curate(source, archive)[CLEAN]
    assert second.outcome == "accessioned"
    assert (second.accession, second.version) == (first.accession, 2)
    assert kept.items() <= content(archive, "records").items()


def test_a_changed_data_file_is_a_new_version(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    image = next((source / CLEAN / "Files").rglob("*.ome.tif"))
    image.write_bytes(image.read_bytes() + b"\0")
    assert curate(source, archive)[CLEAN].version == 2


def test_the_same_content_under_another_name_waits_for_a_curator(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    shutil.copytree(source / CLEAN, source / "uploaded-again")
    results = curate(source, archive)
    assert results[CLEAN].outcome == "unchanged"
    assert results["uploaded-again"].outcome == "needs-review"
    with bench(archive) as made:
        assert [one.accession for one in ledger.accessions(made.ledger)] == ["S-BIAD1"]


def test_an_accession_that_the_ledger_does_not_hold_is_not_believed(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = {"accno": "S-BIAD7", **json.loads(document.read_text("utf-8"))}
    document.write_text(json.dumps(study), encoding="utf-8")
    assert curate(source, archive)["S-BIAD7"].outcome == "needs-review"
    imported = curate(source, archive, imported=True)["S-BIAD7"]
    assert (imported.outcome, imported.accession) == ("accessioned", "S-BIAD7")
    other = inbox(tmp_path / "more", MENDED)
    assert curate(other, archive)[MENDED].accession == "S-BIAD1"


def test_numbers_of_imports_are_skipped(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN, MENDED), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = {"accno": "S-BIAD1", **json.loads(document.read_text("utf-8"))}
    document.write_text(json.dumps(study), encoding="utf-8")
    curate(source / CLEAN, archive, imported=True)
    assert curate(source / MENDED, archive)[MENDED].accession == "S-BIAD2"


def test_nothing_is_public_before_its_day(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN, MENDED), tmp_path / "archive"
    results = curate(source, archive)
    assert not (archive / "public").exists()
    with bench(archive) as made:
        assert list(releasing.release(made.settings, made.ledger, DAY)) == []
        assert not (archive / "public").exists()
        day = dt.date(2029, 1, 1)
        released = list(releasing.release(made.settings, made.ledger, day))
        assert {one.accession for one in released} == {r.accession for r in results.values()}
        assert list(releasing.release(made.settings, made.ledger, day)) == []
    shown = "\n".join(
        path.read_text("utf-8") for path in (archive / "public").rglob("*") if path.is_file()
    )
    assert "S-BIAD1" in shown
    for word in ("findings", "decision", "secretKey", "owner"):
        assert f'"{word}"' not in shown
    assert curate(source, archive)[CLEAN].released


def test_the_archive_s_own_keys_stay_with_the_source(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    study |= {
        "secretKey": "key-0451",
        "owner": "owner-0451@example.org",
        "submitter": "submitter-0451@example.org",
        "accessTags": ["tag-0451"],
    }
    document.write_text(json.dumps(study), encoding="utf-8")
    curate(source, archive)
    kept = archive / "submissions"
    for path in archive.rglob("*"):
        if path.is_file() and kept not in path.parents:
            assert b"0451" not in path.read_bytes(), path
    assert any(b"key-0451" in path.read_bytes() for path in kept.rglob("submission.json"))


def test_what_cannot_be_read_can_be_sent_back(tmp_path: Path) -> None:
    source, archive = tmp_path / "inbox", tmp_path / "archive"
    document = source / "cut-off" / "submission.json"
    document.parent.mkdir(parents=True)
    document.write_text('{"section": {"type": "Study"', encoding="utf-8")
    assert curate(source, archive)["cut-off"].outcome == "needs-review"
    with bench(archive) as made:
        one = deciding.case("cut-off", made)
        with pytest.raises(review.Refused, match="cannot be read"):
            deciding.accept(one, curator="A. Curator", note="let it pass")
        deciding.keep(one, "return", curator="A. Curator", note="the upload broke off")
    assert curate(source, archive)["cut-off"].outcome == "returned"


def test_keys_are_kept_with_the_source_even_as_attributes_and_sections(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    study["attributes"] += [
        {"name": "SecretKey", "value": "key-0452"},
        {"name": "owner", "value": "owner-0452@example.org"},
    ]
    study["section"]["subsections"][0]["attributes"].append(
        {"name": "secretKey", "value": "key-0452"}
    )
    key = {"name": "secretKey", "value": "key-0452"}
    study["section"]["attributes"][0] |= {"valqual": [key], "nmqual": [key]}
    section = {"type": "Secret Key", "attributes": [{"name": "Value", "value": "key-0452"}]}
    study["section"]["subsections"][1].setdefault("subsections", []).append(section)
    study["section"]["subsections"].append({**section, "type": "secretKey"})
    document.write_text(json.dumps(study), encoding="utf-8")
    assert curate(source, archive)[CLEAN].outcome == "accessioned"
    kept = archive / "submissions"
    for path in archive.rglob("*"):
        if path.is_file() and kept not in path.parents:
            assert b"0452" not in path.read_bytes(), path


def test_a_number_that_a_waiting_document_carries_is_not_given_to_another(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = {"accno": "S-BIAD1", **json.loads(document.read_text("utf-8"))}
    document.write_text(json.dumps(study), encoding="utf-8")
    assert curate(source, archive)["S-BIAD1"].outcome == "needs-review"
    other = inbox(tmp_path / "other", MENDED)
    assert curate(other, archive)[MENDED].accession == "S-BIAD2"


def test_of_two_release_dates_the_later_one_holds(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    dates = [one for one in study["attributes"] if one["name"] == "ReleaseDate"]
    study["attributes"].append({"name": "ReleaseDate", "value": "2027-09-09"})
    assert dates[0]["value"] < "2027-09-09"
    document.write_text(json.dumps(study), encoding="utf-8")
    assert curate(source, archive)[CLEAN].outcome == "needs-review"
    with bench(archive) as made:
        deciding.accept(deciding.case(CLEAN, made), curator="A. Curator", note="the later one")
    result = curate(source, archive)[CLEAN]
    record = json.loads((archive / str(result.record)).read_bytes())
    assert record["release_date"] == record["metadata"]["release_date"] == "2027-09-09"


@pytest.mark.parametrize("second", ["2027-9-9", "2027-09-08T23:30:00-05:00"])
def test_the_later_release_date_holds_in_whatever_form_it_is_written(
    tmp_path: Path, second: str
) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    study["attributes"].append({"name": "ReleaseDate", "value": second})
    document.write_text(json.dumps(study), encoding="utf-8")
    curate(source, archive)
    with bench(archive) as made:
        deciding.accept(deciding.case(CLEAN, made), curator="A. Curator", note="the later one")
    result = curate(source, archive)[CLEAN]
    record = json.loads((archive / str(result.record)).read_bytes())
    assert record["release_date"] == record["metadata"]["release_date"] == "2027-09-09"


def test_a_file_that_grows_while_it_is_looked_at_is_waited_for(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    image = next((source / CLEAN / "Files").rglob("*.ome.tif"))
    done = threading.Event()

    def grow() -> None:
        while not done.is_set():
            with image.open("ab") as file:
                file.write(b"\0" * 4)
            done.wait(0.002)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert curate(source, archive)[CLEAN].outcome == "waiting-for-files"
    finally:
        done.set()
        writer.join()
    assert curate(source, archive)[CLEAN].outcome == "accessioned"


def test_the_archive_s_folder_in_an_inbox_is_no_submission(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", CLEAN)
    archive = source / "archive"
    curate(source, archive)
    found = receiving.discover([source], archive)
    assert [one.name for one in found] == [CLEAN]


def _rewrite(document: Path, **attributes: str) -> None:
    """Give a document's root attributes other values."""
    study = json.loads(document.read_text("utf-8"))
    for one in study["attributes"]:
        one["value"] = attributes.get(one["name"], one["value"])
    document.write_text(json.dumps(study), encoding="utf-8")


def _ask_for_no_files(document: Path) -> None:
    """Let a document name a file list that is not there: it waits for files."""
    text = document.read_text("utf-8")
    document.write_text(text.replace("bead_stacks.tsv", "bead_stacks_2.tsv"), encoding="utf-8")


def test_a_document_that_changes_while_it_is_read_is_not_taken_for_what_it_was(
    tmp_path: Path,
) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            part = tmp_path / "part.json"
            shutil.copy(document, part)
            _rewrite(part, ReleaseDate=f"2027-0{1 + number % 9}-01")
            part.replace(document)
            done.wait(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(OSError, match="changed while it was read"):  # noqa: PT012
            for _ in range(20):  # a busy machine may let the writer rest while one is read
                curate(source, archive)
    finally:
        done.set()
        writer.join()
    result = curate(source, archive)[CLEAN]
    record = json.loads((archive / str(result.record)).read_bytes())
    assert f'"{record["release_date"]}"' in document.read_text("utf-8")


def test_runs_that_overlap_wait_for_each_other(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    with ThreadPoolExecutor(3) as runs:
        made = [runs.submit(curate, source, archive) for _ in range(3)]
        ended = sorted(one.result()[CLEAN].outcome for one in made)
    assert ended == ["accessioned", "unchanged", "unchanged"]
    assert not list(archive.rglob(".part-*"))


def test_content_that_came_back_waits_no_longer(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    first = curate(source, archive)[CLEAN]
    document = source / CLEAN / "submission.json"
    before, written = document.read_bytes(), content(archive)
    _ask_for_no_files(document)
    assert curate(source, archive)[CLEAN].outcome == "waiting-for-files"
    document.write_bytes(before)
    again = curate(source, archive)[CLEAN]
    assert (again.outcome, again.version) == ("unchanged", first.version)
    assert (again.findings, again.changes) == (first.findings, first.changes)
    assert written.items() <= content(archive).items()
    with bench(archive) as made:
        assert ledger.waiting(made.ledger) == ()


def test_a_study_whose_newer_content_waits_keeps_to_the_later_date(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    document = source / CLEAN / "submission.json"
    before = document.read_bytes()
    _rewrite(document, ReleaseDate="2031-01-01")
    assert curate(source, archive)[CLEAN].outcome == "needs-review"
    with bench(archive) as made:
        given = (made.settings, made.ledger)
        assert list(releasing.release(*given, dt.date(2030, 12, 31))) == []
        assert not (archive / "public").exists()
        assert len(releasing.due(*given, dt.date(2031, 1, 1))) == 1
    _rewrite(document, ReleaseDate="2031-1-1")
    curate(source, archive)
    with bench(archive) as made:
        assert releasing.due(made.settings, made.ledger, dt.date(2030, 12, 31)) == ()
        assert len(releasing.due(made.settings, made.ledger, dt.date(2031, 1, 1))) == 1
    _rewrite(document, ReleaseDate="when the paper is out")
    curate(source, archive)
    with bench(archive) as made:
        assert releasing.due(made.settings, made.ledger, dt.date(2031, 1, 1)) == ()
    document.write_bytes(before)
    curate(source, archive)
    with bench(archive) as made:
        assert len(releasing.due(made.settings, made.ledger, dt.date(2030, 12, 31))) == 1


@pytest.mark.parametrize("verdict", ["hold", "return"])
def test_what_a_curator_keeps_is_not_brought_out(tmp_path: Path, verdict: str) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    day = dt.date(2029, 1, 1)
    with bench(archive) as made:
        one = deciding.case(CLEAN, made)
        listed = releasing.due(made.settings, made.ledger, day)
        assert len(listed) == 1
        deciding.keep(one, verdict, curator="A. Curator", note="whose data?")  # type: ignore[arg-type]
        assert not releasing.bring_out(made.settings, made.ledger, listed[0], day)
        assert releasing.due(made.settings, made.ledger, day) == ()
    assert not (archive / "public").exists()


def test_everyone_can_open_what_is_public(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    before = os.umask(0o022)
    try:
        with bench(archive) as made:
            (one,) = releasing.release(made.settings, made.ledger, dt.date(2029, 1, 1))
    finally:
        os.umask(before)
    for path in (archive / "public" / one.accession, *(archive / "public").rglob("*")):
        assert path.stat().st_mode & 0o044 == 0o044, path
        assert not path.is_dir() or path.stat().st_mode & 0o011 == 0o011, path
    for path in (archive / "records").glob("*/*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_submission_given_by_two_dots_is_called_by_its_folder(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    assert list(curate(source / CLEAN / "Files" / "..", archive)) == [CLEAN]
    shutil.copy(source / CLEAN / "submission.json", tmp_path / "...json")
    assert list(curate(tmp_path / "...json", archive)) == ["...json"]
    assert {path.name for path in archive.iterdir() if path.is_dir()} == {
        "locks",
        "records",
        "reports",
        "submissions",
    }


def test_a_decision_is_not_taken_on_what_lies_in_another_s_place(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", DECIDED, MENDED), tmp_path / "archive"
    curate(source, archive)
    shutil.rmtree(source / DECIDED)
    (source / MENDED).rename(source / DECIDED)
    document = source / DECIDED / "submission.json"
    study = {"accno": "S-BIAD7", **json.loads(document.read_text("utf-8"))}
    document.write_text(json.dumps(study), encoding="utf-8")
    with bench(archive) as made, pytest.raises(LookupError, match="S-BIAD7 now"):
        deciding.case(DECIDED, made)


def test_what_the_ledger_refuses_is_a_curator_s(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    curate(source, archive)
    with bench(archive) as made:
        ledger.withdraw(made.ledger, "S-BIAD1")
    assert curate(source, archive)[CLEAN].outcome == "unchanged"
    _rewrite(source / CLEAN / "submission.json", ReleaseDate="2027-02-02")
    result = curate(source, archive)[CLEAN]
    assert (result.outcome, result.record) == ("needs-review", None)
    report = (archive / result.report).with_name("report.md").read_text("utf-8")
    assert "S-BIAD1 is withdrawn" in report
    with bench(archive) as made:
        assert [one.submission for one in ledger.waiting(made.ledger)] == [CLEAN]
        assert len(ledger.versions(made.ledger, "S-BIAD1")) == 1


def test_a_doi_is_told_again_and_kept(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    before = document.read_text("utf-8")
    study = json.loads(before)
    study["attributes"].append({"name": "DOI", "value": "true"})
    document.write_text(json.dumps(study), encoding="utf-8")
    first = curate(source, archive)[CLEAN]
    assert first.doi == "10.6019/S-BIAD1"
    assert curate(source, archive)[CLEAN].doi == first.doi
    document.write_text(before, encoding="utf-8")
    second = curate(source, archive)[CLEAN]
    assert (second.version, second.doi) == (2, first.doi)


def test_a_date_that_passed_in_waiting_needs_a_curator_s_word(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", INCOMPLETE), tmp_path / "archive"
    document = source / INCOMPLETE / "submission.json"
    _rewrite(document, ReleaseDate="2026-12-01")
    assert curate(source, archive)[INCOMPLETE].outcome == "waiting-for-files"
    files = source / INCOMPLETE / "Files"
    shutil.copy(next(files.rglob("*.ome.tif")), files / "plate1" / "A03_DTT.ome.tif")
    later = dt.date(2026, 12, 24)
    result = curate(source, archive, later)[INCOMPLETE]
    assert result.outcome == "accessioned"
    message = (archive / result.report).with_name("message.txt").read_text("utf-8")
    assert "private until you tell us" in message
    with bench(archive, later) as made:
        assert list(releasing.release(made.settings, made.ledger, later)) == []
        deciding.accept(deciding.case(INCOMPLETE, made), curator="A. Curator", note="may come out")
        assert len(list(releasing.release(made.settings, made.ledger, later))) == 1


def test_of_two_curators_at_once_one_is_told_of_the_other(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", DECIDED), tmp_path / "archive"
    curate(source, archive)
    with bench(archive) as made:
        one, other = deciding.case(DECIDED, made), deciding.case(DECIDED, made)
        deciding.keep(one, "return", curator="A. Curator", note="please name it")
        with pytest.raises(review.Refused, match="Curator has decided meanwhile"):
            deciding.accept(other, curator="B. Curator", note="let it pass")
        assert len(ledger.decisions(made.ledger, DECIDED)) == 1


@pytest.mark.parametrize("damage", ["gone", "broken"])
def test_a_record_that_is_lost_keeps_no_other_study_back(tmp_path: Path, damage: str) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN, MENDED), tmp_path / "archive"
    record = archive / str(curate(source, archive)[CLEAN].record)
    record.unlink() if damage == "gone" else record.write_text("{", encoding="utf-8")
    day = dt.date(2029, 1, 1)
    with bench(archive) as made:
        assert len(releasing.due(made.settings, made.ledger, day)) == 2
        with pytest.raises((FileNotFoundError, ValueError), match=r"record\.json"):
            list(releasing.release(made.settings, made.ledger, day))
    assert [path.name for path in (archive / "public").iterdir()] == ["S-BIAD2"]


def test_another_study_in_a_folder_of_the_same_name_takes_no_accession(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", CLEAN), archive)
    other = tmp_path / "later" / CLEAN
    shutil.copytree(inbox(tmp_path / "others", MENDED) / MENDED, other)
    first = curate(tmp_path / "later", archive)[CLEAN]
    assert (first.outcome, first.accession, first.version) == ("needs-review", "S-BIAD1", None)
    assert curate(tmp_path / "later", archive)[CLEAN].outcome == "needs-review"
    with bench(archive) as made:
        deciding.accept(deciding.case(CLEAN, made), curator="A. Curator", note="the same study")
    assert curate(tmp_path / "later", archive)[CLEAN].version == 2
    assert curate(tmp_path / "later", archive)[CLEAN].outcome == "unchanged"


def test_after_a_ledger_was_lost_no_record_is_written_over(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN, MENDED), tmp_path / "archive"
    curate(source / CLEAN, archive)
    before = content(archive, "records")
    for path in archive.glob("ledger.sqlite*"):
        path.unlink()
    result = curate(source / MENDED, archive)[MENDED]
    assert (result.outcome, result.record) == ("needs-review", None)
    assert content(archive, "records") == before


def test_names_of_keys_and_accounts_are_nowhere_public(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", CLEAN), tmp_path / "archive"
    document = source / CLEAN / "submission.json"
    study = json.loads(document.read_text("utf-8"))
    for name in ("Secret Key", "owner", "Submitter", "access_tags"):
        private = {"name": name, "value": "person-0453"}
        study["section"]["attributes"][0].setdefault("valqual", []).append(private)
        study["section"]["attributes"].append(private)
        study["section"]["subsections"][0]["attributes"].append(private)
    study["section"]["attributes"].append({"name": "Land owner", "value": "person-0454"})
    document.write_text(json.dumps(study), encoding="utf-8")
    assert curate(source, archive)[CLEAN].outcome == "accessioned"
    with bench(archive) as made:
        assert len(list(releasing.release(made.settings, made.ledger, dt.date(2029, 1, 1)))) == 1
    public = archive / "public" / "S-BIAD1"
    assert not [path for path in public.iterdir() if b"0453" in path.read_bytes()]
    assert b"person-0454" in (public / "metadata.json").read_bytes()


@pytest.mark.parametrize("expected", [True, False])
def test_what_has_no_data_title_or_date_gets_no_accession(tmp_path: Path, expected: bool) -> None:
    source = tmp_path / "inbox"
    given = {"study": REMBI, "object": "annotation_overview: Outlines of cells, drawn by hand\n"}
    for name, text in given.items():
        (source / name).mkdir(parents=True)
        (source / name / "study.yaml").write_text(text, "utf-8")
    results = curate(source, tmp_path / "archive", files=expected, imported=not expected)
    assert {one.outcome for one in results.values()} == {"needs-review"}
