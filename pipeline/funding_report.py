"""The funding report: each grant of each study, as funders ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.findings import Frozen
from pipeline.holdings import Study


class GrantLine(Frozen):
    """One grant that one study names, in the study's own words."""

    accession: str
    doi: str | None = None
    grant_id: str | None = None
    grant_pid: str | None = None
    funder: str | None = None
    funding_stream: str | None = None
    project_name: str | None = None
    project_acronym: str | None = None
    release_date: str | None = None


OF_THE_GRANT = (
    "grant_id",
    "grant_pid",
    "funder",
    "funding_stream",
    "project_name",
    "project_acronym",
)


def lines(studies: Iterable[Study], *, grant: str | None = None) -> Iterator[GrantLine]:
    """One line for each grant of each study; with `grant` those of one number or PID alone."""
    for study in studies:
        for given in study.metadata.get("study", {}).get("grants", ()):
            line = GrantLine(
                accession=study.accession,
                doi=study.doi,
                release_date=study.release_date,
                **{slot: given[slot] for slot in OF_THE_GRANT if slot in given},
            )
            if grant is None or grant.strip() in (line.grant_id, line.grant_pid):
                yield line
