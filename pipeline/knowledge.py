"""What submissions are judged by: schema, rules, checks, registries, with their digests."""

from __future__ import annotations

import importlib
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, SkipValidation

import pipeline.checks
from pipeline import check, registries, resources, rule, schema
from pipeline.check import Ordered
from pipeline.findings import CODES, Code, Finding, Frozen, Origin
from pipeline.rule import Rules

VERSION = "0.1.0"
"""The package's own, too: pyproject.toml takes it from here."""
_DECLARES = re.compile(rb"^\w+ = declare\(", re.MULTILINE)


class Knowledge(Frozen):
    """Loaded once, used for every submission of a run."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    compiled: Any
    rules: SkipValidation[Rules]
    rules_digest: str
    checks: SkipValidation[Ordered]

    @cached_property
    def registries(self) -> registries.Registries:
        """The registries, opened when first asked."""
        return registries.local()

    def origin(self, profile: str) -> Origin:
        """What a report made with this says of itself."""
        if profile not in self._origins:
            self._origins[profile] = self._origin(profile)
        return self._origins[profile]

    @cached_property
    def _origins(self) -> dict[str, Origin]:
        return {}

    def _origin(self, profile: str) -> Origin:
        return Origin(
            pipeline=VERSION,
            schema_version=self.compiled.version,
            schema_digest=self.compiled.digest,
            rules_digest=self.rules_digest,
            registries=tuple(
                (one.name, str(one.date), one.digest) for one in self.registries.snapshots
            ),
            profile=profile,
        )

    def profiled(self, findings: tuple[Finding, ...], profile: str) -> tuple[Finding, ...]:
        """The findings with the severities of a profile; those it does not ask are left out."""
        judged: list[Finding] = []
        for finding in findings:
            severity = schema.severity_in(profile, finding.code, finding.severity)
            if severity == finding.severity:
                judged.append(finding)
            elif severity is not None:
                judged.append(finding.model_copy(update={"severity": severity}))
        return tuple(judged)


def load(schemas: Path | None = None, rules: Path | None = None) -> Knowledge:
    """Everything from its folders (those of `pipeline.resources` unless given)."""
    folder = rules or resources.rules()
    return Knowledge(
        compiled=schema.compiled(schemas or resources.schemas()),
        rules=rule.load(folder),
        rules_digest=rule.digest(folder),
        checks=check.ordered(check.load(pipeline.checks).values()),
    )


def all_codes() -> tuple[Code, ...]:
    """Every kind of finding that any part of the pipeline can raise, by code."""
    check.load(pipeline.checks)
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        if _DECLARES.search(path.read_bytes()):
            parts = path.relative_to(root).with_suffix("").parts
            importlib.import_module(".".join(("pipeline", *parts)).removesuffix(".__init__"))
    return tuple(CODES[code] for code in sorted(CODES))
