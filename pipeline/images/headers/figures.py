"""Numbers as text headers write them; None for what is no number."""

from __future__ import annotations

from typing import Any

from pipeline.images.headers.grids import LENGTHS


def number(text: Any) -> float | None:
    """A number with or without a point."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def count(text: Any) -> int | None:
    """A whole number of at most nine digits."""
    said = str(text).strip()
    return int(said) if said.isdecimal() and len(said) < 10 else None


def length(text: Any, unit: str = "um") -> float | None:
    """Micrometres; 0 for a unit that is none of length."""
    size = number(text)
    return size and size * LENGTHS.get(unit.strip().lower().replace("μ", "µ"), 0)
