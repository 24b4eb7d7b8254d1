"""The report for people: says where, what and what next, and what a depositor wrote stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipeline import review
from pipeline.findings import Finding, Location, Operation, Origin, Skip, Suggestion
from pipeline.images import ImageFile
from pipeline.outputs import plot, report, wording
from pipeline.outputs.report import Proposed, ReportPage
from pipeline.receiving import component_files
from pipeline.record import Change, DataFile, Decision, Outcome, Waiver

NASTY = (
    "</span><script>alert(1)</script> ![pic](http://evil.example/a.png) "
    "[link](https://evil.example) | cell <img src=x onerror=y> www.evil.example a@evil.example"
)
OUTCOMES: tuple[Outcome, ...] = (
    "accessioned",
    "unchanged",
    "waiting-for-files",
    "needs-review",
    "returned",
    "failed",
)
STUDY = {
    "study": {
        "authors": [
            {"name": "Ilse Brandvold"},
            {"name": "Kofi Anseldt ", "roles": ["Corresponding author"]},
        ],
        "study_components": [{"name": "Live discs", "associations": [{"specimen": "Explant"}]}],
    }
}
SPECIMEN = "/study/study_components/0/associations/0/specimen"
TAKE = (Operation(do="set", place=SPECIMEN, before="Explant", after="Culture"),)
OTHER = (Operation(do="set", place="/study/specimens/0/title", before="Culture", after="Explant"),)
ERROR = Finding(
    code="CMP299",
    name="names-nothing",
    severity="error",
    message="the specimen 'Explant' is not the title of any specimen",
    hint="write the title of one of the specimens",
    location=Location(file="submission.json", pointer="/section/x/value", line=212, column=22),
    place=SPECIMEN,
    value="Explant",
    suggestion=Suggestion(
        rule="nearest", safety="review", operations=TAKE, alternatives=(OTHER,), why="one word"
    ),
)
CELL = Finding(
    code="TXT199",
    name="stray-white-space",
    severity="warning",
    message="2 values end with white space",
    hint="type them again",
    location=Location(file="plate.xlsx", sheet="Sheet1", cell="B7"),
    value="wild type ",
    count=2,
    samples=("wild type ", "hac1\u200b"),
)
SETTLED = Finding(
    code="TXT198",
    name="ends-with-space",
    severity="hint",
    message="the name of an author ends with white space",
    location=Location(file="submission.json", pointer="/section/y", line=9),
    place="/study/authors/1/name",
)


def page(**given: Any) -> ReportPage:
    fields: dict[str, Any] = {
        "submission": "wing-disc-wounding",
        "outcome": "needs-review",
        "title": "Calcium waves after wounding",
        "origin": Origin(
            pipeline="0.1.0", schema_version="1.0", schema_digest="a" * 64, rules_digest="b" * 64
        ),
        "release_date": "2026-12-18",
        "submitted": STUDY,
        "curated": STUDY,
        "found": (ERROR, CELL, SETTLED),
        "standing": (ERROR, CELL),
        "proposals": (
            Proposed(number=1, source="CMP299", place=SPECIMEN, why="one", choices=(TAKE, OTHER)),
        ),
        "changes": (
            Change(
                by="split-keywords",
                why="A semicolon is not part of a keyword.",
                operations=(
                    Operation(
                        do="split", place="/study/keywords/0", before="a; b", after=["a", "b"]
                    ),
                ),
            ),
        ),
        "skips": (Skip(code="ORC301", reason="no ORCID registry configured"),),
    }
    return ReportPage(**(fields | given))


class Seen(HTMLParser):
    """The text of a page, its tags, its addresses; raises for tags that do not match."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")]
        self.addresses += [v for k, v in attrs if k in ("href", "src", "action") and v]
        self.ids += [v for k, v in attrs if k == "id" and v]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_html_says_where_what_and_what_to_do() -> None:
    text = Seen(report.html(page())).text
    for said in (
        "Needs a curator",
        "The specimen 'Explant' is not the title of any specimen.",
        "Study component 1 “Live discs”, association 1, specimen",
        "submission.json, line 212, column 22",
        "/section/x/value",
        "Write the title of one of the specimens.",
        "plate.xlsx, sheet Sheet1, cell B7",
        "wild type·",
        "hac1⟨U+200B⟩",
        "or 1.2",
        "A semicolon is not part of a keyword. split-keywords",
        "ORC301 no ORCID registry configured",
        "The name of an author ends with white space.",
    ):
        assert said in text


