"""Curation of bioimage submissions: intake, sniff, validate, curate, review, accession, emit."""
