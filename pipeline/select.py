"""JSON Pointers (RFC 6901) and patterns of them with `*` (one step) and `**` (any steps)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from typing import Any

Step = str | int
Pointer = str


@lru_cache(maxsize=4096)
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
    return iter(patterns(pattern).find(tree)[-1])


@cache
def patterns(*wanted: Pointer) -> Patterns:
    """Patterns to be found in many trees."""
    return Patterns(wanted)


class Patterns:
    """Finds the places of a tree by many patterns; what patterns have in common is found once."""

    def __init__(self, wanted: Iterable[Pointer]) -> None:
        known: dict[tuple[str, ...], int] = {(): 0}
        self._steps: list[tuple[int, _Step]] = []
        self._ends: list[int] = []
        parted = [_parted(pattern) for pattern in wanted]
        behind: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for left in parted:
            for number in range(1, len(left)):
                behind[left[:number]].add(left[number])
        for left in parted:
            last = 0
            for number in range(1, len(left) + 1):
                if left[:number] not in known:
                    known[left[:number]] = len(known)
                    self._steps.append((last, _step(left[number - 1], behind[left[:number]])))
                last = known[left[:number]]
            self._ends.append(last)

    def find(self, tree: Any) -> list[list[tuple[Pointer, Any]]]:
        """The places of each pattern, in document order."""
        found: list[list[tuple[Pointer, Any]]] = [[("", tree)]]
        for before, step in self._steps:
            there = found[before]
            found.append(step(there) if there else there)
        return [found[end] for end in self._ends]


_LEAVES = "** at the end"
_Places = list[tuple[Pointer, Any]]
_Step = Callable[[_Places], _Places]


def _parted(pattern: Pointer) -> tuple[str, ...]:
    left = steps(pattern)
    return (*left[:-1], _LEAVES) if left[-1:] == ("**",) else left


def _step(step: str, behind: set[str]) -> _Step:
    """What a step finds; `behind` are the steps that follow it."""
    if step == "**":
        names = not any(one.startswith("*") or one.isdecimal() for one in behind)
        return partial(_containers, frozenset(behind) if names else None)
    named = {"*": _each, _LEAVES: _leaves}
    return named.get(step) or partial(_member, step, "/" + escape(step))


def _leaves(found: _Places) -> _Places:
    return [leaf for at, one in found for leaf in leaves(one, at)]


def _each(found: _Places) -> _Places:
    return [(f"{at}/{escape(key)}", value) for at, one in found for key, value in children(one)]


def _member(step: str, end: str, found: _Places) -> _Places:
    made: _Places = []
    for at, one in found:
        if isinstance(one, dict):
            if step in one:
                made.append((at + end, one[step]))
        elif isinstance(one, list) and step.isdecimal() and int(step) < len(one):
            made.append((at + end, one[int(step)]))
    return made


_NESTED = frozenset({dict, list})
_Names = frozenset[str] | None


def _containers(names: _Names, found: _Places) -> _Places:
    """The places that are mappings or lists and all such below them, each before what it holds.

    Only mappings with one of some names, where names are given.
    """
    made: _Places = []
    for at, one in found:
        if type(one) in _NESTED:
            _contain(names, at, one, made)
    return made


def _contain(names: _Names, at: Pointer, tree: Any, made: _Places) -> None:
    keyed = type(tree) is dict
    if names is None or (keyed and not names.isdisjoint(tree)):
        made.append((at, tree))
    if _NESTED.isdisjoint(map(type, tree.values() if keyed else tree)):
        return
    for key, value in tree.items() if keyed else enumerate(tree):
        if type(value) in _NESTED:
            _contain(names, f"{at}/{escape(key)}", value, made)


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
