"""Letters that went wrong on the way: lost, accents apart, letters of another script or type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipeline.check import Flag, check, replace, suggest
from pipeline.checks.wording import quoted
from pipeline.identifiers import visible
from pipeline.submission import Metadata, Texts

_LOST = "\ufffd"
_PERSON = re.compile(r"/study/(?:authors|organisations)/\d+/name")
_ASKED = re.compile(r"[^\W\d_]\?+(?:[^\W\d_]|(?= [A-ZÀ-Þ][a-zß-ÿ]))|(?<![^\s-])\?+(?=[a-zß-ÿ]{2})")
"""What is left of a letter in a code page that does not have it."""
_ASKED_UNIT = re.compile(r"(?<=\d) ?\?(?:C|[mlLgMsA])(?![\w?=&])")
"""What is left of a degree sign or of a micro sign between a number and its unit."""


@check("TXT112", "character-lost", at="", severity="warning")
def character_lost(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value holds the sign for a character that could not be read; which one is not known.

    To fix: type the character anew.
    """
    for place, text in texts.beyond_ascii:
        if _LOST in text:
            yield Flag(message=f"a character of {quoted(text, 60)} was lost", at=place)
    if "?" in texts.joined:
        for place, text in texts.prose:
            if "?" not in text:
                continue
            if _PERSON.fullmatch(place) and _ASKED.search(text):
                told = f"a question mark stands for a letter in {quoted(text, 60)}"
                yield Flag(message=told, at=place)
            elif unit := _ASKED_UNIT.search(text):
                around = text[max(0, unit.start() - 20) : unit.end()]
                yield Flag(
                    message=f"a question mark stands for a sign in {quoted(around)}", at=place
                )


_MARKS = {
    "´": "\u0301",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¸": "\u0327",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "˝": "\u030b",
    "˛": "\u0328",
}
_APART = re.compile(
    r"(?P<before>[A-Za-z])?"
    r"(?P<mark>(?<=[A-Za-z]{2})´(?=[aeiouyı])|(?<=[A-Za-z])[¨ˇ˝˛¸](?=[A-Za-zı])"
    r"|(?<=[A-Za-z])ˆ(?=[aeiouı][a-z])|(?<=[A-Za-z])ˆ(?=[bdfgklmnprtvxz])|(?<=[A-Za-z])˜(?=[nao][a-z])|(?<=[a-z])˚(?=[aA][a-z]))"
    r"(?P<after>[A-Za-zı])"
)


_NAMES = re.compile(
    r"/study/(?:authors/\d+/name|organisations/\d+/name|publications/\d+/authors|grants/\d+/funder)"
)
_ACCENTS = "´¨ˆ˜¸ˇ˚˝˛"
_ALONE = re.compile(r"(?:(?<=[^\W\d])[`´¨ˆ˜¸ˇ˚˝˛])|[`´¨ˆ˜¸ˇ˚˝˛](?=[^\W\d])")
"""An accent at a letter; names of people and places have none, prose quotes with some."""


