"""JSON Pointers (RFC 6901) and patterns of them with `*` (one step) and `**` (any steps)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

Step = str | int
Pointer = str


def escape(step: Step) -> str:
    """A step as it stands in a pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")


def join(pointer: Pointer, *steps: Step) -> Pointer:
    """The pointer of what lies below.

    >>> join("/study", "authors", 0)
    '/study/authors/0'
    """
    return pointer + "".join("/" + escape(step) for step in steps)


def steps(pointer: Pointer) -> tuple[str, ...]:
    """The unescaped steps of a pointer.

    >>> steps("/a/b~1c/0")
    ('a', 'b/c', '0')
    """
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON Pointer")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def parent(pointer: Pointer) -> Pointer:
    """The pointer one step up; the root is its own parent."""
    return pointer.rpartition("/")[0]


def get(tree: Any, pointer: Pointer, default: Any = None) -> Any:
    """The value at a pointer, or the default where there is none."""
    for step in steps(pointer):
        if isinstance(tree, dict) and step in tree:
            tree = tree[step]
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return default
    return tree


def find(tree: Any, pattern: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Every place that a pattern names, in document order.

    >>> list(find({"a": [{"b": 1}, {"c": 2}, {"b": 3}]}, "/a/*/b"))
    [('/a/0/b', 1), ('/a/2/b', 3)]
    """
    yield from _find(tree, steps(pattern), "")


def _find(tree: Any, left: tuple[str, ...], at: Pointer) -> Iterator[tuple[Pointer, Any]]:
    if not left:
        yield at, tree
        return
    step, rest = left[0], left[1:]
    if step == "**":
        if not rest:
            yield from leaves(tree, at)
            return
        yield from _find(tree, rest, at)
        for key, value in children(tree):
            yield from _find(value, left, join(at, key))
    elif step == "*":
        for key, value in children(tree):
            yield from _find(value, rest, join(at, key))
    elif isinstance(tree, dict):
        if step in tree:
            yield from _find(tree[step], rest, join(at, step))
    elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
        yield from _find(tree[int(step)], rest, join(at, step))


def fits(pattern: Pointer, pointer: Pointer) -> bool:
    """Whether a pattern names a place.

    >>> fits("/a/**/path", "/a/0/b/path"), fits("/a/*/path", "/a/0/b/path")
    (True, False)
    """
    return _expression(pattern).fullmatch(pointer) is not None


@cache
def _expression(pattern: Pointer) -> re.Pattern[str]:
    any_of = {"*": "/[^/]+", "**": "(?:/[^/]+)*"}
    parts = (any_of.get(step, "/" + re.escape(escape(step))) for step in steps(pattern))
    return re.compile("".join(parts))


def children(tree: Any) -> Iterator[tuple[Step, Any]]:
    """Keys or indices of a mapping or list with their values."""
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        yield from enumerate(tree)


def leaves(tree: Any, at: Pointer = "") -> Iterator[tuple[Pointer, Any]]:
    """Every scalar below a tree with its pointer."""
    if isinstance(tree, dict | list):
        for key, value in children(tree):
            yield from leaves(value, join(at, key))
    else:
        yield at, tree
