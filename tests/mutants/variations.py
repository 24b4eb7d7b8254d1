"""Unusual values that are right: none of them may raise a warning or an error."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from tests.mutants.document import Place, add, attributes, folded, root, sections


class Right(NamedTuple):
    """A value that the named attribute of the named type of section may have."""

    section: str
    attribute: str
    values: tuple[str, ...]
    qualifiers: tuple[tuple[str, str], ...] = ()


RIGHT = (
    Right(
        "author",
        "Name",
        (
            "José Ángel Gutiérrez-Ñáñez",
            "李明",
            "Ольга Иванова",
            "Nguyễn Thị Minh Khai",
            "Conor O'Brien-Smith",
            "Conor O’Brien",
            "Jean-Luc de la Tour",
            "Ibn al-Haytham",
            "Hendrik van 't Hoff",
            "Mária Szőcs",
            "Łukasz Żółć",
            "M. İlker Çelik",
            "Αλέξανδρος Νίκας",
            "Björk Guðmundsdóttir",
            "Sukarno",
            "MD Feldman",
            "J. R. R. Example",
            "Kaʻahumanu Pele",
            "The Norrhamn Imaging Consortium",
            "佐藤 花子",
            "محمد الخوارزمي",
            "Anne-Sophie d’Arc",
            "Wu Li",
            "Renée Müller-Lüdenscheidt Jr.",
            "Peter von Wright III",
            "Ng Ka-shing",
        ),
    ),
    Right(
        "author",
        "E-mail",
        (
            "o'brien+lab@mail.example.ac.uk",
            "x@example.museum",
            "first.last@sub.dept.example.co.jp",
            "müller@example.org",
            "mira_l-99@example.io",
            "a@b.co",
            "MIRA@EXAMPLE.ORG",
            "user%dept@example.org",
            "m.l@xn--bcher-kva.example",
            "mira@uni-example.de",
        ),
    ),
    Right(
        "author",
        "ORCID",
        ("0000-0002-1694-233X", "0009-0000-0000-0009"),
    ),
    Right(
        "author", "Role", ("principal investigator", "Writing – review & editing", "PhD student")
    ),
    Right(
        "organisation",
        "Name",
        (
            "Université de Strasbourg",
            "東京大学",
            "St. John's College",
            "University of Texas at Austin",
            "Max-Planck-Institut für Biochemie",
            "L’Institut Example",
            "CNRS UMR 7104",
            "3M",
            "Center for Cell-Based Therapy (CTC)",
            "AT&T Laboratories",
            "Universität Zürich, Irchel",
        ),
    ),
    Right(
        "Publication",
        "DOI",
        (
            "10.1002/(SICI)1097-4636(199823)43:4<338::AID-JBM16>3.0.CO;2-B",
            "10.1016/S0092-8674(00)81902-9",
            "10.1007/978-3-540-70939-8_1",
            "10.12688/f1000research.9.v2",
            "10.1000.10/123456",
            "10.5555/12345678",
            "10.1364/BOE.10.001",
            "10.1093/nar/gkaa1000",
            "10.1038/s41586-020-2649-2",
            "10.1371/journal.pbio.1002000",
        ),
    ),
    Right("Publication", "Year", ("1998", "2026", "2025")),
    Right(
        "Publication",
        "Title",
        (
            "Is β-catenin/TCF signalling enough?",
            "Ca²⁺ waves at 10⁻³ M",
            "Größe und Form",
            "細胞骨格の動態",
            "A → B: what p<0.05 means & what not",
            "The effect of 2,4-D on roots",
            "“Quoted” ‘titles’ – with dashes — of all kinds…",
            "Тубулин в делении клеток",
        ),
    ),
    Right(
        "Publication",
        "Authors",
        (
            "Lindgren M, Achterberg T.",
            "Mira Lindgren; Tomas Achterberg",
            "李明, 王伟",
            "Lindgren, M., O’Brien, C., et al.",
            "Müller A, d’Arc J, Żółć Ł",
        ),
    ),
    Right(
        "Funding",
        "grant_id",
        (
            "1-ZIA-QX004711-12",
            "BB/X012345/1",
            "ANR-21-CE13-0012-01",
            "203105/Z/16/Z",
            "EXC 2067/1-390729940",
            "31003A_182505",
            "2021ZD0202500",
            "MC_UU_00007/15",
            "PID2020-114103GB-I00",
            "JP21H04800",
            "UIDB/04462/2020",
            "18/EPSRC/3590",
            "NNF20OC0059767",
            "LT000123/2021-L",
            "2019/35/D/NZ3/00001",
            "P 31113-B28",
            "ALTF 123-2020",
            "R01 GM123456-05A1",
            "CRC 1286",
            "A-12",
            "FRC 4471/2",
            "0015",
            "31-0042 B",
        ),
    ),
    Right(
        "Biosample",
        "Organism",
        (
            "Mus musculus x Mus spretus",
            "Brassica oleracea var. capitata",
            "synthetic construct",
            "Escherichia coli str. K-12 substr. MG1655",
            "simulated data",
            "Danio rerio",
            "Severe acute respiratory syndrome coronavirus 2",
            "Saccharomyces cerevisiae S288C",
            "Homo sapiens (human)",
            "Homo sapiens",
            "Nicotiana tabacum",
            "Physcomitrium patens",
            "Chlamydomonas reinhardtii",
            "Candidatus Pelagibacter ubique",
            "Hydra vulgaris",
            "Trypanosoma brucei brucei",
            "Nematostella vectensis",
            "Platynereis dumerilii",
            "Schmidtea mediterranea",
            "Phallusia mammillata",
            "Parhyale hawaiensis",
            "Ostreococcus tauri",
            "Volvox carteri f. nagariensis",
            "Ambystoma mexicanum (axolotl)",
        ),
    ),
    Right(
        "Biosample",
        "Biological entity",
        (
            "HeLa cells",
            "Cells of an anonymised donor aged 34",
            "α-synuclein in SH-SY5Y cells",
            "CD4⁺ T cells, 10⁶ per well",
            "not applicable",
            "Wing imaginal disc (L3)",
            "ΔF508 CFTR",
            "cells treated with 5’-azacytidine",
            "ATP synthase F₁F₀",
            "N-acetyl-D-glucosamine",
            "TGF-β1, 5 ng/ml, 37 °C, 5 % CO₂",
            "tissue of a patient cohort",
            "Aβ(1–42) fibrils",
        ),
    ),
    Right(
        "Image acquisition",
        "Image acquisition parameters",
        (
            "63×/1.4 NA, 488 nm, 0.5 µm steps",
            "pixel size 0.1 μm; λ = 561 nm",
            "−20 °C, ±0.1 °C",
            "exposure ≥ 100 ms & ≤ 200 ms; SNR > 3",
            "100\u202fms, 5\u00a0µm",
            "« plein champ »",
        ),
    ),
    Right(
        "Image acquisition",
        "Imaging method",
        (
            "confocal microscopy",
            "fluorescence microscopy",
            "spinning disk confocal microscopy",
            "MINFLUX",
            "transmission electron microscopy (TEM)",
            "scanning electron microscopy (SEM)",
            "atomic force microscopy",
            "lattice light sheet microscopy",
            "Brillouin microscopy",
        ),
    ),
    Right(
        "Study",
        "Keywords",
        (
            "1,2-dichlorobenzene",
            "microscopy, electron",
            "α-synuclein",
            "3′,5′-cAMP",
            "CD4+ T cells",
            "miR-17~92",
            "p53",
            "C. elegans",
            "细胞",
            "Förster resonance energy transfer (FRET)",
            "poly(A), poly(U)",
            "Ca2+",
            "actin",
            "AT&T",
            "hTERT RPE-1",
        ),
    ),
    Right(
        "Study",
        "Description",
        (
            "Results are pending review elsewhere; here we show 1.5 ± 0.2 µm vesicles (n = 30).",
            "Data of the paper https://example.org/paper?id=1&page=2 and of its supplement.",
            "Мы наблюдали за делением клеток в течение суток с шагом пять минут.",
            "細胞分裂を五分間隔で二十四時間観察したデータセットです。蛍光標識はアクチンとチューブリン。",
            "Cells moved, cells stopped, cells moved again; cells were counted (A < B, C > D).",
            "Nous avons observé l’actine « in vivo » : 5 cellules à 37 °C – voir l’article.",
        ),
    ),
    Right(
        "Study",
        "License",
        ("CC0",),
        (("URL", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),),
    ),
    Right(
        "author",
        "Name",
        (
            "Trần Văn Đức",
            "Guðrún Ósk Þorvaldsdóttir",
            "Þórður Ægir Jónsson",
            "김민준",
            "Ελένη Παπαδοπούλου",
            "Hans-Jörg von und zu Münch",
            "Henry Ford III",
            "Siti binti Ahmad",
            "Rajesh s/o Kumar",
            "Ngũgĩ wa Thiong’o",
            "Venkata Rao A.",
            "Iñigo Montoya",
            "El Hadji Diouf",
            "Vandana",
            "COVID-19 Multi-omics Blood ATlas (COMBAT) Consortium",
        ),
    ),
    Right(
        "organisation",
        "Name",
        (
            "CNRS – UMR 3215, Institut Curie (PSL)",
            'Università degli Studi di Roma "La Sapienza"',
            "Hospital Universitario «La Paz»",
            "Háskóli Íslands",
            "Đại học Quốc gia Hà Nội",
            "جامعة القاهرة",
            "Novo Nordisk A/S",
            "F. Hoffmann-La Roche AG",
        ),
    ),
    Right(
        "Publication",
        "Title",
        (
            "1984",
            "10 years of light sheets",
            "Correction: Calcium waves",
            "TDP-43 & FUS",
        ),
    ),
    Right(
        "Biosample",
        "Organism",
        (
            "human gut metagenome",
            "Human papillomavirus type 16",
            "rice stem borer",
            "Tobacco mosaic virus",
            "Homo sapiens (HeLa)",
            "Salmonella enterica subsp. enterica serovar Typhimurium",
            "Influenza A virus (A/Puerto Rico/8/1934(H1N1))",
            "Plasmodium berghei ANKA",
            "Caulobacter crescentus NA1000",
            "Wolbachia endosymbiont of Drosophila melanogaster",
        ),
    ),
    Right(
        "Image acquisition",
        "Imaging method",
        (
            "Lattice SIM² (Elyra 7)",
            "ZEISS Airyscan 2 multiplex mode",
            "Mesoscale SPIM (mesoSPIM)",
            "digital holographic microscopy; off-axis",
            "optical projection tomography",
            "MERFISH",
        ),
    ),
    Right(
        "Study",
        "Keywords",
        (
            "# of cells",
            "TGF-β/SMAD",
            "G1/S transition",
            "病理",
            "1,2-dioleoyl-sn-glycero-3-phosphocholine",
        ),
    ),
    Right(
        "Study",
        "Description",
        (
            "Cells were fixed for 10 min. Cells were washed for 10 min. Cells were stained, too.",
            "Paths such as C:\\alpha\\new and \\\\server\\times; p<0.05; x < y > z; {1}, [a, b].",
            "Naïve CD4+CD25+ and CD8+AKT- cells (Sca1+CD117+Lin-) in 5 mM K+ with ATP+AMP-PNP.",
            "Δψm, ΔF/F₀, χ², ±SEM, Å, µm/px, 10⁻⁶ M, Ω, √2, ≥ 3, →, 1½; in Łódź, Đà Nẵng.",
            "Οι κύτταροι χρωματίστηκαν με DAPI για 10 λεπτά σε PBS, pH 7.4, και απεικονίστηκαν.",
            "세포는 4% PFA로 고정하고 DAPI로 염색한 후 Zeiss로 촬영하였다. GFP표지 세포도 있다.",
            "Patients gave consent; data were anonymised; patient numbers per tissue were 3 to 5.",
            "Please cite the paper when these data are used; to be or not to be a stem cell.",
        ),
    ),
    Right(
        "Image acquisition",
        "Imaging instrument",
        (
            "ZEISS LSM 980 with Airyscan 2",
            "home-built SPIM; see doi:10.1038/nmeth.1234",
            "Leica SP8 X (DMI 6000) + HyD",
            "3i VIVO",
        ),
    ),
    Right(
        "Study Component",
        "Name",
        (
            "Figure 1A-C",
            "test set",
            "training/validation/test",
            "2023-01-01_exp1",
        ),
    ),
    Right(
        "Study",
        "Acknowledgements",
        (
            "We thank Ana and Bo; the antibody (order no. 101057970) came from a shop.",
            "EC cells (endothelial) were a gift of project ABCD.",
            "Funding: none.",
            "Not applicable.",
        ),
    ),
    Right("Submission", "ReleaseDate", ("2028-02-29", "2026-11-22", "2028-11-22", "2027-12-31")),
)

LINKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("EMPIAR-90125", {"Type": "empiar"}),
    ("https://example.org:8443/a/b.html#c", {}),
    ("ftp://ftp.example.org/pub/a.zip", {}),
    ("s3://bucket/key/image.zarr", {}),
    ("10.5281/zenodo.1234567", {"Type": "doi"}),
    ("https://doi.org/10.5281/zenodo.1234567", {}),
    ("PRJEB12345", {"Type": "ENA"}),
    ("https://example.org/データ/图像", {}),
)


def documents(base: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each right value in a copy of a sound document, with words that name it."""
    made: list[tuple[str, dict[str, Any]]] = []
    for right in RIGHT:
        for value in right.values:
            document = copy.deepcopy(base)
            kind = folded(right.section)
            if kind == "submission":
                home = Place("", document, None)
            elif kind == "study":
                home = root(document)
            elif there := sections(document, kind):
                home = there[0]
            else:
                continue
            given = attributes(home, folded(right.attribute))
            one = given[0] if given else add(home, right.attribute, value)
            one.it["value"] = value
            if right.qualifiers:
                one.it["valqual"] = [{"name": n, "value": v} for n, v in right.qualifiers]
            made.append((f"{right.section} {right.attribute}: {value}", document))
    for url, about in LINKS:
        document = copy.deepcopy(base)
        listed = [{"name": n, "value": v} for n, v in {"Description": "More", **about}.items()]
        document["section"]["links"] = [{"url": url, "attributes": listed}]
        made.append((f"link {url}", document))
    return made
