"""Telling image formats by content, and what is wrong with image files.

`sniff` walks files and folders; `sniff_file` tells one. Nothing heavier than the table of
formats is imported before it is needed, and the readers of headers not before a file is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.images.image import ImageFile

if TYPE_CHECKING:
    from pipeline.images.walk import sniff, sniff_file

__all__ = ["ImageFile", "sniff", "sniff_file"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.images import walk

    return getattr(walk, name)
