"""What is asked of a whole archive: the funding report, search, the audit."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import auditing, funding_report, holdings, ledger, releasing
from pipeline.cli import cli
from pipeline.holdings import Study
from pipeline.receiving import Bench
from pipeline.searching import Index
from tests.archives import DAY, bench, curate, inbox

NAMES = ("keratocyte-actin-flow", "organoid-light-sheet")
LATER = dt.date(2027, 2, 1)
"""The organoids are public by then (2027-01-15), the keratocytes are not (2027-03-01)."""


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("archive")
    curate(inbox(home / "inbox", *NAMES), home / "archive")
    with bench(home / "archive") as made:
        assert len(list(releasing.release(made.settings, made.ledger, LATER))) == 1
    return home / "archive"


@pytest.fixture
def archive(curated: Path, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(curated, tmp_path / "archive")
    with bench(tmp_path / "archive") as made:
        yield made


def said(archive: Bench, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    where = ["--archive", str(archive.settings.archive), "--format", "jsonl"]
    done = CliRunner().invoke(cli, [*arguments, *where])
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def accession(archive: Bench, submission: str) -> str:
    newest = ledger.latest(archive.ledger, submission)
    assert newest is not None
    return newest.accession


def test_only_released_studies_are_shown_unless_staff_ask(archive: Bench) -> None:
    public = list(holdings.studies(archive.settings, archive.ledger))
    private = list(holdings.studies(archive.settings, archive.ledger, private=True))
    assert [one.accession for one in public] == [accession(archive, NAMES[1])]
    assert len(private) == 2
    ledger.withdraw(archive.ledger, accession(archive, NAMES[1]))
    assert not list(holdings.studies(archive.settings, archive.ledger))


def test_the_funding_report_has_one_line_a_grant(archive: Bench) -> None:
    (line,) = said(archive, "funding")
    assert line["grant_id"] == "101057970"
    assert line["accession"] == accession(archive, NAMES[1])
    assert line["release_date"] == "2027-01-15"
    assert {one["grant_id"] for one in said(archive, "funding", "--private")} == {
        "NFC-2024-118",
        "101057970",
    }
    assert not said(archive, "funding", "--private", "--grant", "101057971")


def test_the_funding_report_carries_what_cordis_would_tell() -> None:
    grant = {
        "funder": "European Commission",
        "grant_id": "101057970",
        "project_acronym": "BRIGHT",
        "grant_pid": "https://doi.org/10.3030/101057970",
    }
    study = Study(
        accession="S-BIAD7",
        version=1,
        doi="10.6019/S-BIAD7",
        metadata={"study": {"grants": [grant, {"funder": "Lakeside Science Fund"}]}},
    )
    first, second = funding_report.lines([study])
    assert (first.project_acronym, first.grant_pid) == (
        grant["project_acronym"],
        grant["grant_pid"],
    )
    assert second.grant_id is None
    assert list(funding_report.lines([study], grant=grant["grant_pid"])) == [first]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("0000-0002-1825-0097", {NAMES[0]}),
        ("orcid:0000-0002-1825-0097", {NAMES[0]}),
        ("orcid:0000-0002-1825", {NAMES[0]}),
        ("title:0000-0002-1825-0097", set()),
        ('"actin flow"', {NAMES[0]}),
        ('"flow actin"', set()),
        ("flow actin", {NAMES[0]}),
        ("author:lindgren zebrafish", {NAMES[0]}),
        ("author:lindgren mouse", set()),
        ('organism:"Mus musculus"', {NAMES[1]}),
        ("grant_id:101057970", {NAMES[1]}),
        ("keyword:keratocyte", {NAMES[0]}),
        ("example.org", set(NAMES)),
        ("organo*", {NAMES[1]}),
        ('method:"light sheet"', set()),
        ("GELS", {NAMES[0]}),
        ("https://orcid.org/0000-0002-1825-0097", {NAMES[0]}),
        ("orcid:https://orcid.org/0000-0002-1825-0097", {NAMES[0]}),
    ],
)
def test_search_finds_by_words_phrases_and_fields(
    archive: Bench, query: str, found: set[str]
) -> None:
    studies = holdings.studies(archive.settings, archive.ledger, private=True)
    index = Index(studies)
    hits = {one.accession for one in index.search(query)}
    index.close()
    assert hits == {accession(archive, name) for name in found}


def test_search_says_where_and_keeps_private_studies_private(archive: Bench) -> None:
    assert not said(archive, "search", "keratocyte")
    (hit,) = said(archive, "search", "orcid:0000-0002-1825-0097", "--private")
    assert hit["matches"] == [{"field": "authors.orcid", "text": "0000-0002-1825-0097"}]
    assert hit["title"].startswith("Retrograde actin flow")
    for query in ("...", '"', 'keratocyte "actin flow'):
        said(archive, "search", query, code=2)


def codes(archive: Bench, day: dt.date = LATER) -> set[str]:
    return {one.code for one in auditing.audit(archive.settings, archive.ledger, day)}


def test_a_sound_archive_has_nothing_to_audit(archive: Bench) -> None:
    assert codes(archive) == set()
    assert said(archive, "accession", "audit", "--on", "2027-02-01") == []


def test_a_study_made_public_too_early_is_told(archive: Bench) -> None:
    assert codes(archive, DAY) == {"INT925"}
    (line,) = said(archive, "accession", "audit", "--on", DAY.isoformat(), code=1)
    assert line["accession"] == accession(archive, NAMES[1])


def test_a_lost_record_is_told(archive: Bench) -> None:
    shutil.rmtree(archive.settings.records / accession(archive, NAMES[0]))
    assert codes(archive) == {"INT922"}


def test_a_lost_public_copy_is_told(archive: Bench) -> None:
    shutil.rmtree(archive.settings.public / accession(archive, NAMES[1]))
    assert codes(archive) == {"INT926"}


@pytest.mark.parametrize("file", ["manifest.json", "record.json"])
def test_an_altered_record_is_told(archive: Bench, file: str) -> None:
    path = archive.settings.records / accession(archive, NAMES[0]) / "v1" / file
    path.write_bytes(path.read_bytes().replace(b'"sha256": "', b'"sha256": "0', 1))
    assert codes(archive) == {"INT924"}


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]"])
def test_an_unreadable_record_or_copy_is_told(archive: Bench, content: bytes) -> None:
    named = accession(archive, NAMES[1])
    (archive.settings.records / named / "v1" / "record.json").write_bytes(content)
    (archive.settings.public / named / "metadata.json").write_bytes(content)
    assert codes(archive) == {"INT924"}


def test_what_the_ledger_does_not_hold_is_told(archive: Bench) -> None:
    (archive.settings.records / "S-BIAD777" / "v1").mkdir(parents=True)
    (archive.settings.public / "S-BIAD778").mkdir(parents=True)
    assert codes(archive) == {"INT923"}


def test_a_withdrawn_study_that_is_still_public_is_told(archive: Bench) -> None:
    named = accession(archive, NAMES[1])
    ledger.withdraw(archive.ledger, named)
    assert codes(archive) == {"INT928"}
    shutil.rmtree(archive.settings.public / named)
    assert codes(archive) == set()
