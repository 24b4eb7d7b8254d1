"""Authors' e-mail addresses: that they are there, their forms, and that they fit the names."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.check import Context, Flag, Place, below, check, replace, suggest
from pipeline.checks.code_pages import in_own_code_page
from pipeline.checks.wording import asked, author_called, is_placeholder, quoted
from pipeline.edit import removal
from pipeline.identifiers import email, visible
from pipeline.intake.spellings import fold
from pipeline.submission import EMPIAR, Metadata

_ADDRESS = re.compile(
    r"(?<![^\s@<>,;()\[\]])[^\s@<>,;()\[\]]+@[^\s@<>,;()\[\]]+\.[^\s@<>,;()\[\]]+"
)
_AT_IN_WORDS = re.compile(
    r"[(\[{<]\s*(?:at|arroba|a|ät|chez|chiocciola|klammeraffe)\s*[)\]}>]"
    r"|(?:\s[-–]?|_)at(?:[-–]?\s+|_)\S+(?:\s*\.|\s+dot\s)",
    re.IGNORECASE,
)

PRIVATE = re.compile(
    r"(?:126|139|163|aol|daum|fastmail|foxmail|gmail|googlemail|hey|icloud|mac|mail|me|msn|naver|"
    r"protonmail|qq|rediffmail|rocketmail|sina|tutanota|yandex|ymail|zoho)\.com|gmx\.\w+|"
    r"(?:hotmail|live|outlook|yahoo)\.(?:com|com?\.\w\w|com\.\w\w|\w\w)|(?:daum|hanmail)\.net|"
    r"(?:bk|list|inbox|mail|yandex)\.ru|(?:free|laposte|orange|sfr|wanadoo)\.fr|(?:proton|pm)\.me|"
    r"(?:libero|tiscali|virgilio)\.it|(?:freenet|posteo|t-online|web)\.de|mailbox\.org|"
    r"bluewin\.ch|btinternet\.com|docomo\.ne\.jp|(?:interia|o2|wp)\.pl|seznam\.cz|ukr\.net|yeah\.net"
)
"""Providers of private mailboxes (common knowledge, November 2026)."""


@check("AUT002", "author-email-missing", at="/study/authors/*", severity="error")
def email_missing(author: dict[str, Any], context: Context, metadata: Metadata) -> Iterator[Flag]:
    """An author has no e-mail address, so the archive cannot write to them.

    It is an error only where the document's own template asks for one, else a hint; EMPIAR's form
    has no place for one beside the names of authors.

    To fix: add the author's address.
    """
    needed = asked(context, "Author", "email")
    others = any(_written(one) for one in metadata["study"]["authors"])
    others = others and context.submission.source.kind != EMPIAR
    if not _written(author) and (needed or others):
        message = f"{author_called(author)} has no e-mail address"
        yield Flag(message=message, severity="error" if needed else "hint")


@check("AUT003", "no-author-with-email", at="/study/authors", severity="warning")
def no_email(authors: list[dict[str, Any]], context: Context, place: Place) -> Iterator[Flag]:
    """No author of the study has an e-mail address, so nobody can be asked about the data.

    Documents of other kinds than PageTab have no place for one.

    To fix: give the address of at least one author.
    """
    if not context.submission.source.kind.startswith("pagetab"):
        return
    if authors and not asked(context, "Author", "email") and not any(map(_written, authors)):
        alone = len(authors) == 1
        yield Flag(
            message="the only author has no e-mail address"
            if alone
            else f"none of the {len(authors)} authors has an e-mail address",
            at=below(place, 0) if alone else None,
        )


def _written(author: dict[str, Any]) -> str:
    return str(author.get("email", "")).strip()


_MADE_UP = re.compile(
    r"(?:no|none|missing|without)[ -]e-?mail|(?:x+@x+\.x+|a+@a+\.a+|abc@abc\.\w+)"
    r"|(?:your|my|the)?[._-]?(?:e-?mail|name|first[._]?name[._-]?last[._]?name|user|someone|test)"
    r"(?:[._-]?address)?@(?:(?:your|my|the|some)?[._-]?(?:domain|e-?mail|institut(?:e|ion)|test"
    r"|organi[sz]ation|university|company|example|website))\.\w+"
    r"|(?:no|none|unknown|noreply|no-reply|nobody|not?provided|placeholder|dummy|fake|xxx+)@\S+",
    re.IGNORECASE,
)
"""Addresses that nobody has, as forms are filled with that ask for one."""


@check("AUT113", "author-email-placeholder", at="/study/authors/*/email", severity="warning")
def email_placeholder(
    value: str, place: Place, metadata: Metadata, context: Context
) -> Iterator[Flag]:
    """The e-mail address of an author is a word that stands in for one, or an address made up.

    A word is an error where the document's own template asks for an address.

    To fix: give the author's address; leave the field empty where the form does not ask for one.
    """
    if is_placeholder(value) or _MADE_UP.fullmatch(visible(value).strip()):
        needed = asked(context, "Author", "email")
        gone = suggest(removal(metadata, place), why="The value says nothing.")
        yield Flag(
            message=f"{quoted(value)} is no e-mail address but a placeholder",
            severity="error" if needed and email(value) is None else None,
            suggestion=None if needed else gone,
        )


@check(
    "AUT106",
    "author-email-with-unseen-characters",
    at="/study/authors/*/email",
    severity="warning",
)
def email_unseen(value: str) -> Iterator[Flag]:
    """An e-mail address has white space around it, `mailto:` before it, or unseen characters.

    Programs take them for part of the address, and mail does not arrive.

    To fix: type the address anew instead of pasting it.
    """
    if (clean := email(value)) is not None and clean != value:
        prefixed = value.strip().casefold() == f"mailto:{clean}".casefold()
        yield Flag(
            message=f"the address {clean} is written as {quoted(value)}",
            hint="nothing; the archive stores the address alone." if prefixed else None,
        )


@check(
    "AUT107",
    "author-email-twice-in-a-row",
    at="/study/authors/*/email",
    severity="warning",
    glance="@[^@]*@",
)
def email_twice(value: str) -> Iterator[Flag]:
    """An e-mail address stands twice in a row in one field.

    To fix: leave one of them.
    """
    if (half := _half(value)) is not None:
        yield Flag(message=f"the address {half} stands twice: {quoted(value)}")


_TWICE = re.compile(r"\s*([^\s@]+@[^\s@]+?)[\s,;]*\1\s*")


def _half(value: str) -> str | None:
    found = _TWICE.fullmatch(visible(value))
    return found[1] if found and email(found[1]) else None


_BEHIND_NAME = re.compile(r"[^<>]*<\s*[^<>\s]+@[^<>\s]+\s*>\s*")


@check(
    "AUT108",
    "author-email-with-display-name",
    at="/study/authors/*/email",
    severity="error",
    requires=["AUT107"],
    glance="<",
)
def email_display_name(value: str) -> Iterator[Flag]:
    """An e-mail address stands in angle brackets behind a name; the submission form refuses it.

    To fix: give only what is between the brackets.
    """
    if _BEHIND_NAME.fullmatch(value):
        yield Flag(message=f"the address stands behind a name: {quoted(value)}")


@check(
    "AUT109",
    "author-email-of-several",
    at="/study/authors/*/email",
    severity="error",
    requires=["AUT107", "AUT108"],
    glance="@[^@]*@",
)
def several_emails(value: str, place: Place) -> Iterator[Flag]:
    """One field holds several e-mail addresses; the submission form refuses it.

    To fix: give the one address at which the author answers.
    """
    found = _ADDRESS.findall(visible(value))
    if len(found) > 1 and len(found) == value.count("@"):
        best, *others = ((replace(place, value, one),) for one in dict.fromkeys(found))
        yield Flag(
            message=f"one field holds {len(found)} addresses: {quoted(value)}",
            suggestion=suggest(*best, alternatives=others, why="The first address is proposed."),
        )


@check(
    "AUT110",
    "author-email-at-in-words",
    at="/study/authors/*/email",
    severity="error",
    requires=["AUT109"],
)
def email_at_in_words(value: str) -> Iterator[Flag]:
    """The at sign of an e-mail address is written in words; the submission form refuses it.

    To fix: write the address with `@`; the archive does not publish it to robots.
    """
    if "@" not in value and _AT_IN_WORDS.search(value):
        yield Flag(message=f"the at sign is written in words: {quoted(value)}")


@check(
    "AUT105",
    "author-email-form-wrong",
    at="/study/authors/*/email",
    severity="error",
    requires=["AUT107", "AUT108", "AUT109", "AUT110", "AUT113"],
)
def email_form(value: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    """An e-mail address has not the form of one; the submission form refuses it.

    Where the domain is cut off, the domains of the other authors are proposed; they are no proof,
    for a wrong repair writes to a stranger.

    To fix: ask the author for the address.
    """
    if (known := email(value)) is not None:
        yield from _no_domain(known, value, place, metadata)
    if not value.strip() or known is not None:
        return
    local, sign, domain = visible(value).strip().partition("@")
    told = _domains(metadata, place, domain)
    if sign:
        candidates = [f"{local}@{one}" for one in told if local]
    else:
        candidates = [f"{_before(local, one)}@{one}" for one in told if _before(local, one)]
    if (provider := _NO_PROVIDER.get(domain.lower())) is not None:
        candidates = [f"{local}@{provider}"]
    edits = [(replace(place, value, one),) for one in candidates if email(one) == one]
    proposal = None
    plain = unicodedata.normalize("NFKC", value.translate(_FULL_STOPS)).strip()
    if email(plain) == plain:
        why = "Its full stops and letters are typed as East Asian programs type them."
        proposal = suggest(replace(place, value, plain), why=why)
    elif edits:
        home = candidates[0].partition("@")[2]
        why = f"Other authors of the study write from {home}."
        why = f"{home} is nearest." if provider else why
        proposal = suggest(*edits[0], alternatives=edits[1:], why=why)
    yield Flag(message=f"{quoted(value)} is no e-mail address", suggestion=proposal)


_FULL_STOPS = {0x3002: "."}
"""The ideographic full stop, which stands for a dot; NFKC knows the others."""
_NO_ENDING = {
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "coom", "cpm", "xom"), "com"),
    **dict.fromkeys(("ogr", "orgg", "rog"), "org"),
    **dict.fromkeys(("eduu", "eud", "deu"), "edu"),
    **dict.fromkeys(("nett", "ent"), "net"),
    "acuk": "ac.uk",
    "couk": "co.uk",
}
"""Slips in the last part of a domain; none of them is delegated (IANA root zone, 2026-11)."""
_MAYBE_CUT = frozenset(("ac", "co", "edu", "gov"))
"""What stands before the country in many domains, and is the last part of others."""
_ENDINGS = frozenset(("com", "int", "net", "org"))
"""What domains end in, with or without a country behind it."""
_NO_PROVIDER = {
    **dict.fromkeys(("gmail", "gmial.com", "gamil.com", "gmal.com", "gmai.com"), "gmail.com"),
    **dict.fromkeys(("gnail.com", "gmail.co", "gmail.cm", "gmaill.com"), "gmail.com"),
    **dict.fromkeys(("hotmail", "hotmial.com", "hotmal.com", "hotmai.com"), "hotmail.com"),
    **dict.fromkeys(("yahoo", "yaho.com", "yahooo.com"), "yahoo.com"),
    **dict.fromkeys(("outlook", "outlok.com", "outloo.com"), "outlook.com"),
}
"""Slips in the names of the commonest providers of private mailboxes."""


def _no_domain(known: str, value: str, place: str, metadata: Metadata) -> Iterator[Flag]:
    """An address whose last part is no domain of the Internet."""
    head, _, ending = known.rpartition(".")
    local, _, domain = known.partition("@")
    if (provider := _NO_PROVIDER.get(domain.lower())) is not None:
        why = f"{provider} is a provider of mailboxes that many have."
        yield Flag(
            message=f"the domain of {quoted(value)} is nearly {provider}",
            severity="warning",
            suggestion=suggest(replace(place, value, f"{local}@{provider}"), why=why),
        )
    elif (meant := _NO_ENDING.get(ending.lower())) is not None:
        told = _domains(metadata, place, domain.rpartition(".")[0] + ".")
        likely = dict.fromkeys([f"{local}@{one}" for one in told] + [f"{head}.{meant}"])
        edits = [(replace(place, value, one),) for one in likely]
        why = f"No domain of the Internet ends in .{ending}."
        yield Flag(
            message=f"{quoted(value)} ends in .{ending}, which no domain does",
            severity="warning",
            suggestion=suggest(*edits[0], alternatives=edits[1:], why=why),
        )
    elif ending.lower() in _MAYBE_CUT or (len(ending) > 2 and ending.lower() not in _ENDINGS):
        authors = metadata.get("study", {}).get("authors", ())
        longer = f"@{domain.lower()}."
        if any(longer in str(one.get("email", "")).lower() for one in authors):
            homes = [
                one for one in _domains(metadata, place, domain) if f"@{one}".startswith(longer)
            ]
            edits = [(replace(place, value, f"{local}@{one}"),) for one in homes]
            yield Flag(
                message=f"the end of {quoted(value)} seems to be cut off",
                severity="warning",
                suggestion=suggest(
                    *edits[0],
                    alternatives=edits[1:],
                    why=f"Other authors of the study write from {homes[0]}.",
                )
                if edits
                else None,
            )


def _before(text: str, domain: str) -> str:
    """What stands before a domain in an address whose at sign was lost; empty if it is no name."""
    head = text.removesuffix(domain).rstrip(".")
    if len(head) < len(text) - len(domain) - 1 or re.search(r"\d{4}-\d{4}|://|^www\.", head):
        return ""
    return head if head != text or not re.search(r"[.\s]", head) else ""


def _domains(metadata: Metadata, place: str, domain: str) -> list[str]:
    """Domains of the other authors that a cut-off one may be the start of, the likeliest first."""
    authors = metadata["study"]["authors"]
    own = authors[int(place.split("/")[3])]
    homes = {one.get("organisation") for one in own.get("affiliations", ())} - {None}
    votes: Counter[str] = Counter()
    for author in authors:
        address = email(_written(author))
        if address is None or author is own:
            continue
        other = address.partition("@")[2].lower()
        if domain and not other.startswith(domain.lower().rstrip(".")):
            continue
        near = homes & {one.get("organisation") for one in author.get("affiliations", ())}
        votes[other] += 2 if near else 1
    return [name for name, _ in votes.most_common(3)]


@check("AUT111", "author-email-at-private-provider", at="/study/authors/*/email", severity="hint")
def private_provider(value: str) -> Iterator[Flag]:
    """An author's address is with a private provider, which says nothing of their institution.

    To fix: nothing, if the author reads it; else give the institution's address.
    """
    address = email(value)
    if address and PRIVATE.fullmatch(address.partition("@")[2].lower()):
        yield Flag(message=f"{quoted(address)} is with a private provider")


_NO_NAME = re.compile(r"[\d\u00b2\u00b3\u00b9\u2070-\u2079()\[\],;*#§¶†‡]+")
"""Digits and marks in a name that are none of its letters."""
_IN_ADDRESS = re.compile(r"[._+\d-]+")
"""What parts the words of an address before its at sign."""


@check("AUT201", "author-name-and-email-disagree", at="/study/authors", severity="hint")
def name_and_email(authors: list[dict[str, Any]], place: Place) -> Iterator[Flag]:
    """An author's family name and e-mail address differ in one letter: one of them is mistyped.

    Or the address is plainly that of another author of the study, by its words or because that
    author has it, too.

    To fix: look which spelling is right; transliterations and maiden names are.
    """
    for n, author in enumerate(authors):
        if told := _not_of(author, authors):
            yield Flag(message=told, at=below(place, n, "email"))


def _not_of(author: dict[str, Any], authors: list[dict[str, Any]]) -> str | None:
    """What is wrong with an author's address beside the name, if anything is."""
    address = email(_written(author))
    name = str(author.get("name", ""))
    if "?" in name or (not name.isascii() and in_own_code_page(name) is not None):
        return None
    bare = _NO_NAME.sub("", name)
    words = _plain(bare).split()
    if address is None or len(words) < 2:
        return None
    parts = [part for part in _IN_ADDRESS.split(_plain(address.partition("@")[0])) if part]
    if words[-1] in parts:
        return None
    written = [words[-1], _plain(bare.translate(_IN_TWO_LETTERS)).split()[-1]]
    written += [form.removesuffix("a") for form in written if form.endswith(_FEMININE)]
    if not any(word in parts for word in words) and (other := _owner(parts, name, authors)):
        return f"{quoted(address)} reads as the address of {quoted(other)}"
    latin = re.search(r"[a-z]{2}", _plain(name)) is not None
    other = _holder(address, author, authors) if latin and not _spells(address, name) else None
    if other is not None:
        return f"{quoted(address)} is also the address of {quoted(other)}, whose name it holds"
    doubled = [one for one in re.split(r"[\s-]", _plain(bare))[1:-1] if len(one) > 5]
    if not _spells(address, name):
        for part in parts:
            if len(part) > 5 and any(_one_letter_apart(part, one) for one in doubled):
                return f"{quoted(name)} and {quoted(address)} differ in one letter"
    if len(words[-1]) < 5:
        return None
    if not any(form.replace("-", "") in "".join(parts) for form in written):
        near = [part for part in parts if _one_letter_apart(part, words[-1])]
        if any(len(part) > 5 and not _initialled(part, words) for part in near):
            return f"{quoted(name)} and {quoted(address)} differ in one letter"
    return None


