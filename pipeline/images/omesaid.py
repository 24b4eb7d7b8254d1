"""What OME-XML says of an image beyond its pixels: channels, instrument, date."""

from __future__ import annotations

from typing import Any

from pipeline.images.facts import Facts
from pipeline.images.omeagree import local

MOST_CHANNELS = 1000


def details(root: Any, image: Any, pixels: Any, facts: Facts) -> None:
    """Take names of channels, the microscope, and when the image was acquired."""
    channels = [node for node in pixels if local(node) == "Channel"][:MOST_CHANNELS]
    # until 2008-09 the names of channels stood beside the pixels
    older = [node for node in image if local(node) in ("LogicalChannel", "ChannelInfo")]
    named = channels or older[:MOST_CHANNELS]
    facts.name_channels([node.get("Name") or node.get("Fluor") or "" for node in named])
    for node in image:
        if local(node) in ("AcquisitionDate", "AcquiredDate", "CreationDate") and node.text:
            facts.date(node.text)
    wanted = next((one.get("ID") for one in image if local(one) == "InstrumentRef"), None)
    instruments = [node for node in root if local(node) == "Instrument"]
    chosen = [one for one in instruments if one.get("ID") == wanted] or instruments[:1]
    for node in chosen[0] if chosen else ():
        if local(node) == "Microscope":
            told = [node.get("Manufacturer") or "", node.get("Model") or ""]
            facts.name_instrument(" ".join(one.strip() for one in told))
            return
