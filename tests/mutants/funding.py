"""Defects of funding; the Horizon Europe numbers are of CORDIS (2025-12-06)."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    Unsuited,
    add,
    any_of,
    append,
    attributes,
    changed,
    every,
    folded,
    pick,
    root,
    section_of,
    sections,
)

Document = dict[str, Any]
EU = "101057970"
"""A Horizon Europe project of CORDIS."""


def _all(pointer: str, number: int) -> tuple[str, ...]:
    ends = [f"/attributes/{n}{e}" for n in range(number) for e in ("", "/value")]
    return (pointer, *(pointer + end for end in ends))


def _grant(document: Document, **fields: str) -> tuple[str, ...]:
    names = {"funder": "Agency", "number": "grant_id"}
    listed = [
        {"name": names.get(n, n.replace("_", " ").title()), "value": v} for n, v in fields.items()
    ]
    made = append(document, {"type": "Funding", "attributes": listed})
    return _all(made.pointer, len(listed))


@defect("no funding information")
def nothing(document: Document, random: Random) -> tuple[str, ...]:
    if not every(document, ("funding",), "agency"):
        raise Unsuited
    study = root(document).it
    told = ("fundingstatement", "acknowledgements", "acknowledgments", "acknowledgement")
    study["attributes"] = [a for a in study["attributes"] if folded(a["name"]) not in told]
    study["subsections"] = [
        s for s in study["subsections"] if folded(s.get("type", "")) != "funding"
    ]
    return ("/section",)


@defect("funder without a grant number")
def no_number(document: Document, random: Random) -> tuple[str, ...]:
    funders = (
        "Wellcome",
        "Deutsche Forschungsgemeinschaft",
        "National Institutes of Health",
        "Lakeside Fund",
    )
    return _grant(document, funder=random.choice(funders))


@defect("grant number without a funder")
def no_funder(document: Document, random: Random) -> tuple[str, ...]:
    return _grant(document, number=random.choice(("BB/X00001/1", "NFC-2026-118", "R01GM000001")))


@defect("prose in the grant number")
def prose_number(document: Document, random: Random) -> tuple[str, ...]:
    numbers = (
        "grant number R01GM000001",
        "NIH R01 GM000001",
        "Marie Curie fellowship 703000 to ML",
        "project ROSAE, ANR-CE14-0015-01",
        "Award: NFC-118",
        "DFG grant LI 1234/5-1",
        "awarded to M. Lindgren",
        "start-up funds of the university",
        "BBSRC BB/X00001/1",
        "No. 310030_000001",
        "under grant agreement No 847000",
    )
    return _grant(document, funder="Norrhamn Foundation", number=random.choice(numbers))


@defect("several grants in one field")
def several(document: Document, random: Random) -> tuple[str, ...]:
    numbers = (
        "R01GM000001, R35GM000002",
        "R01GM000001; R35GM000002",
        "R01GM000001 and R35GM000002",
        "BB/X00001/1, BB/X00002/1",
        "203105/Z/16/Z & 108504/Z/15/Z",
        "NFC-118; NFC-119; NFC-120",
        "18H02436, 19K06500",
        "R01GM000001 / R35GM000002",
        "R01GM000001\nR35GM000002",
    )
    return _grant(document, funder="National Institutes of Health", number=random.choice(numbers))


@defect("grant number unusual for its funder")
def unusual(document: Document, random: Random) -> tuple[str, ...]:
    funder, number = random.choice(
        (
            ("Wellcome Trust", "ABC"),
            ("Biotechnology and Biological Sciences Research Council", "12"),
            ("Deutsche Forschungsgemeinschaft", "R01GM000001"),
            ("National Institutes of Health", "12-B"),
            ("European Research Council", "12345678901"),
            ("Swiss National Science Foundation", "XYZ-1"),
        )
    )
    return _grant(document, funder=funder, number=number)


@defect("unexpected attribute in Funding")
def unexpected(document: Document, random: Random) -> tuple[str, ...]:
    home = section_of(document, random, "funding")
    name = random.choice(("Column 3", "Comment", "PI", "Amount", "Currency", "notes"))
    place = add(home, name, random.choice(("BRIGHTLINE", "1.2 million", "M. Lindgren")))
    return place.pointer, place.value, place.pointer + "/name"


@defect("one grant number for several funders")
def shared(document: Document, random: Random) -> tuple[str, ...]:
    able = [
        s
        for s in sections(document, "funding")
        if attributes(s, "agency") and attributes(s, "grantid")
    ]
    place = pick(random, able)
    number = attributes(place, "grantid")[0]
    told = _grant(document, funder="Rivermouth Science Council", number=number.it["value"])
    return (*told, place.pointer, number.pointer, number.value)


@defect("Horizon Europe grant without its fields")
def bare_grant(document: Document, random: Random) -> tuple[str, ...]:
    funders = (
        "European Commission",
        "European Union",
        "Horizon Europe",
        "EU",
        "European Research Council",
    )
    return _grant(document, funder=random.choice(funders), number=EU)


@defect("Horizon Europe grant called Horizon 2020")
def programme(document: Document, random: Random) -> tuple[str, ...]:
    funders = (
        "Horizon 2020",
        "EU Horizon 2020",
        "European Union's Horizon 2020 research and innovation programme",
        "H2020",
        "European Commission (H2020)",
    )
    return _grant(document, funder=random.choice(funders), number=EU)


@defect("European grant in free text only")
def free_text(document: Document, random: Random) -> str:
    text = random.choice(
        (
            f"This work was funded by the European Union (grant agreement No {EU}).",
            f"We thank the ERC for project {EU}.",
            f"Funded by Horizon Europe under grant {EU}.",
            f"Received funding from the European Union's Horizon Europe programme, No. {EU}.",
        )
    )
    study = root(document)
    if any(EU in str(a.it["value"]) for a in every(document, ("study", "funding"))):
        raise Unsuited
    there = attributes(study, *random.choice((("fundingstatement",), ("acknowledgements",))))
    if there:
        return changed(there[0], lambda v: v + " " + text)
    return add(study, random.choice(("Funding statement", "Acknowledgements")), text).value


@defect("funding in free text only")
def statement_only(document: Document, random: Random) -> tuple[str, ...]:
    study = root(document)
    if every(document, ("study",), "fundingstatement", "acknowledgements"):
        raise Unsuited
    study.it["subsections"] = [
        s for s in study.it["subsections"] if folded(s.get("type", "")) != "funding"
    ]
    place = add(
        study,
        "Funding statement",
        "This work was supported by the Norrhamn Foundation, grant NFC-118.",
    )
    return place.value, place.pointer


@defect("Horizon Europe fields disagree with CORDIS")
def disagreeing(document: Document, random: Random) -> tuple[str, ...]:
    wrong = random.choice(
        (
            {"project_acronym": "WRONGACRO"},
            {"grant_PID": "https://doi.org/10.3030/101000000"},
            {"funding_stream": "Horizon 2020"},
            {"funding_stream": "FP7"},
            {"grant_PID": "10.3030/999999"},
        )
    )
    return _grant(document, funder="European Commission", number=EU, **wrong)


@defect("European number of odd length")
def odd_number(document: Document, random: Random) -> tuple[str, ...]:
    numbers = ("10105797", "1010579701", "88", "10139", "12345")
    return _grant(document, funder="European Commission", number=random.choice(numbers))


@defect("number of CORDIS with another funder")
def other_funder(document: Document, random: Random) -> tuple[str, ...]:
    funders = (
        "Deutsche Forschungsgemeinschaft",
        "UK Research and Innovation",
        "SERI",
        "UKRI",
        "DFG",
    )
    return _grant(document, funder=random.choice(funders), number=EU)


@defect("funding placeholder")
def later(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, ("funding",), "agency", "grantid")
    return changed(
        place, lambda v: random.choice(("TBD", "pending", "to be added", "xxx"))
    ), place.pointer


@defect("funder's name with stray white space", mends=True)
def spaced(document: Document, random: Random) -> str:
    clean = every(document, ("funding",), "agency", "grantid")
    place = pick(random, [one for one in clean if one.it["value"] == one.it["value"].strip()])
    return changed(place, lambda v: random.choice((" " + v, v + " ", v + "\u00a0", "\t" + v)))
