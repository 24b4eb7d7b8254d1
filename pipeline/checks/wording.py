"""How values are shown in messages, and words that stand where a value should."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from string import ascii_lowercase
from typing import Any

from pipeline.check import Context
from pipeline.glance import Glance
from pipeline.identifiers import INVISIBLE

_UNSEEN = re.compile(f"[{INVISIBLE}\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u2000-\u200a\u202f]")

_LATER = re.compile(
    r"\W*(?:t\.?\s?b\.?\s?[acd]\.?|pending|unsure|not sure|to be (?:added|announced|assigned|"
    r"completed|confirmed|decided|defined|determined|provided|published|updated)|to do|todo|"
    r"will be (?:added|made available|provided|updated)"
    r"(?: later| soon| (?:up)?on (?:acceptance|publication)| after (?:acceptance|publication))?"
    r"|(?:coming|available) soon|x{3,}|\?+|"
    r"(?:will |to )follow(?:s|ing)?(?: (?:later|soon|(?:up)?on \w+|after \w+))?|follows|"
    r"(?:up)?on (?:acceptance|publication)|after (?:acceptance|publication)|when published|"
    r"(?:(?:more|further|the|all|full|these|other) )*(?:details?|information|data|files?|images?"
    r"|metadata|methods?|protocols?)\b[^.\n]{0,40} will (?:follow|be (?:added|provided|updated"
    r"|uploaded))(?: later| soon| shortly)?|"
    r"untitled(?: (?:document|study|submission|dataset|project))?\s?\d*|keywords? ?[\d#]+|"
    r"(?:the )?(?:title|description|abstract|name|doi)\W+(?:is )?"
    r"(?:t\.?b\.?[acd]\.?|(?:will |to )follow|to come|to be (?:added|announced|completed|confirmed|"
    r"decided|defined|determined|provided|updated|written))\b[^.\n]{0,40}|"
    r"\.{3,}|…+|lorem ipsum.*|(?:please )?(?:enter|fill in|insert|add|type) (?:your |the |a )?"
    r"(?:title|description|text|name|value|e-?mail|orcid|doi|keywords?)(?: here)?)\W*|\?+"
    r"|#\s+(?!of\b)(?-i:[a-z])[^#\n]{4,400}"
    r"|please (?:add|describe|enter|explain|give|indicate|insert|list|provide|specify|state)\b"
    r"[^.\n]{0,90}"
    r"|(?:to be (?:added|announced|assigned|completed|confirmed|decided|defined|determined"
    r"|filled in|finali[sz]ed|provided|updated|written)\b[^.\n]{0,50}"
    r"|(?:please )?(?:enter|fill in|insert|add|type|provide|describe|give) (?:a|an|the|your|here)\b"
    r"[^.\n]{0,30}\b(?:title|description|summary|abstract|keywords?|text|name|value|study|here)\b"
    r"[^.\n]{0,40}|(?:test|dummy) (?:submission|upload)|(?:test(?:ing)?\W+){2,}test(?:ing)?"
    r"|(?:(?:asdf|qwer|zxcv|sdfg|dfgh|hjkl)[a-z]*\W*)+|([^\W\d_])\1{7,})\W*",
    re.IGNORECASE | re.DOTALL,
)
_NONE = re.compile(
    r"\W*(?:n\.?\s?/?\s?a\.?|none|null|nil|nan|undefined|not (?:applicable|available|assigned|"
    r"known|used|indexed|(?:assigned|available|indexed|published) yet"
    r"|yet(?: available| assigned| indexed| published)?)|unkn?own+|unknow|unknwon|unkonwn"
    r"|unpublished|no|accepted|forthcoming"
    r"|(?:(?:the )?(?:article|manuscript|paper|preprint) (?:is )?)?(?:currently )?"
    r"(?:in (?:preparation|press|review|revision)|submitted(?: for publication)?"
    r"|under (?:review|revision))"
    r"|placeholder|pend(?:ie|e)nte|en attente|[aà] venir|in arrivo|no aplica|n[aã]o se aplica"
    r"|no disponible|n[aã]o dispon[ií]vel|non disponible|nicht verf[uü]gbar|ninguno|nenhum"
    r"|待定|暂无|なし|없음)\W*|[-–—.]+|0+",
    re.IGNORECASE,
)


def quoted(value: object, length: int = 80) -> str:
    """A value in quotation marks, shortened, with unseen characters named.

    >>> quoted("mira\\u200b@example.org")
    "'mira<U+200B>@example.org'"
    """
    text = str(value)
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return "'" + _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", shown) + "'"


def author_called(author: Mapping[str, Any]) -> str:
    """An author's name in quotation marks, or words for one without a name.

    >>> author_called({"name": "Mira Lindgren"}), author_called({})
    ("'Mira Lindgren'", 'an author without a name')
    """
    name = str(author.get("name", "")).strip()
    return quoted(author["name"]) if name else "an author without a name"


_WORDS = re.compile(r"[^\W_]+")


def shortens(given: str, written: str) -> bool:
    """Whether a text has the words of another in their order, some cut to three letters or more.

    >>> shortens("Sample prep. protocol", "Sample preparation protocol"), shortens("an", "an")
    (True, False)
    """
    said, whole = (_WORDS.findall(one.casefold()) for one in (given, written))
    if len(said) != len(whole) or len(said) < 2:
        return False
    pairs = zip(said, whole, strict=True)
    return all(
        one == full or (len(stem := one.removesuffix("s")) > 2 and full.startswith(stem))
        for one, full in pairs
    )


_IGNORED = re.compile(r"\bplease ignore\b", re.IGNORECASE)
_HINT = re.compile(
    r"(?:(?:please )?(?:choose|describe|enter|fill in|insert|paste|provide|select|specify) "
    r"(?:\w+ )?(?:an?|the|your|here|from|of|one)\b|type (?:your|here|in)\b|free[ -]?text\b"
    r"|(?:description|name|title) of (?:the|your|this) (?:author|dataset|experiment|funder|image"
    r"|institut|organi[sz]ation|organism|person|project|publication|sample|study|submission)"
    r"|your (?:\w+ ){0,2}\w+$|(?:your )?(?:text|value|name|title|description)(?: goes)? here\b"
    r"|(?:empty|blank|placeholder|to fill(?: in)?|to be (?:completed|filled(?: in)?))$).*",
    re.IGNORECASE | re.DOTALL,
)
"""What a template says in brackets in the place of a value."""
_BRACKETS = {"[": "]", "<": ">", "{": "}"}
_BEGIN_LONG = ("lorem", "#", "please", "to be ", "enter ", "provide ", "asdf", "qwer")
"""What a placeholder of some length begins with."""


_HELP = frozenset(
    (
        "a description of how the data generation was funded.",
        "any people or groups that should be acknowledged as part of the dataset.",
        "author e-mail address.",
        "author orcid id.",
        "author role in the study.",
        "authors of associated publication.",
        "digital object identifier (doi).",
        "first author, second author, third author",
        "high level description of sample.",
        "pubmed identifier for the publication.",
        "the description of the linked content.",
        "the full name of the author.",
        "the funding body providing support.",
        "the identifier for the grant.",
        "title of associated publication.",
        "what is being imaged.",
        "what is intentionally varied between multiple images.",
        "year of publication.",
    )
)
"""What the archive's form says of its fields (BioImages.v5, submission-tool, read 2026-11-22)."""


