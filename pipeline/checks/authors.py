"""Authors: that there are any, their names and roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Place, below, check, suggest
from pipeline.checks.wording import asks, is_placeholder, plain, quoted
from pipeline.findings import Operation, Severity, Suggestion
from pipeline.intake.spellings import fold
from pipeline.submission import EMPIAR, Submission

_GROUP = re.compile(
    r"\b(?:consorti(?:um|a)|collaboration|network|(?:research |working |study )?group|team|lab|"
    r"laborato\w+|core|facility|platform|department|instituto?t?e?|universi(?:t\w+|dade?)|initiative"
    r"|project|hospital|h[oô]pital|klinik\w*|museum|soci(?:ety|été)|association|foundation"
    r"|compan(?:y|ies)|gmbh|ltd|council|ministry|zentrum|centr(?:e|um|o)|[eé]cole|faculty|academy"
    r"|plateforme|plattform|piattaforma|plataforma|[eé]quipe|equipo|arbeitsgruppe|forschungsgruppe"
    r"|nachwuchsgruppe|grupo|gruppo|groupe|laborat[oó]ri[oa]s?|servicio|unité)\b",
    re.IGNORECASE,
)


@check("AUT004", "authors-missing", at="/study", severity="error")
def authors_missing(study: dict[str, Any], context: Context) -> Iterator[Flag]:
    """The study names no author, so it cannot be cited or given a DOI.

    It is an error where the document's own template asks for one, else a warning.

    To fix: name the people who made the data, each with an affiliation.
    """
    if not study.get("authors"):
        severity: Severity = "error" if asks(context, "Author") else "warning"
        yield Flag(message="the study names no author", severity=severity)


@check("AUT001", "author-name-missing", at="/study/authors/*", severity="error")
def name_missing(author: dict[str, Any], place: Place) -> Iterator[Flag]:
    """An author has no name, so the citation and the DOI leave them out.

    A name is never made up from an e-mail address; a curator enters it. Where its parts stand
    as attributes of their own, the whole is proposed.

    To fix: give the author's full name, or that of the group.
    """
    if not str(author.get("name", "")).strip():
        told = ((what, author.get(slot)) for what, slot in (("e-mail", "email"), ("iD", "orcid")))
        known = next((f" ({what} {quoted(value)})" for what, value in told if value), "")
        yield Flag(
            message=f"an author has no name{known}",
            suggestion=_joined(author, place),
        )


_PARTS = (
    frozenset(
        {"firstname", "givenname", "givennames", "forename", "forenames", "prénom", "vorname"}
    ),
    frozenset({"middlename", "middleinitial", "middleinitials"}),
    frozenset({"lastname", "familyname", "surname", "nom", "nachname"}),
)
"""Names of attributes for the parts of a person's name, in the order of the whole."""


def _joined(author: dict[str, Any], place: str) -> Suggestion | None:
    """The whole of a name whose parts stand as attributes."""
    given = {
        fold(one["name"]): one["value"].strip()
        for one in author.get("attributes", ())
        if isinstance(one.get("value"), str)
    }
    parts = [next((given[name] for name in given if name in names), "") for names in _PARTS]
    if not parts[0] or not parts[-1]:
        return None
    whole = Operation(do="set", place=below(place, "name"), after=" ".join(filter(None, parts)))
    return suggest(whole, why="The parts of the name stand as attributes of the author.")


_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
"""Chinese, Japanese and Korean names, which have no space between their parts."""


@check(
    "AUT101",
    "author-name-of-one-word",
    at="/study/authors/*/name",
    severity="hint",
    requires=["AUT115"],
)
def name_of_one_word(name: str) -> Iterator[Flag]:
    """An author's name is a single word; some people have one name only.

    To fix: give the full name, unless this is all of it.
    """
    shouted = name.isupper() and len(name.strip()) > 3
    if len(name.split()) != 1 or shouted or "@" in name or re.search(r"\d{4}", name):
        return
    if not _UNPARTED.fullmatch(name.strip()) and not _GROUP.search(name):
        yield Flag(message=f"the author's name is one word: {quoted(name)}")


@check(
    "AUT102",
    "author-name-with-initials-only",
    at="/study/authors/*/name",
    severity="hint",
    requires=["AUT115"],
)
def name_with_initials(name: str, submission: Submission) -> Iterator[Flag]:
    """An author's given names are only initials, so namesakes cannot be told apart.

    EMPIAR's form asks for initials.

    To fix: write the given names in full, if the author does.
    """
    words = name.replace("-", " ").replace(".", " ").split()
    short = [word for word in words if word.isupper() and len(word) < 4 and word.isalpha()]
    asked_for = submission.source.kind == EMPIAR
    if len(words) > 1 and len(words) - len(short) <= 1 and short and not asked_for:
        yield Flag(message=f"the author's given names are initials: {quoted(name)}")


@check(
    "AUT103",
    "author-name-in-capitals",
    at="/study/authors/*/name",
    severity="hint",
    requires=["AUT102"],
)
def name_in_capitals(name: str) -> Iterator[Flag]:
    """An author's name is written in capitals throughout; it will stand so in the citation.

    To fix: write the name as the author writes it.
    """
    if name.isupper() and sum(letter.isalpha() for letter in name) > 3:
        yield Flag(message=f"the author's name is in capitals: {quoted(name)}")


@check(
    "AUT104",
    "author-name-of-a-group",
    at="/study/authors/*/name",
    severity="hint",
    glance="(?i)" + re.sub(r"\\b|\\w[+*]", "", _GROUP.pattern),
)
def name_of_group(name: str) -> Iterator[Flag]:
    """An author is a group, not a person; that is right for a consortium.

    To fix: name the people too, if they should be found.
    """
    if _GROUP.search(name):
        yield Flag(message=f"the author seems to be a group: {quoted(name)}")


_ROLE = re.compile(
    r"\b(?:acquisition|administration|analy[sz]\w+|author|collection|conceptuali[sz]ation|curation|"
    r"design|experiments?|funding|investigat\w+|management|methodology|microscop\w+|preparation|"
    r"resources|segmentation|software|submission|submitter|supervis\w+|validation|"
    r"visuali[sz]ation|writing)\b",
    re.IGNORECASE,
)
"""Words that name what somebody did (CRediT, and the roles of the submission form)."""

_ONE_ROLE = re.compile(
    r"\s*writing\W+(?:original draft|review\W+(?:and )?editing)\s*", re.IGNORECASE
)
"""Roles of CRediT that hold a joint themselves."""


@check("AUT112", "roles-packed", at="/study/authors/*/roles/*", severity="hint")
def roles_packed(role: str) -> Iterator[Flag]:
    """One role value holds several roles, so people cannot be found by what they did.

    To fix: give each role as a value of its own.
    """
    if len(role) > 2000 or (plain(role) and "and" not in role) or is_placeholder(role):
        return
    parts = [part for part in re.split(r"[,;/|\n](?![^()]*\))", role) if part.strip()]
    if len(parts) == 1:
        joined = [part for part in re.split(r"\s(?:and|&|\+)\s", role) if part.strip()]
        parts = joined if all(_ROLE.search(part) for part in joined) else parts
    if len(parts) > 1 and not _ONE_ROLE.fullmatch(role):
        yield Flag(message=f"one role value holds {len(parts)}: {quoted(role)}")