_IN_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa", "Æ": "Ae"}
)
"""Letters that addresses write as two."""

_FEMININE = ("ova", "eva", "ina", "aya", "ska", "cka")
"""Ends of Slavic family names that addresses may give in their other form."""


def _by_name(authors: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """The names of authors by their first and last word."""
    called: dict[tuple[str, str], list[str]] = {}
    for author in authors:
        words = _plain(str(author.get("name", ""))).split()
        if len(words) > 1 and len(words[-1]) > 3:
            called.setdefault((words[0], words[-1]), []).append(str(author["name"]))
    return called


def _owner(parts: list[str], own: str, authors: list[dict[str, Any]]) -> str | None:
    """Another author whose given and family name an address spells out."""
    called = _by_name(authors) if len(parts) > 1 else {}
    there = (called.get(pair, []) for pair in itertools.permutations(parts[:6], 2))
    return next((name for names in there for name in names if name != own), None)


def _spells(address: str, name: str) -> bool:
    """Whether an address holds a word of a name."""
    said = "".join(_IN_ADDRESS.split(_plain(address.partition("@")[0])))
    bare = _NO_NAME.sub("", name)
    forms = re.split(r"[\s.-]+", f"{_plain(bare)} {_plain(bare.translate(_IN_TWO_LETTERS))}")
    return any(len(one) > 2 and one in said for one in forms)


def _holder(address: str, own: dict[str, Any], authors: list[dict[str, Any]]) -> str | None:
    """Another author with the same address, whose name it holds."""
    for author in authors:
        name = str(author.get("name", ""))
        if author is own or not name or fold(name) == fold(str(own.get("name", ""))):
            continue
        if (email(_written(author)) or "").casefold() == address.casefold():
            return name if _spells(address, name) else None
    return None


def _initialled(part: str, words: list[str]) -> bool:
    """Whether a part of an address is the family name with the initial of a given name."""
    family = words[-1]
    return any(part in (family + one[0], one[0] + family) for one in words)


_STROKED = str.maketrans("øØłŁđĐðıħŧ", "oOlLdDdiht")
"""Letters that Unicode does not take apart, as addresses write them."""


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    bare = unicodedata.normalize("NFKD", text.translate(_STROKED))
    left = (letter for letter in bare if not unicodedata.combining(letter) and letter not in "'’`")
    return "".join(left).casefold()


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether two words differ by one letter changed, left out or added, or two swapped."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    rest = short[start:], long[start:]
    if len(short) < len(long):
        return rest[0] == rest[1][1:]
    swapped = rest[0][:2] == rest[1][1::-1] and rest[0][2:] == rest[1][2:]
    return rest[0][1:] == rest[1][1:] or swapped