def test_html_explains_a_known_code_without_repeating_what_to_do() -> None:
    from pipeline.check import CRASHED

    crashed = CRASHED.at(Location(), "the check ORC102 failed here")
    text = Seen(report.html(page(standing=(crashed,)))).text
    assert "A check of the pipeline failed on this submission" in text
    assert text.count("nothing is asked of the depositor; the archive's engineers") == 0
    assert text.count("Nothing is asked of the depositor; the archive's engineers") == 1


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_html_is_whole_and_asks_nothing_of_others(outcome: Outcome) -> None:
    given = {"accession": "S-BIAD3001", "version": 1, "citation": "Cite S-BIAD3001."}
    seen = Seen(report.html(page(outcome=outcome, **(given if "un" in outcome else {}))))
    assert not seen.tags & {"script", "link", "img", "iframe", "form"}
    assert len(seen.ids) == len(set(seen.ids))
    assert all(address.removeprefix("#") in seen.ids for address in seen.addresses)


def test_html_shows_what_a_depositor_wrote_as_text() -> None:
    bad = ERROR.model_copy(update={"message": NASTY, "value": NASTY, "hint": NASTY})
    change = Change(by=NASTY, why=NASTY, operations=(Operation(do="add", place="/x", after=NASTY),))
    made = page(
        title=NASTY,
        submission=NASTY,
        standing=(bad,),
        changes=(change,),
        curated={"study": {"authors": [{"name": NASTY}]}},
        components=component_files([DataFile(path="a", size=1, study_component=NASTY)], ()),
        decision=Decision(verdict="return", curator=NASTY, note=NASTY, digest="d"),
    )
    seen = Seen(report.html(made))
    assert not seen.tags & {"script", "img"}
    assert seen.text.count("<script>alert(1)</script>") >= 8


def test_no_form_shows_the_keys_of_biostudies() -> None:
    hidden = ERROR.model_copy(
        update={
            "value": "s3cr3t",
            "location": Location(file="a.json", pointer="/secretKey"),
            "suggestion": None,
        }
    )
    made = page(standing=(hidden,), found=(hidden,))
    for text in (report.html(made), report.markdown(made), report.message(made)):
        assert "s3cr3t" not in text


