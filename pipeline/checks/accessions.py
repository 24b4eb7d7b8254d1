"""Accessions: the document's own, what the ledger knows of it, and its collection."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.accession import Accession, is_accession
from pipeline.check import Flag, Known, check, replace, suggest
from pipeline.findings import Operation
from pipeline.identifiers import KNOWN
from pipeline.identifiers import doi as bare_doi
from pipeline.submission import EMPIAR, Metadata, Submission

COLLECTION = "BioImages"


@check("ACC001", "attach-to-missing", at="", severity="warning")
def attach_to_missing(metadata: Metadata, submission: Submission) -> Iterator[Flag]:
    """A document of a submission form does not say to which collection it belongs.

    BioStudies then numbers it among its own studies (S-BSST), not among those of the archive.

    To fix: add the attribute AttachTo with the value BioImages at the top of the document.
    """
    source = submission.source
    if source.template and source.template.startswith(COLLECTION) and not source.attach_to:
        yield Flag(message=f"AttachTo is missing; the template is {source.template}", value="")


_ODD_NUMBER = re.compile(r"S-(?:BIAD|BSST|BSMS)0\d*")
"""A nought before the number, which the archive and BioStudies never write."""


@check("ACC101", "accession-wrong-form", at="/accession", severity="error")
def wrong_form(accession: str) -> Iterator[Flag]:
    """A document's own accession has not the form of one, such as S-BIAD15.

    A digit is never repaired: it would be the number of another study.

    To fix: copy the accession as the archive gave it; leave it out if there is none yet.
    """
    if not is_accession(accession.strip()) or _ODD_NUMBER.fullmatch(accession.strip()):
        yield Flag(message=f"{accession!r} is not an accession")


@check("ACC201", "accession-not-held", at="/accession", severity="error", requires=["ACC101"])
def not_held(accession: str, known: Known, submission: Submission) -> Iterator[Flag]:
    """A document carries an accession that the archive's ledger does not hold for it.

    A mistyped number would be bound to the wrong study for ever, so a curator decides.

    To fix: leave the accession out of a new submission; import a published study on purpose.
    """
    if not known.asked or submission.source.imported or known.accession_bound_to:
        return
    if known.held_accession is None:
        yield Flag(message=f"the ledger does not hold {accession}")


@check("ACC202", "accession-of-another-submission", at="/accession", severity="error")
def of_another(accession: str, known: Known) -> Iterator[Flag]:
    """A document carries an accession that is bound to another submission.

    To fix: leave the accession out; if this is a new version of that study, send it under that
    submission's name.
    """
    if known.accession_bound_to:
        yield Flag(message=f"{accession} is bound to the submission {known.accession_bound_to!r}")


@check("ACC203", "content-submitted-before", at="", severity="error")
def submitted_before(metadata: Metadata, known: Known) -> Iterator[Flag]:
    """The same document and file lists are held under the name of another submission.

    A renamed folder or a second upload must not get a second accession.

    To fix: tell the archive whether this is new, a revision or a duplicate.
    """
    if known.same_content:
        others = ", ".join(known.same_content)
        yield Flag(message=f"the same content is held as {others}", value=others)


@check(
    "ACC204",
    "title-and-author-submitted-before",
    at="/study/title",
    severity="warning",
    requires=["ACC203"],
)
def title_before(title: str, known: Known) -> Iterator[Flag]:
    """Another submission has the same title and first author.

    One paper may have several datasets, so this may be right.

    To fix: give this study a title that tells it from the other, or name it as a new version.
    """
    if known.same_title and not known.same_content:
        others = ", ".join(known.same_title)
        yield Flag(message=f"the title and first author are also those of {others}")


@check("ACC102", "own-doi-form-wrong", at="/doi", severity="hint")
def own_doi_form(doi: str, metadata: Metadata) -> Iterator[Flag]:
    """What stands as the study's own DOI is none, and the archive has given it no accession yet.

    The archive registers the DOI itself when it gives the accession.

    To fix: leave the DOI out.
    """
    asked = doi.strip().casefold() in ("true", "false", "yes", "no", "requested", "")
    if not asked and bare_doi(doi) is None and "accession" not in metadata:
        yield Flag(message=f"{doi!r} is no DOI")


@check("ACC205", "own-doi-differs", at="/doi", severity="warning")
def own_doi_differs(doi: str, metadata: Metadata, submission: Submission) -> Iterator[Flag]:
    """The study's own DOI is not the one that the archive registers for its accession.

    That is 10.6019/ and the accession; BioStudies refuses any other later. A new submission has
    none yet, so that another DOI is most likely that of its paper. An entry of EMPIAR has 10.6019/
    and its own accession.

    To fix: give 10.6019/ and the accession; a paper's DOI belongs to the publications.
    """
    accession = metadata.get("accession", "").strip()
    given = bare_doi(doi) or doi.strip()
    if "accession" not in metadata and bare_doi(doi) is not None:
        yield from _before_accession(doi, given, metadata, submission)
        yield from _of_another_entry(doi, given, metadata, submission)
    if not is_accession(accession):
        return
    own = Accession(value=accession).doi
    if given.casefold() == own.casefold():
        return
    operations = [replace("/doi", doi, own)]
    study = metadata.get("study", {})
    cited = {bare_doi(one.get("doi", "")) for one in study.get("publications", [])}
    papers = bare_doi(doi) is not None and not given.startswith("10.6019/")
    if papers and given not in cited:
        operations.append(Operation(do="add", place="/study/publications/-", after={"doi": given}))
    yield Flag(
        message=f"the study's own DOI is stated as {doi}, its accession makes it {own}",
        suggestion=suggest(
            *operations,
            why=f"The archive registers {own}"
            + ("; the DOI given is that of a paper." if papers else "."),
        ),
    )


def _before_accession(
    doi: str, given: str, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """A DOI as that of a new study: most likely a paper's, which belongs to the publications."""
    elsewhere = submission.held_elsewhere or not submission.source.kind.startswith("pagetab")
    if elsewhere or given.casefold().startswith("10.6019/"):
        return
    study = metadata.get("study", {})
    cited = {bare_doi(one.get("doi", "")) for one in study.get("publications", [])}
    operations = [Operation(do="remove", place="/doi", before=doi)]
    if given not in cited:
        operations.append(Operation(do="add", place="/study/publications/-", after={"doi": given}))
    said = "it is that of a publication" if given in cited else "the archive has given none yet"
    yield Flag(
        message=f"the study's own DOI is stated as {doi}; {said}",
        suggestion=suggest(*operations, why="The archive registers a DOI with the accession."),
    )


