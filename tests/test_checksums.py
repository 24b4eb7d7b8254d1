"""Checksums in file lists are held against the files on disk, each read once."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import ledger as book
from pipeline.ledger import Ledger, open_ledger
from tests.archives import curate, inbox

MOVIES = "keratocyte-actin-flow"
KINDS = {"MD5": "md5", "SHA-1": "sha1", "SHA256": "sha256", "sha512sum": "sha512"}


def stated(source: Path, columns: dict[str, list[str]]) -> None:
    """Append columns to the file list of the movies."""
    listing = source / MOVIES / "actin_movies.tsv"
    head, *rows = listing.read_text("utf-8").splitlines()
    heads = "\t".join([head, *columns])
    lines = ["\t".join(line) for line in zip(rows, *columns.values(), strict=True)]
    listing.write_text("\n".join([heads, *lines]) + "\n", encoding="utf-8")


def digests(source: Path, kind: str) -> list[str]:
    listing = (source / MOVIES / "actin_movies.tsv").read_text("utf-8").splitlines()[1:]
    files = source / MOVIES / "Files"
    return [
        hashlib.new(kind, (files / row.split("\t")[0]).read_bytes()).hexdigest() for row in listing
    ]


def test_checksums_of_every_kind_that_agree_are_no_finding(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", MOVIES)
    given = {name: digests(source, kind) for name, kind in KINDS.items()}
    given["Checksum"] = [f"md5:{one.upper()}" for one in given["MD5"]]
    given["md5 checksum"] = [
        base64.b64encode(bytes.fromhex(one)).decode() for one in given["MD5"]
    ]  # fmt: skip
    stated(source, given)
    result = curate(source, tmp_path / "archive")[MOVIES]
    assert result.outcome == "accessioned"
    assert "FLS210" not in (tmp_path / "archive" / str(result.record)).read_text("utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_a_checksum_that_differs_is_an_error_at_its_cell(tmp_path: Path, name: str) -> None:
    source = inbox(tmp_path / "inbox", MOVIES)
    sums = digests(source, KINDS[name])
    held, sums[1] = sums[1], sums[0]
    stated(source, {"Remark": ["x"] * len(sums), name: sums})
    result = curate(source, tmp_path / "archive")[MOVIES]
    assert result.outcome == "needs-review"
    assert result.accession is None
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "validate", source / MOVIES, "--format", "jsonl",
         "--on", "2026-11-22"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stdout.splitlines()]
    (one,) = [line for line in told if line.get("code") == "FLS210"]
    assert (one["severity"], one["value"]) == ("error", sums[1])
    assert one["location"]["file"].endswith("actin_movies.tsv")
    assert one["location"]["line"] == 3
    heads = (source / MOVIES / "actin_movies.tsv").read_text("utf-8").splitlines()[0]
    assert one["location"]["column"] == heads.split("\t").index(name) + 1
    assert sums[1] in one["message"]
    assert held in one["message"]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


def test_checksums_are_kept_by_size_and_time(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"one")
    os.utime(path, (1e9, 1e9))
    gone = tmp_path / "gone.tif"
    wanted = {path: ["md5", "sha1"], gone: ["md5"]}
    expected = [
        (path, "md5", hashlib.md5(b"one").hexdigest()),
        (path, "sha1", hashlib.sha1(b"one").hexdigest()),
    ]
    assert list(book.checksums(ledger, wanted)) == expected
    path.write_bytes(b"two")
    os.utime(path, (1e9, 1e9))
    assert list(book.checksums(ledger, wanted)) == expected  # not read again
    os.utime(path, (1e9, 2e9))
    ((_, _, found),) = book.checksums(ledger, {path: ["md5"]})
    assert found == hashlib.md5(b"two").hexdigest()
    assert list(book.checksums(ledger, {path: []})) == []


def test_a_ledger_of_the_first_tables_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlalchemy as sa

    where = f"sqlite:///{tmp_path / 'old.sqlite'}"
    path = tmp_path / "a.tif"
    path.write_bytes(b"one")
    os.utime(path, (1e9, 1e9))
    with open_ledger(where) as opened:
        book.hash_file(opened, path)
        with opened.write() as connection:
            for table in ("file_checksums", "identity"):
                connection.execute(sa.text(f"DROP TABLE {table}"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with open_ledger(where) as opened:
        assert book.hash_file(opened, path) == hashlib.sha256(b"one").hexdigest()
        assert [kind for _, kind, _ in book.checksums(opened, {path: ["md5"]})] == ["md5"]
        assert len(book.identity(opened)) == 36
