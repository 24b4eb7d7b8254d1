"""Small documents of each kind, for the tests of the doors."""

from __future__ import annotations

from typing import Any

CRATE: dict[str, Any] = {
    "@context": "https://w3id.org/ro/crate/1.1/context",
    "@graph": [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": ["Dataset", "bia:Study"],
            "name": "Mitotic spindles in fission yeast",
            "datePublished": "2027-04-01",
            "accessionId": "S-BIAD90012",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "keyword": ["yeast", "spindle"],
            "contributor": [{"@id": "https://orcid.org/0000-0002-1825-0097"}, {"@id": "#p2"}],
            "funding": [{"@id": "#g1"}],
            "hasPart": [{"@id": "#movies"}, {"@id": "list.tsv"}],
            "sponsorNote": "measured at night",
        },
        {
            "@id": "https://orcid.org/0000-0002-1825-0097",
            "@type": ["Person", "bia:Contributor"],
            "displayName": "Mira Lindgren",
            "affiliation": [{"@id": "https://ror.org/00000aa00"}],
        },
        {"@id": "#p2", "@type": ["Person", "bia:Contributor"], "displayName": "Tomas Achterberg"},
        {
            "@id": "https://ror.org/00000aa00",
            "@type": ["Organisation", "bia:Affiliation"],
            "displayName": "Example Institute of Yeast Biology",
        },
        {"@id": "#g1", "@type": "bia:Grant", "identifier": "EX-17", "funder": [{"@id": "#f1"}]},
        {"@id": "#f1", "@type": "bia:FundingBody", "name": "Example Foundation"},
        {
            "@id": "#movies",
            "@type": ["Dataset", "bia:Dataset"],
            "name": "Movies",
            "associatedBiologicalEntity": [{"@id": "#wild"}, {"@id": "#mutant"}],
            "associatedImageAcquisitionProtocol": [{"@id": "#disk"}],
        },
        {
            "@id": "#wild",
            "@type": "bia:BioSample",
            "title": "Wild type",
            "organismClassification": [{"@id": "NCBI:txid4896"}],
        },
        {"@id": "#mutant", "@type": "bia:BioSample", "title": "Mutant"},
        {
            "@id": "NCBI:txid4896",
            "@type": "bia:Taxon",
            "scientificName": "Schizosaccharomyces pombe",
        },
        {
            "@id": "#disk",
            "@type": "bia:ImageAcquisitionProtocol",
            "title": "Spinning disk",
            "imagingMethodName": ["spinning disk confocal microscopy"],
            "fbbiId": ["FBbi:00000253"],
        },
        {
            "@id": "list.tsv",
            "@type": ["File", "bia:FileList", "csvw:Table"],
            "tableSchema": {"@id": "#schema"},
        },
        {
            "@id": "#schema",
            "@type": "csvw:Schema",
            "column": [{"@id": "#c0"}, {"@id": "#c1"}, {"@id": "#c2"}],
        },
        {
            "@id": "#c0",
            "@type": "csvw:Column",
            "columnName": "where",
            "propertyUrl": "http://bia/filePath",
        },
        {
            "@id": "#c1",
            "@type": "csvw:Column",
            "columnName": "dataset",
            "propertyUrl": "http://schema.org/isPartOf",
        },
        {"@id": "#c2", "@type": "csvw:Column", "columnName": "Temperature"},
    ],
}

REMBI = """\
study:
  title: Mitotic spindles in fission yeast
  private_until_date: 2027-04-01
  keywords: [yeast, spindle]
  authors:
  - first_name: Mira
    last_name: Lindgren
    orcid: 0000-0002-1825-0097
    affiliation: {name: Example Institute of Yeast Biology, address: 3 Example Quay}
  - first_name: Tomas
    last_name: Achterberg
    affiliation: {name: Example Institute of Yeast Biology, address: 3 Example Quay}
  publications:
  - {title: Spindles, year: 2026, pubmed_id: PMC0000001}
  funding:
    funding_statement: Funded by the Example Foundation.
    grant_references:
    - {funder: Example Foundation, identifier: 17}
  links:
  - {link_url: "https://example.org/protocol", link_description: protocol}
  rembi_version: "1.5"
biosamples:
  Wild type:
    organism: {scientific_name: Schizosaccharomyces pombe, ncbi_taxon: "NCBI:txid4896"}
    biological_entity: spindle
    experimental_variables: [temperature, time]
acquisitions:
  Spinning disk:
    imaging_method: {value: spinning disk confocal microscopy, ontology_name: FBbi}
annotations:
  Outlines: {annotation_overview: outlines, annotation_type: [segmentation_mask]}
version:
  Outlines: {version: v1.1}
study_component:
  one: {name: Movies}
associations:
  one: {biosample_id: Wild type, acquisition_id: Spinning disk}
"""

