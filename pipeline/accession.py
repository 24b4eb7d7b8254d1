"""Accessions of the archive: `S-BIAD15`, `S-BSST744`, `S-BSMS4`."""

from __future__ import annotations

import re

from pydantic import field_validator

from pipeline.findings import Frozen

FORM = re.compile(r"S-[A-Z][A-Z-]*[0-9]+")
"""`S-`, capitals (and hyphens), digits: the form of BioStudies accessions."""

DOI_PREFIX = "10.6019"
STUDIES = "https://www.ebi.ac.uk/biostudies/BioImages/studies/"
ARCHIVE = "http://www.ebi.ac.uk/bioimage-archive"


class Accession(Frozen):
    """A permanent name of one study; raises ValueError for another form."""

    value: str

    @field_validator("value")
    @classmethod
    def _form(cls, value: str) -> str:
        if not FORM.fullmatch(value):
            raise ValueError(f"{value!r} is not an accession such as S-BIAD15")
        return value

    def __str__(self) -> str:
        return self.value

    @property
    def doi(self) -> str:
        """The DOI that the archive registers on request."""
        return f"{DOI_PREFIX}/{self.value}"

    @property
    def link(self) -> str:
        """Where people find the study."""
        return STUDIES + self.value

    @property
    def citation(self) -> str:
        """The archive's sentence for a paper."""
        return (
            f"Image data are available in the BioImage Archive ({ARCHIVE}) "
            f"under accession number {self.value}."
        )


def is_accession(text: str) -> bool:
    """Whether a text has the form of an accession of the archive."""
    return FORM.fullmatch(text) is not None
