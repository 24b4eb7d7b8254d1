"""Checksums that a file list states against those of the files on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.check import Flag, Images, Skipped, check
from pipeline.checks.agreement import Told, compared
from pipeline.checks.file_lists import bare
from pipeline.checks.stated import Stated, checksum, checksum_kind, columns
from pipeline.submission import FileList, Metadata


def _shown(kind: str) -> str:
    """The name of a kind of checksum as people write it: MD5, SHA-256."""
    return kind.upper().replace("SHA", "SHA-")


def stated_checksums(file_lists: Iterable[FileList]) -> dict[str, frozenset[str]]:
    """The kinds of checksum that file lists state, by the path below the data root."""
    found: dict[str, set[str]] = {}
    for one in file_lists:
        for column in columns(one, "checksum"):
            paths = one.table["path"].tolist()
            for path, text in zip(paths, column.values(one), strict=True):
                if read := checksum(column.name, text):
                    found.setdefault(bare(path).rstrip("/"), set()).add(read.kind)
    return {path: frozenset(kinds) for path, kinds in found.items()}


@check("FLS210", "checksum-not-as-listed", at="", severity="error")
def checksum_differs(
    metadata: Metadata, file_lists: tuple[FileList, ...], images: Images
) -> Iterator[Flag]:
    """A file list states another checksum than that of the uploaded file.

    MD5 and the SHA family are compared. The file was changed after the list was written, or did
    not arrive as it was sent.

    To fix: compare the file with your own copy; upload it again, or correct the checksum.
    """
    stated = stated_checksums(file_lists)
    if not stated:
        return
    there = stated.keys() & images.present.keys() - images.growing
    known = {path for digests in images.checksums.values() for path in digests}
    if there and not there & known:
        raise Skipped("the checksums of the data files were not computed")

    def judge(column: Stated, text: str, path: str) -> Told | None:
        said = checksum(column.name, text)
        held = images.checksums.get(said.kind, {}).get(path) if said else None
        if said is None or held is None or held == said.digits or path in images.growing:
            return None
        message = (
            f"the list says that the {_shown(said.kind)} of '{path}' is {said.digits}, "
            f"and it is {held}"
        )
        return Told(message=message, certain=column.certain)

    yield from compared(file_lists, "checksum", judge)


@check("FLS150", "checksum-form-wrong", at="", severity="warning")
def checksum_form(metadata: Metadata, file_lists: tuple[FileList, ...]) -> Iterator[Flag]:
    """A value in a column of checksums has not the form of the checksum that the column names.

    An MD5 has 32 hexadecimal digits, a SHA-1 40, a SHA-256 64. What is cut or of another kind
    cannot be compared with the file.

    To fix: copy the checksum again from the program that computed it, or rename the column.
    """

    def judge(column: Stated, text: str, path: str) -> Told | None:
        kind = checksum_kind(column.name)
        if kind is None or checksum(column.name, text) is not None:
            return None
        return Told(message=f"'{text}' for '{path}' is no {_shown(kind)}", certain=True)

    yield from compared(file_lists, "checksum", judge)
