"""Letters that went wrong on the way: mojibake, accents apart, letters of another script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from pipeline.check import Flag, check, replace, suggest
from pipeline.checks.wording import quoted
from pipeline.identifiers import visible
from pipeline.submission import Metadata, Texts

_READ_WRONGLY_AS = (
    *("latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257"),
    *("iso-8859-2", "mac_roman", "cp437"),
)
"""The encodings of one byte in which UTF-8 is read by mistake (those that ftfy knows)."""


def _letters_of(bytes_: range) -> str:
    found = (bytes(bytes_).decode(code, "ignore") for code in _READ_WRONGLY_AS)
    return re.escape("".join(sorted({*"".join(found)})))


_SUSPECT = re.compile(f"[{_letters_of(range(0xC2, 0xF5))}][{_letters_of(range(0x80, 0xC0))}\ufffd]")
"""What the first two bytes of a letter in UTF-8 look like, read as one byte a letter."""
_GRAVE = re.compile(r"\u00c3(?<=[a-z]\u00c3) (?![A-Z])")
"""An a with a grave accent: its second byte, a no-break space, often became a plain space."""
_REMAINS = re.compile(r"(?<=[\w.,;)]) \u00e2 (?=[\w(])")
"""What is left of a dash or quotation mark when the characters that nobody sees were taken out."""
_LOST = "\ufffd"
_PERSON = re.compile(r"/study/(?:authors|organisations)/\d+/name")
_ASKED = re.compile(r"[^\W\d_]\?+[^\W\d_]")
"""What is left of a letter in a code page that does not have it."""
_AREA = re.compile(r"(?<![^\W\d_])\u00c5(?=[\u00b9\u00b2\u00b3](?![^\W\d_]))")
"""The unit in Å² and Å³, which are no letter in UTF-8 read wrongly."""
_ANGSTROM = "\u212b"
"""A sign of its own for that unit, which no encoding of one byte has."""
_IN_WORDS = "³¹¿‰„‚”‡¢£¤¡÷"
_CAPITALS = "ŸŠŽÁÂÈÊËÌÍÎÒÓÔÙÚÛ"
_ODD_SIGNS = frozenset(_IN_WORDS + _CAPITALS + "¯")
_ODD = re.compile(
    f"[{_CAPITALS}{_IN_WORDS}¯](?:(?<=[a-z][{_CAPITALS}])(?<!\\b[hnt].)(?![A-ZÀ-Þ])"
    f"|(?<=[A-Z][{_CAPITALS}])(?=[a-z])|(?<=[A-Za-z][{_IN_WORDS}])(?!and\\b)(?=[a-zà-ÿ])"
    "|(?<=[£¯])(?<![^\\W_].)(?=[^\\W\\dA-ZÀ-Þ]{2}))"
)
"""Signs and capitals within words, which letters become that are read in another code page.

Irish has small letters before a capital (Tír na nÓg).
"""
_ODD_WORD = re.compile(f"(?![cdkmnuµ]?m³)[A-Za-zÀ-ÖØ-öø-žŸ{_IN_WORDS}¯]{{3,}}")
"""A word with such signs; units of volume before a word are none."""
_PLACES = re.compile(r"/(?:url|path|file_list|doi|ror)\Z")
LONG = 200_000
"""Characters beyond which a text is not read for mojibake: it would take seconds."""


@check("TXT104", "mojibake", at="", severity="warning")
def mojibake(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value was read in the wrong encoding once, so that letters became two or three others.

    Names then stand wrong in citations. The text is proposed as it reads in the right encoding.

    To fix: type the letters anew.
    """
    if "\\u" in texts.joined or _PERCENT.search(texts.joined):
        yield from _written_out(texts)
    suspicious = any(len(run) > 1 or _FOREIGN.search(run) for run in texts.runs)
    odd = not _ODD_SIGNS.isdisjoint(texts.letters)
    for place, given in texts.beyond_ascii:
        if len(given) > LONG:
            continue
        text = _AREA.sub(_ANGSTROM, given) if "\u00c5" in given else given
        read = _otherwise(text) if suspicious else None
        suspect = suspicious and _SUSPECT.search(text)
        whole = read is None and not suspect
        readings = _readings(text) if odd and whole and _ODD.search(text) else []
        if whole and not readings and not ("\u00c3" in text and _GRAVE.search(text)):
            if "\u00e2" in text and _REMAINS.search(text):
                told = f"{quoted(given, 60)} holds the remains of a sign read in a wrong encoding"
                yield Flag(message=told, at=place)
            continue
        mended = readings[0] if readings else _decoded(text)
        if mended == text and read is not None:
            mended = read
        if text != given:
            mended = mended.replace(_ANGSTROM, "\u00c5")
        if mended != given:
            yield Flag(
                message=f"{_told(given, mended)} was read in a wrong encoding; "
                f"it reads {_told(mended, given)}",
                at=place,
                suggestion=suggest(
                    replace(place, given, mended),
                    why="Read in the right encoding it makes sense.",
                    alternatives=((replace(place, given, one),) for one in readings[1:]),
                ),
            )