def test_markdown_holds_no_link_image_or_html_of_a_depositor() -> None:
    bad = ERROR.model_copy(update={"message": NASTY, "hint": NASTY, "value": NASTY})
    text = report.markdown(page(title=NASTY, standing=(bad,), skips=()))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    kinds = {one.type for token in tokens for one in [token, *(token.children or [])]}
    assert not kinds & {"image", "link_open", "html_inline", "html_block"}
    assert "table_open" in kinds
    assert not re.search(r"(?<!\\)(://|@)|www\.", text)
    rows = [line for line in text.splitlines() if line.startswith("| CMP299")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [5]


def test_markdown_names_the_place_that_a_curator_may_correct() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(report.markdown(page()))
    shown = ["".join(part.content for part in one.children or []) for one in tokens]
    # Not in a table, which a word as long as a place makes wider than Prefect's page.
    assert [text for text in shown if text.startswith("CMP299 ")] == [
        f"CMP299 {wording.place(SPECIMEN, STUDY)}: {SPECIMEN}"
    ]


def test_markdown_of_any_number_of_findings_is_small_and_counts_the_rest() -> None:
    many = tuple(
        ERROR.model_copy(update={"message": f"{n} {'é' * 2000}", "hint": "é" * 900})
        for n in range(3000)
    )
    text = report.markdown(page(standing=many, proposals=(), skips=()))
    assert len(text.encode()) < report.LARGEST_MARKDOWN
    assert "| 3000 |" in text
    assert "more errors; the HTML report lists all." in text


def test_message_of_a_submission_with_an_accession() -> None:
    text = report.message(
        page(
            outcome="accessioned",
            accession="S-BIAD3001",
            citation="Image data are available under S-BIAD3001.",
            doi="10.6019/S-BIAD3001",
            standing=(CELL,),
        )
    )
    assert text.startswith("Subject: S-BIAD3001")
    assert "Dear Kofi Anseldt," in text
    assert "private until 2026-12-18" in text
    assert "    Image data are available under S-BIAD3001." in text
    assert "1. 2 values end with white space." in text


def test_a_release_date_that_has_come_is_not_called_private() -> None:
    due = page(outcome="accessioned", accession="S-BIAD3001", due=True)
    for text in (report.message(due), Seen(report.html(due)).text, report.markdown(due)):
        assert "2026-12-18" in text
        assert "rivate until" not in text
    assert "becomes public with our next release" in report.message(due)


def test_a_release_date_that_passed_in_waiting_is_not_said_to_bring_it_out() -> None:
    passed = page(outcome="accessioned", accession="S-BIAD3001", unconfirmed=True)
    for text in (report.message(passed), Seen(report.html(passed)).text, report.markdown(passed)):
        assert "2026-12-18" in text
        assert "rivate until 2026" not in text
        assert "becomes public" not in text
    assert "private until you tell us" in report.message(passed)


def test_message_of_a_returned_submission_lists_what_to_mend() -> None:
    decision = Decision(verdict="return", curator="Ana", note="Please look again.", digest="d")
    text = report.message(page(outcome="returned", decision=decision))
    assert "    Please look again." in text
    assert "1. The specimen 'Explant' is not the title of any specimen." in text
    assert "What to do: Write the title of one of the specimens." in text
    assert "We would write: Culture" in text
    assert "white space" not in text
    assert "accession is" not in text


def test_message_of_waiting_files_asks_for_the_upload_alone() -> None:
    absent = Finding(
        code="FLS299",
        name="listed-file-absent",
        severity="error",
        message="the listed file 'plate1/A03.tif' is not there",
        location=Location(file="plate1.tsv", line=7),
    )
    text = report.message(page(outcome="waiting-for-files", standing=(absent, CELL)))
    assert "plate1/A03.tif" in text
    assert "plate1.tsv, line 7" in text
    assert "you need not submit again" in text
    assert "white space" not in text


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_message_is_plain_and_whole(outcome: Outcome) -> None:
    text = report.message(page(outcome=outcome, accession="S-BIAD3001", citation="Cite."))
    assert "\n\n\n" not in text
    assert "{" not in text
    assert "None" not in text
    assert text.endswith("the curators of the BioImage Archive\n")


def test_waiver_and_its_reason_are_told() -> None:
    waiver = Waiver(code="CMP299", at=SPECIMEN, digest="d", reason="historic data", curator="Ana")
    decision = Decision(
        verdict="accept", curator="Ana", note="as discussed", digest="d", waivers=(waiver,)
    )
    made = page(decision=decision)
    assert "Let pass: CMP299" in Seen(report.html(made)).text
    assert "historic data" in report.markdown(made)


def test_settled_findings_are_those_that_stand_no_more() -> None:
    assert page().settled == (SETTLED,)


def test_files_are_counted_by_component_and_format() -> None:
    files = [
        DataFile(path="a.tif", size=10, format="OME-TIFF", study_component="Movies"),
        DataFile(path="set/b.lif", size=20, format="LIF", study_component="Movies"),
        DataFile(path="c.zarr/0/0", size=2, format="Zarr", study_component="Movies"),
        DataFile(path="c.zarr/0/1", size=3, format="Zarr", study_component="Movies"),
        DataFile(path="d.csv", size=1),
    ]
    told = [
        ImageFile(
            path="a.tif",
            size=10,
            kind="image",
            format="OME-TIFF",
            on_bioformats_list=True,
            sizes={"Y": 64, "X": 96},
            pixel_size_um={"X": 0.16},
        ),
        ImageFile(path="set/b.lif", size=20, kind="image", format="LIF", images=4),
        ImageFile(path="c.zarr", size=5, kind="image", format="Zarr", sizes={"Z": 3, "X": 512}),
        ImageFile(path="d.csv", size=1, kind="other"),
    ]
    movies, loose = component_files(files, told)
    assert (movies.study_component, movies.files, movies.images, movies.size) == (
        "Movies",
        4,
        6,
        35,
    )
    assert movies.share_on_bioformats_list == round(1 / 6, 4)
    assert [(one.format, one.files, one.images, one.size) for one in movies.formats] == [
        ("LIF", 1, 4, 20),
        ("Zarr", 2, 1, 5),
        ("OME-TIFF", 1, 1, 10),
    ]
    assert [(one.axis, one.least, one.most) for one in movies.pixels] == [
        ("X", 96, 512),
        ("Y", 64, 64),
        ("Z", 3, 3),
    ]
    assert [(one.axis, one.least) for one in movies.pixel_sizes_um] == [("X", 0.16)]
    assert (loose.study_component, loose.images, loose.share_on_bioformats_list) == (None, 0, None)


def test_a_plot_draws_every_format_on_one_scale() -> None:
    files = [
        DataFile(path=f"{n}.x", size=100 - n, format=f"Format {n}", study_component="Cells")
        for n in range(20)
    ]
    files.append(DataFile(path="y", size=4000, format="Scan", study_component="Fish"))
    told = [
        ImageFile(path=one.path, size=one.size, kind="image", format=one.format) for one in files
    ]
    components = component_files(files, told)
    drawn = plot.bars(components)
    assert drawn is not None
    named = {row.full: row for row in drawn.rows}
    assert len(drawn.rows) == 2 + plot.MOST_FORMATS + 1
    assert named["13 other formats"].images == "13"
    assert named["13 other formats"].images_length == plot.BAR
    assert named["Scan"].size_length == plot.BAR
    assert named["Format 0"].size_length == round(plot.BAR * 100 / 4000, 1)
    seen = Seen(report.html(page(components=components)))
    assert {"svg", "title", "desc"} <= seen.tags
    assert "Cells: 20 images in 20 files, 1.8 kB" in seen.text
    assert plot.bars(()) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" a b\u00a0", "·a b⟨U+00A0⟩"),
        ("a\u202bb", "a⟨U+202B⟩b"),
        ("two\nlines\n", "two\nlines⟨U+000A⟩"),
        ("   ", "···"),
        ("half \ud800", "half ⟨U+D800⟩"),
        ({"name": "A", "roles": ["x", "y"]}, "name: A; roles: x | y"),
        (None, ""),
    ],
)
def test_every_character_of_a_value_is_seen(value: object, shown: str) -> None:
    assert wording.visible(value) == shown


