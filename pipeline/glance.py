"""A quick look at texts, so that the many sound ones need no closer one."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jsonschema_rs

_SPACE = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_CLASSES = (
    *((r"[^\W\d_]", r"\p{L}"), (r"\d", r"\p{Nd}"), (r"\s", _SPACE)),
    *((r"\w", r"[\p{L}\p{N}_]"), (r"\W", r"[^\p{L}\p{N}_]")),
)
"""Classes that JSON Schema (ECMA 262) takes for ASCII letters and digits, and `re` does not."""


class Glance:
    """Whether a text, or any text below a tree, may hold what a closer look is for.

    The pattern is one of `re` without references back, looks around and `\\b`. Rust searches it in
    linear time, a hundred times faster than `re` (docs/decisions/quick-looks.md). It must find all
    that the closer look would: what it does not find is not looked at again.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        for classes, meant in _CLASSES:
            self.pattern = self.pattern.replace(classes, meant)

    def __call__(self, tree: Any) -> bool:
        """Whether the pattern is found in a text, or in one below a mapping or list."""
        without = self._without
        try:
            return not without.is_valid(tree)
        except ValueError:  # a character that is none, which Rust cannot hold
            return True

    @cached_property
    def _without(self) -> jsonschema_rs.Draft202012Validator:
        below = {"$ref": "#/$defs/tree"}
        tree = {
            "if": {"type": "string"},
            "then": {"not": {"pattern": self.pattern}},
            "else": {"additionalProperties": below, "items": below},
        }
        return jsonschema_rs.Draft202012Validator(
            {"$defs": {"tree": tree}, **below}, pattern_options=jsonschema_rs.RegexOptions()
        )