def _told(text: str, other: str) -> str:
    """A text in quotation marks, a long one from a little before where it differs from another."""
    if len(text) <= 60:
        return quoted(text, 60)
    pairs = enumerate(zip(text, other, strict=False))
    shared = next((n for n, (one, its) in pairs if one != its), 0)
    start = max(0, text.rfind(" ", 0, max(0, shared - 20)) + 1)
    return quoted(f"{'…' if start else ''}{text[start:]}", 60)


_MIXED_UP = (
    *(("mac_roman", "cp1252"), ("cp1252", "mac_roman"), ("cp1252", "cp1250")),
    *(("cp1252", "cp850"), ("cp850", "cp1252")),
)
"""Code pages of one byte a letter: the one that was read in by mistake, and the one written in."""
_USUAL = "éäöüáñçíóßåøèàłãąęśżźćńâêôîûëïčřšžěůæœõúùò"
"""Letters that stand for others, the likelier first."""
_VOWELS = frozenset("aeiouyæøœ")


def _readings(text: str) -> list[str]:
    """The text with its words of odd signs in other code pages, the likeliest reading first."""
    words = {one[0] for one in _ODD_WORD.finditer(text) if _ODD.search(one[0])}
    if not words:
        return []
    read = {word: _in_other_page(word) for word in words}
    made = []
    for rank in range(max(map(len, read.values()))):
        known = {word: found[min(rank, len(found) - 1)] for word, found in read.items() if found}
        parts = _ODD_WORD.sub(lambda one: f"\0{one[0]}\0", text).split("\0")
        made.append("".join(known.get(part, part) for part in parts))
    return made


@lru_cache(maxsize=1024)
def _in_other_page(word: str) -> tuple[str, ...]:
    """What a word may be in another code page: small letters alone, after the first one."""
    found: dict[str, tuple[int, ...]] = {}
    for read, written in _MIXED_UP:
        try:
            made = word.encode(read).decode(written)
        except UnicodeError:
            continue
        changed = [at for at, one in enumerate(made) if one != word[at]]
        if made.isalpha() and made[1:].islower() and all(one < "\u0180" for one in made):
            ranks = (_USUAL.find(made[at].lower()) % len(word + _USUAL) for at in changed)
            found.setdefault(made, (sum(_clashes(made, at) for at in changed), *ranks))
    return tuple(sorted(found, key=found.__getitem__))


def _clashes(word: str, at: int) -> bool:
    """Whether a letter is a vowel beside a vowel, or a consonant beside a consonant."""
    beside = word[at + 1] if at + 1 < len(word) else word[at - 1]
    return _is_vowel(word[at]) == _is_vowel(beside)


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS


_READ_AS = (
    *("mac_roman", "cp437", "cp850", "cp1250", "cp1251", "cp1253", "cp866", "koi8-r"),
    *("gbk", "shift_jis", "big5", "cp949"),
)
"""The code pages in which short runs of UTF-8 are read by mistake, the likelier first."""
_RUN = re.compile(r"[^\x00-\x7f]+")
_WESTERN = re.compile(
    "[\u00a0\u00a3\u00a7\u00a9\u00ab\u00ae\u00b0-\u00b3\u00b5\u00b7\u00b9\u00ba\u00bb-\u00be\u00bf\u00d7\u00f7"
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u0218-\u021b"
    "\u0370-\u03ff\u1e00-\u1eff\u2010-\u2026\u2030\u2032\u2033\u2039\u203a"
    "\u2070-\u209c\u20ac\u2122\u2190-\u2194\u2212\u2248\u2260\u2264\u2265]+"
)
"""Letters and signs that a Western text has: those that a mistaken run stands for."""
_FOREIGN = re.compile(
    "[\u0400-\u04ff\u2500-\u25ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff61-\uff9f"
    "\u221a\u220f\u2211\u222b\u221e\u2202\u2206\u03a9\u00ac]"
)
"""What no Western word has: Cyrillic, CJK, box drawings, half-width kana, sums and roots."""


_MAYBE = re.compile(
    f"{_FOREIGN.pattern}|[\u00c0-\u00de\u0100-\u03ff][^\x00-\x7f]|[\u00c0-\u00ff]{{5}}"
)
"""A quick look for foreign signs, two strange letters in a row, and words of accents alone."""


def _otherwise(text: str) -> str | None:
    """The text with short runs read in UTF-8, where they are foreign to the words around them.

    Every foreign sign of the text must be explained by the one code page; else it is None.
    """
    if not _MAYBE.search(text):
        return None
    runs = list(_RUN.finditer(text))
    for code in _READ_AS:
        mended, at, told = "", 0, False
        for run in runs:
            meant = _as_utf8(run[0], code)
            odd = meant is not None and _is_odd(run, text, meant)
            if not odd and _FOREIGN.search(run[0]):
                break
            mended += text[at : run.start()] + (meant if odd and meant else run[0])
            at, told = run.end(), told or odd
        else:
            if told:
                return mended + text[at:]
    latin = _ALL_HIGH.sub(_in_other_alphabet, text)
    return latin if latin != text else None