@check("TXT105", "accent-apart", at="", severity="warning")
def accent_apart(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """An accent stands beside its letter as a character of its own, as copies from PDF leave it.

    To fix: type the letter with its accent.
    """
    marks = [mark for mark in _ACCENTS if mark in texts.letters]
    marks += ["`"] if "`" in texts.joined else []
    for place, text in texts.prose if marks else ():
        if not any(mark in text for mark in marks):
            continue
        named = _NAMES.fullmatch(place) is not None
        if text.isascii() and not named:
            continue
        whole = _APART.sub(_composed, text) if _apart(text, marks) else text
        why = "Letter and accent make one letter."
        if whole != text:
            proposal = suggest(replace(place, text, whole), why=why)
        elif named and _ALONE.search(text):
            proposal = None
        else:
            continue
        yield Flag(
            message=f"an accent stands apart in {quoted(text, 60)}", at=place, suggestion=proposal
        )


def _apart(text: str, marks: Iterable[str]) -> bool:
    """Whether a mark stands where `_APART` finds one; a look around each is quick."""
    places = (one.start() for mark in marks for one in re.finditer(re.escape(mark), text))
    return any(_APART.search(text, max(0, at - 1), at + 4) for at in places)


_ON_MACINTOSH = {"ˆ": "ö", "¸": "ü"}
"""Letters of Windows that became accents on a Macintosh; they stand between consonants."""


def _composed(found: re.Match[str]) -> str:
    """The letter after the accent with it, else the letter before with it, else as it is."""
    mark, before = _MARKS[found["mark"]], found["before"] or ""
    after = found["after"].replace("ı", "i")
    other = _ON_MACINTOSH.get(found["mark"])
    if other is not None and before and not (is_vowel(before) or is_vowel(after)):
        return before + other + after
    one = unicodedata.normalize("NFC", after + mark)
    follows = found["mark"] == "¨" and before and before in "aouAOU"
    if len(one) == 1 and not follows:
        return before + one
    other = unicodedata.normalize("NFC", before + mark)
    return other + found["after"] if len(other) == 1 else found[0]


_VOWELS = frozenset("aeiouyæøœ")


def is_vowel(letter: str) -> bool:
    """Whether a letter, with or without accents, is a vowel."""
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS


LOOK_ALIKE = dict(
    zip(
        "АВЕЅІЈКМНОРСТХУаеорсухіѕјԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABESIJKMHOPCTXYaeopcyxisjdqwABEZHIKMNOPTYXo",
        strict=True,
    )
)
"""Cyrillic and Greek letters that look like a Latin one (Unicode confusables, 15.1)."""

_STRANGE = re.compile(f"[{''.join(LOOK_ALIKE)}]")
_WORD = re.compile(r"[^\W_]{2,}")


@check("TXT109", "look-alike-letters", at="", severity="warning")
def look_alike(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A word mixes Latin letters with Cyrillic or Greek ones that look the same.

    Nobody sees the difference, but searches, e-mail and comparisons do.

    To fix: type the word anew on one keyboard.
    """
    for place, text in texts.beyond_ascii if _STRANGE.search(texts.letters) else ():
        if not _STRANGE.search(text):
            continue
        words = _WORD.findall(visible(text))
        mixed = [(word, LOOK_ALIKE) for word in words if _is_mixed(word)]
        cyrillic = _CYRILLIC.findall(text)
        if cyrillic and all(letter in LOOK_ALIKE for letter in cyrillic):
            latin = sum(letter.isascii() and letter.isalpha() for letter in text)
            if latin > len(cyrillic):
                alike = (word for word in words if _CYRILLIC.search(word))
                mixed += [(word, LOOK_ALIKE) for word in alike if (word, LOOK_ALIKE) not in mixed]
        elif cyrillic:
            mixed += [(word, _AS_CYRILLIC) for word in words if _is_cyrillic_mixed(word)]
        if mixed:
            clean = text
            for word, right in mixed:
                clean = clean.replace(word, "".join(right.get(one, one) for one in word))
            others = [one for one in mixed[0][0] if one in mixed[0][1]]
            told = f"{others[0]} (U+{ord(others[0]):04X}, {unicodedata.name(others[0]).title()})"
            yield Flag(
                message=f"the word {quoted(mixed[0][0])} holds {told}",
                at=place,
                suggestion=suggest(replace(place, text, clean), why="The letters look the same.")
                if not place.endswith(_NUMBERED)
                else None,
            )


_NUMBERED = ("/ror", "/orcid", "/taxon_id", "/grant_id", "/pubmed_id", "/pmc_id")
"""Places where a letter like an O may stand for a zero."""
_AS_CYRILLIC = {
    latin: strange for strange, latin in LOOK_ALIKE.items() if "\u0400" <= strange <= "\u04ff"
}
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def _is_cyrillic_mixed(word: str) -> bool:
    """Whether a Cyrillic word holds Latin letters, all of which look like Cyrillic ones."""
    own = sum("\u0400" <= letter <= "\u04ff" and letter not in LOOK_ALIKE for letter in word)
    latin = sum(letter in _AS_CYRILLIC for letter in word)
    every = all("\u0400" <= letter <= "\u04ff" or letter in _AS_CYRILLIC for letter in word)
    return own > 0 and latin > 0 and every and len(word) > 2


@check("TXT113", "ligature-from-print", at="", severity="hint")
def ligature(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value holds a joined letter such as \ufb01 or \ufb02, as copies from PDF leave it.

    Or letters of full width, or those that stand for bold and italic type in plain text. A search
    for the word in usual letters does not find it.

    To fix: type the letters one by one.
    """
    for place, text in texts.prose if _LIGATURE.search(texts.letters) else ():
        if _LIGATURE.search(text) and not (_WIDE.search(text) and _ASIAN.search(text)):
            whole = _SHARP.sub("ß", text)
            plain = _letter_by_letter(whole)
            either = _letter_by_letter(_MAYBE_SHARP.sub("ß", whole))
            others = [(replace(place, text, either),)] if either != plain else []
            yield Flag(
                message=f"{quoted(text, 60)} holds "
                + ("letters of another type" if _WIDE.search(text) else "a joined letter"),
                at=place,
                suggestion=suggest(
                    replace(place, text, plain),
                    why="The letters are the same; a sharp s of Windows is one on a Macintosh.",
                    alternatives=others,
                ),
            )


def _letter_by_letter(text: str) -> str:
    return _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


_SHARP = re.compile(
    r"(?<=[aeiouäöü])\ufb02(?=[b-df-hj-np-tvwxz]|(?![^\W_]|[-.]))|(?<=[Ss]tra)\ufb02(?=e)|(?<=ie)\ufb02(?=en)"
)
"""A joined f and l that is a sharp s: none of them begins a syllable without a vowel after it."""
_MAYBE_SHARP = re.compile("(?:(?<=[aeä]u)|(?<=ei)|(?<=ie))\ufb02(?=[aeiou])")
"""One that may be: after a diphthong, as in Gießen and außer, but also in Auflage."""
_LIGATURES = "\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
_TYPES = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff"
_LIGATURE = re.compile(f"[{_LIGATURES}{_TYPES}]")
_WIDE = re.compile(f"[{_TYPES}]")
_ASIAN = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Texts in which letters of full width are usual."""


def _is_mixed(word: str) -> bool:
    """Whether all letters of a word are Latin or look so, and there are some of both."""
    strange = sum(letter in LOOK_ALIKE for letter in word)
    letters = [letter for letter in word if not letter.isdecimal()]
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    digits = sum(letter.isdecimal() for letter in word)
    beside = latin > 0 or digits > _MANY_DIGITS
    return strange > 0 and beside and strange + latin + digits == len(word)


_MANY_DIGITS = 3
