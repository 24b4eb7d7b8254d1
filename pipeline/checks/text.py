"""Text in any field: white space, characters, encodings, placeholders, slips of the clipboard."""

from __future__ import annotations

import ast
import html
import re
import unicodedata
from collections.abc import Iterator
from html.entities import name2codepoint
from urllib.parse import unquote

from pipeline.check import Context, Flag, check, replace, suggest
from pipeline.checks.associations import told_by_white_space
from pipeline.checks.section_titles import Associations
from pipeline.checks.study import SHORT
from pipeline.checks.wording import STANDS_IN, is_placeholder, quoted, waits
from pipeline.edit import removal
from pipeline.findings import Operation, Severity
from pipeline.glance import Glance
from pipeline.identifiers import INVISIBLE
from pipeline.intake.pagetab import spreadsheet_error
from pipeline.submission import Metadata, Texts

LONG = 1_000_000
"""Characters beyond which a value is a file that was pasted into a field."""

_NEEDED = frozenset({"title", "name", "description", "file_list", "scientific_name"})
_OTHER_SCRIPT = "[\u0590-\u1cff\u2190-\U0001faff]"
_SLIP = re.compile(
    f"[\u2028\u2029]|(?![\u200c\u200d])[{INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    f"|(?<!{_OTHER_SCRIPT})[\u200c\u200d]|[\u200c\u200d](?!{_OTHER_SCRIPT})"
)
_UNSEEN = Glance(f"[\u2028\u2029{INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SPACES = re.compile(
    "(?<![\\d.,%±~<>≥≤])[\u00a0\u1680\u2000-\u200a\u202f\u205f](?!\\s|$)"
    "|(?<=[A-Za-z])\u3000(?=[A-Za-z])"
)


@check("TXT101", "stray-white-space", at="", severity="hint")
def stray_white_space(metadata: Metadata, texts: Texts, rows: Associations) -> Iterator[Flag]:
    """A value has white space before or after it, so that equal values look different to programs.

    To fix: nothing; the archive trims the ends of values, but never names of files.
    """
    told: frozenset[str] | None = None
    for place, text in texts:
        bare = text.strip()
        if bare and text != bare and place.rpartition("/")[2] not in ("file_list", "email"):
            if told is None:
                told = told_by_white_space(metadata.get("study", {}), rows)
            if place in told:
                continue
            side = "before" if text[0].isspace() else "after"
            yield Flag(message=f"white space stands {side} {quoted(bare, 60)}", at=place)


