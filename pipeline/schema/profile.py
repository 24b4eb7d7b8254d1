"""How grave a finding is in another setting than a new submission (`schemas/profiles.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import yaml

from pipeline import resources
from pipeline.findings import CODES, RANK, Frozen, Severity

Weight = Literal["error", "warning", "hint", "none"]


class Profile(Frozen):
    """A setting: what becomes of each severity, and the codes that are judged apart."""

    name: str
    severities: Mapping[Severity, Weight] = {}
    codes: Mapping[str, Weight | Mapping[Severity, Weight]] = {}

    def severity(self, code: str, severity: Severity) -> Severity | None:
        """The severity of a finding here, or None when it is not said at all."""
        weight = self.codes.get(code, {})
        if not isinstance(weight, str):
            weight = weight.get(severity) or self.severities.get(severity, severity)
        if weight == "none":
            return None
        declared = CODES[code].severity if code in CODES else severity
        milder = RANK[severity] < min(RANK[declared], RANK[weight])
        return severity if milder else weight


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by name; `new` changes nothing."""
    path = resources.schemas() / "profiles.yaml"
    read = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {name: Profile(name=name, **(given or {})) for name, given in read.items()}


def profile(name: str) -> Profile:
    """A profile by name; KeyError when there is none."""
    return profiles()[name]


def severity_in(name: str, code: str, severity: Severity) -> Severity | None:
    """The severity of a finding in a profile, or None when it is dropped there."""
    return profile(name).severity(code, severity)
