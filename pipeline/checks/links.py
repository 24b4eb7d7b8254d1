"""Links of the study: their address, type and description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.wording import is_placeholder, quoted
from pipeline.edit import removal
from pipeline.findings import Operation, Suggestion
from pipeline.glance import Glance
from pipeline.identifiers import (
    ADDRESS,
    KNOWN,
    UNLISTED,
    doi,
    known_accession,
    pmcid,
    pmid,
    visible,
    without_keys,
)
from pipeline.select import parent
from pipeline.submission import Metadata, Texts

_PREFIXED = re.compile(r"[A-Za-z][\w.-]*:[\w.-]+")


@check("LNK002", "link-without-address", at="/study/**/links/*", severity="warning")
def without_address(link: dict[str, Any]) -> Iterator[Flag]:
    """A link has no address, so it leads nowhere.

    To fix: give the address, or leave the link out.
    """
    if not str(link.get("url", "")).strip():
        said = str(link.get("description", "")).strip()
        yield Flag(message="a link has no address" + (f" ({quoted(said)})" if said else ""))


@check("LNK001", "link-without-description", at="/study/**/links/*", severity="hint")
def without_description(link: dict[str, Any]) -> Iterator[Flag]:
    """A link does not say what it leads to.

    To fix: describe in a few words what readers will find there.
    """
    url = str(link.get("url", "")).strip()
    if url and not is_placeholder(url) and not str(link.get("description", "")).strip():
        yield Flag(message=f"the link {quoted(link.get('url', ''))} has no description")


@check("LNK101", "link-doi-without-type", at="/study/**/links/*", severity="warning")
def doi_without_type(link: dict[str, Any], place: Place) -> Iterator[Flag]:
    """A link is a DOI without the resolver's address and the type doi, or more than the DOI.

    BioStudies takes it for an address of its own, and it leads nowhere.

    To fix: give the bare DOI with the type doi, or the whole address with https://.
    """
    url = visible(str(link.get("url", ""))).strip()
    bare = doi(url)
    if bare is None or bare.endswith(_STOPS) or re.match("https?://", url, re.IGNORECASE):
        return
    kind = str(link.get("type", "")).strip()
    if not kind or (url != bare and kind.casefold() == "doi"):
        more = "more than the DOI" if kind else "a DOI without its type or address"
        yield Flag(
            message=f"the link {quoted(link['url'])} is {more}",
            at=below(place, "url"),
        )


_MAY_OPEN = Glance(r"(?i)[?&](?:key|token|access_token|private_link|view_only|secret)=|/s/|/share/")


@check("LNK103", "address-opens-what-is-private", at="", severity="warning")
def opens_what_is_private(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """An address holds the key that a private study or deposit is shared with reviewers by.

    Whoever reads the study could open it. The archive's public copy leaves such keys out.

    To fix: give the address that everyone may use, or leave it out.
    """
    for place, text in texts.holding(_MAY_OPEN):
        open_to_all = without_keys(text)
        if open_to_all == text:
            continue
        bare = suggest(replace(place, text, open_to_all), why="The key alone is left out.")
        yield Flag(
            message=f"{quoted(open_to_all, 80)} is given with a key to what is private",
            at=place,
            value=open_to_all,
            suggestion=None if UNLISTED.search(text) else bare,
        )


_STOPS = (".", ",", ";", ":")
_PUNCTUATED = re.compile(r"[.,;:)>\]\"'”’]+$")
_UNREACHABLE = (
    (re.compile(r"(?i)https?://https?(?::|//)"), "has its https:// twice"),
    (re.compile(r"(?i)https?://[^/@\s]+:[^/@\s]+@"), "holds a name and a password"),
    (re.compile(r"(?i)https?://(?:localhost|127\.\d+\.\d+\.\d+)\b"), "leads to your own computer"),
    (
        re.compile(
            r"(?i)(?:https?|s?ftp|smb)://(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b"
            r"|(?:https?|s?ftp|smb)://[\w.-]+\.(?:local|localdomain|lan|intranet|internal)(?:[:/]|$)"
        ),
        "leads to a network of your institution that others cannot reach",
    ),
    (re.compile(r"(?i)https?://[^/.:\[\]]+(?:[:/]|$)"), "names no host that others can reach"),
)
"""Addresses that are well formed and lead nowhere, and why."""


_BY_TYPE = {
    name.casefold(): KNOWN[name].pattern
    for name in ("EMPIAR", "EMDB", "IDR", "BioStudies", "ArrayExpress", "BioProject", "EGA")
}
"""The form of accessions by the type that links to an archive carry."""


@check("LNK102", "link-neither-address-nor-identifier", at="/study/**/links/*", severity="warning")
def no_address(link: dict[str, Any], place: Place, metadata: Metadata) -> Iterator[Flag]:
    """A link is neither a web address nor an accession that the archive knows.

    Readers cannot follow it.

    To fix: give the whole address with https://, or the accession with its archive as the type.
    """
    url = visible(str(link.get("url", ""))).strip()
    for form, what in _UNREACHABLE:
        if form.match(url):
            yield Flag(message=f"the link {quoted(url)} {what}", at=below(place, "url"))
            return
    clean = _PUNCTUATED.sub("", url) if ADDRESS.match(url) else url
    if url.endswith(_STOPS) and doi(url) is not None:
        clean = url.rstrip("".join(_STOPS))
    if url.endswith(")") and url.count(")") <= url.count("("):
        clean = url
    if clean != url:
        yield Flag(
            message=f"the link {quoted(url)} ends with punctuation",
            at=below(place, "url"),
            suggestion=suggest(
                replace(below(place, "url"), link["url"], clean),
                why="A sentence ends so, an address does not.",
            ),
        )
        return
    archive = str(link.get("type", "")).strip()
    typed = _BY_TYPE.get(archive.casefold()) if re.search(r"\d", url) else None
    fits = url.isdecimal() or ADDRESS.match(url)
    if typed is not None and not fits and not re.fullmatch(typed, url, re.IGNORECASE):
        told = f"the link {quoted(url)} has not the form of an accession of {archive}"
        yield Flag(message=told, at=below(place, "url"))
        return
    if archive.casefold() == "doi" and url and not (doi(url) or ADDRESS.match(url)):
        told = f"the link {quoted(url)} has the type {archive}, but is no DOI"
        yield Flag(message=told, at=below(place, "url"))
        return
    if not url or archive or ADDRESS.fullmatch(url):
        return
    known = doi(url) or known_accession(url) or pmcid(url) or pmid(url)
    if known is None and (is_placeholder(url) or not _PREFIXED.fullmatch(url)):
        nothing = is_placeholder(url) and len(link) == 1
        gone = suggest(removal(metadata, place), why="The link says nothing.") if nothing else None
        told, proposal = _within(link, url, place)
        yield Flag(
            message=f"the link {quoted(url)} {told}",
            at=below(place, "url"),
            suggestion=gone or proposal,
        )


_ADDRESS_WITHIN = re.compile(
    r"(?:https?|s?ftp)://[^\s()<>\[\]\"']*[^\s()<>\[\]\"'.,;:]", re.IGNORECASE
)


_LONGEST_ACCESSION = 40
_SMALL = re.compile("[a-z]{3}", re.IGNORECASE)
"""How accessions begin that are told from words in small letters, too."""
_GOES_ON = re.compile(r"https?://\S+[^\s.,;:)\]>]\s+[^\s(\[<–-]", re.IGNORECASE)
"""An address behind which more stands, which may be its end after a blank."""


def _within(link: dict[str, Any], url: str, place: str) -> tuple[str, Suggestion | None]:
    """What is wrong with a link that is text, and the addresses or the accession in it."""
    told = "is neither an address nor a known identifier"
    at = below(place, "url")
    found = list(dict.fromkeys(_ADDRESS_WITHIN.findall(url)))
    kind = "addresses"
    if not found:
        words = [word.strip("(),;:.[]") for word in url.split()]
        found = [word for word in words if len(word) > 5 and known_accession(word) is not None]
        kind = "accessions"
    if len(found) > 1:
        told = f"holds {len(found)} {kind}"
        others = (
            Operation(do="add", place=f"{parent(place)}/-", after={**link, "url": one})
            for one in found[1:]
        )
        why = f"Each of the {kind} is a link of its own."
        return told, suggest(replace(at, link["url"], found[0]), *others, why=why)
    if not found and len(url) < _LONGEST_ACCESSION:
        joined = ["".join(url.split()), "-".join(url.split())]
        joined += [url.upper()] if _SMALL.match(url) else []
        found = [one for one in joined if len(one) > 5 and known_accession(one) is not None][:1]
    if len(found) != 1 or _GOES_ON.match(url):
        return told, None
    return told, suggest(replace(at, link["url"], found[0]), why="It stands in the text alone.")
