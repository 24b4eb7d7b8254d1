"""Malformed metadata of OME-Zarr: each fault is found at its pointer, sound ones stay clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.images import sniff
from tests.sets import ome_zarr

AXES = [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
HOME = "/multiscales/0"
SCALE = f"{HOME}/datasets/0/coordinateTransformations/0/scale"
CASES: list[tuple[str, Any, str]] = [
    (HOME, {"axes": None}, f"{HOME}/axes"),
    (HOME, {"axes": "yx"}, f"{HOME}/axes"),
    (HOME, {"axes": [AXES[0], AXES[0]]}, f"{HOME}/axes/1"),
    (
        HOME,
        {"axes": [{"name": "x", "type": "space"}, {"name": "c", "type": "channel"}]},
        f"{HOME}/axes",
    ),
    (HOME, {"datasets": []}, f"{HOME}/datasets"),
    (HOME, {"version": "9.9"}, f"{HOME}/version"),
    (f"{HOME}/datasets/0", {"path": 0}, f"{HOME}/datasets/0/path"),
    (f"{HOME}/datasets/0", {"path": "../0"}, f"{HOME}/datasets/0/path"),
    (f"{SCALE.rpartition('/')[0]}", {"scale": [1]}, SCALE),
    (f"{SCALE.rpartition('/')[0]}", {"scale": [0, 1]}, SCALE),
    (f"{SCALE.rpartition('/')[0]}", {"scale": ["a", "b"]}, SCALE),
    ("", {"multiscales": {}}, "/multiscales"),
]


def changed(folder: Path, home: str, new: dict[str, Any]) -> list[str | None]:
    """Pointers of what is found in a store after a change of its attributes."""
    store = folder / "a.ome.zarr"
    ome_zarr(store)
    attributes = json.loads((store / ".zattrs").read_text("utf-8"))
    target = attributes
    for step in home.split("/")[1:]:
        target = target[int(step) if isinstance(target, list) else step]
    target.update(new)
    (store / ".zattrs").write_text(json.dumps(attributes), "utf-8")
    (one,) = sniff([store])
    return [found.location.pointer for found in one.findings if found.severity != "hint"]


@pytest.mark.parametrize(("home", "new", "pointer"), CASES)
def test_faults_stand_at_their_pointer(
    home: str, new: dict[str, Any], pointer: str, tmp_path: Path
) -> None:
    assert pointer in changed(tmp_path, home, new)


@pytest.mark.parametrize(
    ("home", "new"),
    [("", {}), (HOME, {"version": "0.3", "axes": ["y", "x"]}), (HOME, {"version": "0.5-dev2"})],
)
def test_sound_metadata_stay_clean(home: str, new: dict[str, Any], tmp_path: Path) -> None:
    assert changed(tmp_path, home, new) == []


@pytest.mark.parametrize(("key", "value"), [("shape", [-4, 4]), ("dtype", "u17")])
def test_an_array_that_cannot_be_is_told(key: str, value: Any, tmp_path: Path) -> None:
    store = tmp_path / "a.ome.zarr"
    ome_zarr(store)
    path = store / "0" / ".zarray"
    array = json.loads(path.read_text("utf-8"))
    array[key] = value
    path.write_text(json.dumps(array), "utf-8")
    (one,) = sniff([store])
    assert f"/{key}" in [found.location.pointer for found in one.findings]