def _of_another_entry(
    doi: str, given: str, metadata: Metadata, submission: Submission
) -> Iterator[Flag]:
    """The DOI of an entry of EMPIAR that is not made of its accession."""
    if submission.source.kind != EMPIAR:
        return
    for one in metadata.get("study", {}).get("attributes", ()):
        number = str(one.get("value", "")).strip()
        known = KNOWN["EMPIAR"].fullmatch(number)
        if one.get("name") == "EMPIAR accession" and known and given != f"10.6019/{number}":
            message = f"the entry's own DOI is stated as {doi}, its accession is {number}"
            hint = "compare both with the entry's page, and correct the one that is wrong."
            yield Flag(message=message, hint=hint)


@check("ACC206", "attached-to-another-collection", at="", severity="error")
def another_collection(metadata: Metadata, submission: Submission) -> Iterator[Flag]:
    """A document is attached to a collection that is not the archive's.

    Its study would be numbered there; the archive mints no accession for it.

    To fix: write BioImages as AttachTo, or submit to the collection that is named.
    """
    named = submission.source.attach_to
    if named and named.strip() != COLLECTION:
        yield Flag(
            message=f"AttachTo names the collection {named!r}"
            + (
                f", not {COLLECTION!r}" if named.strip().casefold() == COLLECTION.casefold() else ""
            ),
            location=submission.source_map.locate("/attach_to"),
            value=named,
        )


@check("ACC207", "accession-changed", at="/accession", severity="error", requires=["ACC101"])
def changed(accession: str, known: Known) -> Iterator[Flag]:
    """A document carries another accession than the ledger holds for this submission.

    To fix: give the accession that the archive assigned, or none.
    """
    held = known.held_accession
    if held is not None and held != accession.strip():
        yield Flag(
            message=f"the ledger holds {held} for this submission, the document says {accession}"
        )
