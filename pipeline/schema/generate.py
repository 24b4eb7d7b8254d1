"""LinkML to JSON Schema: the only place that imports linkml."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import yaml

from pipeline.schema.compiled import SchemaUnreadable

ROOTS = {
    "Submission": ("submission.yaml", False),
    "CuratedRecord": ("curated_record.yaml", True),
    "CurationRule": ("curation_rule.yaml", False),
    "CompleteSubmission": ("complete.yaml", False),
}
"""Root class to its file, and whether a field that does not apply may be null."""


def generate(folder: Path) -> dict[str, Any]:
    """Version, JSON Schemas and titles of a schema folder; raises SchemaUnreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # linkml and its own imports warn of their own past
        try:
            return _generate(folder)
        except (OSError, ValueError, TypeError, AttributeError, KeyError, yaml.YAMLError) as why:
            raise SchemaUnreadable(f"{folder} does not compile: {why}") from why


def _generate(folder: Path) -> dict[str, Any]:
    from linkml.generators import JsonSchemaGenerator

    schemas: dict[str, Any] = {}
    titles: dict[str, dict[str, str]] = {}
    version = ""
    for root, (name, null) in ROOTS.items():
        generator = JsonSchemaGenerator(
            str(folder / name),
            mergeimports=True,
            top_class=root,
            include_null=null,
            include_range_class_descendants=True,
        )
        schemas[root] = json.loads(generator.serialize())
        view = generator.schemaview
        for of in view.all_classes():
            titles[of] = {"": str(view.get_class(of).title or of)}
            for slot in view.class_induced_slots(of):
                titles[of][slot.name] = str(slot.title or slot.name.replace("_", " "))
        if root == "Submission":
            version = str(view.schema.version or "")
    return {"version": version, "schemas": schemas, "titles": titles}
