"""Uploaded files that are links: what leads out of the submission is told."""

from __future__ import annotations

from pathlib import Path

from pipeline import sources, stages
from tests.archives import inbox

MOVIES = "keratocyte-actin-flow"


def elsewhere(folder: Path) -> tuple[str, ...]:
    (found,) = sources.discover(folder)
    return stages.look_at_images(sources.open_found(found)).elsewhere


def test_links_that_lead_out_are_told_and_others_are_not(tmp_path: Path) -> None:
    study = inbox(tmp_path / "inbox", MOVIES) / MOVIES
    assert elsewhere(study) == ()
    private = tmp_path / "private.tif"
    private.write_bytes(b"II*\0")
    movies = study / "Files" / "movies"
    (movies / "within.tif").symlink_to("soft_cell1.ome.tif")
    (movies / "without.tif").symlink_to(private)
    (tmp_path / "list.tsv").write_bytes((study / "bead_stacks.tsv").read_bytes())
    (study / "bead_stacks.tsv").unlink()
    (study / "bead_stacks.tsv").symlink_to(tmp_path / "list.tsv")
    assert elsewhere(study) == ("bead_stacks.tsv", "Files/movies/without.tif")


def test_a_submission_that_staff_linked_as_a_whole_is_within_itself(tmp_path: Path) -> None:
    kept = inbox(tmp_path / "kept", MOVIES) / MOVIES
    (kept / "Files").rename(tmp_path / "data")
    (kept / "Files").symlink_to(tmp_path / "data")
    (tmp_path / "linked").symlink_to(kept)
    assert elsewhere(tmp_path / "linked") == ()
