"""The schema as pages to read: one for each LinkML file, with all classes, fields and values."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.schema.compiled import sources
from pipeline.schema.template import templates

PAGES = (
    "submission",
    "rembi",
    "mifa",
    "people",
    "funding",
    "files",
    "complete",
    "curated_record",
    "curation_rule",
)
"""The files in the order of reading; any other one follows."""
HEAD = "<!-- Written by `python -m pipeline.schema --docs`; change the schema, not this page. -->\n"


def pages(folder: Path) -> dict[str, str]:
    """All pages of a schema folder by the name of their file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # linkml's imports warn of their own past
        from linkml_runtime import SchemaView

        views = {path.stem: SchemaView(str(path)) for path in sources(folder)}
    order = [*(name for name in PAGES if name in views), *sorted(views.keys() - set(PAGES))]
    written = yaml.safe_load((folder / "pagetab.yaml").read_text("utf-8"))["written"]
    home = {
        of: name
        for name in order
        for of in (*views[name].schema.classes, *views[name].schema.enums)
    }
    made = {f"{name}.md": _page(views[name], written, home) for name in order}
    return {"README.md": _index(order, views), **made}


def _index(order: list[str], views: Mapping[str, Any]) -> str:
    lines = [HEAD, "# The schema", ""]
    lines += [
        "What a submission may say, field by field. A field that is not stated is absent. What the",
        "schema has no field for is kept under `attributes` with its name as given.",
        "",
        "| page | what it is about | classes |",
        "|---|---|---|",
    ]
    for name in order:
        schema = views[name].schema
        classes = ", ".join(str(one.title or one.name) for one in schema.classes.values())
        about = _line(schema.description or schema.title)
        lines.append(f"| [{schema.title}]({name}.md) | {about} | {classes} |")
    return "\n".join(lines) + "\n"


def _page(view: Any, written: Mapping[str, Any], home: Mapping[str, str]) -> str:
    schema = view.schema
    lines = [HEAD, f"# {schema.title}", ""]
    if schema.description:
        lines += [_line(schema.description), ""]
    for name in schema.classes:
        lines += [*_class(view, name, written, home)]
    for enum in schema.enums.values():
        lines += [*_enum(view, enum), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _class(
    view: Any, name: str, written: Mapping[str, Any], home: Mapping[str, str]
) -> Iterator[str]:
    of = view.get_class(name)
    yield f"## {name}"
    yield ""
    yield _line(of.description)
    meant = _also(of, of.class_uri)
    if meant:
        yield f"Also called {meant}."
    if of.is_a:
        yield f"A [{of.is_a}]({home[of.is_a]}.md#{of.is_a.lower()}) of which more is asked."
    if "Described" in of.mixins:
        yield "It may also carry what [every object](files.md#described) may."
    yield ""
    own = {*of.attributes, *of.slots, *of.slot_usage}
    if of.is_a or not own:
        slots = [one for one in view.class_induced_slots(name) if one.name in own]
    else:
        slots = [view.induced_slot(one, name) for one in (*of.slots, *of.attributes)]
    if slots:
        yield "| field | takes | what it is | asked by | in PageTab | also called |"
        yield "|---|---|---|---|---|---|"
        yield from (_slot(slot, name, written, home) for slot in slots)
        yield ""
    conditions = list(_conditions(of))
    yield from [*conditions, ""] if conditions else []


def _slot(slot: Any, of: str, written: Mapping[str, Any], home: Mapping[str, str]) -> str:
    said = _line(slot.description)
    examples = ", ".join(f"`{_line(str(one.value))}`" for one in slot.examples)
    if examples:
        said += f" Such as {examples}."
    cells = (
        f"`{slot.name}`",
        _takes(slot, home),
        said,
        _asked(of, slot.name),
        _pagetab(of, slot.name, written),
        _also(slot, slot.slot_uri),
    )
    return "| " + " | ".join(cells) + " |"


def _takes(slot: Any, home: Mapping[str, str]) -> str:
    """The kind of value, how many of them, and whether one must stand."""
    ranges = [one.range for one in slot.any_of if one.range] or [slot.range]
    shown = " or ".join(_range(one, home) for one in ranges)
    many = "several: " if slot.multivalued else ""
    wanted = ", required" if slot.required else ", recommended" if slot.recommended else ""
    form = f", in the form `{slot.pattern}`".replace("|", "\\|") if slot.pattern else ""
    return many + shown + wanted + form


def _range(name: str, home: Mapping[str, str]) -> str:
    if name in home:
        return f"[{name}]({home[name]}.md#{name.lower()})"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(name, name)


def _asked(of: str, slot: str) -> str:
    """What the forms of the archive ask, by the names of the forms."""
    asked = {
        form.name.removeprefix("BioImages."): field.need
        for form in templates().values()
        if (field := form.field(of, slot)) is not None
    }
    return ", ".join(f"{name} {need}" for name, need in sorted(asked.items()))


def _pagetab(of: str, slot: str, written: Mapping[str, Any]) -> str:
    kind: dict[str, Any] = next((one for one in written.values() if one.get("class") == of), {})
    name = kind.get("slots", {}).get(slot)
    return f"`{name}` of `{kind['type']}`" if name else ""


def _also(element: Any, uri: str | None) -> str:
    """What the element is called in other vocabularies; `≈` where it means nearly the same."""
    own = [uri] if uri and not uri.startswith("subm:") else []
    exact = [*own, *(one for one in element.exact_mappings if one not in own)]
    near = [f"≈ `{one}`" for one in (*element.close_mappings, *element.related_mappings)]
    return ", ".join([*(f"`{one}`" for one in exact), *near])


def _conditions(of: Any) -> Iterator[str]:
    for rule in of.rules:
        given = _fields(rule.preconditions)
        then = _fields(rule.postconditions)
        yield f"- {_line(rule.description)} Where there is {given}, there is {then}."
    if of.any_of:
        yield f"- At least one of {' or '.join(_fields(one) for one in of.any_of)} stands."
    if of.exactly_one_of:
        yield f"- Exactly one of {' and '.join(_fields(one) for one in of.exactly_one_of)} stands."


def _fields(condition: Any) -> str:
    return " and ".join(f"`{name}`" for name in condition.slot_conditions)


def _enum(view: Any, enum: Any) -> Iterator[str]:
    yield f"## {enum.name}"
    yield ""
    yield _line(enum.description)
    yield ""
    yield "| value | what it is | term |"
    yield "|---|---|---|"
    for value in enum.permissible_values.values():
        term = view.expand_curie(value.meaning) if value.meaning else ""
        shown = f"[{value.meaning}]({term})" if term else ""
        yield f"| {value.text} | {_line(value.description)} | {shown} |"


def _line(text: Any) -> str:
    return " ".join(str(text or "").split()).replace("|", "\\|")
