"""The release date: the day on which a study becomes public."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Known, Place, below, check, replace, suggest
from pipeline.checks.wording import quoted
from pipeline.findings import Severity
from pipeline.identifiers import iso_date
from pipeline.select import get
from pipeline.submission import Metadata, Submission

YEARS_AHEAD = 2
"""How long a study may be held back (archive policies 1.2; submission form `limitDateFuture`)."""

DATES = "/release_date"
_BOTH = (DATES, "/study/release_date")


def date_of(text: Any) -> dt.date | None:
    """The day that a release date names, or None."""
    day = iso_date(text) if isinstance(text, str) else None
    return dt.date.fromisoformat(day) if day else None


@check("REL001", "release-date-missing", at="", severity="error")
def missing(metadata: Metadata, submission: Submission) -> Iterator[Flag]:
    """The submission has no release date; the archive holds it private until one is given.

    An RO-Crate without `datePublished` is told as that (SUB038).

    To fix: give the day on which the study may become public, as in 2027-03-01.
    """
    grave: Severity = "warning" if submission.held_elsewhere else "error"
    if submission.source.kind == "ro-crate" and "release_date" not in metadata:
        return
    stated = metadata.get("release_date") or metadata.get("study", {}).get("release_date")
    if not str(stated or "").strip():
        yield Flag(message="the submission has no release date", severity=grave)


@check("REL101", "release-date-written-otherwise", at="", severity="warning")
def written_otherwise(metadata: Metadata) -> Iterator[Flag]:
    """The release date is an ISO date without leading zeros, or an instant.

    To fix: write it as in 2027-03-01.
    """
    for place in _BOTH:
        value = get(metadata, place, "")
        day = iso_date(value)
        if day is not None and day != value.strip():
            yield Flag(message=f"the release date {day} is written as {quoted(value)}", at=place)


@check("REL102", "release-date-not-a-date", at="", severity="error")
def not_a_date(metadata: Metadata) -> Iterator[Flag]:
    """The release date is not a day of the calendar in ISO form.

    In other orders day and month cannot be told apart, so nothing is guessed; a month in words,
    a number above 12 and the form of the country (1.3.2027) tell them.

    To fix: write year, month and day as in 2027-03-01.
    """
    for place in _BOTH:
        value = get(metadata, place, "")
        if value.strip() and iso_date(value) is None:
            told = f"the release date {quoted(value)} is no date such as 2027-03-01"
            day = _year_first(value)
            why = "The year stands first, so that month and day follow."
            if day is None:
                day, why = _meant(value)
            proposal = suggest(replace(place, value, day), why=why) if day else None
            yield Flag(message=told, at=place, suggestion=proposal)


_YEAR_FIRST = re.compile(
    r"\s*(20\d\d)(?P<mark>[-/.\u2010-\u2015\u2212])(\d{1,2})(?P=mark)(\d{1,2})"
    r"(?:[T ][\d:.]{4,12})?\s*",
    re.ASCII,
)


def _year_first(text: str) -> str | None:
    """The day of a date whose year stands first, with a time of no known zone behind it or not."""
    found = _YEAR_FIRST.fullmatch(text if text.isascii() else unicodedata.normalize("NFKC", text))
    return iso_date(f"{found[1]}-{found[3]}-{found[4]}") if found else None


_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_IN_WORDS = (
    re.compile(
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[ -](?:of )?(?P<month>[a-z]{3,9})\.?,?[ -]"
        r"(?P<year>20\d\d)"
    ),
    re.compile(r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>20\d\d)"),
    re.compile(r"(?P<year>20\d\d)[ -](?P<month>[a-z]{3,9})[ -](?P<day>\d{1,2})"),
    re.compile(r"(?P<year>20\d\d) ?年 ?(?P<number>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?日"),
    re.compile(r"(?P<year>20\d\d)(?P<number>\d\d)(?P<day>\d\d)"),
    re.compile(r"(?P<year>20\d\d) (?P<number>\d{1,2}) (?P<day>\d{1,2})"),
    re.compile(r"(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)[.,;]"),
    re.compile(r"(?P<day>\d{1,2})\. ?(?P<number>\d{1,2})\. ?(?P<year>20\d\d)"),
    re.compile(r"(?P<day>1[3-9]|2\d|3[01])[/-](?P<number>\d{1,2})[/-](?P<year>20\d\d)"),
    re.compile(r"(?P<number>\d{1,2})[/-](?P<day>1[3-9]|2\d|3[01])[/-](?P<year>20\d\d)"),
)
"""Dates in words, in one run of digits, and in other orders where only one reading is possible.