RENDERED = """\
Submission
Title\tMitotic spindles in fission yeast
ReleaseDate\t2027-04-01

Study
Keyword\tyeast
Keyword\tspindle
Funding statement\tFunded by the Example Foundation.

Link\thttps://example.org/protocol
Description\tprotocol

author
Name\tMira Lindgren
ORCID\t0000-0002-1825-0097
<affiliation>\to1

author
Name\tTomas Achterberg
<affiliation>\to1

organization\to1
Name\tExample Institute of Yeast Biology
Address\t3 Example Quay

Publication
Title\tSpindles
Year\t2026
PMC ID\tPMC0000001

Funding
Agency\tExample Foundation
grant_id\t17

Biosample\tBiosample-1
Title\tWild type
Biological entity\tspindle
Experimental variable\ttemperature
Experimental variable\ttime

Organism\tOrganism-1\tBiosample-1
Scientific name\tSchizosaccharomyces pombe
NCBI taxon ID\tNCBI:txid4896

Image Acquisition\tImage Acquisition-1
Title\tSpinning disk

Imaging Method\tImaging Method-1\tImage Acquisition-1
Ontology Value\tspinning disk confocal microscopy
Ontology Name\tFBbi

Annotations\tAnnotations-1
Title\tOutlines
Annotation Overview\toutlines
Annotation Type\tsegmentation_mask

Version\t\tAnnotations-1
Annotation version\tv1.1

Study Component\tStudy Component-1
Name\tMovies

Associations\t\tStudy Component-1
Biosample\tWild type
Image acquisition\tSpinning disk
"""
IDR = (
    "# STUDY DESCRIPTION SECTION\n"
    "Comment[IDR Study Accession]\tidr9001\n"
    "Study Title\tMitotic spindles in fission yeast\t\t\n"
    "Study Type\thigh content screen\n"
    "Study Description\tTime-lapse of tubulin.\n"
    "Study Key Words\tyeast\tspindle\n"
    "Study Organism\tSchizosaccharomyces pombe\n"
    "Study Organism Term Accession\tNCBITaxon_4896\n"
    "Study Public Release Date\t2027-04-01\n"
    "Study Person Last Name\tLindgren\tAchterberg\n"
    "Study Person First Name\tMira\tTomas\n"
    "Study Person Email\tmira.lindgren@example.org\t\n"
    "Study License\tCC BY 4.0\n"
    "Study License URL\thttps://creativecommons.org/licenses/by/4.0/\n"
    "\nExperiment Number\t1\n"
    "Comment[IDR Experiment Name]\tidr9001-lindgren/experimentA\n"
    "Experiment Imaging Method\tspinning disk confocal microscopy\n"
    "Protocol Name\tgrowth\timaging\n"
    "Protocol Description\tin rich medium\tevery thirty seconds\n"
    "Experiment Size\t5D Images: 12\n"
)
EMPIAR = {
    "EMPIAR-90001": {
        "title": "Tilt series of fission yeast",
        "release_date": "2027-04-01",
        "entry_doi": "10.6019/EMPIAR-90001",
        "grant_references": [{"funding_body": "Example Foundation", "code": "EX-17"}],
        "authors": [{"author": {"name": "Lindgren M", "author_orcid": "0000-0002-1825-0097"}}],
        "citation": [
            {"title": "Spindles", "year": 2026, "authors": [{"name": "Lindgren M"}], "issue": None}
        ],
        "imagesets": [{"name": "Tilt series", "category": "tilt series", "pixel_width": 3.4}],
        "scale": "cell",
    }
}
EMPIAR_XML = """\
<entry xmlns="http://pdbe.org/empiar" accessionCode="EMPIAR-90001"><admin>
<keyDates><releaseDate>2027-04-01</releaseDate></keyDates>
<title>Tilt series of fission yeast</title>
<authorsList><author authorORCID="0000-0002-1825-0097">Lindgren M</author></authorsList>
<entryDOI>10.6019/EMPIAR-90001</entryDOI></admin>
<crossReferences><citationList><universalCitation><journalCitation>
<author>Lindgren M</author><title>Spindles</title><year>2026</year>
</journalCitation></universalCitation></citationList></crossReferences>
<imageSet><name>Tilt series</name><category>tilt series</category></imageSet></entry>
"""

ROWS = """\
Submission
Template\tBioImages.v5
Title\tRetrograde actin flow in crawling keratocytes
ReleaseDate\t2027-03-01

Study
Title\tRetrograde actin flow in crawling keratocytes
Description\tSpinning disk movies of actin in keratocytes of zebrafish scales.
Keywords\tactin
License\tCC BY 4.0

author
Name\tMira Lindgren
E-mail\tmira.lindgren@example.org
<affiliation>\torg-2

organisation\torg-2
Name\tNorrhamn Institute for Cell Mechanics

organisation\torg-3
Name\tLight Microscopy Facility Norrhamn

Biosample\tbs-1
Title\tKeratocytes
Organism\tDanio rerio
Biological entity\tCells

Specimen\tsp-1
Title\tCells on gels
Sample preparation protocol\tScales were left on gels.

Image acquisition\tia-1
Title\tMovies
Imaging instrument\tSpinning disk
Image acquisition parameters\t60x
Imaging method\tspinning disk confocal microscopy

Study Component\tsc-1
Name\tActin movies
Description\tOne cell each
File List\tmovies.tsv

Associations\t\tsc-1
Biosample\tKeratocytes
Specimen\tCells on gels
Image acquisition\tMovies
"""
"""A sound study as rows."""


def changed(before: str, after: str) -> str:
    """The sound study with one text in it changed."""
    assert before in ROWS
    return ROWS.replace(before, after)
