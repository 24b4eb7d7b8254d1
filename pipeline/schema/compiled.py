"""The LinkML schema as JSON Schema: compiled once for its digest, kept, made into a validator."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from pydantic import ConfigDict, PrivateAttr, ValidationError

from pipeline import resources
from pipeline.findings import Frozen

BUNDLED = Path("compiled") / "schema.json"
"""Where a schema folder keeps its own compiled copy."""

_LINKML = re.compile(rb"^id: \S", re.MULTILINE)


class SchemaUnreadable(ValueError):
    """A folder does not hold a LinkML schema that can be compiled."""


class Compiled(Frozen):
    """A schema folder as JSON Schema, with the titles of its classes and slots.

    `schemas` has one JSON Schema (draft 2019-09) per root class: `Submission`, where a field that
    is not stated is absent; `CuratedRecord`, where a field that does not apply may be null;
    `CurationRule`. `titles` maps class and slot to the title (the class's own under an empty slot).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    version: str
    linkml: str
    schemas: Mapping[str, dict[str, Any]]
    titles: Mapping[str, Mapping[str, str]]

    _validators: dict[str, jsonschema_rs.Draft201909Validator] = PrivateAttr(default_factory=dict)

    def validator(self, of: str = "Submission") -> jsonschema_rs.Draft201909Validator:
        """The validator of a root class, with formats; KeyError for a class that is no root."""
        kept = self._validators
        if of not in kept:
            kept[of] = jsonschema_rs.Draft201909Validator(self.schemas[of], validate_formats=True)
        return kept[of]

    def title(self, of: str, slot: str = "") -> str:
        """The title of a class or slot, else its name with spaces."""
        return self.titles.get(of, {}).get(slot) or (slot or of).replace("_", " ")

    def text(self) -> str:
        """The compiled copy as it is kept in a file."""
        return json.dumps(self.model_dump(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def sources(folder: Path) -> tuple[Path, ...]:
    """The LinkML files of a schema folder, told from tables by the id they begin with."""
    return tuple(
        path for path in sorted(folder.glob("*.yaml")) if _LINKML.search(path.read_bytes())
    )


def digest(folder: Path) -> str:
    """SHA-256 over names and bytes of the LinkML files of a folder."""
    summed = hashlib.sha256()
    for path in sources(folder):
        content = path.read_bytes()
        summed.update(f"{path.name}\0{len(content)}\0".encode())
        summed.update(content)
    return summed.hexdigest()


def compiled(folder: Path | None = None) -> Compiled:
    """The compiled schema of a folder (default: the one in use); compiled by LinkML only once.

    A copy that fits the digest is taken from the folder itself, else from the user's cache.
    Raises SchemaUnreadable when the folder holds no LinkML schema or one that does not compile.
    """
    return _compiled((folder or resources.schemas()).resolve())


@cache
def _compiled(folder: Path) -> Compiled:
    summed = digest(folder)
    found = _read(folder / BUNDLED)
    if found is not None and found.digest == summed:
        return found
    kept = _cache() / f"{summed}-{_linkml_version()}.json"
    found = _read(kept)
    if found is not None and found.digest == summed:
        return found
    made = compile_folder(folder)
    _keep(kept, made.text())
    return made


def compile_folder(folder: Path) -> Compiled:
    """Compile the LinkML files of a folder afresh; takes seconds.

    Raises SchemaUnreadable.
    """
    import jsonschema

    from pipeline.schema.generate import generate

    if not sources(folder):
        raise SchemaUnreadable(f"{folder} holds no LinkML schema")
    made = generate(folder)
    for of, one in made["schemas"].items():
        try:
            jsonschema.Draft201909Validator.check_schema(one)
        except jsonschema.SchemaError as fault:
            raise SchemaUnreadable(f"{of} gives no JSON Schema: {fault.message}") from fault
    return Compiled(digest=digest(folder), linkml=_linkml_version(), **made)


def _linkml_version() -> str:
    from importlib.metadata import version

    return version("linkml")


def _read(path: Path) -> Compiled | None:
    try:
        return Compiled.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(path: Path, text: str) -> None:
    """Write a file whole or not at all; a cache that cannot be written is done without."""
    part = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        return


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bia-curation" / "schemas"
