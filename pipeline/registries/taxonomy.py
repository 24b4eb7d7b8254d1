"""NCBI Taxonomy: organisms by taxon id, scientific name and common name."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import groupby
from pathlib import Path

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Member, member, optional
from pipeline.registries.store import Dump, Entry

NAME = "taxonomy"
OFFICIAL = "taxdump.tar.gz or taxdmp.zip of NCBI Taxonomy (names.dmp, nodes.dmp, merged.dmp)"
VOCABULARIES = ("organisms", "organism_names")


class Organism(Frozen):
    """A taxon: `taxon_id` are the digits of its NCBI Taxonomy id."""

    taxon_id: str
    scientific_name: str
    rank: str
    common_names: tuple[str, ...] = ()

    @property
    def curie(self) -> str:
        """The id as the archive writes it, such as NCBITaxon:9606."""
        return f"NCBITaxon:{self.taxon_id}"


_KINDS = {
    "scientific name": "scientific",
    "synonym": "synonym",
    "equivalent name": "synonym",
    "genbank synonym": "synonym",
    "common name": "common",
    "genbank common name": "common",
    "acronym": "common",
    "genbank acronym": "common",
}


def built_in() -> Dump:
    """The organisms of the submission form and those common in bioimaging."""
    return Dump(list(_vocabulary()), "2024-09 (selection)", vocabulary.date("organisms"))


def _vocabulary() -> Iterator[Entry]:
    more: dict[str, list[tuple[str, str]]] = {}
    for row in vocabulary.rows("organism_names"):
        more.setdefault(row["taxon_id"], []).append((row["name"], row["kind"]))
    for row in vocabulary.rows("organisms"):
        common = [
            name
            for name in vocabulary.several(row["common_names"])
            if not name.startswith("old name:")
        ]
        names = [
            (row["scientific_name"], "scientific"),
            *((name, "synonym") for name in vocabulary.several(row["synonyms"])),
            *((name, "common") for name in common),
            *more.get(row["taxon_id"], ()),
        ]
        yield _entry(row["taxon_id"], row["rank"], names)


def _entry(taxon_id: str, rank: str, names: list[tuple[str, str]]) -> Entry:
    scientific = next((name for name, kind in names if kind == "scientific"), "")
    common = [name for name, kind in names if kind == "common"]
    fields = {"scientific_name": scientific, "rank": rank, "common_names": common}
    return Entry(taxon_id, fields, tuple(dict.fromkeys(names)))


def read(path: Path) -> Dump:
    """The official dump; names.dmp and nodes.dmp are both in the order of taxon ids."""
    names = member(path, "names.dmp")
    entries = _taxa(names, member(path, "nodes.dmp"), optional(path, "merged.dmp"))
    return Dump(entries, None, names.date, names.position, names.size)


def _taxa(names: Member, nodes: Member, merged: Member | None) -> Iterator[Entry]:
    ranks = _lines(nodes)
    node = next(ranks, None)
    for taxon_id, group in groupby(_lines(names), key=lambda fields: fields[0]):
        known = [(fields[1], _KINDS[fields[3]]) for fields in group if fields[3] in _KINDS]
        while node is not None and int(node[0]) < int(taxon_id):
            node = next(ranks, None)
        rank = node[2] if node is not None and node[0] == taxon_id else "no rank"
        yield _entry(taxon_id, rank, known)
    ranks.close()
    for fields in _lines(merged) if merged else ():
        yield Entry(fields[0], {"merged_into": fields[1]}, ())


def _lines(source: Member) -> Generator[list[str], None, None]:
    with source.text() as lines:
        for line in lines:
            yield line.rstrip("\r\n").removesuffix("\t|").split("\t|\t")
