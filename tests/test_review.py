"""A curator's decisions, judged by real checks over a small made-up study."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import review
from pipeline.check import Check, Context, Flag, Place, replace, run, suggest
from pipeline.findings import Code, Finding, Location, Operation, Suggestion
from pipeline.record import Correction, Decision
from pipeline.review import Refused, Typed
from pipeline.submission import Metadata, Source, SourceMap, Submission

DAY = dt.date(2026, 11, 22)
ABSENT = {"FLS201"}
SIGNED: dict[str, Any] = {"curator": "Mira Lindgren", "note": "seen", "day": DAY, "absent": ABSENT}

STUDY: Metadata = {
    "study": {
        "title": "Root hairs",
        "keywords": ["root; hair", "barley", "wall; cell"],
        "specimens": [{"title": "Live cells"}, {"title": "Fixed cells"}],
        "study_components": [
            {"name": "Movies", "associations": [{"specimen": "Live cels"}]},
        ],
    }
}
POINTERS = {
    "": "",
    "/study": "/section",
    "/study/title": "/section/attributes/0/value",
    "/study/keywords/0": "/section/attributes/1/value",
    "/study/keywords/1": "/section/attributes/2/value",
    "/study/study_components/0/associations/0/specimen": (
        "/section/subsections/2/subsections/0/attributes/0/value"
    ),
}


def _code(code: str, name: str) -> Code:
    return Code(code=code, name=name, severity="error", explanation="As its name says.")


def _names_nothing(title: str, place: Place, metadata: Metadata) -> Iterator[Flag]:
    known = [specimen["title"] for specimen in metadata["study"]["specimens"]]
    if title not in known:
        best, second = (replace(place, title, one) for one in known[:2])
        yield Flag(
            message=f"{title!r} is the title of no specimen",
            suggestion=suggest(best, alternatives=[(second,)], why="the nearest title"),
        )


def _several(keyword: str, place: Place) -> Iterator[Flag]:
    if ";" in keyword:
        parts = [part.strip() for part in keyword.split(";")]
        split = Operation(do="split", place=place, before=keyword, after=parts)
        yield Flag(message=f"{keyword!r} is several keywords", suggestion=suggest(split))


def _short(title: str) -> Iterator[Flag]:
    if len(title) < 25:
        yield Flag(message=f"{title!r} is shorter than 25 characters")


def _marked(mark: str) -> Iterator[Flag]:
    if mark == "yes":
        yield Flag(message="marked")


CHECKS = [
    Check(code=_code("CMP201", "names-nothing"), at="/study/**/specimen", function=_names_nothing),
    Check(code=_code("STU101", "several"), at="/study/keywords/*", function=_several),
    Check(code=_code("STU102", "short"), at="/study/title", function=_short),
    Check(code=_code("FLS201", "file-absent"), at="/study/absent", function=_marked),
    Check(code=_code("ACC201", "not-held"), at="/study/foreign", function=_marked),
    Check(code=_code("INT902", "crashed"), at="/study/crashed", function=_marked),
    Check(code=_code("SCH101", "unknown-slot"), at="/study/colour", function=_marked),
]


def judge(submission: Submission) -> tuple[Finding, ...]:
    return run(CHECKS, Context(submission=submission, day=DAY))[0]


def submission(metadata: Metadata = STUDY, digest: str = "d1", **study: Any) -> Submission:
    metadata = copy.deepcopy(metadata)
    metadata["study"] |= study
    return Submission(
        id="roots",
        metadata=metadata,
        source=Source(path="roots.json"),
        source_map=SourceMap(file="roots.json", pointers=POINTERS),
        digest=digest,
    )


def blocking(given: Submission, decisions: list[Decision], day: dt.date = DAY) -> list[str]:
    settled = review.settle(given, decisions, judge)
    waivers = review.waivers(decisions)
    left = review.standing(settled.submission, settled.findings, waivers, day=day, absent=ABSENT)
    return [finding.code for finding in left]


def test_proposals_are_numbered_in_report_order_and_keep_their_names() -> None:
    offered = review.proposals(judge(submission()))
    assert [(one.label, one.source) for one in offered] == [
        ("1", "CMP201"),
        ("1.2", "CMP201"),
        ("2", "STU101"),
        ("3", "STU101"),
    ]
    moved = submission().model_copy(update={"source_map": SourceMap(file="other.json")})
    assert [one.key for one in review.proposals(judge(moved))] == [one.key for one in offered]
    other = submission(keywords=["root; tip", "barley", "wall; cell"])
    changed = {one.key for one in review.proposals(judge(other))} ^ {o.key for o in offered}
    assert {name.split("#")[0] for name in changed} == {"STU101@/study/keywords/0"}


def test_safe_suggestions_are_not_offered_and_equal_ones_once() -> None:
    findings = judge(submission())
    first = next(one for one in findings if one.suggestion)
    own = Operation(do="set", place="/study/title", before="Root hairs", after="Root hairs, barley")
    safe = Suggestion(rule="trim", safety="safe", operations=(own,))
    mine = Suggestion(rule="with-plant", safety="review", operations=(own,), why="longer")
    more = [first.model_copy(update={"suggestion": one, "place": None}) for one in (safe, mine)]
    offered = review.proposals([*findings, first, *more])
    assert [(one.place, one.why) for one in offered if one.number > 3] == [
        ("/study/title", "longer")
    ]


def test_taken_proposals_split_lists_without_moving_each_other() -> None:
    decision, left = review.accept(submission(), [], judge, take=["2", "3"], **SIGNED)
    assert left == ()
    settled = review.settle(submission(), [decision], judge)
    keywords = settled.submission.metadata["study"]["keywords"]
    assert keywords == ["root", "hair", "barley", "wall", "cell"]
    assert {change.by for change in settled.changes} == {"STU101"}
    assert {change.safety for change in settled.changes} == {"review"}
    assert settled.changes[-1].operations[0].pointer == "/section/attributes/1/value"
    assert "STU101" not in {finding.code for finding in settled.findings}


def test_take_all_takes_the_first_alternative_and_a_number_may_name_another() -> None:
    for take, specimen in ([["all"], "Live cells"], [["1.2"], "Fixed cells"]):
        decision, _ = review.accept(submission(), [], judge, take=take, **SIGNED)
        metadata = review.settle(submission(), [decision], judge).submission.metadata
        component = metadata["study"]["study_components"][0]
        assert component["associations"] == [{"specimen": specimen}]


@pytest.mark.parametrize(
    ("take", "why"),
    [(["9"], "no proposal 9"), (["1", "1.2"], "only one alternative"), (["x"], "no proposal x")],
)
def test_what_is_not_offered_cannot_be_taken(take: list[str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        review.accept(submission(), [], judge, take=take, **SIGNED)


def test_accept_waives_what_remains_and_changed_values_are_asked_again() -> None:
    assert blocking(submission(), []) == ["CMP201", "STU101", "STU101", "STU102"]
    decision, left = review.accept(submission(), [], judge, take=["1"], **SIGNED)
    assert left == ()
    assert [(one.code, one.at) for one in decision.waivers] == [
        ("STU101", "/study/keywords/0"),
        ("STU101", "/study/keywords/2"),
        ("STU102", "/study/title"),
    ]
    assert decision.waivers[2].digest == review.value_digest("Root hairs")
    assert {one.reason for one in decision.waivers} == {"seen"}
    assert blocking(submission(), [decision]) == []
    assert blocking(submission(title="Root tips"), [decision]) == ["STU102"]
    assert blocking(submission(description="new, and no error"), [decision]) == []


def test_an_error_without_a_value_is_waived_for_what_stands_at_its_place() -> None:
    nameless = Finding(
        code="AUT001",
        name="nameless",
        severity="error",
        message="no name",
        place="/study/authors/0",
    )
    given = submission(authors=[{"email": "mira@example.org"}])
    decision = review.waive(
        given, [nameless], "AUT001", "/study/authors/0", curator="M", note="n", absent=ABSENT
    )
    for authors, count in (
        ([{"email": "mira@example.org"}], 0),
        ([{"email": "another@example.org"}], 1),
    ):
        now = submission(authors=authors)
        left = review.standing(now, [nameless], decision.waivers, day=DAY, absent=ABSENT)
        assert len(left) == count


def test_a_waiver_of_grouped_rows_ends_when_other_rows_join() -> None:
    rows = Finding(
        code="FLS105", name="bad", severity="error", message="bad", count=2, samples=("a", "b")
    )
    decision = review.waive(submission(), [rows], "FLS105", "", curator="M", note="n", absent=())
    more = rows.model_copy(update={"count": 3})
    for found, left in ((rows, 0), (more, 1)):
        stands = review.standing(submission(), [found], decision.waivers, day=DAY, absent=())
        assert len(stands) == left


def test_a_waiver_ends_after_its_last_day() -> None:
    findings = judge(submission(title="Short"))
    decision = review.waive(
        submission(title="Short"),
        findings,
        "STU102",
        "/section/attributes/0/value",
        curator="Mira Lindgren",
        note="until the paper is out",
        absent=ABSENT,
        expiry=DAY,
    )
    assert "STU102" not in blocking(submission(title="Short"), [decision])
    tomorrow = DAY + dt.timedelta(days=1)
    assert "STU102" in blocking(submission(title="Short"), [decision], tomorrow)


@pytest.mark.parametrize(
    ("slot", "code"), [("absent", "FLS201"), ("foreign", "ACC201"), ("crashed", "INT902")]
)
def test_missing_files_accessions_and_our_own_failures_are_never_waived(
    slot: str, code: str
) -> None:
    fine = "Root hairs of barley under the microscope"
    only = submission(title=fine, keywords=[], study_components=[], **{slot: "yes"})
    with pytest.raises(Refused, match="marked: "):
        review.accept(only, [], judge, **SIGNED)
    with pytest.raises(Refused, match="marked: "):
        review.waive(
            only,
            judge(only),
            code,
            f"/study/{slot}",
            curator="Mira Lindgren",
            note="n",
            absent=ABSENT,
        )
    beside = submission(**{slot: "yes"})
    decision, left = review.accept(beside, [], judge, take=["all"], **SIGNED)
    assert [finding.code for finding in left] == [code]
    assert blocking(beside, [decision]) == [code]
    forged = decision.waivers[0].model_copy(
        update={"code": code, "at": f"/study/{slot}", "digest": review.value_digest("yes")}
    )
    assert code in blocking(beside, [decision.model_copy(update={"waivers": (forged,)})])


@pytest.mark.parametrize(
    "pointer",
    [
        "/study/study_components/0/associations/0/specimen",
        "record:/study/study_components/0/associations/0/specimen",
        "/section/subsections/2/subsections/0/attributes/0/value",
        "/section/subsections/2/subsections/0/attributes/0",
        "document:/section/subsections/2/subsections/0/attributes/0/value",
    ],
)
def test_a_typed_correction_names_the_record_or_the_document(pointer: str) -> None:
    typed = [Typed(pointer=pointer, value="Fixed cells", because="as in the methods")]
    decision, _ = review.accept(submission(), [], judge, typed=typed, **SIGNED)
    settled = review.settle(submission(), [decision], judge)
    (change,) = settled.changes
    assert (change.by, change.why) == ("Mira Lindgren", "as in the methods")
    (done,) = change.operations
    assert done.place == "/study/study_components/0/associations/0/specimen"
    assert done.pointer == "/section/subsections/2/subsections/0/attributes/0/value"
    assert (done.before, done.after) == ("Live cels", "Fixed cells")
    assert blocking(submission(), [decision]) == []


def test_a_correction_is_kept_while_its_value_is_and_withheld_after() -> None:
    typed = [Typed(pointer="/study/title", value="Root hairs of young barley", because="asked")]
    decision, _ = review.accept(submission(), [], judge, take=["all"], typed=typed, **SIGNED)
    changed = submission(digest="d2", description="new")
    assert review.settle(changed, [decision], judge).submission.metadata["study"]["title"] == (
        "Root hairs of young barley"
    )
    mended = submission(title="Root hairs of young barley")
    settled = review.settle(mended, [decision], judge)
    assert "CUR201" not in {finding.code for finding in settled.findings}
    other = submission(title="Root tips")
    settled = review.settle(other, [decision], judge)
    (withheld,) = [one for one in settled.findings if one.code == "CUR201"]
    assert withheld.severity == "warning"
    assert withheld.location.pointer == "/section/attributes/0/value"
    assert "'Root tips'" in withheld.message
    assert "STU102" in blocking(other, [decision])


def test_a_later_correction_of_the_same_place_counts() -> None:
    def typed(value: str) -> list[Typed]:
        return [Typed(pointer="/study/title", value=value, because="asked")]

    first, _ = review.accept(
        submission(), [], judge, typed=typed("Root hairs of young barley"), **SIGNED
    )
    second, _ = review.accept(
        submission(), [first], judge, typed=typed("Root hairs of old barley plants"), **SIGNED
    )
    both = [first, second]
    title = review.settle(submission(), both, judge).submission.metadata["study"]["title"]
    assert title == "Root hairs of old barley plants"
    kept = review.merged(both)
    assert kept is not None
    assert [one.after for one in kept.corrections] == ["Root hairs of old barley plants"]
    done = submission(title="Root hairs of old barley plants")
    codes = {finding.code for finding in review.settle(done, both, judge).findings}
    assert "CUR201" not in codes


def test_corrections_add_and_take_out_values() -> None:
    typed = [
        Typed(pointer="/study/keywords/-", value="microscopy", because="asked"),
        Typed(pointer="/study/keywords/1", value="", because="a plant, not a keyword"),
        Typed(pointer="/study/licence/name", value="CC0", because="by letter"),
    ]
    decision, _ = review.accept(submission(keywords=["a", "b"]), [], judge, typed=typed, **SIGNED)
    study = review.settle(submission(keywords=["a", "b"]), [decision], judge).submission.metadata
    assert study["study"]["keywords"] == ["a", "microscopy"]
    assert study["study"]["licence"] == {"name": "CC0"}


@pytest.mark.parametrize(
    ("pointer", "value", "why"),
    [
        ("/study/keywords", "x", "no single value"),
        ("/study/authors/4/orcid", "x", "names no place"),
        ("/study/title/first", "x", "names no place"),
        ("title", "x", "not a place"),
        ("/study/doi", "", "nothing at"),
        ("document:/section/attributes/77", "x", "has nothing from"),
        ("/study/title", "Too short", "itself wrong: 'Too short' is shorter"),
        ("/study/colour", "yes", "itself wrong"),
    ],
)
def test_a_correction_that_cannot_stand_is_refused(pointer: str, value: str, why: str) -> None:
    typed = [Typed(pointer=pointer, value=value, because="asked")]
    with pytest.raises(Refused, match=why):
        review.accept(submission(), [], judge, typed=typed, **SIGNED)


def test_a_pointer_that_is_two_places_is_asked_back() -> None:
    metadata = {**STUDY, "attributes": [{"name": "Mood", "value": "good"}]}
    pointers = {"/study/title": "/attributes/0/value", "/attributes/0/value": "/attributes/3/value"}
    given = submission(metadata).model_copy(
        update={"source_map": SourceMap(file="roots.json", pointers=pointers)}
    )
    with pytest.raises(Refused, match="write record:/attributes/0/value or document:"):
        review.place_of(given, "/attributes/0/value")
    assert review.place_of(given, "record:/attributes/0/value") == "/attributes/0/value"
    assert review.place_of(given, "document:/attributes/0/value") == "/study/title"


def test_a_value_that_became_several_is_corrected_one_by_one() -> None:
    pointers = {"/study/keywords/0": "/section/attributes/1/value"} | {
        "/study/keywords/1": "/section/attributes/1/value"
    }
    given = submission().model_copy(
        update={"source_map": SourceMap(file="roots.json", pointers=pointers)}
    )
    with pytest.raises(Refused, match=r"several places .*keywords/0, /study/keywords/1"):
        review.place_of(given, "/section/attributes/1")


def test_changes_that_exclude_each_other_are_refused() -> None:
    place = "/study/study_components/0/associations/0/specimen"
    typed = [Typed(pointer=place, value="Fixed cells", because="asked")]
    with pytest.raises(Refused, match="exclude each other"):
        review.accept(submission(), [], judge, take=["1"], typed=typed, **SIGNED)


@pytest.mark.parametrize("who", [{"curator": " "}, {"note": ""}])
def test_a_decision_is_signed_and_says_why(who: dict[str, str]) -> None:
    with pytest.raises(Refused, match="name and a note"):
        review.accept(submission(), [], judge, **(SIGNED | who))
    with pytest.raises(Refused, match="name and a note"):
        review.return_(submission().digest, **({"curator": "Mira Lindgren", "note": "n"} | who))


def test_the_last_verdict_counts_and_a_return_only_for_what_was_sent_back() -> None:
    signed = {"curator": "Mira Lindgren", "note": "n"}
    accepted, _ = review.accept(submission(), [], judge, take=["all"], **SIGNED)
    returned = review.return_(submission().digest, **signed)
    held = review.hold(submission().digest, **signed)
    assert review.verdict([], "d1") is None
    assert review.verdict([returned], "d1") == "return"
    assert review.verdict([returned], "d2") is None
    assert review.verdict([accepted, returned], "d2") == "accept"
    assert review.verdict([returned, held], "d2") == "hold"
    assert review.verdict([held, accepted], "d2") == "accept"


def test_only_acceptances_are_digested() -> None:
    accepted, _ = review.accept(submission(), [], judge, take=["all"], **SIGNED)
    held = review.hold(submission().digest, curator="Mira Lindgren", note="n")
    assert review.decision_digest([]) == review.decision_digest([held]) == ""
    assert review.decision_digest([held, accepted]) == review.decision_digest([accepted])
    noted = accepted.model_copy(update={"note": "other"})
    assert review.decision_digest([noted]) != review.decision_digest([accepted])


def test_a_decision_read_back_from_json_decides_the_same() -> None:
    typed = [Typed(pointer="/study/title", value="Root hairs of young barley", because="asked")]
    decision, _ = review.accept(submission(), [], judge, take=["all"], typed=typed, **SIGNED)
    again = Decision.model_validate(json.loads(json.dumps(decision.model_dump(mode="json"))))
    assert review.settle(submission(), [again], judge) == review.settle(
        submission(), [decision], judge
    )


def _fixtures() -> Iterator[Any]:
    folder = Path(__file__).parent.parent / "fixtures" / "codes"
    for path in sorted(folder.glob("CUR*.yaml")):
        for kind, cases in yaml.safe_load(path.read_text()).items():
            for number, case in enumerate(cases):
                yield pytest.param(path.stem, kind, case, id=f"{path.stem}-{kind}-{number}")


@pytest.mark.parametrize(("code", "kind", "case"), list(_fixtures()))
def test_fixture(code: str, kind: str, case: dict[str, Any]) -> None:
    suggested = _code("STU101", "several").at(Location(), "several")
    offered = review.proposals(
        suggested.model_copy(update={"suggestion": Suggestion.model_validate(one)})
        for one in case["review"].get("suggestions", ())
    )
    decision = Decision(
        verdict="accept",
        curator="Mira Lindgren",
        note="fixture",
        digest="d1",
        accepted=tuple(one.key for one in offered),
        corrections=tuple(
            Correction.model_validate(one) for one in case["review"].get("corrections", ())
        ),
    )
    given = Submission(
        id="fixture",
        metadata=case["metadata"],
        source=Source(path="fixture.json"),
        source_map=SourceMap(file="fixture.json"),
    )
    found = review.apply_decision(given, decision, offered)[2]
    expected = [(code, case["place"])] if kind == "flags" else []
    assert [(one.code, one.place) for one in found] == expected
