"""Names of funders that are one letter off a known one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.grant_numbers import funder_of
from pipeline.checks.wording import quoted
from pipeline.registries import Registries
from pipeline.registries.store import fold

_LEAST = 5
"""Letters of the shortest word in which a slip is told from another word."""


@check("FUN107", "funder-misspelt", at="/study/grants/*", severity="hint")
def misspelt(grant: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The name of a funder is not known, and one letter off a name that is.

    The funder would not find its data under the name as it stands.

    To fix: give the funder's official name.
    """
    written = funder_of(grant)
    if not written or registries.funder(written) or registries.organisations(written):
        return
    if (meant := _one_letter_off(written, registries.funder_names())) is not None:
        yield Flag(
            message=f"the funder {quoted(written)} is one letter off {quoted(meant)}",
            at=below(place, "funder"),
            suggestion=suggest(
                replace(below(place, "funder"), grant["funder"], meant),
                why="One known funder has this name but for a letter.",
            ),
        )


def _one_letter_off(written: str, names: tuple[tuple[str, str], ...]) -> str | None:
    """The name of the one funder that differs in a letter of one word; None where several do."""
    from rapidfuzz.distance import OSA

    without, known = _without_a_word(names)
    words = (*fold(written).split(),)
    meant = {
        found
        for at, word in enumerate(words)
        if len(word) >= _LEAST and word not in known
        for other, found in without.get((at, *words[:at], *words[at + 1 :]), ())
        if OSA.distance(word, other, score_cutoff=1) == 1
    }
    return meant.pop() if len(meant) == 1 else None


@lru_cache(maxsize=4)
def _without_a_word(
    names: tuple[tuple[str, str], ...],
) -> tuple[Mapping[tuple[int | str, ...], list[tuple[str, str]]], frozenset[str]]:
    """The names of several words by all words but one, and every word that is in any of them."""
    without: dict[tuple[int | str, ...], list[tuple[str, str]]] = defaultdict(list)
    known: set[str] = set()
    for name, _ in names:
        words = (*fold(name).split(),)
        known.update(words)
        for at, word in enumerate(words):
            if len(words) > 1 and len(word) >= _LEAST:
                without[(at, *words[:at], *words[at + 1 :])].append((word, name))
    return without, frozenset(known)
