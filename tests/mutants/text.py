"""Defects of text in any field."""

from __future__ import annotations

import re
import unicodedata
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import Unsuited, any_of, changed, every, letters, pick, prose

Document = dict[str, Any]
SPACES = (" ", "  ", "\t", "\n", "\u00a0", "\u2009", "\u3000", "\u202f", "\r\n", "\u2003")
BARE = r"10\.\S+|[\d-]+X?|[\w.+-]+@[\w.-]+|0[a-z0-9]{8}"
"""An identifier without anything around it."""

UNSEEN = ("\u200b", "\ufeff", "\u2060", "\u202a", "\u202b", "\u200e", "\u200f", "\u00ad", "\u2066")
TWINS = str.maketrans("aeopcxyABEHKMOPTX", "аеорсхуΑΒΕΗΚΜΟРТΧ")
LATER = (
    "TBD",
    "tbd",
    "T.B.D.",
    "TBA",
    "tbc",
    "pending",
    "Pending...",
    "to be added",
    "To be announced",
    "to be determined",
    "UNSURE",
    "xxx",
    "XXXX",
    "???",
    "[TBD]",
    "<to be added>",
    "todo",
    "TO DO",
    "Lorem ipsum dolor sit amet",
    "will be added later",
    "coming soon",
    "to be confirmed",
    "Insert description here",
    "to be provided",
)
MARKUP = (
    ("<b>", "</b>"),
    ("<i>", "</i>"),
    ("<em>", "</em>"),
    ("<p>", "</p>"),
    ("<sup>", "</sup>"),
    ("<span class='x'>", "</span>"),
    ("<div>", "</div>"),
    ("&nbsp;", ""),
    ("&amp; ", ""),
    ("", "<br/>"),
    ("&#39;", "&#39;"),
    ("&quot;", "&quot;"),
    ('<a href="https://example.org">', "</a>"),
    ("<P ALIGN=left>", ""),
    ("&lt;", "&gt;"),
    ("<!-- note -->", ""),
    ("<strong>", ""),
)


@defect("white space around a value", mends=True)
def space_around(document: Document, random: Random) -> str:
    space = random.choice(SPACES)
    return changed(
        pick(random, prose(document)),
        random.choice((lambda v: space + v, lambda v: v + space, lambda v: space + v + space)),
    )


@defect("no-break or thin space inside")
def space_inside(document: Document, random: Random) -> str:
    short = [
        one
        for one in prose(document)
        if len(one.it["value"]) < 150
        and any(_between_letters(one.it["value"], n) for n in range(len(one.it["value"])))
    ]
    place = pick(random, short)
    text = place.it["value"]
    at = random.choice([n for n in range(len(text)) if _between_letters(text, n)])
    space = random.choice("\u00a0\u2009\u202f\u2003\u2002\u200a\u3000\u1680\u205f")
    return changed(place, lambda v: v[:at] + space + v[at + 1 :])


def _between_letters(text: str, at: int) -> bool:
    return text[at] == " " and text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha()


@defect("invisible character in a value")
def unseen(document: Document, random: Random) -> str:
    place = pick(random, prose(document, least=4))
    at = random.randrange(1, len(place.it["value"]))
    return changed(place, lambda v: v[:at] + random.choice(UNSEEN) + v[at:])


@defect("control character in a value")
def control(document: Document, random: Random) -> str:
    place = pick(random, prose(document, least=4))
    at = random.randrange(1, len(place.it["value"]))
    return changed(place, lambda v: v[:at] + random.choice("\x00\x07\x0b\x1b\x7f\x85\x9d") + v[at:])


@defect("invisible character in an identifier", mends=True)
def unseen_in_identifier(document: Document, random: Random) -> str:
    names = ("orcid", "email", "doi", "pubmedid", "rorid", "ncbitaxonid")
    types = ("author", "publication", "organisation", "organism")
    able = [p for p in every(document, types, *names) if re.fullmatch(BARE, p.it["value"])]
    place = pick(random, able)
    at = random.randrange(len(place.it["value"]) + 1)
    return changed(place, lambda v: v[:at] + random.choice(UNSEEN) + v[at:])


