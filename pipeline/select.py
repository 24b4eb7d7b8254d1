"""JSON Pointers (RFC 6901) and patterns of them with `*` (one step) and `**` (any steps)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

Step = str | int
Pointer = str


def escape(step: Step) -> str:
    """A step as it stands in a pointer."""
    if isinstance(step, int):
        return str(step)
    return step.replace("~", "~0").replace("/", "~1") if "~" in step or "/" in step else step


def join(pointer: Pointer, *steps: Step) -> Pointer:
    """The pointer of what lies below.

    >>> join("/study", "authors", 0)
    '/study/authors/0'
    """
    for step in steps:
        pointer = f"{pointer}/{escape(step)}"
    return pointer


@lru_cache(maxsize=8192)
def steps(pointer: Pointer) -> tuple[str, ...]:
    """The unescaped steps of a pointer.

    >>> steps("/a/b~1c/0")
    ('a', 'b/c', '0')
    """
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON Pointer")
    parts = pointer[1:].split("/")
    if "~" in pointer:
        parts = [step.replace("~1", "/").replace("~0", "~") for step in parts]
    return tuple(parts)


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
    return iter(Search(tree).find(pattern))


class Search:
    """Finds places of one tree by many patterns; what patterns have in common is found once."""

    def __init__(self, tree: Any) -> None:
        self._found: dict[tuple[str, ...], list[tuple[Pointer, Any]]] = {(): [("", tree)]}
        self._asked: dict[Pointer, list[tuple[Pointer, Any]]] = {}

    def find(self, pattern: Pointer) -> list[tuple[Pointer, Any]]:
        """Every place that a pattern names, in document order."""
        if pattern not in self._asked:
            self._asked[pattern] = self._places(pattern)
        return self._asked[pattern]

    def _places(self, pattern: Pointer) -> list[tuple[Pointer, Any]]:
        left = steps(pattern)
        if left[-1:] == ("**",):
            return [leaf for at, one in self._steps(left[:-1]) for leaf in leaves(one, at)]
        return self._steps(left)

    def _steps(self, left: tuple[str, ...]) -> list[tuple[Pointer, Any]]:
        if left not in self._found:
            self._found[left] = list(_step(self._steps(left[:-1]), left[-1]))
        return self._found[left]


def _step(found: list[tuple[Pointer, Any]], step: str) -> Iterable[tuple[Pointer, Any]]:
    if step == "**":
        return [
            inner
            for at, one in found
            if isinstance(one, dict | list)
            for inner in _containers(one, at)
        ]
    if step == "*":
        return [(f"{at}/{escape(key)}", value) for at, one in found for key, value in children(one)]
    end = "/" + escape(step)
    return [(at + end, value) for at, one in found for value in _member(one, step)]


def _member(tree: Any, step: str) -> tuple[Any, ...]:
    if isinstance(tree, dict):
        return (tree[step],) if step in tree else ()
    if isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
        return (tree[int(step)],)
    return ()


def _containers(tree: Any, at: Pointer) -> list[tuple[Pointer, Any]]:
    """A tree and every mapping and list below it, each before what it holds."""
    found: list[tuple[Pointer, Any]] = []
    waiting = [(at, tree)]
    while waiting:
        pointer, one = waiting.pop()
        found.append((pointer, one))
        below = [
            (f"{pointer}/{escape(key)}", value)
            for key, value in (one.items() if isinstance(one, dict) else enumerate(one))
            if isinstance(value, dict | list)
        ]
        waiting += reversed(below)
    return found


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
