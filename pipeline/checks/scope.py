"""What the archive takes: no identifiable people, and methods that another archive is for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pipeline.check import Flag, Place, below, check
from pipeline.checks.acquisitions import METHOD, label, of_empiar
from pipeline.glance import Glance
from pipeline.intake.file_list_places import header_location, row_location
from pipeline.registries import Registries
from pipeline.select import leaves, steps
from pipeline.submission import FileList, Submission

HUMAN = "9606"

_EMPIAR_TERMS = {
    "FBbi:00000260",
    "FBbi:00000585",
    "FBbi:00001002",
    "FBbi:00001003",
    "FBbi:00050000",
}
"""X-ray microscopy, SBF-SEM, X-ray CT, X-ray tomography, FIB-SEM."""


@check("ACQ201", "method-belongs-to-empiar", at=METHOD, severity="warning")
def belongs_to_empiar(
    method: dict[str, Any], place: Place, registries: Registries, submission: Submission
) -> Iterator[Flag]:
    """Images of this method belong to EMPIAR, EMBL-EBI's archive of electron and X-ray imaging.

    That is cryo-EM and cryo-ET, volume electron microscopy (FIB-SEM, SBF-SEM, array tomography),
    X-ray tomography and X-ray microscopy. Of correlative studies the light microscopy stays here.
    It is never a block: data may be here already.

    To fix: ask the archive before uploading; submit these images to EMPIAR and link the two.
    """
    name = label(method)
    known = registries.imaging_method_by_id(str(method.get("term_id", "")))
    known = known or registries.imaging_method(name)
    if submission.source.kind == "empiar":
        return
    if (known is not None and known.term_id in _EMPIAR_TERMS) or of_empiar(name):
        yield Flag(
            message=f"images of the method {name or (known and known.label)!r} belong to EMPIAR",
            at=below(place, "name"),
        )


_DAY = (
    r"(?:\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d\d\b|(?:19|20)\d\d-\d\d-\d\d\b"
    r"|\d{1,2}(?:st|nd|rd|th|er|\.)? (?:of |de )?[^\W\d_]{3,}\.? (?:de )?(?:19|20)\d\d\b"
    r"|[^\W\d_]{3,}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b)"
)
"""A whole date in figures, or with the month in words."""

_FORMS = (
    (
        ("patient", "participant", "donor", "subject", "hospital", "case"),
        r"\b(?:patient|participant|donor|subject|hospital|case)s?['’]?s?[ _-]?"
        r"(?:id|ids|identifier|identifiers|initials|full name|address)\b"
        r"|\b(?:participant|donor|subject)s?['’]?s?[ _-]names?\b"
        r"|\bhospital[ _-]?(?:numbers?|no\b\.?)",
    ),
    (
        ("patient",),
        r"\b(?:in|out)?patients?['’]?s?[ _-]?"
        r"(?:names?|numbers? ?[:#=]? ?\d[\w/-]*|number\b|(?:no|nr)\b\.?)",
    ),
    (
        ("biopsy", "pathology", "histology"),
        r"\b(?:biopsy|pathology|histology) (?:numbers?|no\b\.?)",
    ),
    (("birth", "dob"), r"\bdates? of birth\b|\bbirth[ _-]?dates?\b|\bdob\b"),
    (
        ("born",),
        r"\bborn (?:on|in)(?: the)? "
        r"(?:\d{1,2}(?:st|nd|rd|th)?[ ./-]\w[\w./-]*(?: \d{4})?|[A-Z]\w+ \d{1,4}(?:,? \d{4})?)"
        rf"|\bborn:? {_DAY}",
    ),
    (
        ("*",),
        r"\* ?(?:\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19\d\d|20[01]\d)\b"
        r"|(?:19\d\d|20[01]\d)-\d\d-\d\d\b)",
    ),
    (
        ("geb.", "geboren", " le ", "nacid", "nato il", "nata il", "nascid"),
        r"\b(?:geb\.|geboren|née? le|nacid[oa]|nat[oa] il|nascid[oa])(?: (?:am|op|el|em|a))?"
        rf" ?{_DAY}",
    ),
    (
        ("patient", "paciente", "donor", "biops", "tissue", "participant", "proband"),
        r"\b(?:patient\w*|paciente|donor|biops\w+|tissue|participant|proband\w*)\W+(?:\w+ ){0,2}?"
        r"(?-i:Mr|Mrs|Ms|Herrn?|Frau|Mme|Sra?)\.? (?-i:[A-Z])[^\W\d_]+"
        r"|\b(?:patient(?:in)?|paciente|donor|proband(?:in)?):? "
        r"(?-i:(?:[A-Z]\.){2,3})(?=[\s,;)]|$)",
    ),
    (
        ("record",),
        r"\b(?:medical|hospital|health)[ _-]?records?(?: (?:numbers?|no\.?|id))?\b"
        r"|\brecords? (?:numbers?|no\b\.?) ?\d",
    ),
    (("mrn", "ssn"), r"\bmrn\b|\bssn\b"),
    (("national",), r"\bnational (?:id|identity|identification)\b"),
    (("nhs",), r"\bnhs (?:numbers?|no\b\.?)"),
    (("social", "passport"), r"\bsocial security numbers?\b|\bpassport numbers?\b"),
    (("cpr",), r"\bcpr(?:[ -]?(?:nr|number|no))?\.?:? ?\d{6}"),
    (("dsels", "delsedatum"), r"\bf[øo]dsels ?(?:nummer|dato)\b|\bfödelsedatum\b"),
    (("personnummer", "geboorte"), r"\bpersonnummer\b|\bgeboortedatum\b"),
    (("urodzenia", "pesel"), r"\bdata urodzenia\b|\bpesel\b"),
    (
        ("geburt", "patient", "fallnummer"),
        r"\bgeburts(?:datum|tag)\w*|\bpatienten-?(?:id|nummern?|namen?)\b|\bfallnummern?\b",
    ),
    (
        ("naissance", "patient", "dossier"),
        r"\bdates? de naissance\b|\b(?:nom|identifiant)s? d[ue]s? patients?\b"
        r"|\bnum[ée]ro de dossier\b",
    ),
    (
        ("nacimiento", "paciente", "historia"),
        r"\bfechas? de nacimiento\b|\bnombres? del? pacientes?\b|\bhistoria cl[íi]nica\b",
    ),
    (
        ("nascita", "fiscale", "nascimento"),
        r"\bdata di nascita\b|\bcodice fiscale\b|\bdata de nascimento\b",
    ),
    (
        ("病历", "病案", "住院", "身份", "出生", "患者", "生年月日", "診察", "환자", "생년"),
        r"病历号|病案号|住院号|身份证|出生日期|患者姓名|患者氏名|患者ID|生年月日|診察券番号|환자번호"
        r"|생년월일",
    ),
)
"""What points at a person, each with the words of which one stands in it; those are quick to find.
"""
_WORDS = tuple(dict.fromkeys(word for words, _ in _FORMS for word in words))


def _loosely(form: str) -> str:
    """A form as a quick look takes it: within longer words, with underscores for spaces."""
    for closely, loosely in (
        *((_DAY, r"[^\n]*\d"), (r"\b", ""), ("(?-i:", "(?:")),
        (r"(?=[\s,;)]|$)", ""),
    ):
        form = form.replace(closely, loosely)
    return re.sub(r"(\[[^]]*\])| ", lambda found: found[1] or "[ _]", form)


_QUICK = Glance(f"(?i){'|'.join(_loosely(form) for _, form in _FORMS)}")


@lru_cache(maxsize=64)
def _identity(words: tuple[str, ...]) -> re.Pattern[str]:
    """What points at a person with one of these words in it."""
    forms = (form for known, form in _FORMS if not set(known).isdisjoint(words))
    return re.compile("|".join(forms), re.IGNORECASE)


_RELIEVED = re.compile(
    r"anonymi[sz]|de-?identif|pseud[oó]nym|removed|without|\bno\b(?![.:]? ?\d|\.)|\bnot\b|withheld"
    r"|coded|exclud|\bcannot\b"
    r"|\brandom(?:ly (?:assigned|drawn|generated))? (?:code|id|number|string)"
    r"|replaced|codes\b|anonym|\bohne\b|\bkeine?\b|entfernt|\bsans\b|\bsin\b|\bsenza\b|\bsem\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"(?:dates? of )?birth|born|dob\b", re.IGNORECASE)
_ANIMALS = re.compile(
    r"\b(?:animals?|calf|calves|chicks?|dogs?|fish|foals?|hamsters?|lambs?|litters?|macaques?|mice"
    r"|monkeys?|mouse|piglets?|pigs?|pups?|rabbits?|rats?|sheep|zebrafish)\b",
    re.IGNORECASE,
)
"""Whose birth dates are no matter, in a study of humans too."""
_SENTENCE = re.compile(
    r"(?<=[.;!?])(?<!\bgeb\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bSr\.)\s+|\n+"
)


def _signs(text: str, words: Iterable[str]) -> Iterator[str]:
    """The words that point at a person, sentences that deny it left out; `words` may be said."""
    words = _said(text, words)
    for sentence in _SENTENCE.split(text) if words else ():
        if not _said(sentence, words):
            continue
        found = [one[0] for one in _identity(words).finditer(sentence.replace("_", " "))]
        if found and not _RELIEVED.search(sentence):
            of_animals = _ANIMALS.search(sentence) is not None
            yield from (one for one in found if not (of_animals and _BIRTH.match(one)))


def _said(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of some words that stand in a text."""
    lower = text.casefold()
    return tuple(word for word in words if word in lower)


