"""What can be wrong with an RO-Crate (RO-Crate 1.1 and 1.2, and the archive's profile of it)."""

from __future__ import annotations

from pipeline.findings import declare

NO_GRAPH = declare(
    "SUB033",
    "crate-without-graph",
    "error",
    """The crate's metadata has no list of entities (`@graph`), so there is nothing to read.

    To fix: export the crate again; every RO-Crate lists its entities under `@graph`.
    """,
)
NO_CONTEXT = declare(
    "SUB034",
    "crate-without-context",
    "error",
    """The crate's metadata has no `@context`, so nobody can say what its terms mean.

    It was read as if it had that of RO-Crate 1.1.

    To fix: add `"@context": "https://w3id.org/ro/crate/1.1/context"`.
    """,
)
NO_DESCRIPTOR = declare(
    "SUB035",
    "crate-without-descriptor",
    "error",
    """The entity that describes the metadata file itself is missing, or says too little.

    Without it programs cannot tell which entity is the study, nor which version of RO-Crate holds.

    To fix: add the entity `ro-crate-metadata.json` with `about`, and with `conformsTo` that names
    the version, such as https://w3id.org/ro/crate/1.1.
    """,
)
NO_ROOT = declare(
    "SUB036",
    "crate-without-root",
    "error",
    """The root data entity, which is the study itself, is missing.

    To fix: add the entity `./` of type Dataset that the descriptor's `about` names.
    """,
)
NO_ID = declare(
    "SUB037",
    "crate-entity-without-id",
    "error",
    """An entity has no `@id` or no `@type`, so nothing can refer to it or tell what it is.

    To fix: give it both; a local one may be called `#` and a name.
    """,
)
NO_DATE = declare(
    "SUB038",
    "crate-without-date",
    "error",
    """The root data entity has no `datePublished`, which every RO-Crate must have.

    To fix: give the date of publication as YYYY-MM-DD.
    """,
)
NO_PATHS = declare(
    "SUB039",
    "crate-file-list-without-paths",
    "error",
    """The file list's table schema has no column for the paths of files.

    To fix: describe that column with `"propertyUrl": "http://bia/filePath"`.
    """,
)
NESTED = declare(
    "SUB150",
    "crate-entity-nested",
    "error",
    """An entity stands inside another one; the graph of a crate is flat.

    It was read where it stands.

    To fix: move it to the graph with an `@id` of its own, and refer to that.
    """,
)
WRONG_VALUE = declare(
    "SUB151",
    "crate-value-of-wrong-type",
    "error",
    """A property has a value of another type than it takes.

    To fix: give texts in quotes, and refer to entities as `{"@id": "…"}`.
    """,
)
OLD_NAME = declare(
    "SUB152",
    "crate-file-name-old",
    "error",
    """The crate's metadata file has a name that RO-Crate 1.1 no longer knows.

    To fix: call it `ro-crate-metadata.json`.
    """,
)
BAD_IRI = declare(
    "SUB153",
    "crate-id-not-iri",
    "error",
    """An `@id` holds characters that no IRI has, such as spaces.

    To fix: write it without them, or percent-encode them (%20 for a space).
    """,
)
TYPE = declare(
    "SUB154",
    "crate-class-unclear",
    "error",
    """An entity's `@type` names several classes of the archive's profile, or none but seems to.

    A class that the profile does not have is a warning: programs pass such an entity by.

    To fix: name exactly one of them, such as `bia:BioSample`.
    """,
)
REMAPPED = declare(
    "SUB155",
    "crate-term-remapped",
    "error",
    """The crate's context gives a term of the archive's profile another meaning.

    To fix: take the term out of the context, or give it the meaning of the profile.
    """,
)
MISSPELT = declare(
    "SUB156",
    "crate-property-misspelt",
    "error",
    """A property or a type is written with other capitals than RO-Crate's, so programs miss it.

    It was read as the one that is meant. Where other letters differ, too, it is a warning.

    To fix: write the name as RO-Crate does, such as `datePublished` or `Dataset`.
    """,
)
SIZE_TEXT = declare(
    "SUB157",
    "crate-file-list-size-not-a-number",
    "warning",
    """A size in a crate's file list is not a whole number of bytes; it was kept as an attribute.

    To fix: write the size in bytes, with digits alone, or leave the cell blank.
    """,
)
REPEATED_ID = declare(
    "SUB210",
    "crate-id-repeated",
    "error",
    """Two entities of the crate have the same `@id`; a reference to it is ambiguous.

    The first one was read.

    To fix: give each entity an `@id` of its own, or merge them.
    """,
)
DANGLING = declare(
    "SUB211",
    "crate-reference-to-nothing",
    "error",
    """A reference names an `@id` that no entity of the crate has.

    To fix: add the entity, or mend the reference.
    """,
)
PART_OF_ITSELF = declare(
    "SUB214",
    "crate-part-of-itself",
    "error",
    """An entity is a part of itself, directly or by way of its parts.

    Programs that walk through the parts of the crate do not come to an end.

    To fix: take the reference out of `hasPart` that leads back.
    """,
)
ROW_REFERENCE = declare(
    "SUB212",
    "crate-file-list-reference-to-nothing",
    "error",
    """A row of the crate's file list refers to an entity or a file that is not there.

    To fix: mend the row, or add what it refers to.
    """,
)
HEADER_UNLIKE = declare(
    "SUB215",
    "crate-file-list-header-unlike",
    "warning",
    """The header of a crate's file list is not the one that its table schema describes.

    A column that is called otherwise has no meaning for programs that follow the description.

    To fix: give the header and the schema's `columnName` the same words.
    """,
)
