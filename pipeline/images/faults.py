"""What can be wrong with an image file, each kind declared once."""

from __future__ import annotations

from pipeline.findings import declare

COMPANION_MISSING = declare(
    "IMG001",
    "image-companion-missing",
    "error",
    """A file that belongs to this image is not beside it.

    Some formats keep the header, the index and the pixels in several files; without all of them
    the image cannot be opened, or opens with holes.

    To fix: upload the named file next to this one, with its name unchanged.
    """,
)
CHUNKS_MISSING = declare(
    "IMG002",
    "zarr-chunks-missing",
    "warning",
    """An array of a Zarr or N5 image has no chunk at all, so every pixel is the fill value.

    Uploads that skip the deep folders of a Zarr store lose exactly these files.

    To fix: upload the whole folder again, with everything below it.
    """,
)
MEMBER_MISSING = declare(
    "IMG003",
    "zarr-member-missing",
    "error",
    """An array, a field or a well that the Zarr metadata names is not in the folder.

    To fix: upload the whole folder again, or take the name out of the metadata.
    """,
)
ZARR_METADATA_MISSING = declare(
    "IMG004",
    "zarr-metadata-missing",
    "error",
    """A folder is named as a Zarr or N5 store and holds no metadata of one.

    File names that begin with a dot are easily lost in an upload.

    To fix: upload the folder again with its hidden files (.zgroup, .zattrs, .zarray) or zarr.json.
    """,
)
SUFFIX_MISSING = declare(
    "IMG005",
    "image-suffix-missing",
    "hint",
    """The name of an image has no suffix, so most programs do not know how to open it.

    To fix: add the usual suffix of its format.
    """,
)
OME_METADATA_MISSING = declare(
    "IMG006",
    "zarr-image-metadata-missing",
    "warning",
    """A Zarr group holds arrays like an OME-Zarr image, without the metadata that makes it one.

    Viewers need the `multiscales` metadata to know axes, resolutions and channels.

    To fix: upload `.zattrs` (or `zarr.json`) of the image again.
    """,
)
CHUNKS_ABSENT = declare(
    "IMG007",
    "zarr-chunks-absent",
    "warning",
    """Some chunks of a Zarr array have no file, so their pixels are read as the fill value.

    Some programs leave out chunks that hold nothing else, which is sound; where stored pixels
    hardly ever have that value, or such chunks are stored, the others were lost on the way.

    To fix: compare the number of files with the original; upload the whole folder again.
    """,
)
EMPTY = declare(
    "IMG101",
    "image-empty",
    "error",
    """A file has no content at all: it was made, but the data never arrived.

    To fix: upload the file again and compare its size.
    """,
)
ALL_ZEROS = declare(
    "IMG102",
    "image-all-zeros",
    "error",
    """Every byte of a file is zero: its space was reserved, but the data never came.

    To fix: upload the file again and compare its checksum.
    """,
)
TRUNCATED = declare(
    "IMG103",
    "image-truncated",
    "error",
    """A file ends before the data that its own header, offsets and lengths describe.

    Usually the transfer broke off, or the disk was full when the file was written.

    To fix: upload the file again and compare its size with the original.
    """,
)
BAD_SIGNATURE = declare(
    "IMG104",
    "image-signature-wrong",
    "error",
    """A file does not begin as files of its name must, and as no other known format does.

    To fix: check that it opens on your computer; then upload it again.
    """,
)
WEB_PAGE = declare(
    "IMG105",
    "image-is-web-answer",
    "error",
    """A file named as an image holds a web page or an error message of a server.

    It was saved by a download that failed or needed a sign-in.

    To fix: download the image itself again and upload it.
    """,
)
LFS_POINTER = declare(
    "IMG106",
    "image-is-git-lfs-pointer",
    "error",
    """A file holds a Git LFS pointer: the address of the data, not the data.

    To fix: run `git lfs pull` in the repository and upload the file that it brings.
    """,
)
TEXT_CONTENT = declare(
    "IMG107",
    "image-is-text",
    "error",
    """A file named as a binary image holds plain text.

    To fix: upload the image itself; give the text file a text suffix.
    """,
)
ARCHIVE_CONTENT = declare(
    "IMG108",
    "image-is-archive",
    "error",
    """A file named as an image is an archive or compressed file.

    To fix: unpack it and upload what is in it, or give it the archive's suffix.
    """,
)
TEXT_MODE = declare(
    "IMG109",
    "image-text-mode-transfer",
    "error",
    """A binary file went through a transfer in text mode, or was written by a program as text.

    Every line feed follows a carriage return, or all of it is UTF-8, which does not happen in
    binary data: pixels are shifted or lost, and the change cannot be undone.

    To fix: transfer the file again in binary mode.
    """,
)
UNFINISHED = declare(
    "IMG110",
    "image-download-unfinished",
    "error",
    """A file has the suffix that browsers and transfer programs use until a download is complete.

    To fix: finish the download, and upload the complete file under its own name.
    """,
)
SYSTEM_FILE = declare(
    "IMG111",
    "system-file",
    "warning",
    """A file was made by an operating system for itself (.DS_Store, Thumbs.db, ._*) and is no data.

    To fix: leave it out of the submission.
    """,
)
CHAIN_LOOPS = declare(
    "IMG112",
    "tiff-directories-loop",
    "error",
    """The chain of directories in a TIFF comes back to one that it already passed.

    Readers that follow it never end.

    To fix: save the image again from the program that made it.
    """,
)
OFFSET_OUTSIDE = declare(
    "IMG113",
    "offset-outside-file",
    "error",
    """An offset in the header points outside the file.

    The file was cut, or its header was damaged.

    To fix: check that it opens on your computer, and upload it again.
    """,
)
HEADER_DAMAGED = declare(
    "IMG114",
    "image-header-damaged",
    "error",
    """The header of a file holds values that files of its format cannot have.

    To fix: check that it opens on your computer, and upload it again.
    """,
)
CHECKSUM = declare(
    "IMG115",
    "image-checksum-wrong",
    "error",
    """A checksum inside the file does not fit its data: bytes were changed after it was written.

    To fix: upload the file again from the original.
    """,
)
ZARR_METADATA_DAMAGED = declare(
    "IMG116",
    "zarr-metadata-damaged",
    "error",
    """A metadata file of a Zarr or N5 store is not the JSON that it must be.

    To fix: upload that metadata file again.
    """,
)
NGFF = declare(
    "IMG123",
    "zarr-metadata-invalid",
    "error",
    """The metadata of an OME-Zarr image break its specification, so programs may not open it.

    To fix: write the metadata again with a program that knows OME-Zarr, or mend the place named.
    """,
)
TRAILING_BYTES = declare(
    "IMG117",
    "image-trailing-bytes",
    "warning",
    """Bytes stand behind the end of the image that do not belong to it.

    Often something was appended by a server or a script; the image itself may be whole.

    To fix: compare the file with the original, and upload it again.
    """,
)
PIXELS_DAMAGED = declare(
    "IMG118",
    "image-pixels-damaged",
    "error",
    """The pixel data of an image cannot be decompressed.

    To fix: upload the file again from the original.
    """,
)
HOLE = declare(
    "IMG124",
    "image-hole-of-zeros",
    "warning",
    """Among the pixels of an image are many bytes of zero that begin where a block of a disk does.

    Uploads that were interrupted leave such holes: the file has its length, and not its content.
    Black parts of an image begin where a row or a plane does, or anywhere.

    To fix: compare the file's checksum with that of the original; upload it again if they differ.
    """,
)
COMPRESSION_UNKNOWN = declare(
    "IMG119",
    "tiff-compression-unknown",
    "warning",
    """A TIFF names a compression that is not known, so its pixels cannot be decompressed.

    To fix: save the image with LZW, Deflate or no compression.
    """,
)
UNPACKS_FAR = declare(
    "IMG122",
    "image-unpacks-too-far",
    "warning",
    """Compressed data unpack to much more than the header asks for, and were read no further.

    Few programs expect it: the size in the header is wrong, or the file was made to do harm.

    To fix: save the image again from the program that made it.
    """,
)
SUFFIX_WRONG = declare(
    "IMG201",
    "image-suffix-wrong",
    "warning",
    """The suffix of a file says another format than its content.

    Programs that go by the suffix will refuse or misread it.

    To fix: rename it with the suffix of the format it truly has, in the file list too.
    """,
)
PATIENT = declare(
    "IMG202",
    "image-names-a-patient",
    "error",
    """A medical image carries the name, birth date or id of a patient in its header.

    The archive takes no data by which a person could be known. In a DICOM file it is an error;
    other headers do not say whether the name is that of a person, so a curator must look.

    To fix: make the file anonymous (DICOM with a DICOM tool), and upload it again.
    """,
)
LABEL = declare(
    "IMG203",
    "slide-label-included",
    "warning",
    """A slide scan contains a photograph of the slide's label, which may name a patient.

    To fix: look at the label image; if it names a person, remove it before uploading.
    """,
)
AXES = declare(
    "IMG204",
    "zarr-axes-disagree",
    "error",
    """The axes in OME-Zarr metadata do not fit the dimensions of the array.

    To fix: name one axis for each dimension of the array.
    """,
)
COMPANION_DIFFERS = declare(
    "IMG207",
    "image-companion-differs",
    "error",
    """Two files of one image carry different identifiers, so they do not belong together.

    The index describes pixels that are in another file.

    To fix: upload the file that was saved together with this one.
    """,
)
PLANES_DISAGREE = declare(
    "IMG208",
    "image-plane-count-disagrees",
    "warning",
    """The header counts more planes than the file holds.

    Planes were lost on the way, or the file is one part of a stack with the stack's description.

    To fix: upload the whole stack, or save the part again so that it describes itself.
    """,
)
NOT_TOLD = declare(
    "IMG301",
    "image-format-unknown",
    "hint",
    """The format of a file could not be told from its content or its name.

    Every format is accepted; known ones are easier to reuse.

    To fix: nothing is needed; say in the study which program opens it.
    """,
)
NOT_LISTED = declare(
    "IMG302",
    "image-format-not-on-list",
    "hint",
    """The format is not among those that Bio-Formats reads.

    Every format is accepted; those that Bio-Formats reads can be shown and converted.

    To fix: nothing is needed; of a format that few programs read, a copy as OME-TIFF or OME-Zarr
    helps others.
    """,
)
AMBIGUOUS = declare(
    "IMG303",
    "image-suffix-ambiguous",
    "hint",
    """Only the suffix says what a file is, and several formats share it.

    To fix: nothing is needed; say in the study which program made it.
    """,
)
UNREAD = declare(
    "IMG305",
    "image-pixels-not-read",
    "hint",
    """Some pixels of an image were not unpacked, so nothing is known of their soundness.

    They stand in pieces of more than 512 MiB, or no decoder for them is installed here.

    To fix: nothing is needed; smaller strips, tiles or chunks are easier to read for everybody.
    """,
)
READER_COMPLAINS = declare(
    "IMG901",
    "image-reader-complains",
    "warning",
    """A reader for this format could not open the file, though nothing in it proves a fault.

    To fix: check that the file opens on your computer; if it does, nothing is asked of you.
    """,
)
READER_STOPPED = declare(
    "INT911",
    "image-reader-stopped",
    "warning",
    """A reader for this format crashed, took too long or too much memory, and was stopped.

    To fix: check that the file opens on your computer; if it does, nothing is asked of you.
    """,
)
TELLING_FAILED = declare(
    "INT912",
    "image-telling-failed",
    "warning",
    """The pipeline failed while it looked at this file, so its format and faults are not known.

    To fix: nothing is asked of the depositor; the archive's engineers mend the pipeline.
    """,
)
