"""OME-XML of any length: a long document is read in the worker, for its tree is much longer."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

from pipeline.findings import Finding
from pipeline.images import faults, ome
from pipeline.images.facts import Facts, Member

LONG = 1 << 16
_TOLD = (
    "sizes", "pixel_size_um", "pixel_type", "images", "channels", "instrument", "acquired",
)  # fmt: skip


def read(data: bytes, facts: Facts, around: ome.Around | None = None) -> None:
    """Tell sizes and pixels from OME-XML and flag what is wrong with it."""
    if len(data) <= LONG:
        ome.read(data, facts, around)
        return
    from pipeline.images.isolation import Stopped, shared

    setting = dataclasses.asdict(around) if around else None
    text = base64.b64encode(data).decode()
    try:
        answer = shared().ask("omexml", facts.path, data=text, around=setting)
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"reading the OME-XML was stopped: {stopped}")
        return
    if "error" in answer:
        facts.flag(faults.READER_COMPLAINS, f"the OME-XML cannot be read: {answer['error']}")
        return
    if answer["broken"]:
        facts.kind = "unreadable"
    for name, value in answer["told"].items():
        setattr(facts, name, tuple(value) if name == "channels" else value)
    facts.findings += [Finding.model_validate(one) for one in answer["findings"]]
    facts.members += [Member(*one) for one in answer["members"]]


def told(path: str, data: str, around: dict[str, Any] | None) -> dict[str, Any]:
    """What is in a document in base64, as the worker answers it."""
    facts = Facts(path)
    ome.read(base64.b64decode(data), facts, ome.Around(**around) if around else None)
    fresh = Facts(path)
    said = {name: getattr(facts, name) for name in _TOLD}
    return {
        "broken": facts.kind == "unreadable",
        "told": {name: value for name, value in said.items() if value != getattr(fresh, name)},
        "findings": [one.model_dump(mode="json") for one in facts.findings],
        "members": [[one.name, one.absence] for one in facts.members],
    }
