"""Defects of publications."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    Place,
    Unsuited,
    add,
    any_of,
    attributes,
    changed,
    drop,
    every,
    pick,
    section_of,
)

Document = dict[str, Any]
PAPERS = ("publication",)


def _doi(document: Document, random: Random) -> Place:
    """A bare DOI."""
    return pick(random, [p for p in every(document, PAPERS, "doi") if p.it["value"][:3] == "10."])


@defect("publication DOI as an address", mends=True)
def address(document: Document, random: Random) -> str:
    heads = (
        "https://doi.org/",
        "http://dx.doi.org/",
        "https://dx.doi.org/",
        "http://doi.org/",
        "HTTPS://DOI.ORG/",
    )
    return changed(_doi(document, random), lambda v: random.choice(heads) + v)


@defect("publication DOI with doi or white space in it", mends=True)
def around(document: Document, random: Random) -> str:
    ways = (
        lambda v: "doi:" + v,
        lambda v: "DOI: " + v,
        lambda v: "doi.org/" + v,
        lambda v: "https://doi.org/DOI: " + v,
        lambda v: "https:// dx.doi.org/" + v,
        lambda v: "https://doi.org/ " + v,
        lambda v: " " + v + " ",
        lambda v: "DOI " + v,
        lambda v: "Doi: " + v,
        lambda v: "https://doi.org/doi:" + v,
        lambda v: "dx.doi.org/" + v,
        lambda v: "https://www.doi.org/" + v,
        lambda v: "doi : " + v,
        lambda v: "\u00a0" + v,
        lambda v: "https : //doi.org/" + v,
        lambda v: "doi=" + v,
        lambda v: "DOI:\u00a0" + v,
    )
    return changed(_doi(document, random), random.choice(ways))


@defect("publication DOI with something wrong about it")
def bad_doi(document: Document, random: Random) -> str:
    ways = (
        lambda v: v + ".",
        lambda v: v + ",",
        lambda v: v + ";",
        lambda v: v[1:],
        lambda v: v.replace("/", "/ ", 1),
        lambda v: "https://doi.org/" + v[1:],
        lambda v: "https://www.nature.com/articles/s41598-026-00001-1#Abs1",
        lambda v: "https://www.biorxiv.org/content/10.1101/2026.01.01.000001v2.full",
        lambda v: "https://elifesciences.org/articles/00001",
        lambda v: v.replace("/", "", 1),
        lambda v: "www.sciencedirect.com/science/article/pii/S0092867426000001",
        lambda v: "https://pubmed.ncbi.nlm.nih.gov/12345678/",
        lambda v: v.replace("10.", "1O.", 1),
        lambda v: v + " " + v,
        lambda v: "https://academic.oup.com/nar/article/1/2/3/4",
        lambda v: "11" + v[2:],
        lambda v: "J Cell Biol 2026",
        lambda v: "https://doi.org/",
        lambda v: v.split("/")[0] + "/",
        lambda v: "arXiv:2601.00001",
        lambda v: v + "; " + v + "x",
    )
    return changed(_doi(document, random), random.choice(ways))


@defect("publication DOI or PubMed ID placeholder")
def word(document: Document, random: Random) -> str:
    places = every(document, PAPERS, "doi", "pubmedid")
    place = pick(random, [one for one in places if one.it["value"][:1].isdecimal()])
    words = (
        "TBD",
        "pending",
        "n/a",
        "N/A",
        "none",
        "-",
        "to be assigned",
        "not yet available",
        "xxx",
        "unpublished",
        "in press",
        "submitted",
        "0",
        "NA",
        "not applicable",
        "in preparation",
    )
    return changed(place, lambda v: random.choice(words))


def _pmid(document: Document, random: Random) -> Place:
    there = [p for p in every(document, PAPERS, "pubmedid", "pmid") if p.it["value"].isdecimal()]
    if there:
        return random.choice(there)
    raise Unsuited


@defect("PubMed ID wrapped", mends=True)
def wrapped_pmid(document: Document, random: Random) -> str:
    ways = (
        lambda v: "PMID: " + v,
        lambda v: "PMID:" + v,
        lambda v: "pmid " + v,
        lambda v: f"https://pubmed.ncbi.nlm.nih.gov/{v}/",
        lambda v: "PubMed ID: " + v,
        lambda v: "https://www.ncbi.nlm.nih.gov/pubmed/" + v,
        lambda v: v + " ",
        lambda v: "PMID" + v,
        lambda v: "pubmed:" + v,
        lambda v: "https://pubmed.ncbi.nlm.nih.gov/" + v,
    )
    return changed(_pmid(document, random), random.choice(ways))


@defect("PubMed ID no number")
def bad_pmid(document: Document, random: Random) -> str:
    values = (
        "PMC5753238",
        "Actin flow in migrating cells",
        "10.1234/example.1",
        "3518913a",
        "12 345 678",
        "1234567890123",
        "Smith et al. 2026",
        "https://example.org/paper",
        "35189131, 35189132",
        "PPR123456",
        "35189131.",
    )
    there = [p for p in every(document, PAPERS, "pubmedid") if p.it["value"].isdecimal()]
    if there:
        return changed(random.choice(there), lambda v: random.choice(values))
    home = section_of(document, random, *PAPERS)
    if attributes(home, "pubmedid"):
        raise Unsuited
    return add(home, "Pubmed ID", random.choice(values)).value


@defect("PMC ID of the wrong form")
def bad_pmcid(document: Document, random: Random) -> tuple[str, ...]:
    values = ("35189131", "PMC", "pmid 35189131", "TBD", "PMCID PMC", "10.1234/x", "PMC12a45")
    there = every(document, PAPERS, "pmcid")
    if there:
        return changed(random.choice(there), lambda v: random.choice(values)), there[0].pointer
    place = add(section_of(document, random, *PAPERS), "PMC ID", random.choice(values))
    return place.value, place.pointer


@defect("publication year no year")
def bad_year(document: Document, random: Random) -> str:
    place = any_of(document, random, PAPERS, "year")
    years = ("20226", "in press", "May 2026", "226", "2026/27", "TBD", "2o26", "26", "3026", "1026")
    return changed(place, lambda v: random.choice(years))


@defect("publication year contradicts its DOI")
def year_and_doi(document: Document, random: Random) -> tuple[str, ...]:
    home = section_of(document, random, *PAPERS)
    doi = random.choice(("10.1101/2021.05.04.442586", "10.1101/2023.11.30.569475"))
    dois, years = attributes(home, "doi"), attributes(home, "year")
    place = dois[0] if dois else add(home, "DOI", doi)
    place.it["value"] = doi
    year = years[0] if years else add(home, "Year", "2012")
    year.it["value"] = random.choice(("2012", "2017", "2009"))
    return year.value, year.pointer, place.value, place.pointer


@defect("publication without title, authors, year or DOI")
def gap(document: Document, random: Random) -> str:
    return drop(any_of(document, random, PAPERS, "title", "authors", "year", "doi"))


@defect("study's own DOI as its publication")
def own(document: Document, random: Random) -> str:
    accession = document.get("accno")
    if not accession:
        raise Unsuited
    head = random.choice(("", "https://doi.org/", "doi:"))
    return changed(_doi(document, random), lambda v: head + "10.6019/" + str(accession))


@defect("preprint cited")
def preprint(document: Document, random: Random) -> tuple[str, ...]:
    dois = (
        "10.1101/2026.01.01.000001",
        "10.21203/rs.3.rs-1234567/v1",
        "10.48550/arXiv.2601.00001",
        "10.20944/preprints202601.0001.v1",
        "10.26434/chemrxiv-2026-abcde",
        "10.31234/osf.io/abcde",
    )
    place = _doi(document, random)
    if re.match(r"10\.(1101|64898|48550|21203)/", place.it["value"]):
        raise Unsuited
    return (changed(place, lambda v: random.choice(dois)),)
