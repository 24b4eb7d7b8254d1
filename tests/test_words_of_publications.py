"""Publications, links and licences as depositors write them: identifiers in other dress."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.knowledge import Knowledge
from tests.documents import ROWS, changed
from tests.judged import found, proposed, read


@pytest.mark.parametrize(
    ("given", "slot", "meant"),
    [("37123456", "pubmed_id", "37123456"), ("PMC9876543", "pmc_id", "PMC9876543")],
)
def test_an_identifier_as_a_title_is_moved_to_its_field(
    known: Knowledge, tmp_path: Path, given: str, slot: str, meant: str
) -> None:
    rows = ROWS + f"\nPublication\nTitle\t{given}\nDOI\t10.1234/exa.1\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB113")
    assert one.suggestion is not None
    added, taken = one.suggestion.operations
    assert (added.place, added.after) == (f"/study/publications/0/{slot}", meant)
    assert (taken.do, taken.place) == ("remove", "/study/publications/0/title")


def test_the_digits_of_a_pubmed_id_are_proposed_out_of_a_sentence(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = ROWS + "\nPublication\nTitle\tActin flow\nPubMed ID\tPMID: 38123456.\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB109")
    assert proposed(one) == ["38123456"]


def test_grouped_digits_and_decimals_are_proposed_whole(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS + "\nPublication\nTitle\tActin flow\nPubMed ID\t3 876 5432\n"
    rows += "\nFunding\nAgency\tResearch Council of Norway\ngrant_id\t320726.0\n"
    _, report = read(known, tmp_path, rows)
    (paper,), (grant,) = found(report, "PUB109"), found(report, "FUN101")
    assert (proposed(paper), proposed(grant)) == (["38765432"], ["320726"])
    assert not found(report, "FUN103")


@pytest.mark.parametrize("value", ["submitted to eLife", "Under review at Development", "in prep."])
def test_what_is_said_of_a_paper_without_doi_is_a_placeholder(
    known: Knowledge, tmp_path: Path, value: str
) -> None:
    _, report = read(known, tmp_path, ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{value}\n")
    assert [one.code for one in report.findings if one.code.startswith("PUB1")] == ["PUB107"]


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("3205 6786", "32056786"),
        ("https://pubmed.ncbi.nlm.nih.gov/26840719/?dopt=Abstract", "26840719"),
        ("www.ncbi.nlm.nih.gov/pubmed/26840719#abstract", "26840719"),
    ],
)
def test_a_pubmed_id_is_proposed_from_what_it_was_copied_with(
    known: Knowledge, tmp_path: Path, value: str, digits: str
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nPubMed ID\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB109")
    assert proposed(one) == [digits]


def test_a_doi_in_both_fields_is_proposed_out_of_the_wrong_one(
    known: Knowledge, tmp_path: Path
) -> None:
    paper = "DOI\tDOI:10.1234/a.2026.\nPubMed ID\t10.1234/a.2026\n"
    _, report = read(known, tmp_path, f"{ROWS}\nPublication\nTitle\tActin flow\n{paper}")
    (one,) = found(report, "PUB109")
    assert one.suggestion is not None
    assert [edit.do for edit in one.suggestion.operations] == ["remove"]


def test_ids_in_each_others_field_are_proposed_exchanged(known: Knowledge, tmp_path: Path) -> None:
    ids = "PubMed ID\tPMC8936015\nPMC ID\t35679401\n"
    _, report = read(known, tmp_path, f"{ROWS}\nPublication\nTitle\tActin flow\n{ids}")
    (one,) = [one for one in report.findings if one.code.startswith("PUB1")]
    assert proposed(one) == ["35679401", "PMC8936015"]


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        ("10.1111/nph.18220 10.1111/nph.18221", ["10.1111/nph.18220", "10.1111/nph.18221"]),
        ("https://doi.org/10.1234/a; 10.1234/b", ["10.1234/a", "10.1234/b"]),
        ("bioRxiv 2023.05.01.538999", ["10.1101/2023.05.01.538999"]),
    ],
)
def test_several_dois_in_one_field_are_offered(
    known: Knowledge, tmp_path: Path, value: str, choices: list[str]
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB106")
    assert one.suggestion is not None
    others = [after.after for (after,) in one.suggestion.alternatives]
    assert [*proposed(one), *others] == choices


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://doi.org/10.1038/s41586-020-2649-2 (accessed 1 May 2024)", None),
        ("“10.1038/s41586-020-2649-2”", None),
        ("urn:doi:10.1038/s41586-020-2649-2", None),
        ("https://dx.doi.org:10.1038/s41586-020-2649-2", None),
        ("https://doi.org/doi.org/10.1038/s41586-020-2649-2", None),
        ("https://doi.org/https://doi.org/10.1038/s41586-020-2649-2", None),
        ("https://doi.org/10.1038/s41586-020-2649-2?utm_source=mail", None),
        ("10.1038/s41586-020-2649-2;10.1101/2020.01.01.123456", None),
        ("https://doi.org/10.1038/s41586-020-2649-2,https://doi.org/10.1101/123456", None),
        ("10.1038/ s41586-020-2649-2", None),
        ("10.1038/s41586-020- 2649-2", None),
        ("10.1101/2020.01.01.123456v2", "10.1101/2020.01.01.123456"),
        ("10.1101/123456v1.full.pdf", "10.1101/123456"),
    ],
)
def test_the_doi_is_proposed_whole(
    known: Knowledge, tmp_path: Path, given: str, meant: str | None
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{given}\n"
    told = [one for one in read(known, tmp_path, rows)[1].findings if one.code.startswith("PUB1")]
    assert proposed(told[0]) == [meant or "10.1038/s41586-020-2649-2"]
    assert len(told) == 1


@pytest.mark.parametrize("doi", ["10.1101/gr.123456.111", "10.1101/cshperspect.a000001"])
def test_dois_of_journals_have_no_version(known: Knowledge, tmp_path: Path, doi: str) -> None:
    _, report = read(known, tmp_path, ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{doi}\n")
    assert not [one for one in report.findings if one.code.startswith("PUB1")]


@pytest.mark.parametrize(
    ("given", "urls"),
    [
        ("https:// example.org/x", ["https://example.org/x"]),
        ("[code](https://example.org/x)", ["https://example.org/x"]),
        ("ENA PRJEB12345", ["PRJEB12345"]),
        (
            "https://example.org/x https://example.org/y",
            ["https://example.org/x", "https://example.org/y"],
        ),
        ("see paper", []),
    ],
)
def test_the_address_within_a_link_is_proposed(
    known: Knowledge, tmp_path: Path, given: str, urls: list[str]
) -> None:
    rows = ROWS + f"\nLinks\tDescription\n{given}\tPage\n"
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    after = proposed(one) if one.suggestion else []
    assert [url if isinstance(url, str) else url["url"] for url in after] == urls


@pytest.mark.parametrize("name", ["CC BY 4.0 NC", "CC-BY 4.0-NC", "CC BY 4.0 / MIT", "not CC0"])
def test_no_licence_is_proposed_beside_other_terms(
    known: Knowledge, tmp_path: Path, name: str
) -> None:
    (one,) = found(read(known, tmp_path, changed("CC BY 4.0", name))[1], "LIC301")
    assert one.suggestion is None


def test_a_link_without_address_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, ROWS + "\nLinks\tDescription\n\tPage\n")
    codes = [one.code for one in report.findings if one.code in ("SUB032", "LNK002")]
    assert codes == ["SUB032"]


@pytest.mark.parametrize(
    "value",
    ["10.1038 / s41586-025-08912-3", "10 .1038/s41586-025-08912-3", "10.1038/ s41586-025-08912-3"],
)
def test_white_space_around_the_joints_of_a_doi_is_proposed_away(
    known: Knowledge, tmp_path: Path, value: str
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tTeeth before hair\nDOI\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB106")
    assert proposed(one) == ["10.1038/s41586-025-08912-3"]


@pytest.mark.parametrize(
    ("stated", "cited", "added"),
    [
        ("10.5194/essd-17-1234-2025", "", {"doi": "10.5194/essd-17-1234-2025"}),
        ("10.5194/essd-17-1234-2025", "10.5194/essd-17-1234-2025", None),
        ("true", "", None),
    ],
)
def test_a_papers_doi_as_that_of_a_new_study_belongs_to_the_publications(
    known: Knowledge, tmp_path: Path, stated: str, cited: str, added: dict[str, str] | None
) -> None:
    rows = changed("ReleaseDate\t2027-03-01", f"ReleaseDate\t2027-03-01\nDOI\t{stated}")
    rows += f"\nPublication\nTitle\tTeeth before hair\nDOI\t{cited}\n" if cited else ""
    told = found(read(known, tmp_path, rows)[1], "ACC205")
    if stated == "true":
        assert not told
        return
    (one,) = told
    assert one.severity == "warning"
    assert proposed(one) == ([None, added] if added else [None])


@pytest.mark.parametrize("link", ["MSV000094321", "JPST001234", "FR-FCM-Z4N5"])
def test_accessions_of_mass_spectra_and_flow_cytometry_are_links(
    known: Knowledge, tmp_path: Path, link: str
) -> None:
    rows = changed("\nBiosample\tbs-1", f"\nLink\t{link}\nDescription\tspectra\n\nBiosample\tbs-1")
    assert not found(read(known, tmp_path, rows)[1], "LNK102")


@pytest.mark.parametrize(
    ("field", "value", "edits"),
    [
        ("DOI", "1O.1038/s41586-025-08912-3", ["10.1038/s41586-025-08912-3"]),
        ("DOI", "10.1038 s41586-025-08912-3", ["10.1038/s41586-025-08912-3"]),
        ("DOI", "39011234", ["39011234", None]),
        ("DOI", "10.1038/s41586-025-08912-3?", ["10.1038/s41586-025-08912-3"]),
        ("Pubmed ID", "PMC39011234", ["39011234"]),
        ("Pubmed ID", "39,011,234", ["39011234"]),
        ("Pubmed ID", "39011234 (preprint)", ["39011234"]),
        ("Pubmed ID", "39011234; 39011235", None),
    ],
)
def test_the_identifier_of_a_paper_is_proposed_from_what_surely_holds_it(
    known: Knowledge, tmp_path: Path, field: str, value: str, edits: list[str | None] | None
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tTeeth before hair\n{field}\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB103", "PUB106", "PUB109", "PUB111")
    assert (proposed(one) if one.suggestion else None) == edits


@pytest.mark.parametrize(
    ("name", "address", "codes"),
    [
        ("CC BY 4.0", "https://opensource.org/licenses/MIT", ["LIC201"]),
        ("CC BY 4.0", "https://spdx.org/licenses/CC0-1.0.html", ["LIC201"]),
        ("Other", "https://creativecommons.org/licenses/by/4.0/", ["LIC201"]),
        ("Other", "https://example.org/terms", ["LIC301"]),
    ],
)
def test_a_licence_and_its_address_are_told_once(
    known: Knowledge, tmp_path: Path, name: str, address: str, codes: list[str]
) -> None:
    rows = changed("License\tCC BY 4.0", f"License\t{name}\n[URL]\t{address}")
    told = found(read(known, tmp_path, rows)[1], "LIC201", "LIC301", "LIC302")
    assert [one.code for one in told] == codes


def test_a_date_that_is_none_disagrees_with_no_other(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("License\tCC BY 4.0", "ReleaseDate\tTBD\nLicense\tCC BY 4.0")
    (one,) = found(read(known, tmp_path, rows)[1], "REL102", "REL203")
    assert one.code == "REL102"


def test_a_publication_that_stands_twice_is_told(known: Knowledge, tmp_path: Path) -> None:
    paper = "\nPublication\nTitle\tTeeth before hair\nDOI\t10.1038/s41586-025-08912-3\n"
    (one,) = found(read(known, tmp_path, ROWS + paper + paper)[1], "PUB204")
    assert one.severity == "hint"
    assert proposed(one) == [None]
    (one,) = found(read(known, tmp_path, ROWS + paper + f"{paper}Year\t2025\n")[1], "PUB204")
    assert one.suggestion is None, "the second one says more"


@pytest.mark.parametrize(
    ("link", "first"),
    [
        ("GSE 12345", "GSE12345"),
        ("EMPIAR 11380", "EMPIAR-11380"),
        ("SRP12345 and SRP12346", "SRP12345"),
        ("see https://example.org", "https://example.org"),
        ("https://example.org/a b", None),
        ("https://example.org (raw data)", "https://example.org"),
        ("3 abc", None),
    ],
)
def test_a_link_within_a_text_is_proposed_whole_or_not_at_all(
    known: Knowledge, tmp_path: Path, link: str, first: str | None
) -> None:
    rows = changed("\nBiosample\tbs-1", f"\nLink\t{link}\nDescription\tdata\n\nBiosample\tbs-1")
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    assert (proposed(one)[0] if one.suggestion else None) == first


def test_a_word_for_no_link_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("\nBiosample\tbs-1", "\nLink\tn/a\nDescription\tdata\n\nBiosample\tbs-1")
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102", "TXT106")
    assert one.code == "LNK102"


@pytest.mark.parametrize(
    "value", ["40172318 [PubMed - indexed]", "PMID: 40172318 [PubMed - in process]"]
)
def test_what_pubmed_writes_behind_its_number_is_proposed_away(
    known: Knowledge, tmp_path: Path, value: str
) -> None:
    rows = f"{ROWS}\nPublication\nTitle\tFlow\nPubMed ID\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB109")
    assert proposed(one) == ["40172318"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("10.1234/ab(2025)1&lt;12:cd&gt;3.0", "10.1234/ab(2025)1<12:cd>3.0"),
        ("10.1234/ab1&amp;lt;12:cd&amp;gt;3.0", "10.1234/ab1<12:cd>3.0"),
        ("10.1234/ab12&gt;", "10.1234/ab12>"),
    ],
)
def test_signs_of_web_pages_in_a_doi_are_proposed_as_themselves(
    known: Knowledge, tmp_path: Path, value: str, meant: str
) -> None:
    rows = f"{ROWS}\nPublication\nTitle\tFlow\nDOI\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB103", "PUB106")
    assert proposed(one) == [meant]
    sound = rows.replace(value, "10.1234/ab(2025)1<12:cd>3.0")
    assert not found(read(known, tmp_path, sound)[1], "PUB106")


@pytest.mark.parametrize("url", ["EMPIAR-11999", "S-BIAD12"])
def test_a_link_of_the_type_doi_that_is_none_is_told(
    known: Knowledge, tmp_path: Path, url: str
) -> None:
    rows = f"{ROWS}\nLink\t{url}\nDescription\tMovies\nType\tdoi\n"
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    assert "is no DOI" in one.message
    for sound in ("10.1234/exa", "https://doi.org/10.1234/exa", "doi:10.1234/exa"):
        assert not found(read(known, tmp_path, rows.replace(url, sound))[1], "LNK102")


@pytest.mark.parametrize(
    ("url", "meant"), [("empiar-11999", "EMPIAR-11999"), ("pxd012345", "PXD012345")]
)
def test_an_accession_in_small_letters_is_proposed_in_capitals(
    known: Knowledge, tmp_path: Path, url: str, meant: str
) -> None:
    rows = f"{ROWS}\nLink\t{url}\nDescription\tMovies\n"
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    assert proposed(one) == [meant]


def test_a_word_in_small_letters_is_no_accession(known: Knowledge, tmp_path: Path) -> None:
    rows = f"{ROWS}\nLink\tmovies-12\nDescription\tMovies\n"
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    assert one.suggestion is None