Dots part day, month and year in the countries that write them (DIN 1355, GOST R 7.0.97)."""
_SERIAL = range(45_000, 60_000)
"""Days since 1899-12-30 as spreadsheets count them, of 2023 to 2064 (ECMA-376, part 1, 18.17.4)."""


def _meant(text: str) -> tuple[str | None, str]:
    """The day that a date in another form surely names, and why."""
    plain = " ".join(text.casefold().split())
    if plain.isascii() and plain.isdecimal() and len(plain) == 5 and int(plain) in _SERIAL:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(plain))
        return day.isoformat(), "A spreadsheet counts days so."
    for form in _IN_WORDS:
        if (found := form.fullmatch(plain)) is None:
            continue
        given = found.groupdict()
        word = given.get("month") or "-"
        named = (n for n, name in enumerate(_MONTHS, 1) if name.startswith(word))
        month = given.get("number") or next(named, None)
        day_ = iso_date(f"{found['year']}-{month}-{found['day']}") if month else None
        return day_, "Day and month can be told apart."
    return None, ""


@check("REL201", "release-date-past", at=DATES, severity="error", requires=["REL102"])
def past(value: str, submission: Submission, day: dt.date) -> Iterator[Flag]:
    """The release date of a new submission was over when the archive received it.

    It is a warning for a crate with the identifier of another repository, which may be public
    there.

    To fix: give today's date or a later one.
    """
    date, received = date_of(value), submission.received or day
    if date is None or date >= received or not _is_new(submission):
        return
    if submission.held_elsewhere and submission.source.kind != "ro-crate":
        return
    yield Flag(
        message=f"the release date {date} lies before {received}, when it was received",
        severity="warning" if submission.held_elsewhere else None,
    )


@check("REL104", "release-date-too-far", at=DATES, severity="error", requires=["REL102"])
def too_far(value: str, submission: Submission, day: dt.date) -> Iterator[Flag]:
    """The release date lies more than two years after the day the archive received the study.

    To fix: give a date within two years; a curator can move it later while the study is private.
    """
    date, received = date_of(value), submission.received or day
    latest = _years_after(received, YEARS_AHEAD)
    if date is not None and date > latest:
        yield Flag(message=f"the release date {date} lies after {latest}, two years ahead")


@check("REL202", "release-date-passed-while-waiting", at=DATES, severity="warning")
def passed_while_waiting(
    value: str, submission: Submission, day: dt.date, known: Known
) -> Iterator[Flag]:
    """The release date passed while the submission waited; the study stays private.

    Nothing is released by accident: a curator confirms the date or sets another.

    To fix: give the day on which the study may become public now.
    """
    date, received = date_of(value), submission.received
    if date is None or received is None or known.held_accession or not _is_new(submission):
        return
    if received <= date < day:
        yield Flag(message=f"the release date {date} passed while the submission waited")


@check("REL203", "release-dates-disagree", at="/study/release_date", severity="error")
def disagree(value: str, metadata: Metadata) -> Iterator[Flag]:
    """The submission and its study state two different release dates.

    The later one holds until it is decided, so that nothing is released too early.

    To fix: leave the one that is right.
    """
    other = metadata.get("release_date")
    if not value.strip() or not str(other or "").strip():
        return
    one, two = date_of(value), date_of(other)
    if one is None or two is None:
        # What is no date is told as that.
        return
    if one != two:
        yield Flag(message=f"the release date here is {quoted(value)}, elsewhere {quoted(other)}")


@check("REL204", "release-date-of-public-study-changed", at="", severity="error")
def public_date_changed(metadata: Metadata, place: Place, known: Known) -> Iterator[Flag]:
    """The study is public already, and its document states another release date.

    BioStudies refuses the change.

    To fix: put back the date on which the study became public.
    """
    date = date_of(metadata.get("release_date"))
    if known.released_on is not None and date is not None and date != known.released_on:
        yield Flag(
            message=f"the study is public since {known.released_on}, the document says {date}",
            at=below(place, "release_date"),
        )


def _is_new(submission: Submission) -> bool:
    return not submission.source.imported and "accession" not in submission.metadata


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day some years later; 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
