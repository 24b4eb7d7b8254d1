"""Defects of authors, their addresses and iDs, and of organisations."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    Place,
    Unsuited,
    add,
    any_of,
    append,
    attributes,
    changed,
    drop,
    every,
    folded,
    pick,
    section_of,
    sections,
)

Document = dict[str, Any]
PEOPLE = ("author", "contact")
PRIVATE = re.compile(r"@(?:gmail|yahoo|hotmail|outlook|qq|163|126|web|gmx|icloud|proton|mail|live)")
PLACES = ("organisation", "organization")
UNSEEN = ("\u200b", "\u202b", "\ufeff", "\u2060", "\u200e")


def _email(document: Document, random: Random) -> Place:
    good = [
        one
        for one in every(document, PEOPLE, "email")
        if one.it["value"].count("@") == 1 and one.it["value"] == one.it["value"].strip()
    ]
    return pick(random, good)


def _orcid(document: Document, random: Random) -> Place:
    bare = [one for one in every(document, PEOPLE, "orcid") if len(one.it["value"]) == 19]
    return pick(random, bare)


@defect("author without a name")
def no_name(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, PEOPLE, "name")
    home = place.pointer.rpartition("/attributes")[0]
    if random.random() < 0.5:
        return drop(place), home
    place.it["value"] = random.choice(("", " "))
    return place.pointer, place.value, home


@defect("author's name of an odd form")
def odd_name(document: Document, random: Random) -> str:
    place = any_of(document, random, PEOPLE, "name")
    last = place.it["value"].split()[-1]
    return changed(
        place,
        lambda v: random.choice(
            (
                v.upper() + " BRAUN",
                last,
                "A. B. " + last,
                "J " + last,
                "The Actin Consortium",
                "Imaging Core Facility",
                last.upper(),
                "M.-C. " + last,
                "Department of Cell Biology",
            )
        ),
    )


@defect("name and e-mail differ in a letter")
def name_and_email(document: Document, random: Random) -> tuple[str, ...]:
    able = []
    for person in sections(document, *PEOPLE):
        for name in attributes(person, "name"):
            last = name.it["value"].split()[-1]
            for email in attributes(person, "email"):
                if len(last) > 5 and last.isascii() and last.isalpha():
                    local = email.it["value"].split("@")[0].casefold()
                    if last.casefold() in local.replace("_", ".").split("."):
                        able.append((name, email, last))
    name, email, last = pick(random, able)
    at = random.randrange(1, len(last) - 1)
    letter = random.choice([c for c in "bcdfgklmnprstvz" if c not in last[at - 1 : at + 2].lower()])
    wrong = random.choice((last[:at] + letter + last[at + 1 :], last[:at] + last[at + 1 :]))
    if wrong == last:
        raise Unsuited
    name.it["value"] = name.it["value"].removesuffix(last) + wrong
    return name.value, name.pointer, email.value, email.pointer


@defect("e-mail missing")
def no_email(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, PEOPLE, "email")
    return drop(place), "/section"


@defect("e-mail of the wrong form")
def bad_email(document: Document, random: Random) -> str:
    def spoilt(text: str) -> str:
        local, domain = text.split("@")
        head, _, top = domain.rpartition(".")
        return str(
            random.choice(
                (
                    f"{local}@{domain.split('.')[0][:4]}",
                    local + domain,
                    f"{local}@@{domain}",
                    f"{local}@{domain}.",
                    f"{local}@{domain},",
                    f"{local} @{domain}",
                    f"@{domain}",
                    f"{local}@",
                    f"{local}@{head},{top}",
                    f"{local}@{head}..{top}",
                    f"{local}@.{domain}",
                    f"{local}.@{domain}",
                    f".{local}@{domain}",
                    f"{local}#{domain}",
                    f"<{text}",
                    f"{local}@{domain}/",
                    f"{local}@{head}.{top[0]}",
                    f"{local}@-{domain}",
                    f"{local}..x@{domain}",
                    f"{local}@{head} .{top}",
                    f"{local}&{domain}",
                    f"{local}\\@{domain}",
                    f"{local}@10.0.0.300",
                    f"http://{text}",
                )
            )
        )

    return changed(_email(document, random), spoilt)


@defect("e-mail with something unseen around it", mends=True)
def wrapped_email(document: Document, random: Random) -> str:
    mark = random.choice(UNSEEN)
    ways = (
        lambda v: "mailto:" + v,
        lambda v: "MAILTO: " + v,
        lambda v: " " + v,
        lambda v: v + " ",
        lambda v: v + "\n",
        lambda v: "\u00a0" + v,
        lambda v: mark + v,
        lambda v: v + mark,
        lambda v: v.replace("@", mark + "@"),
        lambda v: "mailto:" + v + " ",
    )
    return changed(_email(document, random), random.choice(ways))


@defect("e-mail written twice")
def email_twice(document: Document, random: Random) -> str:
    gap = random.choice(("", " ", "; ", ", ", "\n", ";", " / ", " or "))
    return changed(_email(document, random), lambda v: v + gap + v)


@defect("e-mail with a display name, several, or at in words")
def email_in_words(document: Document, random: Random) -> str:
    ways = (
        lambda v: f"Mira Lindgren <{v}>",
        lambda v: f'"Lindgren, M" <{v}>',
        lambda v: f"<{v}>",
        lambda v: f"{v}; other.person@example.org",
        lambda v: f"{v} and lab@example.org",
        lambda v: f"{v}, lab@example.org",
        lambda v: v.replace("@", "(at)"),
        lambda v: v.replace("@", " [at] "),
        lambda v: v.replace("@", " at "),
        lambda v: v.replace("@", "(AT)"),
        lambda v: v.replace("@", "{at}"),
        lambda v: v.replace("@", "＠"),
        lambda v: f"{v} (Mira Lindgren)",
        lambda v: f"e-mail: {v}",
        lambda v: v.replace("@", " AT ").replace(".", " DOT "),
        lambda v: v.replace("@", "_at_"),
        lambda v: f"{v} lab@example.org",
        lambda v: f"{v}/lab@example.org",
    )
    return changed(_email(document, random), random.choice(ways))


@defect("e-mail placeholder")
def email_word(document: Document, random: Random) -> str:
    words = (
        "n/a",
        "N/A",
        "none",
        "TBD",
        "-",
        "unknown",
        "not available",
        "pending",
        "no email",
        "x",
    )
    return changed(_email(document, random), lambda v: random.choice(words))


@defect("e-mail at a private provider")
def private(document: Document, random: Random) -> str:
    homes = (
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.co.uk",
        "yahoo.co.jp",
        "qq.com",
        "163.com",
        "126.com",
        "web.de",
        "gmx.de",
        "icloud.com",
        "protonmail.com",
        "yandex.ru",
        "mail.ru",
        "naver.com",
        "live.com",
        "proton.me",
        "GMail.com",
        "free.fr",
        "libero.it",
    )
    able = [
        p for p in every(document, PEOPLE, "email") if not PRIVATE.search(p.it["value"].lower())
    ]
    return changed(pick(random, able), lambda v: v.split("@")[0] + "@" + random.choice(homes))


@defect("author without affiliation")
def no_affiliation(document: Document, random: Random) -> tuple[str, ...]:
    able = [p for p in sections(document, *PEOPLE) if attributes(p, "affiliation", "organisation")]
    person = pick(random, able)
    person.it["attributes"] = [
        a
        for a in person.it["attributes"]
        if folded(a["name"]) not in ("affiliation", "organisation")
    ]
    return (person.pointer,)


@defect("ORCID missing")
def no_orcid(document: Document, random: Random) -> str:
    return drop(any_of(document, random, PEOPLE, "orcid"))


@defect("ORCID check digit wrong or digits missing")
def bad_orcid(document: Document, random: Random) -> str:
    def spoilt(text: str) -> str:
        digits = [n for n, c in enumerate(text[:-1]) if c.isdecimal()]
        at = random.choice(digits)
        other = random.choice([c for c in "0123456789" if c != text[at]])
        swap = next((n for n in digits if text[n + 1].isdecimal() and text[n] != text[n + 1]), None)
        ways = [
            text[:at] + other + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:-1],
            text.replace("0", "O", 1),
            text.replace("1", "l", 1),
            text + "0",
            "https://orcid.org/" + text[:at] + other + text[at + 1 :],
            text[:-1] + "Y",
            "orcid.org/" + text[:-2],
            text[:15],
        ]
        if swap is not None and swap + 2 < len(text):
            ways.append(text[:swap] + text[swap + 1] + text[swap] + text[swap + 2 :])
        return str(random.choice([w for w in ways if w != text]))

    return changed(_orcid(document, random), spoilt)


@defect("ORCID as an address or in another spelling", mends=True)
def wrapped_orcid(document: Document, random: Random) -> str:
    ways = (
        lambda v: "https://orcid.org/" + v,
        lambda v: "http://orcid.org/" + v,
        lambda v: "orcid.org/" + v,
        lambda v: v.replace("-", ""),
        lambda v: v.replace("-", " "),
        lambda v: "ORCID: " + v,
        lambda v: v.replace("-", "–"),
        lambda v: v.replace("-", "‐"),
        lambda v: "https://www.orcid.org/" + v + "/",
        lambda v: "https://orcid.org/" + v.lower(),
        lambda v: " " + v,
        lambda v: v + "\u200b",
        lambda v: "HTTPS://ORCID.ORG/" + v,
        lambda v: "ORCID iD: " + v,
        lambda v: "orcid:" + v,
        lambda v: "ORCID:" + v.replace("-", ""),
    )
    return changed(_orcid(document, random), random.choice(ways))


@defect("ORCID placeholder")
def orcid_word(document: Document, random: Random) -> str:
    words = (
        "n/a",
        "none",
        "TBD",
        "0000-0000-0000-0000",
        "-",
        "no",
        "unknown",
        "XXXX-XXXX-XXXX-XXXX",
        "not available",
        "NA",
        "pending",
        "https://orcid.org/",
        "0",
    )
    return changed(_orcid(document, random), lambda v: random.choice(words))


@defect("one ORCID on two people")
def shared_orcid(document: Document, random: Random) -> tuple[str, ...]:
    one = _orcid(document, random)
    home = one.pointer.rpartition("/attributes")[0]
    others = [p for p in sections(document, *PEOPLE) if p.pointer != home and attributes(p, "name")]
    other = pick(random, others)
    there = attributes(other, "orcid")
    if there:
        changed(there[0], lambda v: one.it["value"])
        second = there[0]
    else:
        second = add(other, "ORCID", one.it["value"])
    return one.value, one.pointer, second.value, second.pointer


@defect("several roles in one value")
def packed_roles(document: Document, random: Random) -> str:
    person = section_of(document, random, *PEOPLE)
    roles = ("data acquisition", "data analysis", "supervision", "sample preparation")
    packed = random.choice((", ", "; ", " and ", " / ", " & ", "/")).join(random.sample(roles, 2))
    there = attributes(person, "role", "roles")
    if there:
        return changed(there[0], lambda v: packed)
    return add(person, "Role", packed).value


@defect("organisation without a name")
def nameless(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, PLACES, "name")
    home = place.pointer.rpartition("/attributes")[0]
    if random.random() < 0.5:
        return drop(place), home
    place.it["value"] = ""
    return place.pointer, place.value, home


@defect("organisation is a whole postal address")
def postal(document: Document, random: Random) -> str:
    street = random.choice(("12 Example Street", "Musterstraße 5", "5 rue de l’Exemple"))
    town = random.choice(("NH 12345 Norrhamn", "75005 Paris", "Cambridge CB2 1TN"))
    country = random.choice(("Sweden", "France", "United Kingdom"))
    tail = f"Building 7, 3rd floor, {street}, {town}, {country}"
    short = [one for one in every(document, PLACES, "name") if len(one.it["value"]) < 60]
    return changed(pick(random, short), lambda v: f"{v}, {tail}")


@defect("organisation never referenced")
def unused(document: Document, random: Random) -> tuple[str, ...]:
    name = {"name": "Name", "value": "Institute of Applied Optics, Rivermouth"}
    made = append(document, {"type": "organisation", "accno": "o77", "attributes": [name]})
    return made.pointer, made.pointer + "/attributes/0", made.pointer + "/attributes/0/value"


@defect("organisation without ROR id")
def no_ror(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, PLACES, "rorid", "ror")
    return drop(place), place.pointer.rpartition("/attributes")[0] + "/attributes/0/value"


@defect("ROR id mistyped or of another organisation")
def bad_ror(document: Document, random: Random) -> tuple[str, ...]:
    home = section_of(document, random, *PLACES)
    named = attributes(home, "name")
    if not named or "Health" in named[0].it["value"] or attributes(home, "rorid", "ror"):
        raise Unsuited
    ror = random.choice(
        (
            "https://ror.org/01cwqze87",
            "01cwqze88",
            "https://ror.org/01cwqze88",
            "https://ror.org/01cwqze89",
            "ror.org/01cwqze8",
            "01cwqze880",
            "01cwqze 88",
            "grid.94365.3d",
            "https://ror.org/nih",
            "O1cwqze88",
        )
    )
    place = add(home, "RORID", ror)
    return place.value, place.pointer
