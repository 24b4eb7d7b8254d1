"""Which organisations of ROR a written name means: the whole of it, or one of its parts."""

from __future__ import annotations

import re

from pipeline.registries import Organisation, Registries
from pipeline.registries.funders import COUNTRIES
from pipeline.registries.store import fold

_ACRONYM = re.compile(r"(?P<name>.{4,}?)\s*[(\[](?P<short>[^()\[\]]{2,20})[)\]]")
_PARTS = re.compile(r"\s*[,;\n]\s*")
_COUNTRIES = {fold(name): code for code, said in COUNTRIES.items() for name in said}
_OWN_RECORD = re.compile(r"\b(?:institut\w*|istituto|cent(?:er|re|ro)|zentrum)\b", re.IGNORECASE)
"""What calls itself so within a society has a record of its own in ROR."""
_OF_DEPARTMENTS = re.compile(
    r"univers|college|hochschule|school|polyt[eé]c|hospital|klinik|clinic|institute of technology"
    r"|\bETH\b|\bEPFL?\b",
    re.IGNORECASE,
)
"""What has institutes that are departments of it."""
LONGEST = 400
"""Characters of the longest name that is looked at in its parts."""


def named(name: str, registries: Registries) -> tuple[Organisation, ...]:
    """The organisations of a name; its acronym behind it and its article are no part of it."""
    found = registries.organisations(name)
    if not found and len(name) <= LONGEST and (parts := _ACRONYM.fullmatch(name)):
        same = registries.organisations(parts["name"])
        found = tuple(
            one for one in same if parts["short"] in one.acronyms or parts["short"] in one.names
        )
    if not found and " " in name:
        other = name[4:] if name.casefold().startswith("the ") else f"The {name}"
        found = registries.organisations(other)
    return found


def within(name: str, registries: Registries) -> tuple[Organisation, ...]:
    """The organisations that parts of a name between commas mean, in the order of the parts.

    A part counts where the name states the city or the country of its organisation, too, or where
    it is the last one: what follows it may be a place that is another organisation's. The society
    or academy behind an institute does not count, for its institutes have records of their own.
    """
    if len(name) > LONGEST or len(parts := _PARTS.split(name.strip(" .,;"))) < 2:
        return ()
    stated = _COUNTRIES.get(fold(parts[-1]))
    whole = f" {fold(name)} "
    found: dict[str, Organisation] = {}
    for number, part in enumerate(parts):
        same = [
            one
            for one in (named(part, registries) if len(part) > 3 else ())
            if stated in (None, one.country)
        ]
        here = [one for one in same if one.city and f" {fold(one.city)} " in whole]
        if not here and len(same) == 1 and (stated or number == len(parts) - 1):
            here = same
        own = number > 0 and _OWN_RECORD.search(parts[0]) and not _OF_DEPARTMENTS.search(part)
        if len(here) == 1 and not own:
            found[here[0].ror] = here[0]
    return tuple(found.values())