def test_long_values_are_cut_in_the_middle() -> None:
    shown = wording.visible("a" * 5000 + "z", 100)
    assert len(shown) < 150
    assert shown.startswith("aaa")
    assert shown.endswith("z")
    assert "4,901 more characters" in shown


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000, "2.5 MB")],
)
def test_sizes(count: int, said: str) -> None:
    assert wording.size(count) == said


def test_proposals_stand_under_the_numbers_of_the_review() -> None:
    finding = CELL.model_copy(update={"suggestion": ERROR.suggestion, "place": SPECIMEN})
    offers = review.proposals([ERROR, finding, SETTLED])
    (one,) = report.proposed(offers)
    assert (one.number, one.source, one.place) == (1, "CMP299", SPECIMEN)
    assert one.choices == (TAKE, OTHER)


def test_names_of_files_keep_their_letters_at_the_start_of_a_sentence() -> None:
    given = ERROR.model_copy(update={"message": "r1.tif holds text", "suggestion": None})
    told = report.message(page(standing=(given,), proposals=()))
    assert "1. r1.tif holds text." in told


def test_organisations_are_proposed_by_their_names() -> None:
    place = "/study/authors/0/affiliations/0"
    change = Operation(
        do="set",
        place=place,
        before={"text": "Inst. of Biology", "reference": True},
        after={"organisation": "o1"},
    )
    proposal = Suggestion(rule="nearest", safety="review", operations=(change,), why="near")
    given = ERROR.model_copy(update={"place": place, "suggestion": proposal})
    proposed = Proposed(number=1, source="AFF201", place=place, why="near", choices=((change,),))
    study = {"study": {**STUDY["study"], "organisations": [{"id": "o1", "name": "Museum"}]}}
    shown = page(standing=(given,), proposals=(proposed,), submitted=study, curated=study)
    assert "We would write: organisation: Museum" in report.message(shown)
    assert "text: Inst. of Biology → organisation: Museum" in report.markdown(shown)
    assert "reference: True" not in report.html(shown)