@defect("letters and accents apart (not NFC)", mends=True)
def decomposed(document: Document, random: Random) -> str:
    places = [
        p for p in prose(document) if unicodedata.normalize("NFD", p.it["value"]) != p.it["value"]
    ]
    return changed(pick(random, places), lambda v: unicodedata.normalize("NFD", v))


@defect("mojibake")
def mojibake(document: Document, random: Random) -> str:
    codec = random.choice(("cp1252", "latin-1", "cp1252"))
    place = pick(random, [p for p in prose(document, least=8) if " " in p.it["value"].strip()])
    text = place.it["value"].strip()
    if text.isascii():
        at = random.choice(list(letters(text, str.isspace)))
        mark = random.choice(
            (" – ", " — ", "’s ", " é", " “x” ", " µm ", " 37 °C ", " ± ", " ü", " ñ")
        )
        text = text[:at] + mark + text[at + 1 :]
    try:
        wrong = text.encode("utf-8").decode(codec)
    except UnicodeDecodeError:
        raise Unsuited from None
    return changed(place, lambda v: wrong)


@defect("accent beside its letter")
def accent_apart(document: Document, random: Random) -> str:
    place = any_of(
        document,
        random,
        ("author", "publication", "organisation", "funding"),
        "name",
        "authors",
        "agency",
    )
    text = place.it["value"]
    at = random.choice([n for n in letters(text, lambda c: c in "aeioun") if n] or [0])
    if not at:
        raise Unsuited
    accent = random.choice("´¨`")
    if accent in "´`" and text[at] in "n":
        raise Unsuited
    made = random.choice((text[:at] + accent + text[at:], text[: at + 1] + accent + text[at + 1 :]))
    return changed(place, lambda v: made)


@defect("placeholder for a value")
def placeholder(document: Document, random: Random) -> str:
    return changed(pick(random, prose(document)), lambda v: random.choice(LATER))


@defect("text pasted twice")
def twice(document: Document, random: Random) -> str:
    place = pick(random, [p for p in prose(document, least=12) if len(set(p.it["value"])) > 5])
    gap = random.choice(("", " ", "\n", "; ", ". ", ", "))
    return changed(place, lambda v: v.strip() + gap + v.strip())


@defect("HTML markup")
def markup(document: Document, random: Random) -> str:
    place = pick(random, prose(document, least=8))
    before, after = random.choice(MARKUP)
    words = place.it["value"].split(" ")
    at = random.randrange(len(words))
    words[at] = before + words[at] + after
    return changed(place, lambda v: " ".join(words))


@defect("look-alike letter of another script")
def twin(document: Document, random: Random) -> str:
    places = [
        one
        for one in prose(document)
        if any(
            len(word) > 3 and word.isascii() and word.isalpha() and set(word) & set("aeopcxy")
            for word in one.it["value"].split()
        )
    ]
    place = pick(random, places)
    words = place.it["value"].split(" ")
    able = [
        n
        for n, w in enumerate(words)
        if len(w) > 3 and w.isascii() and w.isalpha() and set(w) & set("aeopcxy")
    ]
    if not able:
        raise Unsuited
    word = random.choice(able)
    at = random.choice(list(letters(words[word], lambda c: c in "aeopcxy")))
    wrong = words[word]
    words[word] = wrong[:at] + wrong[at].translate(TWINS) + wrong[at + 1 :]
    return changed(place, lambda v: " ".join(words))


@defect("lost character")
def lost(document: Document, random: Random) -> str:
    place = pick(random, prose(document, least=4))
    at = random.randrange(1, len(place.it["value"]))
    return changed(place, lambda v: v[:at] + "\ufffd" + v[at:])
