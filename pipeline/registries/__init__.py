"""Registries as dated local snapshots: small ones built in, official dumps loaded on request."""

from pipeline.registries.cordis import Project
from pipeline.registries.facade import Registries
from pipeline.registries.fbbi import ImagingMethod
from pipeline.registries.funders import Funder
from pipeline.registries.licences import Licence
from pipeline.registries.loading import listing, local, refresh, registries
from pipeline.registries.ror import Organisation
from pipeline.registries.store import Snapshot
from pipeline.registries.taxonomy import Organism

__all__ = [
    "Funder",
    "ImagingMethod",
    "Licence",
    "Organisation",
    "Organism",
    "Project",
    "Registries",
    "Snapshot",
    "listing",
    "local",
    "refresh",
    "registries",
]
