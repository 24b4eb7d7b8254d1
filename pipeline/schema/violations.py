"""What of the schema a submission breaks, in the words of the schema's titles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from pipeline.findings import CODES, Finding, Frozen, declare
from pipeline.schema.compiled import Compiled
from pipeline.select import get, join
from pipeline.submission import Submission

MISSING = declare(
    "SCH001",
    "schema-field-missing",
    "error",
    """A field without which its object means nothing is missing, such as the name of an attribute
    or the path of a file.

    To fix: give the field, or take the whole object out.
    """,
)
NEITHER = declare(
    "SCH002",
    "schema-alternatives-missing",
    "error",
    """An object has none of the fields of which it needs one, such as an affiliation that names
    neither an organisation nor gives a text.

    To fix: give one of the fields, or take the whole object out.
    """,
)
MALFORMED = declare(
    "SCH101",
    "schema-form-wrong",
    "error",
    """A value is not written in the one form that the schema allows for it, such as the number of
    an organisation within its submission, or breaks a condition that no other code names.

    To fix: write the value in the form of the examples.
    """,
)
WRONG_KIND = declare(
    "SCH102",
    "schema-kind-wrong",
    "error",
    """A value is of another kind than the field takes: a list where one text should stand, a text
    where a group of fields should stand, a number that is no text, nothing at all.

    To fix: write the value as the field takes it; leave out a field that has no value.
    """,
)
UNLISTED = declare(
    "SCH103",
    "schema-value-unlisted",
    "error",
    """A value is none of those that the field allows.

    To fix: take one of the values that the message names.
    """,
)
UNKNOWN = declare(
    "SCH104",
    "schema-field-unknown",
    "error",
    """An object has a field that the schema does not know there; it may be misspelt, or stand at
    the wrong place. What has no field of its own goes under the further attributes.

    To fix: correct the field's name, or give it as a further attribute with name and value.
    """,
)
OUT_OF_RANGE = declare(
    "SCH105",
    "schema-value-out-of-range",
    "error",
    """A number is too small or too large, or a list has too few or too many entries, such as a
    file size below zero.

    To fix: correct the number, or the length of the list.
    """,
)
BOTH = declare(
    "SCH201",
    "schema-alternatives-together",
    "error",
    """An object has several fields of which only one may stand, such as an affiliation that names
    an organisation and gives a text as well, which may mean another one.

    To fix: leave one of the fields.
    """,
)

_RANGE = {
    "minimum": "is below {limit}",
    "maximum": "is above {limit}",
    "exclusiveMinimum": "is not above {limit}",
    "exclusiveMaximum": "is not below {limit}",
    "minLength": "has fewer than {limit} characters",
    "maxLength": "has more than {limit} characters",
    "minItems": "has fewer than {limit} entries",
    "maxItems": "has more than {limit} entries",
    "minProperties": "has fewer than {limit} fields",
    "maxProperties": "has more than {limit} fields",
}
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of fields",
    "null": "nothing",
}
_SHOWN = 60
"""Characters of a value that a message shows."""

Schema = Mapping[str, Any]


class Violation(Frozen):
    """One break of the schema: `place` points into the metadata."""

    code: str
    place: str
    message: str
    value: Any = None


def check_schema(submission: Submission, schema: Compiled) -> tuple[Finding, ...]:
    """What of the schema a submission's metadata breaks, located in the document."""
    return tuple(
        CODES[found.code].at(
            submission.source_map.locate(found.place),
            found.message,
            value=found.value,
            place=found.place,
        )
        for found in violations(submission.metadata, schema)
    )


def violations(
    instance: Mapping[str, Any], schema: Compiled, of: str = "Submission"
) -> Iterator[Violation]:
    """What of the schema an instance of a root class breaks, in order of place and code."""
    validator = schema.validator(of)
    if validator.is_valid(instance):
        return
    found = {
        (made.place, made.code, made.message): made
        for error in validator.iter_errors(instance)
        for made in _broken(error, instance, schema, of)
    }
    for key in sorted(found):
        yield found[key]


def _broken(
    error: jsonschema_rs.ValidationError, instance: Any, schema: Compiled, of: str
) -> Iterator[Violation]:
    """The violations behind one error, told by its keyword and path and never by its text."""
    kind: Any = error.kind
    keyword = kind.name
    place = join("", *error.instance_path)
    value = get(instance, place)
    owner, slot = _slot(schema, of, error.instance_path)
    name = schema.title(owner, slot) if slot else schema.title(owner)
    inner = _owner(schema, of, error.instance_path)

    def made(code: str, message: str, at: str = place) -> Violation:
        shown = get(instance, at)
        simple = isinstance(shown, str | int | float)
        return Violation(code=code, place=at, message=message, value=shown if simple else None)

    if keyword == "required":
        missing = schema.title(inner, kind.property)
        yield made("SCH001", f"this {schema.title(inner)} has no {missing}")
    elif keyword == "additionalProperties":
        for field in kind.unexpected:
            message = f"this {schema.title(inner)} may not have a field {_quoted(field)}"
            yield made("SCH104", message, join(place, field))
    elif keyword in ("pattern", "format"):
        examples = _class(schema, of, owner)["properties"][slot].get("examples", ())
        such = f", such as {_listed(examples)}" if examples else ""
        yield made("SCH101", f"{name}: {_quoted(value)} is not in the form that is asked for{such}")
    elif keyword == "type":
        yield made("SCH102", _wrong_kind(name, value, list(kind.types)))
    elif keyword in ("enum", "const"):
        options = kind.options if keyword == "enum" else [kind.expected_value]
        yield made("SCH103", f"{name}: {_quoted(value)} is none of {_listed(options)}")
    elif keyword in _RANGE:
        yield made("SCH105", f"{name}: {_quoted(value)} {_RANGE[keyword].format(limit=kind.limit)}")
    elif keyword in ("anyOf", "oneOf"):
        yield from _choice(error, instance, schema, of)
    else:
        yield made("SCH101", f"{name}: {_quoted(value)} breaks the schema's condition {keyword}")


