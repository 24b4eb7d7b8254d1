"""The curated record as JSON: the form that the archive keeps and reads back."""

from __future__ import annotations

import json
from typing import Any

from pipeline.record import CuratedRecord

NAME = "record"
FILE = "record.json"


def write(record: CuratedRecord) -> bytes:
    """The record as canonical JSON: the record's own keys as declared, the metadata's sorted."""
    tree = record.model_dump(mode="json", exclude_none=True)
    tree["metadata"] = in_order(record.metadata)
    return dump(tree)


def read(content: bytes) -> CuratedRecord:
    """The record that was written; raises pydantic's ValidationError for anything else."""
    return CuratedRecord.model_validate_json(content)


def dump(tree: Any) -> bytes:
    """JSON in UTF-8, indented by two spaces, with a last line end; the same tree, the same bytes.

    Half a surrogate pair, which JSON can hold and UTF-8 cannot, stays an escape.
    """
    text = json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def in_order(tree: Any) -> Any:
    """The tree with the keys of every mapping sorted, lists as they stand."""
    if isinstance(tree, dict):
        return {key: in_order(tree[key]) for key in sorted(tree)}
    if isinstance(tree, list | tuple):
        return [in_order(entry) for entry in tree]
    return tree