_ALL_HIGH = re.compile(r"(?<![^\W\d_])[\u00c0-\u00ff]{5,}(?![^\W\d_])")
"""A word of accented letters alone, which no language has."""


def _in_other_alphabet(found: re.Match[str]) -> str:
    """A word read in the Cyrillic or Greek code page, where its capitals then fall into place."""
    for code in ("cp1251", "cp1253"):
        word = found[0].encode("latin-1").decode(code, "replace")
        if word in (word.lower(), word.capitalize(), word.upper()) and word.isalpha():
            return word
    return found[0]


def _as_utf8(run: str, code: str) -> str | None:
    """What a run says when its bytes are read in UTF-8, if that is Western."""
    try:
        meant = run.encode(code).decode("utf-8")
    except UnicodeError:
        return None
    if len(meant) == len(run.encode(code)):
        return None
    other = len(run) >= _LONG_RUN and _ONE_ALPHABET.fullmatch(meant)
    return meant if other or _WESTERN.fullmatch(meant) else None


_LONG_RUN = 6
_ONE_ALPHABET = re.compile(
    "[\u0400-\u04ff]+|[\u0370-\u03ff]+|[\u3040-\u30ff\u3400-\u9fff]+|[\uac00-\ud7af]+"
)
"""A word in Cyrillic, Greek, Chinese, Japanese or Korean."""
_BOXES = re.compile("[\u2500-\u257f]")
_SIGNS = frozenset("\u00b5\u00b0\u00b1\u00b2\u00b3")


def _is_odd(run: re.Match[str], text: str, meant: str) -> bool:
    """Whether a run is no part of a word or formula: foreign signs at a letter, capitals within."""
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if all(letter in LOOK_ALIKE for letter in run[0]):
        return False
    if len(run[0]) == 3 * len(meant) or _BOXES.search(run[0]):
        return True
    if len(run[0]) >= _LONG_RUN and _ONE_ALPHABET.fullmatch(meant):
        return True
    if _FOREIGN.search(run[0]):
        return any(one.isascii() and one.isalnum() for one in (before, after) if one)
    if len(run[0]) < 2 or not run[0][0].isupper():
        return False
    # "KrakĂłw": a capital behind a small letter. "5 Βµm": a capital before a sign.
    behind = before.isascii() and before.isalpha()
    inside = behind and after.isascii() and (after.islower() or before.islower())
    return inside or meant in _SIGNS


_PERCENT = re.compile(r"%[C-Fc-f][0-9A-Fa-f]%")
"""How letters written out as in an address begin; quick to look for."""
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|(?:%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])+)+")
"""Letters written out: twice escaped JSON, or UTF-8 as an address has it."""


def _unescaped(text: str) -> str:
    """The text with letters that were written out in their place."""

    def letters(found: re.Match[str]) -> str:
        if found[0].startswith("%"):
            return unquote(found[0], errors="strict")
        pairs = bytes.fromhex(found[0].replace("\\u", ""))
        return pairs.decode("utf-16-be")

    try:
        return _ESCAPES.sub(letters, text)
    except UnicodeDecodeError:
        return text


def _decoded(text: str) -> str:
    """The text read in its right encoding, or as it is (by ftfy, which leaves what is unclear)."""
    import ftfy

    return str(ftfy.fix_encoding(text))


def _written_out(texts: Texts) -> Iterator[Flag]:
    """Values whose letters were escaped once too often; addresses and paths are left alone."""
    for place, text in texts.prose:
        if "://" in text or _PLACES.search(place) or not _ESCAPES.search(text):
            continue
        mended = _unescaped(text)
        if mended != text and mended.isprintable():
            yield Flag(
                message=f"letters of {quoted(text, 60)} are written out; it reads "
                f"{quoted(mended, 60)}",
                at=place,
                suggestion=suggest(
                    replace(place, text, mended), why="They are letters, escaped once too often."
                ),
            )


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
            if _PERSON.fullmatch(place) and _ASKED.search(text):
                told = f"a question mark stands for a letter in {quoted(text, 60)}"
                yield Flag(message=told, at=place)


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
    if other is not None and before and not (_is_vowel(before) or _is_vowel(after)):
        return before + other + after
    one = unicodedata.normalize("NFC", after + mark)
    follows = found["mark"] == "¨" and before and before in "aouAOU"
    if len(one) == 1 and not follows:
        return before + one
    other = unicodedata.normalize("NFC", before + mark)
    return other + found["after"] if len(other) == 1 else found[0]


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
    for place, text in texts.beyond_ascii if _LIGATURE.search(texts.letters) else ():
        if _LIGATURE.search(text) and not (_WIDE.search(text) and _ASIAN.search(text)):
            plain = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
            yield Flag(
                message=f"{quoted(text, 60)} holds "
                + ("letters of another type" if _WIDE.search(text) else "a joined letter"),
                at=place,
                suggestion=suggest(replace(place, text, plain), why="The letters are the same."),
            )


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
