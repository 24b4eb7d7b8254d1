"""The manifest of a record: every file of the study with its size, digest and format."""

from __future__ import annotations

from typing import Any

from pipeline.outputs.record import dump
from pipeline.record import CuratedRecord

NAME = "manifest"
FILE = "manifest.json"


def write(record: CuratedRecord) -> bytes:
    """The manifest as JSON: accession, version, totals, and one object a file (size in bytes)."""
    return dump(tree(record))


def tree(record: CuratedRecord) -> dict[str, Any]:
    """The manifest as plain mappings; what is not known of a file is absent."""
    files = [file.model_dump(mode="json", exclude_none=True) for file in record.files]
    return {
        "accession": record.accession,
        "version": record.version,
        "total": {"files": len(files), "bytes": sum(file.size for file in record.files)},
        "files": files,
    }
