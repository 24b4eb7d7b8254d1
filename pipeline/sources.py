"""Submissions on disk: inboxes, folders, documents, and the data files beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ConfigDict, Field

from pipeline import intake
from pipeline.accession import is_accession
from pipeline.findings import (
    Finding,
    Frozen,
    Location,
    Operation,
    Skip,
    Suggestion,
    declare,
)
from pipeline.intake import file_list_codes, file_lists
from pipeline.intake.reading import Reading
from pipeline.select import get, join, parent, patterns
from pipeline.submission import FileList, Metadata, Source, Submission

SEVERAL = declare(
    "SUB120",
    "several-documents-in-folder",
    "error",
    """A submission folder holds several documents, so it is not clear which one describes it.

    To fix: keep one document in the folder; the same study in several formats shares one name.
    """,
)
TWICE = declare(
    "SUB221",
    "submission-twice-in-one-run",
    "error",
    """Two submissions of one run carry the same id, so one would overwrite the other.

    To fix: take one of them out of the inbox, or give it its own folder name or accession.
    """,
)
OUTSIDE = declare(
    "SUB121",
    "path-outside-submission",
    "error",
    """RootPath or a file list's name leads out of the submission's folder.

    To fix: give a path below the submission's folder, without '..' and not starting at the root.
    """,
)
NO_DOCUMENT = declare(
    "SUB008",
    "submission-without-document",
    "error",
    """A folder in the inbox holds files but no document that describes them.

    To fix: put the study's document (PageTab as JSON, TSV or XLSX) into the folder.
    """,
)

FORMATS = (".json", ".tsv", ".xlsx")
"""The order in which one stem's formats are preferred."""
SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class Found(Frozen):
    """A submission's place: its document, and the folder that it was put into (None: alone)."""

    given: str
    """The path as given on the command line."""
    document: Path | None
    folder: Path | None
    others: tuple[str, ...] = ()
    """Names of further documents in the folder."""
    kind: str | None = None
    """The kind of the document, where its door is known already."""
    data: bytes | None = Field(default=None, repr=False)
    """The bytes of the document, where they were read to tell its kind."""

    @property
    def shown(self) -> str:
        """What findings call the document."""
        return self.document.name if self.document else self.given

    @property
    def name(self) -> str:
        """The id of a submission that carries no accession of its own."""
        if self.folder is not None:
            return _step(self.folder.name, os.path.basename(os.path.realpath(self.folder)))
        if self.document is not None:
            return _step(self.document.stem, self.document.name)
        return Path(self.given).name


def _step(name: str, otherwise: str) -> str:
    """A name that leads one folder down, as an id does."""
    return otherwise if name in ("", ".", "..") else name


