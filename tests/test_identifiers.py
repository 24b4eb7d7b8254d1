"""Identifiers are told from what looks like them, and unwrapped without losing a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import identifiers
from pipeline.identifiers import FORMS, check_digit, known_accession, valid

CANONICAL = {
    "orcid": ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"],
    "ror": ["00k4n6c32", "0472cxd90", "029chgv08", "02catss52", "05cx8cy07"],
    "doi": [
        "10.1016/j.jmb.2022.167505",
        "10.1093/nar/gkx965",
        "10.6019/S-BIAD1",
        "10.13039/501100000780",
        "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
    ],
    "pmid": ["35189131", "27067018", "1"],
    "pmcid": ["PMC5753238", "PMC5753238.2"],
    "taxon": ["9606", "10090", "7955"],
    "email": ["a@b.org", "o'brien+lab@mail.example.ac.uk", "mira@bücher.example", "m_l@a-b.org"],
    "iso_date": ["2026-11-22", "2028-02-29"],
    "licence": ["CC0", "CC BY 4.0", "CC BY-NC-SA 3.0"],
}
WRONG = {
    "orcid": [
        "0000-0002-1825-0096",
        "0000-0002-1694-2330",
        "0000-0002-1825-009",
        "0000-0002-1825-00970",
        "0000-0002-1694-233Y",
        "0009-0001-2345-6789",
        "OOOO-0002-1825-0097",
        "",
    ],
    "ror": ["00k4n6c33", "00k4n6c3", "10k4n6c32", "00l4n6c32", "grid.5335.0"],
    "doi": [
        "10.1016",
        "doi.org/10.1016",
        "10.12/abc",
        "https://example.org/10.1",
        "10.1016/ j.jmb",
    ],
    "pmid": ["PMC5753238", "0", "3518913A", "351891310", "pending"],
    "pmcid": ["5753238", "PMCID5753238", "PMC"],
    "taxon": ["NCBITaxon_", "NCBITaxon:abc", "0", "Homo sapiens", "GO:0005634"],
    "email": ["a@b", "a b@c.org", "mira(at)example.org", "a@b.org; c@d.org", "a@b..org", "@b.org"],
    "iso_date": ["22/11/2026", "2026-13-01", "2026-02-30", "2026", "46447", "1 March 2027"],
    "licence": [
        "CC BY",
        "CC",
        "public domain",
        "Public Domain (CC BY 4.0)",
        "CC BY 4.0 DE",
        "CC BY 5.0",
        "CC BY-SA-NC 4.0",
    ],
}
WRAPPED = {
    "orcid": {
        "https://orcid.org/0000-0002-1825-0097": "0000-0002-1825-0097",
        "http://www.orcid.org/0000-0002-1694-233x/": "0000-0002-1694-233X",
        "0000000218250097": "0000-0002-1825-0097",
        "ORCID: 0000-0001-5109-3700": "0000-0001-5109-3700",
    },
    "ror": {"https://ror.org/02catss52": "02catss52", "02CATSS52": "02catss52"},
    "doi": {
        "https://doi.org/DOI: 10.1234/eXample.1": "10.1234/eXample.1",
        "http://dx.doi.org/10.1002/%28SICI%291097": "10.1002/(SICI)1097",
        "doi:10.1234/100%25": "10.1234/100%25",
        "https:// dx.doi.org/10.1234/a": "10.1234/a",
    },
    "pmid": {"PMID: 35189131": "35189131", "pubmed.ncbi.nlm.nih.gov/35189131/": "35189131"},
    "pmcid": {"pmc5753238": "PMC5753238"},
    "taxon": {
        "NCBI:txid9606": "9606",
        "NCBITaxon_10090": "10090",
        "taxon:9606": "9606",
        "http://purl.obolibrary.org/obo/NCBITaxon_7955": "7955",
        "txid9606": "9606",
    },
    "email": {"mailto:a@b.org": "a@b.org", "\u202ba@b.org ": "a@b.org"},
    "iso_date": {
        "2027-3-1": "2027-03-01",
        "2027-03-01T23:30:00-05:00": "2027-03-02",
        "2027-03-01T00:00:00.000Z": "2027-03-01",
    },
    "licence": {
        "CC-BY 4.0": "CC BY 4.0",
        "cc_by_4.0": "CC BY 4.0",
        "Creative Commons Attribution-NonCommercial 4.0 International": "CC BY-NC 4.0",
        "http://creativecommons.org/licenses/by-nd/3.0/": "CC BY-ND 3.0",
        "CC0 1.0 Universal": "CC0",
        "Public Domain (CC0)": "CC0",
        "creativecommons.org/licenses/by/4.0": "CC BY 4.0",
        "http://creativecommons.org/licences/by/4.0/": "CC BY 4.0",
        "Licence Creative Commons Attribution 4.0 International (CC BY 4.0)": "CC BY 4.0",
    },
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), pairs(CANONICAL))
def test_a_canonical_identifier_stays_as_it_is(name: str, text: str) -> None:
    assert FORMS[name](text) == text


@pytest.mark.parametrize(("name", "text"), pairs(WRONG))
def test_what_is_no_identifier_is_not_made_one(name: str, text: str) -> None:
    assert FORMS[name](text) is None


@pytest.mark.parametrize(
    ("name", "text", "bare"), [(n, *pair) for n, some in WRAPPED.items() for pair in some.items()]
)
def test_a_wrapped_identifier_is_unwrapped(name: str, text: str, bare: str) -> None:
    assert FORMS[name](text) == bare
    assert not valid(name, text)


@pytest.mark.parametrize("name", sorted(FORMS))
@given(text=st.text())
def test_a_canonical_form_is_its_own_canonical_form(name: str, text: str) -> None:
    form = FORMS[name](text)
    if form is not None:
        assert FORMS[name](form) == form


@given(st.integers(0, 10**15 - 1), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_of_an_orcid_is_always_seen(number: int, at: int, step: int) -> None:
    digits = f"{number:015}"
    bare = digits + check_digit(digits)
    assert identifiers.orcid(bare) is not None
    wrong = digits[:at] + str((int(digits[at]) + step) % 10) + digits[at + 1 :]
    assert identifiers.orcid(wrong + bare[-1]) is None


@given(st.integers(0, 10**15 - 1), st.integers(0, 13))
def test_two_swapped_digits_of_an_orcid_are_always_seen(number: int, at: int) -> None:
    digits = f"{number:015}"
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if swapped != digits:
        assert identifiers.orcid(swapped + check_digit(digits)) is None


@pytest.mark.parametrize(
    ("text", "archive"),
    [
        ("EMPIAR-90125", "EMPIAR"),
        ("idr0042", "IDR"),
        ("PXD000500", "ProteomeXchange"),
        ("GSE12345", "GEO"),
        ("S-BIAD15", "BioStudies"),
        ("EMPIAR11380", None),
        ("see the paper", None),
    ],
)
def test_accessions_of_other_archives_are_known(text: str, archive: str | None) -> None:
    assert known_accession(text) == archive
