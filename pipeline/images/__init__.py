"""Telling image formats by content, and what is wrong with image files.

`sniff` walks files and folders; `sniff_file` tells one. Nothing heavier than the table of
formats is imported before it is needed.
"""

from __future__ import annotations

from pipeline.images.image import ImageFile
from pipeline.images.walk import sniff, sniff_file

__all__ = ["ImageFile", "sniff", "sniff_file"]
