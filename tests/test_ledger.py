"""What the ledger remembers, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from pipeline import ledger as book
from pipeline.findings import Finding, Operation
from pipeline.ledger import Ledger, LedgerUnavailable, Refused, open_ledger
from pipeline.ledger.connection import MIGRATIONS
from pipeline.ledger.tables import HEAD, METADATA, file_hashes
from pipeline.record import Change, Correction, Decision, Waiver
from tests import postgres

DAY = dt.date(2026, 11, 22)
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL server is installed (apt: postgresql)")
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "archive" / "ledger.sqlite")
    return postgres.database(request.getfixturevalue("server"))


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with open_ledger(where) as opened:
        yield opened


def receive(ledger: Ledger, name: str, digest: str = "d1", day: dt.date = DAY) -> dt.date:
    return book.receive(ledger, name, digest, digest.upper(), day=day)


def give(ledger: Ledger, name: str, digest: str = "d1", decisions: str = "") -> tuple[str, int]:
    accession, version = book.assign(ledger, name, digest, decisions, release_date=DAY)
    return accession.value, version


def publish(ledger: Ledger, name: str, digest: str = "d1", decisions: str = "") -> tuple[str, int]:
    given = give(ledger, name, digest, decisions)
    book.emitted(ledger, *given)
    return given


def test_the_tables_are_those_that_the_migrations_make(ledger: Ledger) -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_reader_sees_one_state_while_others_write(ledger: Ledger) -> None:
    give(ledger, "roots")
    count = "SELECT count(*) FROM accessions"
    with ledger.read() as connection:
        before = connection.exec_driver_sql(count).scalar_one()
        give(ledger, "leaves")
        assert connection.exec_driver_sql(count).scalar_one() == before
    with ledger.read() as connection:
        assert connection.exec_driver_sql(count).scalar_one() == before + 1


def test_a_ledger_of_a_newer_pipeline_is_left_alone(where: str) -> None:
    with open_ledger(where) as ledger, ledger.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerUnavailable, match="newer pipeline"):
        open_ledger(where)


def test_what_is_no_ledger_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is a letter and no database " * 50)
    with pytest.raises(LedgerUnavailable, match="text"):
        open_ledger(tmp_path / "text")
    with pytest.raises(LedgerUnavailable, match="cannot be made"):
        open_ledger(tmp_path / "text" / "ledger.sqlite")
    for scheme in ("postgresql+psycopg", "postgresql"):
        with pytest.raises(LedgerUnavailable, match=r"nowhere"):
            open_ledger(f"{scheme}://curator:secret@127.0.0.1:1/nowhere")
    with pytest.raises(LedgerUnavailable, match="cannot be read") as unread:
        open_ledger("postgresql+psycopg://curator:secret@127.0.0.1:port/nowhere")
    assert "secret" not in str(unread.value)
    with pytest.raises(LedgerUnavailable, match="SQLite or postgresql"):
        open_ledger("postgresql+psycopg2://curator:secret@127.0.0.1:1/nowhere")
    with pytest.raises(LedgerUnavailable, match="SQLite or postgresql"):
        open_ledger("mysql://curator@db.example.org/ledger")


def test_a_password_is_not_said() -> None:
    with pytest.raises(LedgerUnavailable) as refused:
        open_ledger("postgresql+psycopg://curator:secret@127.0.0.1:1/nowhere")
    assert "secret" not in str(refused.value)


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.sqlite") as ledger, ledger.read() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        said = [connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked]
    assert said == ["wal", 2, 1]


def test_the_day_of_first_receipt_stays(ledger: Ledger) -> None:
    assert receive(ledger, "roots") == DAY
    assert receive(ledger, "roots", "d2", NEXT) == DAY
    assert receive(ledger, "leaves", "d3", NEXT) == NEXT


def test_only_the_later_of_two_equal_submissions_is_told_of_the_other(ledger: Ledger) -> None:
    for name in ("roots", "copy", "third"):
        receive(ledger, name)
    receive(ledger, "leaves", "d2")
    same = {
        name: book.known(ledger, name, content_digest="D1").same_content
        for name in ("roots", "copy", "third", "leaves", "not received")
    }
    assert same == {
        "roots": (),
        "copy": ("roots",),
        "third": ("roots", "copy"),
        "leaves": ("roots", "copy", "third"),
        "not received": ("roots", "copy", "third"),
    }
    receive(ledger, "roots", "d9")
    assert book.known(ledger, "copy", content_digest="D1").same_content == ("roots",)
    receive(ledger, "leaves", "d1")
    receive(ledger, "roots", "d2")
    assert book.known(ledger, "roots", content_digest="D2").same_content == ("leaves",)


def test_titles_are_compared_without_case_and_spacing(ledger: Ledger) -> None:
    titles = {
        "roots": ("Root hairs", "Mira Lindgren"),
        "again": ("root  Hairs ", "MIRA Lindgren"),
        "other": ("Root hairs", "Ivo Lindgren"),
        "bare": ("", ""),
        "bare too": ("", ""),
    }
    for name, (title, author) in titles.items():
        book.receive(ledger, name, "d", name, day=DAY, title=title, first_author=author)
    same = {
        name: book.known(ledger, name, title=title, first_author=author).same_title
        for name, (title, author) in titles.items()
    }
    assert {name: others for name, others in same.items() if others} == {"again": ("roots",)}


def test_what_a_database_cannot_hold_is_kept_as_an_escape(ledger: Ledger) -> None:
    odd = "nul \0 and half a letter \ud800"
    book.receive(ledger, odd, "d", "c", day=DAY, title=odd, first_author=odd)
    assert receive(ledger, odd, "d2", NEXT) == DAY
    run = book.start_run(ledger, odd, "d", DAY)
    finding = Finding(
        code="TXT101", name="odd", severity="hint", message=odd, place=f"/{odd}", value=odd
    )
    book.finish_run(ledger, run, "needs-review", findings=[finding], report=odd)
    last = book.last_run(ledger, odd)
    assert last is not None
    assert last.findings == (finding,)


def test_an_accession_is_given_once(ledger: Ledger) -> None:
    assert give(ledger, "roots") == ("S-BIAD1", 1)
    assert give(ledger, "leaves") == ("S-BIAD2", 1)
    assert give(ledger, "roots") == ("S-BIAD1", 1)
    book.emitted(ledger, "S-BIAD1", 1)
    assert give(ledger, "roots") == ("S-BIAD1", 1)
    assert book.known(ledger, "roots").held_accession == "S-BIAD1"


def test_changed_content_and_changed_decisions_make_versions(ledger: Ledger) -> None:
    given = [
        publish(ledger, "roots", digest, decisions)
        for digest, decisions in [("A", ""), ("B", ""), ("A", ""), ("A", "x"), ("A", "x")]
    ]
    assert given == [("S-BIAD1", version) for version in (1, 2, 3, 4, 4)]
    assert [one.digest for one in book.versions(ledger, "S-BIAD1")] == ["A", "B", "A", "A"]


def test_unchanged_is_what_the_newest_version_was_emitted_for(ledger: Ledger) -> None:
    assert book.unchanged(ledger, "roots", "A") is None
    give(ledger, "roots", "A")
    assert book.unchanged(ledger, "roots", "A") is None
    book.emitted(ledger, "S-BIAD1", 1)
    kept = book.unchanged(ledger, "roots", "A")
    assert kept is not None
    assert (kept.accession, kept.version) == ("S-BIAD1", 1)
    assert book.unchanged(ledger, "roots", "A", "decided") is None
    give(ledger, "roots", "B")
    assert book.unchanged(ledger, "roots", "A") is None
    assert publish(ledger, "roots", "A") == ("S-BIAD1", 3)
    newest = book.latest(ledger, "roots")
    assert newest == book.unchanged(ledger, "roots", "A")


def test_numbers_of_imports_and_reservations_are_passed_over(ledger: Ledger) -> None:
    for value in ("S-BIAD2", "S-BIAD3", "S-BIAD6", "S-BSST4"):
        assert book.import_accession(ledger, value, value).value == value
    given = [give(ledger, f"study {number}")[0] for number in range(3)]
    assert given == ["S-BIAD1", "S-BIAD4", "S-BIAD5"]
    assert book.reserve(ledger).value == "S-BIAD7"
    assert book.assign(ledger, "far", "d", first=9590)[0].value == "S-BIAD9590"
    assert give(ledger, "next") == ("S-BIAD9591", 1)
    assert book.assign(ledger, "test", "d", prefix="S-TEST")[0].value == "S-TEST1"
    states = {one.accession: one.state for one in book.accessions(ledger)}
    assert list(states)[:4] == ["S-BIAD1", "S-BIAD2", "S-BIAD3", "S-BIAD4"]
    assert [states[one] for one in ("S-BIAD1", "S-BIAD2", "S-BIAD7")] == [
        "assigned",
        "imported",
        "reserved",
    ]


def test_an_import_keeps_its_accession_for_its_versions(ledger: Ledger) -> None:
    for _ in range(2):
        book.import_accession(ledger, "S-BIAD15", "S-BIAD15")
    assert publish(ledger, "S-BIAD15") == ("S-BIAD15", 1)
    assert publish(ledger, "S-BIAD15", "d2") == ("S-BIAD15", 2)
    held = book.accession(ledger, "S-BIAD15")
    assert held is not None
    assert held.model_dump() == {
        "accession": "S-BIAD15",
        "submission": "S-BIAD15",
        "state": "imported",
        "version": 2,
        "release_date": DAY,
        "doi": None,
    }


def test_an_accession_is_never_anothers(ledger: Ledger) -> None:
    book.import_accession(ledger, "S-BIAD15", "S-BIAD15")
    give(ledger, "roots")
    with pytest.raises(Refused, match="is the accession of S-BIAD15"):
        book.import_accession(ledger, "leaves", "S-BIAD15")
    with pytest.raises(Refused, match="roots has the accession S-BIAD1"):
        book.import_accession(ledger, "roots", "S-BIAD7")
    with pytest.raises(Refused, match="another spelling"):
        book.import_accession(ledger, "leaves", "S-BIAD015")
    assert book.known(ledger, "leaves", own_accession="S-BIAD15").accession_bound_to == "S-BIAD15"
    assert book.known(ledger, "S-BIAD15", own_accession="S-BIAD15").accession_bound_to is None
    assert book.known(ledger, "leaves").held_accession is None


def test_a_reserved_accession_is_taken_by_an_import_alone(ledger: Ledger) -> None:
    reserved = book.reserve(ledger).value
    assert give(ledger, "roots") == ("S-BIAD2", 1)
    book.import_accession(ledger, reserved, reserved)
    assert give(ledger, reserved) == (reserved, 1)
    with pytest.raises(Refused, match=f"is the accession of {reserved}"):
        book.import_accession(ledger, "stems", reserved)


def test_a_withdrawn_accession_stays_taken(ledger: Ledger) -> None:
    publish(ledger, "roots")
    book.withdraw(ledger, "S-BIAD1")
    with pytest.raises(Refused, match="withdrawn"):
        give(ledger, "roots", "d2")
    assert give(ledger, "leaves") == ("S-BIAD2", 1)
    assert book.due(ledger, DAY) == ()
    unbound = book.reserve(ledger).value
    book.withdraw(ledger, unbound)
    with pytest.raises(Refused, match="is withdrawn"):
        book.import_accession(ledger, unbound, unbound)
    with pytest.raises(Refused, match="does not hold"):
        book.withdraw(ledger, "S-BIAD99")


def test_a_doi_once_given_stays(ledger: Ledger) -> None:
    accession, _ = book.assign(ledger, "roots", "d")
    assert [book.keep_doi(ledger, accession, wanted=one) for one in (False, True, False)] == [
        None,
        "10.6019/S-BIAD1",
        "10.6019/S-BIAD1",
    ]
    held = book.accession(ledger, "S-BIAD1")
    assert held is not None
    assert held.doi == "10.6019/S-BIAD1"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM decisions",
        "UPDATE decisions SET verdict = 'hold'",
        "DELETE FROM accessions WHERE value = 'S-BIAD2'",
        "UPDATE accessions SET submission = 'leaves' WHERE value = 'S-BIAD1'",
        "UPDATE accessions SET submission = NULL, state = 'withdrawn' WHERE value = 'S-BIAD1'",
        "UPDATE accessions SET number = 8, value = 'S-BIAD8' WHERE value = 'S-BIAD2'",
        "UPDATE record_versions SET digest = 'other'",
        "DELETE FROM record_versions",
        "INSERT INTO accessions (value, prefix, number, submission, state) "
        "VALUES ('S-BIAD9', 'S-BIAD', 9, 'roots', 'assigned')",
        "INSERT INTO accessions (value, prefix, number, submission, state) "
        "VALUES ('S-BIAD01', 'S-BIAD', 1, 'leaves', 'assigned')",
        "INSERT INTO accessions (value, prefix, number, submission, state) "
        "VALUES ('S-BIAD9', 'S-BIAD', 9, 'nobody', 'assigned')",
    ],
)
def test_the_database_itself_refuses(ledger: Ledger, statement: str) -> None:
    give(ledger, "roots")
    receive(ledger, "leaves")
    book.reserve(ledger)
    book.decide(ledger, "roots", _decision("accept"), DAY)
    with pytest.raises(DBAPIError), ledger.write() as connection:
        connection.exec_driver_sql(statement)
    assert give(ledger, "roots") == ("S-BIAD1", 1)
    assert len(book.decisions(ledger, "roots")) == 1


def _count_wrongly(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.exec_driver_sql("UPDATE counters SET next = 77")
        raise RuntimeError("on purpose")


def test_a_raised_error_undoes_the_whole_transaction(ledger: Ledger) -> None:
    give(ledger, "roots")
    with pytest.raises(RuntimeError, match="on purpose"):
        _count_wrongly(ledger)
    assert give(ledger, "leaves") == ("S-BIAD2", 1)


def _decision(verdict: str, digest: str = "d1") -> Decision:
    waiver = Waiver(
        code="STU102", at="/study/title", digest="x", reason="r", curator="c", expiry=NEXT
    )
    correction = Correction(place="/study/title", before="a", after="b", because="typo")
    return Decision.model_validate(
        {
            "verdict": verdict,
            "curator": "Mira Lindgren",
            "note": "seen",
            "digest": digest,
            "accepted": ("one",),
            "corrections": (correction,),
            "waivers": (waiver,),
        }
    )


def test_decisions_come_back_as_they_were_made(ledger: Ledger) -> None:
    receive(ledger, "roots")
    made = [_decision("hold"), _decision("return"), _decision("accept", "d2")]
    for one in made:
        book.decide(ledger, "roots", one, DAY)
    assert book.decisions(ledger, "roots") == tuple(made)
    assert book.decisions(ledger, "leaves") == ()


ERROR = Finding(code="CMP201", name="names-nothing", severity="error", message="names nothing")
HINT = Finding(code="STU101", name="short", severity="hint", message="short", place="/study/title")
CHANGE = Change(
    by="trim-ends", operations=(Operation(do="set", place="/study/title", before=" a", after="a"),)
)


def run(ledger: Ledger, name: str, outcome: str, day: dt.date = DAY, **more: object) -> int:
    number = book.start_run(ledger, name, "d1", day)
    book.finish_run(ledger, number, outcome, **more)  # type: ignore[arg-type]
    return number


def test_a_run_comes_back_with_its_findings_and_changes(ledger: Ledger) -> None:
    run(ledger, "roots", "needs-review", findings=[ERROR, HINT], changes=[CHANGE], report="r.html")
    book.start_run(ledger, "roots", "d1", DAY)
    last = book.last_run(ledger, "roots")
    assert last is not None
    assert (last.outcome, last.report) == ("needs-review", "r.html")
    assert (last.findings, last.changes) == ((ERROR, HINT), (CHANGE,))
    assert book.last_run(ledger, "leaves") is None


def test_equal_findings_of_run_after_run_are_kept_once(ledger: Ledger) -> None:
    def rows() -> int:
        with ledger.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM findings").scalar_one())

    for _ in range(3):
        run(ledger, "roots", "needs-review", findings=[ERROR, HINT])
    assert rows() == 2
    run(ledger, "roots", "accessioned", findings=[HINT])
    assert rows() == 3
    last = book.last_run(ledger, "roots")
    assert last is not None
    assert last.findings == (HINT,)
    run(ledger, "leaves", "accessioned", findings=[HINT])
    assert rows() == 4


def test_waiting_says_since_when_and_for_whom(ledger: Ledger) -> None:
    run(ledger, "roots", "needs-review", DAY, findings=[ERROR, HINT], proposals=2, report="r.html")
    run(ledger, "roots", "needs-review", NEXT, findings=[ERROR, HINT], proposals=2, report="r.html")
    run(ledger, "leaves", "waiting-for-files", DAY, findings=[ERROR])
    run(ledger, "leaves", "needs-review", NEXT, errors=4)
    run(ledger, "stems", "needs-review")
    run(ledger, "stems", "accessioned")
    run(ledger, "buds", "failed")
    book.start_run(ledger, "seeds", "d1", DAY)
    assert [tuple(one.model_dump().values()) for one in book.waiting(ledger)] == [
        ("buds", "failed", DAY, 0, 0, None),
        ("leaves", "needs-review", NEXT, 4, 0, None),
        ("roots", "needs-review", DAY, 1, 2, "r.html"),
    ]


def test_what_was_sent_back_says_so_before_the_next_run(ledger: Ledger) -> None:
    run(ledger, "roots", "needs-review")
    book.decide(ledger, "roots", _decision("return"), NEXT)
    (one,) = book.waiting(ledger)
    assert (one.outcome, one.since) == ("returned", NEXT)
    run(ledger, "roots", "needs-review", NEXT)
    (one,) = book.waiting(ledger)
    assert (one.outcome, one.since) == ("needs-review", DAY)


@pytest.mark.parametrize(("verdict", "outcome"), [("return", "returned"), ("hold", "needs-review")])
def test_what_has_its_record_and_is_kept_back_waits(
    ledger: Ledger, verdict: str, outcome: str
) -> None:
    run(ledger, "roots", "accessioned")
    book.decide(ledger, "roots", _decision(verdict), NEXT)
    (one,) = book.waiting(ledger)
    assert (one.submission, one.outcome, one.since) == ("roots", outcome, NEXT)
    book.decide(ledger, "roots", _decision("accept"), NEXT)
    assert book.waiting(ledger) == ()


def test_only_the_newest_emitted_version_is_due_once_its_date_has_come(ledger: Ledger) -> None:
    book.assign(ledger, "roots", "d1", release_date=DAY)
    book.assign(ledger, "leaves", "d1", release_date=NEXT)
    book.assign(ledger, "stems", "d1", release_date=None)
    assert book.due(ledger, NEXT) == ()
    for value in ("S-BIAD1", "S-BIAD2", "S-BIAD3"):
        book.emitted(ledger, value, 1)

    def due(day: dt.date) -> list[tuple[str, int]]:
        return [(one.accession, one.version) for one in book.due(ledger, day)]

    assert due(DAY) == [("S-BIAD1", 1)]
    assert due(NEXT) == [("S-BIAD1", 1), ("S-BIAD2", 1)]
    publish(ledger, "roots", "d2")
    assert due(DAY) == [("S-BIAD1", 2)]
    give(ledger, "roots", "d3")
    assert due(DAY) == [("S-BIAD1", 2)]
    assert book.known(ledger, "roots").released_on is None
    for day in (DAY, NEXT):
        book.release(ledger, "S-BIAD1", 2, day)
    assert due(NEXT) == [("S-BIAD2", 1)]
    assert book.released(ledger) == ("S-BIAD1",)
    assert book.known(ledger, "roots").released_on == DAY
    with ledger.read() as connection:
        kept = connection.exec_driver_sql("SELECT released_on FROM releases").scalars().all()
    assert [str(day) for day in kept] == [str(DAY)]


def test_nothing_is_released_before_its_time(ledger: Ledger) -> None:
    book.assign(ledger, "roots", "d1", release_date=NEXT)
    with pytest.raises(Refused, match="no emitted version 1"):
        book.release(ledger, "S-BIAD1", 1, NEXT)
    book.emitted(ledger, "S-BIAD1", 1)
    with pytest.raises(Refused, match=f"held until {NEXT}"):
        book.release(ledger, "S-BIAD1", 1, DAY)
    book.assign(ledger, "leaves", "d1")
    book.emitted(ledger, "S-BIAD2", 1)
    with pytest.raises(Refused, match="has a release date"):
        book.release(ledger, "S-BIAD2", 1, NEXT)
    with pytest.raises(Refused, match="no version 7"):
        book.emitted(ledger, "S-BIAD1", 7)


def _age(path: Path, seconds: int = 60) -> None:
    then = path.stat().st_mtime_ns - seconds * 1_000_000_000
    os.utime(path, ns=(then, then))


def test_a_file_is_read_again_only_when_its_size_or_time_changed(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "cells.tiff"
    path.write_bytes(b"one")
    _age(path)
    assert book.hash_file(ledger, path) == hashlib.sha256(b"one").hexdigest()
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert book.hash_file(ledger, path) == hashlib.sha256(b"one").hexdigest()
    _age(path, 1)
    assert book.hash_file(ledger, path) == hashlib.sha256(b"two").hexdigest()
    path.write_bytes(b"three")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert book.hash_file(ledger, path) == hashlib.sha256(b"three").hexdigest()


def test_a_file_written_this_moment_is_not_trusted_yet(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "cells.tiff"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        fixed = path.stat().st_mtime_ns // 1_000_000_000 * 1_000_000_000
        os.utime(path, ns=(fixed, fixed))
        assert book.hash_file(ledger, path) == hashlib.sha256(content).hexdigest()


def test_many_files_are_hashed_in_their_order(ledger: Ledger, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.tif" for number in range(1100)]
    for path in paths:
        path.write_text(path.name)
        _age(path)
    odd = tmp_path / os.fsdecode(b"caf\xe9.tif")
    odd.write_text("latin")
    paths.insert(3, odd)
    expected = [(path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    assert list(book.hash_files(ledger, paths)) == expected
    with ledger.read() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(file_hashes)).scalar()
    assert kept == 1100
    assert list(book.hash_files(ledger, paths)) == expected