_SAME_LETTER = "|".join(f"{letter}{{8}}" for letter in (*ascii_lowercase, r"[^\x00-\x7f]"))
STANDS_IN = Glance(
    r"(?im)^\W*(?:t\.?\s?b\.?\s?[acd]|pending|unsure|not sure|to (?:be|do|follow|come)|todo"
    r"|will (?:be|follow)|(?:coming|available) soon|xxx|\?|\.{3}|…|follow|(?:up)?on (?:acc|pub)"
    r"|after (?:acc|pub)|when pub|untitled|keywords? ?[0-9#]"
    r"|(?:the )?(?:title|description|abstract|name|doi)\W+(?:is )?(?:t\.?b|to|will)"
    r"|(?:(?:more|further|the|all|full|these|other) )*(?:details?|information|data|files?|images?"
    r"|metadata|methods?|protocols?)[^.\n]* will "
    r"|lorem ipsum|(?:please )?(?:enter|fill in|insert|add|type|provide|describe|give) "
    r"|please (?:add|describe|enter|explain|give|indicate|insert|list|provide|specify|state)"
    rf"|(?:test|dummy) (?:submission|upload)|test(?:ing)?\W+test|asdf|qwer|zxcv|sdfg|dfgh"
    rf"|hjkl|{_SAME_LETTER})"
    rf"|^\s*(?:{_NONE.pattern}|{'|'.join(map(re.escape, sorted(_HELP)))})\s*$"
    r"|^[<{]|^\s*#\s|\[|to be (?:added|completed|confirmed|filled in|inserted|updated)\)"
    r"|please ignore|(?-i:TODO\s?:)|\?\?\?"
)
"""A quick look for what may stand where a value should, in `waits` and `is_placeholder`."""


@lru_cache(maxsize=512)
def waits(text: str) -> bool:
    """Whether a text promises a value for later, or is a template's remains.

    Templates of IDR hold hints behind a number sign.

    >>> waits("TBD"), waits("..."), waits("# leave blank"), waits("# Cells"), waits("n/a")
    (True, True, True, False, False)
    """
    if len(text) < 100 and text.strip().casefold() in _HELP:
        return True
    if len(text) < 100 and "ignore" in text and _IGNORED.search(text):
        return True
    if text[:1] in _BRACKETS and text[-1:] == _BRACKETS[text[:1]] and len(text) < 200:
        inner = text.strip("[]<>{} ")
        if not any(sign in inner for sign in "[]<>{}") and _HINT.fullmatch(inner):
            return True
    if len(text) >= 60:
        head = text[:20].casefold()
        if len(text) >= 2000 or not any(word in head for word in _BEGIN_LONG):
            return False
    return _LATER.fullmatch(text.strip()) is not None


def is_placeholder(text: str) -> bool:
    """Whether a text stands where an identifier should and is none: `TBD`, `n/a`, `pending`, `-`.

    >>> is_placeholder("n/a"), is_placeholder("10.1234/na")
    (True, False)
    """
    if not STANDS_IN(text):
        return False
    return waits(text) or (len(text) < 200 and _NONE.fullmatch(text.strip()) is not None)


_BETWEEN_WORDS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """A text without case and punctuation, for comparing its words.

    >>> folded("Actin flow, in (live) cells.")
    'actin flow in live cells'
    """
    return _BETWEEN_WORDS.sub(" ", text).casefold().strip()


def plain(text: str) -> bool:
    """Whether a text is words and spaces alone, without any mark between them."""
    return text.replace(" ", "").isalnum()


def asked(context: Context, of: str, slot: str) -> bool:
    """Whether the document's own template demands a slot of a class of the schema."""
    return context.template is not None and bool(context.template.requires(of, slot))


def asks(context: Context, of: str) -> bool:
    """Whether the document's own template demands at least one object of a class."""
    return context.template is not None and context.template.minimum(of) > 0
