"""A quick look finds whatever the closer look behind it would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import check, checks, identifiers, knowledge
from pipeline.checks import (
    acquisitions,
    authors,
    code_pages,
    emails,
    grant_text,
    links,
    misplaced,
    mojibake,
    packed,
    scope,
    text,
    wording,
)
from pipeline.glance import Glance
from tests import mutants
from tests.mutants import measure

ROOT = Path(__file__).parent.parent
CHECKS = check.load(checks)


def of_check(code: str) -> Glance:
    glance = CHECKS[code].glance
    assert glance is not None
    return glance


PAIRS = [
    (wording._LATER, wording.STANDS_IN),
    (wording._NONE, wording.STANDS_IN),
    (text._SHORT, wording.STANDS_IN),
    (text._DASH, wording.STANDS_IN),
    *((form, wording.STANDS_IN) for form in (text._LEFT_OPEN, text._LEFT_FOR_LATER)),
    (text._TEMPLATE, text._TRACES),
    (text._CELL_ESCAPE, text._TRACES),
    (text._LITERAL, text._TRACES),
    *((form, mojibake._QUICK) for form in (mojibake._MAYBE, mojibake._SUSPECT)),
    (code_pages._IS_POLISH, mojibake._QUICK),
    (mojibake._ESCAPES, mojibake._WRITTEN_OUT),
    (grant_text.EU, grant_text._MAYBE_EU),
    (acquisitions.EMPIAR, acquisitions._MAYBE_EMPIAR),
    (re.compile(grant_text._PROJECT, re.IGNORECASE), grant_text._MAYBE_PROJECT),
    *((form, of_check("AUT115")) for form in (misplaced._STAND_IN, wording._LATER, wording._NONE)),
    *((re.compile(form, re.IGNORECASE), scope._QUICK) for _, form in scope._FORMS),
    (authors._GROUP, of_check("AUT104")),
    (emails._TWICE, of_check("AUT107")),
    (emails._BEHIND_NAME, of_check("AUT108")),
    *((form, of_check("AUT114")) for form in (packed._CITED, packed._PEOPLE, packed._COMMAS)),
    (packed._SLASHED, of_check("AUT114")),
    *((form, of_check("AUT116")) for form in (misplaced._TITLES, misplaced._INSIDE)),
    (misplaced._BEHIND, of_check("AUT116")),
    *((form, links._MAY_OPEN) for form in (identifiers._KEY, identifiers.UNLISTED)),
]


LETTERS = st.characters(exclude_characters="\u0345", codec="utf-8")
"""All but a sign whose capital is a letter."""
WHOLE = {
    *(misplaced._STAND_IN, wording._LATER, wording._NONE, text._SHORT, text._DASH),
    *(text._LITERAL, packed._CITED, emails._TWICE, emails._BEHIND_NAME),
}
"""Forms that a text has as a whole."""


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_what_is_found_closely_is_found_quickly(number: int) -> None:
    closely, quickly = PAIRS[number]

    @settings(derandomize=True, max_examples=40, deadline=None)
    @given(st.from_regex(closely, fullmatch=closely in WHOLE, alphabet=LETTERS))
    def holds(found: str) -> None:
        assert quickly(found)
        assert quickly({"attributes": [{"name": "1", "value": found}]})

    holds()


@pytest.mark.parametrize(
    ("found", "quickly"),
    [
        ("Title: Actin flow", text._TRACES),
        (" Keywords : actin", text._TRACES),
        ('"Actin flow"', text._TRACES),
        ("Wroc³aw", mojibake._QUICK),
        ("EspaÒa", mojibake._QUICK),
        ("a cote\u00c3 of", mojibake._QUICK),
        ("cells \u00c3 la carte", mojibake._QUICK),
        ("cells \u00e2 imaged", mojibake._QUICK),
        ("Doðan", mojibake._QUICK),
    ],
)
def test_examples_are_found_quickly(found: str, quickly: Glance) -> None:
    assert quickly(found)


def test_sound_texts_are_passed() -> None:
    texts = ["Confocal stacks of zebrafish fins – 0.5 µm apart, at 37 °C; wild type."]
    of_texts = (wording.STANDS_IN, text._TRACES, text._UNSEEN, mojibake._QUICK, scope._QUICK)
    assert not any(quickly(texts) for quickly in of_texts)
    assert not any(of_check(code)("Mira Lindgren") for code in ("AUT104", "AUT114", "AUT116"))


def test_what_rust_cannot_hold_is_looked_at_closely() -> None:
    assert Glance("x")("\ud800")
    assert Glance("x")(["a", {"b": "\ud800"}])


def test_quick_looks_change_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = knowledge.load()
    made = mutants.several(dict(measure.sound_documents(ROOT)), 2 * len(mutants.KINDS), seed=7)

    def reports() -> list[Any]:
        return [measure.read(one.content, known, tmp_path, curated=False) for one in made]

    quick = reports()
    monkeypatch.setattr(Glance, "__call__", lambda self, tree: True)
    assert reports() == quick
