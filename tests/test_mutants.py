"""Defects put into sound documents are found, placed and mended; right oddities pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline import sources, stages
from pipeline.knowledge import Knowledge
from pipeline.select import leaves
from pipeline.sources import Found
from pipeline.stages import Look
from tests import mutants
from tests.mutants import measure, variations
from tests.mutants.document import written
from tests.mutants.measure import Read

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.xdist_group("mutants")


@pytest.fixture(scope="module")
def documents() -> Mapping[str, dict[str, Any]]:
    return measure.sound_documents(ROOT)


@pytest.fixture(scope="module")
def sound(
    documents: Mapping[str, dict[str, Any]],
    known: Knowledge,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Read]:
    folder = tmp_path_factory.mktemp("sound")
    return {name: measure.sound_read(one, known, folder) for name, one in documents.items()}


def test_defects_are_found_placed_and_mended(
    documents: Mapping[str, dict[str, Any]],
    sound: dict[str, Read],
    known: Knowledge,
    tmp_path: Path,
) -> None:
    made = mutants.several(dict(documents), 3 * len(mutants.KINDS), seed=20261122)
    assert {one.kind for one in made} >= set(mutants.KINDS) - mutants.ONLY_SOME
    scores = [measure.score(one, sound[one.source], known, tmp_path) for one in made]
    missed = [told(one) for one in scores if not (one.found and one.placed)]
    assert len(missed) <= 0.02 * len(scores), "\n".join(missed)
    safe = [one for one in scores if one.mutant.mends]
    unmended = [told(one) for one in safe if not one.mended]
    assert len(unmended) <= 0.01 * len(safe), "\n".join(unmended)


def told(one: measure.Score) -> str:
    return f"{one.mutant.kind} in {one.mutant.source} at {one.mutant.pointers}: {one.codes}"


@pytest.mark.parametrize("name", ["keratocyte-actin-flow", "yeast-er-stress-screen"])
def test_right_oddities_pass(
    documents: Mapping[str, dict[str, Any]],
    sound: dict[str, Read],
    known: Knowledge,
    tmp_path: Path,
    name: str,
) -> None:
    before = [one for one in sound[name].findings if one.severity != "hint"]
    accused = []
    for what, document in variations.documents(documents[name]):
        read = measure.read(written(document), known, tmp_path, curated=False)
        after = [one for one in read.findings if one.severity != "hint"]
        if len(after) > len(before):
            accused.append(f"{what}: {[(one.code, one.message) for one in after]}")
    assert not accused, "\n".join(accused)


def test_accepted_proposals_change_what_they_say_and_nothing_else(
    documents: Mapping[str, dict[str, Any]], known: Knowledge, tmp_path: Path
) -> None:
    own = {name: one for name, one in documents.items() if "-" in name and "_" not in name}
    path = tmp_path / "submission.json"
    look = Look(knowledge=known, day=measure.DAY)
    for mutant in mutants.several(own, 2 * len(mutants.KINDS), seed=20270301):
        path.write_bytes(mutant.content)
        found = Found(given=path.name, document=path, folder=None)
        opened = sources.open_found(found, files=False, imported=True)
        if opened.submission is None:
            continue
        accepted, changes = stages.accept_all(opened, look)
        operations = [one for change in changes for one in change.operations]
        before, after = texts(opened.submission.metadata), texts(accepted.metadata)
        assert before - after <= texts([one.before for one in operations]), mutant.kind
        assert after - before <= texts([one.after for one in operations]), mutant.kind


def texts(tree: Any) -> Counter[str]:
    """Every text of a tree, counted."""
    return Counter(value for _, value in leaves(tree) if isinstance(value, str))
