"""The schema of a submission: compiled once, checked fast; templates and profiles beside it."""

from pipeline.schema.compiled import Compiled, SchemaUnreadable, compiled
from pipeline.schema.profile import Profile, profile, severity_in
from pipeline.schema.template import Field, Kind, Template, template, templates
from pipeline.schema.violations import Violation, check_schema, violations

__all__ = [
    "Compiled",
    "Field",
    "Kind",
    "Profile",
    "SchemaUnreadable",
    "Template",
    "Violation",
    "check_schema",
    "compiled",
    "profile",
    "severity_in",
    "template",
    "templates",
    "violations",
]
