"""The words of REMBI's and MIFA's templates: blocks, fields, and what PageTab calls them."""

from __future__ import annotations

from pipeline.intake.spellings import fold

IN_PAGETAB = {
    "title": "Title",
    "name": "Name",
    "description": "Description",
    "keyword": "Keyword",
    "keywords": "Keyword",
    "acknowledgements": "Acknowledgements",
    "funding_statement": "Funding statement",
    "license": "License",
    "licence": "License",
    "email": "E-mail",
    "role": "Role",
    "orcid": "ORCID",
    "orcid_id": "ORCID",
    "organisation_name": "Name",
    "address": "Address",
    "ror_id": "RORID",
    "authors": "Authors",
    "publication_title": "Title",
    "publication_authors": "Authors",
    "publication_doi": "DOI",
    "publication_year": "Year",
    "link_description": "Description",
    "link_type": "Type",
    "doi": "DOI",
    "year": "Year",
    "funder": "Agency",
    "identifier": "grant_id",
    "scientific_name": "Scientific name",
    "common_name": "Common name",
    "ncbi_taxon": "NCBI taxon ID",
    "biological_entity": "Biological entity",
    "intrinsic_variables": "Intrinsic variable",
    "extrinsic_variables": "Extrinsic variable",
    "experimental_variables": "Experimental variable",
    "sample_preparation": "Sample Preparation Protocol",
    "growth_protocol": "Growth Protocol",
    "imaging_instrument": "Imaging Instrument",
    "image_acquisition_parameters": "Image Acquisition Parameters",
    "value": "Ontology Value",
    "ontology_name": "Ontology Name",
    "ontology_id": "Ontology Term ID",
    "spatial_and_temporal_alignment": "Spatial and temporal alignment",
    "fiducials_used": "Fiducials used",
    "transformation_matrix": "Transformation matrix",
    "analysis_overview": "Image analysis overview",
    "annotation_overview": "Annotation Overview",
    "annotation_type": "Annotation Type",
    "annotation_method": "Annotation Method",
    "annotation_confidence_level": "Annotation Confidence Level",
    "annotation_criteria": "Annotation Criteria",
    "annotation_coverage": "Annotation Coverage",
    "file_list": "File List",
    "biosample_id": "Biosample",
    "specimen_id": "Specimen",
    "acquisition_id": "Image acquisition",
    "correlation_id": "Image correlation",
    "analysis_id": "Image analysis",
    "organism": "Organism",
    "imaging_method": "Imaging Method",
}
"""From a key to the name that PageTab has for it."""
OF_VERSION = {
    "version": "Annotation version",
    "timestamp": "Version timestamp",
    "changes": "Version changes",
    "previous_version": "Previous version",
}
"""The same for a version of a set of annotations."""
SECTIONS = {
    "annotations": "Annotations",
    "study_component": "Study Component",
    "biosamples": "Biosample",
    "specimens": "Specimen",
    "acquisitions": "Image Acquisition",
    "correlations": "Image Correlation",
    "analysis": "Image Analysis",
}
"""From a block of titled entries to the type of section that each is in PageTab."""
FURTHER = "further_metadata"
"""The block for what the form has no field for: from a place in the record to its value."""
BLOCKS = frozenset((*SECTIONS, "study", "version", "associations", FURTHER))
OF_ASSOCIATION = frozenset(
    ("biosample_id", "specimen_id", "acquisition_id", "correlation_id", "analysis_id")
)
"""The fields of an association."""
NAMED_BLOCKS = BLOCKS - {"study", FURTHER}
"""Blocks whose keys are names of the depositor's own."""
FIELDS = frozenset(
    (
        *IN_PAGETAB,
        *OF_VERSION,
        *("private_until_date", "release_date", "authors", "publications", "funding"),
        *("grant_references", "grants", "links", "link_url", "url", "first_name", "last_name"),
        *("author_first_name", "author_last_name", "affiliation", "organisation", "pubmed_id"),
        *("rembi_version", "acknowledgements", "submitted", "timestamp"),
    )
)
SPELT = frozenset(
    (
        *(name for name in FIELDS if "_" in name),
        *("title", "description", "keywords", "acknowledgements", "authors", "publications"),
        *("funding", "grants", "links", "url", "affiliation", "organisation"),
    )
)
"""Fields that are known in other capitals and with spaces; the others are words of any use."""
KNOWN = frozenset(fold(one) for one in FIELDS)
"""All fields, without capitals, spaces and punctuation."""
OF_STUDY = frozenset(
    (
        *("authors", "publications", "funding", "grant_references", "grants", "links", "keywords"),
        *("acknowledgements", "private_until_date", "release_date", "license", "licence"),
    )
)
"""Fields of the study alone."""
GRANTS = ("grant_references", "grants")
"""Where grants stand, under `funding` or in the study itself."""
ASIDE = frozenset(("rembi_version",))
"""What names the template, and is kept with the source alone."""
