"""Headers of single formats: what they say of pixels, and the faults that their lengths prove."""

from __future__ import annotations

from pipeline.images.headers import (  # noqa: F401  they declare their headers
    cameras,
    confocal,
    dicom,
    diffraction,
    electron,
    ends,
    grids,
    gwyddion,
    indexes,
    instruments,
    jpegxl,
    lifetimes,
    light,
    media,
    medical,
    micrograph,
    named,
    netcdf,
    packedrows,
    paravision,
    plates,
    probes,
    raster,
    scans,
    screens,
    slides,
    stated,
    volumes,
    zeiss,
)
from pipeline.images.headers.containers import hdf5, shortened, text_mode
from pipeline.images.headers.medical import inflated
from pipeline.images.headers.registry import HEADERS, structure

__all__ = ["HEADERS", "hdf5", "inflated", "shortened", "structure", "text_mode"]
