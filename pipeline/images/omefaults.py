"""What can be wrong with OME-XML, each kind declared once."""

from __future__ import annotations

from pipeline.findings import declare

SIZE_UNSET = declare(
    "OME001",
    "ome-pixel-size-missing",
    "hint",
    """OME metadata gives no physical size of a pixel.

    Without it nobody can measure in the image.

    To fix: set PhysicalSizeX and PhysicalSizeY with their unit when the image is saved.
    """,
)
OME_NOT_WELL_FORMED = declare(
    "OME101",
    "ome-xml-not-well-formed",
    "error",
    """OME-XML metadata cannot be read as XML.

    To fix: save the image again from the program that made it, or mend the XML at the line named.
    """,
)
OME_NAMESPACE = declare(
    "OME102",
    "ome-namespace-wrong",
    "error",
    """OME-XML does not name the namespace of an OME schema, so programs do not take it as OME-XML.

    To fix: write xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" at the OME element.
    """,
)
OME_SCHEMA = declare(
    "OME103",
    "ome-schema-invalid",
    "error",
    """OME-XML breaks the OME schema.

    To fix: save the image with a program that writes valid OME-XML, or mend the place named.
    """,
)
OME_DOCTYPE = declare(
    "OME104",
    "ome-xml-doctype",
    "error",
    """OME-XML carries a document type declaration, which may draw in other files; it is not read.

    To fix: remove the DOCTYPE line.
    """,
)
OME_FORM = declare(
    "OME105",
    "ome-schema-departure",
    "warning",
    """OME-XML in an image departs from the OME schema in a detail that readers usually forgive.

    To fix: save the image with a program that writes valid OME-XML.
    """,
)
OME_PLANES = declare(
    "OME201",
    "ome-plane-count-disagrees",
    "error",
    """OME-XML declares another number of planes than the file holds.

    To fix: save the image again, or correct SizeZ, SizeC and SizeT.
    """,
)
OME_CHANNELS = declare(
    "OME202",
    "ome-channel-count-disagrees",
    "error",
    """SizeC of an image is not the number of channels (with their samples) that are described.

    To fix: describe each channel, or correct SizeC.
    """,
)
OME_SIZES = declare(
    "OME203",
    "ome-sizes-disagree",
    "warning",
    """Width, height or pixel type in OME-XML are not those of the TIFF around it.

    To fix: save the image again from the program that made it.
    """,
)