def _choice(
    error: jsonschema_rs.ValidationError, instance: Any, schema: Compiled, of: str
) -> Iterator[Violation]:
    """An object or value that fits none, or several, of the alternatives."""
    kind: Any = error.kind
    place = join("", *error.instance_path)
    value = get(instance, place)
    owner, slot = _slot(schema, of, error.instance_path)
    inner = _owner(schema, of, error.instance_path)
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid):
        fields = [schema.title(inner, name) for name in _alternatives(schema, of, inner, value)]
        yield Violation(
            code="SCH201",
            place=place,
            message=f"this {schema.title(inner)} has {' and '.join(fields)}; only one may stand",
        )
        return
    branches = [branch for branch in kind.context if branch]
    best = max(branches, key=lambda branch: max(len(one.instance_path) for one in branch))
    if max(len(one.instance_path) for one in best) > len(error.instance_path):
        for one in best:
            yield from _broken(one, instance, schema, of)
        return
    causes: list[Any] = [one.kind for branch in branches for one in branch]
    if all(cause.name == "required" for cause in causes):
        fields = [schema.title(inner, cause.property) for cause in causes]
        yield Violation(
            code="SCH002",
            place=place,
            message=f"this {schema.title(inner)} has neither {' nor '.join(fields)}",
        )
    elif all(any(one.kind.name == "type" for one in branch) for branch in branches):
        kinds = [one for cause in causes if cause.name == "type" for one in cause.types]
        name = schema.title(owner, slot)
        yield Violation(
            code="SCH102",
            place=place,
            message=_wrong_kind(name, value, kinds),
            value=value if isinstance(value, str | int | float) else None,
        )
    else:
        one = next(one for branch in branches for one in branch if one.kind.name != "type")
        yield from _broken(one, instance, schema, of)


def _alternatives(schema: Compiled, of: str, owner: str, value: Any) -> list[str]:
    """The given fields among those of which a class takes only one."""
    branches = _class(schema, of, owner).get("oneOf", [])
    return [name for one in branches for name in one.get("required", []) if name in value]


def _class(schema: Compiled, of: str, owner: str) -> Schema:
    root: Schema = schema.schemas[of]
    found: Schema = root["$defs"].get(owner, root)
    return found


def _owner(schema: Compiled, of: str, path: list[str | int]) -> str:
    """The class of the object at a path."""
    owner = of
    part: Schema = schema.schemas[of]
    for step in path:
        part = (
            part.get("items", {})
            if isinstance(step, int)
            else part.get("properties", {}).get(step, {})
        )
        owner, part = _resolved(schema, of, owner, part)
    return owner


def _slot(schema: Compiled, of: str, path: list[str | int]) -> tuple[str, str]:
    """The class and slot that a path leads to; the root itself has no slot."""
    names = [at for at, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return of, ""
    return _owner(schema, of, path[: names[-1]]), str(path[names[-1]])


def _resolved(schema: Compiled, of: str, owner: str, part: Schema) -> tuple[str, Schema]:
    """The class that a subschema refers to, or its part that may hold a list, past any choice."""
    for option in (part, *part.get("anyOf", ())):
        if "$ref" in option:
            name = str(option["$ref"]).rpartition("/")[2]
            return name, schema.schemas[of]["$defs"][name]
    for option in part.get("anyOf", ()):
        if "items" in option:
            return owner, option
    return owner, part


def _wrong_kind(name: str, value: Any, kinds: list[str]) -> str:
    wanted = list(dict.fromkeys(_KINDS.get(kind, kind) for kind in kinds if kind != "null"))
    stands = _quoted(value) if isinstance(value, str) else _kind(value)
    return f"{name}: {stands} stands where {' or '.join(wanted)} should stand"


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool | int | float):
        return f"the {'value' if isinstance(value, bool) else 'number'} {str(value).lower()}"
    return _KINDS["array" if isinstance(value, list) else "object"]


def _quoted(value: Any) -> str:
    if not isinstance(value, str):
        return _kind(value)
    return f'"{value if len(value) <= _SHOWN else value[:_SHOWN] + "…"}"'


def _listed(options: Iterable[Any]) -> str:
    return ", ".join(str(option) for option in options)