@check("TXT102", "invisible-characters", at="", severity="hint")
def invisible_characters(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value holds characters that nobody sees: zero-width, bidirectional or control characters.

    They came with a copy from a web page or PDF, and searches stumble over them. Joiners within
    words of scripts that need them, and within emoji, are no fault. A control character is a
    warning, and a NUL, which no database takes, an error.

    To fix: type the value anew instead of pasting it.
    """
    for place, text in texts.holding(_UNSEEN):
        if text.isprintable():
            continue
        found = _SLIP.search(text)
        if found is None:
            continue
        told = f"U+{ord(found[0]):04X} {unicodedata.name(found[0], 'control character')}"
        plain = _SLIP.sub(_meant, text)
        kept = len(plain) + len(_SLIP.findall(text)) > len(text)
        why = (
            "They are characters of another encoding, or line ends."
            if kept
            else "They have no glyph."
        )
        clean = suggest(replace(place, text, plain), why=why)
        control = any(unicodedata.category(one) == "Cc" for one in _SLIP.findall(text))
        yield Flag(
            message=f"{quoted(text, 60)} holds {told}",
            at=place,
            severity="error" if "\0" in text else "warning" if control else None,
            suggestion=None if place.endswith(("/url", "/ror", "/taxon_id")) else clean,
        )


def _meant(found: re.Match[str]) -> str:
    """What a control character is in the code page of Windows, where it came from; else nothing.

    The separators of lines and paragraphs are line ends. Within a word, what Windows does not have
    is a letter of Macintosh or DOS.
    """
    code = ord(found[0])
    if code in (0x2028, 0x2029):
        return "\n"
    if not 0x80 <= code <= 0x9F:
        return ""
    byte, (start, end) = bytes([code]), found.span()
    if sign := byte.decode("cp1252", "ignore"):
        return sign
    within = found.string[start - 1 : start].isalpha() and found.string[end : end + 1].isalpha()
    letters = (byte.decode(page) for page in ("mac_roman", "cp850"))
    return next((one for one in letters if one.islower()), "") if within else ""


@check("TXT103", "unicode-not-composed", at="", severity="hint")
def not_composed(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value writes letters and their accents apart (not Unicode NFC), so equal names differ.

    To fix: nothing; the archive composes them, which changes no letter.
    """
    for place, text in texts.beyond_ascii:
        if not unicodedata.is_normalized("NFC", text):
            if place.endswith("/file_list"):
                continue
            yield Flag(message=f"{quoted(text, 60)} writes accents apart from letters", at=place)


@check("TXT110", "no-break-space-inside", at="", severity="hint")
def no_break_space(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A short value holds a no-break or thin space where an ordinary one is expected.

    Searches and comparisons miss it. Between a number and its unit it is right.

    To fix: type the space anew.
    """
    for place, text in texts.beyond_ascii if _SPACE.search(texts.letters) else ():
        if len(text) <= 200 and _SPACES.search(text.strip()):
            clean = text.strip()
            yield Flag(
                message=f"{quoted(text, 60)} holds a no-break or thin space",
                at=place,
                suggestion=suggest(replace(place, text, _SPACES.sub(" ", clean))),
            )


@check("TXT111", "value-very-long", at="", severity="warning")
def very_long(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value has more than a million characters: a file seems to be pasted into it.

    To fix: upload the text as a file and list it.
    """
    for place, text in texts if len(texts.joined) > LONG else ():
        if len(text) > LONG:
            yield Flag(
                message=f"the value has {len(text):,} characters: {quoted(text, 40)}",
                at=place,
                value=text[:80],
            )


_NAMING = ("/title", "/name", "/scientific_name")
"""Fields that nothing else can stand for, so that `n/a` is no answer in them."""

_SHORT = re.compile(r"\W*(?:n\s?/\s?a|n\.\s?a)\W*", re.IGNORECASE)
_DASH = re.compile(r"\s*[-–—]{1,4}\s*")

_LEFT_OPEN = re.compile(
    r"\[(?:please )?(?:(?:add|describe|enter|fill in|give|insert|provide|specify) (?!\d)"
    r"[^\]\d]{2,40}"
    r"|(?:citation|reference|ref\.?) (?:here|missing|needed)|TBA|TBC|TBD|TODO|[Xx]{2,}|\?+)\]",
    re.IGNORECASE,
)
"""What authors leave in square brackets for later within a text."""
_LEFT_FOR_LATER = re.compile(
    r"\((?![^()]{0,30}\b(?:allow|ask|caus|enabl|forc|let|permit|requir)\w*\b)"
    r"(?:[^\W\d][^()\d]{0,30} )?to be (?:added|completed|confirmed|filled in|inserted|updated)\)"
    r"|\ATB[ACD](?=\s*[:–—]\s|\s+-\s)|\bTODO\s?:|\ATODO\b(?! ?list)"
    r"|(?<![_*/\\.?-])\?{3,}(?![\w*-]{0,40}[._/\\]\w|[*?])"
)
"""What they leave without them; in patterns of names of files (img_???.tif) nothing is left."""


def _left_open(text: str) -> str | None:
    """What is left open within a text, if anything is."""
    found = _LEFT_OPEN.search(text) if "[" in text else None
    if found is None and any(one in text for one in ("to be ", "TODO", "TB", "???")):
        found = _LEFT_FOR_LATER.search(text)
    return found[0] if found else None


_TOLD_BY_OWN = re.compile(r"/(?:file_list|release_date|annotation_types/\d+)\Z")
"""Fields that the form demands, whose own checks tell of a word for nothing."""
_LONGEST_NOTHING = 40
_NAMED_ELSEWHERE = ("/study/licence/", "/study/authors/")
_TOLD_THERE = re.compile(
    r"/study/(?:authors/\d+/name|organisations/\d+/ror|publications/\d+/(?:pmc_id|year)"
    r"|(?:\w+/\d+/)*links/\d+/url|licence/name|annotations/\d+/annotation_types/\d+"
    r"|(?:study_components|annotations)/\d+/file_list)"
)
"""Fields whose own checks tell of a placeholder."""


@check("TXT106", "placeholder", at="", severity="warning")
def placeholder(metadata: Metadata, texts: Texts, context: Context) -> Iterator[Flag]:
    """A value promises to come later (TBD, pending, [add names]), or is a template's own words.

    'Not applicable' is an answer, but neither a title nor the name of an organism; 'n/a' may mean
    that something is not available, and is a hint.

    To fix: give the value, or leave the field empty.
    """
    form = context.template
    for place, text in texts.holding(STANDS_IN):
        demanded = form is not None and form.requires_at(place)
        if not (grave := _stands_in(place, text, demanded)) or spreadsheet_error(text.strip()):
            continue
        if place == "/study/description" and is_placeholder(text):
            continue
        short_title = place == "/study/title" and len(text.strip()) < SHORT
        if short_title or _TOLD_THERE.fullmatch(place):
            continue
        slot = place.rpartition("/")[2]
        left = None if waits(text) else _left_open(text)
        gone = suggest(removal(metadata, place), why="The value says nothing.")
        yield Flag(
            message=f"{quoted(text)} is a placeholder"
            if left is None
            else f"{quoted(left)} is left open in the text",
            at=place,
            severity=grave,
            suggestion=None if slot in _NEEDED or demanded or left else gone,
        )


def _stands_in(place: str, text: str, demanded: bool) -> Severity | None:
    """How grave it is that a text stands where a value should; None if it does not.

    Where the form demands the value, no word for nothing is an answer.
    """
    if waits(text) or _left_open(text):
        return "warning"
    if place.endswith(_NAMING) and not place.startswith(_NAMED_ELSEWHERE):
        return "warning" if is_placeholder(text) else None
    if place.endswith(("/grant_id", "/funder")):
        return "hint" if is_placeholder(text) else None
    if "/associations/" in place or place.startswith(_NAMED_ELSEWHERE):
        return None
    if len(text) >= (_LONGEST_NOTHING if demanded else 12):
        return None
    dash = _DASH.fullmatch(text) and "/attributes/" not in place
    nothing = demanded and not _TOLD_BY_OWN.search(place) and is_placeholder(text)
    return "hint" if dash or nothing or _SHORT.fullmatch(text) else None


@check("TXT107", "text-pasted-twice", at="", severity="warning")
def pasted_twice(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value says the same twice in a row: it was pasted twice.

    To fix: leave one of them.
    """
    for place, text in texts.prose:
        if len(text) < 16 or len(text) > LONG:
            continue
        if (again := _said_again(text)) is not None:
            why = "The same sentences stand twice in a row."
            yield Flag(
                message=f"sentences stand twice in a row: {quoted(again[0], 60)}",
                at=place,
                value=text[:400],
                suggestion=suggest(replace(place, text, again[1]), why=why),
            )
            continue
        if text.find(text.lstrip()[:8], 8) < 0:
            continue
        half, exact = _half(text.strip())
        if half:
            why = "Both halves are the same."
            yield Flag(
                message=f"the text stands twice in a row: {quoted(half, 60)}",
                at=place,
                value=text[:400],
                suggestion=suggest(replace(place, text, half), why=why) if exact else None,
            )


_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|$)", re.DOTALL)
_SHORTEST = 40
_MOST_SENTENCES = 400


def _said_again(text: str) -> tuple[str, str] | None:
    """Sentences that stand twice in a row, but are not half of the text; and it without them."""
    if len(text) < 3 * _SHORTEST or not _may_repeat(text):
        return None
    spans = [one.span() for one in _SENTENCE.finditer(text)]
    if not 3 <= len(spans) <= _MOST_SENTENCES:
        return None
    said = [text[start:end] for start, end in spans]
    if len(set(said)) == len(said):
        return None
    for count in range(1, len(said) // 2 + 1):
        for at in range(len(said) - 2 * count + 1):
            if said[at] != said[at + count]:
                continue
            first = said[at : at + count]
            if first != said[at + count : at + 2 * count] or 2 * count == len(said):
                continue
            if sum(map(len, first)) >= _SHORTEST:
                last = at + 2 * count
                while said[last : last + count] == first:
                    last += count
                kept = text[: spans[at + count - 1][1]] + text[spans[last - 1][1] :]
                return " ".join(first), kept
    return None


def _may_repeat(text: str) -> bool:
    """Whether a quick look finds two sentences that are the same."""
    line = text.replace("\n", " ").replace("!", ".").replace("?", ".")
    parts = [part.strip(" .") for part in line.split(". ") if len(part) > 12]
    return len(set(parts)) < len(parts)


_TRIES = 20


def _half(text: str) -> tuple[str, bool]:
    """The half of a text that stands twice, and whether both are equal to the letter."""
    given, text = text, re.sub(" {2,}", " ", text) if "  " in text else text
    middle, slack = len(text) // 2, len(text) // 20 + 4
    start = text.find(text[:8], max(8, middle - slack))
    for _ in range(_TRIES):
        if not 0 < start < middle + slack:
            break
        first, second = text[:start].strip(" \n\t,;."), text[start:].strip(" \n\t,;.")
        if sum(letter.isalpha() for letter in second) >= 8:
            if first == second:
                return text[start:].strip(" \n\t,;") or second, text == given
            short, long = sorted((first, second), key=len)
            if long.startswith(short) and len(short) >= 0.9 * len(long) and len(short) > 20:
                return long, False
        start = text.find(text[:8], start + 1)
    return "", False


_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|sub|sup|span|div|a|ul|ol|li|h[1-6]|font|table|t[rdh]|img|code"
    r"|pre)(?:\s+[\w-]+\s*=[^<>]*)?\s*/?>(?!_)|<!--[^<]*?-->",
    re.IGNORECASE,
)
"""Tags of HTML; in names of files (<line>_<div>_<day>) they stand for other words."""
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|(?P<name>[A-Za-z]{2,8}\d{0,2}));")


_LATEX = re.compile(
    r"(?<![\w:\\/])\\(?:text(?:it|bf|rm|sc|sub|superscript)\{|emph\{|math(?:rm|bf|it|cal)\{|cite[pt]?\{"
    r"|(?:alpha|beta|gamma|delta|Delta|epsilon|kappa|lambda|mu|omega|Omega|phi|pi|psi|sigma|tau"
    r"|theta|times|pm|circ|sim|approx|leq|geq|degree)(?![a-zA-Z])|['\"`^~]\{?[a-zA-Z]\}?)"
    r"|\{\\['\"`^~]"
)
"""Commands of LaTeX for letters, signs and type; paths of Windows have letters before theirs."""


def _markup(text: str) -> str | None:
    """The first tag or entity of HTML in a text."""
    for tag in _TAG.finditer(text) if "<" in text else ():
        if text[tag.start() - 1 : tag.start()] != "_":
            return tag[0]
    if "&" in text and ";" in text:
        for found in _ENTITY.finditer(text):
            if found["name"] is None or found["name"] in name2codepoint:
                return found[0]
    return None


@check("TXT108", "html-markup", at="", severity="warning")
def html_markup(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value holds HTML tags or entities, or commands of LaTeX, which readers see as they stand.

    To fix: write the text without markup.
    """
    if "\\" in texts.joined and _LATEX.search(texts.joined):
        for place, text in texts.prose:
            if "\\" in text and (command := _LATEX.search(text)):
                told = f"the text holds the LaTeX command {quoted(command[0])}"
                yield Flag(message=told, at=place)
    if "<" not in texts.joined and "&" not in texts.joined:
        return
    for place, text in texts.prose:
        if ("<" in text or "&" in text) and not place.endswith("/url"):
            found = _markup(text)
            if found is not None:
                plain = html.unescape(re.sub(r"(?i)<(?:br|/p|/li)[^<>]*>", " ", text))
                clean = _TAG.sub("", plain).strip()
                shown = f" (without it: {quoted(clean, 60)})" if clean != text else ""
                yield Flag(message=f"the text holds the markup {quoted(found)}{shown}", at=place)


_CELL_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BACKSLASHED = re.compile(
    r"\\(?:r\\n|[nrt])(?!u\b|abla|e\b|eq|ot\b|ight|angle|ho\b|imes|au\b|ext|heta|o\b|ilde)"
)
"""A line end or tab written as letters; no command of LaTeX."""
_RICH_TEXT = re.compile(r"\{\\rtf\d?\b")
"""How a text of a word processor in its own form (RTF 1.9) begins."""
_TEMPLATE = re.compile(
    r"\{\{\s*[A-Za-z_][^{}\n]{0,40}\}\}|\$\{[A-Za-z_][^{}\n]{0,40}\}(?!\$)|\[object \w+\]"
)
_LITERAL = re.compile(r"\s*\[\s*(['\"]).+\1\s*\]\s*|\s*[bu](['\"]).+\2\s*", re.DOTALL)
_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"))
_LABELS = {
    "title": "title",
    "description": "description|abstract|summary",
    "name": "name",
    "scientific_name": "organism|species|scientific name",
    "keywords": "key ?words?",
    "acknowledgements": "acknowledge?ments?",
    "funder": "agency|funder",
    "biological_entity": "biological entity",
    "imaging_instrument": "imaging instrument|instrument",
}
"""How people call a field, by its slot."""
_LABELLED = {
    slot: re.compile(rf"\s*(?:{label})\s*[:：]\s*(?=\S)", re.IGNORECASE)
    for slot, label in _LABELS.items()
}
_TRACES = Glance(
    r"_x[0-9A-Fa-f]{4}_|\\|%20|\{\{|\$\{|\[object |(?m)^\s*(?:[bu]?['\"“«]|\[\s*['\"])"
    rf"|(?mi)^\s*(?:{'|'.join(_LABELS.values())})\s*[:：]"
)


@check("TXT114", "traces-of-a-program", at="", severity="warning")
def traces(metadata: Metadata, texts: Texts) -> Iterator[Flag]:
    """A value holds what a program or a form left in it: escapes, a template's field, a list.

    Readers see `_x000D_`, `%20`, `{{title}}` or brackets in place of words. The label of the
    field itself, and quotation marks around the whole value, are a hint.

    To fix: type the value as readers shall see it.
    """
    for place, text in texts.holding(_TRACES):
        if len(text) > LONG or place.endswith(("/url", "/path", "/file_list", "/doi", "/ror")):
            continue
        if (told := _trace(text)) is not None:
            what, clean = told
            grave: Severity = "warning"
        elif (told := _around(place, text)) is not None:
            what, clean = told
            grave = "hint"
        else:
            continue
        after = replace(place, text, clean) if isinstance(clean, str) else None
        if isinstance(clean, list) and place.startswith("/study/keywords/"):
            after = Operation(do="split", place=place, before=text, after=clean)
        yield Flag(
            message=f"{quoted(text, 60)} holds {what}",
            at=place,
            severity=grave,
            suggestion=suggest(after, why="It is no part of the text.") if after else None,
        )


def _trace(text: str) -> tuple[str, str | list[str] | None] | None:
    """What a program left in a text, and the text without it, or the texts of a list."""
    if found := _TEMPLATE.search(text):
        return f"the field {found[0]} of a template", None
    if _CELL_ESCAPE.search(text):
        clean = re.sub("_x000[Dd]_\n?", "\n", text)
        clean = _CELL_ESCAPE.sub(lambda one: _of_cell(int(one[1], 16)), clean)
        return "an escape of a spreadsheet", re.sub(r" {2,}", " ", clean) if clean else None
    if text.count("%20") > 1 and "://" not in text:
        return "spaces written as %20", unquote(text)
    if _RICH_TEXT.search(text):
        return "the commands of a word processor (RTF)", None
    if "\\" in text and not re.search(r"[A-Za-z]:\\|\\\\", text):
        clean = _BACKSLASHED.sub("\n", text)
        if clean != text:
            return "line ends written as letters", clean
    if len(text) < 5000 and _LITERAL.fullmatch(text):
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
        if isinstance(value, bytes):
            return "marks of a program around it", value.decode("utf-8", "replace")
        if isinstance(value, str):
            return "marks of a program around it", value
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            return "the brackets of a list", value[0] if len(value) == 1 else value
    return None


def _of_cell(code: int) -> str:
    return {0x0A: "\n", 0x09: " "}.get(code, chr(code) if code > 0x1F else "")


def _around(place: str, text: str) -> tuple[str, str] | None:
    """The label of its own field before a value, or quotation marks around it."""
    slot = place.rpartition("/")[2]
    slot = place.rpartition("/")[0].rpartition("/")[2] if slot.isdecimal() else slot
    if (label := _LABELLED.get(slot)) is not None:
        found = label.match(text)
        if found and not (slot == "keywords" and re.search("[,;，]", text)):
            return "the label of its own field", text[found.end() :]
    bare = text.strip()
    if slot in ("title", "name", "scientific_name", "keywords", "funder") and len(bare) > 2:
        for start, end in _QUOTES:
            inner = bare[1:-1]
            whole = bare[0] == start and bare[-1] == end
            if whole and start not in inner and end not in inner:
                return "quotation marks around it", inner
    return None
