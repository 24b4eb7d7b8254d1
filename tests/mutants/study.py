"""Defects of the study: title, description, keywords, licence, release date, links."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    Place,
    Unsuited,
    add,
    attributes,
    changed,
    drop,
    folded,
    pick,
    root,
    sections,
)

Document = dict[str, Any]


def _study(document: Document, random: Random, *names: str) -> Place:
    return pick(random, attributes(root(document), *names))


def _title(document: Document, random: Random) -> Place:
    """The title of the study, where it stands once."""
    if any(folded(one["name"]) == "title" for one in document.get("attributes", [])):
        document["attributes"] = [a for a in document["attributes"] if folded(a["name"]) != "title"]
    return _study(document, random, "title")


@defect("study title missing")
def no_title(document: Document, random: Random) -> tuple[str, ...]:
    return drop(_title(document, random)), ""


@defect("study title short")
def short_title(document: Document, random: Random) -> str:
    titles = ("Actin", "Our images", "Mouse kidney, 2 weeks", "Data for the paper", "Título breve")
    return changed(_title(document, random), lambda v: random.choice(titles))


@defect("study title ends with a full stop")
def full_stop(document: Document, random: Random) -> str:
    return changed(_title(document, random), lambda v: v.rstrip(". ") + random.choice((".", ". ")))


@defect("description missing")
def no_description(document: Document, random: Random) -> str:
    return drop(_study(document, random, "description"))


@defect("description short or a placeholder")
def short_description(document: Document, random: Random) -> str:
    texts = ("See paper", "Images.", "TBD", "n/a", "Actin in cells", "to be added", "-", "none")
    place = _study(document, random, "description")
    if len(place.it["value"]) < 25:
        raise Unsuited
    return changed(place, lambda v: random.choice(texts))


@defect("keywords missing")
def no_keywords(document: Document, random: Random) -> str:
    study = root(document).it
    left = [a for a in study["attributes"] if folded(a["name"]) not in ("keyword", "keywords")]
    if len(left) == len(study["attributes"]):
        raise Unsuited
    study["attributes"] = left
    return "/section"


@defect("keywords packed with semicolons", mends=True)
def semicolons(document: Document, random: Random) -> tuple[str, ...]:
    return _packed(document, random, random.choice(("; ", ";", " ; ")))


@defect("keywords packed with commas")
def commas(document: Document, random: Random) -> tuple[str, ...]:
    return _packed(document, random, random.choice((", ", ",", " , ")))


def _packed(document: Document, random: Random, gap: str) -> tuple[str, ...]:
    words = attributes(root(document), "keyword", "keywords")
    plain = all(not set(one.it["value"]) & set(",;&()[]") for one in words)
    if len(words) < 3 or not plain:
        raise Unsuited
    first = words[0]
    first.it["value"] = gap.join(one.it["value"].strip() for one in words)
    for one in words[1:]:
        one.home.remove(one.it)
    return first.value, first.pointer


def _licence(document: Document, random: Random) -> Place:
    return _study(document, random, "license", "licence")


@defect("licence missing")
def no_licence(document: Document, random: Random) -> str:
    return drop(_licence(document, random))


@defect("licence spelt in another way", mends=True)
def spelling(document: Document, random: Random) -> str:
    ways = {
        "CC0": (
            "CC0 1.0",
            "cc0",
            "CC-0",
            "CC Zero 1.0",
            "CC0 1.0 Universal",
            "CC0-1.0",
            "CC 0",
            "Creative Commons Zero v1.0 Universal",
            "Creative Commons CC0",
        ),
        "CC BY 4.0": (
            "CC-BY 4.0",
            "CC-BY-4.0",
            "cc by 4.0",
            "CCBY 4.0",
            "CC_BY_4.0",
            "CC BY v4.0",
            "Creative Commons Attribution 4.0 International",
            "CC-BY v. 4.0",
            "CC BY4.0",
            "Creative Commons Attribution 4.0",
            "CC BY 4.0 International",
            "Attribution 4.0 International (CC BY 4.0)",
            "CC-BY 4",
            "CC BY (4.0)",
            "Creative Commons Attribution 4.0 International License",
        ),
    }
    place = _licence(document, random)
    if place.it["value"] not in ways:
        raise Unsuited
    return changed(place, lambda v: random.choice(ways[v]))


@defect("licence without its version")
def no_version(document: Document, random: Random) -> str:
    place = _licence(document, random)
    place.it.pop("valqual", None)
    names = (
        "CC BY",
        "CC-BY",
        "CC_BY",
        "public domain",
        "cc by-sa",
        "CC-BY-NC",
        "Creative Commons Attribution",
    )
    return changed(place, lambda v: random.choice(names))


@defect("licence and its address disagree")
def licence_address(document: Document, random: Random) -> tuple[str, ...]:
    place = _licence(document, random)
    other = {
        "CC0": (
            "https://creativecommons.org/licenses/by/4.0/legalcode",
            "http://creativecommons.org/licenses/by-nc/4.0/",
        ),
        "CC BY 4.0": (
            "https://creativecommons.org/publicdomain/zero/1.0/legalcode",
            "https://creativecommons.org/licenses/by/3.0/",
            "https://creativecommons.org/licenses/by-nc-nd/4.0/deed.en",
        ),
    }
    if place.it["value"] not in other:
        raise Unsuited
    place.it["valqual"] = [{"name": "URL", "value": random.choice(other[place.it["value"]])}]
    return (
        place.value,
        place.pointer,
        place.pointer + "/valqual/0/value",
        place.pointer + "/valqual/0",
    )


@defect("licence not offered")
def not_offered(document: Document, random: Random) -> str:
    if document.get("accno"):
        raise Unsuited
    place = _licence(document, random)
    place.it.pop("valqual", None)
    names = (
        "CC BY 3.0",
        "CC BY-NC 4.0",
        "CC BY-SA 4.0",
        "MIT",
        "GPL-3.0",
        "CC BY-NC-ND 4.0",
        "Apache-2.0",
        "all rights reserved",
        "ODbL-1.0",
        "proprietary",
    )
    return changed(place, lambda v: random.choice(names))


@defect("licence address missing", mends=True)
def no_address(document: Document, random: Random) -> tuple[str, ...]:
    place = _licence(document, random)
    if not place.it.get("valqual"):
        raise Unsuited
    del place.it["valqual"]
    return place.value, place.pointer


def _date(document: Document) -> tuple[str, Any]:
    """The release date, where it stands once."""
    if attributes(root(document), "releasedate"):
        raise Unsuited
    for n, one in enumerate(document.get("attributes", [])):
        if folded(one["name"]) == "releasedate":
            return f"/attributes/{n}", one
    raise Unsuited


@defect("release date missing")
def no_date(document: Document, random: Random) -> tuple[str, ...]:
    _, one = _date(document)
    document["attributes"].remove(one)
    return "", "/attributes"


@defect("release date slackly written", mends=True)
def slack(document: Document, random: Random) -> tuple[str, ...]:
    pointer, one = _date(document)
    day = dt.date.fromisoformat(one["value"])
    ways = (
        f"{day.year}-{day.month}-{day.day}",
        f"{day}T00:00:00Z",
        f"{day}T12:30:00.000Z",
        f"{day}T13:00:00+01:00",
        f"{day}T00:00:00+00:00",
    )
    one["value"] = random.choice([w for w in ways if w != one["value"]])
    return pointer, pointer + "/value"


@defect("release date no day of the calendar")
def no_day(document: Document, random: Random) -> tuple[str, ...]:
    pointer, one = _date(document)
    one["value"] = random.choice(
        (
            "01/03/2027",
            "1.3.2027",
            "2027-02-30",
            "2027-13-01",
            "March 2027",
            "2027",
            "soon",
            "upon publication",
            "20270301",
            "2027/03/01",
            "03-01-2027",
            "2027-03",
            "31 April 2027",
            "2027-3-1T",
            "２０２７-０３-０１",
            "1772323200",
        )
    )
    return pointer, pointer + "/value"


@defect("release date past or too far")
def out_of_time(document: Document, random: Random) -> tuple[str, ...]:
    if document.get("accno"):
        raise Unsuited
    pointer, one = _date(document)
    one["value"] = random.choice(
        ("2019-05-02", "2026-11-21", "2029-01-01", "2062-03-01", "0206-03-01")
    )
    return pointer, pointer + "/value"


@defect("two release dates disagree")
def two_dates(document: Document, random: Random) -> tuple[str, ...]:
    pointer, one = _date(document)
    year = str(int(one["value"][:4]) + 1)
    if random.random() < 0.5:
        document["attributes"].append({"name": "ReleaseDate", "value": year + one["value"][4:]})
        other = f"/attributes/{len(document['attributes']) - 1}"
    else:
        other = add(root(document), "ReleaseDate", year + one["value"][4:]).pointer
    return pointer, pointer + "/value", other, other + "/value"


def _link(document: Document, random: Random, url: str, *about: tuple[str, str]) -> str:
    homes = (
        [root(document)]
        if random.random() < 0.7
        else [*sections(document, "publication"), root(document)]
    )
    home = pick(random, homes)
    listed = home.it.setdefault("links", [])
    listed.append({"url": url, "attributes": [{"name": n, "value": v} for n, v in about]})
    return f"{home.pointer}/links/{len(listed) - 1}"


@defect("link is a DOI without Type or scheme")
def doi_link(document: Document, random: Random) -> tuple[str, ...]:
    url = random.choice(
        (
            "doi.org/10.17632/8example.3",
            "10.5281/zenodo.13300000",
            "doi:10.5281/zenodo.1",
            "DOI: 10.5281/zenodo.1234",
            "dx.doi.org/10.1234/x.1",
            "www.doi.org/10.1234/x",
        )
    )
    at = _link(document, random, url, ("Description", "Code of the analysis"))
    return at, at + "/url"


@defect("link leads nowhere")
def nowhere(document: Document, random: Random) -> tuple[str, ...]:
    url = random.choice(
        (
            "www.example.org/data",
            "github example repo",
            "see paper",
            "htp://example.org",
            "http//example.org/a",
            "https:/example.org",
            "example.org/protocol.pdf",
            "TBD",
            "https://",
            "link",
        )
    )
    at = _link(document, random, url, ("Description", "Protocol"))
    return at, at + "/url"


@defect("link without a description")
def silent(document: Document, random: Random) -> tuple[str, ...]:
    at = _link(document, random, "https://example.org/protocol")
    return at, at + "/url"


@defect("link without an address")
def no_url(document: Document, random: Random) -> tuple[str, ...]:
    at = _link(document, random, random.choice(("", " ")), ("Description", "Protocol"))
    return at, at + "/url"
