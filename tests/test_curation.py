"""The line from folder to record: outcomes, decisions, versions, privacy."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from pathlib import Path

import pytest

from pipeline import deciding, ledger, receiving, releasing, review, schema
from tests.archives import DAY, bench, content, curate, inbox

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


def test_keys_are_kept_with_the_source_even_as_attributes(tmp_path: Path) -> None:
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
