"""File lists are read without loss, and what is wrong with them is said at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.findings import CODES
from tests import lists

FIXTURES = Path(__file__).parent.parent / "fixtures" / "codes"
OWN = sorted(code for code in CODES if code[:3] in ("FLS", "ANN"))


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code in OWN
        for number, case in enumerate(yaml.safe_load((FIXTURES / f"{code}.yaml").read_text())[kind])
    ]


@pytest.mark.parametrize(("code", "case"), cases("flags"))
def test_a_fault_is_found_at_its_place(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    found = [each for each in lists.found(case, tmp_path) if each.code == code]
    assert len(found) == 1
    assert found[0].hint
    assert found[0].location.file
    for key in ("line", "pointer", "cell"):
        if key in case:
            assert getattr(found[0].location, key) == case[key]
    if "place" in case:
        assert found[0].place == case["place"]


@pytest.mark.parametrize(("code", "case"), cases("passes"))
def test_what_is_right_passes(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert code not in {each.code for each in lists.found(case, tmp_path)}
