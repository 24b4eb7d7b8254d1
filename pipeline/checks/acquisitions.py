"""Image acquisitions: imaging methods against the Biological Imaging Methods Ontology (FBbi)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, replace, suggest
from pipeline.checks.wording import is_placeholder
from pipeline.glance import Glance
from pipeline.registries import ImagingMethod, Registries

METHOD = "/study/**/imaging_methods/*"
EMPIAR = re.compile(
    r"cryo[ -]?(?:EM|ET)\b|cryo(?:genic)?[ -]?(?:transmission )?electron (?:microscop|tomograph)\w*"
    r"|cryo-?electron|cryo[ -]?(?:FIB|SXT|CLEM|nano)\b|electron cryo[ -]?(?:microscop|tomograph)\w*"
    r"|ele[ck]tron(?:en)?[ -]?tomogra(?:phy|phie|fie)|\b(?:S?TEM|EM) tomography|FIB[ /-]?SEM"
    r"|single[ -]particle (?:analysis|cryo|reconstruction)|sub-?tomogram|micro-?ED\b"
    r"|focus+ed[ -]ion[ -]beam\b.*|SB[FE][ -]?SEM|SBEM|\b3[ -]?View\b|\bATUM\b"
    r"|\bss[ -]?TEM\b|serial[ -]section (?:S?T?EM|(?:transmission )?electron microscop\w*)"
    r"|serial block[ -]?face\b.*|array tomography"
    r"|volume (?:EM|electron microscop\w*)|\bvEM\b"
    r"|(?:soft |hard )?X-?ray (?:\w+ )?(?:micro-?)?(?:tomograph\w*|microscop\w*|nanotomograph\w*)"
    r"|\bSXT\b|X-?ray ptychograph\w*|phase[ -]contrast X-?ray"
    r"|X-?ray (?:micro-?)?(?:computed tomograph\w*|CT)|(?:micro|nano|µ|μ)-?CT\b|\bXNH\b"
    r"|(?:micro|nano|µ|μ)[ -]?computed tomograph\w*"
    r"|synchrotron(?: radiation)?(?: X-?ray)?(?: based)? (?:micro-?|nano-?)?tomograph\w*"
    r"|X-?ray (?:phase[ -]contrast |holographic )(?:micro-?|nano-?)?(?:tomograph|imag)\w*",
    re.IGNORECASE,
)
"""Wordings of the methods whose images belong to EMPIAR (the archive's policy, imagesatebi)."""
_MAYBE_EMPIAR = Glance(
    "(?i)" + re.sub(r"\\b|\\w\*|\.\*", "", EMPIAR.pattern).replace(r"\w+", r"\S+")
)


def of_empiar(text: str) -> bool:
    """Whether a text names a method whose images belong to EMPIAR."""
    return _MAYBE_EMPIAR(text) and EMPIAR.search(text) is not None


_FBBI = re.compile(r"fbbi|biological imaging methods( ontology)?( \(fbbi\))?", re.IGNORECASE)
_OTHER_ID = re.compile(r"(?!fbbi)[a-z][\w.-]*[:_]\w+", re.IGNORECASE)


_REMARK = re.compile(r"(?P<name>[^()]{4,}?)\s*\((?P<within>[^()]*)\)")
"""A method with an instrument, an abbreviation or a remark in brackets behind it."""


_MANNER = re.compile(
    r"\b(?:intravital|in[ -]vivo|live|inverted|upright|automated|(?:custom|home)[ -]?(?:built|made)"
    r"|high[ -](?:content|speed|throughput)|Zeiss|Leica|Nikon|Olympus|Evident|LSM|TCS)\b"
    r"|\b(?:SP|A1|FV|LSM|AX|Ti)-?\d[\w-]*|(?<![\w-])\d{3,4}(?![\w-])",
    re.IGNORECASE,
)
"""How or with which instrument a method was used, which makes no other method of it."""
_NO_METHOD = re.compile(r"(?:\b(?:microscop\w*|imag\w+|method|system)\b|\W)*", re.IGNORECASE)
"""Words that are left where no method is named."""


def label(method: dict[str, Any]) -> str:
    """The name of a method on one line."""
    return " ".join(str(method.get("name", "")).split())


def elsewhere(method: dict[str, Any]) -> bool:
    """Whether a method is said to be a term of another ontology than FBbi."""
    ontology = str(method.get("ontology", "")).strip()
    term = str(method.get("term_id", "")).strip()
    if "fbbi" in term.casefold():
        return False
    named = bool(ontology) and not _FBBI.fullmatch(ontology) and ontology != label(method)
    return named or _OTHER_ID.fullmatch(term) is not None


def _words(methods: tuple[ImagingMethod, ...]) -> str:
    return ", ".join(f"{method.label!r} ({method.term_id})" for method in methods)


@check(
    "ACQ101",
    "imaging-method-not-in-fbbi",
    at=METHOD,
    severity="warning",
    requires=["ACQ105", "ACQ106"],
)
def not_in_fbbi(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An imaging method is no term of the FBbi ontology, but near to one.

    Readers search by the terms of the ontology. Another wording is allowed where no term fits.

    To fix: take the term that is meant, or keep the wording if none of them is.
    """
    name = label(method)
    if not name or elsewhere(method) or _same(method, registries):
        return
    near = registries.nearest_imaging_methods(name)
    if not near and len(name) <= 400:
        bare = parts["name"] if (parts := _REMARK.fullmatch(name)) else name
        bare = " ".join(_MANNER.sub(" ", bare).split())
        told = 4 < len(bare) < len(name) and not _NO_METHOD.fullmatch(bare)
        near = registries.nearest_imaging_methods(bare) if told else ()
    if near and (parts := _REMARK.fullmatch(name)) and len(name) <= 400:
        within = [
            one for one in registries.nearest_imaging_methods(parts["within"]) if one.similar == 100
        ]
        near = tuple({one.term_id: one for one in (*within, *near)}.values())[:3]
    if near and (near[0].similar == 100 or not of_empiar(name)):
        joint = _JOINT.search(name) is not None and _JOINT.search(near[0].label) is None
        changes = [(replace(below(place, "name"), method["name"], one.label),) for one in near]
        yield Flag(
            message=f"the imaging method {name!r} is no FBbi term; near ones are {_words(near)}",
            at=below(place, "name"),
            suggestion=None
            if joint
            else suggest(
                *changes[0],
                alternatives=changes[1:],
                why=f"{_words(near[:1])} is the nearest term of FBbi.",
            ),
        )


_JOINT = re.compile(r"(?:[/+&;]|\s(?:and|with|plus)\s)(?![^()]*\))")
"""What joins two methods, of which the nearest term would drop one."""


def _same(method: dict[str, Any], registries: Registries) -> ImagingMethod | None:
    """The term whose label the name is, letter case apart."""
    known = registries.imaging_method(label(method))
    fits = known is not None and known.label.casefold() == label(method).casefold()
    return known if fits else None


@check("ACQ102", "imaging-method-letter-case", at=METHOD, severity="hint")
def letter_case(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An imaging method equals an FBbi term but for capital letters.

    To fix: write the term as the ontology does.
    """
    known = _same(method, registries)
    if known is None or elsewhere(method) or known.label == label(method):
        return
    yield Flag(
        message=f"the imaging method {label(method)!r} is written {known.label!r} in FBbi",
        at=below(place, "name"),
        suggestion=suggest(
            replace(below(place, "name"), method["name"], known.label),
            safety="safe",
            why=f"It is the term {known.term_id}; only letter case differs.",
        ),
    )


@check("ACQ103", "imaging-ontology-name-wrong", at=METHOD, severity="warning")
def ontology_wrong(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The name of an imaging method's ontology is not that of the ontology its term is of.

    To fix: write FBbi as the name of the ontology.
    """
    given = str(method.get("ontology", "")).strip()
    known = registries.imaging_method_by_id(str(method.get("term_id", "")))
    if not given or known is None or _FBBI.fullmatch(given):
        return
    yield Flag(
        message=f"the ontology is named {given!r}, but {known.term_id} is a term of FBbi",
        at=below(place, "ontology"),
        suggestion=suggest(
            replace(below(place, "ontology"), method["ontology"], "FBbi"),
            why=f"{known.term_id} is {known.label!r} of FBbi.",
        ),
    )


@check("ACQ104", "imaging-method-id-form", at=METHOD, severity="hint")
def id_form(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The id of an imaging method is written as an address, or in another form than FBbi:00000246.

    To fix: write FBbi: and the eight digits.
    """
    given = str(method.get("term_id", ""))
    known = registries.imaging_method_by_id(given)
    if known is not None and given.strip() != known.term_id:
        yield Flag(
            message=f"the id {given.strip()!r} is written {known.term_id!r}",
            at=below(place, "term_id"),
            suggestion=suggest(
                replace(below(place, "term_id"), given, known.term_id), why="It is the same term."
            ),
        )


@check("ACQ202", "imaging-method-and-id-disagree", at=METHOD, severity="warning")
def disagree(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The id of an imaging method is that of another term than the one named.

    Either may be the slip, so neither is changed.

    To fix: look both up in FBbi and correct the one that is wrong.
    """
    by_id = registries.imaging_method_by_id(str(method.get("term_id", "")))
    by_name = _same(method, registries)
    if by_id is not None and by_name is not None and by_id.term_id != by_name.term_id:
        yield Flag(
            message=f"the id {by_id.term_id} is {by_id.label!r}, the method named is"
            f" {by_name.label!r} ({by_name.term_id})",
            at=below(place, "term_id"),
        )


@check(
    "ACQ301",
    "imaging-method-unknown",
    at=METHOD,
    severity="hint",
    requires=["ACQ101", "ACQ105", "ACQ106"],
)
def unknown(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """An imaging method is no term of the FBbi ontology, and none is near.

    The ontology is of 2020: new techniques are not in it, and their names are kept.

    To fix: nothing, if the name is the usual one.
    """
    name = label(method)
    if not name or is_placeholder(name) or of_empiar(name) or elsewhere(method):
        return
    if not _same(method, registries):
        yield Flag(
            message=f"the imaging method {name!r} is no term of FBbi, and near to none",
            at=below(place, "name"),
        )


@check("ACQ302", "imaging-method-id-unknown", at=METHOD, severity="hint")
def id_unknown(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """The id of an imaging method has the form of FBbi, but the ontology has no such term.

    To fix: look the method up in FBbi and give its id.
    """
    given = str(method.get("term_id", "")).strip()
    claimed = "fbbi" in given.casefold() or _FBBI.fullmatch(str(method.get("ontology", "")).strip())
    if given and claimed and registries.imaging_method_by_id(given) is None:
        at = below(place, "term_id")
        digits = re.fullmatch(r"(?:fbbi)?[ :_]*(\d{1,8})", given, re.IGNORECASE)
        known = registries.imaging_method_by_id(f"FBbi:{digits[1]:0>8}") if digits else None
        named = _same(method, registries)
        fits = known is not None and (named is None or named.term_id == known.term_id)
        several = len(re.findall(r"fbbi[:_]?\d", given, re.IGNORECASE))
        yield Flag(
            message=f"{given!r} holds {several} ids; an imaging method has one"
            if several > 1
            else f"FBbi ({registries.snapshot('fbbi').version}) has no term {given!r}",
            at=at,
            suggestion=suggest(
                replace(at, method["term_id"], known.term_id),
                why=f"With eight digits it is {known.label!r}.",
            )
            if known is not None and fits
            else None,
        )
