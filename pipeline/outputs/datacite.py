"""What DataCite asks in order to register a study's DOI: its Metadata Schema 4.6 as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline import identifiers
from pipeline.outputs import Refused
from pipeline.outputs.citation import PUBLISHER, of_study, one_line, release_day, spdx_ids, title_of
from pipeline.outputs.record import dump
from pipeline.record import CuratedRecord

NAME = "datacite"
FILE = "datacite.json"
EMITTED = False

Tree = dict[str, Any]
_SPDX = {"rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"}


def write(record: CuratedRecord) -> bytes:
    """The body of a request to DataCite's REST API that makes the DOI as a draft, JSON in UTF-8.

    It says no `event`: whether and when the DOI becomes public is for whoever sends it. Raises
    Refused for a study that asked for no DOI.
    """
    if record.doi is None:
        raise Refused(f"no DOI was asked for {record.accession}")
    day = release_day(record)
    said = of_study(record, "description")
    formats = {one.format for part in record.components for one in part.formats if one.format}
    attributes: Tree = {
        "doi": record.doi,
        "url": record.link,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Image data"},
        "creators": list(_creators(record)) or [{"name": "Authors not stated"}],
        "titles": [{"title": title_of(record)}],
        "publisher": {"name": PUBLISHER},
        "publicationYear": int(day[:4]) if day else None,
        "dates": [{"date": day, "dateType": "Available"}] if day else None,
        "descriptions": [{"description": said, "descriptionType": "Abstract"}] if said else None,
        "subjects": [{"subject": one_line(text)} for text in of_study(record, "keywords") or ()],
        "fundingReferences": list(_funding(record)),
        "relatedIdentifiers": list(_publications(record)),
        "rightsList": [_rights(record)],
        "alternateIdentifiers": [
            {
                "alternateIdentifier": record.accession,
                "alternateIdentifierType": "BioImage Archive accession",
            }
        ],
        "sizes": list(_sizes(record)),
        "formats": sorted(formats),
        "version": str(record.version),
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    kept = {name: value for name, value in attributes.items() if value}
    return dump({"data": {"type": "dois", "attributes": kept}})


def _sizes(record: CuratedRecord) -> Iterator[str]:
    if record.files:
        yield f"{len(record.files)} files" if len(record.files) > 1 else "1 file"
        yield f"{sum(one.size for one in record.files)} bytes"


def _creators(record: CuratedRecord) -> Iterator[Tree]:
    """The authors with ORCID iDs and affiliations that are in form; one without name is none."""
    organisations = {one.get("id"): one for one in of_study(record, "organisations") or ()}
    for author in of_study(record, "authors") or ():
        if not (author.get("name") or "").strip():
            continue
        made: Tree = {"name": one_line(author["name"])}
        if orcid := identifiers.orcid(author.get("orcid") or ""):
            made["nameType"] = "Personal"
            made["nameIdentifiers"] = [
                {
                    "nameIdentifier": f"https://orcid.org/{orcid}",
                    "nameIdentifierScheme": "ORCID",
                    "schemeUri": "https://orcid.org",
                }
            ]
        named = (
            organisations.get(one.get("organisation"), {"name": one.get("text")})
            for one in author.get("affiliations", ())
        )
        if affiliations := list(_affiliations(named)):
            made["affiliation"] = affiliations
        yield made


def _affiliations(organisations: Iterable[Tree]) -> Iterator[Tree]:
    for one in organisations:
        if not (one.get("name") or "").strip():
            continue
        made: Tree = {"name": one_line(one["name"])}
        if ror := identifiers.ror(one.get("ror") or ""):
            made["affiliationIdentifier"] = f"https://ror.org/{ror}"
            made["affiliationIdentifierScheme"] = "ROR"
            made["schemeUri"] = "https://ror.org"
        yield made


def _funding(record: CuratedRecord) -> Iterator[Tree]:
    """The grants that name a funder, which DataCite demands of each."""
    for grant in of_study(record, "grants") or ():
        if not (grant.get("funder") or "").strip():
            continue
        made: Tree = {"funderName": one_line(grant["funder"])}
        if ror := identifiers.ror(grant.get("funder_ror") or ""):
            made["funderIdentifier"] = f"https://ror.org/{ror}"
            made["funderIdentifierType"] = "ROR"
        elif crossref := identifiers.doi(grant.get("funder_crossref_id") or ""):
            made["funderIdentifier"] = f"https://doi.org/{crossref}"
            made["funderIdentifierType"] = "Crossref Funder ID"
        for slot, name in (("grant_id", "awardNumber"), ("project_name", "awardTitle")):
            if text := (grant.get(slot) or "").strip():
                made[name] = one_line(text)
        if pid := identifiers.doi(grant.get("grant_pid") or ""):
            made["awardUri"] = f"https://doi.org/{pid}"
        yield made


def _publications(record: CuratedRecord) -> Iterator[Tree]:
    """The papers that the data belong to, by DOI, else by PubMed ID."""
    for paper in of_study(record, "publications") or ():
        doi = identifiers.doi(paper.get("doi") or "")
        pmid = identifiers.pmid(paper.get("pubmed_id") or "")
        if doi or pmid:
            yield {
                "relatedIdentifier": doi or pmid,
                "relatedIdentifierType": "DOI" if doi else "PMID",
                "relationType": "IsSupplementTo",
            }


def _rights(record: CuratedRecord) -> Tree:
    """The licence by name, address and SPDX id; the archive's terms where none is stated."""
    licence = of_study(record, "licence")
    made: Tree = {"rights": one_line(record.licence_terms)}
    if url := (licence.get("url") or "").strip():
        made["rightsUri"] = url
    if known := spdx_ids().get((licence.get("name") or "").strip().casefold()):
        made |= {"rightsIdentifier": known.casefold(), **_SPDX}
    return made