_SLOTS = (
    *("biosamples", "specimens", "study_components", "image_acquisitions"),
    *("description", "title", "attributes"),
)
"""Where a study of humans alone may speak of one."""


def _human(biosample: dict[str, Any], registries: Registries) -> bool | None:
    """Whether a biosample is of humans; None when it names no organism that is known."""
    ids = set()
    for organism in biosample.get("organisms", []):
        name = str(organism.get("scientific_name", "")).partition("(")[0]
        ids |= {one.taxon_id for one, _ in registries.organisms(name)}
    return HUMAN in ids if ids else None


@check("BIO202", "person-may-be-identified", at="/study", severity="warning")
def identified(
    study: dict[str, Any],
    registries: Registries,
    lists: tuple[FileList, ...],
) -> Iterator[Flag]:
    """A study of humans speaks of a patient's id, birth date, name or record number.

    The archive takes no data by which a person can be identified. Human cell lines and tissue are
    welcome, and birth dates of animals are no matter.

    To fix: take out what identifies a person, or tell the archive of the consent to publish it.
    """
    human = [_human(one, registries) for one in study.get("biosamples", [])]
    if True not in human:
        return
    slots = ("biosamples",) if False in human else _SLOTS
    told = {slot: study[slot] for slot in slots if slot in study}
    words = _said(json.dumps(told, ensure_ascii=False), _WORDS) if _QUICK(told) else ()
    for place, value in leaves(told, "/study") if words else ():
        if not isinstance(value, str) or not _said(value, words):
            continue
        if place.startswith("/study/biosamples/") and not human[int(steps(place)[2])]:
            continue
        found = list(dict.fromkeys(sign.casefold() for sign in _signs(value, words)))
        if found:
            yield Flag(message=f"a study of humans speaks of {' and '.join(found)}", at=place)
    if False not in human:
        for one in lists:
            for n, column in enumerate(one.columns):
                if _identity(_WORDS).search(column.replace("_", " ")):
                    at = one.component or "/study"
                    yield Flag(
                        message=f"the file list {one.name!r} has the column {column!r}",
                        at=at,
                        location=header_location(one, n),
                        value=column,
                    )
            yield from _in_names(one)


def _in_names(one: FileList) -> Iterator[Flag]:
    """The first file whose name points at a person."""
    paths = one.table["path"].astype(str)
    if not _said("\n".join(paths), _WORDS):
        return
    for row, path in enumerate(paths):
        if found := _identity(_WORDS).search(path.replace("_", " ")):
            yield Flag(
                message=f"the name of the file '{path}' speaks of {found[0].casefold()!r}",
                at=one.component or "/study",
                location=row_location(one, row, "path"),
                value=path,
            )
            return
