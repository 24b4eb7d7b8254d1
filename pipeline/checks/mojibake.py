"""Text read in the wrong encoding once: two letters for one, or another letter of another page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from pipeline.check import Flag, check, replace, suggest
from pipeline.checks.characters import LOOK_ALIKE, is_vowel
from pipeline.checks.code_pages import POLISH_SIGNS, SIGNS, in_own_code_page
from pipeline.checks.wording import quoted
from pipeline.glance import Glance
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
    """A value was read in the wrong encoding once, so that letters became others, often two.

    Names then stand wrong in citations. The text is proposed as it reads in the right encoding.

    To fix: type the letters anew.
    """
    yield from _written_out(texts)
    if not _QUICK(texts.joined):
        return
    suspicious = any(len(run) > 1 or _FOREIGN.search(run) for run in texts.runs)
    odd = not _ODD_SIGNS.isdisjoint(texts.letters)
    central = not (SIGNS | POLISH_SIGNS).isdisjoint(texts.letters)
    for place, given in texts.beyond_ascii:
        if len(given) > LONG:
            continue
        text = _AREA.sub(_ANGSTROM, given) if "\u00c5" in given else given
        read = _otherwise(text) if suspicious else None
        suspect = suspicious and _SUSPECT.search(text)
        whole = read is None and not suspect
        paged = in_own_code_page(text) if central and read is None else None
        if paged is not None and (whole or _decoded(text) == text):
            told = f"{quoted(text, 60)} was read in a wrong code page: {paged[0]}"
            why = "It is the letter at the same place of the other code page."
            right = suggest(replace(place, given, paged[1]), why=why) if paged[1] else None
            yield Flag(message=told, at=place, suggestion=right)
            continue
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
    return is_vowel(word[at]) == is_vowel(beside)


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


_QUICK = Glance(
    rf"{_MAYBE.pattern}|{_SUSPECT.pattern}|\u00c3 | \u00e2 |[A-Za-z][{_IN_WORDS}][a-zà-ÿ]"
    rf"|[a-z][{_CAPITALS}]|[A-Z][{_CAPITALS}][a-z]|[£¯{''.join(SIGNS)}]"
    r"|(?:Micha|Pawe|Rafa|Bogumi|Wydzia|Oddzia|Szpita)³|[aeiouy]œ|Œ[lw]|ñ(?:sk|cz|st)|(?:Gda|Lube|Pozna|Toru)ñ"
)
"""What stands in every text read in a wrong encoding."""


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


_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|(?:%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])+)+")
"""Letters written out: twice escaped JSON, or UTF-8 as an address has it."""
_WRITTEN_OUT = Glance(_ESCAPES.pattern)


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


_CLOSING = re.compile(r"(?<=\S)\u00e2\u20ac(?=[\s.,;:!?)]|$)")
"""What is left of a closing quotation mark behind a word."""


_SURELY = {"\u00e2\u201e\u00a2": "\u2122", "\u00c3\u00a5": "\u00e5"}
"""A trade mark and a small a with a ring: what they become is nothing else in any language."""
_RING = re.compile(r"(?<![A-Z\u00c0-\u00de])\u00c3\u2026")
"""What an A with a ring, or the unit, becomes; behind a capital it may be a word cut short."""


def _decoded(text: str) -> str:
    """The text read in its right encoding, or as it is (by ftfy, which leaves what is unclear)."""
    import ftfy

    if "\u00e2\u20ac\u0153" in text:
        # The last byte of a closing quotation mark is no character, and gets lost.
        text = _CLOSING.sub("\u00e2\u20ac\x9d", text)
    text = _RING.sub("\u00c5", str(ftfy.fix_encoding(text)))
    for wrong, right in _SURELY.items():
        text = text.replace(wrong, right)
    return text


def _written_out(texts: Texts) -> Iterator[Flag]:
    """Values whose letters were escaped once too often; addresses and paths are left alone."""
    for place, text in texts.holding(_WRITTEN_OUT):
        if "://" in text or _PLACES.search(place):
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
