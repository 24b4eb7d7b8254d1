"""The one way to all registries: what a loaded dump says, else what the built-in snapshot says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache, wraps
from typing import Any, TypeVar

from pydantic import ConfigDict

from pipeline.findings import Frozen
from pipeline.registries import cordis, fbbi, funders, licences, ror, store, taxonomy
from pipeline.registries.cordis import Project
from pipeline.registries.fbbi import ImagingMethod
from pipeline.registries.funders import Funder
from pipeline.registries.licences import Licence
from pipeline.registries.ror import Organisation
from pipeline.registries.store import Named, Snapshot, fold
from pipeline.registries.taxonomy import Organism

_DIGITS = re.compile(r"(?:^|\D)(\d+)\s*$")


T = TypeVar("T")


class Answers(dict[tuple[str, str], T]):
    """What was asked before; forgotten when it grows too large for a run of many studies."""

    MOST = 2_000

    def __setitem__(self, key: tuple[str, str], value: T) -> None:
        if len(self) >= self.MOST:
            self.clear()
        super().__setitem__(key, value)


def answered(look_up: Callable[[Registries, str], T]) -> Callable[[Registries, str], T]:
    """The same look-up, its answers kept."""

    @wraps(look_up)
    def asked(registries: Registries, text: str) -> T:
        key = (look_up.__name__, text)
        if key not in registries._answers:
            registries._answers[key] = look_up(registries, text)
        answer: T = registries._answers[key]
        return answer

    return asked


class Registries(Frozen):
    """All registries, for look-ups by name and by id; nothing here asks the network.

    A look-up that finds nothing returns None or an empty tuple. Only where `complete` says so
    does that mean that the thing does not exist.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    built_in: sqlite3.Connection
    loaded: sqlite3.Connection | None = None

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Which snapshot of each registry answers, in the order of names."""
        found = {one.name: one for one in store.snapshots(self.built_in)}
        if self.loaded is not None:
            found |= {one.name: one for one in store.snapshots(self.loaded)}
        return tuple(found[name] for name in sorted(found))

    def snapshot(self, name: str) -> Snapshot:
        """The snapshot of one registry; raises KeyError for an unknown name."""
        for one in self.snapshots:
            if one.name == name:
                return one
        raise KeyError(name)

    def complete(self, name: str) -> bool:
        """Whether the full official dump of a registry is loaded."""
        return self.snapshot(name).complete

    def _stores(self, name: str) -> Iterator[sqlite3.Connection]:
        if self.loaded is not None and self.complete(name):
            yield self.loaded
        yield self.built_in

    def _by_id(self, name: str, key: str) -> dict[str, Any] | None:
        if (name, key) not in self._ids:
            found = (store.by_id(connection, name, key) for connection in self._stores(name))
            self._ids[name, key] = next((fields for fields in found if fields is not None), None)
        return self._ids[name, key]

    def _by_name(
        self, name: str, text: str, *, first: sqlite3.Connection | None = None
    ) -> list[Named]:
        """The entries with a name in the first store that has any; `first` is asked before all."""
        if (name, text) not in self._named:
            stores = [*([first] if first else []), *self._stores(name)]
            if fold(text) not in _folded_names(self.built_in, name):
                stores = [one for one in stores if one is not self.built_in]
            found = (store.by_name(connection, name, text) for connection in stores)
            self._named[name, text] = next((named for named in found if named), [])
        return self._named[name, text]

    @cached_property
    def _ids(self) -> Answers[dict[str, Any] | None]:
        return Answers()

    @cached_property
    def _named(self) -> Answers[list[Named]]:
        return Answers()

    @cached_property
    def _answers(self) -> Answers[Any]:
        return Answers()

    @answered
    def taxon(self, taxon_id: str) -> Organism | None:
        """The organism with an NCBI taxon id (digits); a merged id leads to its successor."""
        fields = self._by_id(taxonomy.NAME, taxon_id)
        if fields is None:
            return None
        if "merged_into" in fields:
            return self.taxon(fields["merged_into"])
        return Organism(taxon_id=taxon_id, **fields)

    @answered
    def organisms(self, name: str) -> tuple[tuple[Organism, str], ...]:
        """The organisms with a name, each with the kind of that name.

        Kinds: scientific, synonym, common, strain, virus isolate and the like.
        """
        named = self._by_name(taxonomy.NAME, name)
        return tuple(
            (Organism(taxon_id=one.id, **one.fields), one.kind)
            for one in named
            if "merged_into" not in one.fields
        )

    def scientific_names(self) -> frozenset[str]:
        """The scientific names of the built-in snapshot."""
        return _scientific_names(self.built_in)

    @answered
    def imaging_method(self, text: str) -> ImagingMethod | None:
        """The FBbi imaging method with an id (any of its forms) or a label, compared folded."""
        found = self.imaging_method_by_id(text)
        kinds = ("label", fbbi.OTHER_BRANCH)
        labels = [one for one in self._by_name(fbbi.NAME, text) if one.kind in kinds]
        if found is None and labels:
            found = ImagingMethod(term_id=labels[0].id, label=labels[0].fields["label"])
        return found

    @answered
    def imaging_method_by_id(self, text: str) -> ImagingMethod | None:
        """The FBbi term with an id, in any of its forms (FBbi:, FBbi_, an address), given alone."""
        ids = re.findall(r"fbbi[:_]?(\d+)", text, re.IGNORECASE)
        alone = len(ids) == 1 and len(ids[0]) == 8 and text.rstrip().endswith(ids[0])
        key = f"FBbi:{ids[0]}" if alone else ""
        fields = self._by_id(fbbi.NAME, key) if key else None
        return ImagingMethod(term_id=key, label=fields["label"]) if fields else None

    def nearest_imaging_methods(self, text: str, most: int = 3) -> tuple[ImagingMethod, ...]:
        """FBbi imaging methods near a wording, best first: exact synonyms, then similar words."""
        from rapidfuzz import fuzz, process

        found = (
            store.by_name(connection, fbbi.NAME, text) for connection in self._stores(fbbi.NAME)
        )
        named = [one for some in found for one in some if one.kind != fbbi.OTHER_BRANCH]
        best = {one.id: ImagingMethod(term_id=one.id, label=one.fields["label"]) for one in named}
        names: dict[tuple[str, str], str] = {}
        for connection in self._stores(fbbi.NAME):
            names |= _telling_names(connection)
        asked = _telling(text)
        near = [
            found
            for scorer in (fuzz.token_sort_ratio, fuzz.ratio)
            for found in process.extract(
                asked, names, scorer=scorer, score_cutoff=80, limit=4 * most
            )
        ]
        for name, similar, (key, _) in sorted(near, key=lambda found: -found[1]):
            # short words are alike by chance, and a longer one may end in another method's name
            if similar < 92 and " " not in asked and (len(asked) < 9 or asked.endswith(name)):
                continue
            if any(word in asked and word not in name for word in _TELLING_APART):
                continue
            fields = self._by_id(fbbi.NAME, key)
            if key not in best and fields:
                best[key] = ImagingMethod(
                    term_id=key, label=fields["label"], similar=round(similar, 1)
                )
        return tuple(best.values())[:most]

    @answered
    def funder(self, name: str) -> Funder | None:
        """The funder with a name, alias or acronym; None also where several have it.

        The article before a name is no part of it, nor are its own acronym, its name in another
        language and its country behind it: `National Science Centre (NCN), Poland`.
        """
        named = self._by_name(funders.NAME, name, first=self.built_in)
        keys = {one.id for one in named if one.kind == "name"} or {one.id for one in named}
        one = next((one for one in named if one.id in keys), None)
        if one is not None:
            return Funder(**one.fields) if len(keys) == 1 else None
        for bare, beside in funders.without_aside(name):
            found = self.funder(bare)
            if found is not None and all(self._is_of(found, part) for part in beside):
                return found
        return None

    def _is_of(self, funder: Funder, text: str) -> bool:
        """Whether a text is a name or acronym of a funder, or its country."""
        if fold(text) in map(fold, funders.COUNTRIES.get(funder.country, ())):
            return True
        named = self._by_name(funders.NAME, text, first=self.built_in)
        return funder.crossref_id in {one.id for one in named}

    def funder_names(self) -> tuple[tuple[str, str], ...]:
        """Names and acronyms of the funders of the built-in snapshot, with their Crossref ids."""
        return _funder_names(self.built_in)

    @answered
    def licence(self, text: str) -> Licence | None:
        """The licence with an SPDX id, name, spelling or address."""
        named = self._by_name(licences.NAME, text, first=self.built_in)
        if not named:
            return None
        return Licence(**named[0].fields, versioned=named[0].kind != "unversioned")

    @answered
    def project(self, number: str) -> Project | None:
        """The Horizon Europe project with a grant number."""
        fields = self._by_id(cordis.NAME, number.strip())
        return Project(**fields) if fields else None

    def projects(self, acronym: str) -> tuple[Project, ...]:
        """The Horizon Europe projects with an acronym; several may have the same."""
        return tuple(Project(**one.fields) for one in self._by_name(cordis.NAME, acronym))

    @answered
    def organisation(self, text: str) -> Organisation | None:
        """The organisation with a ROR id, in any of its forms."""
        fields = self._by_id(ror.NAME, ror.key(text))
        return Organisation(**fields) if fields else None

    def organisations(self, name: str) -> tuple[Organisation, ...]:
        """The active organisations with exactly this official name or alias (no acronyms)."""
        named = [one for one in self._by_name(ror.NAME, name) if one.kind == "name"]
        found = {one.id: Organisation(**one.fields) for one in named}
        return tuple(one for one in found.values() if one.status == "active")


@lru_cache(maxsize=8)
def _scientific_names(connection: sqlite3.Connection) -> frozenset[str]:
    names = store.all_names(connection, taxonomy.NAME)
    return frozenset(name for _, name, kind in names if kind == "scientific")


@lru_cache(maxsize=16)
def _folded_names(connection: sqlite3.Connection, registry: str) -> frozenset[str]:
    return frozenset(fold(name) for _, name, _ in store.all_names(connection, registry))


@lru_cache(maxsize=8)
def _funder_names(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    names = store.all_names(connection, funders.NAME)
    return tuple((name, key) for key, name, _ in names)


_USUAL = {
    "microscopy",
    "microscope",
    "imaging",
    "image",
    "images",
    "method",
    "technique",
    "mode",
    "of",
}
"""Words that say nothing of which imaging method is meant."""


_TELLING_APART = ("light field", "near field", "x ray")
"""Words that make another method of a wording that is near to one in its letters."""


def _telling(text: str) -> str:
    """A folded wording without its usual words (misspelt or not), unless it has no others."""
    from rapidfuzz import fuzz

    words = fold(text).split()
    left = [
        word
        for word in words
        if word not in _USUAL
        and not any(fuzz.ratio(word, usual) >= 85 for usual in ("microscopy", "imaging"))
    ]
    return " ".join(left or words)


@lru_cache(maxsize=8)
def _telling_names(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """The names of imaging methods as they are compared, keyed by id and name."""
    names: Iterable[tuple[str, str, str]] = store.all_names(connection, fbbi.NAME)
    return {(key, text): _telling(text) for key, text, kind in names if kind != fbbi.OTHER_BRANCH}
