"""Every code explains itself, has fixtures, flags what they say it flags and passes the rest."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from pipeline import checks, images, intake, receiving, sources
from pipeline.check import CHECKS, Check, Context, Flag, Known, check, load, run
from pipeline.findings import CODES, KINDS, Finding
from pipeline.registries import Registries, local, refresh
from pipeline.schema import template
from pipeline.select import get, parent, steps
from pipeline.submission import Source, SourceMap, Submission
from tests import lists

FIXTURES = Path(__file__).parent.parent / "fixtures" / "codes"
LEFT = ("pipeline.flows", "pipeline.cli", "pipeline.__main__")
"""Rooms above the checks; they declare no codes of the documents' kind and load Prefect."""

TOLD_ELSEWHERE = ("CUR", "SCH", "FLS", "ANN")
"""Families whose fixtures the tests of their own room run: decisions, the schema, file lists."""

OF_THE_PIPELINE = "INT"
"""Faults of the pipeline: no document shows them; the tests of each room provoke them."""

for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
    if not module.name.startswith(LEFT):
        importlib.import_module(module.name)
load(checks)


def fixture(code: str) -> dict[str, Any]:
    path = FIXTURES / f"{code}.yaml"
    read = yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}
    assert isinstance(read, dict)
    return read


def shown() -> list[str]:
    return sorted(code for code in CODES if code[:3] != OF_THE_PIPELINE)


def cases(side: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code in shown()
        if code[:3] not in TOLD_ELSEWHERE
        for number, case in enumerate(fixture(code).get(side, ()))
    ]


def test_every_code_has_fixtures_and_every_fixture_a_code() -> None:
    assert sorted(path.stem for path in FIXTURES.glob("*.yaml")) == shown()


@pytest.mark.parametrize("code", shown())
def test_a_code_is_shown_on_both_sides(code: str) -> None:
    assert fixture(code).keys() >= {"flags", "passes"}
    assert fixture(code)["flags"]
    assert fixture(code)["passes"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_explains_itself(code: str) -> None:
    kind = CODES[code]
    assert code[3] in KINDS
    assert len(kind.explanation) > 60, "says what is wrong and why it matters"
    assert kind.explanation[0].isupper() or kind.explanation[0].isdigit()
    assert kind.explanation.split("\n\n")[0].endswith(".")
    assert kind.hint, "the last paragraph starts with 'To fix:'"
    assert not kind.hint[0].isspace()


@pytest.mark.parametrize(("code", "case"), cases("flags"))
def test_what_is_wrong_is_flagged_at_its_place(
    code: str, case: dict[str, Any], tmp_path: Path
) -> None:
    found = [one for one in findings(code, case, tmp_path) if one.code == code]
    assert found
    assert all(one.message for one in found)
    if "place" in case:
        assert case["place"] in {one.place for one in found}
    if "severity" in case:
        assert case["severity"] in {one.severity for one in found}
    for key in ("pointer", "line", "cell", "sheet"):
        if key in case:
            assert case[key] in {getattr(one.location, key) for one in found}


@pytest.mark.parametrize(("code", "case"), cases("passes"))
def test_what_is_right_passes(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert code not in {one.code for one in findings(code, case, tmp_path)}


def findings(code: str, case: dict[str, Any], folder: Path) -> tuple[Finding, ...]:
    """What is found in a case: a document, an image, a file list, or metadata with its context."""
    if "folder" in case:
        return submissions(case["folder"], folder)
    if "document" in case or "sheets" in case or "hex" in case:
        return intake.read(document(case, folder)).findings
    if "image" in case:
        return images.sniff_file(image(case["image"], folder), deep=True).findings
    if "earlier" in case:
        submission = context(case, folder).submission
        return tuple(receiving.exchanged(submission, case["earlier"], "S-BIAD1"))
    if "metadata" in case:
        given = context(case, folder)
        found = run(needed(code), given)[0]
        assert not [one for one in found if one.code == "INT901"]
        return found
    return lists.found(case, folder)


def submissions(files: dict[str, str], inbox: Path) -> tuple[Finding, ...]:
    """What is found in reading the submissions of an inbox, each id once."""
    for name, text in files.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    found: list[Finding] = []
    seen: set[str] = set()
    for one in sources.discover(inbox):
        opened = sources.open_found(one)
        found += (sources.told_twice(opened) if opened.id in seen else opened).findings
        seen.add(opened.id)
    return tuple(found)


def document(case: dict[str, Any], folder: Path) -> Path:
    """The document of a case: text, or the sheets of a workbook of which a share arrived."""
    if "hex" in case:
        path = folder / f"document{case.get('suffix', '.json')}"
        path.write_bytes(bytes.fromhex(case["hex"]))
        return path
    if "document" in case:
        path = folder / case.get("name", f"document{case.get('suffix', '.json')}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case["document"].encode())
        for name, text in case.get("files", {}).items():
            (folder / name).write_text(text, "utf-8")
        return path
    sheets = [{"name": name, "rows": rows} for name, rows in case["sheets"].items()]
    path = lists.write({"workbook": sheets, "name": "document.xlsx"}, folder)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * case.get("cut", 1))])
    return path


