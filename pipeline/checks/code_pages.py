"""Turkish, Czech, Slovak and Polish text read in the Western code page of Windows."""

from __future__ import annotations

import re

from pipeline.checks.wording import quoted

_TURKISH = str.maketrans("ðþýÐÞÝ", "ğşıĞŞİ")
_CZECH = str.maketrans("èìøùòïÈÌØÙÒÏ¾¼", "čěřůňďČĚŘŮŇĎľĽ")
_POLISH = str.maketrans("³£¹¥êÊæÆñÑœŒŸ¿¯", "łŁąĄęĘćĆńŃśŚźżŻ")
"""What stands at the same byte: Windows 1254 and 1250 against 1252 (Unicode's mapping tables)."""
SIGNS = frozenset("ðþýÐÞÝèìøùÈÌØÙò")
POLISH_SIGNS = frozenset("³œŒñ")
_COMMON = (
    *("Altıntaş", "Aydın", "Ayşe", "Doğan", "Erdoğan", "Ertuğrul", "Işık", "Oğuz", "Şahin"),
    *("Şener", "Şimşek", "Tuğba", "Yaşar", "Yiğit", "Yıldırım", "Yıldız", "Yılmaz"),
    *("Araştırma", "Bakanlığı", "Başkanlığı", "Derneği", "Eğitim", "Müdürlüğü", "Sağlı", "Şehir"),
)
"""Turkish names of many people, and words in names of institutions."""
_WORDS = re.compile(r"\b(?:Bölümü|Enstitüsü|Fakültesi|Hastanesi|Türkiye|Üniversitesi)\b")
_STRANGE = re.compile("[ðþýÐÞÝ]")
_AS_READ = "|".join(
    word.translate({after: before for before, after in _TURKISH.items()}) for word in _COMMON
)
_IS_TURKISH = re.compile(
    r"(?<![^\W\d_])Ý(?:s[tkml]|[zblnpcdhçþ])|[aeiouüöý]þ(?![^\W\d_])|oðlu(?![^\W\d_])"
    r"|[çüÇÜ][a-zöçü]*[ðþ]|[ðþÐÞ][a-zöçü]*[çü]|[çüÇÜ][a-zöçü]*[b-df-hj-np-tvxz]ý[b-df-hj-np-tvxz]"
    rf"|[b-df-hj-np-tvxz]ý[b-df-hj-np-tvxz][a-zöçü]*[çü]|\b(?:{_AS_READ})"
)
"""What neither Icelandic, Faroese, Czech nor Turkmen has."""
_IS_CZECH = re.compile(
    r"[šžýŠŽÝ][^\W\d_]*[èìùÈÌÙ]|[èìùÈÌÙ][^\W\d_]*[šžýŠŽÝ]|[šžŠŽ][^\W\d_]*[øòØÒ]"
    r"|[øòØÒ][^\W\d_]*[šžŠŽ]|[aeiouáéíóú]ø[aáiíou]|[aeiouáéíóú]è[aeiouáéí]|[øØ]í|[aeiou]øej"
    r"|(?<![^\W\d_])È(?:[aeou][a-zš-ž]|R(?![^\W\d_]))"
)
"""What neither French, Italian, Vietnamese, Gaelic, Yoruba nor a language of the North has."""
_WITH_L = "Micha³|Pawe³|Rafa³|Bogumi³|Wydzia³|Oddzia³|Szpita³"
"""Polish names and words that end in a letter which units and footnotes end in, too."""
_IS_POLISH = re.compile(
    rf"\b(?:{_WITH_L})(?![^\W_])|[aeiouy](?<![Dd]i)(?<![Tt]ri)(?<!zo)œ[a-z]|\bŒ[lw][a-z]"
    r"|[a-z]ñ(?:sk|cz|st)[a-z]?"
    r"|\b(?:Gda|Lube|Pozna|Toru)ñ(?![^\W_])|[A-Za-z][aeiouy]³(?!and)[b-df-hj-np-tvwxz]"
    r"|(?!m)[b-df-hj-np-tvwxz]³(?:aw|ow|osz|ug)"
)
"""What German, Spanish, French and English (diœcious) have not, nor a unit of area or volume."""
_POLISH_WORD = re.compile(rf"\b(?:{_WITH_L})" r"|[A-Za-zóÓ³£¹¥êÊæÆñÑœŒŸ¿¯]{1,40}[A-Za-zóÓêæñœŸ¿]")
_UNIT = re.compile(r"[cdkmnuµμ]?m[³¹]")
_NOT_TURKISH = frozenset("áéíóúæåøñãõàèìòùßÁÉÍÓÚÆÅØ")
_NOT_CZECH = frozenset("àâêîûçãõåæœñëðþÀÂÊÎÛÇÅÆ")
_SPANISH = re.compile("[ñÑ][aeiouAEIOU]")
_NOT_POLISH = frozenset("áàâäåãçèéëìíîïòôöõøùúûüýßł")


def in_own_code_page(text: str) -> tuple[str, str | None] | None:
    """What tells that a text was read in the wrong code page, and the text in the right one.

    None where nothing tells it; no text where letters of other languages stand beside.

    >>> in_own_code_page("Ýstanbul"), in_own_code_page("Sigurður Þórðarson")
    (("'Ýst' is Turkish 'İst'", 'İstanbul'), None)
    """
    found = _STRANGE.search(text)
    if found and _NOT_TURKISH.isdisjoint(text) and (beside := _WORDS.search(text)):
        told = f"{quoted(found[0])} beside {quoted(beside[0])}"
        return f"{told} is Turkish {quoted(found[0].translate(_TURKISH))}", text.translate(_TURKISH)
    for sure, letters, others, language in (
        (_IS_TURKISH, _TURKISH, _NOT_TURKISH, "Turkish"),
        (_IS_CZECH, _CZECH, _NOT_CZECH, "Czech or Slovak"),
    ):
        found = sure.search(text)
        if found is not None:
            whole = text.translate(letters) if others.isdisjoint(text) else None
            meant = found[0].translate(letters)
            return f"{quoted(found[0])} is {language} {quoted(meant)}", whole
    found = _IS_POLISH.search(text) if any(sign in text for sign in POLISH_SIGNS) else None
    if found is not None:
        own = _NOT_POLISH.isdisjoint(text) and not _SPANISH.search(text)
        whole = _POLISH_WORD.sub(_in_polish, text) if own else None
        return f"{quoted(found[0])} is Polish {quoted(found[0].translate(_POLISH))}", whole
    return None


def _in_polish(found: re.Match[str]) -> str:
    """A word in the Polish code page, unless it is a unit with words behind it."""
    return found[0] if _UNIT.match(found[0]) else found[0].translate(_POLISH)
