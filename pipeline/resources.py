"""The one way to schemas, rules, deployments: the environment's, bundled, the checkout's."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def schemas() -> Path:
    """The folder of LinkML schemas, vocabularies and templates (`BIA_SCHEMAS` overrides).

    Raises FileNotFoundError where that is no folder.
    """
    return _folder("schemas", "BIA_SCHEMAS")


def rules() -> Path:
    """The folder of curation rules (`BIA_RULES` overrides).

    Raises FileNotFoundError where that is no folder.
    """
    return _folder("curation_rules", "BIA_RULES")


def deployments() -> Path:
    """The file that declares Prefect's deployments and their schedules."""
    return _own("prefect.yaml")


def _folder(name: str, variable: str) -> Path:
    if given := os.environ.get(variable):
        if not Path(given).is_dir():
            raise FileNotFoundError(f"{variable} names no folder: {given}")
        return Path(given)
    return _own(name)


def _own(name: str) -> Path:
    bundled = _HERE / "_resources" / name
    return bundled if bundled.exists() else _HERE.parent / name