def needed(code: str) -> list[Check]:
    """The check of a code and those it requires; all of them where no check raises the code."""
    if code not in CHECKS:
        return list(CHECKS.values())
    asked = {code}
    while more := {other for one in asked for other in CHECKS[one].requires} - asked:
        asked |= more
    return [CHECKS[one] for one in asked]


def image(given: dict[str, Any], folder: Path) -> Path:
    """The file of an image case: made by a recipe, or from text, hex or base64."""
    path = folder / given["name"]
    path.parent.mkdir(parents=True, exist_ok=True)
    if "recipe" in given:
        recipes = importlib.import_module("tests.recipes")
        made = getattr(recipes, given["recipe"])(path)
        return made if isinstance(made, Path) else path
    if "text" in given:
        path.write_bytes(given["text"].encode())
    elif "hex" in given:
        path.write_bytes(bytes.fromhex(given["hex"]))
    else:
        path.write_bytes(base64.b64decode(given.get("base64", "")))
    return path


def loaded(dumps: dict[str, dict[str, str]], folder: Path) -> Registries:
    """The built-in registries, behind the official dumps that a case gives as files."""
    for name, files in dumps.items():
        dump = folder / name
        dump.mkdir()
        for file, text in files.items():
            (dump / file).write_bytes(text.encode())
        refresh(name, dump, folder=folder / "registries")
    return local(folder / "registries")


def context(case: dict[str, Any], folder: Path) -> Context:
    """The context of a metadata case; by default nothing is known and no template is named."""
    metadata = copy.deepcopy(case["metadata"])
    for place, times in case.get("repeat", {}).items():
        home = get(metadata, parent(place))
        home[steps(place)[-1]] *= times
    given = lists.context({**case, "metadata": metadata}, folder)
    source = given.submission.source.model_copy(
        update={
            "imported": case.get("imported", False),
            "attach_to": case.get("attach_to"),
            "kind": case.get("kind", given.submission.source.kind),
        }
    )
    submission = given.submission.model_copy(
        update={"source": source, "received": case.get("received")}
    )
    return given.model_copy(
        update={
            "submission": submission,
            "day": case.get("day", given.day),
            "registries": loaded(case.get("dumps", {}), folder),
            "known": Known.model_validate(case.get("known", {})),
            "template": template(case.get("template")),
        }
    )


def test_a_check_that_fails_is_a_finding_and_not_a_crash() -> None:
    before = set(CHECKS)

    @check("TXT999", "never-right", at="/study/title", severity="warning")
    def never_right(title: str) -> list[Flag]:
        """A check of the tests that fails on every title.

        To fix: nothing.
        """
        raise ZeroDivisionError(title)

    broken = CHECKS.pop("TXT999")
    CODES.pop("TXT999")
    submission = Submission(
        id="S-TEST1",
        metadata={"study": {"title": "Keratocytes"}},
        source=Source(path="document.json"),
        source_map=SourceMap(file="document.json"),
    )
    found, skips = run([broken], Context(submission=submission, day=dt.date(2026, 11, 22)))
    assert [(one.code, one.severity, one.place) for one in found] == [
        ("INT901", "warning", "/study/title")
    ]
    assert "TXT999" in found[0].message
    assert "ZeroDivisionError" in found[0].message
    assert not skips
    assert set(CHECKS) == before
    assert never_right is broken.function
