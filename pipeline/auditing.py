"""The audit of an archive: whether the ledger, the records and the public copies agree."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from pipeline import ledger
from pipeline.findings import Finding, Location, declare
from pipeline.ledger import Held, Ledger, RecordVersion
from pipeline.outputs import manifest, public
from pipeline.outputs import record as records
from pipeline.record import CuratedRecord
from pipeline.settings import Settings

TWICE = declare(
    "INT921",
    "accession-given-twice",
    "error",
    """The ledger holds an accession, or a submission's accession, more than once.

    To fix: restore the ledger from its last sound backup; the two studies must be told apart.
    """,
)
NO_RECORD = declare(
    "INT922",
    "record-missing",
    "error",
    """The ledger says that a record version was written, and its folder is not in the archive.

    To fix: restore the folder from a backup, or curate the submission again as received.
    """,
)
STRAY = declare(
    "INT923",
    "record-unknown-to-ledger",
    "error",
    """The archive has a record, or a public copy, that the ledger does not hold.

    To fix: find out who put it there; move it out of the archive if nobody can say.
    """,
)
DAMAGED = declare(
    "INT924",
    "record-damaged",
    "error",
    """A record's files cannot be read, or do not say what the ledger or their manifest says.

    To fix: restore the record's folder from a backup.
    """,
)
TOO_EARLY = declare(
    "INT925",
    "public-copy-too-early",
    "error",
    """A public copy stands in the archive of a study whose release date has not come.

    To fix: take the copy out of the public folder now; then find out how it came there.
    """,
)
NOT_PUBLIC = declare(
    "INT926",
    "public-copy-missing",
    "error",
    """The ledger says that a study was released, and its public copy is not in the archive.

    To fix: restore the folder from a backup; withdraw the accession where it was taken out on
    purpose.
    """,
)
STILL_PUBLIC = declare(
    "INT928",
    "withdrawn-study-still-public",
    "error",
    """The accession of a study was withdrawn, and its public copy still stands in the archive.

    To fix: take the copy out of the public folder.
    """,
)


def audit(settings: Settings, book: Ledger, day: dt.date) -> Iterator[Finding]:
    """What does not agree, by accession; `day` is the day by which release dates are judged."""
    held = ledger.accessions(book)
    yield from _counted(held)
    versions = {one.accession: ledger.versions(book, one.accession) for one in held}
    for one in held:
        for version in versions[one.accession]:
            if version.emitted:
                yield from _record(settings, version)
        yield from _public(settings, one, versions[one.accession], day)
    known = {f"{v.accession}/v{v.version}" for given in versions.values() for v in given}
    yield from _strays(settings.records, known, depth=2)
    yield from _strays(settings.public, set(versions), depth=1)
    yield from _unreleased(settings, book)


def _counted(held: tuple[Held, ...]) -> Iterator[Finding]:
    values = Counter(one.accession for one in held)
    owners = Counter(one.submission for one in held if one.submission is not None)
    for what, count in [*values.items(), *owners.items()]:
        if count > 1:
            yield TWICE.at(Location(), f"the ledger holds {what} {count} times", value=what)


def _record(settings: Settings, version: RecordVersion) -> Iterator[Finding]:
    folder = settings.records / version.accession / f"v{version.version}"
    here = _at(settings, folder / records.FILE)
    named = f"version {version.version} of {version.accession}"
    if not (folder / records.FILE).is_file():
        yield NO_RECORD.at(here, f"{named} is not in the archive", value=version.accession)
        return
    try:
        record = records.read((folder / records.FILE).read_bytes())
    except (ValidationError, ValueError) as fault:
        said = str(fault).splitlines()[0]
        yield DAMAGED.at(here, f"{named} cannot be read: {said}", value=version.accession)
        return
    for wrong in _differences(folder, record, version):
        yield DAMAGED.at(here, f"{named}: {wrong}", value=version.accession)


def _differences(folder: Path, record: CuratedRecord, version: RecordVersion) -> Iterator[str]:
    if (record.accession, record.version) != (version.accession, version.version):
        yield f"the record calls itself {record.accession} version {record.version}"
    if record.digest != version.digest:
        yield "the record is of other content than the ledger says"
    listed = folder / manifest.FILE
    if not listed.is_file():
        yield f"{manifest.FILE} is missing"
    elif listed.read_bytes() != manifest.write(record):
        yield f"{manifest.FILE} does not list the record's files with their digests"


def _public(
    settings: Settings, held: Held, versions: tuple[RecordVersion, ...], day: dt.date
) -> Iterator[Finding]:
    copy = settings.public / held.accession / public.FILE
    here = _at(settings, copy)
    if not copy.is_file():
        return
    if held.state == "withdrawn":
        message = f"{held.accession} is withdrawn, and its public copy still stands"
        yield STILL_PUBLIC.at(here, message, value=held.accession)
        return
    try:
        shown = json.loads(copy.read_bytes())
        number = int(shown["version"])
    except (ValueError, KeyError, TypeError):
        message = f"the public copy of {held.accession} cannot be read"
        yield DAMAGED.at(here, message, value=held.accession)
        return
    version = next((one for one in versions if one.version == number and one.emitted), None)
    if version is None or shown.get("accession") != held.accession:
        message = f"the public copy of {held.accession} is of a version that was never written"
        yield STRAY.at(here, message, value=held.accession)
    elif version.release_date is None or version.release_date > day:
        until = version.release_date or "it has a release date"
        message = f"{held.accession} stands in the public folder, but is private until {until}"
        yield TOO_EARLY.at(here, message, value=held.accession)


def _unreleased(settings: Settings, book: Ledger) -> Iterator[Finding]:
    """Studies whose release the ledger noted, and whose public copy is gone."""
    for accession in ledger.released(book):
        copy = settings.public / accession / public.FILE
        if not copy.is_file():
            message = f"{accession} was released, and its public copy is missing"
            yield NOT_PUBLIC.at(_at(settings, copy), message, value=accession)


def _strays(home: Path, known: set[str], *, depth: int) -> Iterator[Finding]:
    for folder in sorted(home.glob("/".join("*" * depth))):
        name = folder.relative_to(home).as_posix()
        if folder.is_dir() and not folder.name.startswith(".") and name not in known:
            here = Location(file=f"{home.name}/{name}")
            yield STRAY.at(here, f"the ledger does not hold {name}", value=name)


def _at(settings: Settings, path: Path) -> Location:
    return Location(file=path.relative_to(settings.archive).as_posix())
