"""The licence of the study: its name, its address, and whether the archive offers it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.characters import LOOK_ALIKE
from pipeline.checks.wording import is_placeholder, quoted
from pipeline.findings import Operation
from pipeline.identifiers import ADDRESS
from pipeline.identifiers import licence as label_of
from pipeline.registries import Licence, Registries
from pipeline.submission import Metadata, Submission


@check("LIC001", "licence-missing", at="/study", severity="warning")
def missing(study: dict[str, Any], place: Place) -> Iterator[Flag]:
    """The study states no licence, so the Terms of Use of EMBL-EBI apply to its data.

    The archive asks for CC0 or CC BY 4.0; it never fills a licence in.

    To fix: state CC0 or CC BY 4.0, if all who hold rights in the data agree.
    """
    stated = study.get("licence", {})
    name = str(stated.get("name", ""))
    if is_placeholder(name):
        at = below(place, "licence", "name")
        yield Flag(message=f"the study states no licence but {quoted(name)}", at=at)
        return
    if name.strip():
        return
    told = label_of(str(stated.get("url", "")))
    proposal = None
    if told is not None:
        made = Operation(do="add", place=below(place, "licence", "name"), after=told)
        proposal = suggest(made, why="The address of the licence names it.")
    yield Flag(message="the study states no licence", suggestion=proposal)


@check("LIC101", "licence-spelling", at="/study/licence/name", severity="hint")
def spelling(name: str, place: Place, registries: Registries) -> Iterator[Flag]:
    """The licence names its version, but not in the archive's spelling.

    To fix: nothing; the archive writes CC0 and CC BY 4.0.
    """
    label = label_of(name)
    if label is None:
        known = _known(name, registries)
        if known is None or not known.versioned or name.strip() == known.spdx_id:
            return
        label = known.label
    if label and label != name.strip():
        why = "Both are the same licence and version."
        yield Flag(
            message=f"the licence {label} is written as {quoted(name)}",
            suggestion=None if label_of(name) else suggest(replace(place, name, label), why=why),
        )


_SLIPS = (
    (re.compile(r"\bCC[ _-]?O\b", re.IGNORECASE), "CC0"),
    (re.compile(r"(?<=\d)[.,]O\b", re.IGNORECASE), ".0"),
    (re.compile(r"(?<=\d),(?=\d)"), "."),
)
_NAMED = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/\S+[^\s.,;)]|"
    r"\bcc[ _-]?(?:0|zero)\b|\bcc[ _-]?by(?:[ _-]*(?:nc|sa|nd)\b)*[ _-]*v?\d(?:\.\d)?\b",
    re.IGNORECASE,
)
"""Where a text names a licence of Creative Commons with its version."""


def _meant(text: str) -> str | None:
    """The one licence that a text names beside other words, or with a slip of the keyboard.

    The versions for international organisations (IGO) are licences of their own.
    """
    if len(text) > 1000 or "igo" in text.casefold():
        return None
    text = "".join(LOOK_ALIKE.get(letter, letter) for letter in text)
    for form, right in _SLIPS:
        text = form.sub(right, text)
    named = {label_of(text), *(label_of(found[0]) for found in _NAMED.finditer(text))} - {None}
    families = {re.sub(r"[\W_]", "", found[0]).casefold() for found in _FAMILY.finditer(text)}
    if len(named) != 1 or len(families) > 1:
        return None
    meant = named.pop()
    terms = {term.casefold()[:2] for term in _TERMS.findall(text)}
    said = all(term in str(meant).casefold() for term in terms)
    return meant if said and not _OTHERS.search(text) else None


_TERMS = re.compile(r"(?<![a-z])(nc|nd|sa)(?![a-z])", re.IGNORECASE)
"""The terms of licences of Creative Commons, wherever they stand."""
_OTHERS = re.compile(
    r"\b(?:MIT|BSD|L?GPL\w*|Apache|ODbL|PDDL|not|non-?commercial|no-?deriv\w*|share-?alike)\b",
    re.IGNORECASE,
)
"""Other licences and terms, beside which a licence of Creative Commons is not the only one."""


_FAMILY = re.compile(
    r"\bcc[ _-]?(?:0|zero)\b|\bcc[ _-]?by(?:[ _-]*(?:nc|sa|nd)\b)*(?![a-z])", re.IGNORECASE
)
"""Where a text names a licence of Creative Commons, with its version or without."""


@check("LIC102", "licence-without-version", at="/study/licence", severity="warning")
def without_version(
    licence: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """The licence names no version, and versions differ in what they allow.

    There is no default: a version is a legal statement. Where the address of the licence names
    one, it is proposed.

    To fix: state the version, as in CC BY 4.0.
    """
    name = str(licence.get("name", ""))
    known = _known(name, registries)
    if known is None or known.versioned or label_of(name):
        return
    told = label_of(str(licence.get("url", "")))
    at = below(place, "name")
    fitting = told if told and _family(told) == _family(known.label) else None
    why = "The address of the licence names its version."
    yield Flag(
        message=f"the licence {quoted(name)} names no version",
        at=at,
        suggestion=suggest(replace(at, name, fitting), why=why) if fitting else None,
    )


@check("LIC301", "licence-unknown", at="/study/licence/name", severity="error")
def unknown(
    name: str, place: Place, metadata: Metadata, registries: Registries, submission: Submission
) -> Iterator[Flag]:
    """The licence is none that the archive knows, so nobody can tell what it allows.

    Studies that another resource holds keep the licence they have. In a document that has its
    accession, or is imported, it is a warning.

    To fix: state CC0 or CC BY 4.0.
    """
    if not name.strip() or is_placeholder(name) or submission.held_elsewhere:
        return
    if _known(name, registries) is None:
        meant = _meant(name)
        by_address = _known(str(metadata["study"]["licence"].get("url", "")), registries)
        if by_address is not None and by_address.label != meant:
            # The two are told together, as different licences.
            return
        why = "No other licence is named in the text."
        yield Flag(
            message=f"the licence {quoted(name)} is not known",
            severity=None if _is_new(submission) else "warning",
            suggestion=suggest(replace(place, name, meant), why=why) if meant else None,
        )


@check("LIC302", "licence-not-offered", at="/study/licence/name", severity="error")
def not_offered(name: str, registries: Registries, submission: Submission) -> Iterator[Flag]:
    """The archive takes new studies under CC0 or CC BY 4.0 only.

    Studies that were published elsewhere keep the licence they have.

    To fix: state CC0 or CC BY 4.0, or tell the archive where the study was published before.
    """
    known = _known(name, registries)
    if known is not None and known.versioned and known.scope != "offered" and _is_new(submission):
        yield Flag(message=f"{quoted(name)} is not a licence for new studies")


def _known(name: str, registries: Registries) -> Licence | None:
    if (found := _OF_LIST.fullmatch(name.strip())) is not None:
        return registries.licence(found["id"])
    if (found := _NO_VERSION.fullmatch(name.strip())) is not None:
        return registries.licence(f"CC BY{found['terms'].upper()}")
    return registries.licence(label_of(name) or _CALLED.sub("", _GLUED.sub("CC BY", name)))


_OF_LIST = re.compile(
    r"(?:https?://)?(?:www\.)?(?:opensource\.org/licenses?|spdx\.org/licenses"
    r"|choosealicense\.com/licenses)/(?P<id>[\w.-]+?)(?:\.html|-license\.php)?/?",
    re.IGNORECASE,
)
"""The address of a licence by its id, in the lists of the Open Source Initiative and of SPDX."""
_NO_VERSION = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/licen[cs]es/by(?P<terms>(?:-(?:nc|sa|nd))*)/?",
    re.IGNORECASE,
)
"""The address of a licence of Creative Commons that lacks the version."""
_CALLED = re.compile(
    r"\A\s*(?:licen[cs]e|licencia|licen[çc]a|licenza|licentie|licencja|lizenz)\s*:?\s+",
    re.IGNORECASE,
)
"""The word licence before its name, in the languages of the deeds."""
_GLUED = re.compile(r"\A\s*ccby\b", re.IGNORECASE)
"""The licence's short name without the space in it."""


