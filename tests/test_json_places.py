"""Where JSON values stand: the quick look-up agrees with the reader that notes every place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake import json_text
from pipeline.intake.json_places import Places

TEXTS = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


@given(VALUES, st.sampled_from([None, 0, 2, "\t"]), st.sampled_from(["", " \n", "\r\n\t"]))
def test_every_place_is_that_of_the_reader(value: Any, indent: Any, before: str) -> None:
    text = before + json.dumps(value, indent=indent, ensure_ascii=False) + "\n"
    places = Places(text, "a.json")
    offsets = json_text.parse(text, "a.json").offsets
    assert set(places) == set(offsets)
    for pointer, offset in offsets.items():
        at = places[pointer]
        assert at.line == text.count("\n", 0, offset) + 1
        assert at.column == offset - text.rfind("\n", 0, offset)
    assert places.get("/nothing/there") is None


def test_what_was_asked_for_in_vain_is_no_place() -> None:
    places = Places('{"a": [1]}', "a.json")
    assert "/b" not in places
    assert "/a/1" not in places
    assert list(places) == ["", "/a", "/a/0"]


@given(VALUES)
def test_a_sound_text_reads_as_json_does(value: Any) -> None:
    parsed = json_text.parse(json.dumps(value), "a.json")
    assert parsed.readable
    kept = [one for one in parsed.findings if one.code not in ("SUB109", "SUB101")]
    assert not kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "a": 2}', "SUB201"),
        ('{"a" : 1, "b": 2, "b": 3}', "SUB201"),
        ('{"a": {"c": 1}, "b"\n: "\\":", "a": {}}', "SUB201"),
        ('{"a": NaN}', "SUB101"),
        ('{"a": "\\ud83d"}', "SUB109"),
        ('{"a": ' + "9" * 400 + "}", "SUB108"),
        ("[" * 250 + "]" * 250, "SUB107"),
        ('{"a": 1,}', "SUB101"),
        ('{"a": 1} {}', "SUB103"),
        ('{"a": ', "SUB102"),
    ],
)
def test_what_the_quick_reader_cannot_vouch_for_is_read_with_care(text: str, code: str) -> None:
    assert [one.code for one in json_text.parse(text, "a.json").findings] == [code]