class Opened(Frozen):
    """A submission as read, with what reading it found; None when the document is unreadable."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    id: str
    found: Found
    submission: Submission | None
    data_root: Path | None = None
    findings: tuple[Finding, ...] = ()
    skips: tuple[Skip, ...] = ()


def discover(path: Path) -> Iterator[Found]:
    """The submissions at a path: a document, a submission folder, or an inbox of them."""
    if path.is_file():
        yield Found(given=str(path), document=path, folder=None)
        return
    documents = _documents(path)
    if documents:
        yield _in_folder(path, documents)
        return
    for child in sorted(path.iterdir()):
        if (os.path.isdir(child) or _leads_nowhere(child)) and not child.name.startswith("."):
            try:
                below = _documents(child)
            except OSError:  # told when it is opened, so that the others are not kept waiting
                below = []
            yield (
                _in_folder(child, below)
                if below
                else Found(given=str(child), document=None, folder=child)
            )


def _leads_nowhere(path: Path) -> bool:
    """Whether a path is a link whose target is not there, such as storage that is not mounted."""
    return os.path.islink(path) and not os.path.exists(path)


def _in_folder(folder: Path, documents: list[Path]) -> Found:
    stems = {document.stem for document in documents}
    others = tuple(d.name for d in documents[1:]) if len(stems) > 1 else ()
    return Found(given=str(folder), document=documents[0], folder=folder, others=others)


def _documents(folder: Path) -> list[Path]:
    """The documents directly in a folder; one stem in several formats counts once, JSON first."""
    there = [
        child
        for child in sorted(folder.iterdir())
        if child.is_file()
        and not child.name.startswith(".")
        and child.name.casefold() not in SYSTEM
        and _is_document(child)
    ]
    best: dict[str, Path] = {}
    for child in sorted(there, key=_preference):
        best.setdefault(child.stem, child)
    return sorted(best.values(), key=_preference)


def _is_document(path: Path) -> bool:
    """Whether a file is a document, by its content; by its name where it may not be opened."""
    try:
        return not file_lists.is_file_list(path) and intake.door_for(path) is not None
    except OSError:
        return path.suffix.casefold() in FORMATS


def _preference(path: Path) -> tuple[int, str]:
    suffix = path.suffix.casefold()
    return (FORMATS.index(suffix) if suffix in FORMATS else len(FORMATS), path.name)


def identity(found: Found) -> str:
    """The id of a submission: its own accession, else its folder's or its document's name."""
    return _identity(found, intake.read(found.document)) if found.document else found.name


def _identity(found: Found, reading: Reading) -> str:
    own = (reading.metadata or {}).get("accession", "")
    return own if is_accession(own) else found.name


def open_found(found: Found, *, files: bool = True, imported: bool = False) -> Opened:
    """A submission with its file lists; with `files` false its data files are elsewhere.

    Raises OSError where the system lets nothing be read.
    """
    if found.document is None:
        if found.folder is not None:
            os.listdir(found.folder)
        here = Location(file=found.given)
        message = f"the folder '{found.name}' holds no document"
        return Opened(
            id=found.name, found=found, submission=None, findings=(NO_DOCUMENT.at(here, message),)
        )
    reading = intake.read(found.document, found.shown, found.kind, found.data)
    findings = list(reading.findings)
    for name in found.others:
        message = f"besides '{found.document.name}' the folder holds the document '{name}'"
        findings.append(SEVERAL.at(Location(file=name), message, value=name))
    if reading.metadata is None:
        return Opened(id=found.name, found=found, submission=None, findings=tuple(findings))
    own_id = _identity(found, reading)
    root = _data_root(found, reading, findings)
    if files and root is not None and _leads_nowhere(root):
        root.stat()  # says why, so that no depositor is asked for files that the archive has
    lists, skips = _lists(found, reading, root, files, findings)
    submission = Submission(
        id=own_id,
        metadata=reading.metadata,
        source=Source(
            path=str(found.document),
            folder=str(found.folder) if found.folder else None,
            data_root=str(root) if root else None,
            kind=reading.kind,
            template=reading.template,
            attach_to=reading.attach_to,
            root_path=reading.root_path,
            documents=(found.document.name, *(one.source for one in lists if one.kind != "inline")),
            files_expected=files,
            imported=imported,
        ),
        source_map=reading.source_map,
        file_lists=tuple(lists),
    )
    return Opened(
        id=own_id,
        found=found,
        submission=submission,
        data_root=root if files else None,
        findings=tuple(findings),
        skips=tuple(skips),
    )


def told_twice(opened: Opened) -> Opened:
    """The second submission of one id in a run, with the finding that says so."""
    submission = opened.submission
    here = Location(file=opened.found.given)
    fault = TWICE.at(
        submission.source_map.locate("") if submission else here,
        f"another submission of this run is called '{opened.id}' too",
        value=opened.id,
    )
    return opened.model_copy(update={"findings": (*opened.findings, fault)})


def _data_root(found: Found, reading: Reading, findings: list[Finding]) -> Path | None:
    """Where data paths start: RootPath, else `Files/`, else the folder."""
    assert found.document is not None
    home = found.folder or found.document.parent
    if reading.root_path:
        if _escapes(reading.root_path):
            message = f"RootPath '{reading.root_path}' leads out of the submission"
            findings.append(
                OUTSIDE.at(
                    reading.source_map.locate("/root_path"), message, value=reading.root_path
                )
            )
        else:
            return home / reading.root_path
    inside = home / "Files"
    return inside if os.path.isdir(inside) or _leads_nowhere(inside) else home


def _escapes(path: str) -> bool:
    steps = path.replace("\\", "/").split("/")
    return (len(steps) > 1 and not steps[0]) or ".." in steps or ":" in path.split("/")[0]


def _beside(name: str, homes: Iterable[Path], named: Iterable[str]) -> str | None:
    """The one uploaded list of this name but for letter case, white space or its extension."""
    wanted = PurePosixPath(name.strip())
    found = set()
    for home in homes:
        folder = home / wanted.parent
        for one in folder.iterdir() if folder.is_dir() else ():
            alike = one.stem.casefold() == wanted.stem.casefold()
            if alike and one.suffix in file_lists.EXTENSIONS and one.is_file():
                found.add((wanted.parent / one.name).as_posix())
    left = found - {*named} if found - {name.strip()} else found
    return left.pop() if len(left) == 1 else None


def _renamed(place: str, name: str, meant: str) -> Suggestion:
    """To name another file list, which a curator looks at first."""
    change = Operation(do="set", place=place, before=name, after=meant)
    return Suggestion(
        rule="file-list-absent",
        safety="review",
        operations=(change,),
        why="The name differs in letter case, white space or its extension only.",
    )


def _lists(
    found: Found, reading: Reading, root: Path | None, files: bool, findings: list[Finding]
) -> tuple[list[FileList], list[Skip]]:
    """The file lists that components and annotations name, and the files that sections name."""
    assert found.document is not None
    assert reading.metadata is not None
    home = found.folder or found.document.parent
    homes = dict.fromkeys((root or home, home))
    of_components, of_annotations, of_sections = patterns(*_LISTING).find(reading.metadata)
    lists = list(reading.file_lists)
    looked_for = {one.name for one in lists} | set(reading.looked_for)
    named_already = {name.strip() for _, name in (*of_components, *of_annotations)}
    skips: list[Skip] = []
    locate = reading.source_map.locate
    for place, name in (*of_components, *of_annotations):
        if name in looked_for:
            continue
        if _escapes(name.strip()):
            message = f"the file list '{name}' leads out of the submission"
            findings.append(OUTSIDE.at(locate(place), message, value=name, place=place))
            continue
        path = next((h / name for h in homes if os.path.isfile(os.path.join(h, name))), None)
        suffix = PurePosixPath(name).suffix
        meant = _beside(name, homes, named_already) if path is None and files else None
        proposal = None if meant is None else _renamed(place, name, meant)
        there = f"; '{meant}' is there" if meant else ""
        if path is None and suffix not in file_lists.EXTENSIONS:
            message = f"the file list '{name}' is named neither .tsv, .xlsx nor .json"
            if name.strip().endswith((".tsv", ".xlsx", ".json")):
                message = f"white space stands around the name of the file list '{name}'"
                proposal = proposal or _renamed(place, name, name.strip())
            elif name.casefold().endswith((".tsv", ".xlsx", ".json")):
                message += " in small letters"
            finding = file_list_codes.EXTENSION.at(
                locate(place), message + there, value=name, place=place, suggestion=proposal
            )
            findings.append(finding)
        if path is not None:
            read = file_lists.read_file_list(path, name=name, component=parent(place))
            findings += read.findings
            if read.file_list is not None:
                lists.append(read.file_list)
        elif files and not (meant and suffix not in file_lists.EXTENSIONS):
            message = f"the file list '{name}' is not among the uploaded files{there}"
            finding = file_list_codes.ABSENT.at(
                locate(place), message, value=name, place=place, suggestion=proposal
            )
            findings.append(finding)
        elif not files:
            reason = f"the file list '{name}' was not given; files were not asked for"
            skips.append(Skip(code=file_list_codes.ABSENT.code, reason=reason, at=place))
    named = [(parent(place), files) for place, files in of_sections if isinstance(files, list)]
    lists += _inline(named, reading) if named else ()
    return lists, skips


_LISTING = (
    "/study/study_components/*/file_list",
    "/study/annotations/*/file_list",
    "/study/**/files",
)


def _inline(named: Iterable[tuple[str, Any]], reading: Reading) -> Iterator[FileList]:
    """Files that sections name directly, as file lists.

    A folder of an RO-Crate ends with a slash, as its specification asks; elsewhere no path does.
    """
    ends = "/" if reading.kind == "ro-crate" else ""
    import pandas as pd

    for place, files in named:
        yield FileList(
            name=f"files of {get(reading.metadata, join(place, 'name'), place)}",
            source=reading.source_map.file,
            source_map=reading.source_map,
            component=place,
            table=pd.DataFrame(
                {
                    "path": [one["path"].removesuffix(ends) for one in files],
                    "size": [one.get("size") for one in files],
                    "type": [one.get("type") for one in files],
                    "line": list(range(1, len(files) + 1)),
                }
            ),
            kind="inline",
        )


def summary_title(metadata: Metadata) -> tuple[str, str]:
    """Title and first author, by which a second submission of one study is noticed."""
    title: Any = get(metadata, "/study/title", "")
    author: Any = get(metadata, "/study/authors/0/name", "")
    return str(title), str(author)