def _is_new(submission: Submission) -> bool:
    if submission.source.imported or submission.held_elsewhere:
        return False
    return "accession" not in submission.metadata


@check("LIC201", "licence-name-and-address-disagree", at="/study/licence", severity="error")
def disagree(licence: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The name of the licence and its address mean two different licences.

    Nobody could tell which of them holds.

    To fix: state one licence, with its own address.
    """
    name, url = str(licence.get("name", "")), str(licence.get("url", ""))
    first, second = _known(name, registries), _known(url, registries)
    if first is None and second is not None and name.strip() and not is_placeholder(name):
        if _meant(name) != second.label:
            yield Flag(
                message=f"the licence {quoted(name)} is not known, its address is that of "
                f"{second.label}",
                at=below(place, "name"),
            )
        return
    if first is None or second is None or first.spdx_id == second.spdx_id:
        return
    if first.versioned or _family(first.label) != _family(second.label):
        yield Flag(
            message=f"the licence is {quoted(name)}, its address that of {second.label}",
            at=below(place, "name"),
        )


@check("LIC103", "licence-address-unknown", at="/study/licence", severity="hint")
def address_unknown(
    licence: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """The address beside a licence of Creative Commons is not that of its text.

    Readers who follow it do not find what they may do with the data.

    To fix: give the address of the licence's own text, or none.
    """
    name, url = str(licence.get("name", "")), str(licence.get("url", ""))
    label = label_of(name)
    known = registries.licence(label) if label else None
    if known is None or not url.strip() or _CC_SITE.match(url) or _known(url, registries):
        return
    own = suggest(replace(below(place, "url"), url, known.legalcode_url or known.url))
    yield Flag(
        message=f"{quoted(url)} is not the address of {known.label or known.name}",
        at=below(place, "url"),
        suggestion=own if known.legalcode_url or known.url else None,
    )


_CC_SITE = re.compile(
    r"\s*(?:https?://)?(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/", re.IGNORECASE
)


def _family(label: str) -> str:
    """The licence without its version: `CC BY-SA`."""
    return re.sub(r"\s*\d\.\d.*", "", label)


@check("LIC002", "licence-address-missing", at="/study/licence", severity="hint")
def address_missing(
    licence: dict[str, Any], place: Place, registries: Registries
) -> Iterator[Flag]:
    """The licence is stated without the address of its text.

    To fix: nothing; the address follows from the licence and its version.
    """
    name = str(licence.get("name", ""))
    known = _known(name, registries)
    if known is None or not known.versioned or str(licence.get("url", "")).strip():
        return
    if ADDRESS.match(name):
        # What stands as the name is told first; the address follows when that is mended.
        return
    address = known.legalcode_url or known.url
    made = Operation(do="add", place=below(place, "url"), after=address)
    yield Flag(
        message=f"the licence {quoted(name)} is stated without its address",
        suggestion=suggest(made, safety="safe", why=f"{known.name} has this address.")
        if address
        else None,
    )
